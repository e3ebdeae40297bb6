//! One message and what the bot makes of it.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;

use super::super::line::Line;
use super::super::run::Run;
use super::super::script::Asked;
use super::{closed, whole};
use crate::ids;

pub(super) struct Turn<'a> {
    pub(super) run: &'a Run,
    /// The session.
    pub(super) id: &'a str,
    /// Where the message came from.
    pub(super) line: Line,
}

impl Turn<'_> {
    pub(super) async fn all(&self, text: &str) {
        let asked = Asked::read(text);
        if matches!(asked.word, "nothing" | "stall") {
            return;
        }
        self.types(true);
        match asked.word {
            "typing" => return,
            "whole" => self.whole("This came whole."),
            "twice" => {
                let message = self.said("Once.");
                self.tell(&whole(self.id, &message));
                self.tell(&whole(self.id, &message));
            }
            "tools" => self.tools(&asked).await,
            "tool" => self.tool(&asked).await,
            "close" => self.tell(&closed(self.id, asked.arg(0).unwrap_or("user_disconnect"))),
            "bye" => {
                let code = asked.number(0, 1000);
                self.line.close(u16::try_from(code).unwrap_or(1000), "");
                return;
            }
            "other" => self.interleaved(&asked).await,
            _ => self.stream(&asked).await,
        }
        self.types(false);
    }

    fn tell(&self, frame: &Value) {
        if let Some(session) = self.run.memory().sessions.find(self.id) {
            session.tell(frame);
        }
    }

    fn types(&self, is_typing: bool) {
        self.tell(&json!({"type": "bot_typing", "session_id": self.id, "is_typing": is_typing}));
    }

    fn said(&self, content: &str) -> Value {
        self.keep(&ids::uuid(), content)
    }

    fn keep(&self, message_id: &str, content: &str) -> Value {
        let mut memory = self.run.memory();
        memory
            .sessions
            .of(self.id)
            .say(message_id, "assistant", content)
    }

    fn whole(&self, content: &str) {
        let message = self.said(content);
        self.tell(&whole(self.id, &message));
    }

    async fn stream(&self, asked: &Asked<'_>) {
        let message = ids::uuid();
        let (pieces, pace) = asked.answer();
        let start = json!({"type": "stream_start", "session_id": self.id, "message_id": message});
        if asked.word != "orphan" {
            self.tell(&dressed(asked, start));
        }
        for (number, piece) in pieces.iter().enumerate() {
            sleep(pace).await;
            let piece = json!({"type": "stream_chunk", "message_id": message, "content": piece});
            self.tell(&dressed(asked, piece));
            match (asked.word, number) {
                ("cut", 1) => return self.line.cut(),
                ("junk", 1) => self.junk(),
                _ => {}
            }
        }
        sleep(pace).await;
        let mut text = pieces.concat();
        if asked.word == "mend" {
            text = format!("Mended: {text}");
        }
        let mut end = json!({"type": "stream_end", "message_id": message});
        if asked.word != "unended" {
            super::super::set(&mut end, "content", text.as_str().into());
        }
        self.keep(&message, &text);
        self.tell(&dressed(asked, end));
    }

    /// What no client can know.
    fn junk(&self) {
        self.tell(&json!({"type": "weather", "session_id": self.id, "rain": [1, null, "x"]}));
        self.line.text("{\"type\":\"message\",".to_owned());
        self.line.text("[1,2,3]".to_owned());
    }

    fn call(&self, order: u64) {
        self.tell(&json!({
            "type": "tool_call", "session_id": self.id, "tool": "search_orders",
            "arguments": {"order_id": order.to_string()},
        }));
    }

    fn result(&self, order: u64) {
        self.tell(&json!({
            "type": "tool_result", "session_id": self.id, "tool": "search_orders",
            "result": {"order_id": order.to_string(), "status": "shipped"},
        }));
    }

    /// Two calls of one tool at once, answered in the order in which they were made.
    async fn tools(&self, asked: &Asked<'_>) {
        self.call(1);
        self.call(2);
        sleep(Duration::from_millis(100)).await;
        self.result(1);
        sleep(Duration::from_millis(100)).await;
        self.result(2);
        self.stream(asked).await;
    }

    async fn tool(&self, asked: &Asked<'_>) {
        self.call(1);
        sleep(asked.millis(0, 100)).await;
        self.result(1);
        self.stream(asked).await;
    }

    /// This answer, and between its pieces that of another session: one that the client has
    /// subscribed to, or else one that it does not know.
    async fn interleaved(&self, asked: &Asked<'_>) {
        let other = self.other();
        let elsewhere = ids::uuid();
        let start = json!({"type": "stream_start", "session_id": other, "message_id": elsewhere});
        self.line.send(&start);
        let strange = |content: &str| {
            let piece =
                json!({"type": "stream_chunk", "message_id": elsewhere, "content": content});
            self.line.send(&piece);
        };
        strange("Elsewhere ");
        self.stream(asked).await;
        strange("it rains.");
        let text = "Elsewhere it rains.";
        self.line
            .send(&json!({"type": "stream_end", "message_id": elsewhere, "content": text}));
        let mut memory = self.run.memory();
        memory
            .sessions
            .of(&other)
            .say(&elsewhere, "assistant", text);
    }

    fn other(&self) -> String {
        let memory = self.run.memory();
        let mut all = memory.sessions.all();
        let found = all.find(|(id, session)| {
            let mut listeners = session.listeners.iter();
            *id != self.id && listeners.any(|line| line.number == self.line.number)
        });
        found.map_or_else(ids::uuid, |(id, _)| id.clone())
    }
}

/// The frame in the envelope of the document's "Message Format", where that is asked for.
fn dressed(asked: &Asked<'_>, frame: Value) -> Value {
    if asked.word != "envelope" {
        return frame;
    }
    let (mut payload, kind) = (frame.clone(), frame.get("type").cloned());
    if let Some(fields) = payload.as_object_mut() {
        fields.remove("type");
    }
    json!({"type": kind, "payload": payload, "timestamp": format!("{}Z", crate::clock::now())})
}
