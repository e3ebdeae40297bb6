//! The frames of a room: those of the document, written with what it leaves out, and read as each
//! kind of server sends them.
//!
//! The document names neither the sender of a signal nor how ids are learned. So each signal of
//! ours says itself who sends it (`from`, `to`, `name`), and each name that a server may have for
//! the same thing is read.

use serde_json::{Map, Value, json};

use super::port::{Description, Ice, Setup};
use crate::wire::json::{first, text};

/// What we send, or they.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sends {
    /// The microphone is on.
    pub(super) audio: bool,
    /// The camera is on.
    pub(super) video: bool,
    /// The screen is shared.
    pub(super) screen: bool,
}

impl Default for Sends {
    /// What holds for those who never say.
    fn default() -> Self {
        Self {
            audio: true,
            video: true,
            screen: false,
        }
    }
}

/// A frame, read.
#[derive(Debug, PartialEq)]
pub(super) enum Heard {
    /// We are in; the server calls us this, names us or who else came, and says who is there.
    Roster {
        me: Option<String>,
        name: Option<String>,
        others: Option<Vec<(String, String)>>,
    },
    /// Somebody came.
    Came { id: String, name: String },
    /// Somebody went.
    Went { id: String },
    /// Somebody says something to us, or to everybody.
    Signal(Box<Signal>),
    /// The server refused something.
    Error { code: String, message: String },
    /// The answer to a ping.
    Pong,
    /// What we sent came back.
    Echo,
    /// The greeting of a chat.
    Chat,
    /// Known, and nothing to us.
    Nothing,
    /// Not understood.
    Unknown,
}

/// What one says to another.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Signal {
    /// What the server calls the sender.
    pub(super) sender: Option<String>,
    /// Whom it is for, as the server knows them.
    pub(super) target: Option<String>,
    /// The sender's own id.
    pub(super) from: Option<String>,
    /// The sender's name.
    pub(super) name: Option<String>,
    /// What they send, if they say so here.
    pub(super) sends: Option<Sends>,
    /// The stream that their screen comes in.
    pub(super) screen_stream: Option<String>,
    /// What is said.
    pub(super) payload: Payload,
}

/// The content of a signal.
#[derive(Debug, Default, PartialEq)]
pub(super) enum Payload {
    Description(Description),
    Candidate(Ice),
    /// Somebody asks to be greeted.
    Hello,
    /// What they send.
    State,
    Bye {
        /// They will look for us again.
        again: bool,
    },
    #[default]
    Unknown,
}

/// The names of an acknowledgement.
const ROSTER: [&str; 6] = [
    "joined",
    "room_joined",
    "welcome",
    "room_state",
    "participants",
    "peers",
];

/// What the document's chat tells.
const CHAT: [&str; 9] = [
    "message",
    "stream_start",
    "stream_chunk",
    "stream_end",
    "bot_typing",
    "tool_call",
    "tool_result",
    "session_created",
    "session_closed",
];

/// The names of an arrival.
const CAME: [&str; 4] = ["join", "participant_joined", "user_joined", "peer_joined"];

/// The names of a departure.
const WENT: [&str; 5] = [
    "leave",
    "left",
    "participant_left",
    "user_left",
    "peer_left",
];

/// The names of a participant's id.
const ID: [&str; 6] = [
    "participant_id",
    "peer_id",
    "user_id",
    "client_id",
    "id",
    "participant",
];

/// The names of a participant's name.
const NAME: [&str; 3] = ["participant_name", "name", "user_name"];

/// The names of the sender.
const SENDER: [&str; 6] = [
    "from_id",
    "sender_id",
    "source_id",
    "from",
    "sender",
    "participant_id",
];

/// The key, before anything else (the document's "Authentication").
pub(super) fn auth(token: &str) -> String {
    json!({"type": "auth", "token": token}).to_string()
}

/// What enters the room. `participant_id` is not in the document: servers that keep it make an alias
/// table needless, and others ignore it.
pub(super) fn join(setup: &Setup) -> String {
    json!({
        "type": "join",
        "room_id": setup.room,
        "participant_name": setup.name,
        "participant_id": setup.me,
    })
    .to_string()
}

