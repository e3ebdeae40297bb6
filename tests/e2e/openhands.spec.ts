import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { conversationOf } from "./support/openhands.ts";
import {
  type Agent, button, connection, expect, expectPhase, items, log, open, part, send, test,
} from "./support/parlor.ts";

/** Follows a link to the OpenHands server; without a conversation one is made. */
async function connect(page: Page, agent: Agent, conversation?: string): Promise<void> {
  await follow(page, agent, conversation);
  await expectPhase(page, "open");
}

async function follow(page: Page, agent: Agent, conversation?: string): Promise<void> {
  const query = new URLSearchParams({ server: "openhands-v0", url: agent.openhands });
  if (conversation) query.set("conversation", conversation);
  await open(page, `?${query}`);
  const dialog = page.getByRole("dialog");
  await button(dialog, "Connect").click();
  await expect(dialog).toBeHidden();
}

test("a new conversation is made, and a message is answered", async ({ page, agent }) => {
  await connect(page, agent);
  await send(page, "hello there");
  await expect(items(page, "user", "confirmed")).toHaveText([/hello there/]);
  await expect(items(page, "agent").last()).toContainText("hello there");
  await expect(button(page, "Stop")).toBeHidden();
});

test("a command, an edit, tasks and a page are shown as what they are", async ({ page, agent }) => {
  await connect(page, agent, await conversationOf(agent.openhands));
  await send(page, "run");
  const run = log(page).getByRole("article", { name: /run/ });
  await expect(run).toHaveAttribute("data-state", "done");
  await expect(part(run, "result")).toContainText("exit code 0");

  await send(page, "edit");
  const edit = log(page).getByRole("article", { name: /edit/ });
  await expect(edit).toHaveAttribute("data-state", "done");
  await expect(edit.locator('[data-change="added"]').first()).toBeVisible();

  await send(page, "browse");
  const browse = log(page).getByRole("article", { name: /browse/ });
  await expect(browse.getByRole("img").first()).toBeVisible();

  await send(page, "tasks");
  const tasks = log(page).getByRole("article", { name: /task/ });
  await expect(tasks.getByRole("listitem").first()).toBeVisible();
});

for (const [name, state] of [["Approve", "approved"], ["Deny", "denied"]] as const) {
  test(`a question is answered: ${name}`, async ({ page, agent }) => {
    await connect(page, agent, await conversationOf(agent.openhands));
    await send(page, "ask");
    const asked = items(page, "approval");
    await expect(items(page, "tool")).toContainText("Waits for your answer");
    await button(asked, name).click();
    await expect(asked).toHaveAttribute("data-state", state);
    await expect(items(page, "tool")).toHaveCount(1);
    await expect(items(page, "tool")).toHaveAttribute("data-state", name === "Approve" ? "done" : "denied");
  });
}

test("what was stopped says so, and its late output still comes", async ({ page, agent }) => {
  await connect(page, agent, await conversationOf(agent.openhands));
  await send(page, "slow");
  await items(page, "tool", "pending").waitFor();
  await button(page, "Stop").click();
  await expect(items(page, "notice").filter({ hasText: "Stopped." })).toBeVisible();
  await expect(items(page, "tool", "done")).toHaveCount(1);
});

test("an error of the model is said in words, and the next message goes on", async ({
  page,
  agent,
}) => {
  await connect(page, agent, await conversationOf(agent.openhands));
  await send(page, "error");
  await expect(items(page, "error")).toContainText("The model refused the server's key");
  await send(page, "and now?");
  await expect(items(page, "agent").last()).toContainText("and now?");
  await expect(items(page, "error")).toHaveCount(1);
});

test("a conversation that the server does not know is not made by looking", async ({
  page,
  agent,
}) => {
  const conversation = randomUUID().replaceAll("-", "");
  const query = new URLSearchParams({ server: "openhands-v0", url: agent.openhands, conversation });
  await open(page, `?${query}`);
  await button(page.getByRole("dialog"), "Connect").click();
  await expectPhase(page, "refused");
  await expect(page.locator(".banner")).toContainText("knows no such conversation");
  const listed = await fetch(`${agent.openhands}/api/conversations/${conversation}`);
  expect(await listed.json()).toBeNull();
});

/** What the server says of a conversation. */
async function status(agent: Agent, conversation: string): Promise<string> {
  const response = await fetch(`${agent.openhands}/api/conversations/${conversation}`);
  return ((await response.json()) as { status: string }).status;
}

