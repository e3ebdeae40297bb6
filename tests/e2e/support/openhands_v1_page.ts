// The page as a client of servers that speak OpenHands V1.

import type { Page } from "@playwright/test";
import { button, expect, open } from "./parlor.ts";

/** Follows a link to the server; without a conversation the page makes one. */
export async function follow(page: Page, url: string, more: Record<string, string> = {}): Promise<void> {
  const query = new URLSearchParams({ server: "openhands-v1", url, ...more });
  await open(page, `?${query}`);
  const dialog = page.getByRole("dialog");
  await button(dialog, "Connect").click();
  await expect(dialog).toBeHidden();
}
