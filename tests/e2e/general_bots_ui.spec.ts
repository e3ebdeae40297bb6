// What General Bots brings to the screen: suggestions, ways to answer, a dress, answers in HTML, the
// size of a message and the server's pace, in three sizes and two themes.

import { fileURLToPath } from "node:url";
import type { Locator, Page } from "@playwright/test";
import {
  begin as connect, expectMessagesOnly, type Name, say, type Server,
} from "./support/general_bots.ts";
import {
  type Agent, box, button, expect, items, open, openSettings, send, test,
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

/** Connects to a new server. A link may say which dialect it is, which spares the wait for a silence. */
function begin(page: Page, agent: Agent, name: Name, faults = ""): Promise<Server> {
  const dialect = name === "documented" ? "documented" : "native";
  return connect(page, agent, name, faults, { dialect });
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
        await expect(composer(page)).toContainText(/asks for fewer messages\.\s*Your message goes out again in \d s/);
        await expectFits(page);
        await shoot(page, `gb-often-${name}`);
        await expect(items(page, "agent", "done")).toHaveCount(2, { timeout: 20_000 });
        await expect(composer(page)).not.toContainText("fewer messages");
        expect(await server.said()).toEqual(["hello", "[error RATE_LIMITED 2]"]);
      });

      test("the dialect is chosen in the settings", async ({ page, agent }) => {
        await begin(page, agent, "documented");
        await openSettings(page);
        const list = page.getByRole("combobox", { name: "What the server speaks" });
        await expect(list).toBeVisible();
        await list.scrollIntoViewIfNeeded();
        await expectFits(page);
        await shoot(page, `gb-settings-${name}`);
      });
    });
  }
}

test("a suggestion is said when it is pressed, and all of them go", async ({ page, agent }) => {
  const server = await begin(page, agent, "c");
  await say(page, "[suggest]", 1);
  await box(page).fill("half a thought");
  await offers(page).getByRole("button", { name: "Opening hours" }).click();
  await expect(items(page, "agent", "done")).toHaveCount(2);
  await expect(offers(page).getByRole("button")).toHaveCount(0);
  await expect(box(page)).toHaveValue("half a thought");
  expect(await server.said()).toEqual(["[suggest]", "What are your opening hours?"]);
  await expectMessagesOnly(server);
  await open(page);
  await expect(box(page)).toHaveValue("half a thought");
});

