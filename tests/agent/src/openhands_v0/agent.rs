//! The scripted agent: what it does at a word in a message.

use std::sync::{Arc, MutexGuard};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::time::sleep;

use super::accept::Message;
use super::conversation::{Conversation, Memory};
use super::tool::{self, Tool};
use super::{event, life};
use crate::clock;

/// Has the agent take a message in: now, or after the turn that it is at. A question that waits
/// for its answer is dropped for it, without a word.
pub(super) fn hear(conversation: &Arc<Conversation>, message: Message, first: bool) {
    let mut memory = conversation.memory();
    if memory.work.asked.take().is_some()
        && let Some(turn) = memory.work.turn.take()
    {
        turn.abort();
    }
    let words = described(&message);
    if memory.work.turn.is_some() {
        memory.work.waiting.push_back(words);
        return;
    }
    memory.work.generation += 1;
    let turn = Turn {
        conversation: Arc::clone(conversation),
        generation: memory.work.generation,
    };
    let turn = tokio::spawn(turn.all(message.content, words, first));
    memory.work.turn = Some(turn.abort_handle());
}

/// The message's text, and what came with it.
fn described(message: &Message) -> String {
    let count = |urls: &Value| urls.as_array().map_or(0, Vec::len);
    let mut words = message.content.clone();
    if count(&message.images) > 0 {
        words.push_str(&format!("\n\nPictures: {}", count(&message.images)));
    }
    if count(&message.files) > 0 {
        words.push_str(&format!("\n\nFiles: {}", message.files));
    }
    words
}

struct Turn {
    conversation: Arc<Conversation>,
    generation: u64,
}

impl Turn {
    async fn all(self, query: String, words: String, first: bool) {
        self.look_up(&query, first).await;
        let mut next = Some(words);
        while let Some(words) = next {
            self.perform(&words).await;
            next = self.next();
        }
    }

