//! What tests ask of the server: to go down, to drop a connection, to say what it heard.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State as Shared};
use serde::Deserialize;
use serde_json::Value;

use crate::state::{Entry, State};

/// `{"run":"..","drop":true}` or `{"run":"..","down":true}`; without a run, all of them.
///
/// For the small OpenHands the run is the conversation's id, and there may be
/// `"faults":"cut_every=300&seed=7"`, which count instead of those in the first address, and
/// `"key":".."`, which its clients then have to show.
///
/// The small OpenHands V1 and the small General Bots have both for a run, in the words of their own,
/// and `"do":".."` for what is to happen once.
#[derive(Debug, Deserialize)]
pub(crate) struct Order {
    #[serde(default)]
    run: String,
    #[serde(default)]
    drop: bool,
    down: Option<bool>,
    faults: Option<String>,
    key: Option<String>,
    #[serde(rename = "do")]
    act: Option<String>,
}

/// `POST /control`
pub(crate) async fn control(
    Shared(state): Shared<Arc<State>>,
    Json(order): Json<Order>,
) -> Json<Value> {
    if order.faults.is_some() || order.key.is_some() {
        let conversation = state.openhands.of(&order.run);
        conversation.order(order.faults.as_deref(), order.key.clone());
        let run = state.openhands_v1.of(&order.run);
        run.order(order.faults.as_deref(), order.key.as_deref());
        let run = state.general_bots.of(&order.run);
        run.order(order.faults.as_deref(), order.key.as_deref());
    }
    let known = order.act.as_ref().is_none_or(|act| {
        let general_bots = state.general_bots.find(&order.run);
        general_bots.is_some_and(|run| run.act(act)) || state.openhands_v1.of(&order.run).act(act)
    });
    match order.down {
        Some(true) => {
            state.memory().down.insert(order.run.clone());
        }
        Some(false) => {
            state.memory().down.remove(&order.run);
        }
        None => {}
    }
    if order.drop || order.down == Some(true) {
        state.drop_sockets(&order.run);
    }
    Json(Value::Bool(known))
}

/// `GET /log?run=..`
pub(crate) async fn log(
    Shared(state): Shared<Arc<State>>,
    Query(query): Query<HashMap<String, String>>,
) -> Json<Vec<Entry>> {
    let run = query.get("run");
    let wanted = |entry: &&Entry| run.is_none_or(|run| entry.run == *run);
    Json(state.memory().log.iter().filter(wanted).cloned().collect())
}
