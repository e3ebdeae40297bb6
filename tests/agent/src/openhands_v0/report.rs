//! What a test may ask about a conversation when it is over.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State as Shared};
use serde_json::{Value, json};

use crate::state::State;

/// `GET /openhands-v0/report/<conversation>`: the messages that were taken in (texts, in order),
/// the files that were uploaded, the sockets that were opened, how many events each connection was first given, and the log.
pub(super) async fn answer(
    Shared(state): Shared<Arc<State>>,
    Path(id): Path<String>,
) -> Json<Value> {
    let conversation = state.openhands.of(&id);
    let memory = conversation.memory();
    Json(json!({
        "accepted": memory.seen.accepted,
        "uploaded": memory.seen.uploaded,
        "sockets": memory.seen.sockets,
        "connections": memory.seen.replayed.len(),
        "replayed": memory.seen.replayed,
        "frames": memory.trouble.frame,
        "state": memory.state,
        "events": memory.log,
    }))
}
