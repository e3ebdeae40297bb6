// Parlor in a frame of another page.

import type { Page } from "@playwright/test";
import type { Agent } from "./parlor.ts";

/** A page of another origin that has Parlor in a frame. */
export async function embed(page: Page, agent: Agent, query: string, sandbox?: string): Promise<void> {
  const host = new URLSearchParams({ src: `${agent.origin}/${query}` });
  if (sandbox !== undefined) host.set("sandbox", sandbox);
  await page.goto(`${agent.otherOrigin}/host.html?${host}`);
}
