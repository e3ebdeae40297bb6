//! One message and what the bot of a release makes of it.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;

use super::super::chat::Release;
use super::super::line::Line;
use super::super::run::Run;
use super::super::script::Asked;
use super::super::set;
use super::{BOT, Message, welcome};
use crate::ids;

/// The kinds of message (`message_type`) that are more than a text.
const SUGGESTION: i64 = 4;
const CONTEXT_CHANGE: i64 = 5;
const TOOL: i64 = 6;
const SYSTEM: i64 = 7;
const SWITCHER: i64 = 8;

pub(super) struct Turn {
    pub(super) run: Arc<Run>,
    pub(super) release: Release,
    pub(super) line: Line,
    pub(super) session: String,
    pub(super) user: String,
}

impl Turn {
    pub(super) fn hello(&self) {
        match self.release {
            Release::A | Release::A2 => self.event(
                "session_start",
                &json!({
                    "session_id": self.session, "user_id": self.user,
                    "timestamp": "2025-10-18T12:00:00+00:00",
                }),
            ),
            release => self.line.send(&welcome(&self.session, &self.user, release)),
        }
    }

    /// Answers; `last` is the last text of the user's.
    pub(super) async fn all(&self, message: &Message, last: &mut Option<String>) {
        let c = self.release == Release::C;
        let text = match message.kind {
            SYSTEM if c => return,
            TOOL if c => return self.run_tool(&message.text).await,
            SWITCHER if c => last.clone().unwrap_or_default(),
            SUGGESTION if self.release == Release::A2 => {
                self.context_changes(message.context.as_deref());
                message.text.clone()
            }
            _ => message.text.clone(),
        };
        *last = Some(text.clone());
        let shown = match message.switchers.as_slice() {
            [] => text,
            on => format!("{text} as {}", on.join(" and ")),
        };
        let asked = Asked::read(&shown);
        match asked.word {
            "nothing" => {}
            "events" | "agent" | "theme" | "warn" | "context" => self.aside(&asked).await,
            _ => self.answer(&asked).await,
        }
    }

    /// The frame of a release around that text.
    fn frame(&self, content: &str, is_complete: bool) -> Value {
        let mut frame = json!({
            "bot_id": BOT, "user_id": self.user, "session_id": self.session, "channel": "web",
            "content": content, "is_complete": is_complete,
        });
        match self.release {
            Release::A => {
                set(&mut frame, "message_type", 1.into());
                set(&mut frame, "stream_token", Value::Null);
            }
            Release::A2 => {
                set(&mut frame, "message_type", 1.into());
                set(&mut frame, "stream_token", Value::Null);
                set(&mut frame, "context_name", Value::Null);
            }
            Release::B | Release::C => {
                set(&mut frame, "message_type", 2.into());
                set(&mut frame, "context_length", 0.into());
                set(&mut frame, "context_max_length", 0.into());
            }
        }
        frame
    }

    /// A frame as release C makes most of them, with lists even where they are empty.
    fn listed(&self, content: &str, is_complete: bool) -> Value {
        let mut frame = self.frame(content, is_complete);
        set(&mut frame, "suggestions", json!([]));
        set(&mut frame, "switchers", json!([]));
        frame
    }

    fn piece(&self, content: &str) {
        match self.release {
            Release::C => self.line.send(&self.listed(content, false)),
            _ => self.line.send(&self.frame(content, false)),
        }
    }

    fn event(&self, event: &str, data: &Value) {
        let content = json!({"event": event, "data": data}).to_string();
        let mut frame = self.frame(&content, true);
        set(&mut frame, "message_type", 2.into());
        self.line.send(&frame);
    }

    /// A whole text that a script of the bot's says.
    fn talk(&self, text: &str) {
        self.line.send(&self.frame(text, true));
    }

    fn thinks(&self) {
        let mut frame = self.listed("", false);
        set(&mut frame, "thinking", true.into());
        self.line.send(&frame);
    }

    /// What goes before the text.
    async fn begin(&self, asked: &Asked<'_>) {
        match self.release {
            Release::A | Release::A2 => {
                self.event("thinking_start", &json!({}));
                sleep(asked.millis(0, 5).min(Duration::from_millis(50))).await;
                if asked.word != "think" {
                    self.event("thinking_end", &json!({"user_id": self.user}));
                }
            }
            Release::B => {}
            Release::C => {
                if asked.word == "start" {
                    self.talk("Welcome! How can I help?");
                }
                if matches!(asked.word, "suggest" | "start") {
                    self.offer();
                }
                self.piece("");
                self.piece("");
                self.thinks();
                self.thinks();
            }
        }
    }

