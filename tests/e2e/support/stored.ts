// Everything that a page has kept on the device, and everything that can be seen of it.

import type { BrowserContext, Page } from "@playwright/test";

/** All rows of all databases of the page's origin, and its local storage, as one text. */
export function onDevice(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const done = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const found: unknown[] = [{ ...localStorage }];
    for (const { name } of await indexedDB.databases()) {
      const database = await done(indexedDB.open(name ?? ""));
      for (const table of database.objectStoreNames) {
        const store = database.transaction(table).objectStore(table);
        found.push(table, await done(store.getAllKeys()), await done(store.getAll()));
      }
      database.close();
    }
    return JSON.stringify(found);
  });
}

/** The page's address and its elements, with what stands in the fields. */
export function inSight(page: Page): Promise<string> {
  return page.evaluate(() => {
    const fields = [...document.querySelectorAll("input, textarea, select")];
    const typed = fields.map((field) => (field as HTMLInputElement).value);
    const past = JSON.stringify([history.state, document.title, typed]);
    return location.href + document.documentElement.outerHTML + past;
  });
}

/** Notes all that pages say to each other from their next load on; gives a reader of it. */
export async function notePosts(context: BrowserContext): Promise<(page: Page) => Promise<string>> {
  await context.addInitScript(() => {
    const posted = BroadcastChannel.prototype.postMessage;
    BroadcastChannel.prototype.postMessage = function (data) {
      const known = JSON.parse(localStorage.getItem("posted") ?? "[]");
      localStorage.setItem("posted", JSON.stringify([...known, this.name, data]));
      posted.call(this, data);
    };
  });
  return (page) => page.evaluate(() => localStorage.getItem("posted") ?? "");
}
