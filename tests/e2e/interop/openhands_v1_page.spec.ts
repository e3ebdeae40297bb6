// The page against the real OpenHands V1 servers, started by `cargo xtask interop openhands-v1`;
// tests/interop/openhands_v1/model.py plays the model. Not part of the usual tests.

import { randomUUID } from "node:crypto";
import type { Page } from "@playwright/test";
import { conversation, follow, outline, shown } from "../support/openhands_v1_page.ts";
import { type AgentServer, type Logged, RISKY, said, Servers } from "../support/openhands_v1_real.ts";
import {
  banner, button, expect, expectPhase, items, log, part, send, test as base,
} from "../support/parlor.ts";
import { noise } from "../support/pictures.ts";
import type { Watch } from "../support/watch.ts";

const test = base.extend<object, { servers: Servers }>({
  // biome-ignore lint: Playwright reads the names of the parameters.
  servers: [async ({}, use) => use(await Servers.find()), { scope: "worker" }],
}).extend({
  peers: async ({ servers }, use) => {
    await use([servers.agent.host, servers.keyed.host, servers.app.host]);
  },
});

const tool = (page: Page, name: RegExp) => log(page).getByRole("article", { name });
const notice = (page: Page, text: string) => items(page, "notice").filter({ hasText: text });
const atRest = (page: Page) => expect(button(page, "Stop")).toBeHidden();

/** Everything that the server has in its own history is on the screen, once and in its order. */
async function expectTheLog(page: Page, server: AgentServer, id: string): Promise<Logged[]> {
  await atRest(page);
  const logged = await server.events(id);
  await expect.poll(() => shown(page)).toEqual(outline(logged));
  return logged;
}

async function connect(page: Page, server: AgentServer, more: Record<string, string> = {}) {
  await follow(page, server.address, more);
  await expectPhase(page, "open");
}

/** The link stands in the address: what was stored decides whether it has to be confirmed. */
async function reload(page: Page): Promise<void> {
  await page.reload();
  const dialog = page.getByRole("dialog");
  await expect(dialog.or(items(page).first()).first()).toBeVisible();
  if (await dialog.isVisible()) await button(dialog, "Connect").click();
  await expectPhase(page, "open");
}

