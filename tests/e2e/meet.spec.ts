// Video rooms between real browsers: pictures that are decoded, over each kind of signalling.

import type { Page } from "@playwright/test";
import { box, button, expect } from "./support/parlor.ts";
import {
  expectPictures, FAKE_DEVICES, join, lobby, place, prepare, room, states, stillTaken,
  test, tile, took,
} from "./support/meet.ts";

test.use({
  launchOptions: {
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    args: [
      "--no-sandbox", "--disable-gpu", "--disable-background-networking", ...FAKE_DEVICES,
      "--auto-select-desktop-capture-source=Entire screen",
    ],
  },
});
// Several pages encode and decode at once: one test after the other.
test.describe.configure({ mode: "default", timeout: 120_000 });

/** From pressing Join to decoded pictures. */
const SOON_MS = 3_000;

for (const kind of ["roster", "joincast", "relay"] as const) {
  test.describe(`in a room of kind ${kind}`, () => {
    test("two see each other within three seconds", async ({ visit }) => {
      const at = place(kind);
      const ada = await visit(at);
      const bob = await visit(at);
      await join(ada, "Ada");
      await join(bob, "Bob");
      const first = await took(bob, 1);
      await expect(tile(ada, "Bob")).toHaveAttribute("data-video", "on");
      await expect(tile(bob, "Ada")).toHaveAttribute("data-video", "on");
      await expectPictures(ada, 1);
      await expectPictures(bob, 1);
      expect(await states(ada)).toEqual(["connected stable"]);
      test.info().annotations.push({ type: "pictures after", description: `${first} ms` });
      console.log(`${kind}: two, ${Math.round(first)} ms`);
      expect(first).toBeLessThan(SOON_MS);
    });

    test("a third sees both, and both see the third", async ({ visit }) => {
      const at = place(kind);
      const [ada, bob, cyd] = [await visit(at), await visit(at), await visit(at)];
      await join(ada, "Ada");
      await join(bob, "Bob");
      await expectPictures(ada, 1);
      await join(cyd, "Cyd");
      const both = await took(cyd, 2);
      for (const page of [ada, bob, cyd]) await expectPictures(page, 2);
      await expect(tile(ada, "Cyd")).toHaveAttribute("data-tie", "connected");
      console.log(`${kind}: three, ${Math.round(both)} ms`);
      expect(both).toBeLessThan(SOON_MS);
    });

    test("those who join at the same moment see each other", async ({ visit }) => {
      const at = place(kind);
      const ada = await visit(at);
      const bob = await visit(at);
      const dialogs = [await prepare(ada, "Ada"), await prepare(bob, "Bob")];
      for (const dialog of dialogs) {
        await expect(button(dialog, "Camera")).toHaveAttribute("aria-pressed", "true");
      }
      await Promise.all(dialogs.map((dialog) => button(dialog, "Join").click()));
      await Promise.all([expectPictures(ada, 1), expectPictures(bob, 1)]);
      expect(await states(ada)).toEqual(["connected stable"]);
      expect(await states(bob)).toEqual(["connected stable"]);
    });

    test("who leaves is gone at once, and lets go of every device", async ({ visit }) => {
      const at = place(kind);
      const ada = await visit(at);
      const bob = await visit(at);
      await join(ada, "Ada");
      await join(bob, "Bob");
      await expectPictures(ada, 1);
      expect(await stillTaken(bob)).toBe(2);
      await button(room(bob), "Leave").click();
      await expect(room(bob)).toHaveCount(0);
      expect(await stillTaken(bob)).toBe(0);
      expect(await states(bob)).toEqual([]);
      await expect(tile(ada, "Bob")).toHaveCount(0, { timeout: 2_000 });
      await expect(room(ada).getByText("1 person")).toBeVisible();
      // And comes back.
      await join(bob, "Bob");
      await expectPictures(bob, 1);
      await expectPictures(ada, 1);
    });

    test("a page that is killed is noticed", async ({ visit }) => {
      const at = place(kind);
      const ada = await visit(at);
      const bob = await visit(at);
      await join(ada, "Ada");
      await join(bob, "Bob");
      await expectPictures(ada, 1);
      const crashed = bob.waitForEvent("crash");
      const session = await bob.context().newCDPSession(bob);
      session.send("Page.crash").catch(() => undefined);
      await crashed;
      await expect(async () => {
        const there = await tile(ada, "Bob").count();
        const tie = there && (await tile(ada, "Bob").getAttribute("data-tie"));
        expect(there === 0 || tie !== "connected").toBe(true);
      }).toPass({ timeout: 20_000 });
    });

    test("a cut signalling socket interrupts no picture", async ({ agent, visit }) => {
      const at = place(kind);
      const ada = await visit(at);
      const bob = await visit(at);
      await join(ada, "Ada");
      await join(bob, "Bob");
      await expectPictures(ada, 1);
      await agent.down(at.run);
      await expect(room(ada).getByText("The connection to the server was lost")).toBeVisible();
      await expectPictures(ada, 1);
      await expectPictures(bob, 1);
      const ties = await ada.evaluate(() => window.ties.length);
      await agent.up(at.run);
      await expect(room(ada).getByText("The connection to the server was lost")).toBeHidden();
      await expect(room(bob).getByText("The connection to the server was lost")).toBeHidden();
      await expectPictures(ada, 1);
      await expectPictures(bob, 1);
      expect(await ada.evaluate(() => window.ties.length), "no other connection").toBe(ties);
      await expect(room(ada).getByText("2 people")).toBeVisible();
    });

    test("a screen is shared on and off, and on again", async ({ visit }) => {
      const at = place(kind);
      const ada = await visit(at);
      const bob = await visit(at);
      await join(ada, "Ada");
      await join(bob, "Bob");
      await expectPictures(bob, 1);
      for (const _ of [1, 2]) {
        await button(room(ada), "Share screen").click();
        await expect(button(room(ada), "Share screen")).toHaveAttribute("aria-pressed", "true");
        await expect(room(bob).getByRole("figure", { name: "The screen of Ada" })).toBeVisible();
        await expect.poll(() => shownSize(bob, "The screen of Ada")).toBeGreaterThan(100);
        await expect(tile(bob, "Ada")).toHaveAttribute("data-video", "on");
        await button(room(ada), "Share screen").click();
        await expect(room(bob).getByRole("figure", { name: "The screen of Ada" })).toHaveCount(0);
        await expectPictures(bob, 1);
      }
      expect(await states(bob)).toEqual(["connected stable"]);
    });
  });
}

