// Puts a server into the page, so that a driver can stream to the real app: a WebSocket that
// never leaves the page and speaks Saiki's frames. The driver finds its controls in window.bench.

const sockets = new Set();
let session = "";
let said = "";
let history = [];

class PageSocket extends EventTarget {
  static CONNECTING = 0;
  static OPEN = 1;
  static CLOSING = 2;
  static CLOSED = 3;
  readyState = 0;
  bufferedAmount = 0;
  binaryType = "blob";

  constructor(url) {
    super();
    this.url = url;
    sockets.add(this);
    setTimeout(() => {
      this.readyState = 1;
      this.tell(new Event("open"));
    });
  }

  tell(event) {
    this[`on${event.type}`]?.(event);
    this.dispatchEvent(event);
  }

  send(frame) {
    session = JSON.parse(frame).sessionId ?? session;
  }

  close(code = 1000) {
    sockets.delete(this);
    this.readyState = 3;
    setTimeout(() => this.tell(new CloseEvent("close", { code, wasClean: code === 1000 })));
  }
}

const fetched = window.fetch.bind(window);
window.WebSocket = PageSocket;
window.fetch = (what, init) => {
  const url = String(what.url ?? what);
  if (!url.includes("bench.invalid")) return fetched(what, init);
  session = decodeURIComponent(url.split("/sessions/")[1]?.split("/")[0] ?? session);
  return Promise.resolve(Response.json({ history }));
};

function emit(event, data) {
  const frame = JSON.stringify({ event, data: { ...data, sessionId: session } });
  for (const socket of sockets) socket.tell(new MessageEvent("message", { data: frame }));
}

const answers = () => document.querySelectorAll("article[data-kind=agent]");
const last = () => [...answers()].at(-1)?.querySelector(".prose");

async function until(holds) {
  while (!holds()) await new Promise((done) => setTimeout(done, 5));
}

window.bench = {
  async mount() {
    await until(() => document.querySelector("[data-phase=open]"));
  },
  // A transcript comes as it does from a server: over REST, after a lost connection.
  async load(messages) {
    history = messages.map(({ role, text }) => ({ role, content: text }));
    for (const socket of sockets) socket.close(1006);
    await until(() => document.querySelectorAll("article").length >= messages.length);
  },
  async begin() {
    const box = document.querySelector("textarea");
    box.value = "go";
    box.dispatchEvent(new Event("input", { bubbles: true }));
    await new Promise((done) => setTimeout(done));
    document.querySelector("button[aria-label=Send]").click();
    const before = answers().length;
    await until(() => document.querySelector("article[data-kind=user][data-state=sent]"));
    said = "";
    emit("thinking", {});
    emit("chunk", { text: "\n", isComplete: false });
    said = "\n";
    await until(() => answers().length > before);
  },
  push(text) {
    said += text;
    emit("chunk", { text, isComplete: false });
  },
  end() {
    emit("response", { text: said, model: "bench" });
    emit("response", { text: said, model: "bench" });
  },
  text: () => last()?.innerText ?? "",
  root: () => last(),
  scroller: () => document.querySelector(".timeline"),
};


