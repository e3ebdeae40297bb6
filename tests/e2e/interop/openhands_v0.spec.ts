// The page against the real OpenHands V0 server, started by `cargo xtask interop openhands-v0`;
// tests/interop/openhands_v0/model.py plays the model. Not part of the usual tests.

import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { connect, conversation, events, follow, type Logged, outline, said } from "../support/openhands.ts";
import {
  articles, banner, button, expect, expectPhase, items, log, part, send, test as base,
} from "../support/parlor.ts";
import type { Watch } from "../support/watch.ts";

const test = base.extend<{ server: string }>({
  // biome-ignore lint: Playwright reads the names of the parameters.
  server: async ({}, use) => {
    const server = process.env.PARLOR_OPENHANDS_V0;
    if (!server) throw new Error("PARLOR_OPENHANDS_V0 is not set: cargo xtask interop openhands-v0");
    await use(server);
  },
  peers: async ({ server }, use) => use([new URL(server).host]),
});

// The server answers 500, and without the headers that let the page see it, where it reads a
// conversation's file that it is just writing.
test.use({ noise: /\/api\/conversations.* blocked by CORS policy/ });

const tool = (page: Page, name: RegExp) => log(page).getByRole("article", { name });

/** What the person said and the tools that ran are those of the server's log, in its order. */
async function expectTheLog(page: Page, server: string, watch: Watch): Promise<Logged[]> {
  const logged = await events(server, conversation(watch));
  const shown = items(page, "user").or(items(page, "tool"));
  await expect.poll(() => shown.evaluateAll(kinds)).toEqual(outline(logged));
  await expect(items(page, "user")).toHaveText(said(logged).map((text) => new RegExp(text)));
  return logged;
}

const kinds = (shown: (HTMLElement | SVGElement)[]) => shown.map((item) => item.dataset.kind);

test.beforeEach(async ({ page, server }) => connect(page, server));

test("a new conversation is made, and a message is answered in Markdown", async ({
  page,
  server,
  watch,
}) => {
  await send(page, "play: greet");
  await expect(items(page, "user", "confirmed")).toHaveText([/play: greet/]);
  const answer = items(page, "agent", "done");
  await expect(answer.locator("strong")).toHaveText("bold");
  await expect(answer.getByRole("table")).toContainText("2");
  await expect(answer.locator("pre")).toContainText('print("hi")');
  await expect(button(page, "Stop")).toBeHidden();
  const logged = await expectTheLog(page, server, watch);
  expect(said(logged)).toEqual(["play: greet"]);
});

test("a command has its output and its exit code", async ({ page, server, watch }) => {
  await send(page, "play: run");
  await expect(items(page, "agent").last()).toContainText("Both commands ran.");
  const runs = tool(page, /run/);
  await expect(runs).toHaveCount(2);
  await expect(part(runs.first(), "result")).toContainText("printed");
  await expect(part(runs.first(), "result")).toContainText("exit code 0");
  await expect(part(runs.last(), "result")).toContainText("exit code 3");
  await expectTheLog(page, server, watch);
});

test("an edit has its diff", async ({ page, server, watch }) => {
  await send(page, `play: edit file_${Date.now()}`);
  await expect(items(page, "agent").last()).toContainText("The file is written.");
  const edits = tool(page, /edit/);
  await expect(edits).toHaveCount(2);
  const change = edits.last();
  await expect(change.locator('[data-change="removed"]')).toContainText("name = 1");
  await expect(change.locator('[data-change="added"]')).toContainText("name = 2");
  await expectTheLog(page, server, watch);
});

test("a question is approved, and the next one denied", async ({ page, server, watch }) => {
  await send(page, "play: ask");
  const asked = items(page, "approval");
  await button(asked, "Approve").click();
  await expect(asked).toHaveAttribute("data-state", "approved");
  await expect(items(page, "agent").last()).toContainText("That was allowed.");
  await expect(items(page, "tool")).toHaveAttribute("data-state", "done");

  await send(page, "play: ask");
  await expect(asked).toHaveCount(2);
  await button(asked.last(), "Deny").click();
  await expect(asked.last()).toHaveAttribute("data-state", "denied");
  await expect(items(page, "tool").last()).toHaveAttribute("data-state", "denied");
  await expect(button(page, "Stop")).toBeHidden();
  await expectTheLog(page, server, watch);
});

test("a command that is stopped says so, and its late output still comes", async ({
  page,
  server,
  watch,
}) => {
  await send(page, "play: slow");
  await items(page, "tool", "pending").waitFor();
  await button(page, "Stop").click();
  await expect(items(page, "notice").filter({ hasText: "Stopped." })).toBeVisible();
  await expect(part(items(page, "tool", "done"), "result")).toContainText("tick 5");
  await send(page, "play: greet");
  await expect(items(page, "agent", "done").last()).toContainText("Hello!");
  await expectTheLog(page, server, watch);
});

test("a reload in the middle of a run loses nothing and shows nothing twice", async ({
  page,
  server,
  watch,
}) => {
  await send(page, "play: long");
  await expect(items(page, "tool", "done").nth(3)).toBeAttached();
  await page.reload();
  const dialog = page.getByRole("dialog");
  await expect(dialog.or(items(page).first()).first()).toBeVisible();
  if (await dialog.isVisible()) await button(dialog, "Connect").click();
  await expectPhase(page, "open");
  await expect(items(page, "agent").last()).toContainText("All twelve steps are done.");
  await expect(items(page, "tool", "done")).toHaveCount(12);
  const results = (await articles(page)).filter((article) => article.kind === "tool");
  for (const [at, result] of results.entries()) expect(result.text).toContain(`step ${at + 1}`);
  const logged = await expectTheLog(page, server, watch);
  expect(said(logged)).toEqual(["play: long"]);
});

