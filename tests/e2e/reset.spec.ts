import type { Page } from "@playwright/test";
import {
  button, connect, expect, expectArticles, expectPhase, items, press, send, test,
} from "./support/parlor.ts";

/** Asks for a reset, and answers what is asked back. */
async function reset(page: Page, answer: "Keep" | "Reset"): Promise<void> {
  await press(page, "Reset conversation");
  const dialog = page.getByRole("dialog").or(page.getByRole("alertdialog"));
  await button(dialog, answer).click();
  await expect(dialog).toBeHidden();
}

test("Keep keeps the conversation", async ({ page, agent }) => {
  const { run } = await connect(page, agent);
  await send(page, "remember this");
  await expect(items(page, "agent", "done")).toBeVisible();
  await reset(page, "Keep");
  await expect(items(page)).toHaveCount(2);
  expect((await agent.frames(run)).map((frame) => frame.type)).toEqual(["message"]);
});

test("Reset makes the agent forget, once, and the page says so", async ({ page, agent }) => {
  const { run } = await connect(page, agent);
  await send(page, "forget this");
  await expect(items(page, "agent", "done")).toBeVisible();
  await reset(page, "Reset");
  await expectArticles(page, [
    { kind: "notice", state: "done", text: "The conversation was reset." },
  ]);
  await send(page, "hello again");
  await expect(items(page, "agent", "done")).toContainText("hello again");
  await expect(items(page, "notice")).toHaveCount(1);
  const sent = (await agent.frames(run)).map((frame) => frame.type);
  expect(sent).toEqual(["message", "reset", "message"]);
});

test("a reset that nobody confirmed outlives a reload, and comes before what was said behind it", async ({
  page, agent,
}) => {
  const { run } = await connect(page, agent);
  await send(page, "forget this");
  await expect(items(page, "agent", "done")).toBeVisible();
  await agent.down(run);
  await expectPhase(page, "waiting");
  await reset(page, "Reset");
  await send(page, "anew");
  await expect(items(page, "user", "queued")).toHaveCount(1);
  await page.goto("/");
  await expect(items(page, "user", "queued")).toHaveText([/anew/]);
  await agent.up(run);
  await expect(items(page, "agent", "done")).toContainText("anew");
  await expect(items(page, "user")).toHaveCount(1);
  const sent = (await agent.frames(run)).map((frame) => frame.type);
  expect(sent).toEqual(["message", "reset", "message"]);
});

test("a new conversation leaves the old one alone", async ({ page, agent }) => {
  const { run } = await connect(page, agent);
  await send(page, "in the old one");
  await expect(items(page, "agent", "done")).toBeVisible();
  await press(page, "New conversation");
  await expect(items(page)).toHaveCount(0);
  await send(page, "in the new one");
  await expect(items(page, "agent", "done")).toContainText("in the new one");
  const frames = await agent.frames(run);
  expect(frames.map((frame) => frame.type)).toEqual(["message", "message"]);
  expect(frames[0]?.sessionId).toBe(run);
  expect(frames[1]?.sessionId).not.toBe(run);
});
