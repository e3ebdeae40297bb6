// Video rooms as people use them, and what their browsers get of each other.

import { randomUUID } from "node:crypto";
import type { BrowserContext, BrowserContextOptions, Frame, Locator, Page } from "@playwright/test";
import { type Agent, button, expect, expectPhase, log, open, type Screen, test as base } from "./parlor.ts";

declare global {
  interface Window {
    /** Every connection that the page has made, closed ones too. */
    ties: RTCPeerConnection[];
    /** Every camera and microphone that the page was given. */
    taken: MediaStreamTrack[];
    /** How often an offer of the page's was taken back for one of somebody else's. */
    yielded: number;
    /** When the person pressed Join, and when pictures of so many others had been decoded. */
    joined: number;
    reached: number[];
    /** Gives the page what it has asked for since `hold`. */
    grant(): void;
  }
}

/** A browser with a camera, a microphone and a screen that are none. */
export const FAKE_DEVICES = [
  "--use-fake-device-for-media-stream=device-count=4,fps=8",
  "--use-fake-ui-for-media-stream",
  "--autoplay-policy=no-user-gesture-required",
  "--disable-background-timer-throttling",
  "--disable-renderer-backgrounding",
  "--disable-backgrounding-occluded-windows",
];

/** What a browser with such devices is started with. */
export const LAUNCH = {
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", ...FAKE_DEVICES],
};

/** The same, where no person is asked either: the page may use what a test has granted it. */
export const LAUNCH_UNASKED = {
  ...LAUNCH,
  args: [...LAUNCH.args.filter((flag) => !flag.includes("fake-ui")), "--deny-permission-prompts"],
};

export type Kind = "roster" | "joincast" | "relay";

/** A room of a server that is this test's alone. */
export type Place = { run: string; kind: string; room: string };

export function place(kind: string): Place {
  const run = `meet-${randomUUID()}`;
  return { run, kind, room: `room-${run.slice(5, 13)}` };
}

/** Runs in the page before anything of its own. */
function observe(): void {
  window.ties = [];
  window.taken = [];
  window.reached = [];
  window.yielded = 0;
  RTCPeerConnection.prototype.setRemoteDescription = new Proxy(
    RTCPeerConnection.prototype.setRemoteDescription,
    {
      apply(target, tie: RTCPeerConnection, args) {
        const stands = tie.signalingState === "have-local-offer";
        if (stands && args[0]?.type === "offer") window.yielded += 1;
        return Reflect.apply(target, tie, args);
      },
    },
  );
  window.RTCPeerConnection = new Proxy(window.RTCPeerConnection, {
    construct(target, args) {
      const tie = Reflect.construct(target, args) as RTCPeerConnection;
      window.ties.push(tie);
      return tie;
    },
  });
  // An empty page has none.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  for (const name of ["getUserMedia", "getDisplayMedia"] as const) {
    if (!devices) break;
    const ask = devices[name].bind(devices);
    devices[name] = async (wanted) => {
      const stream = await ask(wanted);
      window.taken.push(...stream.getTracks());
      return stream;
    };
  }
  const decoded = async (tie: RTCPeerConnection): Promise<boolean> => {
    for (const one of (await tie.getStats()).values()) {
      if (one.type === "inbound-rtp" && one.kind === "video" && one.framesDecoded > 0) return true;
    }
    return false;
  };
  const look = async (): Promise<void> => {
    const seen = await Promise.all(window.ties.map(decoded));
    const count = seen.filter(Boolean).length;
    while (window.reached.length < count) window.reached.push(performance.now());
    setTimeout(look, 20);
  };
  document.addEventListener(
    "click",
    ({ target }) => {
      const pressed = target instanceof Element ? target.closest("button") : null;
      if (!pressed?.textContent?.startsWith("Join")) return;
      window.joined = performance.now();
      void look();
    },
    { capture: true },
  );
}

/** Where somebody sits: a page, or a frame of one. */
export type Seat = Page | Frame;

/** Opens Parlor with a General Bots server, in a browser profile of its own. */
type Visit = (at: Place, options?: BrowserContextOptions) => Promise<Page>;