test("the server's agent is ended once that was confirmed, and a message starts it again", async ({
  page,
  agent,
}) => {
  const conversation = await conversationOf(agent.openhands);
  await connect(page, agent, conversation);
  await send(page, "hello there");
  await expect(items(page, "agent")).toHaveCount(1);
  const ask = async () => {
    await page.keyboard.press("Control+k");
    await page.keyboard.type("stop the server");
    await page.keyboard.press("Enter");
    return page.getByRole("dialog", { name: "Stop the server's agent?" });
  };
  await button(await ask(), "Cancel").click();
  await expect(page.getByRole("dialog")).toBeHidden();
  expect(await status(agent, conversation)).toBe("RUNNING");

  await button(await ask(), "Stop the agent").click();
  await expectPhase(page, "refused");
  await expect(page.locator(".banner")).toContainText("Send a message to start it again.");
  await expect.poll(() => status(agent, conversation)).toBe("STOPPED");
  await send(page, "and now?");
  await expectPhase(page, "open");
  await expect(items(page, "agent").last()).toContainText("and now?");
  expect((await agent.report(conversation)).accepted).toEqual(["hello there", "and now?"]);
});

type Upload = { name: string; mimeType: string; buffer: Buffer };

const text = (name: string, mimeType: string, holds: string): Upload => ({
  name,
  mimeType,
  buffer: Buffer.from(holds),
});

/** Picks files, as a person does. */
async function pick(page: Page, ...files: Upload[]): Promise<void> {
  const chooser = page.waitForEvent("filechooser");
  await button(page, "Attach").click();
  await (await chooser).setFiles(files);
  const remove = page.getByRole("button", { name: /^Remove/ });
  await expect(remove).toHaveCount(files.length);
}

const FILES = [
  text("notes.txt", "text/plain", "Grüße\n"),
  text("main.rs", "", "fn main() {}\n"),
  text("drawing.svg", "image/svg+xml", "<svg xmlns='http://www.w3.org/2000/svg'/>"),
];

test("any text file goes with a message, and the agent is told where it is", async ({
  page,
  agent,
}) => {
  const conversation = await conversationOf(agent.openhands);
  await connect(page, agent, conversation);
  await pick(page, ...FILES);
  await send(page, "read these");
  const names = FILES.map(({ name }) => name);
  await expect(items(page, "user", "confirmed")).toHaveText([/read these/]);
  for (const name of names) await expect(items(page, "user").getByText(name)).toBeVisible();
  const report = await agent.report(conversation);
  expect(report.uploaded).toEqual(FILES.map(({ name, buffer }) => [name, buffer.toString()]));
  const places = names.map((name) => `/workspace/${name}`).join("\n\n");
  expect(report.accepted).toEqual([`read these\n\nNEW FILES ADDED: ${places}`]);

  // Another browser sees the names and not the places.
  const context = await page.context().browser()?.newContext({ baseURL: agent.origin });
  const other = await context?.newPage();
  if (!context || !other) throw new Error("no other browser");
  await connect(other, agent, conversation);
  await expect(items(other, "user").getByText("notes.txt", { exact: true })).toBeVisible();
  await expect(items(other, "user")).not.toContainText("/workspace");
  await context.close();
});

test("a file that is no text is refused before it is sent, for the server would damage it", async ({
  page,
  agent,
}) => {
  await connect(page, agent, await conversationOf(agent.openhands));
  const chooser = page.waitForEvent("filechooser");
  await button(page, "Attach").click();
  const damaged = { name: "a.pdf", mimeType: "application/pdf", buffer: Buffer.from([0x25, 0xff, 0xfe]) };
  await (await chooser).setFiles(damaged);
  await expect(page.getByRole("alert")).toContainText("a.pdf: this server keeps only pictures and text");
  await expect(page.getByRole("button", { name: /^Remove/ })).toHaveCount(0);
});

