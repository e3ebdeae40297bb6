// General Bots in both dialects and each release: what is said arrives once, what is answered is
// shown once, and no released server ever gets a frame that is no message.

import type { Page } from "@playwright/test";
import { connected, until } from "./support/chaos.ts";
import {
  begin, expectMessagesOnly, follow, type Name, RELEASES, say, Server,
} from "./support/general_bots.ts";
import { hurry } from "./support/hurry.ts";
import {
  articles, banner, box, button, expect, expectArticles, expectPhase, expectSeen, items, open,
  part, press, send, test, toasts,
} from "./support/parlor.ts";
import { noise, type Upload } from "./support/pictures.ts";

const ALL: readonly Name[] = ["documented", ...RELEASES];

/** Lays a picture beside what is written. */
async function attach(page: Page, picture: Upload): Promise<void> {
  const chooser = page.waitForEvent("filechooser");
  await button(page, "Attach").click();
  await (await chooser).setFiles(picture);
  await expect(page.getByRole("button", { name: /^Remove/ })).toBeVisible();
}

/** Connects with this key from now on. */
async function enterKey(page: Page, key: string): Promise<void> {
  const dialog = page.getByRole("dialog");
  if (!(await dialog.isVisible())) await press(page, "Settings");
  await dialog.getByLabel("Key", { exact: true }).fill(key);
  await button(dialog, "Connect").click();
  await expect(dialog).toBeHidden();
}

/** What was said was taken in once each, in this order, and is shown once each. */
async function expectOnce(page: Page, server: Server, said: string[]): Promise<void> {
  await until(page, async () => {
    expect(await server.said()).toEqual(said);
    await expect(items(page, "user", "confirmed")).toHaveCount(said.length, { timeout: 1 });
  });
  await expect(items(page, "user")).toHaveCount(said.length);
}

for (const name of ALL) {
  test.describe(`the ${name} server`, () => {
    test("is told apart by itself, answers piece by piece, and is asked again", async ({ page, agent }) => {
      const server = await begin(page, agent, name);
      await send(page, "[stream 40 50]");
      await expectSeen(page, "agent", "streaming");
      await expectArticles(page, [
        { kind: "user", state: "confirmed", text: "[stream 40 50]" },
        { kind: "agent", state: "done", text: "word0 word1 word2" },
      ]);
      await say(page, "hello", 2);
      const [, , , last] = await articles(page);
      expect(last?.text).toContain("You said: hello");
      await expectOnce(page, server, ["[stream 40 50]", "hello"]);
      if (name !== "documented") await expectMessagesOnly(server);
      else expect(await server.types()).toContain("subscribe");
    });

    test("has every message once across cuts, reloads and an absence", async ({ page, agent }) => {
      test.slow();
      const server = await begin(page, agent, name);
      await say(page, "one", 1);
      await send(page, "[stream 40 200] two");
      await items(page, "agent", "streaming").waitFor();
      await server.drop();
      await connected(page);
      await server.down();
      await expectPhase(page, /waiting|connecting/);
      await send(page, "three");
      await expect(items(page, "user", "queued")).toHaveCount(1);
      await server.up();
      await connected(page);
      await expectOnce(page, server, ["one", "[stream 40 200] two", "three"]);
      await expect(items(page, "agent", "streaming")).toHaveCount(0);
      await send(page, "[stream 40 200] four");
      await items(page, "agent", "streaming").waitFor();
      await open(page);
      await connected(page);
      await send(page, "five");
      const said = ["one", "[stream 40 200] two", "three", "[stream 40 200] four", "five"];
      if (name === "c") {
        // It tells nobody what was said.
        await until(page, async () => expect(await server.said()).toEqual(said));
        return expectMessagesOnly(server);
      }
      await expectOnce(page, server, said);
      await expect(items(page, "agent").last()).toContainText("You said: five");
      await expect(items(page, "agent", "streaming")).toHaveCount(0);
      await expect(items(page).filter({ hasText: "You said: one" })).toHaveCount(1);
      await expect(items(page).filter({ hasText: "You said: five" })).toHaveCount(1);
      if (name !== "documented") await expectMessagesOnly(server);
    });

    test("begins another session where the conversation is forgotten", async ({ page, agent }) => {
      const server = await begin(page, agent, name);
      await say(page, "before", 1);
      await press(page, "Reset conversation");
      const dialog = page.getByRole("dialog").or(page.getByRole("alertdialog"));
      await button(dialog, "Reset").click();
      await expect(items(page, "user")).toHaveCount(0);
      await connected(page);
      await say(page, "after", 1);
      const sessions = (await server.report()).sessions.filter(({ said }) => said.length > 0);
      expect(sessions.map(({ said }) => said[0]?.content).sort()).toEqual(["after", "before"]);
      if (name !== "documented") await expectMessagesOnly(server);
    });

    test("shows Markdown that is cut where it hurts, and runs nothing that is hostile", async ({ page, agent, watch }) => {
      await begin(page, agent, name);
      await say(page, "[markdown]", 1);
      const answer = items(page, "agent").first();
      await expect(answer.getByRole("heading", { name: "Orders" })).toBeVisible();
      await expect(answer.getByRole("cell", { name: "shipped" })).toBeVisible();
      await expect(answer.locator("code")).toContainText("<b>not html</b>");
      await say(page, "[hostile]", 2);
      const hostile = items(page, "agent").last();
      await expect(hostile.locator("script, iframe, img, [onclick], a[href^=javascript]")).toHaveCount(0);
      // Chromium remarks on handlers in the inert document too, of which none can run.
      const inert = /^content security policy: script-src-attr inline|Executing inline event handler/;
      watch.faults.splice(0, Infinity, ...watch.faults.filter((fault) => !inert.test(fault)));
    });
  });
}

