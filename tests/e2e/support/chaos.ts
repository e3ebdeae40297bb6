// Cuts, reloads and killed pages at random, and what came to the page over each connection.

import type { BrowserContext, Page, WebSocket } from "@playwright/test";
import { button, expect } from "./parlor.ts";
import { noise } from "./pictures.ts";

export const ACTS = Number(process.env.CHAOS_ACTS ?? 200);
export const SEED = Number(process.env.CHAOS_SEED ?? Math.floor(Math.random() * 1e9));

/** What came this shortly before a page ended need not be kept yet, and may be asked for again. */
const KEEPING_MS = 400;

/** How the sockets of a server are read. */
export type Wire = {
  /** The number behind which a socket with this address asks; none for one that does not. */
  latest(url: URL): number | undefined;
  /** The number of the event in a frame; a frame that was cut in half has none. */
  numberOf(frame: string): number | undefined;
  /** Whether what was asked for again ends with this frame. */
  joins(frame: string): boolean;
};

/** One connection as the page saw it. */
type Connection = {
  /** The number behind which it asked. */
  latest: number;
  /** The greatest number that had come to the browser for good when it asked. */
  known: number;
  /** The numbers that came before what is new. */
  replayed: number[];
};

/** Listens to the sockets of one page after another. */
export class Ear {
  readonly connections: Connection[] = [];
  readonly #wire: Wire;
  #came: { id: number; at: number }[] = [];
  #ended = 0;
  open = 0;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  attach(page: Page): void {
    page.on("websocket", (socket) => this.#heard(socket));
  }

  /** The page has ended: what had just come may not be kept. */
  pageEnded(): void {
    this.#ended = Date.now();
    this.#came = this.#came.filter(({ at }) => at < this.#ended - KEEPING_MS);
    this.open = 0;
  }

  /** The connections that were told again more than one event that was there. */
  again(): Connection[] {
    return this.connections.filter(
      ({ known, replayed }) => replayed.filter((id) => id <= known).length > 1,
    );
  }

  /** The most events that one connection brought before what was new. */
  most(): number {
    return Math.max(...this.connections.map(({ replayed }) => replayed.length));
  }

  #heard(socket: WebSocket): void {
    const latest = this.#wire.latest(new URL(socket.url()));
    if (latest === undefined) return;
    const known = Math.max(-1, ...this.#came.map(({ id }) => id));
    const replayed: number[] = [];
    this.connections.push({ latest, known, replayed });
    this.open += 1;
    const of = this.#ended;
    let joined = false;
    socket.on("framereceived", ({ payload }) => {
      const frame = String(payload);
      joined ||= this.#wire.joins(frame);
      const id = this.#wire.numberOf(frame);
      if (id === undefined) return;
      if (!joined) replayed.push(id);
      if (of === this.#ended) this.#came.push({ id, at: Date.now() });
    });
    socket.on("close", () => {
      if (of === this.#ended) this.open -= 1;
    });
  }
}

/** Presses "Try now" where it is there, and gives the phase of the connection. Two hundred times:
 * roles would be looked for in the whole of a long conversation each time. */
function insist(page: Page): Promise<string | undefined> {
  return page.evaluate(() => {
    const status = document.querySelector<HTMLElement>('[role="status"][data-phase]');
    const buttons = [...document.querySelectorAll<HTMLElement>(".banner button")];
    buttons.find((button) => button.textContent?.trim() === "Try now")?.click();
    return status?.dataset.phase;
  });
}

/** Presses "Try now" until the page is connected. */
export async function connected(page: Page): Promise<void> {
  await expect.poll(() => insist(page), { timeout: 60_000, intervals: [20] }).toBe("open");
}

/** Presses "Try now" whenever it is there, until that holds. */
export async function until(page: Page, holds: () => Promise<void>): Promise<void> {
  const tried = async (): Promise<void> => {
    await insist(page);
    await holds();
  };
  await expect(tried).toPass({ timeout: 60_000, intervals: [20, 50, 100] });
}

/** Writes a message and presses Enter. */
async function write(page: Page, text: string): Promise<void> {
  const message = page.locator("textarea").first();
  await message.fill(text);
  await message.press("Enter");
  await expect(message).toHaveValue("");
}

async function attach(page: Page): Promise<void> {
  const chooser = page.waitForEvent("filechooser");
  await button(page, "Attach").click();
  await (await chooser).setFiles(noise(8, 8));
  await expect(page.getByRole("button", { name: /^Remove/ })).toBeVisible();
}

/** The renderer's process ends without a word to the page, and a new page is opened. */
async function killed(context: BrowserContext, page: Page, ear: Ear): Promise<Page> {
  const crashed = page.waitForEvent("crash");
  const session = await context.newCDPSession(page);
  session.send("Page.crash").catch(() => undefined);
  await crashed;
  ear.pageEnded();
  await page.close();
  const next = await context.newPage();
  ear.attach(next);
  await next.goto("/");
  return next;
}

/** Who is cut off, and what is said to it. */
export type Target = {
  /** Orders that the connection breaks at a frame, so many frames from now on. */
  breaks(place: string, ahead: number, next: () => number): Promise<void>;
  /** Cuts it now. */
  drop(): Promise<void>;
  /** What is said the `count`th time. */
  words(count: number, next: () => number): string;
};

/** Cuts the connection at a frame that is still to come; where none comes, at once. */
async function cut(target: Target, ear: Ear, next: () => number): Promise<void> {
  const places = ["before", "inside", "after"];
  const place = places[Math.floor(next() * places.length)] ?? "before";
  await target.breaks(place, Math.floor(next() * 8), next);
  const sockets = ear.connections.length;
  const end = Date.now() + 250;
  while (ear.open > 0 && ear.connections.length === sockets && Date.now() < end) {
    await new Promise((later) => setTimeout(later, 10));
  }
  await target.drop();
}

/** What a run came to. */
export type Outcome = {
  /** The page that is left. */
  page: Page;
  /** What was said, in its order. */
  said: string[];
  /** How many pictures went along. */
  pictures: number;
  done: { cut: number; reload: number; kill: number };
};

/** Cuts, reloads and kills a page that is in a conversation, talking all the while. */
export async function chaos(
  first: Page,
  context: BrowserContext,
  target: Target,
  ear: Ear,
  next: () => number,
  acts = ACTS,
): Promise<Outcome> {
  let page = first;
  const said: string[] = [];
  let pictures = 0;
  let typed = 0;
  const say = async (): Promise<void> => {
    const text = target.words(said.length, next);
    if (next() < 0.08) {
      await attach(page);
      pictures += 1;
    }
    await write(page, text);
    said.push(text);
    typed = Date.now();
  };
  const done = { cut: 0, reload: 0, kill: 0 };
  await connected(page);
  await say();
  for (let act = 0; act < acts; act += 1) {
    if (next() < 0.3) await say();
    await new Promise((later) => setTimeout(later, next() * 120));
    const chance = next();
    // What is on its way to the disk while the process is killed is gone with it.
    if (chance < 0.12 && Date.now() - typed > KEEPING_MS) {
      page = await killed(context, page, ear);
      done.kill += 1;
    } else if (chance < 0.35) {
      ear.pageEnded();
      await page.reload();
      done.reload += 1;
    } else {
      await cut(target, ear, next);
      done.cut += 1;
    }
    await page.locator("textarea").first().waitFor();
    // Written while the connection is away, or on its way back.
    if (next() < 0.25) await say();
    await connected(page);
  }
  return { page, said, pictures, done };
}
