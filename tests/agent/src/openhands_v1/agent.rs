//! The agent's loop: it takes messages in, asks the model, and makes the calls.

use std::sync::{Arc, MutexGuard};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::task::AbortHandle;

use super::conversation::{Conversation, Live, Memory};
use super::event::{self, field, set};
use super::llm::{self, Answer, Asked, Fate};
use super::run::Run;
use super::stream::{Failure, Stream};
use super::{ids, tool};

/// What the environment says about an answer without anything in it.
const NUDGE: &str = "Your last response did not include a function call or a message. Please use \
    a tool to proceed with the task.";

/// The run goes on already.
#[derive(Debug)]
pub(super) struct Running;

/// Stores a message of the user's. Its run is another matter.
pub(super) fn take_in(conversation: &Arc<Conversation>, content: &Value) {
    let mut memory = conversation.memory();
    if memory.log.is_empty() {
        conversation.append_to(&mut memory, event::system());
    }
    if matches!(memory.status.as_str(), "finished" | "stuck") {
        conversation.enter(&mut memory, "idle");
    }
    let id = conversation.append_to(&mut memory, event::said("user", content));
    memory.last_user = Some(id.clone());
    conversation.append_to(
        &mut memory,
        event::update("last_user_message_id", id.into()),
    );
    let untitled = memory.autotitle && memory.title.is_none();
    drop(memory);
    if untitled {
        tokio::spawn(entitle(Arc::clone(conversation), words(content)));
    }
}

/// No event tells of the title.
async fn entitle(conversation: Arc<Conversation>, words: String) {
    tokio::time::sleep(Duration::from_millis(30)).await;
    let mut memory = conversation.memory();
    memory
        .title
        .get_or_insert_with(|| words.chars().take(40).collect());
}

/// The text of a message's content.
pub(super) fn words(content: &Value) -> String {
    let parts = content.as_array().map(Vec::as_slice).unwrap_or_default();
    let texts: Vec<&str> = parts.iter().map(|part| field(part, "text")).collect();
    texts.join("\n").trim().to_owned()
}

/// Starts a run, which also approves the calls that wait for leave.
pub(super) fn start(run: &Arc<Run>, conversation: &Arc<Conversation>) -> Result<(), Running> {
    let mut memory = conversation.memory();
    if memory.work.run.is_some() {
        return Err(Running);
    }
    memory.work.generation += 1;
    let turn = Turn {
        run: Arc::clone(run),
        conversation: Arc::clone(conversation),
        generation: memory.work.generation,
    };
    memory.work.run = Some(tokio::spawn(turn.all()).abort_handle());
    Ok(())
}

/// Starts a run for a message: one that goes on takes the message after its step.
pub(super) fn start_for_message(run: &Arc<Run>, conversation: &Arc<Conversation>) {
    if start(run, conversation).is_err() {
        conversation.memory().work.again = true;
    }
}

/// The step that the agent is at goes on, whatever is said at once.
pub(super) fn pause(conversation: &Conversation) {
    let mut memory = conversation.memory();
    memory.work.again = false;
    if matches!(memory.status.as_str(), "idle" | "running") {
        conversation.enter(&mut memory, "paused");
        conversation.append_to(&mut memory, event::done_by_user("PauseEvent"));
    }
    drop(memory);
    conversation.pass_state();
}

/// The step that the agent is at ends.
pub(super) fn interrupt(conversation: &Conversation) {
    let mut memory = conversation.memory();
    let Some(task) = memory.work.run.take() else {
        drop(memory);
        return pause(conversation);
    };
    task.abort();
    memory.work.generation += 1;
    memory.work.again = false;
    if let Some((item, attempt)) = memory.work.stream.take() {
        conversation.pass(Live::Progress(aborted(&item, attempt, "cancelled")));
    }
    conversation.enter(&mut memory, "paused");
    conversation.append_to(&mut memory, event::done_by_user("InterruptEvent"));
    drop(memory);
    conversation.pass_state();
    conversation.pass_state();
}

pub(super) fn aborted(item: &str, attempt: u64, reason: &str) -> Value {
    json!({"type": "item_aborted", "item_id": item, "attempt": attempt, "reason": reason})
}

