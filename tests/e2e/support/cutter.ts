// A way to a server that can be cut, as a bad network does it.

import { connect, createServer, type Server, type Socket } from "node:net";

/** Passes everything on to a server on this machine, until it is told to cut. */
export class Cutter {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Connections that were asked to become WebSockets (RFC 6455 section 4.1). */
  readonly #upgraded = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async before(address: string): Promise<Cutter> {
    const { hostname, port } = new URL(address);
    const server = createServer();
    const cutter = new Cutter(server);
    server.on("connection", (here) => cutter.#pass(here, connect(Number(port), hostname)));
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    return cutter;
  }

  get address(): string {
    const at = this.#server.address();
    if (!at || typeof at === "string") throw new Error("it does not listen");
    return `http://127.0.0.1:${at.port}`;
  }

  get host(): string {
    return new URL(this.address).host;
  }

  #pass(here: Socket, there: Socket): void {
    for (const [from, to] of [[here, there], [there, here]] as const) {
      this.#sockets.add(from);
      from.on("error", () => from.destroy());
      from.on("close", () => {
        this.#sockets.delete(from);
        this.#upgraded.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
    here.once("data", (head) => {
      if (/^upgrade: websocket/im.test(head.toString("latin1"))) this.#upgraded.add(here);
    });
  }

  /** Cuts the WebSockets, and with `all` every call under way too; gives how many sockets. */
  cut(all = false): number {
    const open = this.#upgraded.size;
    for (const socket of all ? this.#sockets : this.#upgraded) socket.resetAndDestroy();
    return open;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((closed) => this.#server.close(() => closed()));
  }
}
