// The video room in three sizes and two themes, to be looked at; and what a look can miss.

import { fileURLToPath } from "node:url";
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { button, expect } from "./support/parlor.ts";
import { expectSeen, FAKE_DEVICES, join, place, prepare, room, test } from "./support/meet.ts";
import { robots } from "./support/robots.ts";

/** Nine people on one machine: what a tile looks like is seen in a few pictures. */
const SLOW = FAKE_DEVICES.map((flag) => flag.replace("fps=8", "fps=2"));

test.use({
  launchOptions: {
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    args: [
      "--no-sandbox", "--disable-gpu", "--disable-background-networking", ...SLOW,
      "--auto-select-desktop-capture-source=Entire screen",
    ],
  },
});

const SIZES = [
  { width: 360, height: 780 },
  { width: 768, height: 1024 },
  { width: 1440, height: 900 },
];

const SCREENS = fileURLToPath(new URL("artifacts/screens/", import.meta.url));

async function shoot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: `${SCREENS}meet-${name}.png`, animations: "disabled", caret: "hide" });
}

/** The page never scrolls sideways, every tile and every control is seen, and axe finds nothing. */
async function expectWhole(page: Page): Promise<void> {
  const { wide, there } = await page.evaluate(() => ({
    wide: document.documentElement.scrollWidth,
    there: document.documentElement.clientWidth,
  }));
  expect(wide).toBeLessThanOrEqual(there);
  for (const tile of await room(page).locator(".room-tiles > .tile").all()) {
    await expect(tile).toBeInViewport();
  }
  for (const name of ["Microphone", "Camera", "People", "Leave"]) {
    await expect(button(room(page), name)).toBeInViewport({ ratio: 1 });
  }
  await expectAccessible(page);
}

async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  const grave = violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => html.slice(0, 200)) }));
  expect(grave).toEqual([]);
}

/** Looks at the page in each size and theme: one call serves all of them, since nine people take long. */
async function everywhere(page: Page, look: (name: string, width: number) => Promise<void>): Promise<void> {
  for (const viewport of SIZES) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await look(`${viewport.width}-${colorScheme}`, viewport.width);
    }
  }
}

async function expectAccessibleEverywhere(page: Page, what: string): Promise<void> {
  await everywhere(page, async (name) => {
    await expectAccessible(page);
    await shoot(page, `${what}-${name}`);
  });
}

async function expectWholeEverywhere(page: Page, what: string): Promise<void> {
  await everywhere(page, async (name) => {
    await expectWhole(page);
    await shoot(page, `${what}-${name}`);
  });
}

test("rooms of one, two, four and nine", async ({ browser, agent, visit }) => {
  test.setTimeout(300_000);
  const at = place("roster");
  const page = await visit(at, { viewport: SIZES[2] });
  const dialog = await prepare(page, "Ada Lovelace");
  await expect(button(dialog, "Camera")).toHaveAttribute("aria-pressed", "true");
  await expectAccessibleEverywhere(page, "lobby");
  await page.keyboard.press("Escape");
  await join(page, "Ada Lovelace");
  await expectWholeEverywhere(page, "1");
  const pages: Page[] = [];
  for (const [people, dark] of [[2, []], [4, [1]], [9, [1, 6]]] as [number, number[]][]) {
    // Those of before go with their page; a room that is full takes none of the next.
    await pages.shift()?.close();
    await expect(room(page).getByText("1 person")).toBeVisible();
    pages.push(await robots(browser, agent, at, people - 1, dark));
    await expect(room(page).getByText(`${people} people`)).toBeVisible({ timeout: 20_000 });
    await expectSeen(page, people - 1 - dark.length);
    await expectWholeEverywhere(page, `${people}`);
  }
  await button(room(page), "People").click();
  await expectAccessibleEverywhere(page, "people");
  await button(room(page), "People").click();
  await button(room(page), "Share screen").click();
  await expect(room(page).getByRole("figure", { name: "Your screen" })).toBeVisible();
  await expectWholeEverywhere(page, "screen");
  await everywhere(page, async (name, width) => {
    if (width > 1000) return;
    await button(room(page), "Chat").click();
    await expect(page.getByRole("textbox", { name: "Message" })).toBeInViewport();
    await shoot(page, `chat-${name}`);
    await button(room(page), "Video room").click();
  });
  for (const robots of pages) await robots.close();
});
