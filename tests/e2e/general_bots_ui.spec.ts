// What General Bots brings to the screen: suggestions, ways to answer, a dress, answers in HTML, the
// size of a message and the server's pace, in three sizes and two themes.

import { fileURLToPath } from "node:url";
import type { Locator, Page } from "@playwright/test";
import { expectMessagesOnly, follow, type Name, Server } from "./support/general_bots.ts";
import {
  type Agent, box, button, expect, expectPhase, items, log, open, openSettings, send, test,
} from "./support/parlor.ts";

const SIZES = [
  { width: 360, height: 780 },
  { width: 768, height: 1024 },
  { width: 1440, height: 900 },
];

const SCREENS = fileURLToPath(new URL("artifacts/screens/", import.meta.url));

const shoot = (page: Page, name: string): Promise<Buffer> =>
  page.screenshot({ path: `${SCREENS}${name}.png`, animations: "disabled", caret: "hide" });

/** The page itself never scrolls sideways. */
async function expectFits(page: Page): Promise<void> {
  const root = () => document.documentElement.scrollWidth - document.documentElement.clientWidth;
  expect(await page.evaluate(root)).toBeLessThanOrEqual(0);
}

async function begin(page: Page, agent: Agent, name: Name, faults = ""): Promise<Server> {
  const server = await Server.start(agent, faults);
  // A link may say it, which spares the wait for a server's silence.
  const dialect = name === "documented" ? "documented" : "native";
  await follow(page, server.url(name), { dialect });
  await expectPhase(page, "open");
  return server;
}

const offers = (page: Page): Locator => page.getByRole("group", { name: "Suggestions" });
const ways = (page: Page): Locator => page.getByRole("group", { name: "Ways to answer" });
const composer = (page: Page): Locator => page.getByRole("region", { name: "Your message" });

/** Writes a long text, which a browser takes minutes for letter by letter. */
async function write(page: Page, text: string): Promise<void> {
  await box(page).evaluate((field, text) => {
    (field as HTMLTextAreaElement).value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }, text);
}

async function say(page: Page, text: string, answers: number): Promise<void> {
  await send(page, text);
  await expect(items(page, "agent", "done")).toHaveCount(answers);
}

for (const viewport of SIZES) {
  for (const scheme of ["light", "dark"] as const) {
    const name = `${viewport.width}-${scheme}`;

    test.describe(name, () => {
      test.use({ viewport, colorScheme: scheme, contextOptions: { reducedMotion: "reduce" } });

      test("suggestions and ways to answer stand in rows that scroll by themselves", async ({
        page, agent,
      }) => {
        await begin(page, agent, "c");
        await say(page, "[suggest]", 1);
        await expect(offers(page).getByRole("button")).toHaveCount(4);
        await ways(page).getByRole("button").first().click();
        await expect(ways(page).getByRole("button", { pressed: true })).toHaveCount(1);
        await expectFits(page);
        await shoot(page, `gb-chips-${name}`);
      });

      test("an answer in HTML is drawn as what it says", async ({ page, agent }) => {
        await begin(page, agent, "c");
        await say(page, "[html]", 1);
        const answer = items(page, "agent", "done");
        await expect(answer.getByRole("table")).toBeVisible();
        await expect(answer.getByRole("listitem")).toHaveText(["one", "two"]);
        await expectFits(page);
        await shoot(page, `gb-html-${name}`);
      });

      test("a dress is readable", async ({ page, agent }) => {
        await begin(page, agent, "b");
        await send(page, "[theme]");
        await expect(page.getByRole("heading", { level: 1 })).toHaveText("Announcements");
        await expect(items(page, "agent", "done")).toHaveCount(1);
        await box(page).fill("What is new?");
        await expectFits(page);
        await shoot(page, `gb-dress-${name}`);
      });

      test("a message that is too large says so and what to do", async ({ page, agent }) => {
        await begin(page, agent, "documented");
        await write(page, "A line of some length.\n".repeat(3_200));
        await expect(button(page, "Send as 2 messages")).toBeVisible();
        await expect(button(page, "Send")).toBeDisabled();
        await expectFits(page);
        await shoot(page, `gb-large-${name}`);
      });

      test("a server that is asked too often is waited for", async ({ page, agent }) => {
        const server = await begin(page, agent, "documented");
        await say(page, "hello", 1);
        await send(page, "[error RATE_LIMITED 2]");
        await expect(composer(page)).toContainText(/asks for fewer messages\. It goes on in \d s/);
        await expectFits(page);
        await shoot(page, `gb-often-${name}`);
        await expect(items(page, "agent", "done")).toHaveCount(2, { timeout: 20_000 });
        await expect(composer(page)).not.toContainText("fewer messages");
        expect(await server.said()).toEqual(["hello", "[error RATE_LIMITED 2]"]);
      });

      test("the dialect is chosen in the settings", async ({ page, agent }) => {
        await begin(page, agent, "documented");
        await openSettings(page);
        const list = page.getByRole("combobox", { name: "Dialect" });
        await expect(list).toBeVisible();
        await list.scrollIntoViewIfNeeded();
        await expectFits(page);
        await shoot(page, `gb-settings-${name}`);
      });
    });
  }
}
