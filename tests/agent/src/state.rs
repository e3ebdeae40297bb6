//! What the server remembers between requests.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde_json::Value;
use tokio::sync::{broadcast, oneshot};

use crate::Setup;
use crate::fault::Faults;
use crate::general_bots;
use crate::openhands_v0::Conversations;
use crate::openhands_v1::Runs;

/// What the server remembers.
pub struct State {
    pub(crate) setup: Setup,
    memory: Mutex<Memory>,
    /// Runs whose sockets are to be dropped; empty for all.
    pub(crate) drops: broadcast::Sender<String>,
    /// Frames of the interactive agent, for every open socket.
    pub(crate) frames: broadcast::Sender<String>,
    /// The conversations of the small OpenHands.
    pub(crate) openhands: Conversations,
    /// The runs of the small OpenHands V1.
    pub(crate) openhands_v1: Runs,
    /// The runs of the small General Bots.
    pub(crate) general_bots: general_bots::Runs,
}

/// The part behind the lock.
#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) runs: HashMap<String, Run>,
    /// Runs that are down; an empty name stands for all.
    pub(crate) down: HashSet<String>,
    pub(crate) log: Vec<Entry>,
    /// What was said in each session, as the history gives it.
    pub(crate) history: HashMap<String, Vec<Value>>,
    /// The run that a session was last seen in.
    pub(crate) sessions: HashMap<String, String>,
    /// Questions of the interactive agent that wait for their answer.
    pub(crate) asked: HashMap<String, oneshot::Sender<bool>>,
    pub(crate) counter: u64,
}

/// How far the playing of a recording is, over all its connections.
#[derive(Clone, Debug, Default)]
pub(crate) struct Run {
    pub(crate) begun: bool,
    /// The next step.
    pub(crate) step: usize,
    /// How many of the server's frames have been sent.
    pub(crate) frame: usize,
    pub(crate) faults: Faults,
    pub(crate) session: Option<String>,
    /// What was said in this turn so far, for the history.
    pub(crate) turn: String,
}

/// One frame that a client sent, or one that did not fit.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Entry {
    pub(crate) run: String,
    pub(crate) text: String,
    /// What the recording expected instead.
    pub(crate) mismatch: Option<String>,
}

impl State {
    /// A server with nothing remembered.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        Self {
            setup,
            memory: Mutex::default(),
            drops: broadcast::channel(64).0,
            frames: broadcast::channel(4_096).0,
            openhands: Conversations::default(),
            openhands_v1: Runs::default(),
            general_bots: general_bots::Runs::default(),
        }
    }

    pub(crate) fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn is_down(&self, run: &str) -> bool {
        let memory = self.memory();
        memory.down.contains(run) || memory.down.contains("")
    }

    pub(crate) fn received(&self, run: &str, text: &str, mismatch: Option<String>) {
        let (run, text) = (run.to_owned(), text.to_owned());
        self.memory().log.push(Entry {
            run,
            text,
            mismatch,
        });
    }

    /// Drops the sockets of a run; of all where it is empty.
    pub(crate) fn drop_sockets(&self, run: &str) {
        // Nobody listening means that there is no socket.
        let _ = self.drops.send(run.to_owned());
    }
}

impl Memory {
    pub(crate) fn said(&mut self, session: &str, entry: Value) {
        self.history
            .entry(session.to_owned())
            .or_default()
            .push(entry);
    }
}
