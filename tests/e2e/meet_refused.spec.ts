// A browser that lets the page at no camera unless it is told to, and asks nobody.

import { button, expect } from "./support/parlor.ts";
import {
  expectPictures, expectSound, join, LAUNCH_UNASKED, place, prepare, room, stillTaken, test, tile,
} from "./support/meet.ts";

test.use({ launchOptions: LAUNCH_UNASKED });

for (const kind of ["roster", "joincast", "relay"] as const) {
  test(`who may use no camera sees the others, over ${kind}`, async ({ visit }) => {
    const at = place(kind);
    const ada = await visit(at, { permissions: ["camera", "microphone"] });
    const bob = await visit(at);
    await join(ada, "Ada");
    const dialog = await prepare(bob, "Bob");
    await expect(dialog.getByText("Camera and microphone may not be used by this page.")).toBeVisible();
    await button(dialog, "Join").click();
    await expectPictures(bob, 1);
    expect(await stillTaken(bob)).toBe(0);
    await expect(room(bob).getByText("you see and hear the others")).toBeVisible();
    const figure = room(ada).getByRole("figure", { name: "Bob, microphone off, camera off" });
    await expect(figure).toHaveAttribute("data-tie", "connected");
  });

  test(`who comes to one without a camera is seen, over ${kind}`, async ({ visit }) => {
    const at = place(kind);
    const ada = await visit(at);
    const bob = await visit(at, { permissions: ["camera", "microphone"] });
    const dialog = await prepare(ada, "Ada");
    await expect(dialog.getByText("Camera and microphone may not be used by this page.")).toBeVisible();
    await button(dialog, "Join").click();
    await join(bob, "Bob");
    await expectPictures(ada, 1);
  });
}

test("who may use the microphone alone is heard and not seen, and is told so", async ({ visit }) => {
  const at = place("roster");
  const ada = await visit(at, { permissions: ["camera", "microphone"] });
  const bob = await visit(at, { permissions: ["microphone"] });
  await join(ada, "Ada");
  const dialog = await prepare(bob, "Bob");
  await expect(dialog.getByText("The camera may not be used by this page.")).toBeVisible();
  await expect(button(dialog, "Microphone")).toHaveAttribute("aria-pressed", "true");
  await button(dialog, "Join").click();
  await expect(room(bob).getByText("The others do not see you.")).toBeVisible();
  await expect(room(ada).getByRole("figure", { name: "Bob, camera off" })).toBeVisible();
  await expectSound(ada, 1);
  await expectPictures(ada, 0);
  await expectPictures(bob, 1);
  expect(await stillTaken(bob)).toBe(1);
});

test("who may use the camera alone is seen and not heard, and is told so", async ({ visit }) => {
  const at = place("roster");
  const ada = await visit(at, { permissions: ["camera", "microphone"] });
  const bob = await visit(at, { permissions: ["camera"] });
  await join(ada, "Ada");
  const dialog = await prepare(bob, "Bob");
  await expect(dialog.getByText("The microphone may not be used by this page.")).toBeVisible();
  await expect(button(dialog, "Camera")).toHaveAttribute("aria-pressed", "true");
  await button(dialog, "Join").click();
  await expect(room(bob).getByText("The others do not hear you.")).toBeVisible();
  await expectPictures(ada, 1);
  await expect(tile(ada, "Bob")).toHaveAttribute("data-video", "on");
  await expect(room(ada).getByRole("figure", { name: "Bob, microphone off", exact: true })).toBeVisible();
  await expectSound(bob, 1);
  await expectSound(ada, 0);
  expect(await stillTaken(bob)).toBe(1);
});
