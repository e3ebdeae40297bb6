// Starts the scripted agent server and talks to its side door.

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** One frame that the server received. */
export type Frame = { text: string };

/** A frame of a Saiki client, as far as the tests look at it. */
export type Sent = {
  type?: string;
  content?: string;
  sessionId?: string;
  stream?: boolean;
  imageData?: { base64: string; mimeType: string };
  data?: { approved?: boolean; rememberChoice?: boolean; executionId?: string };
};

/** How long the server may take to say where it listens. */
const START_MS = 20_000;

/** What a conversation of the OpenHands server has seen. */
export type Report = {
  accepted: string[];
  /** Name and text of each file. */
  uploaded: [string, string][];
  sockets: number;
  connections: number;
  replayed: number[];
  frames: number;
  state: string;
  events: { id: number; action?: string; observation?: string; args?: { content?: string } }[];
};

export class Agent {
  readonly #process: ChildProcess;
  readonly origin: string;

  private constructor(child: ChildProcess, origin: string) {
    this.#process = child;
    this.origin = origin;
  }

  static async start(): Promise<Agent> {
    const program = named("PARLOR_AGENT", "the built agent server: cargo build -p agent");
    const dist = named("PARLOR_DIST", "the folder of the built page: cargo xtask build");
    const child = spawn(program, ["--port", "0", "--dist", dist], {
      cwd: fileURLToPath(new URL("../../..", import.meta.url)),
      stdio: ["ignore", "pipe", "inherit"],
    });
    try {
      return new Agent(child, await listening(child));
    } catch (error) {
      child.kill();
      throw error;
    }
  }

  get port(): string {
    return new URL(this.origin).port;
  }

  /** Host and port, as the page shows them. */
  get host(): string {
    return new URL(this.origin).host;
  }

  /** The same server under its other name, which is another origin to a browser. */
  get otherOrigin(): string {
    return `http://localhost:${this.port}`;
  }

  /** A WebSocket's address on this server. */
  ws(path: string): string {
    return `ws://${this.host}${path}`;
  }

  /** The address of the OpenHands server. */
  get openhands(): string {
    return `${this.origin}/openhands-v0`;
  }

  /** What has come of a conversation of the OpenHands server. */
  async report(conversation: string): Promise<Report> {
    const response = await fetch(`${this.openhands}/report/${conversation}`);
    if (!response.ok) throw new Error(`/report answered ${response.status}`);
    return (await response.json()) as Report;
  }

  /** What the clients of a run have sent, oldest first. */
  async frames(run: string): Promise<Sent[]> {
    const response = await fetch(`${this.origin}/log?run=${encodeURIComponent(run)}`);
    if (!response.ok) throw new Error(`/log answered ${response.status}`);
    const frames = (await response.json()) as Frame[];
    return frames.map((frame) => JSON.parse(frame.text) as Sent);
  }

  /** The texts of the messages that a run's clients have sent. */
  async messages(run: string): Promise<string[]> {
    const frames = await this.frames(run);
    return frames.filter((frame) => frame.type === "message").map((frame) => frame.content ?? "");
  }

  /** Cuts a run's connections. */
  drop(run: string): Promise<void> {
    return this.#control({ run, drop: true });
  }

  /** Gives a conversation of the OpenHands server these faults, in place of those it had. */
  faults(run: string, faults: string): Promise<void> {
    return this.#control({ run, faults });
  }

  /** Lets nobody near a conversation of the OpenHands server who does not show this key. */
  lock(run: string, key: string): Promise<void> {
    return this.#control({ run, key });
  }

  /** Refuses a run's connections until `up`; those that are open are cut. */
  down(run: string): Promise<void> {
    return this.#control({ run, down: true });
  }

  up(run: string): Promise<void> {
    return this.#control({ run, down: false });
  }

  async #control(order: object): Promise<void> {
    const response = await fetch(`${this.origin}/control`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(order),
    });
    if (!response.ok) throw new Error(`/control answered ${response.status}`);
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const gone = new Promise<void>((done) => this.#process.once("exit", () => done()));
    this.#process.kill();
    await gone;
  }
}

function named(variable: string, what: string): string {
  const value = process.env[variable];
  if (!value) throw new Error(`${variable} is not set. It names ${what}`);
  const path = resolve(value);
  if (!existsSync(path)) throw new Error(`${variable} names ${path}, which is not there: ${what}`);
  return path;
}

function listening(child: ChildProcess): Promise<string> {
  return new Promise((done, fail) => {
    const late = setTimeout(() => fail(new Error("the agent server did not start")), START_MS);
    child.once("error", fail);
    child.once("exit", (code) => fail(new Error(`the agent server ended with code ${code}`)));
    if (!child.stdout) throw new Error("the agent server has no output");
    createInterface({ input: child.stdout }).on("line", (line) => {
      const found = /^agent listening on (http:\/\/127\.0\.0\.1:\d+)\/?$/.exec(line.trim());
      if (!found?.[1]) return;
      clearTimeout(late);
      child.removeAllListeners("exit");
      done(found[1]);
    });
  });
}
