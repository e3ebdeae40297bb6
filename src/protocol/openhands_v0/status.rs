//! What the server says beside the log: it is neither stored nor told again.

use serde_json::Value;

use super::standing;
use crate::model::Fault;
use crate::protocol::AgentEvent;
use crate::wire::json;

/// What a frame beside the log says.
#[derive(Debug, PartialEq)]
pub(super) enum Status {
    /// This, to the person.
    Said(AgentEvent),
    /// Something failed, in the server's words or by its name for it.
    Failed(String),
    /// Too many conversations run; this one is about to be ended.
    TooMany,
}

/// Reads a status update or an error; `None` for an event of the log.
pub(super) fn read(event: &Value) -> Option<Status> {
    let message = json::text(event, &["message"]).unwrap_or_default();
    if json::is_true(event, "error") {
        return Some(Status::Failed(message.to_owned()));
    }
    if !json::is_true(event, "status_update") {
        return None;
    }
    if let Some(title) = json::text(event, &["conversation_title"]) {
        return Some(Status::Said(AgentEvent::Titled(title.to_owned())));
    }
    let id = json::text(event, &["id"]).unwrap_or_default();
    Some(match json::text(event, &["type"]) {
        _ if id == "AGENT_ERROR$TOO_MANY_CONVERSATIONS" => Status::TooMany,
        Some("error") => Status::Said(AgentEvent::Trouble(fault(id, message))),
        _ => Status::Said(AgentEvent::Progress(busy(id))),
    })
}

/// What the server is busy with; nothing once it is ready.
fn busy(id: &str) -> Option<String> {
    let done = matches!(id, "STATUS$READY" | "STATUS$STOPPED" | "");
    (!done).then(|| id.to_owned())
}

/// The message may be a name as well, or nothing.
fn fault(id: &str, message: &str) -> Fault {
    let words = if message.is_empty() { id } else { message };
    let mut fault = standing::fault(words, "STATUS$ERROR");
    if fault.code.is_none() && !id.is_empty() {
        fault.code = Some(id.to_owned());
    }
    fault
}
