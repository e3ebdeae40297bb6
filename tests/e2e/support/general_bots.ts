// The scripted General Bots: where it is, what is ordered of it, and what it says of its clients.

import { randomUUID } from "node:crypto";
import type { Page } from "@playwright/test";
import { type Agent, button, expect, expectPhase, items, open, send } from "./parlor.ts";
import { Run } from "./run.ts";

/** The document's server, and the released ones. */
export type Name = "documented" | "a" | "a2" | "b" | "c";

export const RELEASES = ["a", "a2", "b", "c"] as const satisfies readonly Name[];

/** A frame that a client sent, as far as the tests look at it. */
export type Frame = {
  type?: string;
  message_type?: number;
  session_id?: string;
  content?: string;
  token?: string;
  active_switchers?: string[];
  context_name?: string;
  media_url?: string | null;
};

/** A message of a session. */
export type Said = { message_id: string; role: string; content: string };

/** What the clients of a run did. */
export type Report = {
  sockets: { server: string; query: Record<string, string>; refused: boolean }[];
  /** How many frames came, by their type. */
  frames: Record<string, number>;
  /** Every frame of a chat; a long one is only counted. */
  chat: { server: string; socket: number; bytes: number; frame: Frame | "long" }[];
  requests: {
    server: string;
    method: string;
    path: string;
    query: Record<string, string>;
    authorization: string | null;
    status: number;
  }[];
  sessions: { id: string; said: Said[]; listeners: number }[];
};

/** Servers of its own for a test. */
export class Server extends Run<string, Report> {
  /** A new run with these faults, such as `rate=2`, and this key. */
  static async start(agent: Agent, faults = "", key = ""): Promise<Server> {
    const server = new Server(agent, "general-bots", `gb-${randomUUID()}`);
    if (faults || key) await server.order({ faults, key });
    return server;
  }

  url(name: Name): string {
    return this.agent.ws(`/general-bots/${this.run}/${name}/ws`);
  }

  /** The frames of the clients, oldest first; what was long is left out. */
  async frames(): Promise<Frame[]> {
    const { chat } = await this.report();
    return chat.flatMap(({ frame }) => (frame === "long" ? [] : [frame]));
  }

  /** The types of the frames, oldest first. */
  async types(): Promise<string[]> {
    return (await this.frames()).map((frame) => frame.type ?? `message_type ${frame.message_type}`);
  }

  /** What was said in all sessions, in the order of each. */
  async said(role: "user" | "assistant" = "user"): Promise<string[]> {
    const { sessions } = await this.report();
    const all = sessions.flatMap((session) => session.said);
    return all.filter((one) => one.role === role).map((one) => one.content);
  }
}

/** Follows a link to a server and confirms it. */
export async function follow(
  page: Page,
  url: string,
  more: Record<string, string> = {},
): Promise<void> {
  await open(page, `?${new URLSearchParams({ server: "general-bots", url, ...more })}`);
  const dialog = page.getByRole("dialog");
  await button(dialog, "Connect").click();
  await expect(dialog).toBeHidden();
}

/** No released server got anything but messages, each a number of its own. */
export async function expectMessagesOnly(server: Server): Promise<void> {
  for (const frame of await server.frames()) {
    expect(Number.isInteger(frame.message_type), JSON.stringify(frame)).toBe(true);
    expect(["message", undefined], JSON.stringify(frame)).toContain(frame.type);
  }
}

/** Connects to a new server. */
export async function begin(
  page: Page,
  agent: Agent,
  name: Name,
  faults = "",
  more: Record<string, string> = {},
): Promise<Server> {
  const server = await Server.start(agent, faults);
  await follow(page, server.url(name), more);
  await expectPhase(page, "open");
  return server;
}

/** Says something and waits until so many answers are done. */
export async function say(page: Page, text: string, answers: number): Promise<void> {
  await send(page, text);
  await expect(items(page, "agent", "done")).toHaveCount(answers);
}
