import type { Page } from "@playwright/test";
import { connect as connectToOpenHands, conversationOf } from "./support/openhands.ts";
import {
  box, button, connect, expect, expectPhase, items, log, open, send, test,
} from "./support/parlor.ts";
import { noise } from "./support/pictures.ts";
import { onDevice } from "./support/stored.ts";

test("a draft, and a message that waits with its picture, survive a reload", async ({
  page,
  agent,
}) => {
  const { run } = await connect(page, agent);
  await agent.down(run);
  await expectPhase(page, /waiting|connecting/);
  const chooser = page.waitForEvent("filechooser");
  await button(page, "Attach").click();
  await (await chooser).setFiles(noise(8, 8));
  await expect(page.getByRole("button", { name: /^Remove/ })).toBeVisible();
  await send(page, "waits for the server");
  await box(page).fill("half a thought");
  await expect(items(page, "user", "queued")).toHaveCount(1);
  await page.reload();
  const dialog = page.getByRole("dialog");
  await button(dialog, "Connect").click();
  await expect(items(page, "user", "queued")).toHaveText([/waits for the server/]);
  await expect(items(page, "user").getByRole("img")).toBeVisible();
  await expect(box(page)).toHaveValue("half a thought");
  await agent.up(run);
  await expect(items(page, "user", "confirmed")).toHaveText([/waits for the server/]);
  const sent = (await agent.frames(run)).filter((frame) => frame.type === "message");
  expect(sent.map((frame) => [frame.content, frame.imageData?.mimeType])).toEqual([
    ["waits for the server", "image/png"],
  ]);
});

test("an OpenHands transcript is there before the server is", async ({ page, agent }) => {
  const query = new URLSearchParams({ server: "openhands-v0", url: agent.openhands });
  await open(page, `?${query}`);
  await button(page.getByRole("dialog"), "Connect").click();
  await expectPhase(page, "open");
  await send(page, "run");
  await expect(items(page, "tool", "done")).toHaveCount(1);
  const before = await items(page).allInnerTexts();

  // The bare address finds the conversation again; the server is not asked for what is here.
  let replayed = 0;
  page.on("websocket", (socket) => {
    socket.on("framereceived", ({ payload }) => {
      if (String(payload).includes("oh_event")) replayed += 1;
    });
  });
  await page.goto("/");
  await expect(items(page, "tool", "done")).toHaveCount(1);
  await expectPhase(page, "open");
  expect(await items(page).allInnerTexts()).toEqual(before);
  expect(replayed).toBeLessThanOrEqual(1);
});

/** How many messages stand above the first that is seen, and where its top is. */
function top(page: Page): Promise<{ above: number; offset: number; all: number }> {
  return log(page).evaluate((log) => {
    const edge = log.closest(".timeline")?.getBoundingClientRect().top ?? 0;
    const articles = [...log.querySelectorAll("article")];
    const above = articles.findIndex((article) => article.getBoundingClientRect().bottom > edge);
    const offset = (articles[above]?.getBoundingClientRect().top ?? 0) - edge;
    return { above, offset: Math.round(offset), all: articles.length };
  });
}

/** What the agent is asked to do, so that not all of it is laid in at once. */
const COUNT = 120;

/** The reader sees the same message at the same place, and goes on seeing it. */
async function expectTop(page: Page, wanted: Awaited<ReturnType<typeof top>>): Promise<void> {
  await expect(items(page)).toHaveCount(wanted.all);
  const near = async (): Promise<void> => {
    const found = await top(page);
    expect(found.above).toBe(wanted.above);
    expect(Math.abs(found.offset - wanted.offset), JSON.stringify(found)).toBeLessThanOrEqual(3);
  };
  await expect(near).toPass({ timeout: 10_000 });
  // The place is held for a second, and the browser goes on holding it.
  for (const frames of [1, 30, 60]) {
    await page.evaluate(async (frames) => {
      for (let at = 0; at < frames; at += 1) await new Promise(requestAnimationFrame);
    }, frames);
    await near();
  }
}

test("a reader who has gone up finds the same message at the same place", async ({
  page,
  agent,
}) => {
  const id = await conversationOf(agent.openhands);
  await connectToOpenHands(page, agent.openhands, id);
  await send(page, `long ${COUNT}`);
  await expect(items(page, "tool", "done")).toHaveCount(COUNT, { timeout: 60_000 });
  await expect(button(page, "Stop")).toBeHidden();
  expect(await onDevice(page)).not.toMatch(/\\"scroll\\":\\"/);
  await log(page).hover();
  for (let turn = 0; turn < 9; turn += 1) await page.mouse.wheel(0, -777);
  await expect.poll(() => onDevice(page)).toMatch(/\\"scroll\\":\\"/);
  await expect(button(page, "Jump to latest")).toBeVisible();
  const noted = async (): Promise<string | undefined> =>
    /\\"scroll\\":\\"([^"\\]*)/.exec(await onDevice(page))?.[1];
  const wanted = await top(page);
  await expect.poll(noted).toMatch(new RegExp(`^\\[${wanted.above},\\d+,-?\\d+\\]$`));

  await page.goto("/");
  await expectTop(page, wanted);
  await expectPhase(page, "open");
  await expectTop(page, wanted);

  await button(page, "New conversation").first().click();
  await expect(items(page, "tool")).toHaveCount(0);
  const list = page.getByRole("navigation", { name: "Conversations" });
  await list.getByRole("button", { name: new RegExp(`^long ${COUNT}`) }).click();
  await expectTop(page, wanted);

  const other = await page.context().newPage();
  await page.close({ runBeforeUnload: false });
  await open(other);
  await expectTop(other, wanted);

  await button(other, "Jump to latest").click();
  await expect.poll(() => onDevice(other)).not.toMatch(/\\"scroll\\":\\"/);
  await other.reload();
  await expect(items(other)).toHaveCount(wanted.all);
  await expect(items(other).last()).toBeInViewport();
});
