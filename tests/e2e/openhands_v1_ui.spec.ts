// What a person sees and does with OpenHands V1: leave, risks, pauses, meters, the server's list,
// sandboxes and the beginning of a conversation.

import { AxeBuilder } from "@axe-core/playwright";
import { Buffer } from "node:buffer";
import type { Locator, Page } from "@playwright/test";
import { Server } from "./support/openhands_v1.ts";
import { follow } from "./support/openhands_v1_page.ts";
import {
  type Agent, banner, box, button, expect, expectPhase, items, log, press, send, test, toasts,
} from "./support/parlor.ts";

/** Connects to a server; without a conversation it makes one. */
async function connect(page: Page, url: string, conversation?: string): Promise<void> {
  await follow(page, url, conversation ? { conversation } : {});
  await expectPhase(page, "open");
}

/** Connects to a conversation of an agent server. */
async function begin(page: Page, agent: Agent): Promise<Server> {
  const server = await Server.start(agent);
  await connect(page, server.url, await server.conversation());
  return server;
}

/** Connects to an app server, which starts a sandbox. */
async function beginInSandbox(page: Page, agent: Agent): Promise<Server> {
  const server = await Server.start(agent);
  await connect(page, server.app);
  return server;
}

/** Chooses a command by the beginning of its name. */
async function command(page: Page, typed: string): Promise<void> {
  await page.keyboard.press("Control+k");
  await page.keyboard.type(typed);
  await page.keyboard.press("Enter");
}

const asks = (page: Page): Locator =>
  page.getByRole("combobox", { name: "When the agent asks before it acts" });

const pending = (page: Page): Locator => items(page, "approval", "pending");

/** Lets the agent ask before what it does, and waits until the server says so. */
async function ask(page: Page, when: "never" | "risky" | "always"): Promise<void> {
  await asks(page).selectOption(when);
  await expect(asks(page)).toHaveValue(when);
}

/** Has the agent ask for its leave. */
async function asked(page: Page, agent: Agent): Promise<Server> {
  const server = await begin(page, agent);
  await ask(page, "risky");
  await send(page, "[risky]");
  await expect(pending(page)).toBeVisible();
  return server;
}

test("a high risk is said in words on the question and on the call", async ({ page, agent }) => {
  await asked(page, agent);
  await expect(pending(page)).toContainText("High risk");
  await expect(pending(page)).toContainText("rm -rf /workspace/nothing-here");
  await expect(items(page, "tool")).toContainText("High risk");
  await button(pending(page), "Approve").click();
  await expect(items(page, "agent").last()).toContainText("Handled the risky step.");
});

test("a denial can say why, by the keys alone", async ({ page, agent }) => {
  const server = await asked(page, agent);
  const deny = button(pending(page), "Deny");
  await deny.focus();
  await page.keyboard.press("Enter");
  const why = page.getByRole("textbox", { name: "Why? (optional)" });
  await expect(why).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(why).toBeHidden();
  await expect(deny).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(why).toBeFocused();
  await page.keyboard.type("Not on this machine");
  await page.keyboard.press("Enter");
  await expect(items(page, "approval", "denied")).toBeVisible();
  await expect.poll(async () => JSON.stringify((await server.report()).approvals)).toContain(
    "Not on this machine",
  );
  await expect(items(page, "tool", "denied")).toBeVisible();
});

test("the agent is told for good that it need not ask", async ({ page, agent }) => {
  await asked(page, agent);
  await button(pending(page), "Always allow from now on").click();
  await expect(asks(page)).toHaveValue("never");
  await expect(items(page, "agent").last()).toContainText("Handled the risky step.");
  await send(page, "[risky]");
  await expect(items(page, "agent").last()).toContainText("Handled the risky step.");
  await expect(pending(page)).toHaveCount(0);
  await expect(items(page, "approval")).toHaveCount(1);
});

test("when the agent asks stays what the server says, where that refuses another", async ({ page, agent }) => {
  await begin(page, agent);
  await expect(asks(page)).toHaveValue("never");
  const refusal = { status: 500, json: { detail: "No room" }, headers: { "access-control-allow-origin": "*" } };
  await page.route(/confirmation_policy/, (route) => route.fulfill(refusal), { times: 1 });
  await asks(page).selectOption("always");
  await expect(toasts(page).first()).toContainText("It says: No room");
  await expect(asks(page)).toHaveValue("never");
});

