//! A small OpenHands V1: an agent server (1.58.0) with both its sockets, and the app server
//! (1.11.0) that starts such servers in sandboxes.
//!
//! The addresses to give a client are `http://HOST/openhands-v1/RUN` and
//! `http://HOST/openhands-v1-app/RUN`. A test takes a new run and is alone. What kind of server
//! it is and what goes wrong is ordered by `POST /control` with the run's name, before or while a
//! client talks to it.
//!
//! Recordings are played at `http://HOST/play/openhands_v1/SCENARIO~RUN`, to clients that ask for
//! the recorded conversation.
//!
//! A word in a message chooses what the agent does: [`llm::KEYWORDS`] has them all.

mod agent;
mod answer;
mod app;
mod conversation;
mod event;
mod gate;
mod goal;
mod llm;
mod message;
mod mishap;
mod place;
mod record;
mod rest;
mod run;
mod socket;
mod stream;
mod tool;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{any, get};

pub use self::llm::KEYWORDS;
pub(crate) use self::run::Runs;
use crate::ids;
use crate::state::State;

/// The servers' routes.
pub(crate) fn routes() -> Router<Arc<State>> {
    Router::new()
        .route("/openhands-v1/report/{run}", get(gate::report))
        .route("/openhands-v1/{run}/{*path}", any(gate::agent))
        .route("/openhands-v1-app/{run}/{*path}", any(gate::app))
        .route("/play/openhands_v1/{scenario}/{*path}", any(gate::play))
        .layer(DefaultBodyLimit::disable())
}
