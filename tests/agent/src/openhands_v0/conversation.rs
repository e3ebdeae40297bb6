//! One conversation: its log, and who is to hear of it.
//!
//! The log is what the real server has on disk. A connection is given a part of it and then what
//! comes after; both are taken under one lock, so that nothing falls between them unless a fault
//! asks for that.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use tokio::sync::{broadcast, oneshot, watch};
use tokio::task::AbortHandle;

use super::mishap::Mishaps;
use super::tool::Call;
use crate::clock;
use crate::fault::{Faults, parameters};

/// One conversation.
pub(crate) struct Conversation {
    pub(super) id: String,
    memory: Mutex<Memory>,
    live: broadcast::Sender<Live>,
    /// While it is paused the agent takes no step.
    pub(super) paused: watch::Sender<bool>,
}

/// What a connection hears of.
#[derive(Clone, Debug)]
pub(super) enum Live {
    /// An event of the log, in the words of a live one.
    Logged(Value),
    /// A status, which is in no log.
    Passing(Value),
    /// The server ends the connection to the namespace.
    Ended,
}

/// The part behind the lock.
#[derive(Default)]
pub(super) struct Memory {
    pub(super) log: Vec<Value>,
    next: u64,
    /// The agent's state; empty while there is no agent.
    pub(super) state: String,
    pub(super) title: Option<String>,
    pub(super) created: Option<String>,
    pub(super) updated: String,
    /// The key that a client has to show.
    pub(super) key: Option<String>,
    pub(super) work: Work,
    pub(super) seen: Seen,
    pub(super) trouble: Trouble,
}

/// What the agent is at.
#[derive(Default)]
pub(super) struct Work {
    /// How many answers the model has given.
    pub(super) answers: u64,
    /// Counts turns, so that one that was ended can see that it was.
    pub(super) generation: u64,
    /// The task of the turn.
    pub(super) turn: Option<AbortHandle>,
    /// Messages that came during the turn.
    pub(super) waiting: VecDeque<String>,
    /// The call that has no result yet, and the result that is to come.
    pub(super) open: Option<(Call, Value)>,
    /// The question whether a call may be made.
    pub(super) asked: Option<oneshot::Sender<bool>>,
}

/// What a test may ask about afterwards.
#[derive(Default)]
pub(super) struct Seen {
    /// The messages that were taken in, in order.
    pub(super) accepted: Vec<String>,
    /// The files that were uploaded, each with what it holds.
    pub(super) uploaded: Vec<(String, String)>,
    /// WebSockets that were opened, with or without a connection to the namespace.
    pub(super) sockets: usize,
    /// How many events each connection was given at first.
    pub(super) replayed: Vec<usize>,
}

/// What goes wrong, and how far that is.
#[derive(Clone, Default)]
pub(super) struct Trouble {
    /// Faults are read from the first connection's address, unless they were ordered.
    known: bool,
    /// How many of the server's frames were sent, over all connections.
    pub(super) frame: usize,
    pub(super) faults: Faults,
    pub(super) mishaps: Mishaps,
}

impl Trouble {
    /// Sets the faults of an address or of an order.
    pub(super) fn set(&mut self, query: &HashMap<String, String>) {
        self.known = true;
        self.faults = Faults::of(query);
        self.mishaps = Mishaps::of(query);
    }

    /// Sets them unless they are known.
    pub(super) fn begin(&mut self, query: &HashMap<String, String>) {
        if !self.known {
            self.set(query);
        }
    }
}

