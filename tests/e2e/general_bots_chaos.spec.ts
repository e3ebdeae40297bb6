// The same storm as of `chaos.spec.ts`, but shorter, over a conversation with General Bots, as
// documented and as released: neither numbers anything, and what was missed comes from the history.
// CHAOS_SEED brings a run back as far as the browser's pace allows; CHAOS_ACTS changes its length.

import type { Page } from "@playwright/test";
import { chaos, connected, Ear, SEED, until, type Wire } from "./support/chaos.ts";
import { follow, Server } from "./support/general_bots.ts";
import { articles, box, button, expect, items, test } from "./support/parlor.ts";
import { random } from "./support/random.ts";

test.use({ trace: "off" });

const ACTS = Number(process.env.CHAOS_ACTS ?? 60);

/** Nothing is asked for from a number on. */
const WIRE: Wire = {
  latest: (url) => (url.pathname.endsWith("/ws") ? 0 : undefined),
  numberOf: () => undefined,
  joins: () => true,
};

/** How each message ends, and its answer. */
const END = "until it is all said";

/** What is said: each is answered in its own words, one by one. */
function words(count: number, next: () => number): string {
  const pace = Math.floor(next() * 60);
  return `[words ${pace}] note ${count}, which is said again word by word ${END}`;
}

/** The note that a text is about. */
const note = (text: string): string => /note \d+/.exec(text)?.[0] ?? text;

/** What the page shows of that kind, by its notes. */
async function notes(page: Page, kind: string): Promise<string[]> {
  const all = (await articles(page)).filter((one) => one.kind === kind);
  return all.map(({ text }) => note(text));
}

/** What the server never had is said again, as the page offers it. */
async function sendAgain(page: Page): Promise<number> {
  const lost = items(page, "user", "failed").or(items(page, "user", "maybe-sent"));
  const count = await lost.count();
  for (let left = count; left > 0; left -= 1) {
    await button(lost.first(), "Send again").click();
    await connected(page);
  }
  return count;
}

for (const name of ["documented", "b"] as const) {
  test(`${ACTS} cuts, reloads and killed pages of a ${name} server lose nothing and double nothing`, async ({
    page: first,
    agent,
    context,
  }) => {
    test.setTimeout(300_000);
    console.log(`CHAOS_SEED=${SEED} ${name}`);
    const ear = new Ear(WIRE);
    ear.attach(first);
    const server = await Server.start(agent);
    await follow(first, server.url(name));
    await connected(first);
    await first.goto("/");
    const target = {
      breaks: (place: string, ahead: number) => server.faults(`cut=${place}:${ahead}`),
      drop: () => server.drop(),
      words,
    };
    const { page, said, pictures, done } =
      await chaos(first, context, target, ear, random(SEED), ACTS);

    await server.faults("");
    await connected(page);
    let again = 0;
    await until(page, async () => {
      again += await sendAgain(page);
      await expect(items(page, "user", "confirmed")).toHaveCount(said.length, { timeout: 1 });
    });
    await expect(items(page, "agent", "streaming")).toHaveCount(0, { timeout: 20_000 });
    const sorted = (texts: string[]): string[] => texts.map(note).sort();
    expect(sorted(await server.said()), "each message arrived once").toEqual(sorted(said));
    expect((await notes(page, "user")).sort(), "each is shown once").toEqual(sorted(said));
    await expect(box(page)).toHaveValue("");

    // Each answer is there once. That of a released server goes to the connection that asked alone:
    // where that was cut, it is in the history that the next one reads.
    await expect.poll(async () => sorted(await server.said("assistant"))).toEqual(sorted(said));
    const twice = (all: string[]): string[] => all.filter((one, at) => all.indexOf(one) !== at);
    const whole = (await articles(page)).filter(({ kind, text }) => kind === "agent" && text.includes(END));
    expect(twice(whole.map(({ text }) => note(text))), "shown twice").toEqual([]);
    // What was seen of an answer before a cut gives way to the whole once the history tells it.
    await expect.poll(async () => twice(await notes(page, "agent")), { timeout: 75_000 }).toEqual([]);
    if (name !== "documented") await page.reload();
    await connected(page);
    await expect.poll(async () => (await notes(page, "agent")).sort()).toEqual(sorted(said));
    for (const { kind, text } of await articles(page)) {
      if (kind === "agent") expect(text, "whole").toContain(END);
    }
    console.log(JSON.stringify({ ...done, said: said.length, again, pictures,
      sockets: ear.connections.length }));
    expect(done.cut + done.reload + done.kill).toBe(ACTS);
  });
}
