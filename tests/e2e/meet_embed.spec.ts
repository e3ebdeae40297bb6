// Video rooms in a frame of another site's page, as the README says it is to be embedded.

import { button, expect } from "./support/parlor.ts";
import {
  expectPictures, expectSound, join, LAUNCH, place, prepare, room, stillTaken, test,
} from "./support/meet.ts";

test.use({
  launchOptions: {
    ...LAUNCH,
    args: [...LAUNCH.args, "--auto-select-desktop-capture-source=Entire screen"],
  },
});

const SANDBOX = { title: "Parlor", sandbox: "allow-scripts allow-same-origin" };
const ALLOWED = { ...SANDBOX, allow: "camera; microphone; display-capture" };

test("two in frames see and hear each other, and a screen", async ({ embed }) => {
  const at = place("roster");
  const ada = await embed(at, ALLOWED);
  const bob = await embed(at, ALLOWED);
  await join(ada, "Ada");
  await join(bob, "Bob");
  for (const frame of [ada, bob]) {
    await expectPictures(frame, 1);
    await expectSound(frame, 1);
  }
  await button(room(ada), "Share screen").click();
  await expect(room(bob).getByRole("figure", { name: "The screen of Ada" })).toBeVisible();
  await expectPictures(bob, 2);
});

test.describe("without the leave of the page around it", () => {
  // The browser says so on its console, each time that it is asked.
  test.use({ noise: /Permissions policy violation: (camera|microphone) is not allowed/ });

  test("one sees the others, and is told why they do not see one", async ({ embed, visit }) => {
    const at = place("roster");
    const ada = await visit(at);
    const bob = await embed(at, SANDBOX);
    await join(ada, "Ada");
    const dialog = await prepare(bob, "Bob");
    const why = { hasText: /frame|page around|allow/i };
    await expect(dialog.getByRole("status").filter(why)).toBeVisible();
    await button(dialog, "Join").click();
    await expectPictures(bob, 1);
    await expectSound(bob, 1);
    expect(await stillTaken(bob)).toBe(0);
    await expect(room(bob).getByRole("status").filter(why)).toBeVisible();
    const dark = room(ada).getByRole("figure", { name: "Bob, microphone off, camera off" });
    await expect(dark).toHaveAttribute("data-tie", "connected");
  });
});
