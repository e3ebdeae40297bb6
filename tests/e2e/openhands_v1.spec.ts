// A conversation with OpenHands V1: leave given from here and elsewhere, two tabs, the server's list.

import { readFile } from "node:fs/promises";
import type { Locator, Page } from "@playwright/test";
import { connected, until } from "./support/chaos.ts";
import { type Event, Server } from "./support/openhands_v1.ts";
import { follow, outline, shown } from "./support/openhands_v1_page.ts";
import type { Logged } from "./support/openhands_v1_real.ts";
import {
  type Agent, box, button, expect, expectPhase, items, send, test, toasts,
} from "./support/parlor.ts";

/** Connects to a new conversation of a new agent server. */
async function begin(page: Page, agent: Agent, more: object = {}): Promise<{ server: Server; id: string }> {
  const server = await Server.start(agent);
  const id = await server.conversation(more);
  await follow(page, server.url, { conversation: id });
  await connected(page);
  return { server, id };
}

/** What the log of the only conversation has. */
async function logged(server: Server): Promise<Event[]> {
  return (await server.report()).conversations[0]?.events ?? [];
}

/** The screen has what the log has, once and in its order. */
async function expectTheLog(page: Page, server: Server): Promise<void> {
  await until(page, async () => {
    expect(await shown(page)).toEqual(outline((await logged(server)) as Logged[]));
    await expect(items(page, "agent", "streaming")).toHaveCount(0, { timeout: 1 });
  });
}

/** A page of another browser, which knows nothing of what this one keeps. */
async function elsewhere(page: Page, agent: Agent, url: string, id: string): Promise<Page> {
  const context = await page.context().browser()?.newContext({ baseURL: agent.origin });
  const other = await context?.newPage();
  if (!other) throw new Error("no other browser");
  await follow(other, url, { conversation: id });
  await connected(other);
  return other;
}

test.describe("leave for what the agent wants to do", () => {
  const ALWAYS = { confirmation_policy: { kind: "AlwaysConfirm" } };
  const pending = (page: Page): Locator => items(page, "approval", "pending");

  async function asked(page: Page, agent: Agent): Promise<{ server: Server; id: string }> {
    const begun = await begin(page, agent, ALWAYS);
    await send(page, "[risky]");
    await expect(pending(page)).toBeVisible();
    return begun;
  }

  test("is given: the call runs, and the server heard of it once", async ({ page, agent }) => {
    const { server } = await asked(page, agent);
    await button(pending(page), "Approve").click();
    await expect(items(page, "tool", "done")).toHaveCount(1);
    await expect(items(page, "approval", "approved")).toHaveCount(1);
    await expect(items(page, "agent").last()).toContainText("Handled the risky step.");
    const { approvals } = await server.report();
    expect(approvals).toMatchObject([{ accept: true }]);
    await expectTheLog(page, server);
  });

  test("is refused: the agent rests, and what waited goes to it then", async ({ page, agent }) => {
    const { server } = await asked(page, agent);
    await send(page, "[finish] instead");
    await expect(items(page, "user", "queued")).toHaveText([/instead/]);
    expect(await server.messages(), "not sent while it waits").toEqual(["[risky]"]);
    await expect(button(page, "Stop"), "Deny is the way to stop here").toHaveCount(0);
    await button(pending(page), "Deny").click();
    const why = page.getByRole("textbox", { name: "Why? (optional)" });
    await why.press("Enter");
    await expect(items(page, "tool", "denied")).toHaveCount(1);
    await expect(items(page, "user", "confirmed")).toHaveCount(2);
    await expectTheLog(page, server);
    const { approvals, messages } = await server.report();
    expect(approvals).toMatchObject([{ accept: false }]);
    expect(messages.map(({ text }) => text)).toEqual(["[risky]", "[finish] instead"]);
    expect((await logged(server)).filter(({ kind }) => kind === "UserRejectObservation")).toHaveLength(1);
  });

  test("is asked for again after a reload, and given once", async ({ page, agent }) => {
    const { server } = await asked(page, agent);
    await page.goto("/");
    await connected(page);
    await expect(items(page, "approval")).toHaveCount(1);
    await button(pending(page), "Approve").click();
    await expect(items(page, "tool", "done")).toHaveCount(1);
    expect((await server.report()).approvals).toHaveLength(1);
    await expectTheLog(page, server);
  });

  test("is given elsewhere, and asked for here no more", async ({ page, agent }) => {
    const { server, id } = await asked(page, agent);
    const other = await elsewhere(page, agent, server.url, id);
    await button(pending(other), "Approve").click();
    await expect(items(other, "tool", "done")).toHaveCount(1);
    await expect(items(page, "tool", "done")).toHaveCount(1);
    await expect(pending(page)).toHaveCount(0);
    await expect(items(page, "approval")).toHaveCount(1);
    expect((await server.report()).approvals).toHaveLength(1);
    await expectTheLog(page, server);
    await other.context().close();
  });

  test("is asked for again where the answer did not arrive", async ({ page, agent }) => {
    const { server } = await asked(page, agent);
    await server.faults("fail=500:1:cors&at=respond");
    await button(pending(page), "Approve").click();
    await expect(toasts(page).first()).toBeVisible();
    await expect(pending(page)).toBeVisible();
    await button(pending(page), "Approve").click();
    await expect(items(page, "tool", "done")).toHaveCount(1);
    expect((await server.report()).approvals).toHaveLength(1);
    await expectTheLog(page, server);
  });
});

