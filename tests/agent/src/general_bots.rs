//! A small General Bots: its chat in both dialects, and its video rooms (Meet).
//!
//! A test takes a new run and is alone. What goes wrong is ordered by `POST /control` with the
//! run's name, before or while a client talks to it.
//!
//! The chat is at `ws://HOST/general-bots/RUN/SERVER/ws` ([`chat::Server`]), and its requests beside
//! it at `http://HOST/general-bots/RUN/SERVER/api/`. [`script::KEYWORDS`] has the words that choose
//! what the bot does.
//!
//! The sockets of Meet are `ws://HOST/general-bots/RUN/ws/meet?kind=KIND` and
//! `ws://HOST/general-bots/RUN/KIND/ws/meet`: [`meet::Kind`] has them all.

mod chat;
mod documented;
mod line;
mod meet;
mod mishap;
mod native;
mod rest;
mod room;
mod run;
mod script;
mod session;

use std::sync::Arc;

use axum::Router;
use axum::routing::{any, get};
use serde_json::Value;

pub(crate) use self::run::Runs;
pub use self::script::KEYWORDS;
use crate::state::State;

/// The server's routes.
pub(crate) fn routes() -> Router<Arc<State>> {
    Router::new()
        .route("/general-bots/report/{run}", get(run::report))
        .route("/general-bots/{run}/{server}/ws", get(chat::connect))
        .route(
            "/general-bots/{run}/{server}/api/{*path}",
            any(rest::answer),
        )
        .route("/general-bots/{run}/ws/meet", get(meet::connect))
        .route(
            "/general-bots/{run}/{server}/ws/meet",
            get(meet::connect_at),
        )
}

/// Sets a field.
fn set(value: &mut Value, name: &str, field: Value) {
    if let Some(fields) = value.as_object_mut() {
        fields.insert(name.to_owned(), field);
    }
}