/// Refuses the calls that wait for leave: the agent does not go on by itself.
pub(super) fn reject(conversation: &Conversation, reason: &str) {
    let mut memory = conversation.memory();
    if memory.status == "waiting_for_confirmation" {
        conversation.enter(&mut memory, "idle");
    }
    for action in memory.pending() {
        conversation.append_to(&mut memory, event::rejection(&action, reason, "user"));
    }
}

/// Ends what the agent is at, without a word; true if it was at something.
pub(super) fn end(memory: &mut Memory) -> bool {
    memory.work.generation += 1;
    memory.work.again = false;
    memory.work.stream = None;
    let tasks = [memory.work.goal.take(), memory.work.run.take()];
    let [_, ran] = &tasks;
    let ran = ran.is_some();
    tasks.iter().flatten().for_each(AbortHandle::abort);
    ran
}

/// The server was killed and is back: what ran has failed.
pub(super) fn restart(conversation: &Conversation) {
    const LOST: &str = "A restart occurred while this tool was in progress. This may indicate a \
        fatal memory error or system crash. The tool execution was interrupted and did not \
        complete.";
    let mut memory = conversation.memory();
    if end(&mut memory) || memory.status == "running" {
        conversation.enter(&mut memory, "error");
        for action in memory.pending() {
            conversation.append_to(&mut memory, event::agent_error(&action, LOST, true));
        }
    }
}

/// Whether there is another step.
enum Next {
    Step,
    End,
}

struct Turn {
    run: Arc<Run>,
    conversation: Arc<Conversation>,
    generation: u64,
}

impl Turn {
    async fn all(self) {
        loop {
            self.begin();
            while let Next::Step = self.step().await {}
            let Some(mut memory) = self.own() else { return };
            let again = std::mem::take(&mut memory.work.again);
            let unasked = memory.last_user != memory.work.asked;
            if !again || !unasked || memory.status == "paused" {
                memory.work.run = None;
                break;
            }
            // A message that came meanwhile: from `finished` it goes to `running` at once.
            self.conversation.enter(&mut memory, "running");
        }
        self.conversation.pass_state();
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.conversation.memory()
    }

    /// Waits so long, and longer while the server or its sandbox is stopped.
    async fn rest(&self, time: Duration) {
        self.run.rest(time).await;
        self.conversation.thawed().await;
    }

