// A conversation with the scripted OpenHands V1, and what that server has seen.

import { randomUUID } from "node:crypto";
import type { Page } from "@playwright/test";
import { follow } from "./openhands_v1_page.ts";
import { type Agent, expectPhase } from "./parlor.ts";

/** A server of its own for each test. */
export type Server = { run: string; url: string; origin: string };

/** What such a server has seen. */
export type Report = {
  approvals: unknown[];
  requests: { method: string; path: string; query: string | null }[];
  conversations: { id: string; title: string | null; deleted: boolean }[];
};

/** A server of that kind that nobody has talked to yet. */
export function newServer(agent: Agent, kind: "agent" | "app" = "agent"): Server {
  const run = `ui-${randomUUID()}`;
  const path = kind === "app" ? "openhands-v1-app" : "openhands-v1";
  return { run, url: `${agent.origin}/${path}/${run}`, origin: agent.origin };
}

/** Has an agent server make a conversation, and gives its identifier. */
export async function conversationOf(server: Server, title?: string): Promise<string> {
  const send = (method: string, path: string, body: object): Promise<Response> =>
    fetch(`${server.url}/api/conversations${path}`, {
      method,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const agent_settings = { llm: { model: "stub" } };
  const made = await send("POST", "", { agent_settings, workspace: { working_dir: "/workspace" } });
  const { id } = (await made.json()) as { id: string };
  if (title) await send("PATCH", `/${id}`, { title });
  return id;
}

/** Follows a link to the server and waits for the connection; without a conversation one is made. */
export async function connect(page: Page, server: Server, conversation?: string): Promise<void> {
  await follow(page, server.url, conversation ? { conversation } : {});
  await expectPhase(page, "open");
}

/** What a server has seen. */
export async function reported(server: Server): Promise<Report> {
  const response = await fetch(`${server.origin}/openhands-v1/report/${server.run}`);
  if (!response.ok) throw new Error(`/report answered ${response.status}`);
  return (await response.json()) as Report;
}

/** Chooses a command by the beginning of its name. */
export async function command(page: Page, typed: string): Promise<void> {
  await page.keyboard.press("Control+k");
  await page.keyboard.type(typed);
  await page.keyboard.press("Enter");
}
