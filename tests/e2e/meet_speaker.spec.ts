// Out of which speaker the others are heard.

import type { Page } from "@playwright/test";
import { button, expect } from "./support/parlor.ts";
import { couple, join, LAUNCH, room, test, tile } from "./support/meet.ts";

declare global {
  interface Window {
    /** Out of which speaker each element of the page was last told to speak. */
    sinks: Map<HTMLMediaElement, string>;
  }
}

test.use({ launchOptions: LAUNCH });

/** Notes down what is asked of the elements' speakers, of which this machine may have none. */
function listen(page: Page): Promise<void> {
  return page.evaluate(() => {
    window.sinks = new Map();
    HTMLMediaElement.prototype.setSinkId = function (id) {
      window.sinks.set(this, id);
      return Promise.resolve();
    };
  });
}

/** Out of which speaker each of the others is heard, as far as the page has said it. */
function speakers(page: Page): Promise<Record<string, string>> {
  return page.evaluate(() => {
    const told = [...window.sinks].filter(([element]) => element.isConnected);
    return Object.fromEntries(
      told.map(([element, id]) => [element.closest("figure")?.getAttribute("aria-label"), id]),
    );
  });
}

/** Chooses a speaker in the dialog, by its place in the list, and gives its id. */
async function choose(page: Page, place: number): Promise<string> {
  await button(room(page), "Devices").click();
  const dialog = page.getByRole("dialog", { name: "Devices" });
  const choice = dialog.getByRole("combobox", { name: "Speaker" });
  const options = choice.getByRole("option");
  const ids = await options.evaluateAll((all) => all.map((one) => (one as HTMLOptionElement).value));
  const id = ids.at(place) ?? "";
  await choice.selectOption(id);
  await button(dialog, "Close").click();
  return id;
}

test("the speaker that is chosen speaks, for those who are here and those who come", async ({ visit }) => {
  const { ada, at } = await couple(visit, "roster");
  await listen(ada);
  const id = await choose(ada, -1);
  expect(id).not.toBe("");
  await expect.poll(() => speakers(ada)).toEqual({ Bob: id });
  const cyd = await visit(at);
  await join(cyd, "Cyd");
  await expect(tile(ada, "Cyd")).toHaveAttribute("data-tie", "connected");
  await expect.poll(() => speakers(ada)).toEqual({ Bob: id, Cyd: id });
});

test("the browser's own choice speaks again once it is chosen again", async ({ visit }) => {
  const { ada } = await couple(visit, "roster");
  await listen(ada);
  const id = await choose(ada, -1);
  await expect.poll(() => speakers(ada)).toEqual({ Bob: id });
  expect(await choose(ada, 0)).toBe("");
  await expect.poll(() => speakers(ada)).toEqual({ Bob: "" });
});
