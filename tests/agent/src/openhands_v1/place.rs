//! Which server is meant: the agent server of a run, one in a sandbox, or the app server.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use super::run::Run;
use crate::state::State;

/// A server that clients talk to.
pub(super) struct Place {
    pub(super) run: Arc<Run>,
    /// The key that it wants.
    pub(super) key: Option<String>,
    /// The number of the sandbox's server, if it is in one.
    pub(super) port: Option<usize>,
}

impl Place {
    /// The agent server of that name: a run's own, or `run~number` in a sandbox.
    pub(super) fn agent(state: &State, name: &str) -> Self {
        let (name, port) = match name.split_once('~') {
            Some((name, port)) => (name, port.parse().ok()),
            None => (name, None),
        };
        let run = state.openhands_v1.of(name);
        let key = match port {
            Some(port) => run.key_at(port),
            None => run.memory().key.clone(),
        };
        Self { run, key, port }
    }

    /// The app server of a run.
    pub(super) fn app(state: &State, name: &str) -> Self {
        let run = state.openhands_v1.of(name);
        let key = run.memory().mishaps.app_key.clone();
        let port = None;
        Self { run, key, port }
    }

    /// False where a sandbox had its server before it was started again.
    pub(super) fn is_reachable(&self) -> bool {
        is_reachable(&self.run, self.port)
    }

    /// Waits while the server is stopped, be it for itself or with its sandbox.
    pub(super) async fn thawed(&self) {
        self.run.thawed().await;
        while self.port.is_some_and(|port| self.run.is_paused(port)) {
            sleep(Duration::from_millis(20)).await;
        }
    }
}

/// Whether there is a server of that number.
pub(super) fn is_reachable(run: &Run, port: Option<usize>) -> bool {
    port.is_none_or(|port| run.key_at(port).is_some())
}