test("a message that would allow what is asked for waits, and goes only once that was said", async ({
  page,
  agent,
}) => {
  const server = await asked(page, agent);
  await expect(page.getByText("A message sent now would allow what the agent asks for")).toBeVisible();
  await send(page, "and this");
  const waits = items(page, "user", "queued");
  await button(waits, "Send now").click();
  const dialog = page.getByRole("dialog", { name: "Send it and allow the action?" });
  await button(dialog, "Keep it queued").click();
  await expect(dialog).toBeHidden();
  await expect(waits).toHaveText(/and this/);
  await expect(pending(page)).toBeVisible();
  await button(waits, "Send now").click();
  await button(dialog, "Send and allow").click();
  await expect(waits).toHaveCount(0);
  await expect(items(page, "tool", "done")).toHaveCount(1);
  const { approvals } = await server.report();
  expect(approvals).toEqual([]);
});

test("the agent rests where it is, and goes on", async ({ page, agent }) => {
  await begin(page, agent);
  await send(page, "[sleep]");
  await items(page, "tool", "pending").waitFor();
  await expect(button(page, "Stop")).toBeVisible();
  await button(page, "Pause the agent").click();
  await expect(page.getByText("Paused. Let the agent go on, or send a message.")).toBeVisible();
  await expect(button(page, "Pause the agent")).toBeHidden();
  await button(page, "Let the agent go on").click();
  await expect(items(page, "tool", "done")).toHaveCount(2);
  await expect(button(page, "Let the agent go on")).toBeHidden();
});

test("what it costs and how much of the window is taken stands below the message box", async ({ page, agent }) => {
  await begin(page, agent);
  const meter = page.getByRole("meter", { name: "Model's window" });
  await expect(meter).toHaveCount(0);
  await send(page, "hello");
  await expect(items(page, "agent", "done")).toHaveCount(1);
  await expect(meter).toHaveAttribute("aria-valuetext", /of [\d,]+ tokens, \d+ %$/);
  await expect(page.getByText(/^\$\d+\.\d\d, [\d,]+ tokens$/)).toBeVisible();
});

test("a summary stands folded away, and a hook's words where it stopped a call", async ({ page, agent }) => {
  await begin(page, agent);
  await send(page, "[hook]");
  await expect(items(page, "tool", "denied")).toContainText("blocked by hook");
  await send(page, "[condense]");
  const summary = items(page, "notice").filter({ hasText: "Summary of an older part" });
  await expect(summary.locator("details")).not.toHaveAttribute("open");
  await summary.getByText("Summary of an older part").click();
  await expect(summary.locator("pre")).toBeVisible();
});

test("the conversation is condensed by a command", async ({ page, agent }) => {
  const server = await begin(page, agent);
  await send(page, "hello");
  await expect(items(page, "agent", "done")).toHaveCount(1);
  await command(page, "condense");
  const condensed = async () => (await server.report()).requests.some(({ path }) => path.endsWith("/condense"));
  await expect.poll(condensed).toBe(true);
});

/** The list of conversations, open. */
async function list(page: Page): Promise<Locator> {
  const list = page.getByRole("navigation", { name: "Conversations" });
  if (!(await list.isVisible())) await button(page, "Conversations").click();
  return list;
}

test("a conversation of the server gets another title there, and is deleted there", async ({ page, agent }) => {
  const server = await Server.start(agent);
  const [mine, other] = [await server.conversation(), await server.conversation()];
  await fetch(`${server.url}/api/conversations/${other}`, {
    method: "PATCH",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ title: "Cats" }),
  });
  await connect(page, server.url, mine);
  const all = await list(page);
  const theirs = all.getByRole("region").or(all.locator(".list-server"));
  const row = theirs.getByRole("button", { name: /^Cats/ });
  await row.focus();
  await page.keyboard.press("F2");
  await page.keyboard.type("About cats");
  await page.keyboard.press("Enter");
  const renamed = theirs.getByRole("button", { name: /^About cats/ });
  await expect(renamed).toBeVisible();
  const known = async () => (await server.report()).conversations.find(({ id }) => id === other);
  expect((await known())?.title).toBe("About cats");

  await renamed.focus();
  await page.keyboard.press("Delete");
  const dialog = page.getByRole("dialog", { name: "Delete this conversation from the server?" });
  await expect(dialog).toContainText("About cats");
  await button(dialog, "Cancel").click();
  await expect(renamed).toBeVisible();
  await expect(renamed).toBeFocused();
  await page.keyboard.press("Delete");
  await button(dialog, "Delete").click();
  await expect(renamed).toHaveCount(0);
  await expect(toasts(page).first()).toContainText("“About cats” was deleted from the server.");
  expect((await known())?.deleted).toBe(true);
});