test.describe("an agent server", () => {
  test("makes a conversation, and a message is answered in Markdown as it is written", async ({
    page, servers: { agent }, watch,
  }) => {
    await connect(page, agent);
    await send(page, "play: greet");
    await expect(items(page, "agent", "streaming")).toBeVisible();
    await expect(items(page, "user", "confirmed")).toHaveText([/play: greet/]);
    const answer = items(page, "agent", "done");
    await expect(answer.locator("strong")).toHaveText("bold");
    await expect(answer.getByRole("table")).toContainText("2");
    const logged = await expectTheLog(page, agent, conversation(watch));
    expect(said(logged)).toEqual(["play: greet"]);
  });

  test("has the reasoning before the answer", async ({ page, servers: { agent }, watch }) => {
    await connect(page, agent);
    await send(page, "play: reason");
    await expect(items(page, "reasoning", "done")).toHaveCount(1);
    await expect(items(page, "agent", "done")).toHaveCount(1);
    await expectTheLog(page, agent, conversation(watch));
  });

  test("runs a command, with its output and its exit code", async ({
    page, servers: { agent }, watch,
  }) => {
    await connect(page, agent);
    await send(page, "play: run echo printed");
    const ran = tool(page, /terminal/);
    await expect(part(ran, "result")).toContainText("printed");
    await expect(part(ran, "result")).toContainText("exit code 0");
    await atRest(page);
    await send(page, "play: fail");
    await expect(part(ran.last(), "result")).toContainText("exit code 3");
    await expect(ran.last()).toHaveAttribute("data-state", "failed");
    await expectTheLog(page, agent, conversation(watch));
  });

  test("edits a file, shown as a diff", async ({ page, servers: { agent }, watch }) => {
    await connect(page, agent);
    await send(page, `play: edit file_${Date.now()}`);
    const edits = tool(page, /file_editor/);
    await expect(edits).toHaveCount(2);
    const change = edits.last();
    await expect(change.locator('[data-change="removed"]')).not.toHaveCount(0);
    await expect(change.locator('[data-change="added"]')).not.toHaveCount(0);
    await expectTheLog(page, agent, conversation(watch));
  });

  test("calls two tools at once, and each has its result", async ({
    page, servers: { agent }, watch,
  }) => {
    await connect(page, agent);
    await send(page, "play: both");
    await atRest(page);
    await expect(items(page, "tool", "done")).toHaveCount(2);
    await expect(tool(page, /task_tracker/)).toHaveCount(1);
    await expectTheLog(page, agent, conversation(watch));
  });

  test("asks before a risky command: allowed, then refused with a reason", async ({
    page, servers: { agent },
  }) => {
    const id = await agent.create("play: ask", RISKY);
    await connect(page, agent, { conversation: id });
    const asked = items(page, "approval");
    await expect(asked).toContainText(/risk/i);
    await button(asked, "Approve").click();
    await expect(asked).toHaveAttribute("data-state", "approved");
    await expect(items(page, "tool", "done")).toHaveCount(1);
    await atRest(page);

    await send(page, "play: ask");
    await expect(asked).toHaveCount(2);
    await button(asked.last(), "Deny").click();
    const why = asked.last().getByRole("textbox");
    await why.fill("Not on a Saturday");
    await why.press("Enter");
    await expect(asked.last()).toHaveAttribute("data-state", "denied");
    await expect(items(page, "tool", "denied")).toContainText("Not on a Saturday");
    const logged = await expectTheLog(page, agent, id);
    const refused = logged.find(({ kind }) => kind === "UserRejectObservation");
    expect(refused).toMatchObject({ rejection_reason: "Not on a Saturday" });
  });

  test("is interrupted at once, and goes on with the next message", async ({
    page, servers: { agent }, watch,
  }) => {
    await connect(page, agent);
    await send(page, "play: stream 500 50");
    await expect(items(page, "agent", "streaming")).toBeVisible();
    await button(page, "Stop").click();
    await expect(notice(page, "Stopped.")).toBeVisible();
    await expect(items(page, "agent")).toHaveCount(0);
    await send(page, "play: finish");
    await expect(items(page, "agent", "done")).toHaveCount(1);
    await expectTheLog(page, agent, conversation(watch));
  });

  test("takes a picture and a file, and has both where it finds them", async ({
    page, servers: { agent }, watch,
  }) => {
    await connect(page, agent);
    const name = `notes_${Date.now()}.bin`;
    const bytes = Buffer.from([0, 255, 1, 254, 10]);
    const chooser = page.waitForEvent("filechooser");
    await button(page, "Attach").click();
    await (await chooser).setFiles([
      noise(20, 20),
      { name, mimeType: "application/x-thing", buffer: bytes },
    ]);
    await expect(page.getByRole("button", { name: /^Remove/ })).toHaveCount(2);
    await send(page, "play: images");
    await expect(items(page, "user", "confirmed")).toContainText(name);
    await expect(items(page, "user").locator("img")).toHaveCount(1);
    await expect(items(page, "agent", "done")).toHaveCount(1);
    const [text] = said(await agent.events(conversation(watch)));
    const [, path] = /NEW FILES ADDED: (.*)$/.exec(text ?? "") ?? [];
    const file = await agent.ask("GET", `/api/file/download?path=${encodeURIComponent(path ?? "")}`);
    expect(Buffer.from(await file.arrayBuffer()).equals(bytes)).toBe(true);
  });

  test("streams on over a reload: nothing is lost and nothing twice", async ({
    page, servers: { agent }, watch,
  }) => {
    await connect(page, agent);
    await send(page, "play: stream 200 20");
    await expect(items(page, "agent", "streaming")).toBeVisible();
    await reload(page);
    await expect(items(page, "agent", "done")).toHaveCount(1);
    await expectTheLog(page, agent, conversation(watch));
    expect(watch.sockets.at(-1)).not.toContain("after_seq=-1");
  });

  test("goes on after a long run that was watched from two pages", async ({
    page, servers: { agent }, watch, context,
  }) => {
    await connect(page, agent);
    await send(page, "play: long");
    await expect(items(page, "tool", "done").nth(3)).toBeAttached();
    const id = conversation(watch);
    const other = await context.newPage();
    await follow(other, agent.address, { conversation: id });
    await expect(items(other, "tool", "done")).toHaveCount(12);
    await expectTheLog(page, agent, id);
    await expectTheLog(other, agent, id);
  });

  test("a conversation that it does not know is not made by looking", async ({
    page, servers: { agent },
  }) => {
    const unknown = randomUUID();
    await follow(page, agent.address, { conversation: unknown });
    await expectPhase(page, "refused");
    await expect(banner(page)).toContainText("knows no such conversation");
    expect((await agent.ask("GET", `/api/conversations/${unknown}`)).status).toBe(404);
  });

  test("lists its conversations, one is opened, and has its title", async ({
    page, servers: { agent },
  }) => {
    const id = await agent.create("play: greet");
    await agent.settled(id);
    const title = `Listed ${Date.now()}`;
    await agent.have("PATCH", `/api/conversations/${id}`, { title });
    await connect(page, agent);
    const list = page.getByRole("navigation", { name: "Conversations" });
    await list.getByRole("button", { name: new RegExp(`^${title}`) }).click();
    await expectPhase(page, "open");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(title);
    await expectTheLog(page, agent, id);
  });
});

