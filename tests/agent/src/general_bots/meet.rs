//! The sockets of Meet: three kinds of server that bring people together, and two that do not.
//!
//! The document has the frames `join`, `leave` and `signal` of a client; what a server sends is an
//! assumption of each kind's.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{Path, Query, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::line::{self, Line};
use super::room::{Member, Room};
use super::run::{Memory, Run};
use crate::ids;
use crate::state::State;

/// The document's limit for a message.
const LARGEST: usize = 65_536;

/// What a server makes of the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `roster`: who joins is told who is there; the others are told who joins and who leaves.
    Roster,
    /// `joincast`: who joins is told nothing.
    Joincast,
    /// `relay`: every frame goes to everybody else in the room as it came.
    Relay,
    /// `echo`: release C, where Meet is built in.
    Echo,
    /// `chat`: release C as it is built by default, where this is a chat with a bot named meet.
    Chat,
    /// `gone`: release B, which drops the socket.
    Gone,
}

impl Kind {
    /// The kind of that name; the chat servers have one each.
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "documented" | "roster" => Self::Roster,
            "joincast" => Self::Joincast,
            "relay" => Self::Relay,
            "echo" => Self::Echo,
            "c" | "chat" => Self::Chat,
            "b" | "gone" => Self::Gone,
            _ => return None,
        })
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Roster => "roster",
            Self::Joincast => "joincast",
            Self::Relay => "relay",
            Self::Echo => "echo",
            Self::Chat => "chat",
            Self::Gone => "gone",
        }
    }
}

/// `GET /general-bots/RUN/ws/meet?kind=..`
pub(super) async fn connect(
    Shared(state): Shared<Arc<State>>,
    Path(run): Path<String>,
    Query(query): Query<HashMap<String, String>>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let kind = query
        .get("kind")
        .map_or("roster", String::as_str)
        .to_owned();
    receive(state, &run, &kind, &query, upgrade)
}

/// `GET /general-bots/RUN/KIND/ws/meet`
pub(super) async fn connect_at(
    Shared(state): Shared<Arc<State>>,
    Path((run, server)): Path<(String, String)>,
    Query(query): Query<HashMap<String, String>>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let kind = query.get("kind").unwrap_or(&server).clone();
    receive(state, &run, &kind, &query, upgrade)
}

fn receive(
    state: Arc<State>,
    run: &str,
    kind: &str,
    query: &HashMap<String, String>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let Some(kind) = Kind::named(kind) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let run = state.general_bots.of(run);
    let socket = json!({"server": format!("meet {}", kind.word()), "query": query});
    let Some(number) = run.admit(&state, socket) else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    upgrade.on_upgrade(move |socket| async move {
        if kind == Kind::Gone {
            return;
        }
        let (line, queue) = Line::new(number);
        if kind == Kind::Chat {
            line.send(&welcome());
        }
        let hear = |text: &str| hear(&run, kind, &line, text);
        line::serve(&state, &run, (number, queue), socket, hear).await;
        ended(&run, &line).await;
    })
}

/// The first frame of a chat with release C, which makes the ids that the client does not name.
fn welcome() -> Value {
    json!({
        "bot_id": "00000000-0000-0000-0000-000000000000", "message": "Connected to bot server",
        "session_id": ids::uuid(), "tools": [], "type": "connected", "user_id": ids::uuid(),
    })
}

fn hear(run: &Run, kind: Kind, line: &Line, text: &str) {
    let frame = serde_json::from_str(text).unwrap_or(Value::Null);
    run.heard(&frame);
    match kind {
        Kind::Roster | Kind::Joincast => signalled(run, kind, line, text, &frame),
        Kind::Relay => relayed(run, line, text, &frame),
        Kind::Echo => line.text(format!("Echo: {text}")),
        Kind::Chat | Kind::Gone => {}
    }
}

/// The socket is over, which the others may hear of later.
async fn ended(run: &Run, line: &Line) {
    let linger = run.memory().mishaps.meet.linger();
    tokio::time::sleep(linger).await;
    let mut memory = run.memory();
    for name in memory.rooms.joined(line.number) {
        let left = memory.rooms.of(Kind::Roster, &name);
        leave(left, &name, line.number);
    }
}

/// Takes somebody out of a room. A relay tells nobody.
fn leave(room: &mut Room, name: &str, line: usize) {
    let Some(member) = room.leave(line) else {
        return;
    };
    // They may have come back by the same name before the end of the old socket was noticed.
    let back = room.members.iter().any(|other| other.id == member.id);
    if room.kind != Kind::Relay && !back {
        tell(room, "leave", name, &member);
    }
}

