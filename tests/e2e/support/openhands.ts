// Conversations with servers that speak OpenHands V0, and what such a server says of them itself.

import type { Page } from "@playwright/test";
import { button, expect, expectPhase, open } from "./parlor.ts";
import type { Watch } from "./watch.ts";

/** An event of a conversation's log, as far as the tests look at it. */
export type Logged = {
  id: number;
  source?: string;
  action?: string;
  args?: { content?: string };
  tool_call_metadata?: { tool_call_id?: string };
};

/** The most events that a server gives at once. */
const PAGE = 100;

/** Follows a link to the server; without a conversation the page makes one. */
export async function follow(page: Page, url: string, conversation?: string): Promise<void> {
  const query = new URLSearchParams({ server: "openhands-v0", url });
  if (conversation) query.set("conversation", conversation);
  await open(page, `?${query}`);
  const dialog = page.getByRole("dialog");
  await button(dialog, "Connect").click();
  await expect(dialog).toBeHidden();
}

/** Follows the link and waits for the connection. */
export async function connect(page: Page, url: string, conversation?: string): Promise<void> {
  await follow(page, url, conversation);
  await expectPhase(page, "open");
}

/** The conversation that the page's last socket belongs to. */
export function conversation(watch: Watch): string {
  const address = watch.sockets.at(-1);
  const id = address && new URL(address).searchParams.get("conversation_id");
  if (!id) throw new Error(`no socket of a conversation: ${watch.sockets}`);
  return id;
}

/** Has the server make a conversation. */
export async function conversationOf(url: string): Promise<string> {
  const response = await fetch(`${url}/api/conversations`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
  });
  return ((await response.json()) as { conversation_id: string }).conversation_id;
}

type Events = { events: Logged[]; has_more: boolean };

/** The real server answers 500 where it reads a file that it is just writing. */
async function ask(url: string, tries = 5): Promise<Events> {
  const response = await fetch(url);
  if (response.ok) return (await response.json()) as Events;
  if (response.status === 500 && tries > 1) return ask(url, tries - 1);
  throw new Error(`${url} answered ${response.status}`);
}

/** The whole log of a conversation, by the server's own word. */
export async function events(url: string, conversation: string): Promise<Logged[]> {
  const all: Logged[] = [];
  for (;;) {
    const start = (all.at(-1)?.id ?? -1) + 1;
    const path = `/api/conversations/${conversation}/events?start_id=${start}&limit=${PAGE}`;
    const page = await ask(url + path);
    all.push(...page.events);
    if (!page.has_more) return all;
  }
}

/** The texts that the person sent. */
export function said(events: readonly Logged[]): string[] {
  const messages = events.filter((event) => event.source === "user" && event.action === "message");
  return messages.map((event) => event.args?.content ?? "");
}

/** What the person said and the calls of tools, in order; one that was confirmed is there twice. */
export function outline(events: readonly Logged[]): ("user" | "tool")[] {
  const calls = new Set<string>();
  return events.flatMap((event) => {
    if (event.source === "user" && event.action === "message") return ["user"];
    const call = event.tool_call_metadata?.tool_call_id;
    if (!["run", "edit"].includes(event.action ?? "") || !call || calls.has(call)) return [];
    calls.add(call);
    return ["tool"];
  });
}
