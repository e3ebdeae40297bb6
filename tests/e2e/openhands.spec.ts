import { randomUUID } from "node:crypto";
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
  await agent.faults(conversation, "cut_every=250&seed=7&cuts=25&lose=3");
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
