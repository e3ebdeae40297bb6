// Sandboxes of OpenHands V1 come and go under an open conversation: with another address and another
// key each time they wake.

import type { Page } from "@playwright/test";
import { connected } from "./support/chaos.ts";
import { hurry } from "./support/hurry.ts";
import { noted, noting } from "./support/noted.ts";
import { type Report, Server } from "./support/openhands_v1.ts";
import { follow } from "./support/openhands_v1_page.ts";
import {
  type Agent, banner, button, expect, expectPhase, items, open, send, test,
} from "./support/parlor.ts";

// A server that is away answers no call in a way that a page may read.
test.use({ noise: /blocked by CORS policy/ });

/** Connects to an app server, which starts a sandbox, and says something there. */
async function begin(page: Page, agent: Agent): Promise<Server> {
  const server = await Server.start(agent);
  await follow(page, server.app);
  await connected(page);
  await send(page, "hello");
  await expect(items(page, "agent", "done")).toHaveCount(1);
  return server;
}

/** The keys that were shown in first frames and were right, without repetition. */
const keys = ({ auth }: Report): string[] =>
  [...new Set(auth.filter(({ ok }) => ok).map(({ key }) => key))];

test("a sandbox that is paused unasked is said to be, and goes on where it was once woken", async ({
  page, agent,
}) => {
  await hurry(page, 5);
  const server = await begin(page, agent);
  await server.act("pause");
  // Its socket stays open and says nothing.
  await expectPhase(page, "refused");
  await expect(banner(page)).toContainText("The agent's sandbox is paused.");
  await button(banner(page), "Wake it").click();
  await connected(page);
  await send(page, "and now?");
  await expect(items(page, "agent", "done")).toHaveCount(2);
  await expect(items(page, "user", "confirmed")).toHaveCount(2);
  const report = await server.report();
  expect(report.messages.map(({ text }) => text)).toEqual(["hello", "and now?"]);
  expect(keys(report), "another key after it woke").toHaveLength(2);
  const [first, last] = [report.sockets[0], report.sockets.at(-1)];
  expect(first?.query.after_seq).toBe("-1");
  expect(Number(last?.query.after_seq)).toBeGreaterThan(3);
});

test("a message to a sandbox that was paused meanwhile arrives once it was woken, once", async ({
  page, agent,
}) => {
  await hurry(page, 5);
  const server = await begin(page, agent);
  // The title is looked up a little after an answer: nothing is looked up for a while from then on.
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("hello");
  await server.act("pause");
  await send(page, "into the silence");
  await expectPhase(page, "refused");
  await expect(items(page, "user")).toHaveCount(2);
  await button(banner(page), "Wake it").click();
  await connected(page);
  await expect(items(page, "user", "confirmed")).toHaveCount(2, { timeout: 30_000 });
  await expect(items(page, "agent", "done")).toHaveCount(2);
  expect(await server.messages()).toEqual(["hello", "into the silence"]);
});

test("another key while connected is learnt with the next connection", async ({ page, agent }) => {
  const server = await begin(page, agent);
  await server.act("rekey");
  await server.drop();
  await connected(page);
  await send(page, "and now?");
  await expect(items(page, "agent", "done")).toHaveCount(2);
  const report = await server.report();
  expect(keys(report)).toHaveLength(2);
  expect(report.auth.filter(({ ok }) => !ok)).toEqual([]);
  expect(report.messages).toHaveLength(2);
});

for (const [status, words] of [
  ["ERROR", "sandbox has failed"],
  ["MISSING", "can be read and not continued"],
] as const) {
  test(`a sandbox that came to ${status} is said to be of no use, and the talk can be read`, async ({
    page, agent,
  }) => {
    const server = await begin(page, agent);
    await server.act(`sandbox:${status}`);
    await server.drop();
    await expectPhase(page, "refused");
    await expect(banner(page)).toContainText(words);
    await page.goto("/");
    await expectPhase(page, "refused");
    await expect(banner(page)).toContainText(words);
    await expect(items(page, "agent", "done")).toHaveCount(1);
  });
}

const STEPS = [
  "The sandbox is starting", "Fetching the repository", "Running the repository's setup script",
  "Setting up git hooks", "Setting up the agent's skills", "The agent is starting",
];

/** How often the app server was asked to begin a conversation. */
const begun = ({ requests }: Report): number =>
  requests.filter(({ method, path }) => method === "POST" && path.endsWith("/app-conversations")).length;

test("how far the start of a sandbox is stands in words on the screen", async ({ page, agent }) => {
  await hurry(page, 4);
  await noting(page, ["The server begins the conversation", ...STEPS]);
  const server = await Server.start(agent, "boot=read");
  await follow(page, server.app);
  await connected(page);
  expect(await noted(page)).toEqual(["The server begins the conversation", ...STEPS]);
  expect(begun(await server.report())).toBe(1);
});

test("a reload amid the start goes on with it, and what was typed is sent at its end", async ({
  page, agent,
}) => {
  await hurry(page, 4);
  const server = await Server.start(agent, "boot=700");
  await follow(page, server.app);
  await expect(page.getByText(STEPS[1] ?? "").first()).toBeVisible();
  await send(page, "typed early");
  await expect(items(page, "user", "queued")).toHaveCount(1);
  await open(page);
  await connected(page);
  await expect(items(page, "agent", "done")).toHaveCount(1);
  await expect(items(page, "user", "confirmed")).toHaveText([/typed early/]);
  const report = await server.report();
  expect(begun(report)).toBe(1);
  expect(report.conversations).toHaveLength(1);
  expect(report.messages.map(({ text }) => text)).toEqual(["typed early"]);
});

test("a start that fails says why, in the server's words", async ({ page, agent }) => {
  const server = await Server.start(agent, "start=error");
  await follow(page, server.app);
  await expectPhase(page, "refused");
  await expect(banner(page)).toContainText("Sandbox failed to start");
  expect(begun(await server.report())).toBe(1);
});
