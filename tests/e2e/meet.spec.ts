// Video rooms between real browsers: pictures that are decoded, over each kind of signalling.

import type { Page } from "@playwright/test";
import { box, button, expect, items, press, send } from "./support/parlor.ts";
import {
  calledItself, couple, expectPictures, FAKE_DEVICES, join, lobby, place, prepare, room, states,
  stillTaken, test, tile, took, yielded,
} from "./support/meet.ts";
import { expectSoon } from "./support/soon.ts";

test.use({
  launchOptions: {
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    args: [
      "--no-sandbox", "--disable-gpu", "--disable-background-networking", ...FAKE_DEVICES,
      "--auto-select-desktop-capture-source=Entire screen",
    ],
  },
});

/** From pressing Join to decoded pictures. */
const SOON_MS = 3_000;

for (const kind of ["roster", "joincast", "relay"] as const) {
  test.describe(`soon, in a room of kind ${kind}`, () => {
    test("two see each other within three seconds", async ({ visit }) => {
      await expectSoon(`${kind}: two`, SOON_MS, async () => {
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
        for (const page of [ada, bob]) await page.close();
        return first;
      });
    });

    test("a third sees both, and both see the third", async ({ visit }) => {
      await expectSoon(`${kind}: three`, SOON_MS, async () => {
        const at = place(kind);
        const [ada, bob, cyd] = [await visit(at), await visit(at), await visit(at)];
        await join(ada, "Ada");
        await join(bob, "Bob");
        await expectPictures(ada, 1);
        await join(cyd, "Cyd");
        const both = await took(cyd, 2);
        for (const page of [ada, bob, cyd]) await expectPictures(page, 2);
        await expect(tile(ada, "Cyd")).toHaveAttribute("data-tie", "connected");
        for (const page of [ada, bob, cyd]) await page.close();
        return both;
      });
    });
  });

  test.describe(`in a room of kind ${kind}`, () => {
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

    test("both share their screens before they hear of each other, and one gives way", async ({ agent, visit }) => {
      const at = place(kind);
      const pages = [await visit(at), await visit(at)];
      const ids = pages.map(calledItself);
      for (const [number, page] of pages.entries()) await join(page, ["Ada", "Bob"][number] ?? "");
      for (const page of pages) await expectPictures(page, 1);
      const before = await Promise.all(pages.map(yielded));
      await agent.faults(at.run, "slow=800");
      // By the page itself, so that neither waits for the other's press.
      await Promise.all(
        pages.map((page) =>
          button(room(page), "Share screen").evaluate((button) => (button as HTMLElement).click()),
        ),
      );
      const [ada, bob] = pages as [Page, Page];
      await expect.poll(() => shownSize(bob, "The screen of Ada")).toBeGreaterThan(100);
      await expect.poll(() => shownSize(ada, "The screen of Bob")).toBeGreaterThan(100);
      for (const page of pages) await expect.poll(() => states(page)).toEqual(["connected stable"]);
      const known = await Promise.all(ids);
      const after = await Promise.all(pages.map(yielded));
      const times = after.map((count, number) => count - (before[number] ?? 0));
      const polite = known.map((id) => (known.every((other) => id <= other) ? 1 : 0));
      expect(times, "the one with the lower id, once").toEqual(polite);
    });

    test("who leaves is gone at once, and lets go of every device", async ({ visit }) => {
      const { ada, bob } = await couple(visit, kind);
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
      const { ada, bob } = await couple(visit, kind);
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
      const { ada, at, bob } = await couple(visit, kind);
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
      const { ada, bob } = await couple(visit, kind);
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
  const { ada, bob } = await couple(visit, "relay");
  await bob.goto("about:blank");
  await expect(tile(ada, "Bob")).toHaveCount(0, { timeout: 4_000 });
});

/** The width of the picture that a tile shows. */
function shownSize(page: Page, name: string): Promise<number> {
  const video = room(page).getByRole("figure", { name }).locator("video").first();
  return video.evaluate((video) => (video as HTMLVideoElement).videoWidth);
}

test("both share their screens at the same moment, and both are seen", async ({ visit }) => {
  const { ada, bob } = await couple(visit, "roster");
  await Promise.all([ada, bob].map((page) => button(room(page), "Share screen").click()));
  await expect.poll(() => shownSize(bob, "The screen of Ada")).toBeGreaterThan(100);
  await expect.poll(() => shownSize(ada, "The screen of Bob")).toBeGreaterThan(100);
  expect(await states(ada)).toEqual(["connected stable"]);
  expect(await states(bob)).toEqual(["connected stable"]);
});

test("what is off is seen by the others, and nothing has the camera meanwhile", async ({ visit }) => {
  const { ada, bob } = await couple(visit, "roster");
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
  const { ada, bob } = await couple(visit, "roster");
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
  const { ada, bob } = await couple(visit, "roster");
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

test("a screen that was shared before the camera came stays the screen", async ({ visit }) => {
  const at = place("roster");
  const ada = await visit(at);
  const bob = await visit(at);
  await bob.evaluate(() => {
    const devices = navigator.mediaDevices;
    const real = devices.getUserMedia.bind(devices);
    let allowed = false;
    devices.getUserMedia = (wanted) =>
      allowed ? real(wanted) : Promise.reject(new DOMException("No", "NotAllowedError"));
    Object.assign(window, { allow: () => (allowed = true) });
  });
  await join(ada, "Ada");
  const dialog = await prepare(bob, "Bob");
  await button(dialog, "Join").click();
  await expectPictures(bob, 1);
  await button(room(bob), "Share screen").click();
  await expect.poll(() => shownSize(ada, "The screen of Bob")).toBeGreaterThan(100);
  const screen = await shownSize(ada, "The screen of Bob");
  await bob.evaluate(() => (window as unknown as { allow: () => void }).allow());
  await button(room(bob), "Camera").click();
  await expect(tile(ada, "Bob")).toHaveAttribute("data-video", "on");
  await expect.poll(() => shownSize(ada, "Bob, microphone off")).toBeGreaterThan(100);
  expect(await shownSize(ada, "The screen of Bob"), "still the screen").toBe(screen);
  expect(await shownSize(ada, "Bob, microphone off"), "and the camera").not.toBe(screen);
});

test("the focus stays in the room when the list of people is closed", async ({ visit }) => {
  const ada = await visit(place("roster"));
  await join(ada, "Ada");
  await button(room(ada), "People").click();
  const people = room(ada).getByRole("complementary", { name: "People" });
  await button(people, "Close").focus();
  await ada.keyboard.press("Enter");
  await expect(people).toHaveCount(0);
  await expect(button(room(ada), "People")).toBeFocused();
  await button(room(ada), "People").click();
  await button(people, "Close").focus();
  await ada.keyboard.press("Escape");
  await expect(button(room(ada), "People")).toBeFocused();
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
  // Elsewhere a letter is nobody's (WCAG 2.1.4).
  await button(ada, "Settings").focus();
  for (const letter of "mvsp") await ada.keyboard.press(letter);
  await expect(button(room(ada), "Microphone")).toHaveAttribute("aria-pressed", "true");
  await expect(people).toHaveCount(0);
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
  const loud = dialog.getByRole("meter", { name: "How loud you are" });
  await expect.poll(async () => Number(await loud.getAttribute("value"))).toBeGreaterThan(0);
  await button(dialog, "Microphone").click();
  await expect(loud).toBeHidden();
  await button(dialog, "Microphone").click();
  await expect(loud).toBeVisible();
  await ada.keyboard.press("Escape");
  await expect(lobby(ada)).toBeHidden();
  expect(await stillTaken(ada)).toBe(0);
});

test("the room stays through the server's conversations, and is left for another server", async ({ visit }) => {
  const { ada, bob } = await couple(visit, "roster");
  await button(bob, "New conversation").click();
  await send(bob, "hello");
  await expect(items(bob, "agent", "done")).toHaveCount(1);
  await expectPictures(ada, 1);
  await expectPictures(bob, 1);
  await press(bob, "Settings");
  const settings = bob.getByRole("dialog");
  await settings.getByRole("combobox", { name: "Server", exact: true }).selectOption({ label: "Demo" });
  await button(settings, "Connect").click();
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
  await agent.faults(at.run, "deny=AUTH_FAILED");
  await join(ada, "Ada");
  await expect(room(ada).getByText("The server does not let you in.")).toBeVisible();
  expect(keyed()).toEqual([false, false, false, true]);
});

test("the focus goes into the room with the person, and out of it with them", async ({ visit }) => {
  const ada = await visit(place("roster"), { viewport: { width: 360, height: 740 } });
  await join(ada, "Ada");
  await expect(room(ada).getByRole("heading").first()).toBeFocused();
  await button(room(ada), "Leave").focus();
  await ada.keyboard.press("Enter");
  await expect(room(ada)).toHaveCount(0);
  await expect(box(ada)).toBeFocused();
});

test("that the connection is lost is said once, however many tries there are", async ({ agent, visit, watch }) => {
  const at = place("roster");
  const ada = await visit(at);
  await join(ada, "Ada");
  const said = room(ada).locator(".room-trouble [role=status]");
  await expect(said).toHaveText("");
  await said.evaluate((element) => {
    const heard: string[] = [];
    Object.assign(window, { heard });
    const note = (): number => heard.push(element.textContent ?? "");
    new MutationObserver(note).observe(element, { characterData: true, childList: true, subtree: true });
  });
  await agent.down(at.run);
  await expect(said).toContainText("The connection to the server was lost.");
  const tries = (): number => watch.sockets.filter((url) => url.includes("/ws/meet")).length;
  const before = tries();
  await expect.poll(tries, { timeout: 20_000 }).toBeGreaterThan(before + 2);
  await agent.up(at.run);
  await expect(said).toHaveText("", { timeout: 20_000 });
  const heard = await ada.evaluate(() => (window as unknown as { heard: string[] }).heard);
  expect(heard.filter(Boolean)).toHaveLength(1);
});

test("a camera chosen while another is asked for is the one that is taken", async ({ visit }) => {
  const { ada, bob } = await couple(visit, "roster");
  await button(room(ada), "Devices").click();
  const dialog = ada.getByRole("dialog", { name: "Devices" });
  const choice = dialog.getByRole("combobox", { name: "Camera" });
  const labels = await choice.getByRole("option").allTextContents();
  await ada.evaluate(() => {
    const devices = navigator.mediaDevices;
    const ask = devices.getUserMedia.bind(devices);
    devices.getUserMedia = async (wanted) => {
      await new Promise((done) => setTimeout(done, 700));
      return ask(wanted);
    };
  });
  await choice.selectOption({ label: labels.at(-2) ?? "" });
  await choice.selectOption({ label: labels.at(-1) ?? "" });
  const live = (): Promise<string[]> =>
    ada.evaluate(() =>
      window.taken
        .filter(({ kind, readyState }) => kind === "video" && readyState === "live")
        .map(({ label }) => label),
    );
  await expect.poll(live).toEqual([labels.at(-1)]);
  await button(dialog, "Close").click();
  await expect(button(room(ada), "Camera")).toHaveAttribute("aria-pressed", "true");
  await expectPictures(bob, 1);
  // One that is asked for comes on, though the microphone is turned off meanwhile.
  await button(room(ada), "Camera").click();
  await button(room(ada), "Camera").click();
  await button(room(ada), "Microphone").click();
  await expect.poll(live).toHaveLength(1);
  await expect(button(room(ada), "Camera")).toHaveAttribute("aria-pressed", "true");
});

test("a second press of Share screen while the browser asks begins nothing", async ({ visit }) => {
  const ada = await visit(place("roster"));
  await join(ada, "Ada");
  await ada.evaluate(() => {
    const devices = navigator.mediaDevices;
    const ask = devices.getDisplayMedia.bind(devices);
    devices.getDisplayMedia = async (wanted) => {
      await new Promise((done) => setTimeout(done, 500));
      return ask(wanted);
    };
  });
  const share = button(room(ada), "Share screen");
  await share.click();
  await share.click();
  await expect(share).toHaveAttribute("aria-pressed", "true");
  await ada.waitForTimeout(700);
  const pictures = await ada.evaluate(() => window.taken.filter(({ kind }) => kind === "video"));
  expect(pictures, "a camera and one screen").toHaveLength(2);
  await share.click();
  expect(await stillTaken(ada)).toBe(2);
});

test("a refusal lets go of every device, and another try takes them again", async ({ agent, visit }) => {
  const at = place("roster");
  const ada = await visit(at);
  await agent.faults(at.run, "deny=SESSION_NOT_FOUND");
  await join(ada, "Ada");
  await expect(room(ada).getByText("The server does not let you in.")).toBeVisible();
  expect(await stillTaken(ada)).toBe(0);
  await expect(button(room(ada), "Camera")).toHaveAttribute("aria-pressed", "false");
  await agent.faults(at.run, "");
  await button(room(ada), "Try again").click();
  await expect(button(room(ada), "Camera")).toHaveAttribute("aria-pressed", "true");
  await expect(room(ada).getByText("The server does not let you in.")).toBeHidden();
  expect(await stillTaken(ada)).toBe(2);
});

test("a copied link leads others to the room, without a key", async ({ visit }) => {
  const at = place("roster");
  const ada = await visit(at, { permissions: ["camera", "microphone", "clipboard-read", "clipboard-write"] });
  await button(ada, "Settings").click();
  await ada.getByRole("textbox", { name: "Key" }).fill("s3cret");
  await button(ada.getByRole("dialog"), "Connect").click();
  await join(ada, "Ada");
  await button(room(ada), "Copy link to this room").click();
  const link = await ada.evaluate(() => navigator.clipboard.readText());
  expect(link).not.toContain("s3cret");
  expect(new URL(link).searchParams.get("room")).toBe(at.room);
  const bob = await visit(place("roster"));
  await bob.goto(link);
  await expect(lobby(bob)).toBeHidden();
  await button(bob.getByRole("dialog"), "Connect").click();
  await expect(lobby(bob).getByRole("textbox", { name: "Room" })).toHaveValue(at.room);
  await lobby(bob).getByRole("textbox", { name: "Your name" }).fill("Bob");
  await button(lobby(bob), "Join").click();
  await expectPictures(ada, 1);
});

test("the operator's ICE servers reach the browser, and nothing of a call is kept", async ({ visit }) => {
  const at = place("roster");
  const servers = [{ urls: ["turn:turn.invalid:3478"], username: "u", credential: "c" }];
  const ada = await visit(at);
  const bob = await visit(at);
  await ada.route("**/config.json", (route) => route.fulfill({ json: { ice_servers: servers } }));
  await ada.addInitScript(() => {
    const asked: unknown[] = [];
    Object.assign(window, { asked });
    window.RTCPeerConnection = new Proxy(window.RTCPeerConnection, {
      construct(target, args) {
        asked.push(args[0]?.iceServers);
        return Reflect.construct(target, args) as RTCPeerConnection;
      },
    });
  });
  await ada.reload();
  await button(ada.getByRole("dialog"), "Connect").click();
  await join(ada, "Ada Unkept");
  await join(bob, "Bob Unkept");
  await expect(tile(ada, "Bob Unkept")).toBeVisible();
  const asked = (): Promise<unknown[]> =>
    ada.evaluate(() => (window as unknown as { asked: unknown[] }).asked);
  await expect.poll(asked).toEqual([servers]);
  await button(room(ada), "Leave").click();
  const kept = await ada.evaluate(async () => {
    const all: unknown[] = [{ ...localStorage }, { ...sessionStorage }];
    for (const { name } of await indexedDB.databases()) {
      const opening = indexedDB.open(name ?? "");
      const base = await new Promise<IDBDatabase>((done) => {
        opening.onsuccess = () => done(opening.result);
      });
      for (const store of base.objectStoreNames) {
        const reading = base.transaction(store).objectStore(store).getAll();
        all.push(await new Promise((done) => (reading.onsuccess = () => done(reading.result))));
      }
      base.close();
    }
    return JSON.stringify(all);
  });
  expect(kept, "something of the page is").toContain(at.run);
  for (const part of ["Unkept", "turn.invalid", "candidate:", "v=0"]) expect(kept).not.toContain(part);
});

test("two stand beside each other on a wide screen", async ({ visit }) => {
  const at = place("roster");
  const ada = await visit(at, { viewport: { width: 1440, height: 900 } });
  const bob = await visit(at);
  await join(ada, "Ada");
  await join(bob, "Bob");
  const top = async (name: string): Promise<number | undefined> =>
    (await tile(ada, name).boundingBox())?.y;
  await expect.poll(async () => (await top("Bob")) === (await top("Ada"))).toBe(true);
});
