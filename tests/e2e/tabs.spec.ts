import type { Page } from "@playwright/test";
import {
  type Agent, articles, box, button, connect, expect, expectPhase, items, link, open, type Run,
  send, test,
} from "./support/parlor.ts";
import { expectSoon } from "./support/soon.ts";

/** The same conversation in a second tab. */
async function again(page: Page, chat: Run): Promise<Page> {
  const second = await page.context().newPage();
  await open(second, link(chat.url, { conversation: chat.run }));
  await button(second.getByRole("dialog"), "Connect").click();
  await expectPhase(second, "open");
  return second;
}

/** A conversation in two tabs. */
async function two(page: Page, agent: Agent): Promise<{ chat: Run; second: Page }> {
  const chat = await connect(page, agent);
  await send(page, "hello");
  await expect(items(page, "agent", "done")).toHaveCount(1);
  return { chat, second: await again(page, chat) };
}

const texts = async (page: Page): Promise<string[]> =>
  (await articles(page)).map((article) => `${article.kind} ${article.text.trim()}`);

test("a second tab follows the first, over one connection", async ({ page, agent, watch }) => {
  const { chat, second } = await two(page, agent);
  await expect(items(second, "agent", "done")).toHaveCount(1);
  await send(page, "from the first");
  await expect(items(second, "user")).toHaveCount(2);
  await expect(items(second, "agent", "done")).toHaveCount(2);
  await send(second, "from the second");
  await expect(items(page, "agent", "done")).toHaveCount(3);
  await expect(items(second, "agent", "done")).toHaveCount(3);
  await expect(items(second, "user", "confirmed")).toHaveCount(3);
  expect(await texts(second)).toEqual(await texts(page));
  expect(await agent.messages(chat.run)).toEqual(["hello", "from the first", "from the second"]);
  expect(watch.sockets.filter((socket) => socket.includes(chat.run))).toHaveLength(1);
});

test("a tab takes over when the one that holds the conversation closes", async ({
  page,
  agent,
}) => {
  const { chat, second } = await two(page, agent);
  await send(second, "slow one");
  await items(second, "agent", "streaming").first().waitFor();
  let [holder, next] = [page, second];
  await expectSoon("taken over", 2_000, async () => {
    // Those of before take over from each other; another one waits behind them.
    if (holder.isClosed()) [holder, next] = [next, await again(next, chat)];
    await holder.close();
    const since = Date.now();
    await expect(next.getByRole("status").first()).toContainText("Connected");
    return Date.now() - since;
  });
  await expect(items(next, "agent", "done")).toHaveCount(2, { timeout: 20_000 });
  await box(next).fill("and on");
  await box(next).press("Enter");
  await expect(items(next, "agent", "done")).toHaveCount(3);
  expect(await agent.messages(chat.run)).toEqual(["hello", "slow one", "and on"]);
});

test("what waits when its tab closes goes out from the other one, once", async ({
  page,
  agent,
}) => {
  const { chat, second } = await two(page, agent);
  await agent.down(chat.run);
  await expectPhase(page, /waiting|connecting/);
  await send(page, "from the first");
  await send(second, "from the second");
  await expect(items(page, "user", "queued")).toHaveCount(2);
  await page.close();
  await expect(items(second, "user", "queued")).toHaveCount(2);
  await agent.up(chat.run);
  await expect(items(second, "user", "confirmed")).toHaveCount(3, { timeout: 20_000 });
  expect(await agent.messages(chat.run)).toEqual(["hello", "from the first", "from the second"]);
});
