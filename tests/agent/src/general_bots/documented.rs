//! The chat as the document has it. It was never released, so this server is the contract.
//!
//! What the document leaves open is decided here as the tests' servers have it: no frame answers
//! `auth` and `subscribe`, an answer goes to everybody who has subscribed to its session, and goes on
//! without listeners.

mod turn;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio::sync::mpsc::unbounded_channel;
use tokio::time::timeout;

use self::turn::Turn;
use super::chat::heard;
use super::line::Line;
use super::run::Run;
use super::script::Asked;
use crate::ids;

/// The document's limit for a message, which is a whole frame here.
const LARGEST: usize = 65_536;

/// Takes what a client sends.
pub(super) fn hear(
    run: &Arc<Run>,
    name: &str,
    line: Line,
    query: &HashMap<String, String>,
) -> Box<dyn FnMut(&str) + Send> {
    let mut client = Client {
        run: Arc::clone(run),
        name: name.to_owned(),
        line,
        known: run.memory().key.is_none(),
    };
    if let Some(token) = query.get("token") {
        client.auth(Some(token));
    }
    let sign = Arc::new(Notify::new());
    let idle = run.memory().mishaps.chat.idle();
    if let Some(idle) = idle {
        let (run, line) = (Arc::clone(run), client.line.clone());
        tokio::spawn(watch(run, line, Arc::clone(&sign), idle));
    }
    Box::new(move |text| {
        sign.notify_one();
        client.hear(text);
    })
}

/// Closes a connection that nothing comes by for so long.
async fn watch(run: Arc<Run>, line: Line, sign: Arc<Notify>, idle: Duration) {
    while timeout(idle, sign.notified()).await.is_ok() {}
    let memory = run.memory();
    for (id, session) in memory.sessions.all() {
        if session
            .listeners
            .iter()
            .any(|one| one.number == line.number)
        {
            line.send(&closed(id, "idle_timeout"));
        }
    }
    line.close(1001, "idle timeout");
}

pub(super) fn closed(id: &str, reason: &str) -> Value {
    json!({"type": "session_closed", "session_id": id, "reason": reason})
}

/// The error of that code, in the document's words.
pub(super) fn error(code: &str) -> Value {
    let message = match code {
        "AUTH_FAILED" => "Invalid or expired token",
        "SESSION_NOT_FOUND" => "Session does not exist or has expired",
        "RATE_LIMITED" => "Too many messages",
        "MESSAGE_TOO_LARGE" => "Exceeds 64 KB limit",
        "INVALID_FORMAT" => "Malformed JSON",
        "SUBSCRIPTION_FAILED" => "Cannot subscribe to session",
        _ => "Model is loading",
    };
    json!({"type": "error", "code": code, "message": message})
}

struct Client {
    run: Arc<Run>,
    name: String,
    line: Line,
    /// The token was right, or none is wanted.
    known: bool,
}

impl Client {
    fn hear(&mut self, text: &str) {
        let frame = heard(&self.run, &self.name, &self.line, text);
        let largest = self.run.memory().mishaps.chat.largest;
        if text.len() > largest.unwrap_or(LARGEST) {
            return self.too_large();
        }
        if self.run.memory().crowded(true) {
            return self.refuse("RATE_LIMITED");
        }
        let field = |name: &str| frame.get(name).and_then(Value::as_str);
        match (field("type"), field("session_id")) {
            (Some("auth"), _) => self.auth(field("token")),
            _ if !self.known => self.unknown(),
            (Some("ping"), _) => self.ping(),
            (Some("typing_start" | "typing_stop"), Some(_)) => {}
            (Some("subscribe"), Some(id)) => self.subscribe(id),
            (Some("unsubscribe"), Some(id)) => {
                let mut memory = self.run.memory();
                memory.sessions.of(id).unsubscribe(self.line.number);
            }
            (Some("message"), id) => match field("content") {
                Some(content) => self.message(id, content),
                None => self.refuse("INVALID_FORMAT"),
            },
            _ => self.refuse("INVALID_FORMAT"),
        }
    }

    fn refuse(&self, code: &str) {
        self.line.send(&error(code));
    }

    fn too_large(&self) {
        let closes = self.run.memory().mishaps.chat.large_closes;
        match closes {
            true => self.line.too_big(),
            false => self.refuse("MESSAGE_TOO_LARGE"),
        }
    }

    fn auth(&mut self, token: Option<&str>) {
        let key = self.run.memory().key.clone();
        if key.is_none() || key.as_deref() == token {
            self.known = true;
        } else {
            self.known = false;
            self.unknown();
        }
    }

    fn unknown(&self) {
        self.refuse("AUTH_FAILED");
        if !self.run.memory().mishaps.chat.auth_open {
            self.line.close(1008, "AUTH_FAILED");
        }
    }

    fn ping(&self) {
        if !self.run.memory().mishaps.chat.no_pong {
            let timestamp = format!("{}Z", crate::clock::now());
            self.line
                .send(&json!({"type": "pong", "timestamp": timestamp}));
        }
    }

    fn subscribe(&self, id: &str) {
        let mut memory = self.run.memory();
        let chat = &memory.mishaps.chat;
        let (strict, replay) = (chat.strict, chat.replay);
        if strict && memory.sessions.find(id).is_none() {
            return self.refuse("SUBSCRIPTION_FAILED");
        }
        let session = memory.sessions.of(id);
        session.subscribe(&self.line);
        if replay {
            let said = session.said.iter();
            said.for_each(|message| self.line.send(&whole(id, message)));
        }
    }

    fn message(&self, id: Option<&str>, content: &str) {
        let asked = Asked::read(content);
        let mut memory = self.run.memory();
        let strict = memory.mishaps.chat.strict;
        let id = match id {
            Some(id) if strict && memory.sessions.find(id).is_none() => {
                return self.refuse("SESSION_NOT_FOUND");
            }
            Some(id) => id.to_owned(),
            None => {
                let id = ids::uuid();
                self.line
                    .send(&json!({"type": "session_created", "session_id": id}));
                memory.sessions.of(&id).subscribe(&self.line);
                id
            }
        };
        if memory.crowded(false) {
            return self.refuse("RATE_LIMITED");
        }
        let session = memory.sessions.of(&id);
        let times = session.again(content);
        if let ("error", Some(code)) = (asked.word, asked.arg(0))
            && times <= asked.number(1, 1)
        {
            self.refuse(code);
            if code == "AUTH_FAILED" {
                self.line.close(1008, "AUTH_FAILED");
            }
            return;
        }
        session.say(&ids::uuid(), "user", content);
        let turns = session.turns.get_or_insert_with(|| {
            let (turns, mut waiting) = unbounded_channel::<(String, Line)>();
            let run = Arc::clone(&self.run);
            tokio::spawn(async move {
                while let Some((text, line)) = waiting.recv().await {
                    let turn = Turn {
                        run: &run,
                        id: &id,
                        line,
                    };
                    turn.all(&text).await;
                }
            });
            turns
        });
        // The task that takes them lives as long as the session.
        let _ = turns.send((content.to_owned(), self.line.clone()));
    }
}

/// A message that comes whole.
pub(super) fn whole(id: &str, message: &Value) -> Value {
    let mut frame = message.clone();
    if let Some(fields) = frame.as_object_mut() {
        fields.insert("type".to_owned(), "message".into());
        fields.insert("session_id".to_owned(), id.into());
    }
    frame
}
