//! `GET /api/sessions/<id>/history`, as Saiki 0.3.7 answers it.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::state::State;

pub(crate) async fn answer(
    Shared(state): Shared<Arc<State>>,
    Path(session): Path<String>,
) -> Response {
    let memory = state.memory();
    let run = memory
        .sessions
        .get(&session)
        .and_then(|run| memory.runs.get(run));
    let fault = run.and_then(|run| run.faults.rest);
    if let Some(status) = fault {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::NOT_FOUND);
        return (status, "<!DOCTYPE html>").into_response();
    }
    match memory.history.get(&session) {
        Some(entries) => Json(json!({"history": entries})).into_response(),
        None => (
            StatusCode::NOT_FOUND,
            Json(json!({"error": "Session not found"})),
        )
            .into_response(),
    }
}
