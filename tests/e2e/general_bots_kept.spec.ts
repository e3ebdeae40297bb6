// What is said with General Bots is kept by the page, since a server may keep nothing of it.

import { type Name, follow, Server } from "./support/general_bots.ts";
import { button, expect, expectArticles, expectPhase, items, open, press, send, test } from "./support/parlor.ts";

const SERVERS: [Name, string][] = [["c", ""], ["documented", "forget=1"]];

for (const [name, faults] of SERVERS) {
  test.describe(`a server that gives no history: ${name} ${faults}`, () => {
    test("everything said is there after a reload, once, and the talk goes on", async ({ page, agent }) => {
      const server = await Server.start(agent, faults);
      await follow(page, server.url(name));
      await expectPhase(page, "open");
      await send(page, "hello");
      await expect(items(page, "agent", "done")).toHaveCount(1);
      await open(page);
      await expectPhase(page, "open");
      await expectArticles(page, [
        { kind: "user", state: "confirmed", text: "hello" },
        { kind: "agent", state: "done", text: "You said: hello" },
      ]);
      await send(page, "and now?");
      await expect(items(page, "agent", "done")).toHaveCount(2);
      await open(page);
      await expectPhase(page, "open");
      await expect(items(page, "agent", "done")).toHaveCount(2);
      await expect(items(page, "user", "confirmed")).toHaveCount(2);
      expect(await server.said()).toEqual(["hello", "and now?"]);
    });

    test("what is here of an answer stays when the page is left in its middle", async ({ page, agent }) => {
      const server = await Server.start(agent, faults);
      await follow(page, server.url(name));
      await expectPhase(page, "open");
      await send(page, "[stream 400 50]");
      await expect(items(page, "agent", "streaming")).toContainText("word3");
      await open(page);
      await expectPhase(page, "open");
      await expect(items(page, "agent").first()).toContainText("word3");
      await expect(items(page, "user")).toHaveCount(1);
    });
  });
}

test("another conversation is gone to and come back from, and nothing is mixed", async ({ page, agent }) => {
  const server = await Server.start(agent);
  await follow(page, server.url("c"));
  await expectPhase(page, "open");
  await send(page, "first talk");
  await expect(items(page, "agent", "done")).toHaveCount(1);
  await press(page, "New conversation");
  await expect(items(page, "user")).toHaveCount(0);
  await expectPhase(page, "open");
  await send(page, "second talk");
  await expect(items(page, "agent", "done")).toHaveCount(1);
  const list = page.getByRole("navigation", { name: "Conversations" });
  if (!(await list.isVisible())) await button(page, "Conversations").click();
  await list.getByRole("button", { name: /^first talk/ }).click();
  await expect(items(page, "user")).toHaveText([/first talk/]);
  await expect(items(page, "agent")).toHaveText([/You said: first talk/]);
});
