// A conversation of ten thousand events: it opens from what was kept, and goes on as fast as a
// short one.

import type { Page } from "@playwright/test";
import { type Agent, box, button, expect, expectPhase, items, log, open, test } from "./support/parlor.ts";

const EVENTS = 10_000;

// The recorder of traces walks through the whole document for itself.
test.use({ trace: "off" });

/** One event of an OpenHands log: messages, commands and their results, in turn. It has no number,
 * so that those of the server come behind it. */
function event(id: number): Record<string, unknown> {
  const base = { timestamp: "2026-11-21T00:06:46.429392", source: "agent", message: "" };
  const meta = { function_name: "execute_bash", tool_call_id: `call_${Math.floor(id / 3)}` };
  switch (id % 3) {
    case 0:
      return { ...base, action: "message", args: { content: `Step **${id}**: now the next file.` } };
    case 1:
      return { ...base, action: "run", args: { command: `cat file-${id}.txt`, thought: "" },
        tool_call_metadata: { ...meta, tool_call_id: `call_${id}` } };
    default:
      return { ...base, observation: "run", content: `line one of ${id}\nline two`,
        extras: { metadata: { exit_code: 0 } }, tool_call_metadata: { ...meta, tool_call_id: `call_${id - 1}` } };
  }
}

/** Puts a log into the browser's database, as the page keeps it. */
async function keep(page: Page, key: string, count: number): Promise<void> {
  const rows = Array.from({ length: count }, (_, id) => [
    `${key} ${"0".repeat(12)}+${String(id).padStart(6, "0")}`,
    `{"v":1,"event":${JSON.stringify(event(id))}}`,
  ]);
  await page.evaluate(async ([key, rows]) => {
    const database = await new Promise<IDBDatabase>((done, failed) => {
      const asked = indexedDB.open("parlor");
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => failed(asked.error);
    });
    await new Promise<void>((done, failed) => {
      const work = database.transaction(["conversations", "events", "settings"], "readwrite");
      const newest = rows.at(-1)?.[0]?.split(" ").at(-1);
      const record = { v: 1, known: true, created: 1, touched: Date.now(), cursor: newest, whole: newest };
      work.objectStore("conversations").put(JSON.stringify(record), key);
      const events = work.objectStore("events");
      for (const [at, value] of rows) events.put(value, at);
      work.oncomplete = () => done();
      work.onerror = () => failed(work.error);
    });
    database.close();
  }, [key, rows] as const);
}

async function seeded(page: Page, agent: Agent, count: number): Promise<string> {
  const made = await fetch(`${agent.openhands}/api/conversations`, { method: "POST", headers: { "content-type": "application/json" }, body: "{}" });
  const { conversation_id: id } = (await made.json()) as { conversation_id: string };
  await open(page);
  const url = agent.openhands.replace("http", "ws");
  await keep(page, `openhands-v0 ${url} ${id}`, count);
  const query = new URLSearchParams({ server: "openhands-v0", url, conversation: id });
  return `/?${query}`;
}

/** Clicks "Connect" and says after how many milliseconds the text stands on the screen. */
function opened(page: Page, text: string): Promise<number> {
  return page.evaluate(async (text) => {
    const since = performance.now();
    document.querySelector<HTMLElement>('dialog [data-tone="primary"]')?.click();
    for (;;) {
      await new Promise(requestAnimationFrame);
      const shown = [...document.querySelectorAll("[data-kind]")].slice(-9).some((article) => {
        const { top, bottom } = article.getBoundingClientRect();
        return article.textContent?.includes(text) && top < innerHeight && bottom > 0;
      });
      const took = performance.now() - since;
      if (shown || took > 30_000) return took;
    }
  }, text);
}

/** How long the page's main thread works on forty calls and their results, in seconds of its own
 * time: what else the machine does is not counted. */
async function worked(page: Page, agent: Agent, count: number): Promise<number> {
  await page.goto(await seeded(page, agent, count));
  await button(page.getByRole("dialog"), "Connect").click();
  await expectPhase(page, "open");
  await expect(log(page)).toContainText(`Step ${count - (count % 3 || 3)}`);
  const client = await page.context().newCDPSession(page);
  await client.send("Performance.enable", { timeDomain: "threadTicks" });
  const busy = async (): Promise<number> => {
    const { metrics } = await client.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === "TaskDuration")?.value ?? 0;
  };
  // The rest of the conversation is laid in first.
  await expect.poll(async () => {
    const before = await busy();
    await page.waitForTimeout(300);
    return (await busy()) - before;
  }).toBeLessThan(0.1);
  await box(page).fill("long 40");
  const before = await busy();
  await page.keyboard.press("Enter");
  // Looking for elements by their role walks through all of them, which is not the page's work.
  const there = (): boolean => {
    const group = document.querySelector('[role="log"]')?.lastElementChild;
    return Boolean(group?.lastElementChild?.textContent?.includes("40 steps are done."));
  };
  await page.waitForFunction(there, null, { polling: 200, timeout: 30_000 });
  return (await busy()) - before;
}

test("an event costs the same in a short conversation and in a long one", async ({
  page,
  agent,
}) => {
  test.setTimeout(240_000);
  const ratios: number[] = [];
  for (let run = 0; run < 5; run += 1) {
    const short = await worked(page, agent, 100);
    const long = await worked(page, agent, EVENTS);
    console.log(`100 events: ${short} s, ${EVENTS} events: ${long} s`);
    ratios.push(long / short);
  }
  ratios.sort((one, other) => one - other);
  expect(ratios[2]).toBeLessThan(1.5);
});

test("ten thousand events open within a second", async ({ page, agent }) => {
  test.setTimeout(120_000);
  const address = await seeded(page, agent, EVENTS);
  const times: number[] = [];
  for (let visit = 0; visit < 3; visit += 1) {
    await page.goto(address);
    await expect(page.getByRole("dialog")).toBeVisible();
    times.push(await opened(page, `${EVENTS - 1}`));
  }
  console.log(`opened after ${times.map(Math.round).join(", ")} ms`);
  expect(Math.min(...times)).toBeLessThan(1_000);
});

test("who reads further up stays there while many events come", async ({ page, agent }) => {
  await page.goto(await seeded(page, agent, 1_000));
  await button(page.getByRole("dialog"), "Connect").click();
  await expectPhase(page, "open");
  await box(page).fill("long 120");
  await page.keyboard.press("Enter");
  await expect(log(page)).toContainText("echo 30");
  await log(page).hover();
  await page.mouse.wheel(0, -2_000);
  await expect(button(page, "Jump to latest")).toBeVisible();
  const place = (): Promise<[string, number]> =>
    page.evaluate(() => {
      const articles = [...document.querySelectorAll<HTMLElement>("[data-kind]")];
      const first = articles.find((article) => article.getBoundingClientRect().top > 100);
      return [first?.textContent ?? "", first?.getBoundingClientRect().top ?? 0];
    });
  // The wheel is done once nothing moves any more.
  let before = await place();
  await expect.poll(async () => {
    const last = before;
    before = await place();
    return before.join() === last.join();
  }).toBe(true);
  await expect(items(page, "agent").last()).toContainText("120 steps are done.");
  const after = await place();
  expect(after[0]).toBe(before[0]);
  expect(Math.abs(after[1] - before[1])).toBeLessThan(2);
});
