// Rooms that one does not get into: the server drops everybody, or the room is full.

import { button, expect } from "./support/parlor.ts";
import {
  expectPictures, join, LAUNCH, place, prepare, room, stillTaken, test,
} from "./support/meet.ts";
import { robots } from "./support/robots.ts";

test.use({ launchOptions: LAUNCH });
test.describe.configure({ timeout: 180_000 });

test("that the rooms cannot be reached is said, and another try works once they can", async ({ visit, watch }) => {
  const at = place("gone");
  const ada = await visit(at);
  await join(ada, "Ada");
  const said = room(ada).getByText("The server's video rooms cannot be reached.");
  await expect(said).toBeVisible({ timeout: 60_000 });
  expect(await stillTaken(ada)).toBe(0);
  const tries = (): number => watch.sockets.filter((url) => url.includes("/ws/meet")).length;
  const before = tries();
  await ada.waitForTimeout(3_000);
  expect(tries(), "no more tries by itself").toBe(before);
  // The operator puts a server with rooms in its place.
  await ada.evaluate(() => {
    window.WebSocket = new Proxy(window.WebSocket, {
      construct(target, [url, ...rest]) {
        return Reflect.construct(target, [String(url).replace("kind=gone", "kind=roster"), ...rest]);
      },
    });
  });
  const bob = await visit({ ...at, kind: "roster" });
  await join(bob, "Bob");
  await button(room(ada), "Try again").click();
  await expect(said).toBeHidden();
  await expectPictures(bob, 1);
  await expectPictures(ada, 1);
  expect(await stillTaken(ada)).toBe(2);
});

test("a tenth person is told that the room is full, and gets in once one of the nine has left", async ({ agent, browser, visit }) => {
  const at = place("roster");
  const ada = await visit(at);
  await join(ada, "Ada");
  const eight = await robots(browser, agent, at, 8, [0, 1, 2, 3, 4, 5, 6, 7]);
  await expect(room(ada).getByText("9 people")).toBeVisible({ timeout: 30_000 });
  const bob = await visit(at);
  const dialog = await prepare(bob, "Bob");
  await button(dialog, "Join").click();
  const full = room(bob).getByText("The room is full");
  await expect(full).toBeVisible({ timeout: 30_000 });
  await expect.poll(() => stillTaken(bob)).toBe(0);
  await expect(room(ada).getByText("9 people")).toBeVisible();
  await button(room(ada), "Leave").click();
  await button(room(bob), "Try again").click();
  await expect(full).toBeHidden();
  await expect(room(bob).getByText("9 people")).toBeVisible({ timeout: 30_000 });
  await expect(room(bob).locator('[data-tie="connected"]')).toHaveCount(8, { timeout: 60_000 });
  await eight.close();
});
