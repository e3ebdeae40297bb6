//! (b) to (e) of the conformance list, over every recording of OpenHands from 1.0; (a) is in
//! `snapshots`.

use parlor::model::{Body, Duration, Instant, Item, ItemId, ProseState};
use parlor::recording::{Line, Player, What, replay};
use parlor::session::Birth;
use serde_json::{Value, json};

use super::super::fixtures::{self, OPENHANDS_V1, Recording};
use super::super::numbered::{Stored, told};
use super::super::support::Wire;
use super::server::{Server, newer, page, reference};

/// What is of no log among the frames of the older socket.
fn is_passing(event: &Value) -> bool {
    let kind = event["kind"].as_str().unwrap_or_default();
    matches!(kind, "StreamingDeltaEvent" | "ServerErrorEvent" | "") || event["key"] == "full_state"
}

/// The event of the log that a frame brings, where it brings one.
fn event_of(frame: &str) -> Option<Value> {
    let mut value: Value = serde_json::from_str(frame).ok()?;
    match value["type"].as_str() {
        Some("durable") => Some(value["event"].take()),
        Some(_) => None,
        None => (!is_passing(&value)).then_some(value),
    }
}

/// Every event that these lines tell, in the order of the log.
fn log_of(lines: &[Line]) -> Vec<Value> {
    let mut log: Vec<Value> = Vec::new();
    for line in lines {
        if let What::In(frame) = &line.what
            && let Some(event) = event_of(frame)
            && !log.iter().any(|known| known["id"] == event["id"])
        {
            log.push(event);
        }
    }
    log.sort_by_key(|event| event["timestamp"].as_str().unwrap().to_owned());
    log
}

/// The number of the first event of a connection that began behind others.
fn first_number(lines: &[Line]) -> usize {
    let number = |line: &Line| match &line.what {
        What::In(frame) => serde_json::from_str::<Value>(frame).ok()?["seq"].as_u64(),
        _ => None,
    };
    let first = lines.iter().find_map(number).unwrap_or_default();
    usize::try_from(first).unwrap()
}

fn is_session(lines: &[Line]) -> bool {
    let newer = |line: &Line| matches!(&line.what, What::In(frame) if frame.contains("\"sync\""));
    lines.iter().any(newer)
}

/// The recordings with a log, made shorter where they only repeat the server's own words: each
/// with one socket, and nothing wrong that is said beside the log.
fn logs() -> Vec<Recording> {
    let mut recordings = fixtures::all(&[OPENHANDS_V1]);
    recordings.retain(|of| {
        let strange = [
            "malformed",
            "ws_inbound_misc",
            "bash_events_ws",
            "delete_live",
        ];
        let opened = of
            .lines
            .iter()
            .filter(|line| matches!(line.what, What::Open { .. }));
        opened.count() == 1
            && !log_of(&of.lines).is_empty()
            && !strange.iter().any(|name| of.name.contains(name))
            && !of.name.contains("#A+")
            // It ends in the middle of an answer.
            && !of.name.ends_with("session#A")
    });
    for recording in &mut recordings {
        for line in &mut recording.lines {
            if let What::In(frame) = &mut line.what {
                *frame = shorter(frame);
            }
        }
    }
    assert!(recordings.len() > 45, "{}", recordings.len());
    recordings
}

fn shorter(frame: &str) -> String {
    let mut value: Value = serde_json::from_str(frame).unwrap();
    let event = match value["type"].is_string() {
        true => &mut value["event"],
        false => &mut value,
    };
    if event["key"] == "full_state" {
        let status = event["value"]["execution_status"].take();
        event["value"] = json!({"execution_status": status});
    }
    if event["kind"] == "SystemPromptEvent" {
        event["tools"] = json!([]);
        event["system_prompt"] = json!({"text": "The prompt."});
    }
    value.to_string()
}

fn run(player: &mut Player, lines: &[Line]) {
    for line in lines {
        player.step(line);
    }
}

/// A page that is opened anew with what the one before it kept.
fn reloaded(before: &Player, lines: &[Line]) -> Player {
    let mut stored = Stored::default();
    stored.keep(before, 0);
    let birth = Birth {
        log: stored.events,
        whole: stored.whole,
        ..Birth::default()
    };
    Player::born(lines, newer(), birth, before.now())
}

#[test]
fn a_recording_tells_its_log() {
    for Recording { name, lines } in logs() {
        let player = replay(&lines, newer());
        assert_eq!(told(player.items()), reference(&log_of(&lines)), "{name}");
    }
}

