//! A server that numbers its events: whatever is cut, doubled, out of order or lost on the way, the
//! timeline is that of the whole log.

use std::collections::BTreeMap;

use parlor::model::{
    Body, ConversationId, Duration, Event, EventKey, Instant, Item, Notice, TransactionId,
    UserMessage,
};
use parlor::protocol::{Descriptor, Setup, descriptor};
use parlor::recording::{Line, Player, What, replay};
use parlor::session::{Birth, Change};
use serde_json::{Value, json};

use super::fixtures::{self, OPENHANDS_V0, Recording};
use super::support::Wire;

pub(crate) fn openhands() -> &'static Descriptor {
    descriptor("openhands-v0").unwrap()
}

/// What a page has stored of a conversation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stored {
    pub(crate) events: Vec<Event>,
    pub(crate) whole: Option<EventKey>,
}

impl Stored {
    /// Takes on what a page has written, but for the last writes.
    pub(crate) fn keep(&mut self, page: &Player, unkept: usize) {
        let kept = page.kept().len().saturating_sub(unkept);
        let marks = page.wholes().iter().rev();
        let mark = marks.into_iter().find(|(count, _)| *count <= kept);
        self.whole = mark.map(|(_, key)| key.clone()).or(self.whole.take());
        self.events.extend_from_slice(&page.kept()[..kept]);
        // A store gives them in the order of their keys.
        self.events.sort_by(|a, b| a.key.cmp(&b.key));
    }
}

fn setup(conversation: &str, fresh: bool) -> Setup {
    Setup {
        url: "http://agent.test:3000/".into(),
        key: None,
        conversation: ConversationId::new(conversation),
        fresh,
        strict: false,
        dialect: parlor::protocol::Dialect::Auto,
        others: Vec::new(),
        came: Vec::new(),
        start: parlor::protocol::Start::default(),
    }
}

/// A client of a conversation that is known, with what was stored of it.
pub(crate) fn client(stored: Stored, now: Instant) -> Player {
    let setup = setup("c1", false);
    let birth = Birth {
        seed: 7,
        log: stored.events,
        whole: stored.whole,
        ..Birth::default()
    };
    Player::start(openhands(), setup, birth, now)
}

/// After this long a call that failed is made again, if it is.
pub(crate) const A_WHILE: Duration = Duration::secs(3);

/// A naive model of the server: a log, of which a connection gets what is behind a number.
#[derive(Clone, Debug, Default)]
pub(crate) struct Server {
    pub(crate) log: Vec<Value>,
}

/// What goes wrong while a connection is made.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Mishap {
    /// So many events are created between the replay and the joining, and sent to nobody.
    pub(crate) lost: usize,
    /// So many events of the replay come again behind the connect packet.
    pub(crate) doubled: usize,
    /// The calls beside the socket fail.
    pub(crate) no_rest: bool,
}

fn number(event: &Value) -> i64 {
    event["id"].as_i64().unwrap()
}

fn is_state(event: &Value) -> bool {
    event["observation"] == "agent_state_changed"
}

pub(crate) fn frame(event: &Value) -> String {
    format!("42{}", json!(["oh_event", event]))
}

impl Server {
    /// The whole log of a recording: every event that any of its connections was told.
    fn of(lines: &[Line]) -> Self {
        let mut log = BTreeMap::new();
        for line in lines {
            let What::In(frame) = &line.what else {
                continue;
            };
            let Some(event) = frame.strip_prefix("42") else {
                continue;
            };
            let Ok(Value::Array(mut said)) = serde_json::from_str(event) else {
                continue;
            };
            let event = said.pop().unwrap();
            if let Some(id) = event["id"].as_i64() {
                log.entry(id).or_insert(event);
            }
        }
        Self {
            log: log.into_values().collect(),
        }
    }

    /// What a connection is told before its connect packet: the last state behind all else.
    pub(crate) fn replayed(&self, latest: i64) -> Vec<&Value> {
        let new = || self.log.iter().filter(|event| number(event) > latest);
        let told = |event: &&Value| event["action"] != "recall" && event["action"] != "null";
        let plain = new().filter(|event| !is_state(event)).filter(told);
        plain.chain(new().rfind(|event| is_state(event))).collect()
    }

    pub(crate) fn page(&self, url: &str) -> (u16, String) {
        let after = |name: &str| {
            let rest = url.split_once(name).unwrap().1;
            rest.split('&').next().unwrap().parse::<i64>().unwrap()
        };
        let start = after("start_id=");
        let mut events = self.log.iter().filter(|event| number(event) >= start);
        let page: Vec<&Value> = events.by_ref().take(100).collect();
        let more = events.next().is_some();
        (200, json!({"events": page, "has_more": more}).to_string())
    }

