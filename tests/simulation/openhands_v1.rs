//! OpenHands from 1.0, behaviour by behaviour: what a client of the real servers must do.

mod answering;
mod asking;
mod beginning;
mod conformance;
mod connecting;
mod delivering;
mod growing;
mod keys;
mod pausing;
mod reading;
mod relaying;
mod schedules;
pub(crate) mod server;
mod sleeping;

use parlor::io::{Payload, Request};
use parlor::model::{ConversationId, Instant, Item};
use parlor::protocol::{Gone, Setup};
use parlor::recording::Player;
use parlor::session::{Birth, Change, Phase, Refusal};
use serde_json::{Value, json};

use super::numbered::Stored;
use super::support::{Wire, line};
use server::{Server, newer, page, running, setup};

/// A page that is connected to an agent server with this log, over the session socket.
fn connected(log: Vec<Value>) -> Player {
    let mut player = page(Stored::default(), Instant(0));
    Server::new(true, log).accept(&mut player, 0);
    player
}

/// The same over the older socket.
fn connected_older(log: Vec<Value>) -> Player {
    let mut player = page(Stored::default(), Instant(0));
    Server::new(false, log).accept(&mut player, 0);
    player
}

const APP: &str = "http://app.test:3000";

/// A page of a conversation that an app server keeps; both servers want keys.
fn visiting() -> Player {
    let setup = Setup {
        url: format!("{APP}/"),
        key: Some("outer".into()),
        ..setup("c1")
    };
    Player::start(newer(), setup, Birth::default(), Instant(0))
}

/// A page whose conversation is still to be made.
fn fresh(url: &str) -> Player {
    let setup = Setup {
        url: url.to_owned(),
        fresh: true,
        ..setup("our-own")
    };
    Player::start(newer(), setup, Birth::default(), Instant(0))
}

/// What an app server says of its conversation, with the sandbox in this state.
fn kept(sandbox: &str) -> String {
    let mut info = running("c1");
    if sandbox != "RUNNING" {
        info["sandbox_status"] = json!(sandbox);
        for gone in ["conversation_url", "session_api_key", "execution_status"] {
            info[gone] = Value::Null;
        }
    }
    json!([info]).to_string()
}

/// Answers the one request under way, whose method and path these are.
fn answers(player: &mut Player, called: &str, status: u16, body: &str) {
    assert_eq!(calls(player), [called]);
    assert!(player.answer_next(|_| Some((status, body.to_owned()))));
}

/// Answers the request of that method and path among those under way.
fn answers_one(player: &mut Player, called: &str, status: u16, body: &str) {
    let under_way = calls(player);
    let is = |request: &Request| call(request) == called;
    let answered = player.answer_first(is, |_| Some((status, body.to_owned())));
    assert!(answered, "{called}: {under_way:?}");
}

/// Method and path of a request.
fn call(request: &Request) -> String {
    let place = request.url.split_once("//").unwrap().1;
    let path = place.split_at(place.find('/').unwrap()).1;
    format!("{} {path}", request.method)
}

/// The requests under way.
fn calls(player: &Player) -> Vec<String> {
    player.requests().map(call).collect()
}

fn body(request: &Request) -> Value {
    match &request.body {
        Some(Payload::Text(text)) => serde_json::from_str(text).unwrap(),
        _ => Value::Null,
    }
}

/// The body of the newest request.
fn last_body(player: &Player) -> Value {
    body(player.requests().last().unwrap())
}

/// The texts of the messages that went over the socket.
fn sent(player: &Player) -> Vec<String> {
    let text = |frame: &String| {
        let frame: Value = serde_json::from_str(frame).ok()?;
        frame["content"][0]["text"].as_str().map(str::to_owned)
    };
    player.sent().iter().filter_map(text).collect()
}

const POST: &str = "POST /api/conversations/c1/events";
const OK: &str = "{\"success\":true}";

fn gone(player: &Player) -> Option<Gone> {
    match player.session().phase() {
        Phase::Refused {
            why: Refusal::Gone(gone),
        } => Some(gone.clone()),
        _ => None,
    }
}

fn phase(player: &Player) -> &'static str {
    player.session().phase().word()
}

fn last(player: &Player) -> String {
    player.lines().pop().unwrap_or_default()
}

fn progress(player: &Player) -> Vec<Option<&str>> {
    let said = player.changes().iter().filter_map(|change| match change {
        Change::Progress(what) => Some(what.as_deref()),
        _ => None,
    });
    said.collect()
}

fn named(player: &Player) -> Vec<&ConversationId> {
    let named = player.changes().iter().filter_map(|change| match change {
        Change::Named(id) => Some(id),
        _ => None,
    });
    named.collect()
}

fn not_done(player: &Player) -> Vec<&str> {
    let said = player.changes().iter().filter_map(|change| match change {
        Change::NotDone(why) => Some(why.as_str()),
        _ => None,
    });
    said.collect()
}

/// An event of the log, at so many seconds.
fn event(at: u32, kind: &str, fields: Value) -> Value {
    let mut event = json!({"id": format!("e{at}"), "kind": kind, "source": "agent",
        "timestamp": format!("2026-11-21T00:{:02}:{:02}.000001", at / 60, at % 60)});
    for (key, value) in fields.as_object().unwrap() {
        event[key] = value.clone();
    }
    event
}

pub(crate) fn content(text: &str) -> Value {
    json!([{"type": "text", "text": text}])
}

fn user(at: u32, text: &str) -> Value {
    let message = json!({"role": "user", "content": content(text)});
    event(
        at,
        "MessageEvent",
        json!({"source": "user", "llm_message": message}),
    )
}

fn agent(at: u32, text: &str) -> Value {
    let message = json!({"role": "assistant", "content": content(text)});
    event(at, "MessageEvent", json!({"llm_message": message}))
}

fn status(at: u32, word: &str) -> Value {
    event(
        at,
        "ConversationStateUpdateEvent",
        json!({"source": "environment", "key": "execution_status", "value": word}),
    )
}

fn called(at: u32, call: &str) -> Value {
    event(
        at,
        "ActionEvent",
        json!({"tool_name": "terminal", "tool_call_id": call, "thought": [],
        "action": {"kind": "TerminalAction", "command": "ls"}, "security_risk": "HIGH"}),
    )
}

fn output(at: u32, call: &str, text: &str) -> Value {
    event(
        at,
        "ObservationEvent",
        json!({"source": "environment", "tool_name": "terminal",
        "tool_call_id": call, "observation": {"kind": "TerminalObservation", "exit_code": 0,
        "content": content(text)}}),
    )
}

/// A log in which the agent waits for leave.
fn asked() -> Vec<Value> {
    vec![
        user(1, "go"),
        status(2, "running"),
        called(3, "k1"),
        status(4, "waiting_for_confirmation"),
    ]
}

/// The event of that number comes over the session socket.
fn tell(player: &mut Player, number: u64, event: &Value) {
    player.receive(&json!({"type": "durable", "seq": number, "event": event}).to_string());
}

fn card(player: &Player) -> &Item {
    let is_card = |item: &&Item| item.kind().word() == "approval";
    player.items().iter().rfind(is_card).unwrap()
}

fn card_line(player: &Player) -> String {
    line(card(player))
}
