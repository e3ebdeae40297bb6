// That people in a room hear each other and see who speaks, and hear nothing of whose microphone is
// off.

import type { Page } from "@playwright/test";
import { button, expect } from "./support/parlor.ts";
import { couple, expectSound, LAUNCH, room, test, tile } from "./support/meet.ts";

test.use({ launchOptions: LAUNCH });

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
