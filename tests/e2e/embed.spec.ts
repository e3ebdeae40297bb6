import type { Page } from "@playwright/test";
import { embed } from "./support/embed.ts";
import {
  box, button, expect, expectPhase, items, link, log, newRun, send, test,
} from "./support/parlor.ts";

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

/** Posts to the frame from the page around it. */
function post(page: Page, message: object): Promise<void> {
  return page.evaluate((message) => {
    const frame = document.querySelector("iframe");
    frame?.contentWindow?.postMessage(message, "*");
  }, message);
}

test("a host that config.json lists sets the theme and fills the field, and never sends", async ({
  page,
  agent,
}) => {
  const config = JSON.stringify({ hosts: [agent.otherOrigin] });
  await page.route("**/config.json", (route) => route.fulfill({ body: config }));
  await page.addInitScript(() => {
    addEventListener("message", ({ data }) => {
      if (data?.type === "parlor:ready") document.title = "told";
    });
  });
  await embed(page, agent, "");
  const frame = page.frameLocator("iframe");
  await expectPhase(frame, "open");
  await expect(page).toHaveTitle("told");
  await post(page, { type: "parlor:theme", theme: "dark" });
  await post(page, { type: "parlor:prompt", text: "from the host" });
  await expect(box(frame)).toHaveValue("from the host");
  await expect(frame.locator("html")).toHaveAttribute("data-theme", "dark");
  await expect(items(frame)).toHaveCount(0);
});

test("a host that config.json does not list is not heard", async ({ page, agent }) => {
  await embed(page, agent, "");
  const frame = page.frameLocator("iframe");
  await expectPhase(frame, "open");
  await post(page, { type: "parlor:prompt", text: "from a stranger" });
  await post(page, { type: "parlor:theme", theme: "dark" });
  await send(frame, "Use a tool");
  await expect(items(frame, "user")).toHaveCount(1);
  await expect(items(frame, "user")).toContainText("Use a tool");
  await expect(frame.locator("html")).not.toHaveAttribute("data-theme", "dark");
});