test("who goes to another page says goodbye, where no server does it for them", async ({ visit }) => {
  const at = place("relay");
  const ada = await visit(at);
  const bob = await visit(at);
  await join(ada, "Ada");
  await join(bob, "Bob");
  await expectPictures(ada, 1);
  await bob.goto("about:blank");
  await expect(tile(ada, "Bob")).toHaveCount(0, { timeout: 4_000 });
});

/** The width of the picture that a tile shows. */
function shownSize(page: Page, name: string): Promise<number> {
  const video = room(page).getByRole("figure", { name }).locator("video").first();
  return video.evaluate((video) => (video as HTMLVideoElement).videoWidth);
}

test("both share their screens at the same moment, and both are seen", async ({ visit }) => {
  const at = place("roster");
  const ada = await visit(at);
  const bob = await visit(at);
  await join(ada, "Ada");
  await join(bob, "Bob");
  await expectPictures(bob, 1);
  await Promise.all([ada, bob].map((page) => button(room(page), "Share screen").click()));
  await expect.poll(() => shownSize(bob, "The screen of Ada")).toBeGreaterThan(100);
  await expect.poll(() => shownSize(ada, "The screen of Bob")).toBeGreaterThan(100);
  expect(await states(ada)).toEqual(["connected stable"]);
  expect(await states(bob)).toEqual(["connected stable"]);
});

