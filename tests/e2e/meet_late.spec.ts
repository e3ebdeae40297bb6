// Devices that the browser gives late: what the person did meanwhile holds, and no camera's light
// stays on that nobody wants.

import type { Page } from "@playwright/test";
import { button, expect } from "./support/parlor.ts";
import {
  expectPictures, grant, hold, join, LAUNCH, lobby, place, prepare, room, stillTaken, test, tile,
} from "./support/meet.ts";

test.use({ launchOptions: LAUNCH });

/** So many devices are taken, and nothing changes that any more. */
async function expectTaken(page: Page, count: number): Promise<void> {
  await expect.poll(() => stillTaken(page)).toBe(count);
  await page.waitForTimeout(300);
  expect(await stillTaken(page)).toBe(count);
}

const asks = (page: Page): Promise<void> =>
  expect(lobby(page).getByText("Your browser may ask for the camera")).toBeVisible();

test("a lobby that is closed while the browser asks takes nothing", async ({ visit }) => {
  const ada = await visit(place("roster"));
  await hold(ada);
  await prepare(ada, "Ada");
  await asks(ada);
  await ada.keyboard.press("Escape");
  await expect(lobby(ada)).toBeHidden();
  await grant(ada, 2);
  await expectTaken(ada, 0);
});

test("a lobby that is opened again while the browser asks takes one camera and one microphone", async ({ visit }) => {
  const ada = await visit(place("roster"));
  await hold(ada);
  await prepare(ada, "Ada");
  await asks(ada);
  await ada.keyboard.press("Escape");
  await prepare(ada, "Ada");
  await asks(ada);
  await grant(ada, 4);
  await expectTaken(ada, 2);
  await expect(button(lobby(ada), "Camera")).toHaveAttribute("aria-pressed", "true");
});

test("who joins without a camera while the browser asks has the microphone alone", async ({ visit }) => {
  const at = place("roster");
  const ada = await visit(at);
  const bob = await visit(at);
  await join(ada, "Ada");
  await hold(bob);
  const dialog = await prepare(bob, "Bob");
  await asks(bob);
  await button(dialog, "Join without camera").click();
  await expect(tile(ada, "Bob")).toHaveAttribute("data-tie", "connected");
  await grant(bob, 2);
  await expectTaken(bob, 1);
  await expect(button(room(bob), "Microphone")).toHaveAttribute("aria-pressed", "true");
  await expect(button(room(bob), "Camera")).toHaveAttribute("aria-pressed", "false");
  await expect(room(ada).getByRole("figure", { name: "Bob, camera off" })).toBeVisible();
});

test("who joins while the browser asks is seen once it has its answer", async ({ visit }) => {
  const at = place("roster");
  const ada = await visit(at);
  const bob = await visit(at);
  await join(ada, "Ada");
  await hold(bob);
  const dialog = await prepare(bob, "Bob");
  await asks(bob);
  await button(dialog, "Join").click();
  const dark = room(ada).getByRole("figure", { name: "Bob, microphone off, camera off" });
  await expect(dark).toHaveAttribute("data-tie", "connected");
  await expectPictures(bob, 1);
  await grant(bob, 2);
  await expect(room(ada).getByRole("figure", { name: "Bob", exact: true })).toBeVisible();
  await expectPictures(ada, 1);
  await expectTaken(bob, 2);
});

test("who leaves while the browser asks lets go of what it then gives", async ({ visit }) => {
  const ada = await visit(place("roster"));
  await join(ada, "Ada");
  await button(room(ada), "Camera").click();
  await expectTaken(ada, 1);
  await hold(ada);
  await button(room(ada), "Camera").click();
  await button(room(ada), "Leave").click();
  await expect(room(ada)).toHaveCount(0);
  await grant(ada, 1);
  await expectTaken(ada, 0);
});

test("a microphone that is turned off while a camera is asked for stays off", async ({ visit }) => {
  const ada = await visit(place("roster"));
  await join(ada, "Ada");
  await button(room(ada), "Camera").click();
  await hold(ada);
  await button(room(ada), "Camera").click();
  await button(room(ada), "Microphone").click();
  await grant(ada, 1);
  await expect(button(room(ada), "Camera")).toHaveAttribute("aria-pressed", "true");
  await expect(button(room(ada), "Microphone")).toHaveAttribute("aria-pressed", "false");
  const speaks = await ada.evaluate(() =>
    window.taken.some((track) => track.kind === "audio" && track.readyState === "live" && track.enabled),
  );
  expect(speaks).toBe(false);
  await expectTaken(ada, 2);
});

test("a camera whose button is pressed again while it is asked for stays off", async ({ visit }) => {
  const ada = await visit(place("roster"));
  await join(ada, "Ada");
  const camera = button(room(ada), "Camera");
  await camera.click();
  await hold(ada);
  await camera.click();
  await camera.click();
  await grant(ada, 1);
  await ada.waitForTimeout(500);
  await expect(camera).toHaveAttribute("aria-pressed", "false");
  await expectTaken(ada, 1);
});
