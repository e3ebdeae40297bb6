// Recordings of real servers, played to the page: what a person sees at the end.

import { noise } from "./support/pictures.ts";
import {
  button, connect, type Expected, expect, expectArticles, items, log, part, send, test,
} from "./support/parlor.ts";

type Scenario = {
  name: string;
  /** What is typed: any text will do for the server. */
  says: string;
  attach?: boolean;
  answers?: ("Approve" | "Deny")[];
  shows: Expected[];
};

const HELLO = "Hello! I am the stub model. I received your message";
const LOOKED = "I looked with the tool. There are three entries: README.md, notes.txt and src/.";
const SEES = "I can see the image you attached: it looks like a tiny coloured square.";
const LONG = "A long answer";
const FILES = "[FILE] README.md";

const user = (text: string): Expected => ({ kind: "user", state: "confirmed", text });
const agent = (text: string, state = "done"): Expected => ({ kind: "agent", state, text });
const tool = (text: string | RegExp, state = "done"): Expected => ({ kind: "tool", state, text });
const approval = (state: string): Expected => ({ kind: "approval", state, text: "list_directory" });
const error = (text: string): Expected => ({ kind: "error", state: "failed", text });
const notice = (text: string): Expected => ({ kind: "notice", state: "done", text });

const plain = (name: string): Scenario => ({
  name,
  says: "Hello there",
  shows: [user("Hello there"), agent(HELLO)],
});

const failing = (name: string, ...sentences: string[]): Scenario => ({
  name,
  says: "401",
  shows: [user("401"), ...sentences.map(error)],
});

const empty = (name: string): Scenario => ({
  name,
  says: "empty",
  shows: [user("empty"), notice("The agent finished without an answer.")],
});

const using = (name: string, says: string, ...shows: Expected[]): Scenario => ({
  name,
  says,
  shows: [user(says), ...shows],
});

const USE = "Use a tool please";
const SAY = "Let me check the current directory first.";
const DENIED_PATH = "Access denied - path outside allowed directories";
const KEY = "Incorrect API key provided: sk-stub";

