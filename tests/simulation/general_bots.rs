//! General Bots, behaviour by behaviour, in both of its dialects.

mod answering;
mod conformance;
mod detecting;
mod erring;
mod following;
mod kept;
mod keys;
mod limits;
mod native;
mod pinging;
mod recalling;
mod resetting;
mod schedules;
mod stopping;
mod typing;

use parlor::model::{ConversationId, Duration, Instant};
use parlor::protocol::{Descriptor, Dialect, Setup, Start, descriptor};
use parlor::recording::Player;
use parlor::session::{Birth, Change, Phase};
use serde_json::{Value, json};

use super::support::Wire;

pub(crate) fn general_bots() -> &'static Descriptor {
    descriptor("general-bots").unwrap()
}

/// Our session, and another one that is kept here.
const OURS: &str = "550e8400-e29b-41d4-a716-446655440000";
const OTHER: &str = "6fa459ea-ee8a-4ca4-894e-db77e160355e";

const USER: &str = "0d3a6a0e-52f5-4a51-8f0a-0a3b0c0d0e0f";

fn setup(dialect: Dialect) -> Setup {
    Setup {
        url: "ws://bots.test:8080/ws".into(),
        key: None,
        conversation: ConversationId::new(OURS),
        fresh: false,
        strict: false,
        dialect,
        others: Vec::new(),
        came: Vec::new(),
        start: Start::default(),
    }
}

fn start(setup: Setup) -> Player {
    Player::start(general_bots(), setup, Birth::default(), Instant(1_000_000))
}

/// A page that is connected to a server of the document's, which the person has chosen.
fn documented() -> Player {
    let mut page = start(setup(Dialect::Documented));
    page.open();
    page
}

/// The same in a conversation of which the server need not know.
fn fresh() -> Player {
    let mut page = start(Setup {
        fresh: true,
        ..setup(Dialect::Documented)
    });
    page.open();
    page
}

/// A page that is connected to a server of which nothing is known.
fn unknown() -> Player {
    let mut page = start(setup(Dialect::Auto));
    page.open();
    page
}

/// A page that a server of release C has greeted.
fn newest() -> Player {
    let mut page = unknown();
    page.receive(&hello(Some(json!([]))));
    page
}

/// A page that a server of release B has greeted.
fn older() -> Player {
    let mut page = unknown();
    page.receive(&hello(None));
    page
}

fn hello(tools: Option<Value>) -> String {
    let mut hello = json!({"type": "connected", "session_id": OURS, "user_id": USER});
    if let Some(tools) = tools {
        hello["tools"] = tools;
        hello["bot_id"] = json!("bot-1");
    }
    hello.to_string()
}

trait Server {
    fn gets(&mut self, frame: Value);
    fn native(&mut self, content: &str, complete: bool);
    fn frames(&self) -> Vec<Value>;
    fn kinds(&self) -> Vec<String>;
    fn phase(&self) -> &Phase;
    fn all(&self, of: fn(&Change) -> Option<String>) -> Vec<String>;
}

impl Server for Player {
    fn gets(&mut self, frame: Value) {
        self.receive(&frame.to_string());
    }

    /// A frame of release B or C.
    fn native(&mut self, content: &str, complete: bool) {
        self.gets(text(content, complete));
    }

    /// What the page has sent so far.
    fn frames(&self) -> Vec<Value> {
        let frames = self.sent().iter();
        frames
            .map(|frame| serde_json::from_str(frame).unwrap())
            .collect()
    }

    /// The types of what it has sent; those of the released servers have numbers.
    fn kinds(&self) -> Vec<String> {
        let frames = self.frames().into_iter();
        let kind = |frame: Value| match frame["type"].as_str() {
            Some(kind) => kind.to_owned(),
            None => frame["message_type"].to_string(),
        };
        frames.map(kind).collect()
    }

    fn phase(&self) -> &Phase {
        self.session().phase()
    }

    fn all(&self, of: fn(&Change) -> Option<String>) -> Vec<String> {
        self.changes().iter().filter_map(of).collect()
    }
}

/// A frame of release B or C.
fn text(content: &str, complete: bool) -> Value {
    json!({
        "bot_id": "bot-1", "user_id": USER, "session_id": OURS, "channel": "web",
        "content": content, "message_type": 2, "is_complete": complete,
        "context_length": 0, "context_max_length": 0,
    })
}

fn named(change: &Change) -> Option<String> {
    match change {
        Change::Named(id) => Some(id.to_string()),
        _ => None,
    }
}

fn stream_start(id: &str, session: &str) -> Value {
    json!({"type": "stream_start", "session_id": session, "message_id": id})
}

fn chunk(id: &str, content: &str) -> Value {
    json!({"type": "stream_chunk", "message_id": id, "content": content})
}

fn stream_end(id: &str, content: &str) -> Value {
    json!({"type": "stream_end", "message_id": id, "content": content})
}

fn message(id: &str, role: &str, content: &str) -> Value {
    json!({
        "type": "message", "session_id": OURS, "message_id": id, "role": role, "content": content,
        "timestamp": "2024-01-01T10:00:00Z",
    })
}

fn bot_typing(types: bool) -> Value {
    json!({"type": "bot_typing", "session_id": OURS, "is_typing": types})
}

fn error(code: &str, words: &str) -> Value {
    json!({"type": "error", "code": code, "message": words})
}

/// Until a run that looks over is.
fn settle(page: &mut Player) {
    page.wait(Duration::secs(2));
}
