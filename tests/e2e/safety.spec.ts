// What a message contains makes nothing happen: the watch fails each of these tests on any
// request elsewhere and on any violation of the policy.

import {
  connect, expect, expectArticles, items, log, open, send, test,
} from "./support/parlor.ts";

test("pictures and links of an answer ask nothing of anyone", async ({ page, agent, watch }) => {
  await connect(page, agent);
  const before = watch.requests.length;
  await send(page, "remote");
  const answer = items(page, "agent", "done");
  await expect(answer).toBeVisible();
  await expect(answer.locator('img[src^="http"], img[src^="//"]')).toHaveCount(0);
  await expect(answer.locator("iframe, object, embed, video, audio, link, style, script")).toHaveCount(0);
  expect(watch.requests.slice(before).filter((url) => !url.includes("/api/"))).toEqual([]);
});

test("a blocked picture says where it would come from, and can be asked for", async ({
  page,
  agent,
}) => {
  await connect(page, agent);
  await send(page, "remote");
  const answer = items(page, "agent", "done");
  const blocked = answer.getByRole("button").filter({ hasText: /image|picture/i }).first();
  await expect(blocked).toBeVisible();
  await expect(blocked).toContainText(/\w+\.\w+|127\.0\.0\.1/);
});

test("links are of the web or inert, and name their host", async ({ page, agent }) => {
  await connect(page, agent);
  await send(page, "remote");
  const answer = items(page, "agent", "done");
  await expect(answer).toBeVisible();
  const links = await answer.locator("a[href]").evaluateAll((links) =>
    links.map((link) => ({
      protocol: (link as HTMLAnchorElement).protocol,
      rel: (link as HTMLAnchorElement).rel,
    })),
  );
  for (const { protocol, rel } of links) {
    expect(protocol).toMatch(/^(https?|mailto):$/);
    expect(rel).toContain("noopener");
    expect(rel).toContain("noreferrer");
  }
  await expect(answer.locator('a[href^="javascript" i], a[href^="data" i], a[href^="vbscript" i]'))
    .toHaveCount(0);
});

test("HTML in an answer and in a message is text", async ({ page, agent }) => {
  const html = '<img src=x onerror="window.hacked = 1"><script>window.hacked = 2</script><b>bold</b>';
  await connect(page, agent);
  await send(page, html);
  await expectArticles(page, [
    { kind: "user", state: "confirmed", text: html },
    { kind: "agent", state: "done", text: "<script>" },
  ]);
  await expect(log(page).locator("script, img, b")).toHaveCount(0);
  expect(await page.evaluate(() => "hacked" in window)).toBe(false);
});

test("the page runs under the strict policy", async ({ page, request }) => {
  const response = await request.get("/");
  const policy = response.headers()["content-security-policy"] ?? "";
  for (const rule of [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "require-trusted-types-for 'script'",
    "trusted-types parlor-inert",
  ]) {
    expect(policy).toContain(rule);
  }
  await open(page);
  expect(await page.locator("[style], style, script:not([src])").count()).toBe(0);
});
