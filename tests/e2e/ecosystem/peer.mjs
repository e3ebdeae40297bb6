// The least of a server that speaks OpenHands V0's words, on Socket.IO's own implementation: a log
// with numbers, what is behind `latest_event_id` on connecting, and actions that are acknowledged.
// "count N" makes the agent say N numbers, one by one; any other message it repeats.

import { randomUUID } from "node:crypto";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { Server } from "socket.io";

const { values: options } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    log: { type: "string" },
    "ping-interval": { type: "string", default: "25000" },
    "ping-timeout": { type: "string", default: "20000" },
    recovery: { type: "boolean", default: false },
  },
});

/** Between two numbers. */
const STEP_MS = 40;

/** What a test may want to know: each connection's `latest_event_id`, and what was counted. */
const report = { latest: [], pongs: 0, acknowledged: 0 };

/** The logs of the conversations; they outlive the process. */
const logs = new Map();
if (existsSync(options.log)) {
  for (const line of readFileSync(options.log, "utf8").split("\n").filter(Boolean)) {
    const { id, event } = JSON.parse(line);
    of(id).push(event);
  }
}

function of(id) {
  if (!logs.has(id)) logs.set(id, []);
  return logs.get(id);
}

function say(id, event) {
  const log = of(id);
  const whole = { id: log.length, timestamp: new Date().toISOString().slice(0, -1), ...event };
  log.push(whole);
  appendFileSync(options.log, `${JSON.stringify({ id, event: whole })}\n`);
  io.to(id).emit("oh_event", whole);
}

const state = (word) => ({
  source: "environment",
  message: "",
  observation: "agent_state_changed",
  content: "",
  extras: { agent_state: word, reason: "" },
});

const message = (source, content) => ({
  source,
  message: content,
  action: "message",
  args: { content, image_urls: null, file_urls: null, wait_for_response: source === "agent" },
});

async function act(id, text) {
  say(id, state("running"));
  const count = Number(/^count (\d+)$/.exec(text)?.[1] ?? 0);
  for (let number = 1; number <= count; number += 1) {
    await new Promise((done) => setTimeout(done, STEP_MS));
    say(id, message("agent", `number ${number}`));
  }
  if (!count) say(id, message("agent", `You said: ${text}`));
  say(id, state("awaiting_user_input"));
}

const CONVERSATION = /^\/api\/conversations\/(\w+)$/;
const EVENTS = /^\/api\/conversations\/(\w+)\/events$/;

function answer(method, url) {
  const { pathname, searchParams } = url;
  if (method === "POST" && pathname === "/api/conversations") {
    const id = randomUUID().replaceAll("-", "");
    say(id, state("awaiting_user_input"));
    return { status: "ok", conversation_id: id, message: null, conversation_status: "STARTING" };
  }
  const one = CONVERSATION.exec(pathname)?.[1];
  if (one) {
    return logs.has(one) ? { conversation_id: one, title: "A conversation", status: "RUNNING" } : null;
  }
  const id = EVENTS.exec(pathname)?.[1];
  if (id) {
    const start = Number(searchParams.get("start_id") ?? 0);
    const limit = Number(searchParams.get("limit") ?? 20);
    const rest = of(id).filter((event) => event.id >= start);
    return { events: rest.slice(0, limit), has_more: rest.length > limit };
  }
  if (pathname === "/report") return report;
  if (method === "POST" && pathname === "/cut") {
    for (const socket of upgraded) socket.destroy();
    return { cut: upgraded.size };
  }
  return undefined;
}

const http = createServer((request, response) => {
  response.setHeader("access-control-allow-origin", "*");
  response.setHeader("access-control-allow-headers", "*");
  if (request.method === "OPTIONS") return response.writeHead(204).end();
  const found = answer(request.method, new URL(request.url, "http://peer"));
  response.writeHead(found === undefined ? 404 : 200, { "content-type": "application/json" });
  return response.end(JSON.stringify(found ?? null));
});

const upgraded = new Set();
http.on("upgrade", (_request, socket) => {
  upgraded.add(socket);
  socket.once("close", () => upgraded.delete(socket));
});

const io = new Server(http, {
  pingInterval: Number(options["ping-interval"]),
  pingTimeout: Number(options["ping-timeout"]),
  ...(options.recovery && { connectionStateRecovery: { maxDisconnectionDuration: 60_000 } }),
});

io.use((socket, next) => {
  const asked = socket.handshake.query.conversation_id;
  next(asked ? undefined : new Error("No conversation_id in query params"));
});

io.on("connection", (socket) => {
  const { conversation_id: id, latest_event_id: latest } = socket.handshake.query;
  report.latest.push(Number(latest));
  socket.conn.on("heartbeat", () => (report.pongs += 1));
  // Connecting makes a conversation that is not there, as with OpenHands.
  if (!logs.has(id)) say(id, state("awaiting_user_input"));
  for (const event of of(id).filter((event) => event.id > Number(latest))) {
    socket.emit("oh_event", event);
  }
  socket.join(id);
  socket.on("oh_user_action", (action, acknowledge) => {
    if (action.action !== "message") return;
    say(id, message("user", action.args.content));
    if (acknowledge) {
      report.acknowledged += 1;
      acknowledge();
    }
    act(id, action.args.content);
  });
});

http.listen(Number(options.port), "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${http.address().port}`);
});
