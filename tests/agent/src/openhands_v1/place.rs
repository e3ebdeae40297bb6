//! Which server is meant: the agent server of a run, or one in a sandbox of its app server.

use std::sync::Arc;

use super::run::Run;
use crate::state::State;

/// A server that clients talk to.
pub(super) struct Place {
    pub(super) run: Arc<Run>,
    /// The key that it wants.
    pub(super) key: Option<String>,
    /// False where a sandbox had its server before it was started again.
    pub(super) reachable: bool,
}

impl Place {
    /// The agent server of that name: a run's, or `run~number` in a sandbox.
    pub(super) fn agent(state: &State, name: &str) -> Self {
        let run = state.openhands_v1.of(name);
        let key = run.memory().key.clone();
        Self {
            run,
            key,
            reachable: true,
        }
    }

    /// The app server of a run.
    pub(super) fn app(state: &State, name: &str) -> Self {
        let run = state.openhands_v1.of(name);
        let key = run.memory().mishaps.app_key.clone();
        Self {
            run,
            key,
            reachable: true,
        }
    }
}
