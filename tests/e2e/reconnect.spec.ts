import {
  articles, banner, button, connect, connection, expect, expectArticles, expectPhase, items, link, open,
  phases, send, test, times,
} from "./support/parlor.ts";

const ASK = "Give me a long reply";

/** Before the answer, early, in the middle of a frame, late, and behind the first final frame. */
const CUTS = ["before:1", "after:3", "inside:10", "before:18", "after:22"];

const WHOLE = [
  { kind: "user", state: "confirmed", text: ASK },
  { kind: "agent", state: "done", text: /A long answer[\s\S]*That is all\./ },
] as const;

for (const cut of CUTS) {
  test(`an answer cut ${cut.replace(":", " frame ")} is whole in the end, and there once`, async ({
    page,
    agent,
  }) => {
    const { run } = await connect(page, agent, "/play/saiki/long_stream", `cut=${cut}`);
    await send(page, ASK);
    await expect.poll(() => phases(page)).toContain("waiting");
    await expectPhase(page, "open");
    await expectArticles(page, [...WHOLE]);
    const text = (await articles(page)).map((article) => article.text).join("\n");
    expect(times(text, "A long answer")).toBe(1);
    expect(times(text, "That is all.")).toBe(1);
    expect(await agent.messages(run)).toEqual([ASK]);
  });
}

test("a reload in the middle of an answer brings back the question and the whole answer", async ({
  page,
  agent,
}) => {
  const { run, url } = await connect(page, agent);
  await send(page, "slow, please");
  await expect(items(page, "agent", "streaming")).toContainText(/\w+/);
  await page.reload();
  const dialog = page.getByRole("dialog");
  await expect(dialog.or(items(page).first()).first()).toBeVisible();
  if (await dialog.isVisible()) await button(dialog, "Connect").click();
  await expectPhase(page, "open");
  await expectArticles(page, [
    { kind: "user", state: "confirmed", text: "slow, please" },
    { kind: "agent", state: "done" },
  ]);
  expect(await agent.messages(run)).toEqual(["slow, please"]);

  // A second visit by the bare address finds the conversation that was last open with the server.
  await open(page);
  await expectPhase(page, "open");
  await expect(items(page, "user")).toHaveText([/slow, please/]);
  expect(url).toContain(run);
});

test("the banner says what is going on while the server is down, and the page comes back by itself", async ({
  page,
  agent,
}) => {
  const { run } = await connect(page, agent);
  await send(page, "before the restart");
  await expect(items(page, "agent", "done")).toContainText("before the restart");
  await agent.down(run);
  await expectPhase(page, "waiting");
  await expect(banner(page)).toContainText(/Trying again/);
  await send(page, "while it was down");
  await expect(items(page, "user", "queued")).toContainText("while it was down");
  await agent.up(run);
  await expect(connection(page)).toHaveAttribute("data-phase", "open", { timeout: 40_000 });
  await expectArticles(page, [
    { kind: "user", state: "confirmed", text: "before the restart" },
    { kind: "agent", state: "done", text: "before the restart" },
    { kind: "user", state: "confirmed", text: "while it was down" },
    { kind: "agent", state: "done", text: "while it was down" },
  ]);
  expect(await agent.messages(run)).toEqual(["before the restart", "while it was down"]);
});

test("doubled and mangled frames leave no trace in the conversation", async ({ page, agent }) => {
  await connect(page, agent, "/play/saiki/plain_stream", "dup=22&garbage=9");
  await send(page, "Hello there");
  await expectArticles(page, [
    { kind: "user", state: "confirmed", text: "Hello there" },
    { kind: "agent", state: "done", text: "Hello! I am the stub model." },
  ]);
  const text = (await articles(page)).map((article) => article.text).join("\n");
  expect(times(text, "I am the stub model")).toBe(1);
});

test("a server that refuses the first tries is reached in the end", async ({ page, agent }) => {
  const run = `refused-${Date.now()}`;
  const url = agent.ws(`/play/saiki/plain_stream?run=${run}&refuse=2`);
  await open(page, link(url, { conversation: run }));
  await button(page.getByRole("dialog"), "Connect").click();
  await expect.poll(() => phases(page)).toContain("waiting");
  await expect(connection(page)).toHaveAttribute("data-phase", "open", { timeout: 30_000 });
});

test("a message that is too large for the server is not sent again", async ({ page, agent }) => {
  const { run } = await connect(page, agent, "/play/saiki/plain_stream", "close=0:1009");
  await send(page, "far too large");
  const message = items(page, "user");
  await expect(message).toHaveAttribute("data-state", "failed");
  await expect(message).toContainText(/too large/i);
  await expect(button(message, "Send again")).toBeVisible();
  await expect(button(message, "Copy")).toBeVisible();
  await expectPhase(page, "open");
  expect(await agent.messages(run)).toEqual(["far too large"]);
  await button(message, "Delete").click();
  await expect(items(page, "user")).toHaveCount(0);
});
