//! The events of a conversation: read by their ids, and sent past the socket.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State as Shared};
use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Parameters, Refusal, need};
use crate::openhands_v0::accept::{Message, accept, take_in};
use crate::openhands_v0::conversation::number;
use crate::state::State;

/// No page of events is longer.
const LONGEST: usize = 100;

/// `GET /conversations/<id>/events?start_id=&end_id=&reverse=&limit=`: the end is included.
pub(super) async fn answer(
    Shared(state): Shared<Arc<State>>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(query): Parameters,
) -> Result<Json<Value>, Refusal> {
    let asked = |key: &str| query.get(key).and_then(|text| text.parse::<i64>().ok());
    let conversation = need(&state, &headers, &id)?;
    let limit = asked("limit").map_or(20, |limit| usize::try_from(limit).unwrap_or(0));
    if limit == 0 || limit > LONGEST {
        let why = json!({"detail": "Invalid limit"});
        return Err(Refusal::Because(StatusCode::BAD_REQUEST, why));
    }
    let (from, to) = (
        asked("start_id").unwrap_or(0),
        asked("end_id").unwrap_or(i64::MAX),
    );
    let wanted = |event: &&Value| number(event) >= from && number(event) <= to;
    let mut found: Vec<Value> = conversation
        .memory()
        .log
        .iter()
        .filter(wanted)
        .cloned()
        .collect();
    // A null event has its file, and no client gets to see it.
    found.retain(|event| event.get("observation").is_none_or(|name| name != "null"));
    if query
        .get("reverse")
        .is_some_and(|reverse| reverse == "true")
    {
        found.reverse();
    }
    let more = found.len() > limit;
    found.truncate(limit);
    Ok(Json(json!({"events": found, "has_more": more})))
}

/// `POST /conversations/<id>/events`: an action. Unlike the socket it says when it is no good.
pub(super) async fn act(
    Shared(state): Shared<Arc<State>>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Json(action): Json<Value>,
) -> Result<Json<Value>, Refusal> {
    let conversation = need(&state, &headers, &id)?;
    match accept(&conversation, &action) {
        true => Ok(Json(json!({"success": true}))),
        false => Err(Refusal::Failed(StatusCode::INTERNAL_SERVER_ERROR)),
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Words {
    message: String,
}

/// `POST /conversations/<id>/message`
pub(super) async fn say(
    Shared(state): Shared<Arc<State>>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Json(Words { message }): Json<Words>,
) -> Result<Json<Value>, Refusal> {
    let conversation = need(&state, &headers, &id)?;
    take_in(&conversation, Message::text(&message));
    Ok(Json(json!({"success": true})))
}

/// `GET /conversations/<id>/trajectory`
pub(super) async fn trajectory(
    Shared(state): Shared<Arc<State>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let conversation = need(&state, &headers, &id)?;
    let log = conversation.memory().log.clone();
    Ok(Json(json!({"trajectory": log})))
}
