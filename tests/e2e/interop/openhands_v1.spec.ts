// The real OpenHands V1 servers, started by `cargo xtask interop openhands-v1`;
// tests/interop/openhands_v1/model.py plays the model. Not part of the usual tests.

import { test as base, expect } from "@playwright/test";
import { ran, RISKY, Servers } from "../support/openhands_v1_real.ts";

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