test.describe("the dialect", () => {
  test("is found out though the first frame comes late", async ({ page, agent }) => {
    const server = await begin(page, agent, "c", "hello=3000");
    await send(page, "hello");
    await expect(items(page, "agent", "done")).toHaveCount(1);
    await expectOnce(page, server, ["hello"]);
    await expectMessagesOnly(server);
  });

  test("is found out where no request is answered", async ({ page, agent }) => {
    const server = await begin(page, agent, "c", "rest=404&hello=700");
    await say(page, "hello", 1);
    await expectMessagesOnly(server);
  });

  for (const name of ALL) {
    test(`can be forced on ${name}`, async ({ page, agent }) => {
      const dialect = name === "documented" ? "documented" : "native";
      const server = await begin(page, agent, name, "rest=404", { dialect });
      await say(page, "hello", 1);
      if (dialect === "native") await expectMessagesOnly(server);
    });
  }
});

test.describe("what is too large", () => {
  const LARGEST = 4_000;

  /** Says something that is larger than that: a text, or a word with a picture. */
  async function exceed(page: Page, picture: boolean): Promise<void> {
    if (!picture) return send(page, "x".repeat(LARGEST));
    await attach(page, noise(60, 60));
    await send(page, "look");
  }

  for (const [name, how] of [
    ["documented", "says so"], ["documented", "closes the connection"], ["b", "closes the connection"],
  ] as const) {
    for (const what of ["text", "picture"]) {
      test(`a ${what} that a ${name} server finds so and ${how} is left to the person`, async ({ page, agent }) => {
        const faults = [`largest=${LARGEST}`, how === "says so" ? "" : "large=close"];
        const server = await begin(page, agent, name, faults.join("&"));
        await say(page, "before", 1);
        await exceed(page, what === "picture");
        const failed = items(page, "user", "failed");
        await expect(failed).toHaveCount(1);
        await expect(failed).toContainText("Too large for this server.");
        await send(page, "after");
        await expect(items(page, "agent", "done")).toHaveCount(2, { timeout: 15_000 });
        expect(await server.said()).toEqual(["before", "after"]);
        const { chat, sockets } = await server.report();
        // It went out, once, and never again.
        expect(chat.filter(({ bytes }) => bytes > LARGEST)).toHaveLength(1);
        expect(sockets).toHaveLength(how === "says so" ? 1 : 2);
        await expect(failed).toHaveCount(1);
      });
    }
  }
});

