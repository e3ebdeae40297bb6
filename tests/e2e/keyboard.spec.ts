import type { Locator, Page } from "@playwright/test";
import {
  box, button, connect, expect, expectArticles, expectPhase, items, link, newRun, open, send, test,
} from "./support/parlor.ts";

/** Presses Tab until that element has the focus. */
async function tabTo(page: Page, target: Locator, key: "Tab" | "Shift+Tab" = "Tab"): Promise<void> {
  const focused = (): Promise<boolean> =>
    target.evaluate((element) => element === document.activeElement);
  for (let presses = 0; presses < 60; presses += 1) {
    if (await focused()) return;
    await page.keyboard.press(key);
  }
  throw new Error("Tab does not lead there");
}

test("Enter sends, Shift+Enter begins a line, and the focus stays", async ({ page, agent }) => {
  const { run } = await connect(page, agent);
  await tabTo(page, box(page));
  await page.keyboard.type("one");
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.type("two");
  await expect(box(page)).toHaveValue("one\ntwo");
  await page.keyboard.press("Enter");
  await expect(box(page)).toHaveValue("");
  await expect(box(page)).toBeFocused();
  await expect(items(page, "agent", "done")).toBeVisible();
  expect(await agent.messages(run)).toEqual(["one\ntwo"]);
});

test("Enter sends nothing while the field is empty or a word is being composed", async ({
  page,
  agent,
}) => {
  const { run } = await connect(page, agent);
  await box(page).focus();
  await page.keyboard.press("Enter");
  await page.keyboard.type("nihon");
  await box(page).evaluate((box) => {
    const options = { key: "Enter", isComposing: true, bubbles: true, cancelable: true };
    box.dispatchEvent(new KeyboardEvent("keydown", options));
  });
  await expect(box(page)).toHaveValue("nihon");
  await page.keyboard.press("Enter");
  await expect(items(page, "agent", "done")).toBeVisible();
  expect(await agent.messages(run)).toEqual(["nihon"]);
});

test("a link is confirmed, a tool approved and a turn stopped by keyboard", async ({
  page,
  agent,
}) => {
  const chat = newRun(agent);
  await open(page, link(chat.url, { conversation: chat.run }));
  const dialog = page.getByRole("dialog");
  await expect(dialog).toBeVisible();
  expect(await dialog.evaluate((dialog) => dialog.contains(document.activeElement))).toBe(true);
  await tabTo(page, button(dialog, "Connect"));
  await page.keyboard.press("Enter");
  await expectPhase(page, "open");

  await tabTo(page, box(page));
  await page.keyboard.type("ask me first");
  await page.keyboard.press("Enter");
  const asked = items(page, "approval");
  await expect(button(asked, "Approve")).toBeVisible();
  await tabTo(page, button(asked, "Approve"), "Shift+Tab");
  await page.keyboard.press("Enter");
  await expect(asked).toHaveAttribute("data-state", "approved");

  await expect(button(page, "Stop")).toBeHidden();
  await tabTo(page, box(page));
  await page.keyboard.type("slow one");
  await page.keyboard.press("Enter");
  await items(page, "agent", "streaming").waitFor();
  await tabTo(page, button(page, "Stop"));
  await page.keyboard.press("Enter");
  await expect(items(page, "notice").first()).toContainText("Stopped");
});

test("? opens the help and Esc closes it, but in a message it is a question mark", async ({
  page,
}) => {
  await open(page);
  await expectPhase(page, "open");
  await box(page).fill("what");
  await box(page).press("?");
  await expect(box(page)).toHaveValue("what?");
  await expect(page.getByRole("dialog")).toHaveCount(0);

  await button(page, "Attach").focus();
  await page.keyboard.press("?");
  const help = page.getByRole("dialog");
  await expect(help).toContainText("Shift");
  await expect(help).toContainText("Enter");
  await page.keyboard.press("Escape");
  await expect(help).toBeHidden();
  await expect(button(page, "Attach")).toBeFocused();
});

test("Ctrl+K opens the list of commands, which narrows as one types", async ({ page }) => {
  await open(page);
  await expectPhase(page, "open");
  await box(page).focus();
  await page.keyboard.press("Control+k");
  const list = page.getByRole("dialog");
  await expect(list).toBeVisible();
  await page.keyboard.type("inspector");
  const options = list.getByRole("listitem");
  await expect(options.filter({ hasText: /inspector/i })).toHaveCount(1);
  await page.keyboard.press("Escape");
  await expect(list).toBeHidden();
  await expect(box(page)).toBeFocused();

  await page.keyboard.press("Control+k");
  await page.keyboard.type("help");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toContainText("Shift");
});

test("the list of commands that is opened again at once stays open", async ({ page }) => {
  await open(page);
  await expectPhase(page, "open");
  await page.keyboard.press("Control+k");
  const list = page.getByRole("dialog");
  await expect(list).toBeVisible();
  // The browser tells of a closing a task later, and here the keys are faster.
  await list.evaluate((dialog: HTMLDialogElement) => {
    dialog.requestClose();
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "k", ctrlKey: true, bubbles: true }));
  });
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 100)));
  await expect(list).toBeVisible();
  await page.keyboard.type("inspector");
  await expect(list.getByRole("listitem").filter({ hasText: /inspector/i })).toHaveCount(1);
});

test("nothing of the page is out of the keyboard's reach", async ({ page, agent }) => {
  await connect(page, agent);
  await send(page, "tool");
  await expect(items(page, "tool", "done")).toBeVisible();
  await expectArticles(page, [
    { kind: "user", state: "confirmed" },
    { kind: "agent", state: "done" },
    { kind: "tool", state: "done" },
    { kind: "agent", state: "done" },
  ]);
  const unreachable = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>("button, a[href], summary, input, select, textarea")]
      .filter((element) => element.checkVisibility() && !element.closest("[inert], [hidden]"))
      // The entries of one menu or list are reached by the arrow keys.
      .filter((element) => !element.closest('[role="menu"], [role="listbox"], [role="radiogroup"], [aria-hidden="true"]'))
      .filter((element) => element.tabIndex < 0 && !element.hasAttribute("disabled"))
      .map((element) => element.outerHTML.slice(0, 120)),
  );
  expect(unreachable).toEqual([]);
});
