//! `POST /app-conversations/<id>/send-message`: passed on to the agent server, if there is one.

use serde_json::{Value, json};

use super::{Answer, Answered, Place, Request, conversation_id, list};
use crate::openhands_v1::agent;
use crate::openhands_v1::message::Message;

pub(super) fn send(place: &Place, request: &Request, id: &str) -> Answered {
    let id = conversation_id(id)?;
    let body = request.json()?;
    let content = content(&body)?;
    let missing = || Answer::refuse(404, &format!("Conversation {id} not found"));
    let sandbox = list::sandbox_of(place, &id).ok_or_else(missing)?;
    let found = place.run.find(&id).ok_or_else(missing)?;
    let status = place
        .run
        .memory()
        .app
        .sandbox(&sandbox)
        .map(|sandbox| sandbox.status.clone());
    let Some(status) = status else {
        let why = format!("Sandbox not found for conversation {id}");
        return Err(Answer::refuse(404, &why));
    };
    reachable(&sandbox, &status)?;
    match place.run.mishaps().upstream {
        None => {}
        Some(0) => return Err(Answer::refuse(502, "Failed to reach agent server.")),
        Some(status) => {
            let why = format!("Agent server error: {status}");
            return Err(Answer::refuse(502, &why));
        }
    }
    let run = body.get("run") != Some(&json!(false));
    place.run.heard(&id, &content, "send-message", run);
    agent::take_in(&found, &content);
    if run {
        agent::start_for_message(&place.run, &found);
    }
    Ok(Answer::ok(
        json!({"success": true, "sandbox_status": status, "message": null}),
    ))
}

/// Why a sandbox in that state takes no message.
fn reachable(sandbox: &str, status: &str) -> Result<(), Answer> {
    match status {
        "RUNNING" => Ok(()),
        "MISSING" => Err(Answer::refuse(
            410,
            "Conversation is archived. The sandbox no longer exists.",
        )),
        "ERROR" => Err(Answer::refuse(
            503,
            "Sandbox is in an error state and cannot accept messages.",
        )),
        status => Err(Answer::refuse(
            409,
            &format!(
                "Sandbox is {status}. Use POST /api/v1/sandboxes/{sandbox}/resume to resume it \
                 first."
            ),
        )),
    }
}

/// The content of a message: a list that is not empty.
pub(super) fn content(body: &Value) -> Result<Value, Answer> {
    let place = json!(["body", "content"]);
    match body.get("content") {
        None => return Err(Answer::invalid("missing", place, "Field required")),
        Some(Value::Array(blocks)) if blocks.is_empty() => {
            let why = "List should have at least 1 item after validation, not 0";
            return Err(Answer::invalid("too_short", place, why));
        }
        Some(Value::Array(_)) => {}
        Some(_) => {
            let why = "Input should be a valid list";
            return Err(Answer::invalid("list_type", place, why));
        }
    }
    if body.get("role").is_some_and(|role| role != "user") {
        let place = json!(["body", "role"]);
        return Err(Answer::invalid(
            "literal_error",
            place,
            "Input should be 'user'",
        ));
    }
    let whole = json!({"role": "user", "content": body.get("content")});
    let read = Message::read(&whole);
    let read = read.map_err(|(_, why)| Answer::invalid("literal_error", place, &why))?;
    Ok(read.content)
}
