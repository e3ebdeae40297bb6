//! The part of the REST interface that a chat needs: conversations, their events, their files.

mod events;
mod list;

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Multipart, Path, Query, State as Shared};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use tower_http::cors::CorsLayer;

use super::accept::Message;
use super::conversation::Conversation;
use super::{event, life};
use crate::fault::Faults;
use crate::state::State;

/// The routes below `/openhands-v0/api`.
pub(super) fn routes() -> Router<Arc<State>> {
    let one = get(show).patch(rename).delete(remove);
    Router::new()
        .route("/conversations", get(list::answer).post(create))
        .route("/conversations/{id}", one)
        .route("/conversations/{id}/start", post(start))
        .route("/settings", get(settings))
        .route("/conversations/{id}/stop", post(stop))
        .route(
            "/conversations/{id}/events",
            get(events::answer).post(events::act),
        )
        .route("/conversations/{id}/message", post(events::say))
        .route("/conversations/{id}/trajectory", get(events::trajectory))
        .route("/conversations/{id}/upload-files", post(upload))
        // A page on another origin asks first, with the header of the key.
        .layer(CorsLayer::very_permissive())
}

/// Why there is no answer.
enum Refusal {
    Because(StatusCode, Value),
    Failed(StatusCode),
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Because(status, why) => (status, Json(why)).into_response(),
            Self::Failed(status) => (status, "Internal Server Error").into_response(),
        }
    }
}

type Parameters = Query<HashMap<String, String>>;

/// The conversation, if it has begun; an answer instead for a missing key and for a fault.
fn find(
    state: &State,
    headers: &HeaderMap,
    id: &str,
) -> Result<Option<Arc<Conversation>>, Refusal> {
    let conversation = state.openhands.of(id);
    let (key, faults) = {
        let memory = conversation.memory();
        (memory.key.clone(), memory.trouble.faults.clone())
    };
    faulty(&faults)?;
    if key.is_some() && key.as_deref() != given(headers) {
        let why = json!({"detail": "Unauthorized"});
        return Err(Refusal::Because(StatusCode::UNAUTHORIZED, why));
    }
    Ok(Some(conversation).filter(|conversation| conversation.has_begun()))
}

/// As [`find`], for calls that answer 404 when there is none.
fn need(state: &State, headers: &HeaderMap, id: &str) -> Result<Arc<Conversation>, Refusal> {
    find(state, headers, id)?.ok_or_else(|| {
        let why = json!({"detail": format!("Conversation {id} not found")});
        Refusal::Because(StatusCode::NOT_FOUND, why)
    })
}

fn faulty(faults: &Faults) -> Result<(), Refusal> {
    match faults.rest {
        Some(status) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            Err(Refusal::Failed(status))
        }
        None => Ok(()),
    }
}

fn given(headers: &HeaderMap) -> Option<&str> {
    headers.get("x-session-api-key")?.to_str().ok()
}

/// What a conversation can be made with; the real server accepts no other field.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Made {
    initial_user_msg: Option<String>,
    image_urls: Option<Value>,
    #[serde(rename = "repository")]
    _repository: Option<Value>,
    #[serde(rename = "git_provider")]
    _git_provider: Option<Value>,
    #[serde(rename = "selected_branch")]
    _selected_branch: Option<Value>,
    #[serde(rename = "conversation_instructions")]
    _instructions: Option<Value>,
}

/// `POST /conversations`
async fn create(
    Shared(state): Shared<Arc<State>>,
    Query(query): Parameters,
    Json(body): Json<Value>,
) -> Result<Json<Value>, Refusal> {
    faulty(&Faults::of(&query))?;
    let made: Made = serde_json::from_value(body).map_err(|error| {
        let detail = json!({"type": "extra_forbidden", "msg": error.to_string()});
        let why = json!({"detail": [detail]});
        Refusal::Because(StatusCode::UNPROCESSABLE_ENTITY, why)
    })?;
    let id = {
        let mut memory = state.memory();
        memory.counter += 1;
        format!(
            "{:032x}",
            0xc7ad_ead3_1fe9_4f86_u128 << 64 | u128::from(memory.counter)
        )
    };
    let first = made.initial_user_msg.map(|text| Message {
        images: made.image_urls.unwrap_or_else(|| json!([])),
        ..Message::text(&text)
    });
    life::start(&state.openhands.of(&id), first);
    Ok(Json(done(&id, None, "STARTING")))
}