/** The same in a frame of another site's page, which has these attributes. */
type Embed = (at: Place, attributes: Record<string, string>) => Promise<Frame>;

/** A page of its own, with nothing in it yet. */
type Blank = (options?: BrowserContextOptions) => Promise<Page>;

export const test = base.extend<{ blank: Blank; visit: Visit; embed: Embed }>({
  blank: async ({ browser, agent, watch }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (options = {}) => {
      const asked = { baseURL: agent.origin, locale: "en-GB", ...options };
      const context = await browser.newContext(asked);
      contexts.push(context);
      await watch.attach(context);
      await context.addInitScript(observe);
      return context.newPage();
    });
    // Pages that stay in their rooms would take the machine from the test after this one.
    for (const context of contexts) await context.close();
  },
  visit: async ({ agent, blank }, use) => {
    await use(async (at, options) => {
      const page = await blank(options);
      await open(page, query(agent, at));
      await confirm(page);
      return page;
    });
  },
  embed: async ({ agent, blank }, use) => {
    await use(async (at, attributes) => {
      const page = await blank();
      await page.goto(`${agent.otherOrigin}/host.html?src=about:blank`);
      // They hold for what is loaded after them.
      await page.evaluate((attributes) => {
        const frame = document.querySelector("iframe");
        for (const [name, value] of Object.entries(attributes)) frame?.setAttribute(name, value);
      }, { ...attributes, src: `${agent.origin}/${query(agent, at)}` });
      const frame = await (await page.locator("iframe").elementHandle())?.contentFrame();
      if (!frame) throw new Error("the page has no frame");
      await expect(log(frame)).toBeAttached();
      await confirm(frame);
      return frame;
    });
  },
});

/** The link to the server. */
function query(agent: Agent, at: Place): string {
  const url = agent.ws(`/general-bots/${at.run}/documented/ws?kind=${at.kind}`);
  return `?${new URLSearchParams({ server: "general-bots", url, conversation: at.room })}`;
}

/** Follows it. */
async function confirm(screen: Screen): Promise<void> {
  const dialog = screen.getByRole("dialog");
  await button(dialog, "Connect").click();
  await expect(dialog).toBeHidden();
  await expectPhase(screen, "open");
}

export const lobby = (page: Seat): Locator =>
  page.getByRole("dialog", { name: "Join a video room" });

export const room = (page: Seat): Locator => page.getByRole("region", { name: /^Room / });

/** Opens what comes before a room, as far as its camera is seen. */
export async function prepare(page: Seat, name: string): Promise<Locator> {
  const opener = button(page, "Video room …");
  await opener.click();
  const dialog = lobby(page);
  await dialog.getByRole("textbox", { name: "Your name" }).fill(name);
  return dialog;
}

/** Joins the room of the conversation, with camera and microphone. */
export async function join(page: Seat, name: string): Promise<void> {
  const dialog = await prepare(page, name);
  await expect(button(dialog, "Camera")).toHaveAttribute("aria-pressed", "true");
  await button(dialog, "Join").click();
  await expect(room(page)).toBeVisible();
}

/** The tile of somebody, whatever of theirs is off. */
export const tile = (page: Seat, name: string): Locator =>
  room(page).getByRole("figure", { name: new RegExp(`^${name}`) });

/** How many frames each open connection has decoded, of every picture. */
export function decoded(page: Seat): Promise<number[]> {
  return page.evaluate(async () => {
    const counts: number[] = [];
    for (const tie of window.ties.filter((tie) => tie.connectionState !== "closed")) {
      for (const one of (await tie.getStats()).values()) {
        if (one.type === "inbound-rtp" && one.kind === "video") counts.push(one.framesDecoded ?? 0);
      }
    }
    return counts;
  });
}

/** How many of them are growing. */
export async function growing(page: Seat): Promise<number> {
  const before = await decoded(page);
  await page.waitForFunction(
    () => new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(true), 400))),
  );
  const after = await decoded(page);
  return after.filter((count, at) => count > (before[at] ?? 0)).length;
}

