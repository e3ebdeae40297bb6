//! A small OpenHands V0 server (0.59), for tests that need one: Socket.IO, REST and an agent.
//!
//! The address to give a client is `http://HOST/openhands-v0`. The conversation's id is the name
//! of the run, for faults, for `/control` and for `/log`: a test takes a new id and is alone.
//!
//! Words in a message choose what the agent does: run, slow, edit, ask, browse, tasks, mcp,
//! think, finish, error, limit, stall, long N. Without one it answers with a message.
//!
//! The Socket.IO server is socketioxide's, which knows nothing of OpenHands; what OpenHands does
//! otherwise, and every fault, is in the [`proxy`] that stands between it and the client.

mod accept;
mod admission;
mod agent;
mod conversation;
mod event;
mod frame;
mod life;
mod mishap;
mod proxy;
mod report;
mod rest;
mod socket;
mod tool;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::{Query, State as Shared, WebSocketUpgrade};
use axum::http::Uri;
use axum::routing::get;

pub(crate) use self::conversation::Conversation;
use crate::state::State;

/// Where a client finds the server.
const PREFIX: &str = "/openhands-v0";

/// The conversations by their ids.
#[derive(Default)]
pub(crate) struct Conversations(Mutex<HashMap<String, Arc<Conversation>>>);

impl Conversations {
    /// The conversation of that id, made if there is none: the socket asks for no leave either.
    pub(crate) fn of(&self, id: &str) -> Arc<Conversation> {
        let mut all = self.lock();
        let made = || Arc::new(Conversation::new(id));
        Arc::clone(all.entry(id.to_owned()).or_insert_with(made))
    }

    /// All that have begun.
    fn all(&self) -> Vec<Arc<Conversation>> {
        let all = self.lock();
        let begun = all.values().filter(|conversation| conversation.has_begun());
        begun.cloned().collect()
    }

    fn remove(&self, id: &str) -> Option<Arc<Conversation>> {
        self.lock().remove(id)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Conversation>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The server's routes.
pub(crate) fn routes(state: &Arc<State>) -> Router<Arc<State>> {
    let engine = socket::engine(state);
    let connect = move |Shared(state): Shared<Arc<State>>,
                        Query(query): Query<HashMap<String, String>>,
                        uri: Uri,
                        upgrade: WebSocketUpgrade| {
        proxy::connect(Arc::clone(&engine), state, query, uri, upgrade)
    };
    Router::new()
        .route(&format!("{PREFIX}/socket.io"), get(connect.clone()))
        .route(&format!("{PREFIX}/socket.io/"), get(connect))
        .route(&format!("{PREFIX}/report/{{id}}"), get(report::answer))
        .nest(&format!("{PREFIX}/api"), rest::routes())
}