/// The last frame.
pub(super) fn leave(setup: &Setup) -> String {
    json!({"type": "leave", "room_id": setup.room}).to_string()
}

/// What keeps an idle socket open.
pub(super) fn ping() -> String {
    json!({"type": "ping"}).to_string()
}

/// A signal to the one whom the server calls `target`, or to everybody (`*`).
pub(super) fn signal(setup: &Setup, target: &str, mut payload: Value) -> String {
    if let Some(fields) = payload.as_object_mut() {
        for (key, value) in [("from", &*setup.me), ("to", target), ("name", &*setup.name)] {
            fields.insert(key.to_owned(), value.into());
        }
    }
    json!({"type": "signal", "room_id": setup.room, "target_id": target, "signal": payload})
        .to_string()
}

/// A description of ours.
pub(super) fn description(description: &Description) -> Value {
    let kind = if description.offer { "offer" } else { "answer" };
    json!({"type": kind, "sdp": description.sdp})
}

/// A candidate of ours.
pub(super) fn candidate(candidate: &Ice) -> Value {
    json!({"type": "candidate", "candidate": candidate})
}

/// What we send, under this type.
pub(super) fn sends(kind: &str, sends: Sends, setup: &Setup) -> Value {
    json!({
        "type": kind,
        "audio": sends.audio,
        "video": sends.video,
        "screen": sends.screen,
        "screen_stream": setup.screen,
    })
}

/// Goodbye.
pub(super) fn bye() -> Value {
    json!({"type": "bye"})
}

/// Nothing leads to them: the tie is given up, and another one is looked for later.
pub(super) fn gives_up() -> Value {
    json!({"type": "bye", "again": true})
}

/// Reads a frame; one that belongs to another room is nothing to us.
pub(super) fn read(frame: &str, room: &str) -> Heard {
    if frame.starts_with("Echo: ") {
        return Heard::Echo;
    }
    let Ok(value) = serde_json::from_str::<Value>(frame) else {
        return Heard::Unknown;
    };
    if !value.is_object() {
        return Heard::Unknown;
    }
    if text(&value, &["room_id"]).is_some_and(|of| of != room) {
        return Heard::Nothing;
    }
    if value.get("message_type").is_some_and(Value::is_number) {
        return Heard::Chat;
    }
    let Some(kind) = text(&value, &["type", "event"]) else {
        return Heard::Unknown;
    };
    match kind {
        "connected" if value.get("session_id").is_some() => Heard::Chat,
        // What the document's chat says; a room has neither sessions nor messages.
        _ if CHAT.contains(&kind) && text(&value, &["session_id", "message_id"]).is_some() => {
            Heard::Chat
        }
        "pong" => Heard::Pong,
        // A relay hands on what the others send to the server.
        "ping" | "auth" => Heard::Nothing,
        "error" => Heard::Error {
            code: owned(&value, &["code", "error"]),
            message: owned(&value, &["message", "error", "code"]),
        },
        "participant_update" => match text(&value, &["action"]) {
            Some("joined") => came(&value),
            Some("left") => went(&value),
            _ => Heard::Nothing,
        },
        "signal" | "offer" | "answer" | "candidate" | "hello" | "state" | "bye" => said(&value),
        _ if ROSTER.contains(&kind) => roster(&value),
        _ if CAME.contains(&kind) => came(&value),
        _ if WENT.contains(&kind) => went(&value),
        _ => Heard::Unknown,
    }
}

fn owned(value: &Value, keys: &[&str]) -> String {
    text(value, keys).unwrap_or_default().to_owned()
}

/// Where a frame speaks of one participant, in an object of their own or beside the rest.
fn participant(value: &Value) -> (Option<&str>, &str) {
    let of = match value.get("participant").or(value.get("peer")) {
        Some(inner) if inner.is_object() => inner,
        _ => value,
    };
    (
        text(of, &ID).or(of.as_str()),
        text(of, &NAME).unwrap_or_default(),
    )
}