    /// Connects a client that wants to; gives how many events it was told before it joined.
    pub(crate) fn accept(&self, player: &mut Player, mishap: Mishap) -> usize {
        let known = self.clone();
        let cut = self.log.len() - mishap.lost.min(self.log.len());
        let before = Self {
            log: self.log[..cut].to_vec(),
        };
        let running = json!({"status": "RUNNING", "title": null}).to_string();
        let tried = player.addresses().len();
        while player.addresses().len() == tried {
            let asked = player.answer_next(|_| (!mishap.no_rest).then(|| (200, running.clone())));
            assert!(asked, "the client looks before it connects");
            if mishap.no_rest {
                player.wait(A_WHILE);
            }
        }
        player.open();
        let latest = latest(player);
        player.receive(r#"0{"sid":"s","upgrades":[],"pingTimeout":20000,"pingInterval":25000}"#);
        assert_eq!(player.sent().last().map(String::as_str), Some("40"));
        let told = before.replayed(latest);
        for event in &told {
            player.receive(&frame(event));
        }
        player.receive(r#"40{"sid":"t"}"#);
        for event in told.iter().rev().take(mishap.doubled).rev() {
            player.receive(&frame(event));
        }
        while player.answer_next(|request| (!mishap.no_rest).then(|| known.page(&request.url))) {
            if mishap.no_rest {
                player.wait(A_WHILE);
            }
        }
        told.len()
    }
}

/// What the client says is the newest that it has.
fn latest(player: &Player) -> i64 {
    let address = player.addresses().last().unwrap();
    let rest = address.split_once("latest_event_id=").unwrap().1;
    rest.split('&').next().unwrap().parse().unwrap()
}

/// The timeline without the identifiers and the numbers that are ours.
pub(crate) fn told(items: &[Item]) -> Vec<String> {
    let told = |item: &Item| match &item.body {
        Body::User(message) => {
            let message = UserMessage {
                transaction: TransactionId(0),
                ..message.clone()
            };
            format!("{message:?}")
        }
        body => format!("{body:?}"),
    };
    items.iter().map(told).collect()
}

/// The timeline of a log that came whole and in order.
pub(crate) fn reference(log: &[Value]) -> Vec<String> {
    let mut player = client(Stored::default(), Instant(0));
    Server::default().accept(&mut player, Mishap::default());
    for event in log {
        player.receive(&frame(event));
    }
    told(player.items())
}

fn logs() -> Vec<(String, Server)> {
    let recordings = fixtures::all(&[OPENHANDS_V0]);
    let logs = recordings
        .into_iter()
        .map(|Recording { name, lines }| (name, Server::of(&lines)));
    logs.filter(|(_, server)| !server.log.is_empty()).collect()
}

/// The server as it was when the log was that long.
fn until(server: &Server, length: usize) -> Server {
    Server {
        log: server.log[..length].to_vec(),
    }
}

#[test]
fn cut_at_every_event_with_losses_and_doubles_the_timeline_is_that_of_the_whole_log() {
    let mut cuts = 0;
    for (name, server) in logs() {
        let whole = reference(&server.log);
        for cut in 0..=server.log.len() {
            for (away, lost, doubled) in [(0, 0, 0), (1, 0, 2), (3, 2, 0), (8, 16, 3), (0, 40, 9)] {
                let mut player = client(Stored::default(), Instant(0));
                // It connects in the middle of what is live already.
                let early = cut / 2;
                until(&server, early).accept(&mut player, Mishap::default());
                for event in &server.log[early..cut] {
                    player.receive(&frame(event));
                }
                player.close(1006, "");
                player.wait(Duration::secs(31));
                let back = (cut + away + lost).min(server.log.len());
                let mishap = Mishap {
                    lost: lost.min(back - cut),
                    doubled,
                    no_rest: false,
                };
                until(&server, back).accept(&mut player, mishap);
                for event in &server.log[back..] {
                    player.receive(&frame(event));
                    player.receive(&frame(event));
                }
                let now = told(player.items());
                assert_eq!(now, whole, "{name}: cut at {cut}, away {away}, lost {lost}");
                assert_eq!(player.projected(), player.items(), "{name}: cut at {cut}");
                cuts += 1;
            }
        }
    }
    assert!(cuts > 500, "{cuts} cuts");
}

#[test]
fn what_is_stored_gives_the_same_timeline_and_the_same_cursor() {
    for (name, server) in logs() {
        let whole = reference(&server.log);
        for kept in 0..=server.log.len() {
            let mut player = client(Stored::default(), Instant(0));
            until(&server, kept).accept(&mut player, Mishap::default());
            let mut stored = Stored::default();
            stored.keep(&player, 0);
            let mut again = client(stored, Instant(5_000));
            assert_eq!(
                told(again.items()),
                told(player.items()),
                "{name}: {kept} kept"
            );
            server.accept(&mut again, Mishap::default());
            let newest = server.log[..kept].iter().map(number).max();
            assert_eq!(latest(&again), newest.unwrap_or(-1), "{name}: {kept} kept");
            assert_eq!(told(again.items()), whole, "{name}: {kept} kept");
        }
    }
}

#[test]
fn events_in_any_order_give_the_same_timeline() {
    for (name, server) in logs() {
        let whole = reference(&server.log);
        for stride in [2, 3, 7] {
            let mut player = client(Stored::default(), Instant(0));
            Server::default().accept(&mut player, Mishap::default());
            for offset in (0..stride).rev() {
                for event in server.log.iter().skip(offset).step_by(stride) {
                    player.receive(&frame(event));
                }
            }
            assert_eq!(told(player.items()), whole, "{name}: every {stride}th");
            assert_eq!(
                player.projected(),
                player.items(),
                "{name}: every {stride}th"
            );
        }
    }
}

#[test]
fn no_event_is_replayed_that_was_seen() {
    for (name, server) in logs() {
        for seen in 1..=server.log.len() {
            let mut player = client(Stored::default(), Instant(0));
            until(&server, seen).accept(&mut player, Mishap::default());
            player.close(1006, "");
            player.wait(Duration::secs(31));
            let replayed = server.accept(&mut player, Mishap::default());
            assert!(
                replayed <= server.log.len() - seen,
                "{name}: {seen} seen, {replayed} again"
            );
        }
    }
}

#[test]
fn a_hole_that_nobody_can_fill_is_said_with_its_size() {
    let log: Vec<Value> = (0..60).map(message).collect();
    for (lost, said) in [(2, None), (20, Some(20))] {
        let mut player = client(Stored::default(), Instant(0));
        until(&Server { log: log.clone() }, 30).accept(&mut player, Mishap::default());
        player.close(1006, "");
        player.wait(Duration::secs(31));
        let mishap = Mishap {
            lost,
            no_rest: true,
            ..Mishap::default()
        };
        until(&Server { log: log.clone() }, 32 + lost).accept(&mut player, mishap);
        for event in &log[32 + lost..] {
            player.receive(&frame(event));
        }
        let missing: Vec<u64> = player.items().iter().filter_map(missing).collect();
        assert_eq!(missing, Vec::from_iter(said));
    }
}

/// A client of a conversation that is still to be made, and whose first request failed.
fn unanswered() -> Player {
    let setup = setup("our-own", true);
    let mut player = Player::start(openhands(), setup, Birth::default(), Instant(0));
    assert!(player.answer_next(|_| None), "the client asks for one");
    player
}

fn named(player: &Player) -> Vec<&str> {
    let named = player.changes().iter().filter_map(|change| match change {
        Change::Named(id) => Some(id.as_str()),
        _ => None,
    });
    named.collect()
}

#[test]
fn a_server_that_is_not_there_yet_is_asked_for_a_conversation_once_it_is() {
    let mut player = unanswered();
    player.close(1006, "");
    player.wait(Duration::secs(31));
    assert!(named(&player).is_empty());
    let made = json!({"status": "ok", "conversation_id": "c1"}).to_string();
    assert!(player.answer_next(|request| (request.method == "POST").then_some((200, made))));
    assert_eq!(named(&player), ["c1"]);
    let running = json!({"status": "RUNNING", "title": null}).to_string();
    assert!(player.answer_next(|_| Some((200, running))));
    let address = player.addresses().last().unwrap();
    assert!(address.contains("conversation_id=c1&"), "{address}");
}

#[test]
fn where_no_request_is_answered_connecting_makes_a_conversation_of_our_own_name() {
    let mut player = unanswered();
    player.open();
    player.receive(r#"0{"sid":"s","upgrades":[],"pingTimeout":20000,"pingInterval":25000}"#);
    player.receive(r#"40{"sid":"t"}"#);
    assert_eq!(named(&player), ["ourown"]);
    player.close(1006, "");
    player.wait(Duration::secs(31));
    assert!(
        player
            .asked()
            .iter()
            .all(|asked| asked.ends_with("/ourown"))
    );
}

fn missing(item: &Item) -> Option<u64> {
    match &item.body {
        Body::Notice(Notice::MayBeMissing { count }) => Some(*count),
        _ => None,
    }
}

/// A message of the agent's with that number.
pub(crate) fn message(id: usize) -> Value {
    json!({"id": id, "timestamp": "2026-11-21T00:00:00", "source": "agent", "action": "message",
        "message": format!("m{id}"), "args": {"content": format!("m{id}"), "wait_for_response": false}})
}

#[test]
fn every_recording_is_understood() {
    for Recording { name, lines } in fixtures::all(&[OPENHANDS_V0]) {
        let player = replay(&lines, openhands());
        let strange = match name.as_str() {
            // The recorder connects twice, and makes the server echo a state of its own making.
            "openhands_v0/malformed_actions" => 3,
            _ => 0,
        };
        assert!(
            player.session().unknown() <= strange,
            "{name}: {}",
            player.session().unknown()
        );
        assert_eq!(player.projected(), player.items(), "{name}");
    }
}
