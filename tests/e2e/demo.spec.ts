import {
  articles, box, button, expect, expectArticles, expectPhase, expectSeen, items, log, open, part,
  phases, send, test, times,
} from "./support/parlor.ts";

test("the page opens on the demo, with suggestions and nothing else", async ({ page }) => {
  await open(page);
  await expectPhase(page, "open");
  await expect(items(page)).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Give me the tour" })).toBeVisible();
  await expect(box(page)).toBeEditable();
  await expect(page).toHaveTitle(/Parlor/);
});

test("the tour streams, calls tools, shows a picture, asks, loses the connection and finishes", async ({
  page,
}) => {
  await open(page);
  await page.getByRole("button", { name: "Give me the tour" }).click();
  await expectSeen(page, "agent", "streaming");

  const list = log(page).getByRole("article", { name: /list_directory/ });
  await expect(list).toHaveAttribute("data-state", "done");
  await expect(part(list, "args")).toContainText("path");
  await expect(part(list, "result")).toContainText("README.md");

  const chart = log(page).getByRole("article", { name: /render_chart/ });
  await expect(chart).toHaveAttribute("data-state", "done");
  await expect(chart.getByRole("img").first()).toBeVisible();

  const asked = items(page, "approval");
  await expect(asked).toHaveAttribute("data-state", "pending");
  await expect(asked).toContainText("write_file");
  await button(asked, "Approve").click();
  await expect(asked).toHaveAttribute("data-state", "approved");

  await expect(async () => {
    const seen = await phases(page);
    expect(seen).toContain("waiting");
    expect(seen.at(-1)).toBe("open");
  }).toPass({ timeout: 20_000 });
  await expect(log(page)).toContainText("nothing is lost, and nothing is shown twice", {
    timeout: 20_000,
  });
  await expect(button(page, "Stop")).toBeHidden();

  const all = (await articles(page)).map((article) => article.text).join("\n");
  expect(times(all, "I am going to lose the connection")).toBe(1);
  expect(times(all, "When the connection is back")).toBe(1);
  expect((await articles(page)).filter(({ state }) => state === "interrupted")).toEqual([]);
});

test("a denied request is not carried out, and the demo says so", async ({ page }) => {
  await open(page);
  await send(page, "Ask me before you act");
  await button(items(page, "approval", "pending"), "Deny").click();
  await expectArticles(page, [
    { kind: "user", state: "confirmed", text: "Ask me before you act" },
    { kind: "agent", state: "done", text: "I would like to write a note." },
    { kind: "approval", state: "denied", text: "write_file" },
    { kind: "tool", state: "denied", text: "denied by the user" },
    { kind: "agent", state: "done", text: "As you wish: nothing was written." },
  ]);
});

test("Markdown becomes elements, and its HTML stays text", async ({ page }) => {
  await open(page);
  await send(page, "Write some Markdown with code");
  const answer = items(page, "agent", "done");
  await expect(answer.getByRole("heading", { name: "A list" })).toBeVisible();
  await expect(answer.getByRole("table")).toContainText("OpenHands V1");
  await expect(answer.getByRole("checkbox")).toHaveCount(2);
  await expect(answer.locator("pre code")).toContainText("fn squares(n: u64) -> u64");
  await expect(answer).toContainText("<script>alert(1)</script> is only text");
  await expect(answer.locator("script")).toHaveCount(0);
});

test("the demo asks nothing of any server", async ({ page, watch, agent }) => {
  await open(page);
  const before = watch.requests.length;
  await send(page, "Use a tool");
  await expect(items(page, "tool", "done")).toBeVisible();
  await expect(items(page, "agent", "done").last()).toContainText("three entries");
  expect(watch.requests.slice(before)).toEqual([]);
  expect(watch.sockets).toEqual([]);
  expect(watch.requests.every((url) => url.startsWith(agent.origin))).toBe(true);
});
