//! A run: one agent server with one app server, alone with its test.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::yield_now;
use tokio::time::{Instant, sleep};

use super::app::{self, App};
use super::conversation::Conversation;
use super::mishap::Mishaps;
use super::{agent, ids};
use crate::fault::{At, parameters};

/// The runs by their names.
#[derive(Default)]
pub(crate) struct Runs(Mutex<HashMap<String, Arc<Run>>>);

impl Runs {
    /// The run of that name, made if there is none.
    pub(crate) fn of(&self, name: &str) -> Arc<Run> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let made = || Arc::new(Run::new(name));
        Arc::clone(all.entry(name.to_owned()).or_insert_with(made))
    }
}

/// One run.
pub(crate) struct Run {
    pub(super) name: String,
    memory: Mutex<Memory>,
    /// Stopped, as by SIGSTOP: nothing is closed and nothing is said.
    pub(super) frozen: watch::Sender<bool>,
}

/// The part behind the lock.
#[derive(Default)]
pub(super) struct Memory {
    pub(super) mishaps: Mishaps,
    /// The key that the agent server wants.
    pub(super) key: Option<String>,
    pub(super) conversations: Vec<Arc<Conversation>>,
    pub(super) seen: Seen,
    /// How many frames were sent since the faults were ordered.
    frame: usize,
    /// When the app server was asked last.
    asked: VecDeque<Instant>,
    pub(super) app: App,
    /// What clients of a recording did so far.
    pub(super) done: Vec<String>,
}

/// What a test may ask about afterwards.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) messages: Vec<Value>,
    pub(super) approvals: Vec<Value>,
    pub(super) policies: Vec<Value>,
    pub(super) sockets: Vec<Value>,
    pub(super) auth: Vec<Value>,
    pub(super) requests: Vec<Value>,
    pub(super) uploaded: Vec<(String, String)>,
    frames: usize,
}

impl Run {
    fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            memory: Mutex::default(),
            frozen: watch::channel(false).0,
        }
    }

    pub(super) fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn mishaps(&self) -> Mishaps {
        self.memory().mishaps.clone()
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
    pub(crate) fn act(self: &Arc<Self>, act: &str) -> bool {
        let (act, with) = act.split_once(':').unwrap_or((act, ""));
        let all = self.memory().conversations.clone();
        match act {
            "restart" => all.iter().for_each(|one| agent::restart(one)),
            "freeze" => drop(self.frozen.send_replace(true)),
            "thaw" => drop(self.frozen.send_replace(false)),
            "say" => {
                for one in &all {
                    one.append(super::event::reply(with, "", Some("chatcmpl-elsewhere")));
                }
            }
            "user" => {
                for one in &all {
                    agent::take_in(one, &json!([super::event::text(with)]));
                    agent::start_for_message(self, one);
                }
            }
            act => return app::act(self, act, with),
        }
        true
    }

    /// The key of the agent server of that number, while a sandbox has it there.
    pub(super) fn key_at(&self, port: usize) -> Option<String> {
        let memory = self.memory();
        let mut sandboxes = memory.app.sandboxes.iter();
        let found = sandboxes.find(|sandbox| sandbox.port == port && sandbox.is_there());
        found.map(|sandbox| sandbox.key.clone())
    }

    /// Whether the sandbox of that number is paused.
    pub(super) fn is_paused(&self, port: usize) -> bool {
        let memory = self.memory();
        let mut sandboxes = memory.app.sandboxes.iter();
        sandboxes.any(|sandbox| sandbox.port == port && sandbox.is_paused())
    }

    /// Waits so long, and longer while the server is frozen.
    pub(super) async fn rest(&self, time: Duration) {
        match time.is_zero() {
            true => yield_now().await,
            false => sleep(time).await,
        }
        self.thawed().await;
    }

    /// Waits while the server is frozen.
    pub(super) async fn thawed(&self) {
        // The sender lives as long as the run.
        let _ = self.frozen.subscribe().wait_for(|frozen| !frozen).await;
    }

    pub(super) fn find(&self, id: &str) -> Option<Arc<Conversation>> {
        let memory = self.memory();
        let found = memory.conversations.iter().find(|one| one.id == id);
        found.cloned()
    }

    /// The conversation of that id, and whether it was made for it.
    pub(super) fn make(&self, id: Option<String>) -> (Arc<Conversation>, bool) {
        let id = id.unwrap_or_else(ids::uuid);
        if let Some(found) = self.find(&id) {
            return (found, false);
        }
        let made = Arc::new(Conversation::new(&id));
        self.memory().conversations.push(Arc::clone(&made));
        (made, true)
    }

    /// Counts a frame and takes what happens to it.
    pub(super) fn count(&self) -> At {
        let mut memory = self.memory();
        let number = memory.frame;
        memory.frame += 1;
        memory.seen.frames += 1;
        let mut at = memory.mishaps.faults.at(number);
        at.twice |= memory.mishaps.double;
        at
    }

    /// Whether the app server is asked too often: more than 20 times in a second.
    pub(super) fn crowded(&self) -> bool {
        const MOST: usize = 20;
        let mut memory = self.memory();
        if !memory.mishaps.limit {
            return false;
        }
        let now = Instant::now();
        memory
            .asked
            .retain(|asked| now.duration_since(*asked) < Duration::from_secs(1));
        memory.asked.push_back(now);
        memory.asked.len() > MOST
    }

    /// Notes a message: its words, its pictures, and which way it came.
    pub(super) fn heard(&self, conversation: &str, content: &Value, way: &str, run: bool) {
        let parts = content.as_array().map(Vec::as_slice).unwrap_or_default();
        let images = parts
            .iter()
            .filter_map(|part| part.get("image_urls")?.as_array());
        let images: Vec<&Value> = images.flatten().collect();
        let message = json!({
            "conversation": conversation, "text": agent::words(content), "images": images,
            "way": way, "run": run,
        });
        self.memory().seen.messages.push(message);
    }

    /// What a test may ask about.
    pub(super) fn report(&self) -> Value {
        let memory = self.memory();
        let conversations = memory.conversations.iter().map(|one| {
            let memory = one.memory();
            json!({
                "id": one.id, "status": memory.status, "title": memory.title,
                "policy": memory.policy, "deleted": memory.deleted, "events": memory.log,
            })
        });
        let conversations: Vec<Value> = conversations.collect();
        let seen = &memory.seen;
        json!({
            "messages": seen.messages, "approvals": seen.approvals, "policies": seen.policies,
            "sockets": seen.sockets, "auth": seen.auth, "requests": seen.requests,
            "uploaded": seen.uploaded, "frames": seen.frames, "conversations": conversations,
        })
    }
}
