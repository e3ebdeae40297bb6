// Trouble with what the browser keeps: each kind is said, and the chat goes on.

import type { Page } from "@playwright/test";
import { embed } from "./support/embed.ts";
import { connect as connectToOpenHands, conversationOf } from "./support/openhands.ts";
import { noise } from "./support/pictures.ts";
import {
  type Agent, articles, button, connect, expect, expectPhase, items, link, newRun, open, type Screen,
  send, test, toasts,
} from "./support/parlor.ts";

const texts = async (screen: Screen): Promise<string[]> =>
  (await articles(screen)).map((article) => `${article.kind} ${article.text.trim()}`);

/** What was shown is still there, in its order, with a new message and its answer behind it. */
async function expectGoesOn(screen: Screen, text = "and on"): Promise<void> {
  const before = await texts(screen);
  const answers = await items(screen, "agent", "done").count();
  await send(screen, text);
  await expect(items(screen, "agent", "done")).toHaveCount(answers + 1);
  await expect(items(screen, "agent").last()).toContainText(text);
  expect((await texts(screen)).slice(0, before.length)).toEqual(before);
}

/** A conversation with one message and its answer; gives its identifier. */
async function begun(page: Page, agent: Agent): Promise<string> {
  const { run } = await connect(page, agent);
  await send(page, "hello");
  await expect(items(page, "agent", "done")).toHaveCount(1);
  return run;
}

/** Another page of the same origin that is not Parlor. */
async function stranger(page: Page): Promise<Page> {
  const other = await page.context().newPage();
  await other.route("**/stranger", (route) => route.fulfill({ contentType: "text/html", body: "" }));
  await other.goto("/stranger");
  return other;
}

/** Opens the page's database there in that version, and keeps it open whatever others want. */
function hold(page: Page, version: number): Promise<void> {
  return page.evaluate(
    (version) =>
      new Promise<void>((done, fail) => {
        const request = indexedDB.open("parlor", version);
        request.onsuccess = () => done();
        request.onerror = () => fail(request.error);
      }),
    version,
  );
}

/** The page asks for its database in that version from now on. */
async function askFor(page: Page, version: number): Promise<void> {
  await page.addInitScript((version) => {
    const open = IDBFactory.prototype.open;
    IDBFactory.prototype.open = function (name) {
      return open.call(this, name, version);
    };
  }, version);
}

/** What is kept of the conversations. */
function kept(page: Page): Promise<string> {
  return page.evaluate(
    () =>
      new Promise<string>((done) => {
        const request = indexedDB.open("parlor");
        request.onsuccess = () => {
          const all = request.result.transaction("conversations").objectStore("conversations").getAll();
          all.onsuccess = () => done(all.result.join());
          request.result.close();
        };
      }),
  );
}

test("full: it is said once, the chat goes on, and is kept once there is room", async ({
  page,
  agent,
}) => {
  const session = await page.context().newCDPSession(page);
  // Chromium goes by what it found at first for a while: there is room for texts and no picture.
  const room = { origin: agent.origin, quotaSize: 400_000 };
  await session.send("Storage.overrideQuotaForOrigin", room);
  const run = await begun(page, agent);
  await agent.down(run);
  await expectPhase(page, /waiting|connecting/);
  const chooser = page.waitForEvent("filechooser");
  await button(page, "Attach").click();
  await (await chooser).setFiles(noise(600, 600));
  await expect(page.getByRole("button", { name: /^Remove/ })).toBeVisible();
  await send(page, "a picture");
  const said = page.getByRole("alert").filter({ hasText: "storage for this page is full" });
  await expect(said).toBeVisible();
  await expect(items(page, "user", "queued")).toHaveText([/a picture/]);
  await agent.up(run);
  await expect(items(page, "agent", "done")).toHaveCount(2, { timeout: 20_000 });
  await expectGoesOn(page, "and further on");
  await expect(said).toHaveCount(1);

  await session.send("Storage.overrideQuotaForOrigin", { origin: agent.origin });
  await expectGoesOn(page, "with room");
  await expect.poll(() => kept(page), { timeout: 20_000 }).toContain("with room");
});

test("a transaction that is aborted for want of room is tried again", async ({ page, agent }) => {
  await page.addInitScript(() => {
    const put = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (...row) {
      if (!("full" in window)) return put.apply(this, row);
      throw new DOMException("no room", "QuotaExceededError");
    };
  });
  await begun(page, agent);
  await page.evaluate(() => Object.assign(window, { full: true }));
  await expectGoesOn(page);
  await expect(toasts(page).filter({ hasText: "is full; remove old" }).first()).toBeVisible();
});

const BLOCKED = {
  "opening throws": () => {
    IDBFactory.prototype.open = () => {
      throw new DOMException("denied", "SecurityError");
    };
  },
  "there is no database at all": () => {
    Object.defineProperty(window, "indexedDB", {
      get: () => {
        throw new DOMException("denied", "SecurityError");
      },
    });
    Object.defineProperty(window, "localStorage", {
      get: () => {
        throw new DOMException("denied", "SecurityError");
      },
    });
  },
  "private mode: opening fails later": () => {
    IDBFactory.prototype.open = () => {
      const error = new DOMException("no mutations here", "InvalidStateError");
      const request = Object.assign(new EventTarget(), { error });
      setTimeout(() => request.dispatchEvent(new Event("error")));
      return request as unknown as IDBOpenDBRequest;
    };
  },
  "nothing ever answers": () => {
    IDBFactory.prototype.open = () => new EventTarget() as IDBOpenDBRequest;
  },
};

