//! What the server makes of a client's action. What it cannot read it passes over in silence.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};
use tokio::time::sleep;

use super::conversation::{Conversation, Memory};
use super::{agent, event, tool};

/// How long a stopped command goes on.
const LATE: Duration = Duration::from_millis(300);

/// A user's message.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Message {
    pub(super) content: String,
    pub(super) images: Value,
    pub(super) files: Value,
}

impl Message {
    /// A text alone.
    pub(super) fn text(content: &str) -> Self {
        Self {
            content: content.to_owned(),
            images: json!([]),
            files: json!([]),
        }
    }

    /// What the real server takes for one: a text is needed, and nothing unknown may be there.
    fn read(args: &Map<String, Value>) -> Option<Self> {
        const KNOWN: [&str; 6] = [
            "content",
            "image_urls",
            "file_urls",
            "timestamp",
            "wait_for_response",
            "security_risk",
        ];
        let known = args.keys().all(|key| KNOWN.contains(&key.as_str()));
        let urls = |key: &str| args.get(key).cloned().unwrap_or(Value::Null);
        known.then_some(Self {
            content: args.get("content")?.as_str()?.to_owned(),
            images: urls("image_urls"),
            files: urls("file_urls"),
        })
    }
}

/// Takes an action of `oh_user_action`; true if it is acknowledged. The real server says nothing
/// about one that it does not accept, not even the documented `{type, source, message}`.
pub(super) fn accept(conversation: &Arc<Conversation>, action: &Value) -> bool {
    read(conversation, action).is_some()
}

fn read(conversation: &Arc<Conversation>, action: &Value) -> Option<()> {
    let none = Map::new();
    let args = action.get("args").and_then(Value::as_object);
    match action.get("action")?.as_str()? {
        "message" => take_in(conversation, Message::read(args?)?),
        "change_agent_state" => {
            change(conversation, args?.get("agent_state")?.as_str()?);
        }
        "run" => run(conversation, args?.get("command")?.as_str()?),
        "think" => think(conversation, args?.get("thought")?.as_str()?),
        "null" if args.unwrap_or(&none).is_empty() => {
            let event =
                json!({"source": "user", "message": "No action", "action": "null", "args": {}});
            conversation.append(event);
        }
        _ => return None,
    }
    Some(())
}

/// Stores and echoes a message. While the agent is loading that is all that comes of it.
pub(super) fn take_in(conversation: &Arc<Conversation>, message: Message) {
    let mut memory = conversation.memory();
    let said = event::said(&message.content, &message.images, &message.files);
    conversation.append_to(&mut memory, said);
    memory.seen.accepted.push(message.content.clone());
    let untitled = memory.title.is_none();
    if untitled {
        memory.title = Some(message.content.chars().take(40).collect());
    }
    let deaf = memory.state.is_empty() || memory.state == "loading";
    drop(memory);
    if untitled {
        tokio::spawn(announce_title(Arc::clone(conversation)));
    }
    if !deaf {
        agent::hear(conversation, message, untitled);
    }
}

async fn announce_title(conversation: Arc<Conversation>) {
    sleep(Duration::from_millis(30)).await;
    let title = conversation.memory().title.clone().unwrap_or_default();
    conversation.pass(event::title(&conversation.id, &title));
}

/// A state that the client wants. The real server looks it up nowhere: any word becomes a state.
fn change(conversation: &Arc<Conversation>, state: &str) {
    let mut memory = conversation.memory();
    conversation.append_to(&mut memory, event::change("user", state));
    match state {
        "user_confirmed" | "user_rejected" => {
            // Without a question it is a state like another.
            let asked = memory.work.asked.take();
            let told = asked.is_some_and(|asked| asked.send(state == "user_confirmed").is_ok());
            if told {
                return;
            }
        }
        "stopped" => halt(conversation, &mut memory),
        _ => {}
    }
    conversation.append_to(&mut memory, event::state(state, ""));
    drop(memory);
    conversation.paused.send_replace(state == "paused");
}

/// Ends the turn. The call that is open is said not to have been made; its command goes on all
/// the same, and its result comes late.
fn halt(conversation: &Arc<Conversation>, memory: &mut Memory) {
    memory.work.generation += 1;
    memory.work.waiting.clear();
    memory.work.asked = None;
    if let Some(turn) = memory.work.turn.take() {
        turn.abort();
    }
    let Some((call, result)) = memory.work.open.take() else {
        return;
    };
    let text = "Stop button pressed. The action has not been executed.";
    let error = json!({
        "source": "agent", "message": text, "cause": result.get("cause"), "observation": "error",
        "tool_call_metadata": call.metadata(), "content": text,
        "extras": {"error_id": "AGENT_ERROR$ERROR_ACTION_NOT_EXECUTED_STOPPED"},
    });
    conversation.append_to(memory, error);
    let conversation = Arc::clone(conversation);
    tokio::spawn(async move {
        sleep(LATE).await;
        conversation.append(result);
    });
}

/// A command of the user's own, as the terminal of the official page sends it.
fn run(conversation: &Conversation, command: &str) {
    let made = tool::run(0, command, "hi");
    let mut cause = 0;
    for (mut event, source) in [
        (Some(made.action), "user"),
        (made.observation, "environment"),
    ] {
        if let Some(fields) = event.as_mut().and_then(Value::as_object_mut) {
            fields.remove("tool_call_metadata");
            fields.remove("llm_metrics");
            fields.insert("source".into(), source.into());
            if source == "environment" {
                fields.insert("cause".into(), cause.into());
            }
        }
        cause = event.map_or(cause, |event| conversation.append(event));
    }
}

fn think(conversation: &Conversation, thought: &str) {
    let message = format!("I am thinking...: {thought}");
    let cause = conversation.append(json!({
        "source": "user", "message": message, "action": "think", "args": {"thought": thought},
    }));
    let logged = "Your thought has been logged.";
    conversation.append(json!({
        "source": "user", "message": logged, "cause": cause, "observation": "think",
        "content": logged, "extras": {},
    }));
}