    /// The memory, unless the run was ended: that takes effect only where the run waits, and until
    /// then nothing of it may be stored.
    fn own(&self) -> Option<MutexGuard<'_, Memory>> {
        Some(self.memory()).filter(|memory| memory.work.generation == self.generation)
    }

    fn append(&self, event: Value) {
        if let Some(mut memory) = self.own() {
            self.conversation.append_to(&mut memory, event);
        }
    }

    fn enter(&self, status: &str) {
        if let Some(mut memory) = self.own() {
            self.conversation.enter(&mut memory, status);
        }
    }

    fn begin(&self) {
        let Some(mut memory) = self.own() else { return };
        if matches!(
            memory.status.as_str(),
            "idle" | "paused" | "error" | "stuck"
        ) {
            self.conversation.enter(&mut memory, "running");
        }
    }

    async fn step(&self) -> Next {
        let pending = {
            let Some(mut memory) = self.own() else {
                return Next::End;
            };
            match memory.status.as_str() {
                "paused" | "stuck" | "finished" | "error" => return Next::End,
                "waiting_for_confirmation" => self.conversation.enter(&mut memory, "running"),
                _ => {}
            }
            memory.pending()
        };
        if !pending.is_empty() {
            self.make(&pending).await;
            return Next::Step;
        }
        let answer = self.ask();
        let next = self.perform(&answer).await;
        if self.run.mishaps().late_stats {
            self.stats();
        }
        next
    }

    /// Asks the model.
    fn ask(&self) -> Answer {
        let mut memory = self.memory();
        memory.work.asked = memory.last_user.clone();
        let newest = memory.log.iter().rposition(|event| {
            event
                .pointer("/llm_message/role")
                .is_some_and(|role| role == "user")
        });
        let since = memory.log.get(newest.unwrap_or_default()..);
        let since = since.unwrap_or_default();
        let done = |event: &&Arc<Value>| {
            matches!(
                field(event, "kind"),
                "ObservationEvent" | "UserRejectObservation" | "AgentErrorEvent"
            )
        };
        let content = since
            .first()
            .and_then(|event| event.pointer("/llm_message/content"));
        let content = content.unwrap_or(&Value::Null);
        let parts = content.as_array().map(Vec::as_slice).unwrap_or_default();
        let images = parts
            .iter()
            .filter_map(|part| part.get("image_urls")?.as_array());
        llm::answer(&Asked {
            words: &words(content),
            images: images.map(Vec::len).sum(),
            step: since.iter().filter(done).count(),
        })
    }

    async fn perform(&self, answer: &Answer) -> Next {
        match answer.fate {
            Fate::Stuck => self.enter("stuck"),
            Fate::Hangs => std::future::pending().await,
            Fate::Limit => self.fail(
                "MaxIterationsReached",
                "Agent reached maximum iterations limit (3).",
                ("agent_action", false, "none"),
            ),
            Fate::Refused(status) => self.refused(status).await,
            Fate::Blind => {
                self.append(event::reply(&answer.text, "", None));
                self.enter("finished");
            }
            _ => return self.write(answer).await,
        }
        Next::End
    }

    /// Passes the model's answer on as it is written, and then the whole.
    async fn write(&self, answer: &Answer) -> Next {
        self.before(answer);
        let response = {
            let mut memory = self.memory();
            memory.work.answers += 1;
            format!("chatcmpl-scripted-{}", memory.work.answers)
        };
        let item = ids::uuid();
        let stream = Stream {
            run: &self.run,
            conversation: &self.conversation,
            generation: self.generation,
            item: &item,
            response: &response,
        };
        if let Err(Failure) = stream.write(answer).await {
            let detail = "litellm.APIConnectionError: OpenAIException - upstream died mid-stream";
            self.fail(
                "LLMServiceUnavailableError",
                detail,
                ("transient", true, "retry"),
            );
            return Next::End;
        }
        if !self.run.mishaps().late_stats {
            self.stats();
        }
        if !answer.calls.is_empty() {
            return self.call(answer, item, &response).await;
        }
        let text = match answer.fate {
            Fate::Huge => "huge ".repeat(1 << 20),
            _ => answer.text.clone(),
        };
        let mut reply = event::reply(&text, &answer.reasoning, Some(&response));
        set(&mut reply, "id", item.into());
        self.append(reply);
        self.memory().work.stream = None;
        if answer.fate == Fate::Empty {
            self.append(event::said("environment", &json!([event::text(NUDGE)])));
            return Next::Step;
        }
        self.enter("finished");
        Next::Step
    }

    /// What comes before the answer.
    fn before(&self, answer: &Answer) {
        match answer.fate {
            Fate::Condensed => {
                let forgotten: Vec<String> = {
                    let memory = self.memory();
                    let ids = memory.log.iter().map(|event| field(event, "id").to_owned());
                    ids.skip(1).take(2).collect()
                };
                self.append(event::condensation(&forgotten, "chatcmpl-condenser"));
            }
            Fate::Noise => {
                self.append(json!({
                    "source": "weather", "forecast": {"rain": [1, null, "x"]},
                    "kind": "WeatherEvent",
                }));
                self.append(event::update("mood", json!({"of": ["the", "agent"]})));
                self.conversation
                    .pass(Live::Progress(json!({"type": "barometer", "hPa": 1013})));
            }
            _ => {}
        }
    }

    fn stats(&self) {
        let Some(mut memory) = self.own() else { return };
        let stats = memory.stats();
        self.conversation
            .append_to(&mut memory, event::update("stats", stats));
    }

    /// The calls of one answer; only the first has the thought.
    async fn call(&self, answer: &Answer, item: String, response: &str) -> Next {
        let (policy, analyzed) = {
            let memory = self.memory();
            (memory.policy.clone(), !memory.analyzer.is_null())
        };
        let mut item = Some(item);
        for (number, call) in answer.calls.iter().enumerate() {
            let first = number == 0;
            let around = event::Around {
                thought: if first { &answer.text } else { "\0" },
                reasoning: if first { &answer.reasoning } else { "" },
                response,
                risk: if analyzed { call.risk } else { "UNKNOWN" },
            };
            let id = format!(
                "call_{}_{number}",
                response.rsplit('-').next().unwrap_or("0")
            );
            let mut action = event::action(call, &id, &around);
            let own = item.take().unwrap_or_else(ids::uuid);
            set(&mut action, "id", own.clone().into());
            if answer.fate == Fate::Blocked {
                self.block(&own, action);
                continue;
            }
            self.append(action.clone());
            if call.action.is_none() {
                self.append(event::agent_error(&action, &call.error, false));
            } else if analyzed {
                self.append(event::analysis(&own, call.risk, field(&policy, "kind")));
            }
        }
        self.memory().work.stream = None;
        let pending = self.memory().pending();
        if !pending.is_empty() && asks(&policy, &pending) {
            self.enter("waiting_for_confirmation");
            return Next::End;
        }
        self.make(&pending).await;
        Next::Step
    }

    /// A hook speaks before the call is told of.
    fn block(&self, id: &str, action: Value) {
        let command = action.pointer("/action/command").and_then(Value::as_str);
        self.append(event::hook(id, command.unwrap_or_default()));
        let reason = json!({id: "blocked by hook"});
        self.append(event::update("blocked_actions", reason));
        self.append(action.clone());
        self.append(event::update("blocked_actions", json!({})));
        self.append(event::rejection(&action, "blocked by hook", "hook"));
    }

    /// Makes the calls, one after the other.
    async fn make(&self, pending: &[Arc<Value>]) {
        for event in pending {
            let action = event.get("action").unwrap_or(&Value::Null);
            self.rest(tool::takes(action)).await;
            let result = tool::observe(action, field(event, "tool_name"));
            self.append(event::observation(event, &result));
            if field(action, "kind") == "FinishAction" {
                self.enter("finished");
            }
        }
    }

    async fn refused(&self, status: u16) {
        self.rest(Duration::from_millis(80)).await;
        let (code, detail, class) = match status {
            401 => (
                "LLMAuthenticationError",
                "Your LLM API key appears to be invalid or has expired.",
                ("auth", false, "settings"),
            ),
            429 => (
                "LLMRateLimitError",
                "litellm.RateLimitError: RateLimitError: OpenAIException - Rate limit reached for stub.",
                ("rate_limit", true, "retry"),
            ),
            400 => (
                "LLMBadRequestError",
                "litellm.BadRequestError: OpenAIException - Bad request from stub.",
                ("config", false, "settings"),
            ),
            413 => (
                "LLMContextWindowExceedError",
                "Conversation history longer than LLM context window limit. Consider enabling a condenser or shortening inputs.",
                ("agent_action", false, "none"),
            ),
            _ => (
                "LLMServiceUnavailableError",
                "litellm.InternalServerError: InternalServerError: OpenAIException - The server had an error.",
                ("transient", true, "retry"),
            ),
        };
        self.fail(code, detail, class);
    }

    fn fail(&self, code: &str, detail: &str, class: (&str, bool, &str)) {
        self.enter("error");
        self.append(event::error(code, detail, class));
    }
}

/// Whether these calls want leave. Thoughts and the end of the work never do.
fn asks(policy: &Value, pending: &[Arc<Value>]) -> bool {
    const RISKS: [&str; 3] = ["LOW", "MEDIUM", "HIGH"];
    let level = |risk: &str| RISKS.iter().position(|known| *known == risk);
    let kind = |event: &Value| {
        let kind = event.pointer("/action/kind").and_then(Value::as_str);
        kind.unwrap_or_default().to_owned()
    };
    if let [only] = pending
        && matches!(kind(only).as_str(), "FinishAction" | "ThinkAction")
    {
        return false;
    }
    let threshold = level(field(policy, "threshold")).unwrap_or(2);
    let unknown = policy
        .get("confirm_unknown")
        .and_then(Value::as_bool)
        .unwrap_or(true);
    let risky = |event: &Arc<Value>| {
        level(field(event, "security_risk")).map_or(unknown, |risk| risk >= threshold)
    };
    match field(policy, "kind") {
        "AlwaysConfirm" => true,
        "ConfirmRisky" => pending.iter().any(risky),
        _ => false,
    }
}
