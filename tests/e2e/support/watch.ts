// What every test listens for, and what the page itself notes down while a test runs.

import type { BrowserContext, Request } from "@playwright/test";

declare global {
  interface Window {
    /** What happened on the page since it loaded. */
    seen: { phases: string[]; spoken: string[]; states: string[] };
    parlorViolation(what: string): void;
    parlorSocket(url: string): void;
  }
}

/** The browser's own remarks on connections that a test broke on purpose. */
const NETWORK_NOISE = /WebSocket connection to|Failed to load resource|net::ERR_/;

export class Watch {
  readonly faults: string[] = [];
  readonly requests: string[] = [];
  readonly sockets: string[] = [];
  readonly #hosts: Set<string>;
  readonly #noise: readonly RegExp[];

  /** `hosts`: the only ones that anything may be asked of; `noise`: more remarks to be expected. */
  constructor(hosts: readonly string[], noise?: RegExp) {
    this.#hosts = new Set(hosts);
    this.#noise = noise ? [NETWORK_NOISE, noise] : [NETWORK_NOISE];
  }

  /** From now on something may be asked of this host too: with its port, or whichever port. */
  allow(host: string): void {
    this.#hosts.add(host);
  }

  async attach(context: BrowserContext): Promise<void> {
    await context.exposeBinding("parlorViolation", (_source, what: string) => {
      this.faults.push(`content security policy: ${what}`);
    });
    // Playwright's own event comes with the handshake, which a server that is away never sees.
    await context.exposeBinding("parlorSocket", (_source, url: string) => this.#opened(url));
    await context.addInitScript(observe);
    context.on("weberror", (error) => this.faults.push(`page error: ${error.error().stack}`));
    context.on("console", (message) => {
      const text = message.text();
      if (message.type() !== "error" || this.#noise.some((noise) => noise.test(text))) return;
      this.faults.push(`console error: ${text}`);
    });
    context.on("request", (request) => this.#requested(request));
  }

  #requested(request: Request): void {
    const url = new URL(request.url());
    if (!["http:", "https:"].includes(url.protocol)) return;
    this.requests.push(url.href);
    this.#allow(url);
  }

  #opened(address: string): void {
    const url = new URL(address);
    this.sockets.push(url.href);
    this.#allow(url);
  }

  #allow(url: URL): void {
    if (!this.#hosts.has(url.host) && !this.#hosts.has(url.hostname)) this.faults.push(`request to another origin: ${url.href}`);
  }
}

/** Runs in the page before anything of its own. */
function observe(): void {
  document.addEventListener("securitypolicyviolation", (event) => {
    const where = `${event.sourceFile}:${event.lineNumber}`;
    window.parlorViolation(`${event.effectiveDirective} ${event.blockedURI} at ${where} ${event.sample}`);
  });
  window.WebSocket = new Proxy(window.WebSocket, {
    construct(target, [url, ...rest]) {
      window.parlorSocket(new URL(String(url), location.href).href);
      return Reflect.construct(target, [url, ...rest]);
    },
  });
  window.seen = { phases: [], spoken: [], states: [] };

  const phase = (): void => {
    const now = document.querySelector("[data-phase]")?.getAttribute("data-phase");
    if (now && now !== window.seen.phases.at(-1)) window.seen.phases.push(now);
  };
  const state = ({ dataset: { kind, state } }: HTMLElement): void => {
    const now = `${kind} ${state}`;
    if (kind && !window.seen.states.includes(now)) window.seen.states.push(now);
  };
  const states = ({ target, addedNodes }: MutationRecord): void => {
    for (const node of [target, ...addedNodes]) {
      if (!(node instanceof HTMLElement)) continue;
      if (node.matches("[data-state]")) state(node);
      if (node !== target) node.querySelectorAll<HTMLElement>("[data-state]").forEach(state);
    }
  };
  const element = (node: Node): Element | null =>
    node instanceof Element ? node : node.parentElement;
  const listen = (record: MutationRecord): void => {
    const region = element(record.target)?.closest('[aria-live="polite"], [role="status"]');
    if (!region || region.closest('[role="log"]') || region.matches("[data-phase]")) return;
    if (region.closest("[data-phase]")) return;
    const said =
      record.type === "characterData"
        ? [record.target.textContent]
        : [...record.addedNodes].map((node) => node.textContent);
    window.seen.spoken.push(...said.filter((text): text is string => Boolean(text?.trim())));
  };
  new MutationObserver((records) => {
    phase();
    for (const record of records) {
      states(record);
      if (record.type !== "attributes") listen(record);
    }
  }).observe(document, {
    subtree: true,
    childList: true,
    characterData: true,
    attributes: true,
    attributeFilter: ["data-phase", "data-state"],
  });
}
