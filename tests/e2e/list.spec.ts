import { AxeBuilder } from "@axe-core/playwright";
import type { Locator, Page } from "@playwright/test";
import {
  type Agent, box, button, connect, expect, expectPhase, items, open, openSettings, send, test,
} from "./support/parlor.ts";

const list = (page: Page): Locator => page.getByRole("navigation", { name: "Conversations" });

/** The conversations of this browser; those of the server's own have a list with a name. */
const entries = (page: Page): Locator =>
  list(page).getByRole("list", { name: /^$/ }).getByRole("listitem");

/** The conversations that only the server keeps. */
const remote = (page: Page): Locator =>
  list(page).getByRole("list", { name: /^On / }).getByRole("listitem");

/** The conversation of that title: a press goes to it. */
const entry = (page: Page, title: string): Locator =>
  list(page).getByRole("button", { name: new RegExp(`^${title}`) });

/** A button of an entry, which the mouse finds on it. */
async function act(page: Page, what: "Rename" | "Delete", title: string): Promise<void> {
  await entry(page, title).hover();
  await button(page, `${what} “${title}”`).click();
}

async function say(page: Page, text: string): Promise<void> {
  const before = await items(page, "agent", "done").count();
  await send(page, text);
  await expect(items(page, "agent", "done")).toHaveCount(before + 1);
}

async function begin(page: Page, text: string): Promise<void> {
  await button(page, "New conversation").click();
  await expect(items(page)).toHaveCount(0);
  await expectPhase(page, "open");
  await say(page, text);
}

/** Two conversations, about cats and about dogs; the second is open. */
async function two(page: Page, agent: Agent): Promise<void> {
  await connect(page, agent);
  await say(page, "about cats");
  await begin(page, "about dogs");
}

/** Reloads without the link, as somebody does who comes back. */
async function comeBack(page: Page): Promise<void> {
  await open(page);
  await expectPhase(page, "open");
}

async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  expect(grave.map(({ id, nodes }) => [id, nodes.map(({ html }) => html.slice(0, 200))])).toEqual([]);
}

