//! OpenHands before 1.0, behaviour by behaviour: what a client of the real server must do.

mod commanding;
mod connecting;
mod delivering;
mod doubting;
mod ending;
mod finding;
mod listing;
mod telling;
mod uploading;
mod waiting;

use parlor::model::{ConversationId, Duration, Instant};
use parlor::protocol::{Gone, Setup};
use parlor::recording::Player;
use parlor::session::{Birth, Phase, Refusal};
use serde_json::{Value, json};

use super::numbered::{Mishap, Server, Stored, client, frame, message as agent_said, openhands};
use super::support::Wire;

const OPENED: &str = r#"0{"sid":"s","upgrades":[],"pingTimeout":20000,"pingInterval":25000}"#;
const CONNECTED: &str = r#"40{"sid":"t"}"#;

/// A client with this key, of a conversation that exists or not.
fn with(key: Option<&str>, fresh: bool, strict: bool) -> Player {
    let setup = Setup {
        url: "http://agent.test:3000/".into(),
        key: key.map(str::to_owned),
        conversation: ConversationId::new("0a1b-2c3d"),
        fresh,
        strict,
        dialect: parlor::protocol::Dialect::Auto,
        others: Vec::new(),
        came: Vec::new(),
        start: parlor::protocol::Start::default(),
    };
    Player::start(openhands(), setup, Birth::default(), Instant(0))
}

fn visiting() -> Player {
    with(None, false, false)
}

fn running() -> String {
    json!({"status": "RUNNING", "title": "A title"}).to_string()
}

fn stopped() -> String {
    json!({"status": "STOPPED", "title": null}).to_string()
}

/// Looks the conversation up; the server says this of it.
fn looks(player: &mut Player, status: u16, body: &str) {
    assert!(player.answer_next(|_| Some((status, body.to_owned()))));
}

/// The conversation sleeps, and the server is too old to be asked to start it.
fn finds_asleep(player: &mut Player) {
    looks(player, 200, &stopped());
    looks(player, 404, "{\"detail\":\"Not Found\"}");
    looks(player, 405, "{\"detail\":\"Method Not Allowed\"}");
}

/// A client that found the conversation asleep, and whose socket is open.
fn greeted_asleep() -> Player {
    let mut player = visiting();
    finds_asleep(&mut player);
    player.open();
    player.receive(OPENED);
    player
}

/// A client that has looked, and whose socket is open.
fn greeted(status: &str) -> Player {
    let mut player = visiting();
    looks(&mut player, 200, status);
    player.open();
    player.receive(OPENED);
    player
}

/// A client that is connected to a server with this log.
fn connected(log: &[Value]) -> Player {
    let mut player = client(Stored::default(), Instant(0));
    Server { log: log.to_vec() }.accept(&mut player, Mishap::default());
    player
}

/// A client that is connected, with an agent that waits for a message.
fn idle() -> Player {
    connected(&[state(0, "awaiting_user_input")])
}

fn tell(player: &mut Player, event: &Value) {
    player.receive(&frame(event));
}

fn state(id: u64, word: &str) -> Value {
    json!({"id": id, "source": "environment", "observation": "agent_state_changed",
        "content": "", "extras": {"agent_state": word, "reason": ""}})
}

fn user(id: u64, text: &str) -> Value {
    json!({"id": id, "source": "user", "action": "message", "message": text,
        "args": {"content": text, "image_urls": []}})
}

fn called(id: u64, call: &str, confirmation: &str) -> Value {
    json!({"id": id, "source": "agent", "action": "run", "message": "Running",
        "tool_call_metadata": {"tool_call_id": call},
        "args": {"command": "ls", "thought": "", "confirmation_state": confirmation}})
}

fn output(id: u64, cause: u64, call: &str, text: &str) -> Value {
    json!({"id": id, "cause": cause, "source": "agent", "observation": "run", "content": text,
        "tool_call_metadata": {"tool_call_id": call}, "success": true,
        "extras": {"command": "ls", "metadata": {"exit_code": 0}}})
}

fn asks(id: u64) -> Vec<Value> {
    vec![
        state(id, "awaiting_user_confirmation"),
        called(id + 1, "call-1", "awaiting_confirmation"),
    ]
}

/// The messages that went out, each with the number under which it wants to be confirmed.
fn messages(player: &Player) -> Vec<(u64, String)> {
    let said = |frame: &String| {
        let rest = frame.strip_prefix("42")?;
        let (ack, rest) = rest.split_at(rest.find('[')?);
        let said: Value = serde_json::from_str(rest).unwrap();
        let text = said[1]["args"]["content"].as_str()?;
        Some((ack.parse().unwrap(), text.to_owned()))
    };
    player.sent().iter().filter_map(said).collect()
}

fn texts(player: &Player) -> Vec<String> {
    messages(player).into_iter().map(|(_, text)| text).collect()
}

/// The server takes the last message.
fn acked(player: &mut Player) {
    let (ack, _) = messages(player).pop().unwrap();
    player.receive(&format!("43{ack}[]"));
}

fn states_sent(player: &Player) -> Vec<String> {
    let said = |frame: &String| {
        let said: Value = serde_json::from_str(frame.strip_prefix("42")?).ok()?;
        assert_eq!(said[0], "oh_user_action");
        assert_eq!(said[1]["action"], "change_agent_state");
        said[1]["args"]["agent_state"].as_str().map(str::to_owned)
    };
    player.sent().iter().filter_map(said).collect()
}

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

/// The state and the text of the last item.
fn last(player: &Player) -> String {
    player.lines().pop().unwrap_or_default()
}

/// The last frame that went out.
fn last_sent(player: &Player) -> &str {
    player.sent().last().unwrap()
}

/// Nothing is tried any more, whatever time passes, and nothing is heard on the old socket.
fn stays_away(player: &mut Player) {
    let tried = player.addresses().len();
    let shown = player.items().len();
    player.receive(&frame(&agent_said(99)));
    player.wait(Duration::secs(24 * 3_600));
    assert_eq!(player.addresses().len(), tried);
    assert_eq!(player.items().len(), shown);
    assert!(player.asked().is_empty());
}