test("what is deleted here can be deleted on the server too", async ({ page, agent }) => {
  const server = await Server.start(agent);
  const id = await server.conversation();
  await connect(page, server.url, id);
  await send(page, "hello");
  await expect(items(page, "agent", "done")).toHaveCount(1);
  const all = await list(page);
  await all.locator("[aria-current]").focus();
  await page.keyboard.press("Delete");
  await expectPhase(page, /open|refused/);
  const offer = button(page, "Delete on the server too");
  await offer.click();
  const dialog = page.getByRole("dialog", { name: "Delete this conversation from the server?" });
  await expect(dialog).toContainText("hello");
  await button(dialog, "Cancel").click();
  await expect(offer, "it is offered still").toBeFocused();
  await offer.click();
  await button(dialog, "Delete").click();
  await expect(toasts(page).filter({ hasText: "was deleted from the server." }).first()).toBeVisible();
  await expect(button(page, "Undo")).toHaveCount(0);
  const known = (await server.report()).conversations.find((one) => one.id === id);
  expect(known?.deleted).toBe(true);
});

test.describe("with an app server", () => {
  test("a conversation begins in a sandbox, which sleeps and is woken by a message", async ({ page, agent }) => {
    await beginInSandbox(page, agent);
    await send(page, "hello");
    await expect(items(page, "agent", "done")).toHaveCount(1);
    await command(page, "stop the server");
    const dialog = page.getByRole("dialog", { name: "Stop the server's agent?" });
    await button(dialog, "Stop the agent").click();
    await expectPhase(page, "refused");
    await page.goto("/");
    await expectPhase(page, "refused");
    await expect(banner(page)).toContainText("The agent's sandbox is paused.");
    await expect(button(banner(page), "Try now")).toHaveCount(0);
    await send(page, "are you there?");
    await expectPhase(page, "open");
    await expect(items(page, "user", "confirmed").last()).toContainText("are you there?");
  });

  test("a sandbox is woken by hand", async ({ page, agent }) => {
    await beginInSandbox(page, agent);
    await send(page, "hello");
    await expect(items(page, "agent", "done")).toHaveCount(1);
    await command(page, "stop the server");
    await button(page.getByRole("dialog"), "Stop the agent").click();
    await expectPhase(page, "refused");
    await page.goto("/");
    await button(banner(page), "Wake it").click();
    await expectPhase(page, "open");
    await expect(items(page, "agent")).toHaveCount(1);
  });

  test("a sandbox is deleted once that was confirmed, and the conversation can be read", async ({ page, agent }) => {
    await beginInSandbox(page, agent);
    await send(page, "hello");
    await expect(items(page, "agent", "done")).toHaveCount(1);
    await command(page, "delete the sandbox");
    const dialog = page.getByRole("dialog", { name: "Delete the sandbox?" });
    await expect(dialog).toContainText("This cannot be undone.");
    await button(dialog, "Delete the sandbox").click();
    await expectPhase(page, "refused");
    await expect(banner(page)).toContainText("can be read and not continued");
    await expect(items(page, "agent")).toHaveCount(1);
    await box(page).fill("it is not sent, and not lost");
    await page.keyboard.press("Enter");
    await expect(box(page)).toHaveValue("it is not sent, and not lost");
    await expect(button(page, "Send")).toBeDisabled();
    await box(page).fill("");
    await button(banner(page), "New conversation").click();
    await expectPhase(page, "open");
    await expect(items(page)).toHaveCount(0);
  });

  test("what is typed in the list is looked for on the server", async ({ page, agent }) => {
    const server = await beginInSandbox(page, agent);
    const all = await list(page);
    await all.getByRole("textbox").pressSequentially("hound", { delay: 20 });
    const searches = async () => {
      const { requests } = await server.report();
      const asked = requests.map(({ query }) => new URLSearchParams(query ?? "").get("title__contains"));
      return asked.filter((wanted) => wanted !== null);
    };
    await expect.poll(searches).toEqual(["hound"]);
  });

  test("a sandbox can be chosen", async ({ page, agent }) => {
    const server = await beginInSandbox(page, agent);
    await command(page, "new conversation with");
    const dialog = page.getByRole("dialog", { name: "New conversation" });
    const kinds = dialog.getByRole("combobox", { name: "Sandbox" });
    await expect(kinds.getByRole("option")).toHaveCount(2);
    await expect(dialog.getByRole("textbox", { name: "Folder" })).toHaveCount(0);
    await kinds.selectOption({ index: 1 });
    await button(dialog, "Begin").click();
    await expectPhase(page, "open");
    const made = (await server.report()).requests.filter(({ path, method }) => method === "POST" && path.endsWith("/sandboxes"));
    expect(made).toHaveLength(1);
  });
});