test("what is off is seen by the others, and nothing has the camera meanwhile", async ({ visit }) => {
  const at = place("roster");
  const ada = await visit(at);
  const bob = await visit(at);
  await join(ada, "Ada");
  await join(bob, "Bob");
  await expectPictures(bob, 1);
  await ada.keyboard.press("m");
  await expect(button(room(ada), "Microphone")).toHaveAttribute("aria-pressed", "false");
  await expect(room(bob).getByRole("figure", { name: "Ada, microphone off" })).toBeVisible();
  await button(room(ada), "Camera").click();
  await expect(room(bob).getByRole("figure", { name: "Ada, microphone off, camera off" })).toBeVisible();
  await expect(tile(bob, "Ada")).toHaveAttribute("data-video", "off");
  expect(await stillTaken(ada), "the microphone alone").toBe(1);
  await button(room(ada), "Camera").click();
  await button(room(ada), "Microphone").click();
  await expect(room(bob).getByRole("figure", { name: "Ada", exact: true })).toBeVisible();
  await expectPictures(bob, 1);
  expect(await ada.evaluate(() => window.ties.length), "the same connection").toBe(1);
});

test("what the browser ends by itself is off, and said", async ({ visit }) => {
  const at = place("roster");
  const ada = await visit(at);
  const bob = await visit(at);
  await join(ada, "Ada");
  await join(bob, "Bob");
  await expectPictures(bob, 1);
  await button(room(ada), "Share screen").click();
  await expect.poll(() => shownSize(bob, "The screen of Ada")).toBeGreaterThan(100);
  const end = (kind: string): Promise<void> =>
    ada.evaluate((kind) => {
      const live = window.taken.filter((track) => track.kind === kind && track.readyState === "live");
      const track = live.at(-1);
      track?.stop();
      track?.dispatchEvent(new Event("ended"));
    }, kind);
  // The bar with which a browser says that a screen is shared.
  await end("video");
  await expect(button(room(ada), "Share screen")).toHaveAttribute("aria-pressed", "false");
  await expect(room(bob).getByRole("figure", { name: "The screen of Ada" })).toHaveCount(0);
  // A camera that is pulled out.
  await end("video");
  await expect(room(ada).getByText("The camera stopped.")).toBeVisible();
  await expect(tile(bob, "Ada")).toHaveAttribute("data-video", "off");
  await button(room(ada), "Camera").click();
  await expect(room(ada).getByText("The camera stopped.")).toBeHidden();
  await expectPictures(bob, 1);
});

test("another camera is taken in the middle of a call, over the same connection", async ({ visit }) => {
  const at = place("roster");
  const ada = await visit(at);
  const bob = await visit(at);
  await join(ada, "Ada");
  await join(bob, "Bob");
  await expectPictures(bob, 1);
  const camera = (): Promise<string | undefined> =>
    ada.evaluate(() => window.taken.filter(({ kind }) => kind === "video").at(-1)?.label);
  await button(room(ada), "Devices").click();
  const dialog = ada.getByRole("dialog", { name: "Devices" });
  const choice = dialog.getByRole("combobox", { name: "Camera" });
  const labels = await choice.getByRole("option").allTextContents();
  // The second and the third of Chromium's fake cameras give other formats.
  const other = labels.at(-1) ?? "";
  expect(other).not.toBe(await camera());
  await choice.selectOption({ label: other });
  await expect.poll(camera).toBe(other);
  await button(dialog, "Close").click();
  await expectPictures(bob, 1);
  expect(await stillTaken(ada), "one camera, one microphone").toBe(2);
  expect(await bob.evaluate(() => window.ties.length), "the same connection").toBe(1);
});

test("keys do what the buttons do, but not while one types", async ({ visit }) => {
  const at = place("roster");
  const ada = await visit(at, { viewport: { width: 1440, height: 900 } });
  await join(ada, "Ada");
  await box(ada).fill("mvsp");
  await box(ada).pressSequentially("mvsp");
  for (const name of ["Microphone", "Camera"]) {
    await expect(button(room(ada), name)).toHaveAttribute("aria-pressed", "true");
  }
  await button(room(ada), "Camera").focus();
  await ada.keyboard.press("v");
  await expect(button(room(ada), "Camera")).toHaveAttribute("aria-pressed", "false");
  await ada.keyboard.press("p");
  const people = room(ada).getByRole("complementary", { name: "People" });
  await expect(people.getByText("Ada (You)")).toBeVisible();
  await ada.keyboard.press("Escape");
  await expect(people).toHaveCount(0);
  await expect(room(ada)).toBeVisible();
});

