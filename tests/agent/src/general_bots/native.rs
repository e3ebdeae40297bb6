//! The chat of the released servers. They take every frame for a message, and know no control
//! frames, no tokens, no pings and no limits.

mod turn;

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::time::sleep;

use self::turn::Turn;
use super::chat::{Release, heard};
use super::line::Line;
use super::run::Run;
use crate::ids;

/// The bot of the recordings.
pub(super) const BOT: &str = "7c9e6679-7425-40de-944b-e07fc1f90ae7";

/// A frame as a release reads it.
#[derive(Clone, Debug)]
pub(super) struct Message {
    pub(super) text: String,
    /// `message_type`.
    kind: i64,
    /// The formats that are switched on.
    switchers: Vec<String>,
    /// `context_name`.
    context: Option<String>,
}

/// A client of a release.
pub(super) struct Native {
    run: Arc<Run>,
    name: String,
    release: Release,
    line: Line,
    session: String,
    /// Nothing is read any more.
    dead: bool,
    turns: UnboundedSender<Message>,
}

impl Native {
    pub(super) fn new(
        run: &Arc<Run>,
        name: &str,
        release: Release,
        line: Line,
        query: &HashMap<String, String>,
    ) -> Self {
        let id = |name: &str| query.get(name).cloned().unwrap_or_else(ids::uuid);
        let (session, user) = (id("session_id"), id("user_id"));
        let turn = Turn {
            run: Arc::clone(run),
            release,
            line: line.clone(),
            session: session.clone(),
            user,
        };
        let (turns, mut waiting) = unbounded_channel();
        let hello = run.memory().mishaps.chat.hello();
        run.memory().sessions.of(&session).subscribe(&line);
        // One after the other: what comes during an answer waits.
        tokio::spawn(async move {
            sleep(hello).await;
            turn.hello();
            let mut last = None;
            while let Some(message) = waiting.recv().await {
                turn.all(&message, &mut last).await;
            }
        });
        Self {
            run: Arc::clone(run),
            name: name.to_owned(),
            release,
            line,
            session,
            dead: false,
            turns,
        }
    }

    fn hear(&mut self, text: &str) {
        let frame = heard(&self.run, &self.name, &self.line, text);
        if self.dead {
            return;
        }
        let largest = self.run.memory().mishaps.chat.largest;
        if largest.is_some_and(|largest| text.len() > largest) {
            return self.line.too_big();
        }
        let message = match self.release {
            Release::A | Release::A2 => full(&frame, &["content"]),
            Release::B => full(&frame, &FIELDS),
            Release::C => Some(lenient(&frame)),
        };
        let Some(message) = message else {
            // Its receiver task panics; the socket stays open.
            self.dead = matches!(self.release, Release::A | Release::A2);
            return;
        };
        let mut memory = self.run.memory();
        let session = memory.sessions.of(&self.session);
        session.say(&ids::uuid(), "user", &message.text);
        // The task that takes them may be at an end with its connection.
        let _ = self.turns.send(message);
    }
}

/// Takes what a client sends.
pub(super) fn hear(mut client: Native) -> Box<dyn FnMut(&str) + Send> {
    Box::new(move |text| client.hear(text))
}

/// What release B wants of a message; a frame that lacks any of it is dropped in silence.
const FIELDS: [&str; 7] = [
    "bot_id",
    "user_id",
    "session_id",
    "channel",
    "content",
    "message_type",
    "timestamp",
];

fn full(frame: &Value, fields: &[&str]) -> Option<Message> {
    let there = |name: &&str| frame.get(*name).is_some();
    let all = fields.iter().all(there) && frame.get("content")?.is_string();
    all.then(|| lenient(frame))
}

/// Release C takes anything for a message, an empty one if need be.
fn lenient(frame: &Value) -> Message {
    let text = |name: &str| frame.get(name).and_then(Value::as_str).map(str::to_owned);
    let switchers = frame.get("active_switchers").and_then(Value::as_array);
    let switchers = switchers.map(Vec::as_slice).unwrap_or_default().iter();
    Message {
        text: text("text").or_else(|| text("content")).unwrap_or_default(),
        kind: frame
            .get("message_type")
            .and_then(Value::as_i64)
            .unwrap_or(1),
        switchers: switchers
            .filter_map(|id| Some(id.as_str()?.to_owned()))
            .collect(),
        context: text("context_name"),
    }
}

/// The first frame of a chat with release C; that of B has neither bot nor tools.
pub(super) fn welcome(session: &str, user: &str, release: Release) -> Value {
    let mut frame = json!({
        "message": "Connected to bot server", "session_id": session, "type": "connected",
        "user_id": user,
    });
    if release == Release::C {
        super::set(&mut frame, "bot_id", BOT.into());
        super::set(&mut frame, "tools", json!([]));
    }
    frame
}
