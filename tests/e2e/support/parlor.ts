// The page as a person drives it, by the contract for automation in the README.

import {
  test as base, expect, type Frame, type FrameLocator, type Locator, type Page,
} from "@playwright/test";
import { randomUUID } from "node:crypto";
import { Agent } from "./agent.ts";
import { Watch } from "./watch.ts";

export { expect };
export type { Agent };

export type Kind = "user" | "agent" | "reasoning" | "tool" | "approval" | "notice" | "error";

/** One item of the conversation. */
export type Article = { kind: string; state: string; text: string };

/** What an item should be: `text` is a part of its text, or a pattern. */
export type Expected = { kind: Kind; state: string; text?: string | RegExp };

/** A conversation with the agent server: `run` is also the conversation's identifier. */
export type Run = { run: string; url: string };

/** A page, or a page in a frame. */
export type Screen = Page | Frame | FrameLocator | Locator;

/** What a test with another server says of it. */
type Others = {
  /** Servers that it talks to beside the agent, each a host with its port. */
  peers: string[];
  /** What the browser may say of them on its console. */
  noise: RegExp | undefined;
};

export const test = base.extend<{ watch: Watch } & Others, { agent: Agent }>({
  peers: [[], { option: true }],
  noise: [undefined, { option: true }],
  agent: [
    // biome-ignore lint: Playwright reads the names of the parameters.
    async ({}, use) => {
      const agent = await Agent.start();
      await use(agent);
      await agent.stop();
    },
    { scope: "worker" },
  ],
  watch: [
    async ({ agent, peers, noise, context }, use) => {
      const watch = new Watch([agent.host, new URL(agent.otherOrigin).host, ...peers], noise);
      await watch.attach(context);
      await use(watch);
      expect(watch.faults, "violations, errors and requests to other origins").toEqual([]);
    },
    { auto: true },
  ],
  baseURL: async ({ agent }, use) => use(agent.origin),
});

export const log = (screen: Screen): Locator => screen.getByRole("log", { name: "Conversation" });

export const items = (screen: Screen, kind?: Kind, state?: string): Locator =>
  log(screen).locator(
    `[data-kind${kind ? `="${kind}"` : ""}]${state ? `[data-state="${state}"]` : ""}`,
  );

export const box = (screen: Screen): Locator => screen.getByRole("textbox", { name: "Message" });

export const button = (screen: Screen, name: string): Locator =>
  screen.getByRole("button", { name, exact: true });

export const connection = (screen: Screen): Locator => screen.locator('[role="status"][data-phase]');

/** Passing notices. */
export const toasts = (screen: Screen): Locator =>
  screen
    .getByRole("alert")
    .or(screen.getByRole("region", { name: "Notifications" }));

export async function expectPhase(
  screen: Screen,
  phase: string | RegExp,
  timeout?: number,
): Promise<void> {
  await expect(connection(screen)).toHaveAttribute("data-phase", phase, { timeout });
}

/** Opens the page with that query and waits until it runs. */
export async function open(page: Page, query = ""): Promise<void> {
  await page.goto(`/${query}`);
  await expect(log(page)).toBeAttached();
}

/** The query of a link to a Saiki server. */
export function link(url: string, more: Record<string, string> = {}): string {
  return `?${new URLSearchParams({ server: "saiki", url, ...more })}`;
}

/**
 * Follows a link to the agent server and confirms it. `path` is `/saiki` or `/play/..`, with the
 * faults in `faults`.
 */
export async function connect(
  page: Page,
  agent: Agent,
  path = "/saiki",
  faults = "",
): Promise<Run> {
  const chat = newRun(agent, path, faults);
  await open(page, link(chat.url, { conversation: chat.run }));
  const dialog = page.getByRole("dialog");
  await button(dialog, "Connect").click();
  await expect(dialog).toBeHidden();
  await expectPhase(page, "open");
  return chat;
}

export function newRun(agent: Agent, path = "/saiki", faults = ""): Run {
  const run = `e2e-${randomUUID()}`;
  return { run, url: agent.ws(`${path}?run=${run}${faults && `&${faults}`}`) };
}

export async function send(screen: Screen, text: string): Promise<void> {
  await box(screen).fill(text);
  await button(screen, "Send").click();
  await expect(box(screen)).toHaveValue("");
}

/** The conversation as it stands, closed parts included. */
export function articles(screen: Screen): Promise<Article[]> {
  return log(screen).evaluate((log) =>
    [...log.querySelectorAll<HTMLElement>("[data-kind]")].map((article) => ({
      kind: article.dataset.kind ?? "",
      state: article.dataset.state ?? "",
      text: article.textContent ?? "",
    })),
  );
}

/** Waits until the conversation is exactly this, in this order. */
export async function expectArticles(screen: Screen, expected: Expected[]): Promise<void> {
  const short = (items: readonly { kind: string; state: string }[]): string[] =>
    items.map((item) => `${item.kind} ${item.state}`);
  await expect(async () => {
    const found = await articles(screen);
    expect(short(found), JSON.stringify(found, null, 1)).toEqual(short(expected));
    for (const [at, want] of expected.entries()) {
      const text = found[at]?.text ?? "";
      if (want.text instanceof RegExp) expect(text).toMatch(want.text);
      else if (want.text) expect(squeezed(text)).toContain(squeezed(want.text));
    }
  }).toPass({ timeout: 20_000 });
}

/** The parts of a tool's article, shown or not. */
export const part = (article: Locator, name: "args" | "result"): Locator =>
  article.locator(`[data-part="${name}"]`);

/** The phases that the connection went through since the page loaded. */
export function phases(page: Page): Promise<string[]> {
  return page.evaluate(() => window.seen.phases);
}

/** Waits until an item has been in that state since the page loaded, however briefly. */
export async function expectSeen(page: Page, kind: Kind, state: string): Promise<void> {
  await expect.poll(() => page.evaluate(() => window.seen.states)).toContain(`${kind} ${state}`);
}

/** A button of the header, else a command of the list. */
export async function press(page: Page, name: string): Promise<void> {
  const wanted = button(page, name);
  if (!(await wanted.first().isVisible())) await button(page, "Commands").click();
  await wanted.first().click();
}

/** What the strip below the header says. */
export const banner = (screen: Screen): Locator => screen.locator(".banner");

export async function openSettings(page: Page): Promise<Locator> {
  await press(page, "Settings");
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("combobox", { name: "Server", exact: true })).toBeVisible();
  return dialog;
}

/** How often a text is in another one. */
export function times(text: string, part: string): number {
  return text.split(part).length - 1;
}

function squeezed(text: string): string {
  return text.replace(/\s+/g, " ");
}
