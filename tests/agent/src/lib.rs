//! A scripted agent server for Parlor's tests.
//!
//! It plays recordings to a real client over WebSocket, with faults on demand, and it is a small
//! Saiki, a small OpenHands V0 and V1 and a small General Bots of its own. It reads the protocols by itself and never imports
//! the page's code: two readings of one protocol, or the tests would prove nothing.

mod clock;
mod control;
mod fault;
mod files;
mod general_bots;
mod history;
mod ids;
mod openhands_v0;
mod openhands_v1;
mod picture;
mod play;
mod recording;
mod saiki;
mod script;
mod state;

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

pub use general_bots::KEYWORDS as GENERAL_BOTS_KEYWORDS;
pub use openhands_v1::KEYWORDS;
pub use recording::{Line, What, read};
pub use state::State;

/// Where things are.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The folder of recordings: `<server>/<scenario>.jsonl`.
    pub fixtures: PathBuf,
    /// The built page, if it is to be served.
    pub dist: Option<PathBuf>,
    /// How much faster than recorded; gaps are cut to 40 ms unless it is 1.
    pub speed: f64,
}

/// The server's routes.
pub fn router(setup: Setup) -> Router {
    let dist = setup.dist.clone();
    let state = Arc::new(State::new(setup));
    let routes = Router::new()
        .route("/play/{server}/{scenario}", get(play::connect))
        .route("/play/{server}/{scenario}/socket.io/", get(play::connect))
        .route("/saiki", get(saiki::connect))
        .route("/api/sessions/{id}/history", get(history::answer))
        .route("/control", post(control::control))
        .route("/log", get(control::log))
        .route("/host.html", get(files::host))
        .merge(general_bots::routes())
        .merge(openhands_v0::routes(&state))
        .with_state(Arc::clone(&state));
    // Behind the headers that all other answers have: who may read is a matter of its own there.
    files::serve(routes, dist).merge(openhands_v1::routes().with_state(state))
}