    async fn answer(&self, asked: &Asked<'_>) {
        self.begin(asked).await;
        match asked.word {
            "stall" => return,
            "dead" => return self.end(asked, ""),
            "think" if self.release == Release::C => self.reason(),
            "tool" => self.used_tool(),
            _ => {}
        }
        let (pieces, pace) = asked.answer();
        for (number, piece) in pieces.iter().enumerate() {
            sleep(pace).await;
            self.piece(piece);
            match (asked.word, number) {
                ("cut", 1) => return self.line.cut(),
                ("bye", 1) => {
                    let code = u16::try_from(asked.number(0, 1000));
                    return self.line.close(code.unwrap_or(1000), "");
                }
                ("junk", 1) => self.line.text("{\"content\":".to_owned()),
                // It ticks every two seconds, also between the pieces.
                (_, 1) if self.release == Release::C => self.thinks(),
                _ => {}
            }
        }
        sleep(pace).await;
        let text = pieces.concat();
        let mut memory = self.run.memory();
        let session = memory.sessions.of(&self.session);
        session.say(&ids::uuid(), "assistant", &text);
        drop(memory);
        self.end(asked, &text);
    }

    fn end(&self, asked: &Asked<'_>, text: &str) {
        let mut frame = match self.release {
            Release::C => self.listed("", true),
            // After a tool it is empty.
            Release::B if asked.word != "tool" => self.frame(text, true),
            _ => self.frame("", true),
        };
        if self.release == Release::A2 {
            set(&mut frame, "context_length", 1_500.into());
            set(&mut frame, "context_max_length", 2_000.into());
        }
        if asked.word == "suggest" && matches!(self.release, Release::A2 | Release::B) {
            let products = json!([{"text": "Products", "context": "products"}]);
            set(&mut frame, "suggestions", products);
        }
        self.line.send(&frame);
    }

    /// Suggestions and switchers in a frame of their own, which is complete before the answer.
    fn offer(&self) {
        let action = |action: Value| action.to_string();
        let mut frame = self.frame("", true);
        set(
            &mut frame,
            "suggestions",
            json!([
                {"text": "Opening hours", "action": action(json!({
                    "type": "send_message", "message": "What are your opening hours?"}))},
                {"text": "Products", "context": "products", "action": action(json!({
                    "type": "select_context", "context": "products"}))},
                {"text": "New order", "action": action(json!({
                    "type": "invoke_tool", "tool": "new_order", "params": null,
                    "prompt_for_params": false}))},
                {"text": "As a table", "action": action(json!({
                    "type": "switch_context", "switcher": "tables"}))},
            ]),
        );
        set(
            &mut frame,
            "switchers",
            json!([
                {"id": "tables", "label": "Tables", "prompt": "Always answer with a table."},
                {"id": "custom:1234567890", "label": "Short", "prompt": "Answer in a sentence."},
            ]),
        );
        self.line.send(&frame);
    }

    /// Reasoning, as JSON inside of pieces and in tags.
    fn reason(&self) {
        let thought = |kind: &str, text: &str| json!({"type": kind, "content": text}).to_string();
        self.piece(&thought("thinking", "The user wants "));
        self.piece(&thought("thinking", "a proof."));
        self.piece("<think>and it is");
        self.piece(" easy</think>");
    }

    /// A tool's result is plain text of the answer.
    fn used_tool(&self) {
        self.piece("Order 12345 is on its way. ");
    }

    async fn run_tool(&self, name: &str) {
        sleep(Duration::from_millis(20)).await;
        self.talk(&format!("The tool {name} ran."));
    }

    fn context_changes(&self, context: Option<&str>) {
        let mut frame = self.frame("Context changed", true);
        set(&mut frame, "message_type", CONTEXT_CHANGE.into());
        set(&mut frame, "context_name", context.into());
        self.line.send(&frame);
    }

    /// News beside an answer, and then the answer.
    async fn aside(&self, asked: &Asked<'_>) {
        let told = |frame: Value| self.line.send(&frame);
        match asked.word {
            "theme" => self.event(
                "change_theme",
                &json!({
                    "color1": "#0d2b55", "color2": "#fff9c2", "logo_text": "Ann",
                    "logo_url": "https://example.org/logo.svg", "title": "Announcements",
                }),
            ),
            "warn" => self.event("warn", &json!({"message": "The server restarts soon"})),
            "context" => self.event("context_usage", &json!({"usage": 0.72})),
            "events" => told(json!({"event": "thinking_end", "data": {}})),
            _ => {
                told(json!({"type": "thought_process", "content": "Plan the app"}));
                told(json!({"type": "step_progress", "current": 1, "total": 3}));
                told(
                    json!({"type": "terminal_output", "line": "cargo new app", "stream": "stdout"}),
                );
                let todos =
                    json!([{"text": "schema", "done": true}, {"text": "ui", "done": false}]);
                told(json!({"type": "todo_update", "todos": todos}));
                told(json!({"type": "browser_ready", "url": "http://localhost:3000/"}));
            }
        }
        self.answer(asked).await;
    }
}
