// The keys of OpenHands V1: the person's own, to the server that they named, and that of the sandbox,
// which the app server hands out. Each goes to its own server and nowhere else.

import { randomUUID } from "node:crypto";
import type { Page } from "@playwright/test";
import { connected, until } from "./support/chaos.ts";
import { Server, shown } from "./support/openhands_v1.ts";
import { follow } from "./support/openhands_v1_page.ts";
import {
  type Agent, banner, button, expect, expectPhase, items, openSettings, press, send, test,
} from "./support/parlor.ts";
import { inSight, notePosts, onDevice } from "./support/stored.ts";

// Calls that no page may read.
test.use({ noise: /blocked by CORS policy/ });

const KEY = `person-${randomUUID()}`;

/** The address with the key in it, as a person may paste it. */
const withKey = (url: string): string => `${url}/?session_api_key=${KEY}`;

/** The key that the app server hands out for its only sandbox. */
async function sandboxKey(server: Server): Promise<string> {
  const response = await fetch(`${server.app}/api/v1/app-conversations/search`, {
    headers: { "x-session-api-key": KEY },
  });
  const { items } = (await response.json()) as { items: { session_api_key: string }[] };
  const key = items[0]?.session_api_key;
  if (!key) throw new Error("no sandbox has a key");
  return key;
}

/** The keys are in no address, not in the page and not on the device. */
async function expectSecret(page: Page, keys: readonly string[], addresses: readonly string[]): Promise<void> {
  for (const key of keys) {
    expect(addresses.filter((address) => address.includes(key))).toEqual([]);
    expect(await onDevice(page)).not.toContain(key);
    expect(await inSight(page)).not.toContain(key);
  }
}

async function begin(page: Page, agent: Agent): Promise<Server> {
  const server = await Server.start(agent, `app_key=${KEY}`);
  await follow(page, withKey(server.app));
  await connected(page);
  return server;
}

test("each key goes to its own server alone, and into no address", async ({ page, agent, watch }) => {
  const server = await begin(page, agent);
  await press(page, "Frame inspector");
  await send(page, "hello");
  await expect(items(page, "agent", "done")).toHaveCount(1);
  const inner = await sandboxKey(server);
  await server.drop();
  await connected(page);
  await send(page, "[run]");
  await expect(items(page, "tool", "done")).toHaveCount(1);
  const report = await server.report();
  const host = (url: string): string => new URL(url).host;
  expect(shown(report, KEY)).toEqual([host(server.app)]);
  expect(shown(report, inner)).toEqual([agent.host]);
  expect(agent.host).not.toBe(host(server.app));
  const agents = report.requests.filter((request) => request.server === "agent");
  expect(agents.filter(({ key }) => key === KEY)).toEqual([]);
  expect(report.sockets.filter(({ query }) => "session_api_key" in query)).toEqual([]);
  // What is on its way to the store is there once it has the answer.
  await expect.poll(() => onDevice(page)).toContain("You said");
  // The link itself held the key.
  const asked = watch.requests.filter((address) => !address.startsWith(`${agent.origin}/?`));
  expect(asked.length).toBeGreaterThan(5);
  await expectSecret(page, [KEY, inner], [...asked, ...watch.sockets, page.url()]);
});

test("a key that is remembered is kept, and the sandbox's never", async ({ page, agent }) => {
  const server = await Server.start(agent, `app_key=${KEY}`);
  await follow(page, server.app);
  await expectPhase(page, "refused");
  await button(banner(page), "Enter the key").click();
  const dialog = page.getByRole("dialog");
  await page.keyboard.type(KEY);
  await dialog.getByRole("checkbox", { name: "Remember on this device" }).check();
  await dialog.getByLabel("Key", { exact: true }).press("Enter");
  await connected(page);
  await send(page, "hello");
  await expect(items(page, "agent", "done")).toHaveCount(1);
  await expect.poll(() => onDevice(page)).toContain(KEY);
  const inner = await sandboxKey(server);
  expect(await onDevice(page)).not.toContain(inner);
  await page.goto("/");
  await connected(page);
  const settings = await openSettings(page);
  await settings.getByRole("checkbox", { name: "Remember on this device" }).uncheck();
  await expect.poll(() => onDevice(page)).not.toContain(KEY);
});

test("no key goes to a tab that follows", async ({ page, agent }) => {
  const posted = await notePosts(page.context());
  const server = await begin(page, agent);
  await send(page, "hello");
  await expect(items(page, "agent", "done")).toHaveCount(1);
  const second = await page.context().newPage();
  await second.goto("/");
  await connected(second);
  await send(second, "[stream 20 20]");
  await expect(items(second, "agent", "done")).toHaveCount(2);
  const said = await posted(second);
  expect(said).toContain("[stream 20 20]");
  expect(said).toContain("word19");
  for (const key of [KEY, await sandboxKey(server)]) expect(said).not.toContain(key);
  expect(await server.messages()).toEqual(["hello", "[stream 20 20]"]);
});

test("a wrong key is refused in words by both servers, and asked for no further", async ({ page, agent }) => {
  const server = await Server.start(agent, "", "another key");
  await follow(page, withKey(server.url), { conversation: await server.conversation({}, "another key") });
  await expectPhase(page, "refused");
  await expect(banner(page)).toContainText("The server wants a key, or another one");
  const asked = (await server.report()).requests.length;
  expect(asked).toBeLessThan(4);
  await server.lock(KEY);
  await button(banner(page), "Enter the key").click();
  await page.keyboard.type(KEY);
  await page.keyboard.press("Enter");
  await connected(page);
  expect((await server.report()).auth.at(-1)).toMatchObject({ key: KEY, ok: true });
});

test("a wrong key is said where nothing but the socket can be read", async ({ page, agent }) => {
  const server = await Server.start(agent, "", "another key");
  const conversation = await server.conversation({}, "another key");
  await server.faults("nocors=1");
  await follow(page, withKey(server.url), { conversation });
  await until(page, () => expectPhase(page, "refused"));
  await expect(banner(page)).toContainText("The server wants a key, or another one");
});