async function hide(page: Page, hidden: boolean): Promise<void> {
  await page.evaluate((state) => {
    Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, hidden ? "hidden" : "visible");
}

test("conversations of several servers are listed, newest first, and switched between", async ({
  page,
  agent,
}) => {
  await two(page, agent);
  const settings = await openSettings(page);
  await settings.getByRole("combobox", { name: "Server" }).selectOption("openhands-v0");
  await settings.getByRole("textbox", { name: "Address" }).fill(agent.openhands);
  await button(settings, "Connect").click();
  await expectPhase(page, "open");
  await say(page, "about fish");
  await expect(entries(page)).toHaveText([/OpenHands/, /^about dogs/, /^about cats/]);
  await expect(entries(page).first().getByRole("button").first()).toHaveAttribute("aria-current", "true");

  await entry(page, "about cats").click();
  await expectPhase(page, "open");
  await expect(items(page, "user")).toHaveText([/about cats/]);
  await expect(entry(page, "about cats")).toHaveAttribute("aria-current", "true");
  await expect(list(page).locator("[aria-current]")).toHaveCount(1);
  await entries(page).first().getByRole("button").first().click();
  await expectPhase(page, "open");
  await expect(items(page, "user")).toHaveText([/about fish/]);

  await entry(page, "about cats").click();
  await expect(items(page, "user")).toHaveText([/about cats/]);
  await expect(items(page, "agent", "done")).toHaveCount(1);
  await say(page, "more of cats");
  await expect(entries(page)).toHaveText([/^about cats/, /OpenHands/, /^about dogs/]);
  await comeBack(page);
  await expect(entries(page)).toHaveText([/^about cats/, /OpenHands/, /^about dogs/]);
  await expect(entry(page, "about cats")).toHaveAttribute("aria-current", "true");
});

test("what is being written, and what waits, stays with its conversation", async ({ page, agent }) => {
  const { run } = await connect(page, agent);
  await say(page, "about cats");
  await agent.down(run);
  await expectPhase(page, "waiting");
  await send(page, "waits");
  await box(page).fill("half a thought");
  await button(page, "New conversation").click();
  await expect(items(page)).toHaveCount(0);
  await expect(box(page)).toHaveValue("");
  await entry(page, "about cats").click();
  await expect(items(page, "user", "queued")).toHaveText([/waits/]);
  await expect(box(page)).toHaveValue("half a thought");
  await agent.up(run);
  await expect.poll(() => agent.messages(run)).toEqual(["about cats", "waits"]);
});

test("a conversation is renamed in place", async ({ page, agent }) => {
  await two(page, agent);
  await act(page, "Rename", "about cats");
  const field = list(page).getByRole("textbox", { name: "Title" });
  await expect(field).toBeFocused();
  await expect(field).toHaveValue("about cats");
  await field.fill("something else");
  await field.press("Escape");
  await expect(field).toHaveCount(0);
  await expect(entry(page, "about cats")).toBeFocused();

  await act(page, "Rename", "about dogs");
  await field.fill("Dogs");
  await field.press("Enter");
  await expect(entry(page, "Dogs")).toBeFocused();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Dogs");
  await expect(page).toHaveTitle(/^Dogs/);
  await comeBack(page);
  await expect(entries(page)).toHaveText([/^Dogs/, /^about cats/]);
});

test("what is deleted comes back whole, or is not there on the next visit", async ({ page, agent }) => {
  await two(page, agent);
  await act(page, "Delete", "about cats");
  await expect(entries(page)).toHaveText([/^about dogs/]);
  const undo = button(page.getByRole("alert").filter({ hasText: "about cats" }), "Undo");
  await undo.click();
  await expect(entries(page)).toHaveText([/^about dogs/, /^about cats/]);
  await expect(undo).toHaveCount(0);
  await entry(page, "about cats").click();
  await expect(items(page, "agent", "done")).toHaveCount(1);

  await act(page, "Delete", "about cats");
  await expect(items(page)).toHaveCount(0);
  await expect(entries(page)).toHaveText([/^New conversation/, /^about dogs/]);
  await say(page, "about fish");
  await comeBack(page);
  await expect(entries(page)).toHaveText([/^about fish/, /^about dogs/]);
});

test("a title that is given in one tab is the conversation's in the others", async ({ page, agent }) => {
  await two(page, agent);
  const second = await page.context().newPage();
  await open(second);
  await expectPhase(second, "open");
  await act(second, "Rename", "about dogs");
  const field = list(second).getByRole("textbox", { name: "Title" });
  await field.fill("Dogs");
  await field.press("Enter");
  await act(second, "Delete", "about cats");
  await expect(entries(page)).toHaveText([/^Dogs/]);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Dogs");
  await say(page, "and puppies");
  await second.close();
  await comeBack(page);
  await expect(entries(page)).toHaveText([/^Dogs/]);
});

test("the search looks at titles and at what was said", async ({ page, agent }) => {
  await two(page, agent);
  const search = list(page).getByRole("textbox", { name: "Search conversations" });
  await search.fill("CATS");
  await expect(entries(page)).toHaveText([/^about cats/]);
  await search.fill("you SAID: ab");
  await expect(entries(page).locator("mark")).toHaveText(["You said: ab", "You said: ab"]);
  await search.fill("no such thing");
  await expect(list(page).getByRole("status")).toHaveText("No conversations found.");
  await search.fill("");
  await expect(entries(page)).toHaveCount(2);
});

test("what is said behind the reader's back is unread until it is seen", async ({ page, agent }) => {
  await two(page, agent);
  await hide(page, true);
  await say(page, "are you there?");
  await expect(entries(page).first()).toContainText("Unread");
  await expect(page).toHaveTitle(/^\(1\) /);
  await hide(page, false);
  await expect(entries(page).first()).not.toContainText("Unread");
  await expect(page).toHaveTitle(/^[^(]/);
});

test("the keyboard goes everywhere in it", async ({ page, agent }) => {
  await two(page, agent);
  await page.keyboard.press("Control+k");
  await page.keyboard.type("conversations");
  await page.keyboard.press("Enter");
  const search = list(page).getByRole("textbox", { name: "Search conversations" });
  await expect(search).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(entry(page, "about dogs")).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(entry(page, "about cats")).toBeFocused();
  await page.keyboard.press("F2");
  await expect(list(page).getByRole("textbox", { name: "Title" })).toBeFocused();
  await page.keyboard.type("Cats");
  await page.keyboard.press("Enter");
  await expect(entry(page, "Cats")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(items(page, "user")).toHaveText([/about cats/]);
  await expect(box(page)).toBeFocused();

  await entry(page, "Cats").focus();
  await page.keyboard.press("ArrowUp");
  await expect(entry(page, "about dogs")).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(button(page, "Rename “about dogs”")).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(button(page, "Delete “about dogs”")).toBeFocused();
  await entry(page, "about dogs").focus();
  await page.keyboard.press("Delete");
  await expect(entries(page)).toHaveText([/^Cats/]);
  await expect(entry(page, "Cats")).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(box(page)).toBeFocused();
});

test("the column is closed and opened, and stays as it was left", async ({ page, agent }) => {
  await open(page);
  await expectPhase(page, "open");
  await expect(list(page)).toHaveCount(0);
  await two(page, agent);
  const opener = button(page, "Conversations");
  await expect(opener).toHaveAttribute("aria-expanded", "true");
  await opener.click();
  await expect(list(page)).toHaveCount(0);
  await expect(opener).toBeFocused();
  await comeBack(page);
  await expect(opener).toHaveAttribute("aria-expanded", "false");
  await expect(list(page)).toHaveCount(0);
  await opener.click();
  await expect(entries(page)).toHaveCount(2);
});

/** A conversation that the server keeps, with that title. */
async function kept(agent: Agent, title: string): Promise<string> {
  const conversations = `${agent.openhands}/api/conversations`;
  const headers = { "content-type": "application/json" };
  const made = await fetch(conversations, { method: "POST", headers, body: "{}" });
  const { conversation_id: id } = (await made.json()) as { conversation_id: string };
  const body = JSON.stringify({ title });
  const named = await fetch(`${conversations}/${id}`, { method: "PATCH", headers, body });
  expect(await named.json()).toBe(true);
  return id;
}

async function connectOpenHands(page: Page, agent: Agent): Promise<void> {
  await open(page, `?${new URLSearchParams({ server: "openhands-v0", url: agent.openhands })}`);
  await button(page.getByRole("dialog"), "Connect").click();
  await expectPhase(page, "open");
}

test("the server's own conversations are listed, searched and opened", async ({ page, agent }) => {
  const title = `Kept ${Date.now()}`;
  const id = await kept(agent, title);
  await connectOpenHands(page, agent);
  const theirs = remote(page).filter({ hasText: title });
  await expect(theirs).toHaveText(/Running · Just now/);
  await expect(list(page).getByRole("heading")).toHaveText(`On ${agent.host}`);
  await expect(entries(page)).toHaveCount(1);

  const search = list(page).getByRole("textbox", { name: "Search conversations" });
  await search.fill(title.toUpperCase());
  await expect(remote(page)).toHaveText([new RegExp(title)]);
  await expect(entries(page)).toHaveCount(0);
  await search.press("ArrowDown");
  await expect(theirs.getByRole("button")).toBeFocused();
  await expect(theirs.getByRole("button")).toHaveCount(1);
  await page.keyboard.press("Enter");
  await expect(box(page)).toBeFocused();
  await expectPhase(page, "open");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(title);
  await expect(entry(page, title)).toHaveAttribute("aria-current", "true");
  await expect(theirs).toHaveCount(0);
  await say(page, "from another browser");
  expect((await agent.report(id)).accepted).toEqual(["from another browser"]);

  await search.fill("");
  await act(page, "Delete", title);
  await expect(page.getByRole("alert")).toContainText("The server still has it.");
  await expect(theirs).toHaveCount(1);
});

test("the server's list goes on where it ends", async ({ page, agent }) => {
  const title = `First of many ${Date.now()}`;
  await kept(agent, title);
  await Promise.all(Array.from({ length: 25 }, (_, at) => kept(agent, `Later ${at}`)));
  await connectOpenHands(page, agent);
  const first = remote(page).filter({ hasText: title });
  await expect(remote(page).nth(18)).toBeAttached();
  await expect(first).toHaveCount(0);
  await button(list(page), "Show more").click();
  await expect(first).toHaveCount(1);
});

test("a server that lists nothing leaves the list as it is", async ({ page, agent }) => {
  await kept(agent, "Never seen");
  await page.route(/limit=20/, (route) => route.abort());
  await connectOpenHands(page, agent);
  await say(page, "about fish");
  await expect(entries(page)).toHaveCount(1);
  await expect(remote(page)).toHaveCount(0);
  await expect(page.getByRole("alert")).toHaveCount(0);
});

for (const scheme of ["light", "dark"] as const) {
  test.describe(`axe finds nothing serious in the list, ${scheme}`, () => {
    test.use({ colorScheme: scheme, contextOptions: { reducedMotion: "reduce" } });

    test("beside the conversation and over it", async ({ page, agent }) => {
      await two(page, agent);
      await hide(page, true);
      await say(page, "are you there?");
      await expectAccessible(page);
      await hide(page, false);
      await list(page).getByRole("textbox", { name: "Search conversations" }).fill("about");
      await act(page, "Rename", "about cats");
      await expectAccessible(page);
      await kept(agent, "On the server");
      await connectOpenHands(page, agent);
      await expect(remote(page).first()).toBeVisible();
      await expectAccessible(page);
      await page.setViewportSize({ width: 360, height: 780 });
      await button(page, "Conversations").click();
      await expect(entries(page)).toHaveCount(3);
      await expectAccessible(page);
    });
  });
}

test.describe("360 px wide", () => {
  test.use({ viewport: { width: 360, height: 780 }, hasTouch: true });

  test("the list is a drawer over the conversation", async ({ page, agent }) => {
    await two(page, agent);
    const opener = button(page, "Conversations");
    await expect(list(page)).toHaveCount(0);
    await opener.click();
    await expect(list(page)).toBeVisible();
    const inside = await page.evaluate(() => document.activeElement?.closest("dialog") !== null);
    expect(inside).toBe(true);
    await page.keyboard.press("Escape");
    await expect(list(page)).toHaveCount(0);
    await expect(opener).toBeFocused();

    await opener.click();
    await entry(page, "about cats").click();
    await expect(list(page)).toHaveCount(0);
    await expect(items(page, "user")).toHaveText([/about cats/]);

    await opener.click();
    await button(page, "Delete “about dogs”").click();
    await expect(entries(page)).toHaveText([/^about cats/]);
    await button(page.getByRole("dialog"), "Undo").click();
    await expect(entries(page)).toHaveCount(2);
    const { wide, there } = await page.evaluate(() => ({
      wide: document.documentElement.scrollWidth,
      there: document.documentElement.clientWidth,
    }));
    expect(wide).toBeLessThanOrEqual(there);
    await page.mouse.click(350, 400);
    await expect(list(page)).toHaveCount(0);
  });
});
