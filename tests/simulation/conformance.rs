//! (b) to (e) of the conformance list, over every recording; (a) is in `snapshots`, and what
//! servers with numbered events can prove of (b) and (c) is in `numbered`.

use parlor::model::{Body, Duration, Item, ItemId};
use parlor::protocol::Descriptor;
use parlor::recording::{Line, Player, What, replay};
use serde_json::{Value, json};

use super::fixtures::{self, GENERAL_BOTS, OPENHANDS_V0, Recording, SAIKI};
use super::general_bots::general_bots;
use super::numbered::openhands;
use super::support::{Wire, line, saiki};

/// Every recording of every server.
fn everything() -> Vec<(Recording, &'static Descriptor)> {
    let plain = fixtures::all(&SAIKI);
    let plain = plain.into_iter().map(|of| (of, saiki()));
    let numbered = fixtures::all(&[OPENHANDS_V0]);
    let numbered = numbered.into_iter().map(|of| (of, openhands()));
    let bots = fixtures::all(&[GENERAL_BOTS]);
    let bots = bots.into_iter().map(|of| (of, general_bots()));
    plain.chain(numbered).chain(bots).collect()
}

/// The timeline as a reader sees it in the end: an interrupted text and its tail are one text, for
/// without identifiers nobody can tell whether something is missing in between.
pub(crate) fn read(items: &[Item]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for item in items {
        let now = line(item);
        let tail = now
            .strip_prefix("agent interrupted: ")
            .or(now.strip_prefix("agent streaming: "))
            .or(now.strip_prefix("agent done: "));
        match (lines.last_mut(), tail) {
            (Some(head), Some(tail)) if head.starts_with("agent interrupted: ") => {
                head.push_str(tail)
            }
            _ => lines.push(now.replace("agent streaming: ", "agent interrupted: ")),
        }
    }
    lines
}

fn run(player: &mut Player, lines: &[Line]) {
    for line in lines {
        player.step(line);
    }
}

fn settled(mut player: Player) -> Player {
    player.close(1006, "");
    player
}

#[test]
fn cut_and_resumed_at_every_line_the_timeline_is_the_same() {
    for Recording { name, lines } in fixtures::all(&SAIKI) {
        let whole = read(settled(replay(&lines, saiki())).items());
        let open = lines
            .iter()
            .position(|line| matches!(line.what, What::Open { .. }));
        let Some(first) = open else { continue };
        for cut in first + 1..lines.len() {
            let mut player = Player::new(&lines, saiki());
            run(&mut player, &lines[..cut]);
            let up = player.session().phase().word() == "open";
            if up {
                player.reconnect();
            }
            run(&mut player, &lines[cut..]);
            let mut resumed = read(settled(player).items());
            // A message whose first sign had not come when the line was cut may or may not have
            // arrived: until the server shows it, that is the truth.
            for (now, then) in resumed.iter_mut().zip(&whole) {
                if *now == then.replace("user confirmed", "user maybe-sent") {
                    now.clone_from(then);
                }
            }
            assert_eq!(resumed, whole, "{name}, cut before line {}", cut + 1);
        }
    }
}

/// Saiki's frames carry no identifiers, but for calls and questions.
#[test]
fn frames_with_identifiers_may_come_twice() {
    for Recording { name, lines } in fixtures::all(&SAIKI) {
        let whole = replay(&lines, saiki());
        let mut player = Player::new(&lines, saiki());
        for line in &lines {
            player.step(line);
            if let What::In(frame) = &line.what
                && (frame.contains("\"callId\"") || frame.contains("\"executionId\""))
            {
                player.step(line);
            }
        }
        assert_eq!(read(player.items()), read(whole.items()), "{name}");
    }
}

#[test]
fn a_mangled_frame_loses_nothing_that_came_before() {
    for (Recording { name, lines }, protocol) in everything() {
        for at in 0..lines.len() {
            let What::In(frame) = &lines[at].what else {
                continue;
            };
            if frame.len() > 20_000 {
                continue;
            }
            for mangled in mangled(frame) {
                let mut player = Player::new(&lines, protocol);
                run(&mut player, &lines[..at]);
                let before: Vec<(ItemId, String)> = player.items().iter().map(told).collect();
                player.receive(&mangled);
                let after: Vec<(ItemId, String)> = player.items().iter().map(told).collect();
                let place = format!("{name}: line {}, {mangled}", at + 1);
                assert!(after.starts_with(&before), "{place}");
                run(&mut player, &lines[at + 1..]);
                player.wait(Duration::secs(600));
                assert_eq!(player.projected(), player.items(), "{place}");
            }
        }
    }
}

fn mangled(frame: &str) -> Vec<String> {
    let count = frame.chars().count();
    let cut = |length: usize| frame.chars().take(length).collect::<String>();
    vec![
        cut(count / 2),
        cut(count.saturating_sub(1)),
        frame.replace("\":\"", "\":7,\""),
        "\u{0}\u{1}{".to_owned(),
        "{\"event\":\"chunk\",\"data\":[]}".to_owned(),
        "42[\"oh_event\",[]]".to_owned(),
        "42[\"oh_event\"]".to_owned(),
    ]
}