    /// The conversation's memory, unless the turn was ended: that takes effect only where the
    /// turn waits, and until then nothing of it may be stored.
    fn memory(&self) -> Option<MutexGuard<'_, Memory>> {
        let memory = self.conversation.memory();
        (memory.work.generation == self.generation).then_some(memory)
    }

    /// Stores an event and gives its id.
    fn append(&self, event: Value) -> u64 {
        self.memory().map_or(0, |mut memory| {
            self.conversation.append_to(&mut memory, event)
        })
    }

    fn enter(&self, state: &str) {
        self.append(event::state(state, ""));
    }

    /// What comes before the first step: the agent looks for what it knows.
    async fn look_up(&self, query: &str, first: bool) {
        let kind = if first {
            "workspace_context"
        } else {
            "knowledge"
        };
        let cause = self.append(event::recall(kind, query));
        if !first {
            self.append(event::nothing(cause));
        }
        self.enter("running");
        if first {
            let date: String = clock::now().chars().take(10).collect();
            self.append(event::recalled(cause, &date));
        }
        sleep(Duration::from_millis(40)).await;
    }

    /// The message that came during the turn; without one the turn is over.
    fn next(&self) -> Option<String> {
        let mut memory = self.memory()?;
        let next = memory.work.waiting.pop_front();
        match next {
            // It takes it in without having waited.
            Some(_) if memory.state != "running" => {
                self.conversation
                    .append_to(&mut memory, event::state("running", ""));
            }
            Some(_) => {}
            None => memory.work.turn = None,
        }
        next
    }

    async fn perform(&self, words: &str) {
        let lower = words.to_lowercase();
        let said: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).collect();
        let has = |wanted: &str| said.contains(&wanted);
        let number = self.number();
        match () {
            () if has("stall") => {}
            () if has("long") => {
                let count = said.iter().skip_while(|word| **word != "long").nth(1);
                let count = count.and_then(|count| count.parse().ok()).unwrap_or(20);
                self.long(count).await;
            }
            () if has("slow") => self.slow(number).await,
            () if has("ask") => self.ask(number).await,
            () if has("error") => self.error(),
            () if has("limit") => self.enter("rate_limited"),
            () if has("crowd") => self.crowd(),
            () if has("finish") => self.finish(number, "It is **finished**."),
            () if has("run") => self.use_tool(tool::run(number, "echo hi", "hi")).await,
            () if has("edit") => self.use_tool(tool::edit(number)).await,
            () if has("browse") => self.use_tool(tool::browse(number)).await,
            () if has("tasks") => {
                let plan = tool::tasks(number, &self.conversation.id);
                self.use_tool(plan).await;
            }
            () if has("mcp") => self.use_tool(tool::mcp(number)).await,
            () if has("think") => self.use_tool(tool::think(number)).await,
            () => self.reply(&format!("You said: **{words}**\n\n- one\n- two\n")),
        }
    }

    /// The number of the model's next answer.
    fn number(&self) -> u64 {
        let mut memory = self.conversation.memory();
        memory.work.answers += 1;
        memory.work.answers
    }

    async fn use_tool(&self, tool: Tool) {
        self.call(tool, Duration::from_millis(40)).await;
        self.reply("That is done.");
    }

    /// One call, from its action to its result. While it is paused it is not made.
    async fn call(&self, tool: Tool, takes: Duration) {
        let mut paused = self.conversation.paused.subscribe();
        // The sender is in the conversation, which is held here.
        let _ = paused.wait_for(|paused| !paused).await;
        let cause = self.append(tool.action);
        self.result(tool.call, cause, tool.observation, takes).await;
    }

    async fn result(
        &self,
        call: tool::Call,
        cause: u64,
        observation: Option<Value>,
        takes: Duration,
    ) {
        let Some(mut observation) = observation else {
            return;
        };
        if let Some(fields) = observation.as_object_mut() {
            fields.insert("cause".into(), cause.into());
        }
        if let Some(mut memory) = self.memory() {
            memory.work.open = Some((call, observation));
        }
        sleep(takes).await;
        let open = self.memory().and_then(|mut memory| memory.work.open.take());
        if let Some((_, observation)) = open {
            self.append(observation);
        }
    }

    fn reply(&self, words: &str) {
        let metrics = tool::metrics(self.number());
        self.append(event::reply(words, metrics));
        self.enter("awaiting_user_input");
    }

    fn finish(&self, number: u64, words: &str) {
        self.append(tool::finish(number, words).action);
        self.enter("finished");
    }

    /// Calls enough to be cut off in the middle, at an uneven pace.
    async fn long(&self, count: u64) {
        for step in 1..=count {
            let made = tool::run(self.number(), &format!("echo {step}"), &step.to_string());
            self.call(made, Duration::from_millis(20 + step * 7 % 30))
                .await;
        }
        self.finish(self.number(), &format!("{count} steps are done."));
    }

    /// A command that is long enough to be stopped.
    async fn slow(&self, number: u64) {
        let made = tool::run(number, "sleep 4; echo late", "late");
        self.call(made, Duration::from_secs(4)).await;
        self.reply("That took its time.");
    }

    /// A call that wants leave. It is first stored as waiting and then again, under another id,
    /// as confirmed or rejected.
    async fn ask(&self, number: u64) {
        let mut made = tool::run(number, "echo danger", "danger");
        set(&mut made.action, "security_risk", json!(2));
        let (sender, answer) = oneshot::channel();
        if let Some(mut memory) = self.memory() {
            memory.work.asked = Some(sender);
        }
        self.enter("awaiting_user_confirmation");
        set(
            &mut made.action,
            "confirmation_state",
            json!("awaiting_confirmation"),
        );
        self.append(made.action.clone());
        set(&mut made.action, "thought", json!(""));
        match answer.await {
            Ok(true) => {
                set(&mut made.action, "confirmation_state", json!("confirmed"));
                let cause = self.append(made.action);
                self.enter("user_confirmed");
                let takes = Duration::from_millis(60);
                self.result(made.call, cause, made.observation, takes).await;
                self.enter("running");
                self.reply("It was dangerous, and it is done.");
            }
            Ok(false) => self.rejected(made),
            // The question was dropped.
            Err(_) => {}
        }
    }

    fn rejected(&self, mut made: Tool) {
        set(&mut made.action, "confirmation_state", json!("rejected"));
        let cause = self.append(made.action);
        self.enter("user_rejected");
        let text = "Action has been rejected by the user! Waiting for further user input.";
        self.append(json!({
            "source": "agent", "message": text, "cause": cause, "observation": "user_rejected",
            "tool_call_metadata": made.call.metadata(), "content": text, "extras": {},
        }));
        self.enter("awaiting_user_input");
    }

    /// The user has too many conversations, and the server ends this one for another.
    fn crowd(&self) {
        let message = "Too many conversations at once. If you are still using this one, try \
                       reactivating it by prompting the agent to continue";
        let status = event::status("error", "AGENT_ERROR$TOO_MANY_CONVERSATIONS", message);
        self.conversation.pass(status);
        life::stop(&self.conversation);
    }

    fn error(&self) {
        let reason = "STATUS$ERROR_LLM_AUTHENTICATION";
        self.conversation
            .pass(event::status("error", reason, reason));
        self.append(event::state("error", reason));
    }
}

fn set(action: &mut Value, arg: &str, value: Value) {
    if let Some(place) = action.pointer_mut(&format!("/args/{arg}")) {
        *place = value;
    }
}
