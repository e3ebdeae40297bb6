//! A run: servers that are alone with one test.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::{Path, State as Shared};
use serde_json::{Value, json};

use super::documented;
use super::mishap::Mishaps;
use super::room::Rooms;
use super::session::Sessions;
use crate::fault::{At, parameters};
use crate::state::State;

/// The runs by their names.
#[derive(Default)]
pub(crate) struct Runs(Mutex<HashMap<String, Arc<Run>>>);

impl Runs {
    /// The run of that name, made if there is none.
    pub(crate) fn of(&self, name: &str) -> Arc<Run> {
        let made = || Arc::new(Run::new(name));
        Arc::clone(self.lock().entry(name.to_owned()).or_insert_with(made))
    }

    /// The run of that name, if somebody came.
    pub(crate) fn find(&self, name: &str) -> Option<Arc<Run>> {
        let found = self.lock().get(name).cloned();
        found.filter(|run| !run.memory().seen.sockets.is_empty())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Run>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One run.
pub(crate) struct Run {
    pub(super) name: String,
    memory: Mutex<Memory>,
}

/// The part behind the lock.
#[derive(Default)]
pub(super) struct Memory {
    pub(super) mishaps: Mishaps,
    pub(super) rooms: Rooms,
    pub(super) sessions: Sessions,
    pub(super) seen: Seen,
    /// The key that clients have to show.
    pub(super) key: Option<String>,
    /// How many frames were sent since the faults were ordered.
    frame: usize,
    /// When messages were taken last.
    taken: VecDeque<Instant>,
}

/// What a test may ask about afterwards.
#[derive(Default)]
pub(super) struct Seen {
    sockets: Vec<Value>,
    /// How many frames came, by their type.
    frames: BTreeMap<String, usize>,
    /// Every frame of a chat.
    pub(super) chat: Vec<Value>,
    pub(super) requests: Vec<Value>,
}

impl Memory {
    /// Whether a message more is one too many in this second, or any frame where all count.
    pub(super) fn crowded(&mut self, any: bool) -> bool {
        let chat = &self.mishaps.chat;
        let Some(rate) = chat.rate.filter(|_| chat.rates_all == any) else {
            return false;
        };
        let now = Instant::now();
        let recent = |taken: &Instant| now.duration_since(*taken) < Duration::from_secs(1);
        self.taken.retain(recent);
        let crowded = self.taken.len() >= rate;
        if !crowded {
            self.taken.push_back(now);
        }
        crowded
    }
}

impl Run {
    fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            memory: Mutex::default(),
        }
    }

    pub(super) fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets the faults, which count from here, and the key that clients have to show.
    pub(crate) fn order(&self, faults: Option<&str>, key: Option<&str>) {
        let mut memory = self.memory();
        if let Some(faults) = faults {
            memory.mishaps = Mishaps::of(&parameters(faults));
            memory.frame = 0;
        }
        if let Some(key) = key {
            memory.key = Some(key.to_owned()).filter(|key| !key.is_empty());
        }
    }

    /// Does something once; false for what is unknown.
    pub(crate) fn act(&self, act: &str) -> bool {
        let mut memory = self.memory();
        match act.split_once(':') {
            Some(("cut", name)) => memory.rooms.cut(name),
            Some(("say", text)) => memory.sessions.say(text),
            Some(("close", reason)) => memory.sessions.close(reason),
            Some(("error", code)) => memory.sessions.tell(&documented::error(code)),
            _ => return false,
        }
        true
    }

    /// Notes a socket; gives its number, or nothing where it is refused.
    pub(super) fn admit(&self, state: &State, mut socket: Value) -> Option<usize> {
        let down = state.is_down(&self.name);
        let mut memory = self.memory();
        let left = memory.mishaps.faults.refuse.checked_sub(1);
        memory.mishaps.faults.refuse = left.unwrap_or_default();
        let refused = down || left.is_some();
        if let Some(fields) = socket.as_object_mut() {
            fields.insert("refused".to_owned(), refused.into());
        }
        memory.seen.sockets.push(socket);
        Some(memory.seen.sockets.len() - 1).filter(|_| !refused)
    }

    /// Counts a frame that came.
    pub(super) fn heard(&self, frame: &Value) {
        let kind = match (frame.get("type"), frame.get("message_type")) {
            (Some(kind), _) => kind.as_str().unwrap_or_default().to_owned(),
            (None, Some(kind)) => format!("message_type {kind}"),
            (None, None) => "none".to_owned(),
        };
        *self.memory().seen.frames.entry(kind).or_default() += 1;
    }

    /// Counts a frame that is sent, and takes what happens to it.
    pub(super) fn count(&self) -> At {
        let mut memory = self.memory();
        let number = memory.frame;
        memory.frame += 1;
        memory.mishaps.faults.at(number)
    }

    fn report(&self) -> Value {
        let memory = self.memory();
        let seen = &memory.seen;
        json!({
            "sockets": seen.sockets, "frames": seen.frames, "chat": seen.chat,
            "requests": seen.requests, "sessions": memory.sessions.report(),
            "rooms": memory.rooms.report(),
        })
    }
}

/// `GET /general-bots/report/RUN`: what the clients of a run did.
pub(super) async fn report(
    Shared(state): Shared<Arc<State>>,
    Path(name): Path<String>,
) -> Json<Value> {
    Json(state.general_bots.of(&name).report())
}