for (const [name, script] of Object.entries(BLOCKED)) {
  test(`blocked: ${name}`, async ({ page, agent }) => {
    await page.addInitScript(script);
    await open(page);
    await expect(page.getByText("nothing is remembered after a reload")).toBeVisible();
    const chat = newRun(agent);
    await page.goto(`/${link(chat.url, { conversation: chat.run })}`);
    await button(page.getByRole("dialog"), "Connect").click();
    await expectPhase(page, "open");
    const said = toasts(page).filter({ hasText: "what you write is gone after a reload" });
    await expect(said.first()).toBeVisible();
    await expectGoesOn(page, "hello");
    await expectGoesOn(page);
  });
}

test("in a frame with an origin of its own nothing is kept, and that is said", async ({
  page,
  agent,
}) => {
  const chat = newRun(agent);
  await embed(page, agent, link(chat.url, { conversation: chat.run }), "allow-scripts");
  const frame = page.frameLocator("iframe");
  await expect(frame.getByText("nothing is remembered after a reload")).toBeAttached();
  await button(frame.getByRole("dialog"), "Connect").click();
  await expectPhase(frame, "open");
  const said = toasts(frame).filter({ hasText: "what you write is gone after a reload" });
  await expect(said.first()).toBeVisible();
  await expectGoesOn(frame, "hello");
  await expectGoesOn(frame);
});

test("an older version in another tab that does not let go is said", async ({ page, agent }) => {
  await hold(await stranger(page), 1);
  await askFor(page, 2);
  const chat = newRun(agent);
  await open(page, link(chat.url, { conversation: chat.run }));
  await button(page.getByRole("dialog"), "Connect").click();
  await expectPhase(page, "open");
  const said = toasts(page).filter({ hasText: "an older version of this page is open" });
  await expect(said.first()).toBeVisible();
  await expectGoesOn(page, "hello");
  await expectGoesOn(page);
});

test("a newer version that has been here is said", async ({ page, agent }) => {
  await hold(await stranger(page), 2);
  const chat = newRun(agent);
  await open(page, link(chat.url, { conversation: chat.run }));
  await button(page.getByRole("dialog"), "Connect").click();
  await expectPhase(page, "open");
  await expect(toasts(page).filter({ hasText: "reload to go on here" }).first()).toBeVisible();
  await expectGoesOn(page, "hello");
  await expectGoesOn(page);
});

test("a newer version that comes is let in, and what is shown stays", async ({ page, agent }) => {
  await begun(page, agent);
  await hold(await stranger(page), 2);
  await expectGoesOn(page);
  await expect(toasts(page).filter({ hasText: "reload to go on here" }).first()).toBeVisible();
  await expectGoesOn(page, "and further on");
});

/** Writes something else into every table: a row of its own, and into some rows that are there. */
function damage(page: Page): Promise<void> {
  return page.evaluate(
    () =>
      new Promise<void>((done, fail) => {
        const request = indexedDB.open("parlor");
        request.onsuccess = () => {
          const database = request.result;
          const tables = [...database.objectStoreNames];
          const writing = database.transaction(tables, "readwrite");
          for (const table of tables) writing.objectStore(table).put("{\"v\":1,", `broken ${table}`);
          writing.objectStore("settings").put(7, "theme");
          writing.objectStore("conversations").put("{\"v\":99}", "saiki ws://later/ 1");
          const events = writing.objectStore("events");
          const all = events.openCursor();
          all.onsuccess = () => {
            const at = all.result;
            if (!at) return;
            if (String(at.value).includes("**two**")) events.put("no record", at.key);
            at.continue();
          };
          writing.oncomplete = () => {
            database.close();
            done();
          };
          writing.onabort = () => fail(writing.error);
        };
      }),
  );
}

test("a corrupt record is said, left as it is, and hides nothing else", async ({ page, agent }) => {
  const id = await conversationOf(agent.openhands);
  await connectToOpenHands(page, agent.openhands, id);
  for (const text of ["one", "two", "three"]) await expectGoesOn(page, text);
  await expect(items(page, "user", "confirmed")).toHaveCount(3);
  const before = await texts(page);
  await page.goto("/");
  await expect.poll(() => texts(page)).toEqual(before);
  await expectPhase(page, "open");
  const other = await stranger(page);
  await page.close();
  await damage(other);

  await open(other);
  await expect(toasts(other).filter({ hasText: "cannot be read" }).first()).toBeVisible();
  await expectPhase(other, "open");
  await expect.poll(() => texts(other)).toEqual(before);
  await expectGoesOn(other, "four");
  expect(await kept(other)).toContain("{\"v\":1,,");
});
