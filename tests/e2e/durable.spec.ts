import { noise } from "./support/pictures.ts";
import {
  box, button, connect, expect, expectPhase, items, open, send, test,
} from "./support/parlor.ts";

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
