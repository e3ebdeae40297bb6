// Every frame of OpenHands V1's sockets may be the last of its connection, be there twice or be
// damaged: what is on the screen is what the server's log has.

import type { Page } from "@playwright/test";
import { connected, until } from "./support/chaos.ts";
import { hurry } from "./support/hurry.ts";
import { noted, noting } from "./support/noted.ts";
import { Server } from "./support/openhands_v1.ts";
import { follow, outline, shown } from "./support/openhands_v1_page.ts";
import type { Logged } from "./support/openhands_v1_real.ts";
import {
  type Agent, banner, expect, expectPhase, items, log, send, test, times,
} from "./support/parlor.ts";

// A server that is away answers no call in a way that a page may read.
test.use({ noise: /blocked by CORS policy/ });

/** Connects to a new conversation of a new agent server. */
async function begin(page: Page, agent: Agent, faults = ""): Promise<Server> {
  const server = await Server.start(agent, faults);
  const conversation = await server.conversation();
  await follow(page, server.url, { conversation });
  await connected(page);
  return server;
}

/** Waits until the agent rests and the screen has what the log has, once and in its order. */
async function expectTheLog(page: Page, server: Server): Promise<void> {
  await until(page, async () => {
    const [conversation] = (await server.report()).conversations;
    expect(conversation?.status).toBe("finished");
    expect(await shown(page)).toEqual(outline((conversation?.events ?? []) as Logged[]));
    await expect(items(page, "agent", "streaming")).toHaveCount(0, { timeout: 1 });
  });
}

const PLACES = ["before", "inside", "after"] as const;

for (const [name, faults] of [["session", ""], ["older", "&old=1"]] as const) {
  test(`cut at every frame of an answer over the ${name} socket, it is there whole and once`, async ({
    page, agent,
  }) => {
    test.setTimeout(180_000);
    const server = await begin(page, agent, `pace=2${faults}`);
    let answers = 0;
    for (let frame = 0; ; frame += 1) {
      const place = PLACES[frame % 3];
      const before = (await server.report()).sockets.length;
      await server.faults(`cut=${place}:${frame}&pace=2${faults}`);
      await send(page, `[stream 6] number ${frame}`);
      answers += 1;
      await until(page, () =>
        expect(items(page, "agent", "done")).toHaveCount(answers, { timeout: 1 }));
      await expectTheLog(page, server);
      if ((await server.report()).sockets.length === before) break;
    }
    expect(answers, "frames of one answer").toBeGreaterThan(10);
    expect(await server.messages()).toHaveLength(answers);
    await expect(items(page, "agent")).toHaveCount(answers);
    await expect(items(page, "user", "confirmed")).toHaveCount(answers);
    const texts = await items(page, "agent").allTextContents();
    for (const text of texts) expect(times(text, "word5"), text).toBe(1);
  });

  test(`each frame twice, and damaged ones between, change nothing over the ${name} socket`, async ({
    page, agent,
  }) => {
    const server = await begin(page, agent, `double=1${faults}`);
    for (const words of ["[reason]", "[stream 20 5]", "[run]", "[parallel]", "[edit]"]) {
      await send(page, words);
      await expectTheLog(page, server);
    }
    for (let frame = 0; frame < 20; frame += 3) {
      await server.faults(`garbage=${frame}&dup=${frame + 1}${faults}`);
      await send(page, "[stream 5 1]");
      await expectTheLog(page, server);
    }
    await expect(banner(page)).toBeHidden();
  });

  test(`an answer that the model begins again stands alone over the ${name} socket`, async ({
    page, agent,
  }) => {
    const server = await begin(page, agent, faults);
    await send(page, "[retry]");
    await expectTheLog(page, server);
    await expect(items(page, "agent")).toHaveText([/second attempt succeeds/]);
    await send(page, "[broken]");
    await expect(items(page, "error")).toBeVisible();
    await expect(items(page, "agent")).toHaveCount(1);
    await expect(log(page)).not.toContainText("partial answer");
  });
}

test("a server that does not stream is shown as it answers", async ({ page, agent }) => {
  const server = await begin(page, agent, "nodelta=1");
  await send(page, "[reason]");
  await send(page, "[long 3]");
  await expectTheLog(page, server);
  await expect(items(page, "reasoning", "done")).toHaveCount(1);
});

test("without a session socket the older one is used, and asked for what was missed", async ({
  page, agent,
}) => {
  const server = await begin(page, agent, "old=1");
  await send(page, "[stream 10 5]");
  await expectTheLog(page, server);
  await server.down();
  await expectPhase(page, /waiting|connecting/);
  await server.act("say:Said while you were away.");
  await server.up();
  await until(page, () =>
    expect(items(page, "agent").last()).toHaveText(/Said while you were away/, { timeout: 1 }));
  await expectTheLog(page, server);
  const { sockets } = await server.report();
  expect(sockets.filter(({ kind, refused }) => kind === "session" && !refused)).toEqual([]);
});

test("an event too large for the session socket comes by another way, once", async ({ page, agent }) => {
  const server = await begin(page, agent);
  await send(page, "[huge]");
  const lengths = (): Promise<number[]> =>
    items(page, "agent", "done").locator(".prose").evaluateAll((found) =>
      found.map((one) => one.textContent?.length ?? 0));
  await until(page, async () => expect((await lengths())[0]).toBeGreaterThan(5_000_000));
  // Each further connection knows by which way.
  await server.drop();
  await connected(page);
  await send(page, "hello");
  await until(page, async () => expect(await lengths()).toHaveLength(2));
  expect((await server.report()).sockets.length).toBeLessThan(6);
  // A page that begins anew meets the event again.
  await page.goto("/");
  await connected(page);
  await expect.poll(lengths).toHaveLength(2);
  await expect(banner(page)).toBeHidden();
});

test("a socket that opens and says nothing is given up, and the next one is used", async ({
  page, agent,
}) => {
  const server = await Server.start(agent, "silent=1");
  const conversation = await server.conversation();
  await hurry(page, 5);
  await follow(page, server.url, { conversation });
  await expect.poll(async () => (await server.report()).sockets.length).toBe(1);
  await connected(page);
  await send(page, "hello");
  await expectTheLog(page, server);
});

test("how the server ended a connection is said in words", async ({ page, agent }) => {
  const ends = [
    [1009, "The last message was too large for the server."],
    [1011, "The server had an internal error."],
    [1012, "The server restarts."],
    [1013, "The server is too busy."],
  ] as const;
  await noting(page, ends.map(([, words]) => words));
  const server = await begin(page, agent);
  for (const [code, words] of ends) {
    await server.faults(`close=0:${code}`);
    await server.act(`say:Before ${code}.`);
    await expect.poll(() => noted(page)).toContain(words);
    await connected(page);
    await expect(items(page, "agent").last()).toContainText(`${code}`);
  }
  await expect(items(page, "agent")).toHaveCount(ends.length);
});

test("a conversation that is deleted on the server while it is open is said to be gone", async ({
  page, agent,
}) => {
  const server = await begin(page, agent);
  const [conversation] = (await server.report()).conversations;
  await send(page, "hello");
  await expectTheLog(page, server);
  await fetch(`${server.url}/api/conversations/${conversation?.id}`, { method: "DELETE" });
  await server.drop();
  await until(page, () => expectPhase(page, "refused"));
  await expect(banner(page)).toContainText("knows no such conversation");
  await expect(items(page, "agent")).toHaveText([/hello/]);
});
