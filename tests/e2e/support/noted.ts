// Words that were on the screen, however briefly.

import type { Page } from "@playwright/test";

declare global {
  interface Window {
    noted: string[];
  }
}

/** From the page's next load on, notes which of these words were on the screen. */
export async function noting(page: Page, words: readonly string[]): Promise<void> {
  await page.addInitScript((words) => {
    window.noted = [];
    new MutationObserver(() => {
      const shown = document.body?.innerText ?? "";
      const fresh = words.filter((one) => !window.noted.includes(one) && shown.includes(one));
      window.noted.push(...fresh);
    }).observe(document, { subtree: true, childList: true, characterData: true });
  }, words);
}

/** Those of the words that were there since the page loaded, in the order in which they came. */
export function noted(page: Page): Promise<string[]> {
  return page.evaluate(() => window.noted);
}
