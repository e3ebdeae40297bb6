import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import {
  button, connect, expect, expectArticles, expectPhase, items, link, log, newRun, open,
  openSettings, press, send, test, times,
} from "./support/parlor.ts";

/** Fails on what axe calls serious or critical. */
async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  const grave = violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map(({ html }) => html.slice(0, 200)) }));
  expect(grave).toEqual([]);
}

for (const scheme of ["light", "dark"] as const) {
  test.describe(`axe finds nothing serious, ${scheme}`, () => {
    test.use({ colorScheme: scheme, contextOptions: { reducedMotion: "reduce" } });

    test("in the empty conversation", async ({ page }) => {
      await open(page);
      await expectPhase(page, "open");
      await expectAccessible(page);
    });

    test("in a conversation with everything in it", async ({ page, agent }) => {
      await connect(page, agent);
      await send(page, "tool");
      await expect(items(page, "agent", "done")).toHaveCount(2);
      await send(page, "error");
      await expect(items(page, "error")).toBeVisible();
      await send(page, "ask");
      await expect(items(page, "approval", "pending")).toBeVisible();
      await expectAccessible(page);
    });

    test("in an answer with every element of Markdown", async ({ page, agent }) => {
      await connect(page, agent, "/play/saiki/long_stream");
      await send(page, "Give me a long reply");
      await expect(items(page, "agent", "done")).toBeVisible();
      await expectAccessible(page);
    });

    test("in the dialog of a link", async ({ page, agent }) => {
      await open(page, link(newRun(agent).url));
      await expect(page.getByRole("dialog")).toBeVisible();
      await expectAccessible(page);
    });

    test("in the settings, the help and the inspector", async ({ page }) => {
      await open(page);
      await expectPhase(page, "open");
      await openSettings(page);
      await expectAccessible(page);
      await page.keyboard.press("Escape");
      await press(page, "Help");
      await expect(page.getByRole("dialog")).toBeVisible();
      await expectAccessible(page);
      await page.keyboard.press("Escape");
      await press(page, "Frame inspector");
      await expectAccessible(page);
    });
  });
}

test("a finished answer is said exactly once, and none of it before", async ({ page, agent }) => {
  await connect(page, agent, "/play/saiki/plain_stream");
  await send(page, "Hello there");
  await expectArticles(page, [
    { kind: "user", state: "confirmed" },
    { kind: "agent", state: "done", text: "something to render." },
  ]);
  const spoken = (): Promise<string[]> => page.evaluate(() => window.seen.spoken);
  await expect.poll(async () => (await spoken()).join("\n")).toContain("something to render.");
  const pieces = (await spoken()).filter((text) => text.includes("Hello! I am"));
  expect(pieces).toHaveLength(1);
  expect(times(pieces[0] ?? "", "something to render.")).toBe(1);
});

test("errors and requests for approval are said as well", async ({ page, agent }) => {
  await connect(page, agent);
  await send(page, "ask");
  await expect(items(page, "approval", "pending")).toBeVisible();
  const spoken = async (): Promise<string> =>
    (await page.evaluate(() => window.seen.spoken)).join("\n");
  await expect.poll(spoken).toContain("write_file");
  expect(times(await spoken(), "write_file")).toBe(1);
});

test("the stream is no live region", async ({ page }) => {
  await open(page);
  // A log is polite unless it says otherwise.
  await expect(log(page)).toHaveAttribute("aria-live", "off");
  await expect(log(page).locator('[aria-live="polite"], [aria-live="assertive"]')).toHaveCount(0);
});

test("a dialog keeps the focus and gives it back", async ({ page }) => {
  await open(page);
  await expectPhase(page, "open");
  const opener = button(page, "Settings");
  await opener.focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog");
  await expect(dialog).toBeVisible();
  for (let presses = 0; presses < 20; presses += 1) {
    await page.keyboard.press("Tab");
    const inside = await dialog.evaluate(
      (dialog) =>
        document.activeElement === document.body || dialog.contains(document.activeElement),
    );
    expect(inside).toBe(true);
  }
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(opener).toBeFocused();
});
