// That people in a room hear each other and see who speaks, and hear nothing of whose microphone is
// off.

import type { Page } from "@playwright/test";
import { button, expect } from "./support/parlor.ts";
import {
  couple, expectPictures, expectSound, join, LAUNCH, place, room, test, tile,
} from "./support/meet.ts";

test.use({ launchOptions: LAUNCH });

/** A browser that plays nothing that sounds before its person asks for it, as Safari does. */
function beStrict(): void {
  const { play } = HTMLMediaElement.prototype;
  let asked = false;
  addEventListener("click", ({ target }) => {
    asked ||= target instanceof Element && target.textContent === "Play";
  }, { capture: true });
  HTMLMediaElement.prototype.play = function () {
    if (this.muted || asked) return play.call(this);
    this.autoplay = false;
    this.pause();
    return Promise.reject(new DOMException("a gesture is wanted", "NotAllowedError"));
  };
}

test("where the browser plays nothing unasked, the person is asked to ask for it", async ({ visit }) => {
  const at = place("roster");
  const ada = await visit(at);
  await ada.evaluate(beStrict);
  await join(ada, "Ada");
  const bob = await visit(at);
  await join(bob, "Bob");
  const sentence = room(ada).getByText("plays nothing of the others before you ask");
  await expect(sentence).toBeVisible();
  const paused = (): Promise<boolean> =>
    tile(ada, "Bob").locator("video").evaluate((video) => (video as HTMLVideoElement).paused);
  expect(await paused()).toBe(true);
  await button(room(ada), "Play").click();
  await expect(sentence).toBeHidden();
  await expect(button(room(ada), "Play")).toBeHidden();
  await expect.poll(paused).toBe(false);
  await expect(room(ada).getByRole("heading", { level: 2 })).toBeFocused();
  await expectPictures(ada, 1);
});

/** A microphone by its button and by its key. */
const SWITCHES: [string, (page: Page) => Promise<void>][] = [
  ["its button", (page) => button(room(page), "Microphone").click()],
  ["its key", (page) => page.keyboard.press("m")],
];

for (const [how, press] of SWITCHES) {
  test(`the others are heard, but not while their microphone is off by ${how}`, async ({ visit }) => {
    const { ada, bob } = await couple(visit, "roster");
    await expectSound(bob, 1);
    await expectSound(ada, 1);
    await expect(tile(bob, "Ada")).toHaveAttribute("data-speaks");
    await press(ada);
    await expect(room(bob).getByRole("figure", { name: "Ada, microphone off" })).toBeVisible();
    await expect(tile(bob, "Ada")).not.toHaveAttribute("data-speaks");
    await expectSound(bob, 0);
    await expectSound(ada, 1);
    await press(ada);
    await expect(room(bob).getByRole("figure", { name: "Ada", exact: true })).toBeVisible();
    await expectSound(bob, 1);
    await expect(tile(bob, "Ada")).toHaveAttribute("data-speaks");
  });
}