test.describe("two tabs on one conversation", () => {
  /** A second tab of the same browser. */
  async function again(page: Page): Promise<Page> {
    const second = await page.context().newPage();
    await second.goto("/");
    await connected(second);
    return second;
  }

  test("see an answer grow over one socket", async ({ page, agent, watch }) => {
    const { server, id } = await begin(page, agent);
    await send(page, "hello");
    await expect(items(page, "agent", "done")).toHaveCount(1);
    const second = await again(page);
    await expect(items(second, "agent", "done")).toHaveCount(1);
    await send(second, "[stream 60 30]");
    await items(second, "agent", "streaming").waitFor();
    await expect(items(page, "agent", "streaming")).toBeVisible();
    await expectTheLog(page, server);
    await expectTheLog(second, server);
    expect(watch.sockets.filter((socket) => socket.includes(id))).toHaveLength(1);
    expect(await server.messages()).toEqual(["hello", "[stream 60 30]"]);
  });

  test("one goes on where the other is killed amid an answer", async ({ page, agent, context }) => {
    const { server } = await begin(page, agent);
    await send(page, "hello");
    await expect(items(page, "agent", "done")).toHaveCount(1);
    const second = await again(page);
    await send(page, "[stream 80 40]");
    await items(second, "agent", "streaming").waitFor();
    const crashed = page.waitForEvent("crash");
    const session = await context.newCDPSession(page);
    session.send("Page.crash").catch(() => undefined);
    await crashed;
    await connected(second);
    await expectTheLog(second, server);
    await send(second, "and now?");
    await expect(items(second, "user", "confirmed")).toHaveCount(3);
    await expect(items(second, "agent", "done")).toHaveCount(3);
    await expectTheLog(second, server);
    expect(await server.messages()).toEqual(["hello", "[stream 80 40]", "and now?"]);
    const { sockets } = await server.report();
    expect(Number(sockets.at(-1)?.query.after_seq), "what the first had kept").toBeGreaterThan(0);
  });

  test("that is being made: the second makes none of its own", async ({ page, agent }) => {
    const server = await Server.start(agent, "boot=100");
    let make = (): void => undefined;
    const held = new Promise<void>((resolve) => (make = resolve));
    await page.route(/app-conversations$/, (route) => held.then(() => route.fallback()));
    await follow(page, server.app);
    const second = await page.context().newPage();
    await second.goto("/");
    await send(second, "from the second");
    await expect(items(page, "user")).toHaveText([/from the second/]);
    await box(second).fill("half a thought");
    make();
    await connected(page);
    await connected(second);
    await expect(items(page, "agent", "done")).toHaveCount(1);
    await expect(items(second, "agent", "done")).toHaveCount(1);
    await expectTheLog(page, server);
    await expectTheLog(second, server);
    await expect(box(second)).toHaveValue("half a thought");
    const { conversations, requests } = await server.report();
    expect(conversations).toHaveLength(1);
    const made = requests.filter(({ path, method }) => method === "POST" && path.endsWith("/app-conversations"));
    expect(made).toHaveLength(1);
    expect(await server.messages()).toEqual(["from the second"]);
  });
});

test.describe("what the server keeps", () => {
  const list = async (page: Page): Promise<Locator> => {
    const list = page.getByRole("navigation", { name: "Conversations" });
    if (!(await list.isVisible())) await button(page, "Conversations").click();
    return list;
  };

  test("a title is there after the first answer, though nothing tells of it", async ({ page, agent }) => {
    const { server } = await begin(page, agent);
    await send(page, "about dogs");
    await expect(items(page, "agent", "done")).toHaveCount(1);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("about dogs");
    await expect((await list(page)).getByRole("button", { name: /^about dogs/ })).toHaveCount(1);
    // Long before the page looks whether a quiet server is still there.
    const looks = (await server.report()).requests.filter(({ path }) => /conversations\/[^/]+$/.test(path));
    expect(looks.length).toBeLessThan(5);
  });

  test("conversations are found on the app server and opened, each once", async ({ page, agent }) => {
    const server = await Server.start(agent);
    for (const about of ["about cats", "about hounds"]) {
      const context = await page.context().browser()?.newContext({ baseURL: agent.origin });
      const other = await context?.newPage();
      if (!context || !other) throw new Error("no other browser");
      await follow(other, server.app);
      await connected(other);
      await send(other, about);
      await expect(items(other, "agent", "done")).toHaveCount(1);
      await context.close();
    }
    await follow(page, server.app);
    await connected(page);
    const all = await list(page);
    await expect(all.getByRole("button", { name: /^about cats/ })).toBeVisible();
    await all.getByRole("textbox").fill("hounds");
    await expect(all.getByRole("button", { name: /^about cats/ })).toHaveCount(0);
    await all.getByRole("button", { name: /^about hounds/ }).click();
    await expect(items(page, "user")).toHaveText([/about hounds/]);
    await expectPhase(page, "open");
    await send(page, "more of them");
    await expect(items(page, "agent", "done")).toHaveCount(2);
    await all.getByRole("textbox").fill("");
    await expect(all.getByRole("button", { name: /^about hounds/ })).toHaveCount(1);
    expect((await server.report()).conversations).toHaveLength(3);
  });

  test("a conversation is downloaded whole, over as many pages as it has", async ({ page, agent }) => {
    const { server } = await begin(page, agent);
    await send(page, "[long 45]");
    await expect(items(page, "agent").last()).toContainText("45 steps are done.", { timeout: 40_000 });
    await expect(button(page, "Stop")).toBeHidden();
    const coming = page.waitForEvent("download");
    await page.keyboard.press("Control+k");
    await page.keyboard.type("download");
    await page.keyboard.press("Enter");
    const events = JSON.parse(await readFile(await (await coming).path(), "utf8")) as Event[];
    const all = await logged(server);
    expect(all.length, "more than one page").toBeGreaterThan(100);
    expect(events.map(({ id }) => id)).toEqual(all.map(({ id }) => id));
  });
});
