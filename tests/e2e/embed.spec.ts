import type { Page } from "@playwright/test";
import {
  type Agent, box, button, expect, expectPhase, items, link, log, newRun, send, test,
} from "./support/parlor.ts";

/** A page of another origin that has Parlor in a frame. */
async function embed(page: Page, agent: Agent, query: string, sandbox?: string): Promise<void> {
  const host = new URLSearchParams({ src: `${agent.origin}/${query}` });
  if (sandbox !== undefined) host.set("sandbox", sandbox);
  await page.goto(`${agent.otherOrigin}/host.html?${host}`);
}

test("in a plain frame of another origin a conversation works", async ({ page, agent }) => {
  const chat = newRun(agent);
  await embed(page, agent, link(chat.url, { conversation: chat.run }));
  const frame = page.frameLocator("iframe");
  await button(frame.getByRole("dialog"), "Connect").click();
  await expectPhase(frame, "open");
  await send(frame, "from inside");
  await expect(items(frame, "agent", "done")).toContainText("from inside");
  expect(await agent.messages(chat.run)).toEqual(["from inside"]);
});

test("a framed page does not take the focus from its host", async ({ page, agent }) => {
  await embed(page, agent, "");
  const frame = page.frameLocator("iframe");
  await expect(log(frame)).toBeAttached();
  await expectPhase(frame, "open");
  expect(await page.evaluate(() => document.activeElement?.tagName)).not.toBe("IFRAME");
});

test("with sandbox=allow-scripts alone the demo works, from memory", async ({ page, agent }) => {
  await embed(page, agent, "", "allow-scripts");
  const frame = page.frameLocator("iframe");
  await expectPhase(frame, "open");
  await send(frame, "Use a tool");
  await expect(items(frame, "tool", "done")).toBeVisible();
  await expect(items(frame, "agent", "done").last()).toContainText("three entries");
  await expect(box(frame)).toBeEditable();
});

test("with sandbox=allow-scripts alone a server works too", async ({ page, agent }) => {
  const chat = newRun(agent);
  await embed(page, agent, link(chat.url, { conversation: chat.run }), "allow-scripts");
  const frame = page.frameLocator("iframe");
  await button(frame.getByRole("dialog"), "Connect").click();
  await expectPhase(frame, "open");
  await send(frame, "from the sandbox");
  await expect(items(frame, "agent", "done")).toContainText("from the sandbox");
});
