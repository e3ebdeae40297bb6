import {
  button, connect, expect, expectArticles, expectPhase, items, send, test,
} from "./support/parlor.ts";

test("nothing runs before the person approves", async ({ page, agent }) => {
  const { run } = await connect(page, agent);
  await send(page, "ask me first");
  const asked = items(page, "approval", "pending");
  await expect(asked).toContainText("write_file");
  await expect(items(page, "tool", "done")).toHaveCount(0);
  expect((await agent.frames(run)).map((frame) => frame.type)).toEqual(["message"]);

  await button(asked, "Approve").click();
  await expect(items(page, "approval")).toHaveAttribute("data-state", "approved");
  await expect(items(page, "agent", "done").last()).toBeVisible();
  await expect(button(items(page, "approval"), "Approve")).toHaveCount(0);
  const answer = (await agent.frames(run)).at(-1);
  expect(answer?.type).toBe("toolConfirmationResponse");
  expect(answer?.data?.approved).toBe(true);
  expect(answer?.data?.rememberChoice).toBe(false);
});

test("a denial reaches the server", async ({ page, agent }) => {
  const { run } = await connect(page, agent);
  await send(page, "ask me first");
  await button(items(page, "approval", "pending"), "Deny").click();
  await expect(items(page, "approval")).toHaveAttribute("data-state", "denied");
  await expect.poll(async () => (await agent.frames(run)).at(-1)?.data?.approved).toBe(false);
});

test("Remember is off, and goes along when it is ticked", async ({ page, agent }) => {
  const { run } = await connect(page, agent);
  await send(page, "ask me first");
  const asked = items(page, "approval", "pending");
  const remember = asked.getByRole("checkbox", { name: "Remember" });
  await expect(remember).not.toBeChecked();
  await remember.check();
  await button(asked, "Approve").click();
  await expect
    .poll(async () => (await agent.frames(run)).at(-1)?.data?.rememberChoice)
    .toBe(true);
});

test("two approvals on a recording of a server that remembers", async ({ page, agent }) => {
  await connect(page, agent, "/play/saiki/approve_remember");
  await send(page, "Use a tool please");
  const asked = items(page, "approval", "pending");
  await asked.getByRole("checkbox", { name: "Remember" }).check();
  await button(asked, "Approve").click();
  await expect(items(page, "agent", "done")).toHaveCount(1);
  await send(page, "Use a tool please");
  await expectArticles(page, [
    { kind: "user", state: "confirmed" },
    { kind: "approval", state: "approved" },
    { kind: "tool", state: "done", text: "[DIR] src" },
    { kind: "agent", state: "done" },
    { kind: "user", state: "confirmed" },
    { kind: "tool", state: "done", text: "[DIR] src" },
    { kind: "agent", state: "done" },
  ]);
});

test("an answer given while the connection is lost goes out when it is back", async ({
  page,
  agent,
}) => {
  const { run } = await connect(page, agent);
  await send(page, "ask me first");
  const asked = items(page, "approval", "pending");
  await expect(asked).toBeVisible();
  await agent.down(run);
  await expectPhase(page, "waiting");
  await button(asked, "Approve").click();
  await agent.up(run);
  await expect
    .poll(async () => (await agent.frames(run)).map((frame) => frame.type), { timeout: 40_000 })
    .toContain("toolConfirmationResponse");
});
