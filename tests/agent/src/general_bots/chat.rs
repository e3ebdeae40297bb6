//! The sockets of the chat: who is let in, and which server speaks.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{Path, Query, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::documented;
use super::line::{self, Line};
use super::native::{self, Native};
use super::run::Run;
use crate::state::State;

/// Which server it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Server {
    /// As the document has it.
    Documented,
    Native(Release),
}

/// A released server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Release {
    /// October 2025.
    A,
    /// Branch 6.0.6, November 2025.
    A2,
    /// December 2025 to February 2026.
    B,
    /// May 2026.
    C,
}

impl Server {
    /// The server of that name; those that are named after a room server chat as documented.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "documented" | "roster" | "joincast" | "relay" => Self::Documented,
            "a" => Self::Native(Release::A),
            "a2" => Self::Native(Release::A2),
            "b" => Self::Native(Release::B),
            "c" | "echo" => Self::Native(Release::C),
            _ => return None,
        })
    }
}

/// `GET /general-bots/RUN/SERVER/ws`
pub(super) async fn connect(
    Shared(state): Shared<Arc<State>>,
    Path((run, name)): Path<(String, String)>,
    Query(query): Query<HashMap<String, String>>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let Some(server) = Server::named(&name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let run = state.general_bots.of(&run);
    let Some(number) = run.admit(&state, json!({"server": name, "query": query})) else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    if let Some(refused) = refused(&run, server, &query) {
        return refused;
    }
    upgrade
        .max_message_size(64 << 20)
        .max_frame_size(64 << 20)
        .on_upgrade(move |socket| async move {
            let (line, queue) = Line::new(number);
            let mut hear: Box<dyn FnMut(&str) + Send> = match server {
                Server::Documented => documented::hear(&run, &name, line.clone(), &query),
                Server::Native(release) => {
                    native::hear(Native::new(&run, &name, release, line.clone(), &query))
                }
            };
            line::serve(&state, &run, (number, queue), socket, |text| hear(text)).await;
            run.memory().sessions.left(number);
        })
}

/// An upgrade that is refused at once.
fn refused(run: &Run, server: Server, query: &HashMap<String, String>) -> Option<Response> {
    let ids = ["session_id", "user_id"];
    let named = ids.iter().all(|id| query.contains_key(*id));
    match server {
        Server::Documented => {
            let memory = run.memory();
            let chat = &memory.mishaps.chat;
            let wrong = memory.key.is_some() && memory.key.as_ref() != query.get("token");
            let given = query.contains_key("token");
            (wrong && (chat.in_address || chat.unauthorized && given))
                .then(|| StatusCode::UNAUTHORIZED.into_response())
        }
        Server::Native(Release::C) => None,
        Server::Native(Release::B) if !named => {
            let why = json!({"error": "session_id and user_id are required"});
            Some((StatusCode::BAD_REQUEST, axum::Json(why)).into_response())
        }
        // Its handler panics.
        Server::Native(_) if !query.contains_key("session_id") => {
            Some(StatusCode::INTERNAL_SERVER_ERROR.into_response())
        }
        Server::Native(_) => None,
    }
}

/// Reads a frame and notes it.
pub(super) fn heard(run: &Run, server: &str, line: &Line, text: &str) -> Value {
    let frame = serde_json::from_str(text).unwrap_or(Value::Null);
    run.heard(&frame);
    let short: Value = match text.len() > 4_000 {
        true => "long".into(),
        false => frame.clone(),
    };
    run.memory().seen.chat.push(json!({
        "server": server, "socket": line.number, "bytes": text.len(), "frame": short,
    }));
    frame
}