/** Waits until pictures of so many come in, and go on coming in. */
export async function expectPictures(page: Seat, count: number): Promise<void> {
  await expect.poll(() => growing(page), { timeout: 20_000 }).toBe(count);
}

/** How much sound has been heard over each open connection (W3C WebRTC Statistics, `totalAudioEnergy`). */
export function heard(page: Seat): Promise<number[]> {
  return page.evaluate(async () => {
    const energies: number[] = [];
    for (const tie of window.ties.filter((tie) => tie.connectionState !== "closed")) {
      for (const one of (await tie.getStats()).values()) {
        if (one.type === "inbound-rtp" && one.kind === "audio") energies.push(one.totalAudioEnergy ?? 0);
      }
    }
    return energies;
  });
}

/** How many others make a sound. The fake microphone beeps every second. */
export async function sounding(page: Seat): Promise<number> {
  const before = await heard(page);
  await page.waitForTimeout(2_500);
  const after = await heard(page);
  return after.filter((energy, at) => energy - (before[at] ?? 0) > SILENCE).length;
}

/** What is heard of somebody whose microphone is off is less than this. */
const SILENCE = 1e-6;

/** Waits until so many others are heard. */
export async function expectSound(page: Seat, count: number): Promise<void> {
  await expect.poll(() => sounding(page), { timeout: 30_000 }).toBe(count);
}

/** Two in a new room of this kind, who see each other. */
export async function couple(visit: Visit, kind: Kind): Promise<{ ada: Page; bob: Page; at: Place }> {
  const at = place(kind);
  const ada = await visit(at);
  const bob = await visit(at);
  await join(ada, "Ada");
  await join(bob, "Bob");
  await expectPictures(ada, 1);
  await expectPictures(bob, 1);
  return { ada, bob, at };
}

/** Waits until something of the pictures of so many was seen. */
export async function expectSeen(page: Seat, count: number): Promise<void> {
  const seen = async (): Promise<number> => (await decoded(page)).filter((count) => count > 0).length;
  await expect.poll(seen, { timeout: 30_000 }).toBe(count);
}

/** How long after pressing Join the first pictures of so many others were decoded. */
export async function took(page: Seat, others: number): Promise<number> {
  await page.waitForFunction((others) => window.reached.length >= others, others);
  return page.evaluate((others) => (window.reached[others - 1] ?? 0) - window.joined, others);
}

/** The states of all connections that were not closed. */
export function states(page: Seat): Promise<string[]> {
  return page.evaluate(() =>
    window.ties
      .filter((tie) => tie.connectionState !== "closed")
      .map((tie) => `${tie.connectionState} ${tie.signalingState}`),
  );
}

/** Lets the browser ask for cameras and microphones without end, as until somebody answers it. */
export function hold(page: Page): Promise<void> {
  return page.evaluate(() => {
    const answered = new Promise<void>((done) => {
      window.grant = done;
    });
    const devices = navigator.mediaDevices;
    const ask = devices.getUserMedia.bind(devices);
    devices.getUserMedia = async (wanted) => {
      await answered;
      return ask(wanted);
    };
  });
}

/** Answers with a yes, and waits until so many devices more were given. */
export async function grant(page: Page, count: number): Promise<void> {
  const before = await page.evaluate(() => window.taken.length);
  await page.evaluate(() => window.grant());
  await expect.poll(() => page.evaluate(() => window.taken.length)).toBe(before + count);
}

/** The id that a page gives itself in the room that it joins next. */
export function calledItself(page: Page): Promise<string> {
  return new Promise((found) => {
    page.on("websocket", (socket) =>
      socket.on("framesent", ({ payload }) => {
        const frame = JSON.parse(String(payload));
        if (frame.type === "join") found(frame.participant_id);
      }),
    );
  });
}

/** How often a page took its own offer back. */
export const yielded = (page: Seat): Promise<number> => page.evaluate(() => window.yielded);

/** How many cameras, microphones and screens are still taken. */
export function stillTaken(page: Seat): Promise<number> {
  return page.evaluate(() => window.taken.filter((track) => track.readyState === "live").length);
}
