import type { Page } from "@playwright/test";
import {
  type Agent, button, connect, expect, expectArticles, items, type Run, send, test,
} from "./support/parlor.ts";

/** A conversation whose agent is busy. */
async function busy(page: Page, agent: Agent): Promise<Run> {
  const chat = await connect(page, agent);
  await send(page, "slow one");
  await items(page, "agent", "streaming").waitFor();
  return chat;
}

test("a message typed while the agent works waits, and goes out after it", async ({
  page,
  agent,
}) => {
  const { run } = await busy(page, agent);
  await send(page, "second");
  await send(page, "third");
  await expect(items(page, "user", "queued")).toHaveText([/second/, /third/]);
  expect(await agent.messages(run)).toEqual(["slow one"]);
  await expectArticles(page, [
    { kind: "user", state: "confirmed", text: "slow one" },
    { kind: "agent", state: "done" },
    { kind: "user", state: "confirmed", text: "second" },
    { kind: "agent", state: "done", text: "second" },
    { kind: "user", state: "confirmed", text: "third" },
    { kind: "agent", state: "done", text: "third" },
  ]);
  expect(await agent.messages(run)).toEqual(["slow one", "second", "third"]);
});

test("a waiting message can be withdrawn", async ({ page, agent }) => {
  const { run } = await busy(page, agent);
  await send(page, "not after all");
  await button(items(page, "user", "queued"), "Withdraw").click();
  await expect(items(page, "user")).toHaveCount(1);
  await expect(items(page, "agent", "done")).toBeVisible();
  await expect(button(page, "Stop")).toBeHidden();
  expect(await agent.messages(run)).toEqual(["slow one"]);
});

test("a waiting message can be changed", async ({ page, agent }) => {
  const { run } = await busy(page, agent);
  await send(page, "with a tpyo");
  const waiting = items(page, "user", "queued");
  await button(waiting, "Edit").click();
  const field = waiting.getByRole("textbox");
  await field.fill("without a typo");
  await field.press("Enter");
  await expect(waiting).toContainText("without a typo");
  await expect(items(page, "agent", "done")).toHaveCount(2);
  expect(await agent.messages(run)).toEqual(["slow one", "without a typo"]);
});

test("a waiting message can be sent at once", async ({ page, agent }) => {
  const { run } = await busy(page, agent);
  await send(page, "cannot wait");
  await button(items(page, "user", "queued"), "Send now").click();
  await expect.poll(() => agent.messages(run)).toEqual(["slow one", "cannot wait"]);
});

test("Stop ends what is shown of the turn, says so, and the next message works", async ({
  page,
  agent,
}) => {
  await busy(page, agent);
  await button(page, "Stop").click();
  await expect(items(page, "agent").first()).toHaveAttribute("data-state", "interrupted");
  await expect(items(page, "notice").first()).toContainText("Stopped");
  await send(page, "and now something else");
  await expect(items(page, "agent", "done")).toContainText("and now something else", {
    timeout: 30_000,
  });
});
