//! What can be asked for beside the sockets, of each server.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State as Shared};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, AUTHORIZATION,
};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::chat::{Release, Server};
use super::native::BOT;
use super::run::Run;
use super::set;
use crate::ids;
use crate::state::State;

/// A request, as far as the servers look at it.
struct Request<'a> {
    method: &'a Method,
    /// Behind `/api/`.
    path: Vec<&'a str>,
    query: &'a HashMap<String, String>,
    body: Value,
}

/// `/general-bots/RUN/SERVER/api/..`
pub(super) async fn answer(
    Shared(state): Shared<Arc<State>>,
    Path((run, name, path)): Path<(String, String, String)>,
    Query(query): Query<HashMap<String, String>>,
    method: Method,
    headers: HeaderMap,
    body: String,
) -> Response {
    if method == Method::OPTIONS {
        let allowed = [
            (ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type"),
            (ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
        ];
        return (StatusCode::NO_CONTENT, allowed).into_response();
    }
    let run = state.general_bots.of(&run);
    let bearer = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let request = Request {
        method: &method,
        path: path.split('/').collect(),
        query: &query,
        body: serde_json::from_str(&body).unwrap_or(Value::Null),
    };
    let fault = run.memory().mishaps.faults.rest;
    let (status, answer) = match (fault, Server::named(&name)) {
        _ if state.is_down(&run.name) => (503, Value::Null),
        (Some(status), _) => (status, Value::Null),
        (None, Some(Server::Documented)) => documented(&run, &request, bearer),
        (None, Some(Server::Native(Release::C))) => current(&request),
        (None, Some(Server::Native(release))) => old(&run, release, &request),
        (None, None) => (404, Value::Null),
    };
    run.memory().seen.requests.push(json!({
        "server": name, "method": method.as_str(), "path": format!("/api/{path}"), "query": query,
        "authorization": bearer, "status": status,
    }));
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::NOT_FOUND);
    match answer {
        Value::Null => (status, "<!DOCTYPE html>").into_response(),
        answer => (status, Json(answer)).into_response(),
    }
}

/// The envelope that the document puts around everything.
fn documented(run: &Run, request: &Request<'_>, bearer: Option<&str>) -> (u16, Value) {
    let fails = |status, code: &str, message: &str| {
        let error = json!({"code": code, "message": message});
        (status, json!({"success": false, "error": error}))
    };
    let mut memory = run.memory();
    let given = bearer.and_then(|bearer| bearer.strip_prefix("Bearer "));
    if memory.key.is_some() && memory.key.as_deref() != given {
        return fails(401, "AUTH_FAILED", "Invalid or expired token");
    }
    let forgetful = memory.mishaps.chat.forgetful;
    let session = |id: &str| json!({"session_id": id, "status": "active"});
    let data = match (request.method, request.path.as_slice()) {
        (&Method::POST, ["sessions"]) => {
            let id = ids::uuid();
            memory.sessions.of(&id);
            session(&id)
        }
        (&Method::GET, ["sessions"]) => {
            memory.sessions.ids().iter().map(|id| session(id)).collect()
        }
        (&Method::GET, ["sessions", id]) if memory.sessions.find(id).is_some() => {
            let mut found = session(id);
            if !forgetful {
                set(
                    &mut found,
                    "messages",
                    memory.sessions.of(id).said.clone().into(),
                );
            }
            found
        }
        (&Method::POST, ["sessions", id, "messages"]) => {
            let content = request.body.get("content").and_then(Value::as_str);
            memory
                .sessions
                .of(id)
                .say(&ids::uuid(), "user", content.unwrap_or_default())
        }
        _ => {
            return fails(
                404,
                "SESSION_NOT_FOUND",
                "Session does not exist or has expired",
            );
        }
    };
    (200, json!({"success": true, "data": data}))
}

/// Release C, which has lost most of what there was.
fn current(request: &Request<'_>) -> (u16, Value) {
    let given = |name: &str| request.query.get(name).cloned();
    match (request.method, request.path.as_slice()) {
        (&Method::GET, ["auth"]) => (
            200,
            json!({
                "user_id": given("user_id").unwrap_or_else(ids::uuid),
                "session_id": given("session_id").unwrap_or_else(ids::uuid),
                "bot_id": BOT, "bot_name": given("bot_name").unwrap_or_else(|| "default".to_owned()),
                "status": "anonymous",
            }),
        ),
        (&Method::GET, ["bot", "config"]) => (
            200,
            json!({
                "theme-color1": "#0d2b55", "theme-color2": "#fff9c2", "theme-title": "Announcements",
            }),
        ),
        // A stub.
        (&Method::POST, ["sessions"]) => (200, Value::Null),
        _ => (404, Value::Null),
    }
}

/// Releases A, A' and B: the one session of whoever asks, until there is a new one.
fn old(run: &Run, release: Release, request: &Request<'_>) -> (u16, Value) {
    const USER: &str = "0d3a6a0e-52f5-4a51-8f0a-0a3b0c0d0e0f";
    let mut memory = run.memory();
    let history = match release {
        Release::B => matches!(request.path.as_slice(), ["sessions", _, "history"]),
        _ => matches!(request.path.as_slice(), ["sessions", _]),
    };
    match (request.method, request.path.as_slice()) {
        (&Method::GET, ["auth"]) => {
            let id = memory.sessions.ids().pop().unwrap_or_else(ids::uuid);
            memory.sessions.of(&id);
            (
                200,
                json!({"user_id": USER, "session_id": id, "status": "authenticated"}),
            )
        }
        (&Method::POST, ["sessions"]) => {
            let id = ids::uuid();
            memory.sessions.of(&id);
            let created = "2025-10-18T12:00:00+00:00";
            (
                200,
                json!({"session_id": id, "title": "New Conversation", "created_at": created}),
            )
        }
        (&Method::GET, ["sessions"]) => {
            let ids = memory.sessions.ids();
            let all = ids
                .iter()
                .map(|id| json!({"id": id, "title": "New Conversation"}));
            (200, all.collect())
        }
        (&Method::GET, ["sessions", id, ..]) if history => match memory.sessions.find(id) {
            Some(session) => (200, session.said.iter().map(pair).collect()),
            None => (200, json!([])),
        },
        (&Method::POST, ["start"]) | (&Method::POST, ["sessions", _, "start"]) => {
            (200, json!({"status": "started"}))
        }
        _ => (404, Value::Null),
    }
}

/// `[role, text]`
fn pair(message: &Value) -> Value {
    json!([message.get("role"), message.get("content")])
}
