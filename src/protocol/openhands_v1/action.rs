//! What the agent does.

use serde_json::{Map, Value};

use super::event::{Read, text};
use super::{message, observation};
use crate::model::{CallId, Risk, Said, ToolState};
use crate::wire::json;

/// What an action says. Its arguments are missing where the model's call was not one.
pub(super) fn read(event: &Value) -> Read {
    let thought = event.get("thought").unwrap_or(&Value::Null);
    let mut read = message::answer(text(event, "reasoning_content"), thought);
    let action = event.get("action").unwrap_or(&Value::Null);
    read.said.push(match text(action, "kind") {
        "FinishAction" => Said::Agent(text(action, "message").to_owned()),
        "ThinkAction" => Said::Reasoning(text(action, "thought").to_owned()),
        _ => Said::Called {
            call: call(event),
            name: text(event, "tool_name").to_owned(),
            args: match action {
                Value::Null => meant(event),
                action => arguments(action),
            },
            risk: risk(text(event, "security_risk")),
        },
    });
    read
}

/// The call that an event is part of.
pub(super) fn call(event: &Value) -> Option<CallId> {
    json::text(event, &["tool_call_id"]).map(CallId::new)
}

/// What the model wrote in the place of arguments.
fn meant(event: &Value) -> Value {
    let call = event.get("tool_call").unwrap_or(&Value::Null);
    let written = text(call, "arguments");
    serde_json::from_str(written).unwrap_or_else(|_| Value::String(written.to_owned()))
}

/// The arguments that say something: the server writes those out that nobody gave.
fn arguments(action: &Value) -> Value {
    let mut said = Map::new();
    if let Value::Object(fields) = json::without_empty(action) {
        for (key, value) in fields {
            if key != "kind" && value != Value::Bool(false) {
                said.insert(key, value);
            }
        }
    }
    // A tool of an MCP server has its own arguments in one.
    match said.remove("data") {
        Some(Value::Object(data)) if said.is_empty() => Value::Object(data),
        Some(data) => {
            said.insert("data".to_owned(), data);
            Value::Object(said)
        }
        None => Value::Object(said),
    }
}

fn risk(word: &str) -> Option<Risk> {
    match word {
        "UNKNOWN" => Some(Risk::Unknown),
        "LOW" => Some(Risk::Low),
        "MEDIUM" => Some(Risk::Medium),
        "HIGH" => Some(Risk::High),
        _ => None,
    }
}

/// A call of an agent that the server drives over the Agent Client Protocol: each event repeats all
/// that is known of the call.
pub(super) fn foreign(event: &Value) -> Read {
    let call = call(event);
    let name = text(event, "title").to_owned();
    let args = event.get("raw_input").cloned().unwrap_or_default();
    let mut said = vec![Said::Called {
        call: call.clone(),
        name: name.clone(),
        args,
        risk: None,
    }];
    let state = match text(event, "status") {
        "failed" => ToolState::Failed,
        "completed" if json::is_true(event, "is_error") => ToolState::Failed,
        "completed" => ToolState::Done,
        _ => return Read::all(said),
    };
    said.push(Said::Answered {
        call,
        cause: None,
        name,
        args: Value::Null,
        state,
        content: observation::foreign(event),
    });
    Read::all(said)
}