test.describe("a picture", () => {
  for (const name of ["documented", "b"] as const) {
    test(`goes to a ${name} server in the message`, async ({ page, agent }) => {
      const server = await begin(page, agent, name);
      await attach(page, noise(8, 8));
      await say(page, "look", 1);
      const sent = (await server.frames()).find(({ content }) => content === "look");
      expect(sent?.media_url).toMatch(/^data:image\/png;base64,.{100}/);
      await expect(items(page, "user", "confirmed").getByRole("img")).toBeVisible();
    });
  }

  test("is not offered where nobody would look at it", async ({ page, agent }) => {
    await begin(page, agent, "c");
    await say(page, "hello", 1);
    await expect(button(page, "Attach")).toHaveCount(0);
  });
});

test.describe("as documented", () => {
  test("two calls of one tool are answered in the order in which they were made", async ({ page, agent }) => {
    await begin(page, agent, "documented");
    await send(page, "[tools]");
    await expect(items(page, "tool")).toHaveCount(2);
    await expect(items(page, "tool", "done")).toHaveCount(2);
    for (const order of [0, 1]) {
      const tool = items(page, "tool").nth(order);
      await expect(tool).toContainText("search_orders");
      const texts = [part(tool, "args"), part(tool, "result")].map((one) => one.textContent());
      for (const text of await Promise.all(texts)) expect(text).toContain(`${order + 1}`);
    }
    await expect(items(page, "agent", "done")).toHaveCount(1);
  });

  test("the end of an answer stands in place of its pieces", async ({ page, agent }) => {
    await begin(page, agent, "documented");
    await say(page, "[mend]", 1);
    await expect(items(page, "agent")).toContainText("Mended: You said: [mend]");
    await expect(items(page, "agent")).not.toContainText("said: [mend]Mended");
    await say(page, "[unended]", 2);
    await expect(items(page, "agent").last()).toContainText("You said: [unended]");
    await say(page, "[envelope]", 3);
    await expect(items(page, "agent").last()).toContainText("You said: [envelope]");
    await say(page, "[orphan]", 4);
    await expect(items(page, "agent").last()).toContainText("You said: [orphan]");
    await say(page, "[twice]", 5);
    await say(page, "[junk]", 6);
    await expect(items(page, "agent")).toHaveCount(6);
  });

  test("what is said in a session that was not asked for is not shown", async ({ page, agent }) => {
    await begin(page, agent, "documented");
    await say(page, "[other]", 1);
    await expect(items(page, "agent")).toContainText("You said: [other]");
    await expect(page.getByRole("log")).not.toContainText("Elsewhere");
  });

  for (const [which, faults] of [["remembers", ""], ["forgets", "forget=1"]] as const) {
    test(`a conversation of a server that ${which} gets its answer while it is not open, and is marked`, async ({ page, agent }) => {
      const server = await begin(page, agent, "documented", faults);
      await say(page, "about cats", 1);
      await button(page, "New conversation").click();
      await expect(items(page)).toHaveCount(0);
      await expectPhase(page, "open");
      await say(page, "about dogs", 1);
      await expect.poll(async () =>
        (await server.report()).sessions.filter(({ listeners }) => listeners > 0).length).toBe(2);
      await send(page, "[other]");
      const list = page.getByRole("navigation", { name: "Conversations" });
      const cats = list.getByRole("button", { name: /^about cats/ });
      await expect(cats).toHaveAccessibleName(/unread/i);
      await expect(items(page, "agent").last()).toContainText("You said: [other]");
      await expect(page.getByRole("log")).not.toContainText("Elsewhere");
      await cats.click();
      await expectPhase(page, "open");
      await expect(items(page, "agent").filter({ hasText: "Elsewhere it rains." })).toHaveCount(1);
      await expect(cats).not.toHaveAccessibleName(/unread/i);
      await open(page);
      await expect(items(page, "agent").filter({ hasText: "Elsewhere it rains." })).toHaveCount(1);
    });
  }

  test("typing is told once at the first letter and once at the end", async ({ page, agent }) => {
    const server = await begin(page, agent, "documented");
    const typing = async (): Promise<string[]> =>
      (await server.types()).filter((type) => /typing|message/.test(type));
    await box(page).pressSequentially("hello there", { delay: 30 });
    await expect.poll(typing).toEqual(["typing_start"]);
    await button(page, "Send").click();
    await expect.poll(typing).toEqual(["typing_start", "typing_stop", "message"]);
    await expect(items(page, "agent", "done")).toHaveCount(1);
    await box(page).pressSequentially("again");
    await expect.poll(async () => (await typing()).length).toBe(4);
    await box(page).blur();
    await expect.poll(async () => (await typing()).slice(3)).toEqual(["typing_start", "typing_stop"]);
    await box(page).pressSequentially("!");
    await expect.poll(async () => (await typing()).length).toBe(6);
    // Five seconds without a letter.
    await expect.poll(async () => (await typing()).slice(5), { timeout: 10_000 })
      .toEqual(["typing_start", "typing_stop"]);
  });

  test("a ping goes out every 30 s, and two without an answer end the connection", async ({ page, agent }) => {
    await hurry(page, 8);
    const server = await begin(page, agent, "documented");
    const pings = async (): Promise<number> => (await server.report()).frames.ping ?? 0;
    await expect.poll(pings, { timeout: 30_000 }).toBeGreaterThan(2);
    expect((await server.report()).sockets).toHaveLength(1);
    await server.faults("nopong=1");
    await expect.poll(async () => (await server.report()).sockets.length, { timeout: 30_000 })
      .toBeGreaterThan(1);
    await server.faults("");
    await connected(page);
    await say(page, "hello", 1);
  });

  test("a server that ends idle connections ends none that pings", async ({ page, agent }) => {
    await hurry(page, 8);
    const server = await begin(page, agent, "documented", "idle=6000");
    await say(page, "hello", 1);
    const pings = async (): Promise<number> => (await server.report()).frames.ping ?? 0;
    await expect.poll(pings, { timeout: 40_000 }).toBeGreaterThan(3);
    expect((await server.report()).sockets).toHaveLength(1);
    await expect(items(page, "notice")).toHaveCount(0);
    await expectPhase(page, "open");
  });

  test("a sign of typing that never ends is taken back after a minute", async ({ page, agent }) => {
    await hurry(page, 8);
    await begin(page, agent, "documented");
    await send(page, "[typing]");
    await expect(button(page, "Stop")).toBeVisible();
    await expect(button(page, "Stop")).toHaveCount(0, { timeout: 30_000 });
    await say(page, "hello", 1);
  });

  test("a frame of 65,536 bytes goes out, and one byte more does not", async ({ page, agent }) => {
    const server = await begin(page, agent, "documented");
    await say(page, "one", 1);
    await say(page, "two", 2);
    const { chat } = await server.report();
    const frame = chat.filter(({ frame }) => frame !== "long" && frame.type === "message").at(-1);
    const around = (frame?.bytes ?? 0) - "two".length;
    const filled = (bytes: number): string => {
      const room = bytes - around - "[whole]".length;
      return `[whole]${"é".repeat(Math.floor(room / 2))}${"x".repeat(room % 2)}`;
    };
    for (const [at, bytes] of [65_535, 65_536].entries()) {
      await say(page, filled(bytes), 3 + at);
      const { chat } = await server.report();
      expect(chat.some((one) => one.bytes === bytes), `${bytes}`).toBe(true);
    }
    await box(page).fill(filled(65_537));
    await expect(page.getByText("65,537 of 65,536 bytes")).toBeVisible();
    await expect(button(page, "Send")).toBeDisabled();
    await button(page, "Send as 2 messages").click();
    await expect(items(page, "agent", "done")).toHaveCount(6);
    const said = (await server.said()).slice(4).join("");
    expect(said).toBe(filled(65_537));
    const after = await server.report();
    expect(Math.max(...after.chat.map((one) => one.bytes))).toBe(65_536);
  });

  for (const [code, words] of [
    ["INVALID_FORMAT", "The server could not read what Parlor sent. Try the other dialect in the settings"],
    ["LLM_UNAVAILABLE", "Model is loading"],
  ] as const) {
    test(`the error ${code} is told in words, and the conversation goes on`, async ({ page, agent }) => {
      await begin(page, agent, "documented");
      await send(page, `[error ${code} 99]`);
      await expect(items(page, "error").filter({ hasText: words })).toHaveCount(1);
      await expect(page.locator("body")).not.toContainText(new RegExp(`${code}(?! 99)`));
      await say(page, "hello", 1);
    });
  }

  // What is slow has had the message before it has said that it does not know the session.
  for (const slow of ["", "&slow=1500"]) {
    const how = slow ? "in time" : "at once";
    test(`a server that knows only its own sessions, and says so ${how}, is asked for one`, async ({ page, agent }) => {
      const server = await begin(page, agent, "documented", `strict=1${slow}`);
      await say(page, "hello", 1);
      await open(page);
      await connected(page);
      await say(page, "again", 2);
      await expectOnce(page, server, ["hello", "again"]);
    });
  }

  for (const code of ["SESSION_NOT_FOUND", "SUBSCRIPTION_FAILED"]) {
    test(`the error ${code} that nothing led to is told in words, and loses nothing`, async ({ page, agent }) => {
      const server = await begin(page, agent, "documented");
      await say(page, "hello", 1);
      await server.order({ do: `error:${code}` });
      const told = items(page, "error").or(items(page, "notice")).or(toasts(page)).or(banner(page));
      await expect(told.filter({ hasText: /conversation/i }).first()).toBeVisible();
      await expect(page.locator("body")).not.toContainText(code);
      await expect(items(page, "user", "confirmed")).toHaveCount(1);
      await expect(items(page, "agent", "done")).toHaveCount(1);
    });
  }

  for (const [code, words] of [
    ["SESSION_NOT_FOUND", /knows no such conversation. Begin a new one/],
    ["SUBSCRIPTION_FAILED", /answers may not arrive. Begin a new one/],
  ] as const) {
    test(`a message that is answered by ${code} has failed in words, and blocks nothing`, async ({ page, agent }) => {
      const server = await begin(page, agent, "documented");
      await say(page, "hello", 1);
      await send(page, `[error ${code} 99]`);
      await expect(items(page, "error").filter({ hasText: words })).toBeVisible();
      await send(page, "next");
      await expect(items(page, "user", "failed")).toHaveCount(1);
      await expect(items(page, "agent", "done")).toHaveCount(2, { timeout: 15_000 });
      expect(await server.said()).toEqual(["hello", "next"]);
      await expect(items(page, "user", "failed")).toHaveCount(1);
    });
  }

  test("a message that is one too many goes out again by itself", async ({ page, agent }) => {
    const server = await begin(page, agent, "documented");
    await send(page, "[error RATE_LIMITED 3]");
    await expect(items(page, "agent", "done")).toHaveCount(1, { timeout: 30_000 });
    await expectOnce(page, server, ["[error RATE_LIMITED 3]"]);
    expect((await server.report()).frames.message).toBe(4);
  });

  test("five messages at once under a limit of two a second arrive once each, in order", async ({ page, agent }) => {
    const server = await begin(page, agent, "documented", "rate=2");
    const said = ["one", "two", "three", "four", "five"];
    for (const text of said) await send(page, text);
    await expect(items(page, "agent", "done")).toHaveCount(5, { timeout: 40_000 });
    await expectOnce(page, server, said);
  });

  test("a key is shown, a wrong one is said to be wrong, and the right one lets in", async ({ page, agent }) => {
    const server = await Server.start(agent, "", "right");
    await follow(page, server.url("documented"));
    await expectPhase(page, "refused");
    await expect(banner(page)).toContainText(/key|token/i);
    const asked = (await server.report()).sockets.length;
    const dialog = page.getByRole("dialog");
    if (!(await dialog.isVisible())) await press(page, "Settings");
    await dialog.getByLabel("Key", { exact: true }).fill("wrong");
    await button(dialog, "Connect").click();
    await expectPhase(page, "refused");
    await press(page, "Settings");
    await dialog.getByLabel("Key", { exact: true }).fill("right");
    await button(dialog, "Connect").click();
    await expectPhase(page, "open");
    await say(page, "hello", 1);
    expect((await server.report()).sockets.length).toBeGreaterThan(asked);
    // It stands nowhere but in what goes to the server.
    expect(await page.evaluate(() => location.href)).not.toContain("right");
  });

  test("a key that is read in the address alone is given there once two sockets did not open", async ({ page, agent }) => {
    const server = await Server.start(agent, "", "right");
    await follow(page, server.url("documented"));
    await expectPhase(page, "refused");
    const before = (await server.report()).sockets.length;
    await server.faults("auth=address");
    await enterKey(page, "right");
    await connected(page);
    await say(page, "hello", 1);
    const tokens = (await server.report()).sockets.map(({ query }) => query.token);
    expect(tokens.slice(before)).toEqual([undefined, undefined, "right"]);
  });

  test("a wrong key that no socket opens with is said to be wrong", async ({ page, agent }) => {
    const server = await Server.start(agent, "auth=401", "right");
    await follow(page, server.url("documented"));
    await expectPhase(page, "refused");
    await enterKey(page, "wrong");
    await expect.poll(async () => (await server.report()).sockets.at(-1)?.query.token).toBe("wrong");
    await expectPhase(page, "refused");
    await expect(banner(page)).toContainText(/key/i);
    await enterKey(page, "right");
    await connected(page);
    await say(page, "hello", 1);
  });

  test("a network that is away gets the key into no address", async ({ page, agent }) => {
    const server = await Server.start(agent, "", "right");
    await follow(page, server.url("documented"));
    await expectPhase(page, "refused");
    await server.down();
    await enterKey(page, "right");
    // Four tries that all fail.
    const tries = async (): Promise<number> => {
      await button(banner(page), "Try now").click({ timeout: 200 }).catch(() => undefined);
      return (await server.report()).sockets.filter(({ refused }) => refused).length;
    };
    await expect.poll(tries, { timeout: 30_000 }).toBeGreaterThan(3);
    await server.up();
    await connected(page);
    await say(page, "hello", 1);
    expect((await server.report()).sockets.filter(({ query }) => query.token)).toEqual([]);
  });

  test("a key that ends in the middle asks for another, without a further try", async ({ page, agent }) => {
    const server = await begin(page, agent, "documented");
    await say(page, "hello", 1);
    await send(page, "[error AUTH_FAILED 1]");
    await expectPhase(page, "refused");
    const { sockets } = await server.report();
    await page.waitForTimeout(4_000);
    expect((await server.report()).sockets).toHaveLength(sockets.length);
  });

  for (const [reason, why] of [
    ["user_disconnect", "because its person left, here or elsewhere"],
    ["idle_timeout", "because nothing was said for a while"],
    ["expired", "because its time was over"],
  ] as const) {
    test(`a session that is closed for ${reason} is told, and goes on with the next message`, async ({ page, agent }) => {
      const server = await begin(page, agent, "documented");
      await say(page, "hello", 1);
      await server.order({ do: `close:${reason}` });
      const told = `The server closed this conversation ${why}. Send a message to go on, or begin a new one.`;
      await expect(items(page, "notice").filter({ hasText: told })).toHaveCount(1);
      await say(page, "again", 2);
      await expectOnce(page, server, ["hello", "again"]);
    });
  }

  test("an answer that was missed is there when the server tells it", async ({ page, agent }) => {
    const server = await begin(page, agent, "documented");
    await send(page, "[stream 40 200]");
    await items(page, "agent", "streaming").waitFor();
    await server.drop();
    await server.down();
    await expect.poll(() => server.said("assistant")).toHaveLength(1);
    await server.up();
    await connected(page);
    await expect(items(page, "agent").filter({ hasText: "word39" })).toHaveCount(1);
    await expect(items(page, "agent")).toHaveCount(1);
  });

  test("Stop mutes an answer, and the next one is heard", async ({ page, agent }) => {
    const server = await begin(page, agent, "documented");
    await send(page, "[stream 40 200]");
    await items(page, "agent", "streaming").waitFor();
    await button(page, "Stop").click();
    await expect(items(page, "agent", "streaming")).toHaveCount(0);
    await expect.poll(() => server.said("assistant")).toHaveLength(1);
    await send(page, "hello");
    await expect(items(page, "agent").last()).toContainText("You said: hello");
    await expect(page.getByRole("log")).not.toContainText("word39");
  });
});