const SCENARIOS: Scenario[] = [
  plain("saiki/plain_stream"),
  plain("saiki/plain_doc"),
  plain("saiki_0.2.5/plain_doc"),
  plain("saiki_0.2.5/plain_stream"),
  plain("saiki_0.2.8_doc_commit/plain_doc"),
  plain("saiki_0.2.8_doc_commit/plain_stream"),
  plain("dexto_1.1.3/plain_stream"),
  using("saiki/tool_stream", USE, tool(FILES), agent(LOOKED)),
  using("saiki/tool_doc", USE, tool(FILES), agent(LOOKED)),
  using("saiki_0.2.5/tool_doc", USE, tool(FILES), agent(LOOKED)),
  using("saiki_0.2.8_doc_commit/tool_stream", USE, tool(FILES), agent(LOOKED)),
  using("saiki/tool_say_doc", USE, agent(SAY), tool(FILES), agent(LOOKED)),
  using("saiki_0.2.5/tool_say_doc", USE, agent(SAY), tool(FILES), agent(LOOKED)),
  using(
    "saiki_0.2.8_doc_commit/tool_two_say_stream",
    USE,
    agent(SAY),
    tool(FILES),
    tool("Readme of the sandbox"),
    agent(LOOKED),
  ),
  using("saiki/tool_fail_stream", "Use a badtool", tool(DENIED_PATH, "failed"), agent(LOOKED)),
  using("saiki_0.2.5/tool_fail_stream", "Use a badtool", tool(DENIED_PATH, "failed"), agent(LOOKED)),
  using("saiki/tool_big_stream", "Use bigtool", tool("line 00000 of a long file"), agent(LOOKED)),
  using("saiki/long_stream", "Give me a long reply", agent(LONG)),
  failing("saiki/llm_error_401_doc", KEY),
  failing("saiki_0.2.5/llm_error_401_doc", KEY),
  failing("saiki_inbuilt/llm_error_401_stream", `401 ${KEY}`),
  failing("saiki/llm_error_401_stream", "The server reported an error without saying which."),
  failing("saiki/llm_error_500_doc", "Failed after 3 attempts."),
  failing("dexto_1.1.3/llm_error_401_stream", "AI_APICallError", "No output generated."),
  empty("saiki/llm_empty_stream"),
  empty("saiki_inbuilt/llm_empty_stream"),
  empty("dexto_1.1.3/llm_empty_stream"),
  using(
    "saiki_0.2.8_doc_commit/llm_midfail_stream",
    "long midfail",
    agent(LONG, "interrupted"),
    error("terminated"),
  ),
  {
    name: "saiki/approve",
    says: USE,
    answers: ["Approve"],
    shows: [user(USE), approval("approved"), tool(FILES), agent(LOOKED)],
  },
  {
    name: "saiki_inbuilt/approve",
    says: USE,
    answers: ["Approve"],
    shows: [user(USE), tool(FILES), approval("approved"), agent(LOOKED)],
  },
  {
    name: "saiki_inbuilt/deny",
    says: USE,
    answers: ["Deny"],
    shows: [user(USE), tool("denied by the user", "denied"), approval("denied"), agent(LOOKED)],
  },
  {
    name: "dexto_1.1.3/approve",
    says: USE,
    answers: ["Approve"],
    shows: [user(USE), approval("approved"), tool(FILES), agent(LOOKED)],
  },
  {
    name: "dexto_1.1.3/deny",
    says: USE,
    answers: ["Deny"],
    shows: [user(USE), approval("denied"), tool("denied by the user", "denied"), agent(LOOKED)],
  },
  {
    name: "saiki_0.2.8_doc_commit/image_stream",
    says: "Describe this image",
    attach: true,
    shows: [user("Describe this image"), agent(SEES)],
  },
  {
    name: "saiki/image_doc",
    says: "Describe this image",
    attach: true,
    shows: [user("Describe this image"), agent(SEES)],
  },
  {
    name: "dexto_1.1.3/image_stream",
    says: "Describe this image",
    attach: true,
    shows: [user("Describe this image"), agent(SEES)],
  },
];

for (const { name, says, attach, answers = [], shows } of SCENARIOS) {
  test(`${name} ends as recorded`, async ({ page, agent }) => {
    await connect(page, agent, `/play/${name}`);
    if (attach) {
      const chooser = page.waitForEvent("filechooser");
      await button(page, "Attach").click();
      await (await chooser).setFiles(noise(16, 16));
      await expect(page.getByText("noise.png")).toBeVisible();
    }
    await send(page, says);
    for (const answer of answers) await button(items(page, "approval", "pending"), answer).click();
    await expectArticles(page, shows);
    await expect(button(page, "Stop")).toBeHidden();
    await expectArticles(page, shows);
  });
}

test("a tool's article names the tool, its arguments, its result and how long it took", async ({
  page,
  agent,
}) => {
  await connect(page, agent, "/play/saiki/tool_stream", "delay=2:120");
  await send(page, USE);
  const article = log(page).getByRole("article", { name: /list_directory/ });
  await expect(article).toHaveAttribute("data-state", "done");
  await expect(part(article, "args")).toContainText("path");
  await expect(part(article, "result")).toContainText("[DIR] src");
  await expect(article).toContainText(/\d+ ?(ms|s|min)\b/);
});

test("a long answer is laid out whole", async ({ page, agent }) => {
  await connect(page, agent, "/play/saiki/long_stream");
  await send(page, "Give me a long reply");
  const answer = items(page, "agent", "done");
  await expect(answer.getByRole("heading", { name: "A long answer" })).toBeVisible();
  await expect(answer.getByRole("table").getByRole("row")).toHaveCount(4);
  await expect(answer.locator("pre")).toHaveCount(2);
  await expect(answer.locator("blockquote")).toContainText("two lines.");
  await expect(answer).toContainText("<script>alert(1)</script>");
  await expect(answer.locator("script, img[src='x']")).toHaveCount(0);
});