/// Tells the others that somebody has come or gone.
fn tell(room: &Room, what: &str, name: &str, member: &Member) {
    for other in room.others(member.line.number) {
        other.line.send(&json!({
            "type": what, "room_id": name,
            "participant_id": member.id, "participant_name": member.name,
        }));
    }
}

fn text<'a>(frame: &'a Value, name: &str) -> Option<&'a str> {
    frame.get(name).and_then(Value::as_str)
}

fn refuse(line: &Line, code: &str, message: &str) {
    line.send(&json!({"type": "error", "code": code, "message": message}));
}

/// A frame, where the server knows who is in which room.
fn signalled(run: &Run, kind: Kind, line: &Line, sent: &str, frame: &Value) {
    if sent.len() > LARGEST {
        return refuse(line, "MESSAGE_TOO_LARGE", "Exceeds 64 KB limit");
    }
    match (text(frame, "type"), text(frame, "room_id")) {
        (Some("join"), Some(room)) => join(run, kind, line, room, frame),
        (Some("leave"), Some(room)) => {
            leave(run.memory().rooms.of(kind, room), room, line.number);
        }
        (Some("signal"), Some(room)) => signal(run, kind, line, room, sent.len(), frame),
        (Some("ping"), _) if kind == Kind::Roster => line.send(&json!({"type": "pong"})),
        _ => refuse(line, "INVALID_FORMAT", "Malformed JSON"),
    }
}

fn join(run: &Run, kind: Kind, line: &Line, name: &str, frame: &Value) {
    if text(frame, "participant_name").is_none_or(str::is_empty) {
        return refuse(line, "INVALID_FORMAT", "participant_name is required");
    }
    let mut memory = run.memory();
    if let Some(code) = &memory.mishaps.meet.deny {
        return refuse(line, code, "You cannot join this room");
    }
    let member = member(&memory, line, frame);
    let room = memory.rooms.of(kind, name);
    let known = room.at(line.number).cloned();
    let member = known.unwrap_or_else(|| room.join(member));
    if kind == Kind::Roster {
        let there = room.others(line.number).map(named).collect::<Vec<_>>();
        line.send(&json!({
            "type": "joined", "room_id": name, "participant_id": member.id, "participants": there,
        }));
    }
    tell(room, "join", name, &member);
}

fn member(memory: &Memory, line: &Line, frame: &Value) -> Member {
    let own = text(frame, "participant_id").unwrap_or_default().to_owned();
    let adopt = memory.mishaps.meet.adopt && !own.is_empty();
    Member {
        id: if adopt { own.clone() } else { ids::uuid() },
        own,
        name: text(frame, "participant_name")
            .unwrap_or_default()
            .to_owned(),
        line: line.clone(),
    }
}

fn named(member: &Member) -> Value {
    json!({"participant_id": member.id, "participant_name": member.name})
}

/// Passes a signal on to whom it is for.
fn signal(run: &Run, kind: Kind, line: &Line, name: &str, bytes: usize, frame: &Value) {
    let mut memory = run.memory();
    let lost = memory.mishaps.meet.loses();
    let room = memory.rooms.of(kind, name);
    room.note(frame, bytes, lost);
    let Some(from) = room.at(line.number).map(|member| member.id.clone()) else {
        return refuse(line, "SESSION_NOT_FOUND", "Not in this room");
    };
    let target = text(frame, "target_id").unwrap_or_default();
    let mut others = room.others(line.number);
    match others.find(|other| other.id == target) {
        Some(_) if lost => {}
        Some(other) => other.line.send(&json!({
            "type": "signal", "room_id": name, "from_id": from, "target_id": target,
            "signal": frame.get("signal"),
        })),
        None => refuse(line, "SESSION_NOT_FOUND", "Unknown target"),
    }
}

/// Passes a frame on as it came.
fn relayed(run: &Run, line: &Line, sent: &str, frame: &Value) {
    let mut memory = run.memory();
    let kind = text(frame, "type").unwrap_or_default();
    let lost = kind == "signal" && memory.mishaps.meet.loses();
    let back = memory.mishaps.meet.back;
    let joins = (kind == "join").then(|| member(&memory, line, frame));
    let rooms = match text(frame, "room_id") {
        Some(name) => vec![name.to_owned()],
        None => memory.rooms.joined(line.number),
    };
    for name in rooms {
        let room = memory.rooms.of(Kind::Relay, &name);
        room.note(frame, sent.len(), lost);
        if let Some(member) = joins.clone().filter(|_| room.at(line.number).is_none()) {
            room.join(member);
        }
        for other in room.others(line.number).filter(|_| !lost) {
            other.line.text(sent.to_owned());
        }
        if back && !lost {
            line.text(sent.to_owned());
        }
        if kind == "leave" {
            leave(room, &name, line.number);
        }
    }
}
