// The page against Socket.IO's own server: what Parlor reads and writes is what others mean by it.

import type { Page } from "@playwright/test";
import { connect, conversation, events, follow, said } from "../support/openhands.ts";
import { expect, expectPhase, items, phases, send, test as base } from "../support/parlor.ts";
import { Peer } from "../support/peer.ts";

const test = base.extend<{ peer: Peer; peerOptions: string[] }>({
  peerOptions: [[], { option: true }],
  // biome-ignore lint: Playwright reads the names of the parameters.
  peer: async ({ peerOptions }, use, info) => {
    const peer = await Peer.start(info.outputPath("log.jsonl"), peerOptions);
    await use(peer);
    await peer.kill();
  },
  peers: async ({ peer }, use) => use([peer.host]),
});

/** The numbers that the agent has counted, each once and in order. */
async function expectCounted(page: Page, count: number): Promise<void> {
  const numbers = Array.from({ length: count }, (_, at) => new RegExp(`number ${at + 1}\\b`));
  await expect(items(page, "agent")).toHaveText(numbers);
}

test("a message is acknowledged and answered", async ({ page, peer, watch }) => {
  await connect(page, peer.origin);
  await send(page, "hello");
  await expect(items(page, "user", "confirmed")).toHaveText([/hello/]);
  await expect(items(page, "agent")).toHaveText([/You said: hello/]);
  expect(await peer.report()).toMatchObject({ latest: [-1], acknowledged: 1 });
  expect(said(await events(peer.origin, conversation(watch)))).toEqual(["hello"]);
});

for (const recovery of [false, true]) {
  const how = recovery ? "with the server's recovery of connections" : "by its number";
  test.describe(() => {
    test.use({ peerOptions: recovery ? ["--recovery"] : [] });
    test(`what a cut connection missed comes ${how}, once`, async ({ page, peer, watch }) => {
      await connect(page, peer.origin);
      await send(page, "count 30");
      for (const [cuts, seen] of [5, 20].entries()) {
        await expect(items(page, "agent").nth(seen)).toBeAttached();
        await peer.cut();
        await expect.poll(async () => (await peer.report()).latest.length).toBe(cuts + 2);
      }
      await expectCounted(page, 30);
      await expectPhase(page, "open");
      const { latest } = await peer.report();
      // Never from the start again.
      expect(latest.slice(1).every((number) => number > 5)).toBe(true);
      expect(said(await events(peer.origin, conversation(watch)))).toEqual(["count 30"]);
    });
  });
}

test.describe("a server that pings every half second", () => {
  test.use({ peerOptions: ["--ping-interval", "500", "--ping-timeout", "1500"] });

  test("is answered, and left once it is silent for longer than it said", async ({
    page,
    peer,
  }) => {
    await connect(page, peer.origin);
    await send(page, "before");
    await expect(items(page, "agent")).toHaveText([/before/]);
    await expect.poll(async () => (await peer.report()).pongs).toBeGreaterThan(4);
    expect((await peer.report()).latest).toEqual([-1]);

    peer.freeze();
    const silent = Date.now();
    await expect.poll(() => phases(page)).toContain("waiting");
    // The last ping may have come up to an interval before; by default it would be 45 s.
    expect(Date.now() - silent).toBeGreaterThan(1_400);
    expect(Date.now() - silent).toBeLessThan(10_000);
    await send(page, "during");
    await expect(items(page, "user", "queued")).toHaveText([/during/]);

    peer.thaw();
    await expectPhase(page, "open");
    await expect(items(page, "agent")).toHaveText([/before/, /during/]);
    await expect(items(page, "user", "confirmed")).toHaveText([/before/, /during/]);
  });
});

test("a server that starts again with the same log is gone on with", async ({
  page,
  peer,
  watch,
}) => {
  await connect(page, peer.origin);
  await send(page, "before");
  await expect(items(page, "agent")).toHaveText([/before/]);
  await peer.kill();
  await expectPhase(page, /waiting|connecting/);
  await send(page, "during");
  await expect(items(page, "user", "queued")).toHaveText([/during/]);
  await peer.startAgain();
  await expect(items(page, "agent")).toHaveText([/before/, /during/]);
  await expect(items(page, "user", "confirmed")).toHaveText([/before/, /during/]);
  // What was known before the restart was not told again.
  const { latest } = await peer.report();
  expect(latest.every((number) => number > 2)).toBe(true);
  expect(said(await events(peer.origin, conversation(watch)))).toEqual(["before", "during"]);
});

test("a server that is not there yet is waited for, and asked for a conversation then", async ({
  page,
  peer,
  watch,
}) => {
  await peer.kill();
  await follow(page, peer.origin);
  await expect.poll(() => phases(page)).toContain("waiting");
  await peer.startAgain();
  await expectPhase(page, "open");
  await send(page, "hello");
  await expect(items(page, "agent")).toHaveText([/You said: hello/]);
  expect(said(await events(peer.origin, conversation(watch)))).toEqual(["hello"]);
});
