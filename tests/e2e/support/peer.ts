// The server of ecosystem/peer.mjs, in a process of its own.

import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** What the server counted since it started. */
export type PeerReport = { latest: number[]; pongs: number; acknowledged: number };

const PROGRAM = fileURLToPath(new URL("../ecosystem/peer.mjs", import.meta.url));

export class Peer {
  readonly #options: readonly string[];
  #process: ChildProcess;
  readonly origin: string;

  private constructor(options: readonly string[], child: ChildProcess, origin: string) {
    this.#options = options;
    this.#process = child;
    this.origin = origin;
  }

  /** `log` is the file that outlives the process. */
  static async start(log: string, more: readonly string[] = []): Promise<Peer> {
    const options = ["--log", log, ...more];
    const child = run(options);
    return new Peer(options, child, await listening(child));
  }

  get host(): string {
    return new URL(this.origin).host;
  }

  async report(): Promise<PeerReport> {
    return (await fetch(`${this.origin}/report`)).json() as Promise<PeerReport>;
  }

  /** Cuts all connections without a word. */
  async cut(): Promise<void> {
    await fetch(`${this.origin}/cut`, { method: "POST" });
  }

  /** Stops the process where it stands: its connections stay open and are silent. */
  freeze(): void {
    this.#process.kill("SIGSTOP");
  }

  thaw(): void {
    this.#process.kill("SIGCONT");
  }

  /** Ends the process without a word. */
  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const gone = new Promise<void>((done) => this.#process.once("exit", () => done()));
    this.#process.kill("SIGKILL");
    await gone;
  }

  /** A new process with the same log, at the same address. */
  async startAgain(): Promise<void> {
    this.#process = run([...this.#options, "--port", new URL(this.origin).port]);
    await listening(this.#process);
  }
}

function run(options: readonly string[]): ChildProcess {
  return spawn(process.execPath, [PROGRAM, ...options], { stdio: ["ignore", "pipe", "inherit"] });
}

function listening(child: ChildProcess): Promise<string> {
  return new Promise((done, fail) => {
    child.once("exit", (code) => fail(new Error(`the peer ended with code ${code}`)));
    if (!child.stdout) throw new Error("the peer has no output");
    createInterface({ input: child.stdout }).on("line", (line) => {
      const found = /^listening on (\S+)$/.exec(line)?.[1];
      if (found) done(found);
    });
  });
}
