// One run of a scripted server: what is ordered of it, and what it says of its clients.

import type { Agent } from "./agent.ts";

/** What a run may be ordered; `do` happens once. */
type Order<Act> = { faults?: string; key?: string; drop?: boolean; down?: boolean; do?: Act };

/** A run of its own for a test. */
export class Run<Act extends string, Report> {
  protected readonly agent: Agent;
  readonly #server: string;
  readonly run: string;

  /** `server` is what the scripted server has in its addresses. */
  protected constructor(agent: Agent, server: string, run: string) {
    this.agent = agent;
    this.#server = server;
    this.run = run;
  }

  async order(order: Order<Act>): Promise<void> {
    const response = await fetch(`${this.agent.origin}/control`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ run: this.run, ...order }),
    });
    if (!response.ok || (await response.json()) !== true) {
      throw new Error(`/control did not take ${JSON.stringify(order)}`);
    }
  }

  /** Sets the faults, in place of those there were; frames are counted from here. */
  faults(faults: string): Promise<void> {
    return this.order({ faults });
  }

  act(act: Act): Promise<void> {
    return this.order({ do: act });
  }

  /** Cuts all sockets. */
  drop(): Promise<void> {
    return this.order({ drop: true });
  }

  /** Nobody is there until `up`; sockets that are open are cut. */
  down(): Promise<void> {
    return this.order({ down: true });
  }

  up(): Promise<void> {
    return this.order({ down: false });
  }

  async report(): Promise<Report> {
    const response = await fetch(`${this.agent.origin}/${this.#server}/report/${this.run}`);
    if (!response.ok) throw new Error(`/report answered ${response.status}`);
    return (await response.json()) as Report;
  }
}