/// Events whose fields are of other kinds than ever seen: whatever is made of them, nothing that
/// was said before goes.
#[test]
fn fields_of_the_wrong_kind_take_nothing_away() {
    let mut events = 0;
    for Recording { name, lines } in fixtures::all(&[OPENHANDS_V0]) {
        for at in 0..lines.len() {
            let What::In(frame) = &lines[at].what else {
                continue;
            };
            let Some(event) = frame.strip_prefix("42").filter(|_| frame.len() < 20_000) else {
                continue;
            };
            let event: Value = serde_json::from_str(event).unwrap();
            for kept in [&["action", "observation", "id", "source"][..], &["id"], &[]] {
                let retyped = format!("42{}", json!([event[0], retyped(&event[1], kept)]));
                let mut player = Player::new(&lines, openhands());
                run(&mut player, &lines[..at]);
                let before = said(player.items());
                player.receive(&retyped);
                let after = said(player.items());
                let mut left = after.iter();
                let place = format!("{name}: line {}, {retyped}", at + 1);
                assert!(
                    before.iter().all(|item| left.any(|now| now == item)),
                    "{place}"
                );
                run(&mut player, &lines[at + 1..]);
                assert_eq!(player.projected(), player.items(), "{place}");
            }
            events += 1;
        }
    }
    assert!(events > 300, "{events} events");
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

/// What people and agents said; a card may be moved on by what came.
fn said(items: &[Item]) -> Vec<(ItemId, String)> {
    let is_prose = |item: &&Item| matches!(item.body, Body::User(_) | Body::Agent(_));
    items.iter().filter(is_prose).map(told).collect()
}

/// What an item says; its state may move.
fn told(item: &Item) -> (ItemId, String) {
    (item.id, parlor::words::text(&item.body))
}

/// All that the agent said, in one.
fn answers(items: &[Item]) -> String {
    let answers = items.iter().filter(|item| item.kind().word() == "agent");
    answers
        .map(|item| parlor::words::text(&item.body))
        .collect()
}

/// Pieces that are lost while the connection is away are in the response that comes after it, so
/// nothing is lost and nothing is there twice, even without a history.
#[test]
fn pieces_lost_in_a_gap_come_back_with_the_response() {
    let is_chunk = |line: &Line| matches!(&line.what, What::In(frame) if frame.contains("\"event\":\"chunk\""));
    let is_response = |line: &Line| matches!(&line.what, What::In(frame) if frame.contains("\"event\":\"response\""));
    let mut gaps = 0;
    for Recording { name, lines } in fixtures::all(&SAIKI) {
        let whole = answers(replay(&lines, saiki()).items());
        for at in (0..lines.len()).filter(|at| is_chunk(&lines[*at])) {
            for lost in [1, 2, 5] {
                let mut rest = lines[at..].iter();
                let lost_are_chunks = rest.by_ref().take(lost).all(is_chunk);
                let mut turn = rest.take_while(|line| !matches!(line.what, What::Out(_)));
                if !lost_are_chunks || !turn.any(is_response) {
                    continue;
                }
                let mut player = Player::new(&lines, saiki());
                run(&mut player, &lines[..at]);
                player.reconnect();
                run(&mut player, &lines[at + lost..]);
                player.wait(Duration::secs(600));
                let said = answers(player.items());
                assert_eq!(said, whole, "{name}: {lost} from line {}", at + 1);
                gaps += 1;
            }
        }
    }
    assert!(gaps > 100, "{gaps} gaps");
}

/// The frame with fields that no server sends.
fn with_extras(frame: &str) -> String {
    let (kind, data) = frame.split_at(frame.find(['{', '[']).unwrap_or(frame.len()));
    let Ok(mut value) = serde_json::from_str::<Value>(data) else {
        return frame.to_owned();
    };
    let told = match &mut value {
        Value::Array(list) => list.last_mut(),
        value => Some(value),
    };
    if let Some(fields) = told.and_then(Value::as_object_mut) {
        for name in [
            "data",
            "args",
            "extras",
            "tool_call_metadata",
            "llm_metrics",
        ] {
            if let Some(inner) = fields.get_mut(name).and_then(Value::as_object_mut) {
                inner.insert("zNewField".into(), json!([{"a": 1}]));
                inner.insert("zTraceId".into(), json!("t-1"));
            }
        }
        fields.insert("zNew".into(), json!({"deep": [1, null, "x"]}));
    }
    format!("{kind}{value}")
}

/// Frames that no server sends; those of a log are kept, and stand folded in the timeline.
const STRANGE: [&str; 6] = [
    "{\"event\":\"zSomethingNew\",\"data\":{\"x\":1}}",
    "42[\"z_event\",{\"x\":1}]",
    "42[\"oh_event\",{\"action\":\"z_new\",\"source\":\"agent\",\"args\":{\"x\":1}}]",
    "42[\"oh_event\",{\"observation\":\"z_new\",\"content\":\"x\",\"extras\":{}}]",
    "42[\"oh_event\",{\"z\":1}]",
    "49{}",
];

#[test]
fn unknown_fields_and_events_change_nothing() {
    for (Recording { name, lines }, protocol) in everything() {
        let whole = replay(&lines, protocol);
        let mut player = Player::new(&lines, protocol);
        let mut strange = 0;
        for (line, other) in lines.iter().zip(STRANGE.iter().cycle()) {
            let mut line = line.clone();
            if let What::In(frame) = &line.what {
                let before = player.session().unknown();
                player.receive(other);
                let counted = player.session().unknown() - before;
                let open = player.session().phase().word() == "open";
                assert!(counted == 1 || counted == 0 && !open, "{name}: {other}");
                strange += counted;
                line.what = What::In(with_extras(frame));
            }
            player.step(&line);
        }
        let mut shown = player.lines();
        shown.retain(|line| line != "notice done: Internal event");
        let mut wanted = whole.lines();
        wanted.retain(|line| line != "notice done: Internal event");
        assert_eq!(shown, wanted, "{name}");
        assert_eq!(player.projected(), player.items(), "{name}");
        assert_eq!(
            player.session().unknown(),
            whole.session().unknown() + strange,
            "{name}"
        );
    }
}