test("the arrow keys go through the suggestions, and Enter says one", async ({ page, agent }) => {
  const server = await begin(page, agent, "c");
  await say(page, "[suggest]", 1);
  const chip = (name: string): Locator => offers(page).getByRole("button", { name });
  await chip("Opening hours").focus();
  await page.keyboard.press("ArrowRight");
  await expect(chip("Products")).toBeFocused();
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  await expect(chip("Opening hours")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(items(page, "agent", "done")).toHaveCount(2);
  await expect(box(page)).toBeFocused();
  expect(await server.said()).toContain("What are your opening hours?");
});

test("a way to answer is turned on and off where it stands", async ({ page, agent }) => {
  const server = await begin(page, agent, "c");
  await say(page, "[suggest]", 1);
  const short = ways(page).getByRole("button", { name: "Short" });
  await expect(short).toHaveAttribute("aria-pressed", "false");
  await short.focus();
  await page.keyboard.press("Space");
  await expect(short).toHaveAttribute("aria-pressed", "true");
  await expect(short).toBeFocused();
  await expect(items(page, "agent", "done")).toHaveCount(2);
  await offers(page).getByRole("button", { name: "As a table" }).click();
  await expect(ways(page).getByRole("button", { pressed: true })).toHaveCount(2);
  await expect(items(page, "agent", "done")).toHaveCount(3);
  await say(page, "and now", 4);
  const last = (await server.frames()).at(-1);
  expect([...(last?.active_switchers ?? [])].sort()).toEqual(["custom:1234567890", "tables"]);
  await short.click();
  await expect(short).toHaveAttribute("aria-pressed", "false");
  await expectMessagesOnly(server);
});

test("hostile HTML shows its words and does nothing", async ({ page, agent, watch }) => {
  await begin(page, agent, "c");
  const before = watch.requests.length;
  await say(page, "[hostile]", 1);
  const answer = items(page, "agent", "done");
  await expect(answer).toContainText("Harmless");
  await expect(answer).toContainText("end");
  await expect(answer.locator("a, img, script, iframe, style, [onclick], [onerror]")).toHaveCount(0);
  await expect(answer).not.toContainText("alert");
  expect(watch.requests.slice(before)).toEqual([]);
});

test("HTML that streams in is seen as it comes, and copied as text", async ({ page, agent, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await begin(page, agent, "c");
  // No tag is ever seen, not even for a frame.
  const seen = page.evaluate(
    () =>
      new Promise<string[]>((done) => {
        const seen: string[] = [];
        const look = (): void => {
          const prose = document.querySelector('[data-kind="agent"] .prose');
          const text = prose?.textContent ?? "";
          if (text && seen.at(-1) !== text) seen.push(text);
          if (document.querySelector('[data-kind="agent"][data-state="done"]')) done(seen);
          else requestAnimationFrame(look);
        };
        look();
      }),
  );
  await say(page, "[html 250]", 1);
  const texts = await seen;
  expect(texts.length).toBeGreaterThan(1);
  for (const text of texts) expect(text).not.toMatch(/[<>]|strong/);
  const answer = items(page, "agent", "done");
  await answer.hover();
  await button(answer, "Copy answer").click();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toBe("Your orders:\none\ntwo\nid\n12345\nMore");
});

test("what is Markdown stays Markdown", async ({ page, agent }) => {
  await begin(page, agent, "c");
  await say(page, "[markdown]", 1);
  const answer = items(page, "agent", "done");
  await expect(answer.getByRole("heading", { name: "Orders" })).toBeVisible();
  await expect(answer.locator("code").last()).toContainText("<b>not html</b>");
});

test("a dress goes with its conversation", async ({ page, agent }) => {
  await begin(page, agent, "b");
  const accent = (): Promise<string> =>
    page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--accent"));
  const own = await accent();
  await send(page, "[theme]");
  const title = page.getByRole("heading", { level: 1 });
  await expect(title).toHaveText("Announcements");
  await expect.poll(accent).toBe("rgb(13 43 85)");
  await expect(page.locator("img")).toHaveCount(0);
  await button(page, "New conversation").click();
  await expect(title).toHaveText("Parlor");
  await expect.poll(accent).toBe(own);
});

/** A text of that letter whose whole frame, as the page counts it, has so many bytes. */
async function writeFrame(page: Page, letter: string, bytes: number): Promise<string> {
  const size = new TextEncoder().encode(letter).length;
  const probe = letter.repeat(Math.ceil(60_000 / size));
  await write(page, probe);
  const count = composer(page).getByText(/^[\d,]+ of 65,536 bytes$/);
  await expect(count).toBeVisible();
  const shown = Number((await count.innerText()).split(" ")[0]?.replaceAll(",", ""));
  const room = bytes - (shown - Math.ceil(60_000 / size) * size);
  const text = letter.repeat(Math.floor(room / size)) + "x".repeat(room % size);
  await write(page, text);
  await expect(count).toHaveText(`${bytes.toLocaleString("en")} of 65,536 bytes`);
  return text;
}

for (const letter of ["x", "é", "漢", "😀"]) {
  test(`a frame of ${letter} goes up to 65,536 bytes and not one more`, async ({ page, agent }) => {
    const server = await begin(page, agent, "documented");
    await writeFrame(page, letter, 65_537);
    await expect(button(page, "Send")).toBeDisabled();
    await expect(button(page, "Send as 2 messages")).toBeVisible();
    await box(page).press("Enter");
    await expect(items(page, "user")).toHaveCount(0);
    for (const [at, bytes] of [65_535, 65_536].entries()) {
      await writeFrame(page, letter, bytes);
      await expect(button(page, "Send as 2 messages")).toBeHidden();
      await button(page, "Send").click();
      await expect(items(page, "agent", "done")).toHaveCount(at + 1);
    }
    const { chat } = await server.report();
    const sizes = chat.map(({ bytes }) => bytes).filter((bytes) => bytes > 10_000);
    expect(sizes).toEqual([65_535, 65_536]);
  });
}

test("a text that is too large goes as several messages, each of which arrives", async ({
  page, agent,
}) => {
  const server = await begin(page, agent, "documented");
  const paragraph = `${"Grüße, 漢字 and 😀. ".repeat(90)}\n\n`;
  await write(page, paragraph.repeat(60));
  const split = composer(page).getByRole("button", { name: /^Send as \d messages$/ });
  const count = Number((await split.innerText()).replace(/\D/g, ""));
  expect(count).toBeGreaterThan(1);
  await split.click();
  await expect(box(page)).toHaveValue("");
  await expect(items(page, "user", "confirmed")).toHaveCount(count, { timeout: 30_000 });
  const { chat } = await server.report();
  const sizes = chat.map(({ bytes }) => bytes).filter((bytes) => bytes > 10_000);
  expect(sizes).toHaveLength(count);
  for (const bytes of sizes) expect(bytes).toBeLessThanOrEqual(65_536);
  const squeeze = (text: string): string => text.replace(/\s/g, "");
  expect(squeeze((await server.said()).join(""))).toBe(squeeze(paragraph.repeat(60)));
});

test("a picture that makes the message too large is made smaller on demand", async ({
  page, agent,
}) => {
  const server = await begin(page, agent, "documented");
  const picture = await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(900, 700);
    const pen = canvas.getContext("2d");
    if (!pen) throw new Error("no canvas");
    for (let at = 0; at < 60_000; at++) {
      pen.fillStyle = `hsl(${(at * 47) % 360} 80% ${20 + (at % 60)}%)`;
      pen.fillRect((at * 31) % 900, (at * 17) % 700, 7, 7);
    }
    const blob = await canvas.convertToBlob({ type: "image/png" });
    return Array.from(new Uint8Array(await blob.arrayBuffer()));
  });
  expect(picture.length).toBeGreaterThan(70_000);
  await page.locator('input[type="file"]').setInputFiles({
    name: "plan.png", mimeType: "image/png", buffer: Buffer.from(picture),
  });
  await box(page).fill("Look at this");
  await expect(composer(page)).toContainText("With the picture");
  await expect(button(page, "Send")).toBeDisabled();
  await button(page, "Shrink the picture").click();
  await expect(button(page, "Send")).toBeEnabled();
  await expect(button(page, "Shrink the picture")).toBeHidden();
  await button(page, "Send").click();
  await expect(items(page, "user", "confirmed")).toHaveCount(1);
  const { chat } = await server.report();
  const largest = Math.max(...chat.map(({ bytes }) => bytes));
  expect(largest).toBeGreaterThan(10_000);
  expect(largest).toBeLessThanOrEqual(65_536);
});

test("a server that wants to know is told when the person writes and when not", async ({
  page, agent,
}) => {
  const server = await begin(page, agent, "documented");
  const notices = async (): Promise<string[]> =>
    (await server.types()).filter((type) => type.startsWith("typing"));
  await box(page).pressSequentially("hel");
  await expect.poll(notices).toEqual(["typing_start"]);
  await box(page).blur();
  await expect.poll(notices).toEqual(["typing_start", "typing_stop"]);
  await box(page).pressSequentially("lo");
  await box(page).press("Enter");
  await expect(items(page, "user", "confirmed")).toHaveCount(1);
  await expect
    .poll(notices)
    .toEqual(["typing_start", "typing_stop", "typing_start", "typing_stop"]);
});