#[test]
fn cut_and_resumed_at_every_line_the_timeline_is_the_same() {
    let mut cuts = 0;
    for Recording { name, lines } in logs() {
        let whole = reference(&log_of(&lines));
        let opened = lines
            .iter()
            .position(|line| matches!(line.what, What::Open { .. }));
        let closed = lines
            .iter()
            .position(|line| matches!(line.what, What::Close { .. }));
        let end = closed.unwrap();
        for cut in opened.unwrap() + 1..=end {
            for (away, reload) in [(0, false), (3, false), (1, true)] {
                let mut player = Player::new(&lines, newer());
                run(&mut player, &lines[..cut]);
                let back = (cut + away).min(end);
                let mut server = Server::new(is_session(&lines), log_of(&lines[..back]));
                server.first = first_number(&lines);
                server.app = name.contains("/app_");
                match reload {
                    false => player.close(1006, ""),
                    true => player = reloaded(&player, &lines),
                }
                player.wait(Duration::secs(2));
                server.accept(&mut player, 0);
                run(&mut player, &lines[back..]);
                let place = format!("{name}: cut at {}, {away} away, reloaded {reload}", cut + 1);
                assert_eq!(told(player.items()), whole, "{place}");
                assert_eq!(player.projected(), player.items(), "{place}");
                cuts += 1;
            }
        }
    }
    assert!(cuts > 1_000, "{cuts} cuts");
}

#[test]
fn every_line_may_come_twice() {
    for Recording { name, lines } in logs() {
        let whole = reference(&log_of(&lines));
        let mut player = Player::new(&lines, newer());
        for line in &lines {
            player.step(line);
            if let What::In(frame) = &line.what {
                player.receive(frame);
            }
        }
        assert_eq!(told(player.items()), whole, "{name}");
        assert_eq!(player.projected(), player.items(), "{name}");
    }
}

