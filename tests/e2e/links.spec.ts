import type { Page } from "@playwright/test";
import {
  box, button, connection, expect, expectPhase, items, link, newRun, open, send, test, toasts,
} from "./support/parlor.ts";

async function configure(page: Page, config: object | string): Promise<void> {
  const body = typeof config === "string" ? config : JSON.stringify(config);
  await page.route("**/config.json", (route) =>
    route.fulfill({ status: 200, contentType: "application/json", body }),
  );
}

/** The demo is there and works. */
async function expectDemo(page: Page): Promise<void> {
  await expectPhase(page, "open");
  await expect(page.getByRole("button", { name: "Give me the tour" })).toBeVisible();
}

test("a link's address is shown and not contacted before the person says so", async ({
  page,
  agent,
  watch,
}) => {
  const chat = newRun(agent);
  await open(page, link(chat.url, { conversation: chat.run }));
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText(agent.host);
  await expect(connection(page)).toHaveAttribute("data-phase", "open");
  expect(watch.sockets).toEqual([]);
  await button(dialog, "Connect").click();
  await expect(dialog).toBeHidden();
  await send(page, "hello by link");
  await expect(items(page, "agent", "done")).toContainText("hello by link");
  expect(watch.sockets).toEqual([chat.url]);
  const frames = await agent.frames(chat.run);
  expect(frames.map((frame) => frame.sessionId)).toEqual([chat.run]);
});

test("a declined link leaves the demo, and its address is never contacted", async ({
  page,
  watch,
}) => {
  await open(page, link("wss://agents.example:8443/room"));
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("agents.example:8443");
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expectDemo(page);
  await send(page, "Use a tool");
  await expect(items(page, "tool", "done")).toBeVisible();
  expect(watch.sockets).toEqual([]);
});

test("the host that is shown is the one that would be contacted", async ({ page }) => {
  await open(page, link("ws://127.0.0.1.evil.example/?x=ws://localhost:3001/"));
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("127.0.0.1.evil.example");
  await expect(button(dialog, "Connect")).toBeVisible();
});

test("a link fills in a prompt and never sends it", async ({ page, agent }) => {
  const chat = newRun(agent);
  const prompt = "Delete everything?\nReally.";
  await open(page, link(chat.url, { conversation: chat.run, prompt }));
  await button(page.getByRole("dialog"), "Connect").click();
  await expectPhase(page, "open");
  await expect(box(page)).toHaveValue(prompt);
  await expect(items(page)).toHaveCount(0);
  expect(await agent.frames(chat.run)).toEqual([]);
  await button(page, "Send").click();
  await expect.poll(() => agent.messages(chat.run)).toEqual([prompt]);
});

test("a prompt goes to the demo's field as well", async ({ page }) => {
  await open(page, "?prompt=Use+a+tool%3F");
  await expect(box(page)).toHaveValue("Use a tool?");
  await expectDemo(page);
  await expect(items(page)).toHaveCount(0);
});

const BROKEN: [what: string, query: string, sentence: RegExp][] = [
  ["a server that there is not", "?server=gopher&url=ws://127.0.0.1:1/", /no server type “gopher”/],
  ["an address without a server", "?url=ws://127.0.0.1:1/", /no server type/],
  ["a server without an address", "?server=saiki", /no address/],
  ["an address without a host", "?server=saiki&url=ws://", /is no address/],
  ["an address of another kind", "?server=saiki&url=javascript://x/%0aalert(1)", /ws:\/\/ or wss:\/\//],
  ["an address with a password", "?server=saiki&url=ws://me:secret@127.0.0.1/", /name or a password/],
  ["a parameter that Parlor does not know", "?colour=red", /“colour”/],
  ["a parameter that cannot be read", "?prompt=%E0%A4", /“prompt” cannot be read/],
  ["an unknown theme", "?theme=plaid", /“theme” cannot be read/],
];

for (const [what, query, sentence] of BROKEN) {
  test(`${what} gives a notice, and the demo stays`, async ({ page, watch }) => {
    await open(page, query);
    await expect(toasts(page).filter({ hasText: sentence }).first()).toBeVisible();
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await expectDemo(page);
    expect(watch.sockets).toEqual([]);
  });
}

test("an address that config.json trusts is connected to at once", async ({ page, agent }) => {
  await configure(page, { title: "House of agents", trusted: [`ws://${agent.host}`] });
  const chat = newRun(agent);
  await open(page, link(chat.url, { conversation: chat.run }));
  await expectPhase(page, "open");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(page).toHaveTitle(/House of agents/);
  await send(page, "hello");
  await expect.poll(() => agent.messages(chat.run)).toEqual(["hello"]);
});

test("trust is for that host and port alone", async ({ page, agent, watch }) => {
  await configure(page, { trusted: [`ws://${agent.host}1`, `wss://${agent.host}`, "ws://127.0.0.1"] });
  await open(page, link(newRun(agent).url));
  await expect(button(page.getByRole("dialog"), "Connect")).toBeVisible();
  expect(watch.sockets).toEqual([]);
});

test("config.json sets the server to start with", async ({ page, agent }) => {
  const chat = newRun(agent);
  await configure(page, { server: "saiki", url: chat.url });
  await open(page);
  await expectPhase(page, "open");
  await send(page, "to the house's agent");
  await expect.poll(() => agent.messages(chat.run)).toEqual(["to the house's agent"]);
});

test("a broken config.json gives a notice, and the demo stays", async ({ page }) => {
  await configure(page, "{ title: 'oops' }");
  await open(page);
  await expect(toasts(page).filter({ hasText: "config.json" }).first()).toBeVisible();
  await expectDemo(page);
});
