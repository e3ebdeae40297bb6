// What the page is held to with the real OpenHands V1 agent server: how soon a piece of an answer is
// on the screen, and that no cut loses or doubles anything.

import { Cutter } from "../support/cutter.ts";
import { random } from "../support/random.ts";
import { conversation, follow, outline, shown } from "../support/openhands_v1_page.ts";
import { said, Servers } from "../support/openhands_v1_real.ts";
import { button, expect, expectPhase, items, send, test as base } from "../support/parlor.ts";

const DELTAS = 2_000;
const CUTS = Number(process.env.CUTS ?? 100);
const SEED = Number(process.env.CUTS_SEED ?? Math.floor(Math.random() * 1e9));

const test = base.extend<{ cutter: Cutter }, { servers: Servers }>({
  // biome-ignore lint: Playwright reads the names of the parameters.
  servers: [async ({}, use) => use(await Servers.find()), { scope: "worker" }],
  cutter: async ({ servers }, use) => {
    const cutter = await Cutter.before(servers.agent.address);
    await use(cutter);
    await cutter.stop();
  },
}).extend({
  peers: async ({ servers, cutter }, use) => use([servers.agent.host, cutter.host]),
});

test.use({ trace: "off" });

declare global {
  interface Window {
    /** For each piece, how many frames it was behind the first one it could be in; null until then. */
    lags: (number | null)[];
  }
}

/** Runs in the page before anything of its own: notes when each piece came and was painted. */
function measure(): void {
  window.lags = [];
  let frame = 0;
  let length = 0;
  const waiting: { piece: number; frame: number; length: number }[] = [];
  window.WebSocket = class extends window.WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      this.addEventListener("message", ({ data }) => {
        const { type, kind, content } = JSON.parse(data) as Record<string, string>;
        if (type !== "delta" || kind !== "text") return;
        length += (content ?? "").replace(/\s/g, "").length;
        waiting.push({ piece: window.lags.push(null) - 1, frame, length });
      });
    }
  };
  // What a callback finds in the page was painted with the frame before it.
  const look = (): void => {
    frame += 1;
    const first = waiting[0];
    if (first) {
      const answers = document.querySelectorAll('[data-kind="agent"] .prose');
      const painted = (answers[answers.length - 1]?.textContent ?? "").replace(/\s/g, "").length;
      while (waiting[0] && waiting[0].length <= painted) {
        const { piece, frame: came } = waiting.shift() ?? first;
        // One that came before frame 7 and was there as frame 8 began was painted with frame 7.
        window.lags[piece] = Math.max(0, frame - came - 2);
      }
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

test("a long answer is never more than a frame behind what has come", async ({ page, servers }) => {
  await page.addInitScript(measure);
  await follow(page, servers.agent.address);
  await expectPhase(page, "open");
  await send(page, `play: stream ${DELTAS} 5`);
  await expect(items(page, "agent", "done")).toHaveCount(1, { timeout: 90_000 });
  await expect.poll(() => page.evaluate(() => window.lags.includes(null))).toBe(false);
  const lags = await page.evaluate(() => window.lags);
  const sorted = lags.map(Number).sort((one, other) => one - other);
  const at = (part: number): number => sorted[Math.ceil(sorted.length * part) - 1] ?? -1;
  console.log(`  ${lags.length} pieces; frames behind: median ${at(0.5)}, p99 ${at(0.99)}, most ${at(1)}, last ${lags.at(-1)}`);
  expect(lags.length).toBe(DELTAS);
  expect(at(0.99)).toBeLessThanOrEqual(1);
  expect(lags.at(-1), "the last one").toBe(0);
});

test("a hundred cuts while an answer grows lose nothing and double nothing", async ({
  page, servers: { agent }, cutter, watch,
}) => {
  test.setTimeout(600_000);
  console.log(`  CUTS_SEED=${SEED} CUTS=${CUTS}`);
  const next = random(SEED);
  await follow(page, cutter.address);
  await expectPhase(page, "open");
  const messages: string[] = [];
  for (let cuts = 0; cuts < CUTS; ) {
    const text = `play: stream ${100 + messages.length} 20`;
    messages.push(text);
    await send(page, text);
    // Some while the message is on its way, most while its answer grows, some behind that.
    for (let part = 0; part < 8 && cuts < CUTS; part += 1) {
      await page.waitForTimeout(next() * 300);
      cuts += cutter.cut(next() < 0.3);
      // It would wait longer each time: a person in a hurry does not.
      await expect(async () => {
        const hurry = button(page, "Try now");
        if (await hurry.isVisible()) await hurry.click({ timeout: 500 });
        await expectPhase(page, "open", 500);
      }).toPass();
    }
    await expect(items(page, "agent", "done")).toHaveCount(messages.length, { timeout: 60_000 });
  }
  const id = conversation(watch);
  const logged = await agent.events(id);
  expect(said(logged)).toEqual(messages);
  await expect.poll(() => shown(page)).toEqual(outline(logged));
  await expect(items(page, "user", "confirmed")).toHaveCount(messages.length);
  // Each connection goes on behind the one before it: nothing is asked for again.
  const asked = watch.sockets.map((url) => Number(new URL(url).searchParams.get("after_seq")));
  expect(asked).toEqual([...asked].sort((one, other) => one - other));
  expect(asked.at(-1)).toBeGreaterThan(0);
});
