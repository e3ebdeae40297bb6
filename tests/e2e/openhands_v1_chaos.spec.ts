// The same storm as of `chaos.spec.ts` over a conversation with OpenHands V1, whose answers grow,
// whose messages go by calls that fail too, and whose log is numbered.

import { ACTS, chaos, connected, Ear, SEED, type Wire } from "./support/chaos.ts";
import { type Event, said, Server } from "./support/openhands_v1.ts";
import { follow, outline, shown } from "./support/openhands_v1_page.ts";
import type { Logged } from "./support/openhands_v1_real.ts";
import { box, expect, items, test } from "./support/parlor.ts";
import { random } from "./support/random.ts";

// Calls fail without the header that would let the page read why.
test.use({ trace: "off", noise: /blocked by CORS policy/ });

const WIRE: Wire = {
  latest(url) {
    const after = url.searchParams.get("after_seq");
    return after === null ? undefined : Number(after);
  },
  numberOf(frame) {
    if (!frame.includes('"durable"')) return undefined;
    try {
      const { type, seq } = JSON.parse(frame) as { type: string; seq: number };
      return type === "durable" ? seq : undefined;
    } catch {
      return undefined;
    }
  },
  joins: (frame) => frame.includes('"transient"'),
};

/** What is said: most is answered in pieces, some with calls. */
function words(count: number, next: () => number): string {
  const asked = ["[stream 20 10]", "[long 2]", "[reason]", "[parallel]", "[retry]", "[stream 60 5]"];
  return `${asked[Math.floor(next() * asked.length)]} note ${count}`;
}

test(`${ACTS} cuts, reloads and killed pages of a numbered log lose nothing and double nothing`, async ({
  page: first,
  agent,
  context,
}) => {
  test.setTimeout(600_000);
  console.log(`CHAOS_SEED=${SEED}`);
  const ear = new Ear(WIRE);
  ear.attach(first);
  const server = await Server.start(agent);
  const conversation = await server.conversation();
  await follow(first, server.url, { conversation });
  await connected(first);
  await first.goto("/");
  const target = {
    breaks(place: string, ahead: number, next: () => number) {
      const faults = [`cut=${place}:${ahead}`, `replay=${Math.floor(next() * 5)}`];
      if (next() < 0.5) faults.push("double=1");
      // Some calls fail, and no page may read that they do.
      if (next() < 0.2) faults.push("fail=500:2", "at=/events");
      return server.faults(faults.join("&"));
    },
    drop: () => server.drop(),
    words,
  };
  const { page, said: typed, pictures, done } = await chaos(first, context, target, ear, random(SEED));

  await server.faults("");
  const log = async (): Promise<{ status: string; events: Event[] }> => {
    const { conversations } = await server.report();
    return conversations[0] ?? { status: "none", events: [] };
  };
  const whole = async (): Promise<void> => {
    await connected(page);
    const { status, events } = await log();
    expect(status).toBe("finished");
    expect(await shown(page)).toEqual(outline(events as Logged[]));
  };
  await expect(whole).toPass({ timeout: 120_000, intervals: [300] });

  const { messages } = await server.report();
  const { events } = await log();
  expect(messages.map(({ text }) => text), "each message arrived once, in turn").toEqual(typed);
  expect(said(events)).toEqual(typed);
  await expect(items(page, "user", "confirmed")).toHaveCount(typed.length);
  expect(messages.filter(({ images }) => images.length > 0)).toHaveLength(pictures);
  await expect(items(page, "agent", "streaming")).toHaveCount(0);
  await expect(box(page)).toHaveValue("");

  // A connection asks behind the last number that is kept, and is told nothing that came before.
  expect(ear.again(), "connections that were told again what was there").toEqual([]);
  console.log(JSON.stringify({ ...done, said: typed.length, pictures, events: events.length,
    sockets: ear.connections.length, most: ear.most() }));
  expect(done.cut + done.reload + done.kill).toBe(ACTS);
});
