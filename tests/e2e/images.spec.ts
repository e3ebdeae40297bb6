import type { Page } from "@playwright/test";
import { broken, noise, text, type Upload, vast } from "./support/pictures.ts";
import {
  type Agent, box, button, connect, expect, expectArticles, items, send, test, toasts,
} from "./support/parlor.ts";

type Way = "pick" | "paste" | "drop";

/** Gives the page a file in one of the three ways that a person has. */
async function give(page: Page, way: Way, file: Upload): Promise<void> {
  if (way === "pick") {
    const chooser = page.waitForEvent("filechooser");
    await button(page, "Attach").click();
    return (await chooser).setFiles(file);
  }
  const { name, mimeType } = file;
  const given = { way, name, mimeType, base64: file.buffer.toString("base64") };
  await box(page).evaluate((box, { way, name, mimeType, base64 }) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], name, { type: mimeType }));
    const options = { bubbles: true, cancelable: true, composed: true };
    if (way === "paste") {
      box.dispatchEvent(new ClipboardEvent("paste", { ...options, clipboardData: transfer }));
      return;
    }
    for (const kind of ["dragenter", "dragover", "drop"]) {
      box.dispatchEvent(new DragEvent(kind, { ...options, dataTransfer: transfer }));
    }
  }, given);
}

async function picture(agent: Agent, run: string): Promise<{ base64: string; mimeType: string }> {
  const frames = await agent.frames(run);
  const found = frames.find((frame) => frame.imageData)?.imageData;
  if (!found) throw new Error("no frame has a picture");
  return found;
}

for (const way of ["pick", "paste", "drop"] as const) {
  test(`a picture can be sent by ${way}`, async ({ page, agent }) => {
    const { run } = await connect(page, agent);
    await give(page, way, noise(24, 24));
    await expect(page.getByText("noise.png")).toBeVisible();
    await expect(page.getByText(/\d ?(B|kB|KB)\b/).first()).toBeVisible();
    await send(page, "image: what is this?");
    await expect(items(page, "user").getByRole("img")).toBeVisible();
    await expect(items(page, "agent", "done")).toContainText("image/png");
    const sent = await picture(agent, run);
    expect(sent.mimeType).toBe("image/png");
    expect(Buffer.from(sent.base64, "base64").subarray(1, 4).toString()).toBe("PNG");
    await expect(page.getByText("noise.png")).toHaveCount(0);
  });
}

test("a picture without words is sent with some, which the server wants", async ({
  page,
  agent,
}) => {
  const { run } = await connect(page, agent);
  await give(page, "pick", noise(24, 24));
  await expect(page.getByText("noise.png")).toBeVisible();
  await button(page, "Send").click();
  await expectArticles(page, [
    { kind: "user", state: "confirmed" },
    { kind: "agent", state: "done" },
  ]);
  expect(await agent.messages(run)).toEqual(["See the attached file."]);
});

test("a large picture is made smaller before it goes out, and its size is shown", async ({
  page,
  agent,
}) => {
  const { run } = await connect(page, agent);
  const large = noise(2400, 1800);
  await give(page, "pick", large);
  await expect(page.getByText("noise.png")).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText(/\d ?(kB|KB|MB)\b/).first()).toBeVisible();
  await send(page, "image: and this?");
  await expect(items(page, "agent", "done")).toBeVisible();
  const sent = await picture(agent, run);
  expect(sent.mimeType).toMatch(/^image\/(png|jpeg|webp)$/);
  expect(sent.base64.length * 0.75).toBeLessThan(large.buffer.length / 2);
});

const REFUSED: [what: string, file: () => Upload, sentence: RegExp][] = [
  ["a file of another type", text, /PNG|type|picture|image/i],
  ["a picture of too many pixels", vast, /large|pixels|dimensions/i],
  ["a picture that cannot be decoded", broken, /read|decode|damaged|broken/i],
];

for (const [what, file, sentence] of REFUSED) {
  test(`${what} is refused in words, and nothing is sent`, async ({ page, agent }) => {
    const { run } = await connect(page, agent);
    const given = file();
    await give(page, "pick", given);
    await expect(toasts(page).filter({ hasText: sentence }).first()).toBeVisible({
      timeout: 30_000,
    });
    await send(page, "only words");
    await expect(items(page, "agent", "done")).toBeVisible();
    const frames = await agent.frames(run);
    expect(frames).toHaveLength(1);
    expect(frames[0]?.content).toBe("only words");
    expect(frames[0]?.imageData).toBeUndefined();
  });
}

test("an attached picture can be taken away again", async ({ page, agent }) => {
  const { run } = await connect(page, agent);
  await give(page, "pick", noise(24, 24));
  await expect(page.getByText("noise.png")).toBeVisible();
  await page.getByRole("button", { name: /^Remove/ }).click();
  await expect(page.getByText("noise.png")).toHaveCount(0);
  await send(page, "never mind");
  await expect(items(page, "agent", "done")).toBeVisible();
  expect((await agent.frames(run)).every((frame) => !frame.imageData)).toBe(true);
});
