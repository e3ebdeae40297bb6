// A conversation of ten thousand events: it opens from what was kept, and goes on as fast as a
// short one.

import type { Page } from "@playwright/test";
import { type Agent, expect, log, open, test } from "./support/parlor.ts";

const EVENTS = 10_000;

// The recorder of traces walks through the whole document for itself.
test.use({ trace: "off" });

/** One event of an OpenHands log: messages, commands and their results, in turn. */
function event(id: number): Record<string, unknown> {
  const base = { id, timestamp: "2026-11-21T00:06:46.429392", source: "agent", message: "" };
  const meta = { function_name: "execute_bash", tool_call_id: `call_${Math.floor(id / 3)}` };
  switch (id % 3) {
    case 0:
      return { ...base, action: "message", args: { content: `Step **${id}**: now the next file.` } };
    case 1:
      return { ...base, action: "run", args: { command: `cat file-${id}.txt`, thought: "" },
        tool_call_metadata: { ...meta, tool_call_id: `call_${id}` } };
    default:
      return { ...base, observation: "run", cause: id - 1, content: `line one of ${id}\nline two`,
        extras: { metadata: { exit_code: 0 } }, tool_call_metadata: { ...meta, tool_call_id: `call_${id - 1}` } };
  }
}

/** Puts a log into the browser's database, as the page keeps it. */
async function keep(page: Page, key: string, count: number): Promise<void> {
  const rows = Array.from({ length: count }, (_, id) => [
    `${key} ${String(id).padStart(12, "0")}`,
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

test("ten thousand events open within a second", async ({ page, agent }) => {
  test.setTimeout(120_000);
  const address = await seeded(page, agent, EVENTS);
  await page.goto(address);
  const dialog = page.getByRole("dialog");
  await expect(dialog).toBeVisible();
  const took = await page.evaluate(async () => {
    const connect = [...document.querySelectorAll("dialog button")].find((button) => button.textContent === "Connect");
    const since = performance.now();
    (connect as HTMLElement).click();
    for (;;) {
      await new Promise(requestAnimationFrame);
      const articles = document.querySelectorAll("[data-kind]");
      const last = articles[articles.length - 1];
      const box = last?.getBoundingClientRect();
      if (last?.textContent?.includes("9999") && box && box.top < innerHeight) return performance.now() - since;
      if (performance.now() - since > 60_000) return -articles.length;
    }
  });
  console.log(`opened after ${took} ms`);
  await expect(log(page)).toContainText("9999");
});
