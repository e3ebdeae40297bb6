// What the released servers of General Bots say beside plain answers.

import { begin, follow, RELEASES, say, Server } from "./support/general_bots.ts";
import { button, expect, expectPhase, items, send, test } from "./support/parlor.ts";

test("an answer of release C in HTML is drawn from what is harmless of it", async ({ page, agent }) => {
  await begin(page, agent, "c");
  await say(page, "[html]", 1);
  const answer = items(page, "agent").first();
  await expect(answer.locator("strong")).toHaveText("orders");
  await expect(answer.getByRole("listitem")).toHaveText(["one", "two"]);
  await expect(answer.getByRole("cell", { name: "12345" })).toBeVisible();
  await expect(answer.getByRole("link", { name: "More" })).toHaveAttribute("href", "https://example.org/");
});

test("the reasoning of release C is no part of its answer", async ({ page, agent }) => {
  await begin(page, agent, "c");
  await say(page, "[think]", 1);
  await expect(items(page, "reasoning")).toContainText("a proof.");
  await expect(items(page, "agent")).toContainText("You said: [think]");
  await expect(items(page, "agent")).not.toContainText("proof");
  await expect(items(page, "agent")).not.toContainText("easy");
});

test("an answer without a word is told", async ({ page, agent }) => {
  await begin(page, agent, "c");
  await send(page, "[dead]");
  await expect(items(page, "error").or(items(page, "notice")).first()).toBeVisible();
  await say(page, "hello", 1);
});

test("the whole text at the end of release B does not come twice", async ({ page, agent }) => {
  await begin(page, agent, "b");
  await say(page, "hello", 1);
  const text = (await items(page, "agent").first().textContent()) ?? "";
  expect(text.split("You said: hello")).toHaveLength(2);
  await say(page, "[tool]", 2);
  await expect(items(page, "agent").last()).toContainText("Order 12345 is on its way.");
});

test("release A that never stops thinking is shown answering", async ({ page, agent }) => {
  await begin(page, agent, "a");
  await say(page, "[think]", 1);
  await expect(items(page, "agent")).toContainText("You said: [think]");
  await expect(button(page, "Stop")).toHaveCount(0);
});

test("sessions that the server lists without a time are shown without one", async ({ page, agent }) => {
  const server = await Server.start(agent);
  const sessions = server.url("a").replace(/^ws/, "http").replace(/ws$/, "api/sessions");
  for (const times of [1, 2]) expect((await fetch(sessions, { method: "POST" })).ok, `${times}`).toBe(true);
  await follow(page, server.url("a"));
  await expectPhase(page, "open");
  const list = page.getByRole("navigation", { name: "Conversations" });
  await expect(list).toHaveText(/New Conversation$/);
  await expect(list).not.toContainText("ago");
});

for (const name of RELEASES) {
  test(`events of ${name} that are no answer show as none`, async ({ page, agent }) => {
    await begin(page, agent, name);
    for (const [at, word] of ["[theme]", "[context]", "[events]", "[agent]"].entries()) {
      await say(page, word, at + 1);
      await expect(items(page, "agent").last()).toContainText(`You said: ${word}`);
    }
    await expect(page.getByRole("log")).not.toContainText("change_theme");
    await expect(page.getByRole("log")).not.toContainText("color1");
  });
}

test("a message that says /tool runs a tool of release C", async ({ page, agent }) => {
  const server = await begin(page, agent, "c");
  await send(page, "/tool new_order");
  await expect(items(page, "agent", "done")).toContainText("The tool new_order ran.");
  const [frame] = await server.frames();
  expect([frame?.message_type, frame?.content]).toEqual([6, "new_order"]);
});
