// The real OpenHands V1 servers of tests/interop/openhands_v1, asked directly and not by the page.

import { expect } from "@playwright/test";

/** Where a server listens; one without a key lets everybody in. */
export type Place = { address: string; key: string | null };

/** An event of a conversation, as far as the tests look at it. */
export type Logged = {
  id: string;
  kind: string;
  source?: string;
  tool_name?: string;
  key?: string;
  llm_message?: { content: Block[] };
  thought?: Block[];
  action?: { kind: string; message?: string };
  observation?: { kind: string; content?: Block[]; exit_code?: number };
};

type Block = { type: string; text?: string };

/** A conversation's own words on itself. */
export type Info = { id: string; title?: string; execution_status?: string };

type Facts = {
  agent: Place;
  keyed: Place;
  app?: Place;
  llm: Record<string, unknown>;
  workspace: string;
};

/** The most events that a server gives at once. */
const PAGE = 100;

/** Where the run is over, or waits for a person. */
const SETTLED = /^(finished|error|stuck|paused|waiting_for_confirmation)$/;

/** The app server lets nobody ask more than a few times a second. */
const PATIENT = { intervals: [1_500] };

/** What is asked for before an action that the model itself calls risky. */
export const RISKY = {
  confirmation_policy: { kind: "ConfirmRisky", threshold: "HIGH", confirm_unknown: true },
  security_analyzer: { kind: "LLMSecurityAnalyzer" },
};

/** All of them. Whoever ends the one with a key does so where nobody else uses it. */
export class Servers {
  readonly #door: string;
  readonly agent: AgentServer;
  readonly keyed: AgentServer;
  readonly #app: Place | undefined;

  private constructor(door: string, facts: Facts) {
    this.#door = door;
    this.agent = new AgentServer(facts.agent, facts);
    this.keyed = new AgentServer(facts.keyed, facts);
    this.#app = facts.app;
  }

  static async find(): Promise<Servers> {
    const door = process.env.PARLOR_OPENHANDS_V1;
    if (!door) throw new Error("PARLOR_OPENHANDS_V1 is not set: cargo xtask interop openhands-v1");
    return new Servers(door, (await answer(await fetch(door))) as Facts);
  }

  get app(): AppServer {
    if (!this.#app) throw new Error("the servers were started without the app server");
    return new AppServer(this.#app);
  }

  /** Ends that server without a word. */
  kill(name: "agent" | "keyed"): Promise<unknown> {
    return this.#order(`${name}/kill`);
  }

  /** Starts it again, with its address and its data. */
  start(name: "agent" | "keyed"): Promise<unknown> {
    return this.#order(`${name}/start`);
  }

  async #order(order: string): Promise<unknown> {
    return answer(await fetch(`${this.#door}/${order}`, { method: "POST" }));
  }
}

class Asked {
  readonly address: string;
  readonly key: string | null;

  constructor({ address, key }: Place) {
    this.address = address;
    this.key = key;
  }

  /** Host and port, as the page shows them. */
  get host(): string {
    return new URL(this.address).host;
  }

  ask(method: string, path: string, body?: unknown): Promise<Response> {
    const headers: Record<string, string> = { "content-type": "application/json" };
    if (this.key) headers["x-session-api-key"] = this.key;
    return fetch(this.address + path, { method, headers, body: JSON.stringify(body) });
  }

  /** The same, of a server that has to agree. */
  async have(method: string, path: string, body?: unknown): Promise<unknown> {
    return answer(await this.ask(method, path, body));
  }
}

/** An agent server, which has conversations. */
export class AgentServer extends Asked {
  readonly #facts: Pick<Facts, "llm" | "workspace"> | undefined;

  constructor(place: Place, facts?: Pick<Facts, "llm" | "workspace">) {
    super(place);
    this.#facts = facts;
  }

  /** The folder that its conversations work in, unless they are told otherwise. */
  get workspace(): string {
    return this.#facts?.workspace ?? "";
  }

