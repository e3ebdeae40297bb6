// A browser that lets the page at no camera unless it is told to, and asks nobody.

import { button, expect } from "./support/parlor.ts";
import {
  expectPictures, FAKE_DEVICES, join, place, prepare, room, stillTaken, test,
} from "./support/meet.ts";

test.use({
  launchOptions: {
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    args: [
      "--no-sandbox", "--disable-gpu", "--disable-background-networking",
      ...FAKE_DEVICES.filter((flag) => !flag.includes("fake-ui")), "--deny-permission-prompts",
    ],
  },
});

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
