import {
  button, expect, expectPhase, items, newRun, open, openSettings, press, send, test, toasts,
} from "./support/parlor.ts";

test("a server is chosen in the settings, and remembered", async ({ page, agent }) => {
  const chat = newRun(agent);
  await open(page);
  const settings = await openSettings(page);
  await settings.getByRole("combobox", { name: "Server" }).selectOption({ label: "Saiki" });
  await settings.getByRole("textbox", { name: "Address" }).fill(chat.url);
  await button(settings, "Connect").click();
  await expect(settings).toBeHidden();
  await expectPhase(page, "open");
  await send(page, "chosen by hand");
  await expect(items(page, "agent", "done")).toContainText("chosen by hand");
  const frames = await agent.frames(chat.run);
  expect(frames[0]?.stream).toBe(true);
  expect(frames[0]?.sessionId).toBeTruthy();

  await open(page);
  await expectPhase(page, "open");
  await expect(items(page, "user")).toContainText("chosen by hand");
});

test("strict sends the document's frames and no more", async ({ page, agent }) => {
  const chat = newRun(agent);
  await open(page);
  const settings = await openSettings(page);
  await settings.getByRole("combobox", { name: "Server" }).selectOption({ label: "Saiki" });
  await settings.getByRole("textbox", { name: "Address" }).fill(chat.url);
  await settings.getByRole("checkbox", { name: "Strict" }).check();
  await button(settings, "Connect").click();
  await expectPhase(page, "open");
  await send(page, "by the book");
  await expect
    .poll(() => agent.frames(chat.run))
    .toEqual([{ type: "message", content: "by the book" }]);
});

test("an address that is none is refused in words", async ({ page, watch }) => {
  await open(page);
  const settings = await openSettings(page);
  await settings.getByRole("combobox", { name: "Server" }).selectOption({ label: "Saiki" });
  await settings.getByRole("textbox", { name: "Address" }).fill("ftp://127.0.0.1/");
  await button(settings, "Connect").click();
  await expect(
    toasts(page).or(settings).filter({ hasText: /ws:\/\/ or wss:\/\// }).first(),
  ).toBeVisible();
  expect(watch.sockets).toEqual([]);
});

test("the frame inspector shows what went in and out", async ({ page, agent }) => {
  const chat = newRun(agent);
  await open(page, `?${new URLSearchParams({ server: "saiki", url: chat.url })}`);
  await button(page.getByRole("dialog"), "Connect").click();
  await expectPhase(page, "open");
  await press(page, "Frame inspector");
  await send(page, "under the glass");
  await expect(items(page, "agent", "done")).toBeVisible();
  const inspector = page.getByRole("complementary", { name: "Frame inspector" })
    .or(page.getByRole("region", { name: "Frame inspector" }))
    .or(page.getByRole("dialog", { name: "Frame inspector" }));
  await expect(inspector.first()).toContainText('"content":"under the glass"');
  await expect(inspector.first()).toContainText('"event":"response"');
});