test("a conversation begins with what was chosen, and no key to a model is kept", async ({ page, agent }) => {
  await begin(page, agent);
  const bodies: string[] = [];
  const note = (method: string, path: RegExp, answer: object): Promise<unknown> =>
    page.route(path, (route) => {
      if (route.request().method() !== method) return route.fallback();
      bodies.push(route.request().postData() ?? "");
      return route.fulfill({ json: answer, headers: { "access-control-allow-origin": "*" } });
    });
  await note("PATCH", /\/api\/settings$/, {});
  await note("GET", /\/api\/settings$/, { agent_settings: { llm: {} } });
  await note("POST", /\/api\/conversations$/, { detail: "Not now" });
  await button(page, "New conversation with …").click();
  const dialog = page.getByRole("dialog", { name: "New conversation" });
  await dialog.getByLabel("Folder that the agent works in").fill("/srv/project");
  await dialog.getByRole("combobox", { name: "The agent asks" }).selectOption("always");
  await dialog.getByText("Another model").click();
  await expect(dialog).toContainText("The key goes to the server, which keeps it.");
  await dialog.getByLabel("Model", { exact: true }).fill("openai/gpt-5");
  await dialog.getByLabel("Key to the model").fill("sk-very-secret");
  await page.keyboard.press("Enter");
  await expect(dialog).toBeHidden();
  await expect.poll(() => bodies.join("\n")).toContain("AlwaysConfirm");
  expect(bodies.join("\n")).toContain("/srv/project");
  expect(bodies.join("\n")).toContain("sk-very-secret");
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
  expect(kept).not.toContain("sk-very-secret");

  await command(page, "new conversation with");
  await expect(dialog.getByLabel("Folder that the agent works in")).toHaveValue("/srv/project");
  await dialog.getByText("Another model").click();
  await expect(dialog.getByLabel("Key to the model")).toHaveValue("");
});

test("the files of a conversation lead to their messages", async ({ page, agent }) => {
  await begin(page, agent);
  await command(page, "files of");
  const dialog = page.getByRole("dialog", { name: "Files of this conversation" });
  await expect(dialog).toContainText("No files were sent in this conversation.");
  await page.keyboard.press("Escape");
  const chooser = page.waitForEvent("filechooser");
  await button(page, "Attach").click();
  await (await chooser).setFiles({ name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("hello") });
  await expect(button(page, "Remove notes.txt, 5 B")).toBeVisible();
  await send(page, "read this");
  await expect(items(page, "user", "confirmed")).toHaveText([/read this/]);
  await expect(items(page, "agent", "done").last()).toBeVisible();
  await send(page, "[long 12]");
  await expect(items(page, "tool", "done")).toHaveCount(12);
  await expect(items(page, "user").first()).not.toBeInViewport();
  await command(page, "files of");
  const file = dialog.getByRole("button", { name: /notes\.txt/ });
  await expect(file).toContainText("read this");
  await page.keyboard.press("Tab");
  await file.press("Enter");
  await expect(dialog).toBeHidden();
  await expect(items(page, "user").first()).toBeInViewport();
  await expect(log(page)).toBeFocused();
});

for (const scheme of ["light", "dark"] as const) {
  test.describe(`axe finds nothing serious, ${scheme}`, () => {
    test.use({ colorScheme: scheme, contextOptions: { reducedMotion: "reduce" } });

    test("in a question, its refusal and the choices for a new conversation", async ({ page, agent }) => {
      const accessible = async () => {
        const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
        const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
        expect(grave.map(({ id, nodes }) => ({ id, html: nodes.map(({ html }) => html) }))).toEqual([]);
      };
      await asked(page, agent);
      await accessible();
      await button(pending(page), "Deny").click();
      await expect(page.getByRole("textbox", { name: "Why? (optional)" })).toBeVisible();
      await accessible();
      await press(page, "Commands");
      await page.keyboard.press("Escape");
      await command(page, "new conversation with");
      await page.getByText("Another model").click();
      await accessible();
    });
  });
}

for (const width of [360, 768, 1440]) {
  test(`a question fits into ${width} px`, async ({ page, agent }) => {
    await page.setViewportSize({ width, height: 800 });
    await asked(page, agent);
    await expect(button(pending(page), "Approve")).toBeInViewport();
    await expect(button(pending(page), "Always allow from now on")).toBeInViewport();
    await expect(asks(page)).toBeInViewport();
    await expect(box(page)).toBeInViewport({ ratio: 1 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide).toBeLessThanOrEqual(width);
  });
}
