// Servers of OpenHands V1 that answer too late, in a way that no page may read, or not at all: what
// was said arrives once, and what cannot be asked for is not offered.

import type { Page } from "@playwright/test";
import { connected, until } from "./support/chaos.ts";
import { Server } from "./support/openhands_v1.ts";
import { follow } from "./support/openhands_v1_page.ts";
import {
  type Agent, banner, box, button, expect, expectPhase, items, open, press, send, test,
} from "./support/parlor.ts";

test.use({ noise: /blocked by CORS policy/ });

/** Connects to a new conversation of a new agent server. */
async function begin(page: Page, agent: Agent, faults = ""): Promise<Server> {
  const server = await Server.start(agent, faults);
  await follow(page, server.url, { conversation: await server.conversation() });
  await connected(page);
  return server;
}

/** What was said was taken in once and answered once. */
async function expectOnce(page: Page, server: Server, said: string[]): Promise<void> {
  await until(page, async () => {
    expect(await server.messages()).toEqual(said);
    await expect(items(page, "user", "confirmed")).toHaveCount(said.length, { timeout: 1 });
    await expect(items(page, "agent", "done")).toHaveCount(said.length, { timeout: 1 });
  });
  await expect(items(page, "user")).toHaveCount(said.length);
  expect(await server.messages()).toEqual(said);
}

const asks = (page: Page) =>
  page.getByRole("combobox", { name: "When the agent asks before it acts" });

for (const cors of ["", ":cors"]) {
  const how = cors ? "readable" : "unreadable";
  test(`the first calls meet a server that is too busy, ${how}: it is waited for`, async ({
    page, agent,
  }) => {
    const server = await Server.start(agent, `fail=429:2${cors}`);
    await follow(page, server.app);
    await connected(page);
    await send(page, "hello");
    await expectOnce(page, server, ["hello"]);
    expect((await server.report()).conversations).toHaveLength(1);
    // All that needs calls is there.
    await expect(asks(page)).toBeVisible();
  });
}

test("a storm of refusals by an app server loses nothing and doubles nothing", async ({ page, agent }) => {
  const server = await Server.start(agent);
  await follow(page, server.app);
  await connected(page);
  await server.faults("limit=1");
  let storms = true;
  const storm = (async () => {
    while (storms) {
      const many = [...Array(25).keys()];
      await Promise.all(many.map(() => fetch(`${server.app}/api/v1/app-conversations/count`)));
      // The server forgets a crowd after a second.
      await new Promise((later) => setTimeout(later, 2_500));
    }
  })();
  const said: string[] = [];
  for (let turn = 0; turn < 4; turn += 1) {
    said.push(`number ${turn}`);
    await send(page, `number ${turn}`);
    await (turn % 2 ? server.drop() : open(page));
    await connected(page);
  }
  storms = false;
  await storm;
  await expectOnce(page, server, said);
  const { requests, conversations } = await server.report();
  expect(requests.some(({ status }) => status === 429)).toBe(true);
  expect(conversations).toHaveLength(1);
});

test.describe("where the sandbox cannot be reached, a message that the app server passes on", () => {
  const AWAY = "refuse=9999";

  /** Connects to an app server whose sandbox takes no socket. */
  async function relayed(page: Page, agent: Agent): Promise<Server> {
    const server = await Server.start(agent, AWAY);
    await follow(page, server.app);
    await connected(page);
    return server;
  }

  test("goes out again where the server says that it did not take it", async ({ page, agent }) => {
    const server = await relayed(page, agent);
    await server.faults(`${AWAY}&at=/send-message&fail=429:1:cors`);
    await send(page, "one");
    await expectOnce(page, server, ["one"]);
    await server.faults(`${AWAY}&at=/send-message&fail=503:1:cors`);
    await send(page, "two");
    await expectOnce(page, server, ["one", "two"]);
    const { messages } = await server.report();
    expect(new Set(messages.map(({ way }) => way))).toEqual(new Set(["send-message"]));
  });

  // The app server's history is late, so that it cannot tell what did not arrive.
  for (const [trouble, faults] of [
    ["fails for no reason that a page may read", "at=/send-message&fail=500:1"],
    ["is refused for a crowd, unreadably", "at=/send-message&fail=429:1"],
    ["is not passed on by the server", "upstream=500"],
  ] as const) {
    test(`is left to the person where its call ${trouble}, and arrives once`, async ({ page, agent }) => {
      const server = await relayed(page, agent);
      await server.faults(`${AWAY}&${faults}`);
      await send(page, "hello");
      const doubtful = items(page, "user", "maybe-sent");
      await expect(doubtful).toHaveCount(1);
      await server.faults(AWAY);
      await button(doubtful, "Send again").click();
      await expectOnce(page, server, ["hello"]);
    });
  }

  test("does not go out again where its call failed after it was saved", async ({ page, agent }) => {
    const server = await relayed(page, agent);
    await page.route(/send-message$/, async (route) => {
      await route.fetch();
      await route.abort();
    }, { times: 1 });
    await send(page, "hello");
    await expectOnce(page, server, ["hello"]);
    await send(page, "again");
    await expectOnce(page, server, ["hello", "again"]);
  });

  test("is left to the person where the page was left amid its call", async ({ page, agent }) => {
    const server = await relayed(page, agent);
    // The call is under way and comes to no end.
    const called = new Promise<void>((begun) => {
      void page.route(/send-message$/, () => begun(), { times: 1 });
    });
    await send(page, "hello");
    await called;
    await expect(items(page, "user", "sending")).toHaveCount(1);
    await open(page);
    await connected(page);
    await button(items(page, "user", "maybe-sent"), "Send again").click();
    await expectOnce(page, server, ["hello"]);
  });
});