impl Conversation {
    pub(super) fn new(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            memory: Mutex::default(),
            live: broadcast::channel(8_192).0,
            paused: watch::channel(false).0,
        }
    }

    /// Sets the faults, written as in an address, and the key that clients have to show.
    pub(crate) fn order(&self, faults: Option<&str>, key: Option<String>) {
        let mut memory = self.memory();
        if let Some(faults) = faults {
            memory.trouble.set(&parameters(faults));
        }
        memory.key = key.or_else(|| memory.key.take());
    }

    pub(super) fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn has_begun(&self) -> bool {
        self.memory().created.is_some()
    }

    /// Stores an event, tells the clients, and gives its id.
    pub(super) fn append(&self, event: Value) -> u64 {
        self.append_to(&mut self.memory(), event)
    }

    /// As [`Self::append`], for who holds the lock.
    pub(super) fn append_to(&self, memory: &mut Memory, mut event: Value) -> u64 {
        let id = memory.next;
        memory.next += 1;
        memory.updated = clock::now();
        if let Some(fields) = event.as_object_mut() {
            fields.insert("id".into(), id.into());
            fields.insert("timestamp".into(), memory.updated.clone().into());
        }
        if let Some(state) = event.pointer("/extras/agent_state").and_then(Value::as_str) {
            state.clone_into(&mut memory.state);
        }
        if let Some(live) = live(&event) {
            // Without a client nobody hears it; it is in the log.
            let _ = self.live.send(Live::Logged(live));
        }
        memory.log.push(event);
        id
    }

    /// Tells the clients a status.
    pub(super) fn pass(&self, status: Value) {
        // Without a client it is lost, as with the real server.
        let _ = self.live.send(Live::Passing(status));
    }

    /// Ends every connection to the namespace and leaves the sockets open.
    pub(super) fn end_connections(&self) {
        // There may be none.
        let _ = self.live.send(Live::Ended);
    }

    /// How many clients are connected.
    pub(super) fn clients(&self) -> usize {
        self.live.receiver_count()
    }

    /// The number of a new connection, what it missed, and what is to come.
    pub(super) fn join(&self, after: i64) -> (usize, Vec<Value>, broadcast::Receiver<Live>) {
        let mut memory = self.memory();
        let missed = replay(&memory.log, after);
        memory.seen.replayed.push(missed.len());
        let number = memory.seen.replayed.len() - 1;
        (number, missed, self.live.subscribe())
    }
}

/// The events after that id as a replay gives them: without recall actions and null events, and
/// of the agent's states only the last, after everything else and so behind larger ids.
fn replay(log: &[Value], after: i64) -> Vec<Value> {
    let wanted = |event: &&Value| number(event) > after && !hidden(event);
    let (states, mut events): (Vec<Value>, Vec<Value>) = log
        .iter()
        .filter(wanted)
        .cloned()
        .partition(|event| is(event, "observation", "agent_state_changed"));
    events.extend(states.last().cloned());
    events
}

fn hidden(event: &Value) -> bool {
    is(event, "action", "recall") || is(event, "action", "null") || is(event, "observation", "null")
}

/// An event as a live one, if it is sent at all: the environment's are passed off as the agent's,
/// and most of them are left out.
pub(super) fn live(event: &Value) -> Option<Value> {
    const SENT: [&str; 4] = ["run", "agent_state_changed", "recall", "error"];
    if is(event, "action", "null") || is(event, "observation", "null") {
        return None;
    }
    let mut event = event.clone();
    if is(&event, "source", "environment") {
        let sent = SENT.iter().any(|name| is(&event, "observation", name));
        *event.get_mut("source").filter(|_| sent)? = json!("agent");
    }
    // Another thread of the real server puts it there, sometimes in time and sometimes not.
    if event.get("action").is_some() && number(&event) % 3 != 0 {
        event.as_object_mut()?.insert("timeout".into(), json!(60.0));
    }
    Some(event)
}

/// The event's id.
pub(super) fn number(event: &Value) -> i64 {
    event.get("id").and_then(Value::as_i64).unwrap_or(-1)
}

fn is(event: &Value, field: &str, value: &str) -> bool {
    event.get(field).and_then(Value::as_str) == Some(value)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::super::event;
    use super::*;

    #[test]
    fn a_replay_leaves_out_recalls_and_gives_only_the_last_state_at_its_end() {
        let conversation = Conversation::new("c");
        conversation.append(event::state("loading", ""));
        conversation.append(event::recall("knowledge", "x"));
        conversation.append(event::nothing(1));
        conversation.append(event::state("running", ""));
        conversation.append(event::change("user", "paused"));
        let ids = |after| {
            let (_, missed, _) = conversation.join(after);
            missed.iter().map(number).collect::<Vec<_>>()
        };
        assert_eq!(ids(-1), [4, 3]);
        assert_eq!(ids(3), [4]);
        assert_eq!(ids(4), [0; 0]);
        assert_eq!(conversation.memory().seen.replayed, [2, 1, 0]);
    }

    #[test]
    fn the_environment_speaks_as_the_agent_when_it_is_live_and_not_of_its_wishes() {
        let state = live(&event::state("running", "")).unwrap();
        assert_eq!(state["source"], "agent");
        assert_eq!(live(&event::change("environment", "running")), None);
        assert!(live(&event::change("user", "paused")).is_some());
    }
}