test("a finished run ends with its last words", async ({ page, server, watch }) => {
  await send(page, "play: finish");
  await expect(items(page, "agent").last()).toContainText("Finished: all done.");
  await expect(button(page, "Stop")).toBeHidden();
  await expectTheLog(page, server, watch);
});

test("a conversation that is ended from elsewhere says so, and goes on where it was", async ({
  page,
  server,
  watch,
}) => {
  await send(page, "play: greet");
  await expect(items(page, "agent", "done")).toContainText("Hello!");
  await fetch(`${server}/api/conversations/${conversation(watch)}/stop`, { method: "POST" });
  await expectPhase(page, "refused");
  await expect(banner(page)).toContainText("ended this conversation's run");
  await button(page, "Try now").click();
  await expectPhase(page, "open");
  await send(page, "play: finish");
  await expect(items(page, "agent", "done").last()).toContainText("Finished: all done.");
  const logged = await expectTheLog(page, server, watch);
  expect(said(logged)).toEqual(["play: greet", "play: finish"]);
});

/** Chooses a command by a part of its name. */
async function command(page: Page, words: string): Promise<void> {
  await page.keyboard.press("Control+k");
  await page.keyboard.type(words);
  await page.keyboard.press("Enter");
}

test("a file is put where the agent finds it, and is shown by its name", async ({
  page,
  server,
  watch,
}) => {
  const name = `notes_${Date.now()}`;
  const chooser = page.waitForEvent("filechooser");
  await button(page, "Attach").click();
  const file = { name: `${name}.txt`, mimeType: "text/plain", buffer: Buffer.from("Grüße\n") };
  await (await chooser).setFiles(file);
  await expect(page.getByRole("button", { name: /^Remove/ })).toBeVisible();
  await send(page, `play: show ${name}`);
  await expect(items(page, "user", "confirmed")).toContainText(`${name}.txt`);
  await expect(items(page, "agent").last()).toContainText("That is what the file holds.");
  await expect(part(tool(page, /run/), "result")).toContainText("Grüße");
  const [text] = said(await events(server, conversation(watch)));
  expect(text).toMatch(new RegExp(`^play: show ${name}\n\nNEW FILES ADDED: /.*/${name}\\.txt$`));
  // What stands in the log is the same message to a page that did not send it.
  await page.evaluate(async () => {
    for (const { name } of await indexedDB.databases()) if (name) indexedDB.deleteDatabase(name);
  });
  await connect(page, server, conversation(watch));
  await expect(items(page, "user")).toHaveText([new RegExp(`${name}.txt\\s*play: show ${name}$`)]);
});

test("the server's own conversations are listed, and one of them opened", async ({
  page,
  server,
}) => {
  const headers = { "content-type": "application/json" };
  const post = { method: "POST", headers, body: "{}" };
  const made = await fetch(`${server}/api/conversations`, post);
  const { conversation_id: id } = (await made.json()) as { conversation_id: string };
  const title = `Listed ${Date.now()}`;
  const body = JSON.stringify({ title });
  // The server answers 500 where it reads a conversation's file that it is just writing.
  await expect(async () => {
    const named = await fetch(`${server}/api/conversations/${id}`, { method: "PATCH", headers, body });
    expect(await named.json()).toBe(true);
  }).toPass();
  await connect(page, server);
  await send(page, "play: greet");
  await expect(items(page, "agent", "done")).toContainText("Hello!");
  const list = page.getByRole("navigation", { name: "Conversations" });
  await expect(list.getByRole("heading")).toHaveText(`On ${new URL(server).host}`);
  await list.getByRole("button", { name: new RegExp(`^${title}`) }).click();
  await expectPhase(page, "open");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(title);
  await send(page, "play: finish");
  await expect(items(page, "agent", "done").last()).toContainText("Finished: all done.");
  expect(said(await events(server, id))).toEqual(["play: finish"]);
});

test("the server's agent is ended, and a message starts it again", async ({
  page,
  server,
  watch,
}) => {
  await send(page, "play: greet");
  await expect(items(page, "agent", "done")).toContainText("Hello!");
  await command(page, "stop the server");
  await button(page.getByRole("dialog"), "Stop the agent").click();
  await expectPhase(page, "refused");
  await expect(banner(page)).toContainText("Send a message to start it again.");
  const id = conversation(watch);
  const status = async () => {
    const response = await fetch(`${server}/api/conversations/${id}`);
    return ((await response.json()) as { status?: string } | null)?.status;
  };
  await expect.poll(status).toBe("STOPPED");
  await send(page, "play: finish");
  await expect(items(page, "agent", "done").last()).toContainText("Finished: all done.");
  expect(conversation(watch)).toBe(id);
  const logged = await expectTheLog(page, server, watch);
  expect(said(logged)).toEqual(["play: greet", "play: finish"]);
});

test("the conversation is downloaded as the server has it", async ({ page, server, watch }) => {
  await send(page, "play: run");
  await expect(items(page, "agent").last()).toContainText("Both commands ran.");
  await expect(button(page, "Stop")).toBeHidden();
  const coming = page.waitForEvent("download");
  await command(page, "download");
  const path = await (await coming).path();
  const file = JSON.parse(await readFile(path, "utf8")) as Logged[];
  const logged = await events(server, conversation(watch));
  expect(outline(file)).toEqual(["user", "tool", "tool"]);
  expect(said(file)).toEqual(said(logged));
});

test("a conversation that the server does not know is not made by looking", async ({
  page,
  server,
}) => {
  const unknown = randomUUID().replaceAll("-", "");
  await follow(page, server, unknown);
  await expectPhase(page, "refused");
  const listed = await fetch(`${server}/api/conversations/${unknown}`);
  expect(await listed.json()).toBeNull();
});
