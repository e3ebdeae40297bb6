// Two hundred cuts, reloads and killed pages in one conversation: nothing is lost, nothing is there
// twice, every message arrives once, and nothing is asked for again that was there.
//
// CHAOS_SEED brings a run back as far as the browser's pace allows; CHAOS_ACTS makes it shorter.

import type { BrowserContext, Page, WebSocket } from "@playwright/test";
import { follow } from "./support/openhands.ts";
import { noise } from "./support/pictures.ts";
import { random } from "./support/random.ts";
import {
  type Agent, articles, box, button, expect, items, test,
} from "./support/parlor.ts";

const ACTS = Number(process.env.CHAOS_ACTS ?? 200);
const SEED = Number(process.env.CHAOS_SEED ?? Math.floor(Math.random() * 1e9));

/** What came this shortly before a page ended need not be kept yet, and may be asked for again. */
const KEEPING_MS = 400;

test.use({ trace: "off" });

type Logged = {
  id: number;
  source?: string;
  action?: string;
  args?: { content?: string; command?: string; final_thought?: string; image_urls?: string[] };
};

/** One connection as the page saw it. */
type Connection = {
  /** The number behind which it asked. */
  latest: number;
  /** The greatest number that had come to the browser for good when it asked. */
  known: number;
  /** The numbers that came before its connect packet. */
  replayed: number[];
};

/** Listens to the sockets of one page after another. */
class Ear {
  readonly connections: Connection[] = [];
  #came: { id: number; at: number }[] = [];
  #ended = 0;
  open = 0;

  attach(page: Page): void {
    page.on("websocket", (socket) => this.#heard(socket));
  }

  /** The page has ended: what had just come may not be kept. */
  pageEnded(): void {
    this.#ended = Date.now();
    this.#came = this.#came.filter(({ at }) => at < this.#ended - KEEPING_MS);
    this.open = 0;
  }

  #heard(socket: WebSocket): void {
    const latest = Number(new URL(socket.url()).searchParams.get("latest_event_id"));
    const known = Math.max(-1, ...this.#came.map(({ id }) => id));
    const replayed: number[] = [];
    this.connections.push({ latest, known, replayed });
    this.open += 1;
    const of = this.#ended;
    let joined = false;
    socket.on("framereceived", ({ payload }) => {
      const frame = String(payload);
      joined ||= frame.startsWith("40");
      const id = numberOf(frame);
      if (id === undefined) return;
      if (!joined) replayed.push(id);
      if (of === this.#ended) this.#came.push({ id, at: Date.now() });
    });
    socket.on("close", () => {
      if (of === this.#ended) this.open -= 1;
    });
  }
}

/** The number of the event in a frame; a frame that was cut in half has none. */
function numberOf(frame: string): number | undefined {
  if (!frame.startsWith('42["oh_event",')) return undefined;
  try {
    const id = (JSON.parse(frame.slice(2)) as [string, { id?: number }])[1].id;
    return typeof id === "number" ? id : undefined;
  } catch {
    return undefined;
  }
}

/** Presses "Try now" until the page is connected. Two hundred times: roles would be looked for in
 * the whole of a long conversation each time. */
async function connected(page: Page): Promise<void> {
  const look = (): string | undefined => {
    const status = document.querySelector<HTMLElement>('[role="status"][data-phase]');
    const buttons = [...document.querySelectorAll<HTMLElement>(".banner button")];
    buttons.find((button) => button.textContent?.trim() === "Try now")?.click();
    return status?.dataset.phase;
  };
  await expect.poll(() => page.evaluate(look), { timeout: 60_000, intervals: [20] }).toBe("open");
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

/** What a person sees of the log, in its order. */
function told(events: readonly Logged[]): string[] {
  return events.flatMap(({ source, action, args }) => {
    if (action === "message" && source === "user") return [`user ${args?.content}`];
    if (action === "run") return [`tool ${args?.command}`];
    if (action === "finish") return [`agent ${args?.final_thought}`];
    return [];
  });
}

/** The same of the page. */
async function shown(page: Page): Promise<string[]> {
  return (await articles(page)).flatMap(({ kind, text }) => {
    const found = {
      user: /long \d+ note \d+/, agent: /\d+ steps are done\./, tool: /echo \d/,
    }[kind]?.exec(text);
    return found ? [`${kind} ${found[0]}`] : [];
  });
}

/** Cuts the connection at a frame that is still to come; where none comes, at once. */
async function cut(agent: Agent, conversation: string, ear: Ear, next: () => number): Promise<void> {
  const places = ["before", "inside", "after"];
  const place = places[Math.floor(next() * places.length)];
  const frame = (await agent.report(conversation)).frames + Math.floor(next() * 8);
  const more = `gap=1&slow=${Math.floor(next() * 30)}&double=${next() < 0.5 ? 1 : 0}`;
  await agent.faults(conversation, `cut=${place}:${frame}&${more}`);
  const sockets = ear.connections.length;
  const end = Date.now() + 250;
  while (ear.open > 0 && ear.connections.length === sockets && Date.now() < end) {
    await new Promise((later) => setTimeout(later, 10));
  }
  await agent.drop(conversation);
}

test(`${ACTS} cuts, reloads and killed pages lose nothing and double nothing`, async ({
  page: first,
  agent,
  context,
}) => {
  test.setTimeout(600_000);
  console.log(`CHAOS_SEED=${SEED}`);
  const next = random(SEED);
  const ear = new Ear();
  let page = first;
  ear.attach(page);
  const made = await fetch(`${agent.openhands}/api/conversations`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
  });
  const { conversation_id: conversation } = (await made.json()) as { conversation_id: string };
  await follow(page, agent.openhands, conversation);
  await connected(page);
  await page.goto("/");

  const said: string[] = [];
  let pictures = 0;
  let typed = 0;
  const say = async (): Promise<void> => {
    const text = `long ${1 + Math.floor(next() * 2)} note ${said.length}`;
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
  for (let act = 0; act < ACTS; act += 1) {
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
      await cut(agent, conversation, ear, next);
      done.cut += 1;
    }
    await page.locator("textarea").first().waitFor();
    // Written while the connection is away, or on its way back.
    if (next() < 0.25) await say();
    await connected(page);
  }

  await agent.faults(conversation, "");
  const whole = async (): Promise<void> => {
    await connected(page);
    const { events, state } = await agent.report(conversation);
    expect(state).toBe("finished");
    expect(await shown(page)).toEqual(told(events));
  };
  await expect(whole).toPass({ timeout: 120_000, intervals: [300] });

  const { accepted, events, replayed } = await agent.report(conversation);
  expect([...accepted].sort(), "each message arrived once").toEqual([...said].sort());
  await expect(items(page, "user", "confirmed")).toHaveCount(said.length);
  const withPicture = (events as Logged[]).filter((event) => event.args?.image_urls?.length);
  expect(withPicture).toHaveLength(pictures);
  await expect(box(page)).toHaveValue("");

  // A replay begins behind what had come for good, so that it brings the gap and no more. One
  // event more is allowed for, since the server tells the agent's state out of turn.
  const again = ear.connections.filter(
    ({ known, replayed }) => replayed.filter((id) => id <= known).length > 1,
  );
  expect(again, "connections that were told again what was there").toEqual([]);
  const most = Math.max(...ear.connections.map(({ replayed }) => replayed.length));
  console.log(JSON.stringify({ ...done, said: said.length, pictures, events: events.length,
    connections: replayed.length, sockets: ear.connections.length, most }));
  expect(done.cut + done.reload + done.kill).toBe(ACTS);
});