#[test]
fn events_of_the_older_socket_may_come_in_any_order() {
    for Recording { name, lines } in logs() {
        let log = log_of(&lines);
        let whole = reference(&log);
        for stride in [2, 3, 7] {
            let mut player = page(Stored::default(), Instant(0));
            Server::new(false, Vec::new()).accept(&mut player, 0);
            for offset in (0..stride).rev() {
                for event in log.iter().skip(offset).step_by(stride) {
                    player.receive(&event.to_string());
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
fn both_sockets_and_the_calls_tell_the_same() {
    for Recording { name, lines } in logs() {
        let log = log_of(&lines);
        let whole = reference(&log);
        for session in [true, false] {
            for blocked in [true, false] {
                for late in [0, 3] {
                    let mut player = page(Stored::default(), Instant(0));
                    let mut server = Server::new(session, log.clone());
                    server.blocked = blocked;
                    server.accept(&mut player, late);
                    let now = told(player.items());
                    assert_eq!(now, whole, "{name}: {session} {blocked} {late}");
                }
            }
        }
    }
}

/// What people and agents said, and under which item.
fn said(player: &Player) -> Vec<(ItemId, String)> {
    let items = player.items().iter();
    let prose = items.filter(|item| match &item.body {
        Body::User(_) => true,
        // What still grows may be replaced by what it really is.
        Body::Agent(prose) => prose.state == ProseState::Done,
        _ => false,
    });
    let told = |item: &Item| (item.id, parlor::words::text(&item.body));
    prose.map(told).collect()
}

/// Every frame that comes, with where it stands.
fn frames(lines: &[Line]) -> impl Iterator<Item = (usize, &str)> {
    lines
        .iter()
        .enumerate()
        .filter_map(|(at, line)| match &line.what {
            What::In(frame) => Some((at, frame.as_str())),
            _ => None,
        })
}

/// Reads the recording with this frame in the place of the one at `at`: nothing goes that was said.
fn survives(name: &str, lines: &[Line], at: usize, frame: &str) {
    let mut player = Player::new(lines, newer());
    run(&mut player, &lines[..at]);
    let before = said(&player);
    player.receive(frame);
    let after = said(&player);
    let place = format!("{name}: line {}, {frame}", at + 1);
    assert!(before.iter().all(|item| after.contains(item)), "{place}");
    run(&mut player, &lines[at + 1..]);
    player.wait(Duration::secs(600));
    assert_eq!(player.projected(), player.items(), "{place}");
}

#[test]
fn a_mangled_frame_loses_nothing_that_came_before() {
    let mut mangled = 0;
    for Recording { name, lines } in logs() {
        for (at, frame) in frames(&lines) {
            let count = frame.chars().count();
            let cut = |length: usize| frame.chars().take(length).collect::<String>();
            for frame in [
                cut(count / 2),
                cut(count.saturating_sub(1)),
                frame.replace("\":\"", "\":7,\""),
                frame.replace("2026-11-21T", "1999-01-01T"),
                frame.replace("\"seq\":", "\"seq\":-"),
                "\u{0}\u{1}{".to_owned(),
                "[]".to_owned(),
            ] {
                survives(&name, &lines, at, &frame);
                mangled += 1;
            }
        }
    }
    assert!(mangled > 5_000, "{mangled}");
}

/// Texts become numbers, and all else becomes texts, but for the fields of these names.
fn retyped(value: &Value, kept: &[&str]) -> Value {
    match value {
        Value::String(_) => json!(7),
        Value::Array(list) => list.iter().map(|value| retyped(value, kept)).collect(),
        Value::Object(fields) => {
            let field = |(key, value): (&String, &Value)| match kept.contains(&key.as_str()) {
                true => (key.clone(), value.clone()),
                false => (key.clone(), retyped(value, kept)),
            };
            fields.iter().map(field).collect()
        }
        other => json!(other.to_string()),
    }
}

#[test]
fn fields_of_the_wrong_kind_take_nothing_away() {
    for Recording { name, lines } in logs() {
        for (at, frame) in frames(&lines) {
            let frame: Value = serde_json::from_str(frame).unwrap();
            for kept in [
                &[
                    "type",
                    "kind",
                    "id",
                    "timestamp",
                    "source",
                    "key",
                    "item_id",
                ][..],
                &["type", "kind", "id", "timestamp"],
                &["type", "id", "timestamp"],
                &["type"],
            ] {
                survives(&name, &lines, at, &retyped(&frame, kept).to_string());
            }
        }
    }
}

/// The event in a frame of either socket.
fn inner(frame: &mut Value) -> &mut Value {
    match frame["type"].is_string() {
        true => &mut frame["event"],
        false => frame,
    }
}

/// The recording with each frame changed.
fn changed(lines: &[Line], change: fn(&mut Value)) -> Vec<Line> {
    let mut lines = lines.to_vec();
    for line in &mut lines {
        if let What::In(frame) = &mut line.what {
            let mut value: Value = serde_json::from_str(frame).unwrap();
            change(&mut value);
            *frame = value.to_string();
        }
    }
    lines
}

fn with_extras(frame: &mut Value) {
    frame["zNew"] = json!({"deep": [1, null, "x"]});
    let event = inner(frame);
    if event.is_object() {
        event["zNew"] = json!([{"a": 1}]);
        for name in ["observation", "llm_message", "value"] {
            if event[name].is_object() {
                event[name]["zNew"] = json!("t-1");
            }
        }
    }
}

/// Servers write `null`, or nothing, as they like.
fn with_nulls(frame: &mut Value) {
    let event = inner(frame);
    let absent = [
        "parent_id",
        "reasoning_content",
        "llm_response_id",
        "sender",
        "critic_result",
        "summary",
        "action_id",
        "extended_content",
        "thought",
        "action",
        "security_risk",
        "metadata",
    ];
    if event.is_object() {
        for name in absent {
            let now = event[name].take();
            event[name] = now;
        }
    }
}

fn without_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, value| !value.is_null());
            fields.values_mut().for_each(without_nulls);
        }
        Value::Array(list) => list.iter_mut().for_each(without_nulls),
        _ => {}
    }
}

#[test]
fn unknown_fields_and_nulls_change_nothing() {
    for Recording { name, lines } in logs() {
        let whole = reference(&log_of(&lines));
        for change in [with_extras as fn(&mut Value), with_nulls, without_nulls] {
            let player = replay(&changed(&lines, change), newer());
            assert_eq!(told(player.items()), whole, "{name}");
            assert_eq!(player.session().unknown(), 0, "{name}");
        }
    }
}

/// Frames that no server sends; those with an identifier are of the log, and stand folded in it.
const STRANGE: [&str; 7] = [
    "{\"type\":\"z_new\",\"x\":1}",
    "{\"z\":1}",
    "7",
    "{\"type\":\"durable\",\"seq\":1}",
    "{\"type\":\"item_started\"}",
    "{\"kind\":\"ZNewEvent\",\"source\":\"agent\"}",
    "{\"id\":\"z1\",\"timestamp\":\"2026-11-21T00:00:00.5\",\"kind\":\"ZNewEvent\",\"source\":\"agent\",\"x\":1}",
];

#[test]
fn unknown_frames_and_events_are_counted_and_change_nothing() {
    for Recording { name, lines } in logs() {
        let whole = reference(&log_of(&lines));
        let mut player = Player::new(&lines, newer());
        let mut strange = STRANGE.iter().cycle();
        for line in &lines {
            player.step(line);
            if let What::In(_) = &line.what {
                let before = player.session().unknown();
                let other = strange.next().unwrap();
                player.receive(other);
                assert_eq!(player.session().unknown(), before + 1, "{name}: {other}");
            }
        }
        let mut shown = told(player.items());
        shown.retain(|item| !item.contains("ZNewEvent"));
        assert_eq!(shown, whole, "{name}");
        assert_eq!(player.projected(), player.items(), "{name}");
    }
}