test("a list that was refused is asked for again", async ({ page, agent }) => {
  const server = await Server.start(agent);
  await follow(page, server.app);
  await connected(page);
  await send(page, "find me");
  await expectOnce(page, server, ["find me"]);
  await server.faults("fail=429:2&at=/search");
  const context = await page.context().browser()?.newContext({ baseURL: agent.origin });
  const other = await context?.newPage();
  if (!context || !other) throw new Error("no other browser");
  await follow(other, server.app);
  await connected(other);
  const list = other.getByRole("navigation", { name: "Conversations" });
  if (!(await list.isVisible())) await button(other, "Conversations").click();
  await expect(list.getByRole("button", { name: /^find me/ })).toBeVisible();
  await context.close();
});

test.describe("a server of which no call can be read", () => {
  test("is talked to over its socket alone, and nothing else is offered", async ({ page, agent }) => {
    const server = await begin(page, agent, "nocors=1");
    await send(page, "[stream 30 20]");
    await items(page, "agent", "streaming").waitFor();
    await expect(button(page, "Pause the agent")).toHaveCount(0);
    await expect(button(page, "Stop")).toHaveCount(0);
    await expect(asks(page)).toHaveCount(0);
    await expectOnce(page, server, ["[stream 30 20]"]);
    expect((await server.report()).messages.map(({ way }) => way)).toEqual(["socket"]);
    await expect(page.getByRole("list", { name: /^On / })).toHaveCount(0);
    await press(page, "Commands");
    await expect(page.getByRole("option", { name: /^Condense/ })).toHaveCount(0);
    await page.keyboard.press("Escape");

    await open(page);
    await connected(page);
    await expectOnce(page, server, ["[stream 30 20]"]);
    await send(page, "again");
    await server.drop();
    await connected(page);
    await expectOnce(page, server, ["[stream 30 20]", "again"]);
  });

  test("has its older socket tell what was missed", async ({ page, agent }) => {
    const server = await begin(page, agent, "nocors=1&old=1");
    await send(page, "hello");
    await expectOnce(page, server, ["hello"]);
    await server.down();
    await expectPhase(page, /waiting|connecting/);
    await server.act("user:from elsewhere");
    await server.up();
    await expectOnceFrom(page, ["hello", "from elsewhere"]);
  });

  test("says what to set where a new conversation is wanted", async ({ page, agent }) => {
    const server = await Server.start(agent, "nocors=1");
    await follow(page, server.url);
    await expectPhase(page, "refused");
    await expect(banner(page)).toContainText("OH_ALLOW_CORS_ORIGINS_0");
    expect((await server.report()).conversations).toEqual([]);
    await expect(box(page)).toBeEditable();
  });
});

/** What the person said here and elsewhere, each with its answer. */
async function expectOnceFrom(page: Page, said: string[]): Promise<void> {
  await until(page, async () => {
    await expect(items(page, "agent", "done")).toHaveCount(said.length, { timeout: 1 });
    await expect(items(page, "user", "confirmed")).toHaveText(
      said.map((text) => new RegExp(text)), { timeout: 1 },
    );
  });
}
