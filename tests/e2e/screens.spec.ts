// The page in three sizes and two themes, to be looked at; and what a look can miss.

import { copyFile, mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import {
  box, button, connect, expect, expectPhase, items, open, openSettings, send, test,
} from "./support/parlor.ts";

const SIZES = [
  { width: 360, height: 780 },
  { width: 768, height: 1024 },
  { width: 1440, height: 900 },
];

const SCREENS = fileURLToPath(new URL("artifacts/screens/", import.meta.url));
const README = fileURLToPath(new URL("../../docs/", import.meta.url));

async function shoot(page: Page, name: string): Promise<string> {
  const path = `${SCREENS}${name}.png`;
  await page.screenshot({ path, animations: "disabled", caret: "hide" });
  return path;
}

/** The page itself never scrolls sideways; wide parts scroll within themselves. */
async function expectFits(page: Page): Promise<void> {
  const { wide, there } = await page.evaluate(() => ({
    wide: document.documentElement.scrollWidth,
    there: document.documentElement.clientWidth,
  }));
  expect(wide).toBeLessThanOrEqual(there);
}

for (const viewport of SIZES) {
  for (const scheme of ["light", "dark"] as const) {
    const name = `${viewport.width}-${scheme}`;

    test.describe(name, () => {
      test.use({ viewport, colorScheme: scheme, contextOptions: { reducedMotion: "reduce" } });

      test("the empty conversation", async ({ page }) => {
        await open(page);
        await expectPhase(page, "open");
        await expect(page.getByRole("button", { name: "Give me the tour" })).toBeVisible();
        await expectFits(page);
        await shoot(page, `empty-${name}`);
      });

      test("a conversation with code, a tool and an approval", async ({ page }) => {
        await open(page);
        await send(page, "Write some Markdown with code");
        await expect(items(page, "agent", "done")).toHaveCount(1);
        await send(page, "Use a tool");
        await expect(items(page, "agent", "done")).toHaveCount(3);
        await send(page, "Ask me before you act");
        const asked = items(page, "approval", "pending");
        await expect(button(asked, "Approve")).toBeInViewport();
        await expect(box(page)).toBeInViewport({ ratio: 1 });
        await expect(button(page, "Stop").or(button(page, "Send")).first()).toBeInViewport();
        await expectFits(page);
        const path = await shoot(page, `chat-${name}`);
        if (name === "1440-light" && process.env.UPDATE_SCREENSHOT === "1") {
          await mkdir(README, { recursive: true });
          await copyFile(path, `${README}screenshot.png`);
        }
      });

      test("the list, with the server's own conversations", async ({ page, agent }) => {
        const query = new URLSearchParams({ server: "openhands-v0", url: agent.openhands });
        const conversations = `${agent.openhands}/api/conversations`;
        const headers = { "content-type": "application/json" };
        for (const title of ["Mend the flaky test", "A plan for the release", "Tidy the README"]) {
          const made = await fetch(conversations, { method: "POST", headers, body: "{}" });
          const { conversation_id: id } = (await made.json()) as { conversation_id: string };
          const body = JSON.stringify({ title });
          await fetch(`${conversations}/${id}`, { method: "PATCH", headers, body });
          if (title.startsWith("A plan")) await fetch(`${conversations}/${id}/stop`, { method: "POST" });
        }
        await open(page, `?${query}`);
        await button(page.getByRole("dialog"), "Connect").click();
        await expectPhase(page, "open");
        await send(page, "run");
        await expect(items(page, "tool", "done")).toHaveCount(1);
        if (viewport.width < 1000) await button(page, "Conversations").click();
        await expect(page.getByText("Tidy the README").first()).toBeVisible();
        await expectFits(page);
        await shoot(page, `list-${name}`);
      });

      test("the settings, and a server that is away", async ({ page, agent }) => {
        const { run } = await connect(page, agent);
        await send(page, "hello");
        await expect(items(page, "agent", "done")).toBeVisible();
        await agent.down(run);
        await expectPhase(page, "waiting");
        await send(page, "are you there?");
        await expect(items(page, "user", "queued")).toBeVisible();
        await expectFits(page);
        await shoot(page, `away-${name}`);
        await openSettings(page);
        await expectFits(page);
        await shoot(page, `settings-${name}`);
      });
    });
  }
}

test.describe("360 px wide", () => {
  test.use({ viewport: { width: 360, height: 780 } });

  test("a table, code and a word without end stay within the page", async ({ page, agent }) => {
    await connect(page, agent, "/play/saiki/long_stream");
    await send(page, "Give me a long reply");
    await expect(items(page, "agent", "done")).toBeVisible();
    await expectFits(page);
    await send(page, "x".repeat(400));
    await expect(items(page, "user")).toHaveCount(2);
    await expectFits(page);
  });
});

test.describe("scrolling", () => {
  test.use({ viewport: { width: 768, height: 480 } });

  test("the end stays in view, unless the reader has gone up", async ({ page }) => {
    await open(page);
    await send(page, "Write some Markdown with code");
    const answer = items(page, "agent");
    await expect(answer).toHaveAttribute("data-state", "done");
    await expect(answer.getByText("Read more at")).toBeInViewport();

    await send(page, "Write some Markdown with code");
    await items(page, "agent", "streaming").waitFor();
    const first = items(page, "user").first();
    await items(page, "agent").first().hover();
    await page.mouse.wheel(0, -20_000);
    await expect(first).toBeInViewport();
    await expect(items(page, "agent", "done")).toHaveCount(2);
    await expect(first).toBeInViewport();
  });
});
