import { randomUUID } from "node:crypto";
import type { Locator, Page } from "@playwright/test";
import { embed } from "./support/embed.ts";
import { conversationOf } from "./support/openhands.ts";
import {
  type Agent, banner, box, button, expect, expectPhase, items, open, openSettings, press, send, test,
} from "./support/parlor.ts";
import { inSight, notePosts, onDevice } from "./support/stored.ts";

/** A conversation that nobody sees without this key, which has letters of every kind. */
async function locked(agent: Agent): Promise<{ id: string; key: string; query: string }> {
  const id = await conversationOf(agent.openhands);
  const key = `k&${randomUUID()} +%`;
  await agent.lock(id, key);
  const url = agent.openhands;
  return { id, key, query: `?${new URLSearchParams({ server: "openhands-v0", url, conversation: id })}` };
}

const field = (dialog: Locator): Locator => dialog.getByLabel("Key", { exact: true });
const tick = (dialog: Locator): Locator =>
  dialog.getByRole("checkbox", { name: "Remember on this device" });

async function follow(page: Page, query: string): Promise<void> {
  await open(page, query);
  await button(page.getByRole("dialog"), "Connect").click();
}

/** Goes from the refusal to the field, types the key and connects. */
async function unlock(page: Page, key: string, remember = false): Promise<void> {
  await expectPhase(page, "refused");
  await button(banner(page), "Enter the key").click();
  const dialog = page.getByRole("dialog");
  await expect(field(dialog)).toBeFocused();
  await expect(field(dialog)).toHaveAttribute("type", "password");
  await page.keyboard.type(key);
  if (remember) await tick(dialog).check();
  await field(dialog).press("Enter");
  await expect(dialog).toBeHidden();
  await expectPhase(page, "open");
}

/** The key is neither on the device nor anywhere in the page. */
async function expectSecret(page: Page, key: string): Promise<void> {
  const part = key.slice(2, 38);
  expect(await onDevice(page)).not.toContain(part);
  expect(await inSight(page)).not.toContain(part);
}

test("a server that wants a key says so, and the key stays in its tab", async ({ page, agent }) => {
  const { id, key, query } = await locked(agent);
  await follow(page, query);
  await expectPhase(page, "refused");
  await expect(banner(page)).toContainText("The server wants a key");
  await unlock(page, key);
  await press(page, "Frame inspector");
  await send(page, "hello");
  await expect(items(page, "agent").last()).toContainText("hello");
  expect((await agent.report(id)).accepted).toEqual(["hello"]);
  const settings = await openSettings(page);
  await expect(field(settings)).toHaveValue("");
  await expect(settings).toContainText("A key is known");
  await expect(tick(settings)).not.toBeChecked();
  // What is on its way to the store is there once the page was hidden.
  await expect.poll(() => onDevice(page)).toContain("hello");
  await expectSecret(page, key);

  await page.goto("/");
  await expectPhase(page, "open");
  await expect(items(page, "agent").last()).toContainText("hello");
  await expectSecret(page, key);

  const other = await page.context().newPage();
  await page.close();
  await open(other);
  await expectPhase(other, "refused");
  await expect(items(other, "user")).toContainText("hello");
  await expectSecret(other, key);
});

test("a key that is remembered on the device is there in another tab until it is unticked", async ({
  page,
  agent,
}) => {
  const { key, query } = await locked(agent);
  await follow(page, query);
  await unlock(page, key, true);
  expect(await inSight(page)).not.toContain(key.slice(2, 38));
  expect(await page.evaluate(() => JSON.stringify(sessionStorage))).not.toContain(key.slice(2, 38));
  await expect.poll(() => onDevice(page)).toContain(key.slice(2, 38));

  const other = await page.context().newPage();
  await page.close();
  await open(other);
  await expectPhase(other, "open");
  const settings = await openSettings(other);
  await expect(tick(settings)).toBeChecked();
  await tick(settings).uncheck();
  await expect.poll(() => onDevice(other)).not.toContain(key.slice(2, 38));
  await button(settings, "Cancel").click();
  await other.reload();
  await expectPhase(other, "open");

  const third = await other.context().newPage();
  await other.close();
  await open(third);
  await expectPhase(third, "refused");
});