fn roster(value: &Value) -> Heard {
    let list = first(value, &["participants", "peers", "users", "members"]);
    let others = list.and_then(Value::as_array).map(|list| {
        let known = list.iter().map(participant);
        known
            .filter_map(|(id, name)| Some((id?.to_owned(), name.to_owned())))
            .collect()
    });
    let own = |keys: &[&str]| text(value, keys).map(str::to_owned);
    Heard::Roster {
        me: own(&["participant_id", "your_id", "peer_id"]),
        name: own(&["participant_name"]),
        others,
    }
}

/// A relay hands `join` and `leave` on as they were sent; a `leave` of the document's form does
/// not say whose it is.
fn came(value: &Value) -> Heard {
    match participant(value) {
        (Some(id), name) => Heard::Came {
            id: id.to_owned(),
            name: name.to_owned(),
        },
        (None, _) => Heard::Nothing,
    }
}

fn went(value: &Value) -> Heard {
    match participant(value) {
        (Some(id), _) => Heard::Went { id: id.to_owned() },
        (None, _) => Heard::Nothing,
    }
}

fn said(frame: &Value) -> Heard {
    let inner = first(frame, &["signal", "data", "payload"]);
    let parsed: Value;
    let content = match inner {
        Some(Value::String(text)) => {
            parsed = serde_json::from_str(text).unwrap_or_default();
            &parsed
        }
        Some(inner) => inner,
        None => frame,
    };
    let own = |keys: &[&str]| text(content, keys).map(str::to_owned);
    Heard::Signal(Box::new(Signal {
        sender: text(frame, &SENDER).map(str::to_owned),
        target: text(frame, &["target_id", "to_id", "target"]).map(str::to_owned),
        from: own(&["from"]),
        name: own(&["name"]),
        sends: flags(content),
        screen_stream: own(&["screen_stream"]),
        payload: payload(content),
    }))
}

fn flags(content: &Value) -> Option<Sends> {
    let flag = |key: &str| content.get(key).and_then(Value::as_bool);
    let silent = Sends::default();
    let said = Sends {
        audio: flag("audio").unwrap_or(silent.audio),
        video: flag("video").unwrap_or(silent.video),
        screen: flag("screen").unwrap_or(silent.screen),
    };
    (flag("audio").is_some() || flag("video").is_some()).then_some(said)
}

fn payload(content: &Value) -> Payload {
    match text(content, &["type"]) {
        Some("hello") => return Payload::Hello,
        Some("state") => return Payload::State,
        Some("bye") => {
            let again = content.get("again").and_then(Value::as_bool);
            return Payload::Bye {
                again: again.unwrap_or_default(),
            };
        }
        _ => {}
    }
    let described = content.get("description").or(content.get("sdp"));
    let described = described.filter(|inner| inner.is_object());
    if let Some(found) = described.or(Some(content)).and_then(sdp) {
        return Payload::Description(found);
    }
    match content.get("candidate").or(content.get("ice")) {
        Some(found) => Payload::Candidate(ice(found, content)),
        None => Payload::Unknown,
    }
}

fn sdp(of: &Value) -> Option<Description> {
    let offer = match text(of, &["type"])? {
        "offer" => true,
        "answer" => false,
        _ => return None,
    };
    let sdp = text(of, &["sdp"])?.to_owned();
    Some(Description { offer, sdp })
}

/// A candidate as the browser takes it: an object. A bare string has its other fields beside it.
fn ice(found: &Value, beside: &Value) -> Ice {
    match found {
        Value::Object(_) => Some(found.clone()),
        Value::String(line) if !line.is_empty() => {
            let mut whole = Map::new();
            whole.insert("candidate".to_owned(), found.clone());
            for key in ["sdpMid", "sdpMLineIndex", "usernameFragment"] {
                if let Some(value) = beside.get(key) {
                    whole.insert(key.to_owned(), value.clone());
                }
            }
            Some(Value::Object(whole))
        }
        _ => None,
    }
}
