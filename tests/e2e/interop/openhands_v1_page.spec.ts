// The page against the real OpenHands V1 servers, started by `cargo xtask interop openhands-v1`;
// tests/interop/openhands_v1/model.py plays the model. Not part of the usual tests.

import type { Page } from "@playwright/test";
import { follow } from "../support/openhands_v1_page.ts";
import { Servers } from "../support/openhands_v1_real.ts";
import {
  articles, banner, button, expect, expectPhase, items, log, part, send, test as base,
} from "../support/parlor.ts";

const test = base.extend<object, { servers: Servers }>({
  // biome-ignore lint: Playwright reads the names of the parameters.
  servers: [async ({}, use) => use(await Servers.find()), { scope: "worker" }],
}).extend({
  peers: async ({ servers }, use) => {
    await use([servers.agent.host, servers.keyed.host, servers.app.host]);
  },
});

const tool = (page: Page, name: RegExp) => log(page).getByRole("article", { name });

test("a new conversation is made, and a message is answered in Markdown", async ({ page, servers }) => {
  await follow(page, servers.agent.address);
  await expectPhase(page, "open");
  await send(page, "play: greet");
  await expect(items(page, "user", "confirmed")).toHaveText([/play: greet/]);
  const answer = items(page, "agent", "done");
  await expect(answer.locator("strong")).toHaveText("bold");
  await expect(answer.getByRole("table")).toContainText("2");
});