fn done(id: &str, message: Option<&str>, status: &str) -> Value {
    json!({
        "status": "ok", "conversation_id": id, "message": message, "conversation_status": status,
    })
}

/// `GET /conversations/<id>`: `null` for one that is not there.
async fn show(
    Shared(state): Shared<Arc<State>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let found = find(&state, &headers, &id)?;
    Ok(Json(
        found.map_or(Value::Null, |found| list::summary(&found)),
    ))
}

#[derive(Debug, Deserialize)]
struct Title {
    title: String,
}

/// `PATCH /conversations/<id>`
async fn rename(
    Shared(state): Shared<Arc<State>>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Json(Title { title }): Json<Title>,
) -> Result<Json<bool>, Refusal> {
    let Some(conversation) = find(&state, &headers, &id)? else {
        let why = json!({
            "status": "error", "message": "Conversation not found",
            "msg_id": "CONVERSATION$NOT_FOUND",
        });
        return Err(Refusal::Because(StatusCode::NOT_FOUND, why));
    };
    if title.is_empty() {
        let why = json!({"detail": [{"type": "string_too_short", "loc": ["body", "title"]}]});
        return Err(Refusal::Because(StatusCode::UNPROCESSABLE_ENTITY, why));
    }
    conversation.pass(event::title(&id, &title));
    conversation.memory().title = Some(title);
    Ok(Json(true))
}

/// `DELETE /conversations/<id>`
async fn remove(
    Shared(state): Shared<Arc<State>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Json<bool>, Refusal> {
    let found = find(&state, &headers, &id)?;
    if let Some(conversation) = &found {
        life::stop(conversation);
        state.openhands.remove(&id);
    }
    Ok(Json(found.is_some()))
}

/// `POST /conversations/<id>/start`
async fn start(
    Shared(state): Shared<Arc<State>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let Some(conversation) = find(&state, &headers, &id)? else {
        let why = json!({"status": "error", "conversation_id": id});
        return Err(Refusal::Because(StatusCode::NOT_FOUND, why));
    };
    life::start(&conversation, None);
    Ok(Json(done(&id, None, "STARTING")))
}

/// `GET /settings`: of the providers, with which ones the server was set up.
async fn settings() -> Json<Value> {
    Json(json!({"llm_model": "openai/gpt-4o", "provider_tokens_set": {"github": null}}))
}

/// `POST /conversations/<id>/stop`: the status is the one from before.
async fn stop(
    Shared(state): Shared<Arc<State>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let found = find(&state, &headers, &id)?;
    Ok(Json(match found.is_some_and(|found| life::stop(&found)) {
        true => done(&id, Some("Conversation stopped successfully"), "RUNNING"),
        false => done(&id, Some("Conversation was not running"), "STOPPED"),
    }))
}

/// `POST /conversations/<id>/upload-files`: parts named `files`, of which the real server keeps what
/// is UTF-8.
async fn upload(
    Shared(state): Shared<Arc<State>>,
    headers: HeaderMap,
    Path(id): Path<String>,
    mut parts: Multipart,
) -> Result<Json<Value>, Refusal> {
    let conversation = need(&state, &headers, &id)?;
    let mut uploaded = Vec::new();
    while let Some(part) = parts
        .next_field()
        .await
        .map_err(|error| Refusal::Failed(error.status()))?
    {
        if part.name() == Some("files") {
            let name = part.file_name().unwrap_or("unnamed").to_owned();
            uploaded.push(format!("/workspace/{name}"));
            let held = part.bytes().await;
            let held = held.map_err(|error| Refusal::Failed(error.status()))?;
            let held = String::from_utf8_lossy(&held).into_owned();
            conversation.memory().seen.uploaded.push((name, held));
        }
    }
    Ok(Json(
        json!({"uploaded_files": uploaded, "skipped_files": []}),
    ))
}
