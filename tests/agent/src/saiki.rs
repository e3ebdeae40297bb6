//! A small Saiki of its own (the dialect of 0.2.6 to 0.3.7), for tests that need a conversation.
//!
//! Words in a message choose what happens: tool, ask, image, error, slow, stall, huge, remote.

mod reply;

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Query, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::state::State;

/// The session of clients that name none.
const SHARED: &str = "default";

/// `GET /saiki`
pub(crate) async fn connect(
    Shared(state): Shared<Arc<State>>,
    Query(query): Query<HashMap<String, String>>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let run = query.get("run").cloned().unwrap_or_default();
    if state.is_down(&run) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    upgrade
        .max_message_size(100 << 20)
        .max_frame_size(100 << 20)
        .on_upgrade(move |socket| talk(state, run, socket))
}

async fn talk(state: Arc<State>, run: String, mut socket: WebSocket) {
    let mut drops = state.drops.subscribe();
    let mut frames = state.frames.subscribe();
    loop {
        let outgoing = tokio::select! {
            frame = frames.recv() => frame.ok(),
            dropped = drops.recv() => match dropped {
                Ok(name) if name.is_empty() || name == run => return,
                _ => None,
            },
            message = socket.recv() => match message {
                Some(Ok(Message::Text(text))) => heard(&state, &run, &text),
                Some(Ok(Message::Binary(bytes))) => heard(&state, &run, &String::from_utf8_lossy(&bytes)),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => None,
                _ => return,
            },
        };
        if let Some(frame) = outgoing
            && socket.send(Message::Text(frame.into())).await.is_err()
        {
            return;
        }
    }
}

/// Takes a client's frame; gives what only that client is answered.
fn heard(state: &Arc<State>, run: &str, text: &str) -> Option<String> {
    state.received(run, text, None);
    let Ok(value) = serde_json::from_str::<Value>(text) else {
        return Some(error("Failed to process message"));
    };
    let session = value
        .get("sessionId")
        .and_then(Value::as_str)
        .unwrap_or(SHARED)
        .to_owned();
    match value.get("type").and_then(Value::as_str) {
        Some("message") if value.get("content").is_some_and(|content| content != "") => {
            tokio::spawn(reply::reply(Arc::clone(state), session, value));
            None
        }
        Some("reset") => {
            state.memory().history.remove(&session);
            for _ in 0..2 {
                emit(state, "conversationReset", &session, json!({}));
            }
            None
        }
        Some("toolConfirmationResponse") => {
            answered(state, value.get("data").unwrap_or(&Value::Null));
            None
        }
        _ => Some(error("Unknown message type")),
    }
}

fn answered(state: &State, data: &Value) {
    let id = data
        .get("executionId")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let approved = data.get("approved").and_then(Value::as_bool) == Some(true);
    if let Some(waiting) = state.memory().asked.remove(id) {
        // The run may have stopped waiting.
        let _ = waiting.send(approved);
    }
}

fn error(message: &str) -> String {
    json!({"event": "error", "data": {"message": message}}).to_string()
}

/// Sends a frame to every client, as the real server does.
fn emit(state: &State, event: &str, session: &str, mut data: Value) {
    if let Some(fields) = data.as_object_mut() {
        fields.insert("sessionId".into(), session.into());
    }
    // Without a client it is lost, as with the real server.
    let _ = state
        .frames
        .send(json!({"event": event, "data": data}).to_string());
}