  /** What makes a conversation with the scripted model; `more` as in RISKY. */
  request(text?: string, more: object = {}): object {
    if (!this.#facts) throw new Error("a sandbox has the conversation that it was made for");
    return {
      agent_settings: { llm: { usage_id: "agent", ...this.#facts.llm } },
      workspace: { working_dir: this.#facts.workspace },
      ...(text && { initial_message: message(text) }),
      ...more,
    };
  }

  /** Makes a conversation, whose run begins with the text. */
  async create(text?: string, more?: object): Promise<string> {
    const made = await this.have("POST", "/api/conversations", this.request(text, more));
    return (made as Info).id;
  }

  /** Says something in a conversation, and has the agent run. */
  async say(conversation: string, text: string): Promise<void> {
    const body = { ...message(text), run: true };
    await this.have("POST", `/api/conversations/${conversation}/events`, body);
  }

  async info(conversation: string): Promise<Info> {
    return (await this.have("GET", `/api/conversations/${conversation}`)) as Info;
  }

  /** Waits until the conversation's run is over, or waits for a person. */
  async settled(conversation: string): Promise<string> {
    let status = "";
    const ask = async () => (status = (await this.info(conversation)).execution_status ?? "");
    await expect.poll(ask).toMatch(SETTLED);
    return status;
  }

  /** The whole log of a conversation, by the server's own word. */
  async events(conversation: string): Promise<Logged[]> {
    const all: Logged[] = [];
    let next: string | undefined;
    do {
      const query = `limit=${PAGE}${next ? `&page_id=${next}` : ""}`;
      const path = `/api/conversations/${conversation}/events/search?${query}`;
      const page = (await this.have("GET", path)) as { items: Logged[]; next_page_id?: string };
      all.push(...page.items);
      next = page.next_page_id;
    } while (next);
    return all;
  }
}

type Task = { id: string; status: string; detail?: string; app_conversation_id?: string };

/** What the app server says of a conversation whose sandbox runs. */
type Listed = { id: string; conversation_url: string; session_api_key: string };

/** The app server, which makes an agent server for each conversation. */
export class AppServer extends Asked {
  /** Makes a conversation; waits until it can be talked to, some 20 s. */
  async create(text?: string): Promise<Listed> {
    const request = text ? { initial_message: message(text) } : {};
    const started = (await this.have("POST", "/api/v1/app-conversations", request)) as Task;
    const path = `/api/v1/app-conversations/start-tasks?ids=${started.id}`;
    let task = started;
    const ask = async () => {
      [task = started] = (await this.have("GET", path)) as Task[];
      return task.status;
    };
    await expect.poll(ask, PATIENT).toMatch(/^(READY|ERROR)$/);
    if (!task.app_conversation_id) throw new Error(`no conversation: ${task.detail}`);
    return this.conversation(task.app_conversation_id);
  }

  async conversation(id: string): Promise<Listed> {
    const [found] = (await this.have("GET", `/api/v1/app-conversations?ids=${id}`)) as Listed[];
    if (!found) throw new Error(`the app server knows no conversation ${id}`);
    return found;
  }

  /** Says something in a conversation; the answer is the server's, whatever it is. */
  send(conversation: string, text: string): Promise<Response> {
    const path = `/api/v1/app-conversations/${conversation}/send-message`;
    return this.ask("POST", path, message(text));
  }

  /** The agent server of a conversation. */
  sandbox({ conversation_url, session_api_key }: Listed): AgentServer {
    return new AgentServer({ address: new URL(conversation_url).origin, key: session_api_key });
  }
}

/** The texts that the person sent. */
export function said(events: readonly Logged[]): string[] {
  return events
    .filter(({ kind, source }) => kind === "MessageEvent" && source === "user")
    .map(({ llm_message }) => textOf(llm_message?.content));
}

/** What a command printed, with its exit code. */
export function ran(events: readonly Logged[]): [string, number | undefined][] {
  return events.flatMap(({ observation }) =>
    observation?.kind === "TerminalObservation"
      ? [[textOf(observation.content), observation.exit_code]]
      : [],
  );
}

function message(text: string): object {
  return { role: "user", content: [{ type: "text", text }] };
}

export function textOf(blocks: readonly Block[] = []): string {
  return blocks.map(({ text }) => text ?? "").join("");
}

async function answer(response: Response): Promise<unknown> {
  if (response.ok) return response.json();
  throw new Error(`${response.url} answered ${response.status}: ${await response.text()}`);
}
