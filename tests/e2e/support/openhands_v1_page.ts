// The page as a client of servers that speak OpenHands V1.

import type { Page } from "@playwright/test";
import { type Logged, textOf } from "./openhands_v1_real.ts";
import { button, expect, items, open } from "./parlor.ts";
import type { Watch } from "./watch.ts";

/** Follows a link to the server; without a conversation the page makes one. */
export async function follow(page: Page, url: string, more: Record<string, string> = {}): Promise<void> {
  const query = new URLSearchParams({ server: "openhands-v1", url, ...more });
  await open(page, `?${query}`);
  const dialog = page.getByRole("dialog");
  await button(dialog, "Connect").click();
  await expect(dialog).toBeHidden();
}

/** The conversation that the page's last socket belongs to, as the page names it. */
export function conversation(watch: Watch): string {
  const address = watch.sockets.at(-1);
  const id = address && new URL(address).pathname.split("/").at(-1);
  if (!id) throw new Error(`no socket of a conversation: ${watch.sockets}`);
  return id;
}

/** What the person and the agent said and did, in the log's order, letters and digits alone. */
export function outline(events: readonly Logged[]): string[] {
  return events.flatMap((event) => {
    const { kind, source, llm_message, action, thought } = event;
    if (kind === "MessageEvent" && source !== "environment") {
      return [line(source, textOf(llm_message?.content))];
    }
    if (kind !== "ActionEvent") return [];
    const before = textOf(thought) ? [line("agent", textOf(thought))] : [];
    if (action?.kind === "FinishAction") return [...before, line("agent", action.message)];
    if (action?.kind === "ThinkAction") return before;
    return [...before, line("tool", event.tool_name)];
  });
}

/** The same as the page shows it. */
export async function shown(page: Page): Promise<string[]> {
  const all = items(page, "user").or(items(page, "agent")).or(items(page, "tool"));
  const found = await all.evaluateAll((found) =>
    found.map((item) => {
      const text = item.querySelector(".tool-name, .prose, .user-bubble")?.cloneNode(true);
      const own = text instanceof Element ? text.querySelectorAll(".code-head") : [];
      for (const head of own) head.remove();
      return [item.dataset.kind ?? "", text?.textContent ?? ""] as const;
    }),
  );
  return found.map(([kind, text]) => line(kind, text));
}

/** Marks of Markdown, the ticks of a list and the name of a code's language are no text there. */
const line = (kind = "", text = ""): string =>
  `${kind} ${text.replace(/```\w+|\[x\]/g, "").replace(/[^\p{L}\p{N}]/gu, "")}`;