test("one who joins without a camera sees, and is seen once it is on", async ({ visit }) => {
  const at = place("roster");
  const ada = await visit(at);
  const bob = await visit(at);
  await join(ada, "Ada");
  const dialog = await prepare(bob, "Bob");
  await button(dialog, "Join without camera").click();
  await expectPictures(bob, 1);
  expect(await stillTaken(bob), "the microphone alone").toBe(1);
  await expect(room(ada).getByRole("figure", { name: "Bob, camera off" })).toBeVisible();
  await button(room(bob), "Camera").click();
  await expectPictures(ada, 1);
  await expect(tile(ada, "Bob")).toHaveAttribute("data-video", "on");
});

test("a lobby that is closed lets go of every device", async ({ visit }) => {
  const ada = await visit(place("roster"));
  const dialog = await prepare(ada, "Ada");
  await expect(button(dialog, "Camera")).toHaveAttribute("aria-pressed", "true");
  expect(await stillTaken(ada)).toBe(2);
  await ada.keyboard.press("Escape");
  await expect(lobby(ada)).toBeHidden();
  expect(await stillTaken(ada)).toBe(0);
});

test("going to another conversation leaves the room", async ({ visit }) => {
  const at = place("roster");
  const ada = await visit(at);
  const bob = await visit(at);
  await join(ada, "Ada");
  await join(bob, "Bob");
  await expectPictures(ada, 1);
  await button(bob, "New conversation").click();
  await expect(room(bob)).toHaveCount(0);
  expect(await stillTaken(bob)).toBe(0);
  await expect(tile(ada, "Bob")).toHaveCount(0);
});

test("comings and goings are said", async ({ visit }) => {
  const at = place("roster");
  const ada = await visit(at);
  const bob = await visit(at);
  await join(ada, "Ada");
  await join(bob, "Bob");
  const spoken = async (): Promise<string> =>
    (await ada.evaluate(() => window.seen.spoken)).join("\n");
  await expect.poll(spoken).toContain("Bob joined.");
  await button(room(bob), "Leave").click();
  await expect.poll(spoken).toContain("Bob left.");
});

for (const [kind, words] of [
  ["echo", "it only sends back what it gets"],
  ["chat", "a chat answers where they should be"],
] as const) {
  test(`a server without rooms is named: ${kind}`, async ({ visit }) => {
    const ada = await visit(place(kind));
    await join(ada, "Ada");
    await expect(room(ada).getByText(words)).toBeVisible();
    await button(room(ada), "Leave").click();
    expect(await stillTaken(ada)).toBe(0);
  });
}

test("the key goes into a frame, and into no address before that was refused", async ({ agent, visit, watch }) => {
  const at = place("roster");
  const ada = await visit(at);
  await button(ada, "Settings").click();
  await ada.getByRole("textbox", { name: "Key" }).fill("s3cret");
  await button(ada.getByRole("dialog"), "Connect").click();
  const addresses = (): string[] => watch.sockets.filter((url) => url.includes("/ws/meet"));
  const keyed = (): boolean[] => addresses().map((url) => url.includes("token=s3cret"));
  const bob = await visit(at);
  await join(ada, "Ada");
  await join(bob, "Bob");
  await expectPictures(bob, 1);
  expect(keyed()).toEqual([false, false]);
  expect(await ada.content()).not.toContain("s3cret");
  await button(room(bob), "Leave").click();
  await button(room(ada), "Leave").click();
  await agent.mishap(at.run, "deny=AUTH_FAILED");
  await join(ada, "Ada");
  await expect(room(ada).getByText("The server does not let you in.")).toBeVisible();
  expect(keyed()).toEqual([false, false, false, true]);
});
