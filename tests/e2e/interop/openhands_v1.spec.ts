// The real OpenHands V1 servers, started by `cargo xtask interop openhands-v1`;
// tests/interop/openhands_v1/model.py plays the model. Not part of the usual tests.

import { test as base, expect } from "@playwright/test";
import { ran, RISKY, said, Servers } from "../support/openhands_v1_real.ts";

const test = base.extend<object, { servers: Servers }>({
  // biome-ignore lint: Playwright reads the names of the parameters.
  servers: [async ({}, use) => use(await Servers.find()), { scope: "worker" }],
});

test("the agent server is of the version that is pinned", async ({ servers }) => {
  const info = await servers.agent.have("GET", "/server_info");
  expect(info).toMatchObject({ version: "1.58.0" });
});

test("a command that the model asks for is run", async ({ servers }) => {
  const id = await servers.agent.create("play: run echo printed");
  expect(await servers.agent.settled(id)).toBe("finished");
  expect(ran(await servers.agent.events(id))).toEqual([["printed", 0]]);
});

test("a risky command waits for a person", async ({ servers }) => {
  const id = await servers.agent.create("play: ask", RISKY);
  expect(await servers.agent.settled(id)).toBe("waiting_for_confirmation");
});

test("a failing model ends the run, and the next message begins another", async ({ servers }) => {
  const id = await servers.agent.create("play: error 401");
  expect(await servers.agent.settled(id)).toBe("error");
  await servers.agent.say(id, "play: run (exit 3)");
  await expect.poll(async () => ran(await servers.agent.events(id))).toEqual([["", 3]]);
});

test.describe("the server with a key", () => {
  // One test ends it, so they take turns.
  test.describe.configure({ mode: "serial" });

  test("lets nobody in without it", async ({ servers: { keyed } }) => {
    const path = "/api/conversations/search";
    const bare = await fetch(keyed.address + path);
    expect(bare.status).toBe(401);
    expect((await keyed.ask("GET", path)).status).toBe(200);
  });

  test("has its conversations after a sudden end", async ({ servers }) => {
    const id = await servers.keyed.create("play: run echo before");
    await servers.keyed.settled(id);
    const before = await servers.keyed.events(id);
    await servers.kill("keyed");
    await expect(servers.keyed.info(id)).rejects.toThrow();
    await servers.start("keyed");
    expect((await servers.keyed.events(id)).slice(0, before.length)).toEqual(before);
    await servers.keyed.say(id, "play: run echo after");
    const printed = async () => ran(await servers.keyed.events(id));
    await expect.poll(printed).toEqual([["before", 0], ["after", 0]]);
  });
});

test("the app server makes a sandbox for a conversation, and takes its messages", async ({
  servers: { app },
}) => {
  const conversation = await app.create();
  const sent = await app.send(conversation.id, "play: run echo inside");
  expect(sent.status).toBe(200);
  const events = () => app.sandbox(conversation).events(conversation.id);
  await expect.poll(async () => ran(await events())).toEqual([["inside", 0]]);
  expect(said(await events())).toEqual(["play: run echo inside"]);
});
