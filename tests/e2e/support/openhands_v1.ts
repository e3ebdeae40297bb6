// The scripted OpenHands V1: where it is, what is ordered of it, and what it says of its clients.

import { randomUUID } from "node:crypto";
import type { Agent } from "./agent.ts";
import { Run } from "./run.ts";

/** An event, as far as the tests look at it. */
export type Event = {
  id: string;
  timestamp: string;
  source: string;
  kind: string;
  key?: string;
  value?: unknown;
  tool_name?: string;
  tool_call_id?: string;
  action?: { kind: string; command?: string };
  llm_message?: { role: string; content: { type: string; text?: string }[] };
};

/** A message that the server took in. */
export type Message = {
  conversation: string;
  text: string;
  images: string[];
  way: "socket" | "rest" | "send-message" | "initial" | "pending";
  run: boolean;
};

/** A socket that was asked for. The query has the key, where a client put it there. */
export type Socket = {
  kind: "session" | "events";
  conversation: string;
  query: Record<string, string>;
  origin: string | null;
  host: string;
  refused: boolean;
};

/** A request: which server, at what host and port, with which key. */
export type Request = {
  server: "agent" | "app";
  method: string;
  path: string;
  query: string | null;
  origin: string | null;
  host: string | null;
  key: string | null;
  authorization: string | null;
  status: number;
};

/** What the clients of a run did, and what the server holds. */
export type Report = {
  messages: Message[];
  approvals: { conversation: string; accept: boolean; reason: string; calls: string[] }[];
  policies: { conversation: string; policy: { kind: string } }[];
  sockets: Socket[];
  /** Frames that showed a key. */
  auth: { key: string; ok: boolean; frame: unknown; host: string }[];
  requests: Request[];
  /** Path and text of each file. */
  uploaded: [string, string][];
  frames: number;
  conversations: {
    id: string;
    status: string;
    title: string | null;
    policy: { kind: string };
    deleted: boolean;
    events: Event[];
  }[];
};

/** What happens once, to all conversations and sandboxes of a run. */
export type Act =
  | "restart"
  | "freeze"
  | "thaw"
  | "pause"
  | "resume"
  | "rekey"
  | `sandbox:${"STARTING" | "RUNNING" | "PAUSED" | "ERROR" | "MISSING"}`
  | `say:${string}`
  | `user:${string}`;

/** A server of its own for a test. */
export class Server extends Run<Act, Report> {
  /** A new run with these faults, such as `cut=after:7&pace=50`, and this key. */
  static async start(agent: Agent, faults = "", key = ""): Promise<Server> {
    const server = new Server(agent, "openhands-v1", `v1-${randomUUID()}`);
    if (faults || key) await server.order({ faults, key });
    return server;
  }

  /** The agent server's address, at another origin than the page: what may be read matters. */
  get url(): string {
    return `${this.agent.otherOrigin}/openhands-v1/${this.run}`;
  }

  /** The app server's address. Its agent servers are at the page's own origin. */
  get app(): string {
    return `${this.agent.otherOrigin}/openhands-v1-app/${this.run}`;
  }

  /** The app server's address at the page's own origin. Its agent servers are at the other one. */
  get nearApp(): string {
    return `${this.agent.origin}/openhands-v1-app/${this.run}`;
  }

  /** Where a recording is played, with this run's faults. */
  played(scenario: string): string {
    return `${this.agent.otherOrigin}/play/openhands_v1/${scenario}~${this.run}`;
  }

  /** Lets nobody near the agent server who does not show this key. */
  lock(key: string): Promise<void> {
    return this.order({ key });
  }

  /** Kills the server and starts it again: what ran has failed. */
  async restart(): Promise<void> {
    await this.down();
    await this.act("restart");
    await this.up();
  }

  /** The texts of the messages that were taken in. */
  async messages(): Promise<string[]> {
    return (await this.report()).messages.map((message) => message.text);
  }

  /** Has the agent server make a conversation, and gives its id. */
  async conversation(more: object = {}, key = ""): Promise<string> {
    const response = await fetch(`${this.url}/api/conversations`, {
      method: "POST",
      headers: { "content-type": "application/json", ...(key && { "x-session-api-key": key }) },
      body: JSON.stringify({
        agent_settings: { llm: { model: "openai/stub", stream: true } },
        workspace: { working_dir: "/workspace" },
        ...more,
      }),
    });
    if (!response.ok) throw new Error(`a new conversation was answered ${response.status}`);
    return ((await response.json()) as { id: string }).id;
  }
}

/** The hosts that a key was shown to, by header, address or first frame. */
export function shown(report: Report, key: string): string[] {
  const requests = report.requests.filter((request) => request.key === key);
  const sockets = report.sockets.filter((socket) => socket.query.session_api_key === key);
  const frames = report.auth.filter((frame) => frame.key === key);
  return [...new Set([...requests, ...sockets, ...frames].map((one) => one.host ?? ""))];
}

/** What the person said, as the log has it. */
export function said(events: readonly Event[]): string[] {
  const messages = events.filter((event) => event.source === "user" && event.llm_message);
  return messages.map((event) => event.llm_message?.content[0]?.text ?? "");
}