test("a wrong key is refused in words, and another one can be typed", async ({ page, agent }) => {
  const { key, query } = await locked(agent);
  await follow(page, query);
  await expectPhase(page, "refused");
  await button(banner(page), "Enter the key").click();
  await page.keyboard.type("not this one");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toBeHidden();
  await expectPhase(page, "refused");
  await expect(banner(page)).toContainText("The server wants a key, or another one");
  await unlock(page, key);
});

test("a key in a link leaves the page's address, and counts once the link is followed", async ({
  page,
  agent,
}) => {
  const { id, key } = await locked(agent);
  const url = `${agent.openhands}/?session_api_key=${encodeURIComponent(key)}`;
  const query = new URLSearchParams({ server: "openhands-v0", url, conversation: id });
  await open(page, `?${query}`);
  await expect(page.getByRole("dialog")).toBeVisible();
  await expectSecret(page, key);
  expect(new URL(page.url()).searchParams.get("conversation")).toBe(id);
  await button(page.getByRole("dialog"), "Connect").click();
  await expectPhase(page, "open");
  await expectSecret(page, key);
  await page.reload();
  await button(page.getByRole("dialog"), "Connect").click();
  await expectPhase(page, "open");
});

test("no key goes to another tab: one that takes over asks for it, and what waited goes out", async ({
  page,
  agent,
}) => {
  const posted = await notePosts(page.context());
  const { id, key, query } = await locked(agent);
  await follow(page, query);
  await unlock(page, key);
  const second = await page.context().newPage();
  await follow(second, query);
  await expectPhase(second, "open");
  await send(second, "over the first");
  await expect(items(second, "agent").last()).toContainText("over the first");
  const said = await posted(second);
  expect(said).toContain("over the first");
  expect(said).not.toContain(key.slice(2, 38));

  await page.close();
  await expectPhase(second, "refused");
  await send(second, "without the key");
  await expect(items(second, "user", "queued")).toHaveCount(1);
  await expectSecret(second, key);
  await unlock(second, key);
  await expect(items(second, "agent").last()).toContainText("without the key");
  await expect(items(second, "user", "confirmed")).toHaveCount(2);
  expect((await agent.report(id)).accepted).toEqual(["over the first", "without the key"]);
});

test("an address that the browser refuses is said without the key", async ({ page }) => {
  await open(page);
  const settings = await openSettings(page);
  await settings.getByRole("combobox", { name: "Server" }).selectOption({ label: "OpenHands V0" });
  await settings.getByRole("textbox", { name: "Address" }).fill("http://127.0.0.1:99999/");
  await field(settings).fill("a-secret-key");
  await button(settings, "Connect").click();
  await expectPhase(page, "refused");
  await expect(banner(page)).toContainText("The browser refused this address");
  expect(await inSight(page)).not.toContain("a-secret-key");
});

test("only servers that take a key are asked for with one", async ({ page }) => {
  await open(page);
  const settings = await openSettings(page);
  const server = settings.getByRole("combobox", { name: "Server" });
  for (const [label, count] of [["Saiki", 0], ["OpenHands V0", 1], ["Demo", 0]] as const) {
    await server.selectOption({ label });
    await expect(field(settings)).toHaveCount(count);
    await expect(tick(settings)).toHaveCount(count);
  }
});

test("where the browser keeps nothing at all, the key is in memory", async ({ page, agent }) => {
  const { key, query } = await locked(agent);
  await embed(page, agent, query, "allow-scripts");
  const frame = page.frameLocator("iframe");
  await button(frame.getByRole("dialog"), "Connect").click();
  await expectPhase(frame, "refused");
  await button(frame, "Dismiss").click();
  await button(banner(frame), "Enter the key").click();
  await field(frame.getByRole("dialog")).fill(key);
  await button(frame.getByRole("dialog"), "Connect").click();
  await expectPhase(frame, "open");
  await send(frame, "from the sandbox");
  await expect(items(frame, "agent").last()).toContainText("from the sandbox");
  await expect(box(frame)).toBeEditable();
});
