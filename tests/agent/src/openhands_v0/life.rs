//! When there is an agent: how its loop starts, and how it ends.

use std::sync::Arc;

use serde_json::Value;
use tokio::time::sleep;

use super::accept::{Message, take_in};
use super::conversation::{Conversation, Memory};
use super::event;
use crate::clock;

/// What a new runtime goes through.
const NEW: [&str; 5] = [
    "STATUS$STARTING_RUNTIME",
    "STATUS$RUNTIME_STARTED",
    "STATUS$SETTING_UP_WORKSPACE",
    "STATUS$SETTING_UP_GIT_HOOKS",
    "STATUS$READY",
];

/// What one goes through that was there before.
const AGAIN: [&str; 2] = ["STATUS$STARTING_RUNTIME", "STATUS$RUNTIME_STARTED"];

/// Starts the agent's loop unless it runs: whoever connects does that, to whatever id. A first
/// message is only given with a new conversation.
pub(super) fn start(conversation: &Arc<Conversation>, first: Option<Message>) {
    let mut memory = conversation.memory();
    if !memory.state.is_empty() {
        return;
    }
    memory.created.get_or_insert_with(clock::now);
    conversation.append_to(&mut memory, event::state("loading", ""));
    drop(memory);
    tokio::spawn(load(Arc::clone(conversation), first));
}

async fn load(conversation: Arc<Conversation>, first: Option<Message>) {
    let (new, step) = {
        let memory = conversation.memory();
        let system = |event: &Value| event.get("action").is_some_and(|name| name == "system");
        let new = !memory.log.iter().any(system);
        (new, memory.trouble.mishaps.step())
    };
    for id in if new { &NEW[..] } else { &AGAIN[..] } {
        conversation.pass(event::status("info", id, ""));
        sleep(step).await;
    }
    let mut memory = conversation.memory();
    if memory.state != "loading" {
        return;
    }
    if new {
        conversation.append_to(&mut memory, event::system());
    }
    wait(&conversation, &mut memory);
    drop(memory);
    if let Some(message) = first {
        take_in(&conversation, message);
    }
}

/// The environment has the agent wait for the user.
fn wait(conversation: &Conversation, memory: &mut Memory) {
    let state = "awaiting_user_input";
    conversation.append_to(memory, event::change("environment", state));
    conversation.append_to(memory, event::state(state, ""));
}

/// Ends the agent's loop; true if there was one.
pub(super) fn stop(conversation: &Conversation) -> bool {
    let mut memory = conversation.memory();
    let ran = !std::mem::take(&mut memory.state).is_empty();
    let work = std::mem::take(&mut memory.work);
    memory.work.answers = work.answers;
    memory.work.generation = work.generation + 1;
    drop(memory);
    if let Some(turn) = work.turn {
        turn.abort();
    }
    conversation.end_connections();
    ran
}