test.describe("an agent server with a key", () => {
  // One test ends it, so they take turns.
  test.describe.configure({ mode: "serial" });

  test("lets nobody in with another key, and says so", async ({ page, servers: { keyed } }) => {
    const id = await keyed.create("play: greet");
    await follow(page, keyed.address, { conversation: id, session_api_key: "wrong" });
    await expectPhase(page, "refused");
    await expect(banner(page)).toContainText("key");
  });

  test("gets its key in the first frame, and never in an address", async ({
    page, servers: { keyed }, watch,
  }) => {
    await follow(page, `${keyed.address}/?session_api_key=${keyed.key}`);
    await expectPhase(page, "open");
    await send(page, "play: greet");
    await expect(items(page, "agent", "done")).toHaveCount(1);
    await expectTheLog(page, keyed, conversation(watch));
    expect(watch.sockets.filter((address) => address.includes(keyed.key ?? ""))).toEqual([]);
  });

  test("is ended in the middle of a run, and goes on where it was", async ({
    page, servers, watch,
  }) => {
    const { keyed } = servers;
    await follow(page, `${keyed.address}/?session_api_key=${keyed.key}`);
    await expectPhase(page, "open");
    await send(page, "play: slow");
    await items(page, "tool", "pending").waitFor();
    await servers.kill("keyed");
    await expectPhase(page, /waiting|connecting/);
    await send(page, "play: finish");
    await servers.start("keyed");
    await expectPhase(page, "open");
    await expect(items(page, "tool", "failed")).toContainText("restart");
    await expect(items(page, "user", "confirmed")).toHaveCount(2);
    await expect(items(page, "agent", "done").last()).toBeVisible();
    const logged = await expectTheLog(page, keyed, conversation(watch));
    expect(said(logged)).toEqual(["play: slow", "play: finish"]);
  });
});

test.describe("an app server", () => {
  test.describe.configure({ mode: "serial", timeout: 180_000 });

  /** The host of a sandbox is known only once there is one. */
  const sandboxed = async (watch: Watch, { app }: Servers, id: string) => {
    const found = await app.conversation(id);
    const agent = app.sandbox(found);
    watch.allow(agent.host);
    return agent;
  };
  let id = "";

  test("starts a conversation, says how far it is, and streams the answer", async ({
    page, servers, watch,
  }) => {
    watch.allow("localhost");
    await follow(page, servers.app.address);
    await expectPhase(page, "open", 150_000);
    id = conversation(watch);
    const agent = await sandboxed(watch, servers, id);
    await send(page, "play: greet");
    await expect(items(page, "agent", "done").locator("strong")).toHaveText("bold");
    // What another client says through the app server comes here too.
    expect((await servers.app.send(id, "play: run echo inside")).status).toBe(200);
    await expect(part(items(page, "tool", "done"), "result")).toContainText("inside");
    const logged = await expectTheLog(page, agent, id);
    expect(said(logged)).toEqual(["play: greet", "play: run echo inside"]);
    // The key to the sandbox, and that to the app server, go each to its own server alone.
    const { session_api_key } = await servers.app.conversation(id);
    expect(watch.sockets.filter((address) => address.includes(session_api_key))).toEqual([]);
  });

  test("lists it; paused, it is woken by a message", async ({ page, servers, watch }) => {
    watch.allow("localhost");
    const found = (await servers.app.have("GET", `/api/v1/app-conversations?ids=${id}`)) as [
      { sandbox_id: string },
    ];
    await servers.app.have("POST", `/api/v1/sandboxes/${found[0].sandbox_id}/pause`);
    // Whoever asks the server directly is sent away.
    expect((await servers.app.send(id, "play: finish")).status).toBe(409);
    await follow(page, servers.app.address, { conversation: id });
    await expectPhase(page, "refused");
    await expect(banner(page)).toContainText("paused");
    const before = await items(page, "user", "confirmed").count();
    await expect(items(page, "tool", "done")).toHaveCount(1);
    await send(page, "play: finish");
    await expectPhase(page, "open");
    await expect(items(page, "user", "confirmed")).toHaveCount(before + 1);
    await atRest(page);
    await expectTheLog(page, await sandboxed(watch, servers, id), id);
  });

  test("archived, it can be read, and says so", async ({ page, servers, watch }) => {
    watch.allow("localhost");
    const agent = await sandboxed(watch, servers, id);
    const before = outline(await agent.events(id));
    const [{ sandbox_id }] = (await servers.app.have(
      "GET", `/api/v1/app-conversations?ids=${id}`,
    )) as [{ sandbox_id: string }];
    await expect
      .poll(async () => {
        const path = `/api/v1/conversation/${id}/events/search?limit=100`;
        const { items } = (await servers.app.have("GET", path)) as { items: Logged[] };
        return outline(items);
      })
      .toEqual(before);
    await servers.app.have("DELETE", `/api/v1/sandboxes/${sandbox_id}?sandbox_id=${sandbox_id}`);
    await follow(page, servers.app.address, { conversation: id });
    await expectPhase(page, "refused");
    await expect(banner(page)).toContainText("can be read");
    await expect.poll(() => shown(page)).toEqual(before);
  });
});
