// Two hundred cuts, reloads and killed pages in one conversation: nothing is lost, nothing is there
// twice, every message arrives once, and nothing is asked for again that was there.
//
// CHAOS_SEED brings a run back as far as the browser's pace allows; CHAOS_ACTS makes it shorter.

import type { Page } from "@playwright/test";
import { ACTS, chaos, connected, Ear, SEED, type Wire } from "./support/chaos.ts";
import { conversationOf, follow } from "./support/openhands.ts";
import { random } from "./support/random.ts";
import { articles, box, expect, items, test } from "./support/parlor.ts";

test.use({ trace: "off" });

type Logged = {
  id: number;
  source?: string;
  action?: string;
  args?: { content?: string; command?: string; final_thought?: string; image_urls?: string[] };
};

const WIRE: Wire = {
  latest: (url) => Number(url.searchParams.get("latest_event_id")),
  numberOf(frame) {
    if (!frame.startsWith('42["oh_event",')) return undefined;
    try {
      const id = (JSON.parse(frame.slice(2)) as [string, { id?: number }])[1].id;
      return typeof id === "number" ? id : undefined;
    } catch {
      return undefined;
    }
  },
  joins: (frame) => frame.startsWith("40"),
};

/** What a person sees of the log, in its order. */
function told(events: readonly Logged[]): string[] {
  return events.flatMap(({ source, action, args }) => {
    if (action === "message" && source === "user") return [`user ${args?.content}`];
    if (action === "run") return [`tool ${args?.command}`];
    if (action === "finish") return [`agent ${args?.final_thought}`];
    return [];
  });
}

/** The same of the page. */
async function shown(page: Page): Promise<string[]> {
  return (await articles(page)).flatMap(({ kind, text }) => {
    const found = {
      user: /long \d+ note \d+/, agent: /\d+ steps are done\./, tool: /echo \d/,
    }[kind]?.exec(text);
    return found ? [`${kind} ${found[0]}`] : [];
  });
}

test(`${ACTS} cuts, reloads and killed pages lose nothing and double nothing`, async ({
  page: first,
  agent,
  context,
}) => {
  test.setTimeout(600_000);
  console.log(`CHAOS_SEED=${SEED}`);
  const ear = new Ear(WIRE);
  ear.attach(first);
  const conversation = await conversationOf(agent.openhands);
  await follow(first, agent.openhands, conversation);
  await connected(first);
  await first.goto("/");
  const target = {
    async breaks(place: string, ahead: number, next: () => number) {
      const frame = (await agent.report(conversation)).frames + ahead;
      const more = `gap=1&slow=${Math.floor(next() * 30)}&double=${next() < 0.5 ? 1 : 0}`;
      await agent.faults(conversation, `cut=${place}:${frame}&${more}`);
    },
    drop: () => agent.drop(conversation),
    words: (count: number, next: () => number) => `long ${1 + Math.floor(next() * 2)} note ${count}`,
  };
  const { page, said, pictures, done } = await chaos(first, context, target, ear, random(SEED));

  await agent.faults(conversation, "");
  const whole = async (): Promise<void> => {
    await connected(page);
    const { events, state } = await agent.report(conversation);
    expect(state).toBe("finished");
    expect(await shown(page)).toEqual(told(events));
  };
  await expect(whole).toPass({ timeout: 120_000, intervals: [300] });

  const { accepted, events, replayed } = await agent.report(conversation);
  expect([...accepted].sort(), "each message arrived once").toEqual([...said].sort());
  await expect(items(page, "user", "confirmed")).toHaveCount(said.length);
  const withPicture = (events as Logged[]).filter((event) => event.args?.image_urls?.length);
  expect(withPicture).toHaveLength(pictures);
  await expect(box(page)).toHaveValue("");

  // A replay begins behind what had come for good, so that it brings the gap and no more. One
  // event more is allowed for, since the server tells the agent's state out of turn.
  expect(ear.again(), "connections that were told again what was there").toEqual([]);
  console.log(JSON.stringify({ ...done, said: said.length, pictures, events: events.length,
    connections: replayed.length, sockets: ear.connections.length, most: ear.most() }));
  expect(done.cut + done.reload + done.kill).toBe(ACTS);
});
