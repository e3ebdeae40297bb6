// Time that passes faster in a page, for what it does only after a while.

import type { Page } from "@playwright/test";

/** From its next load on, time passes so many times as fast for the page's own program. */
export async function hurry(page: Page, times: number): Promise<void> {
  await page.addInitScript((times) => {
    const now = performance.now.bind(performance);
    performance.now = () => now() * times;
    const later = window.setTimeout.bind(window);
    // Playwright's own clock gives timers names that WebAssembly has no number for.
    window.setTimeout = ((what: () => void, wait = 0, ...rest: unknown[]) =>
      later(what, wait / times, ...rest)) as typeof window.setTimeout;
  }, times);
}
