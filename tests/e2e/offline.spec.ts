import {
  banner, connect, expect, expectArticles, expectPhase, items, send, test,
} from "./support/parlor.ts";

test("without a network the page says so, keeps what is typed and sends it when it is back", async ({
  page,
  context,
  agent,
}) => {
  const { run } = await connect(page, agent);
  await context.setOffline(true);
  await agent.down(run);
  await expectPhase(page, "offline");
  await expect(banner(page)).toContainText(/no network/i);
  await send(page, "typed in the tunnel");
  await expect(items(page, "user")).toHaveAttribute("data-state", "queued");
  expect(await agent.messages(run)).toEqual([]);

  await agent.up(run);
  await context.setOffline(false);
  await expectPhase(page, "open");
  await expectArticles(page, [
    { kind: "user", state: "confirmed", text: "typed in the tunnel" },
    { kind: "agent", state: "done", text: "typed in the tunnel" },
  ]);
  expect(await agent.messages(run)).toEqual(["typed in the tunnel"]);
});

test("a message that was on its way is marked, not repeated", async ({ page, context, agent }) => {
  const { run } = await connect(page, agent);
  await send(page, "first words");
  await expect(items(page, "agent", "done")).toBeVisible();
  await context.setOffline(true);
  await expectPhase(page, "offline");
  await context.setOffline(false);
  await expectPhase(page, "open");
  await expectArticles(page, [
    { kind: "user", state: "confirmed", text: "first words" },
    { kind: "agent", state: "done", text: "first words" },
  ]);
  expect(await agent.messages(run)).toEqual(["first words"]);
});

test("what was typed and not sent is there after a reload", async ({ page, agent }) => {
  const { run } = await connect(page, agent);
  await agent.down(run);
  await expectPhase(page, "waiting");
  await send(page, "kept over a reload");
  await expect(items(page, "user", "queued")).toBeVisible();
  await page.goto("/");
  await expect(items(page, "user", "queued")).toContainText("kept over a reload");
  await agent.up(run);
  await expect(items(page, "agent", "done")).toContainText("kept over a reload", {
    timeout: 40_000,
  });
  expect(await agent.messages(run)).toEqual(["kept over a reload"]);
});