test("what the server does not take is not sent, and can be sent again", async ({ page, agent }) => {
  const conversation = await conversationOf(agent.openhands);
  await connect(page, agent, conversation);
  const skipped = { uploaded_files: [], skipped_files: [{ name: "notes.txt", reason: "full" }] };
  await page.route(/upload-files/, (route) => route.fulfill({ json: skipped }), { times: 1 });
  await pick(page, text("notes.txt", "text/plain", "hello"));
  await send(page, "read this");
  const failed = items(page, "user", "failed");
  await expect(failed).toContainText("The server did not take the files, so nothing was sent.");
  expect((await agent.report(conversation)).accepted).toEqual([]);
  await button(failed, "Send again").click();
  await expect(items(page, "user", "confirmed")).toHaveText([/read this/]);
  const report = await agent.report(conversation);
  expect(report.accepted).toHaveLength(1);
  expect(report.uploaded).toEqual([["notes.txt", "hello"]]);
});

test("a message that was left while its files were on the way goes out whole, and once", async ({
  page,
  agent,
}) => {
  const conversation = await conversationOf(agent.openhands);
  await connect(page, agent, conversation);
  let held = 0;
  await page.route(/upload-files/, () => { held += 1; }, { times: 1 });
  await pick(page, text("notes.txt", "text/plain", "hello"));
  await send(page, "read this");
  await expect.poll(() => held).toBe(1);
  await expect(items(page, "user", "sending")).toHaveText([/read this/]);
  await page.goto("/");
  await expect(items(page, "user", "confirmed")).toHaveText([/read this/]);
  await expect(items(page, "agent").last()).toBeVisible();
  const report = await agent.report(conversation);
  expect(report.accepted).toEqual(["read this\n\nNEW FILES ADDED: /workspace/notes.txt"]);
  expect(report.uploaded).toEqual([["notes.txt", "hello"]]);
});

type Exported = { id: number; action?: string; args?: { content?: string } };

/** Chooses the command, and reads the file that comes of it. */
async function download(page: Page): Promise<{ name: string; events: Exported[] }> {
  await page.keyboard.press("Control+k");
  await page.keyboard.type("download");
  const coming = page.waitForEvent("download");
  await page.keyboard.press("Enter");
  const download = await coming;
  const path = await download.path();
  const events = JSON.parse(await readFile(path, "utf8")) as Exported[];
  return { name: download.suggestedFilename(), events };
}

test("the conversation is downloaded, from the server or as it is kept here", async ({
  page,
  agent,
}) => {
  const conversation = await conversationOf(agent.openhands);
  await connect(page, agent, conversation);
  await send(page, "run");
  await expect(items(page, "tool", "done")).toHaveCount(1);
  await expect(items(page, "agent").last()).toContainText("That is done.");
  await expect(button(page, "Stop")).toBeHidden();
  const whole = await download(page);
  expect(whole.name).toBe("run.json");
  const ids = (events: readonly { id: number }[]) => events.map(({ id }) => id);
  expect(ids(whole.events)).toEqual(ids((await agent.report(conversation)).events));

  await page.route(/trajectory/, (route) => route.abort());
  const kept = await download(page);
  const said = (events: readonly Exported[]) => events.filter(({ action }) => action === "message");
  expect(said(kept.events).map(({ id, args }) => [id, args?.content])).toEqual(
    said(whole.events).map(({ id, args }) => [id, args?.content]),
  );
});

/** Presses "Try now" whenever there is something to try, until `done`. */
async function insist(page: Page, done: () => Promise<boolean>): Promise<void> {
  await expect(async () => {
    const again = button(page, "Try now");
    if (await again.isVisible()) await again.click({ timeout: 500 }).catch(() => undefined);
    expect(await done()).toBe(true);
  }).toPass({ timeout: 150_000, intervals: [50] });
}

test("cut again and again, nothing is lost and nothing is shown twice", async ({ page, agent }) => {
  test.setTimeout(180_000);
  const conversation = await conversationOf(agent.openhands);
  await agent.faults(conversation, "cut_every=250&seed=7&cuts=25&gap=1");
  await follow(page, agent, conversation);
  await send(page, "long 120");
  await insist(page, async () => (await items(page, "tool", "done").count()) === 120);
  await insist(page, async () => (await connection(page).getAttribute("data-phase")) === "open");
  await expect(items(page, "agent").last()).toBeVisible();
  const { accepted, events, connections } = await agent.report(conversation);
  expect(connections).toBeGreaterThan(5);
  expect(accepted).toEqual(["long 120"]);
  expect(events.filter((event) => event.action === "run")).toHaveLength(120);
  await expect(items(page, "user")).toHaveCount(1);
  await expect(items(page, "tool")).toHaveCount(120);
});
