//! (b) to (e) of the conformance list, over every recording; (a) is in `snapshots`.

use parlor::model::{Duration, Item, ItemId};
use parlor::recording::{Line, Player, What, replay};
use serde_json::{Value, json};

use super::fixtures::{self, Recording, SAIKI};
use super::support::{Wire, line, saiki};

/// The timeline as a reader sees it in the end: an interrupted text and its tail are one text, for
/// without identifiers nobody can tell whether something is missing in between.
fn read(items: &[Item]) -> Vec<String> {
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
        let open = lines.iter().position(|line| line.what == What::Open);
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
    for Recording { name, lines } in fixtures::all(&SAIKI) {
        for at in 0..lines.len() {
            let What::In(frame) = &lines[at].what else {
                continue;
            };
            if frame.len() > 20_000 {
                continue;
            }
            let half = frame
                .chars()
                .take(frame.chars().count() / 2)
                .collect::<String>();
            let garbled = frame.replace("\":\"", "\":7,\"");
            for mangled in [
                half,
                garbled,
                "\u{0}\u{1}{".to_owned(),
                "{\"event\":\"chunk\",\"data\":[]}".to_owned(),
            ] {
                let mut player = Player::new(&lines, saiki());
                run(&mut player, &lines[..at]);
                let before: Vec<(ItemId, String)> = player.items().iter().map(told).collect();
                player.receive(&mangled);
                let after: Vec<(ItemId, String)> = player.items().iter().map(told).collect();
                assert!(after.starts_with(&before), "{name}: line {}", at + 1);
                run(&mut player, &lines[at + 1..]);
                player.wait(Duration::secs(600));
                assert_eq!(
                    player.projected(),
                    player.items(),
                    "{name}: line {}",
                    at + 1
                );
            }
        }
    }
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

fn with_extras(frame: &str) -> String {
    match serde_json::from_str::<Value>(frame) {
        Ok(mut value) if value.is_object() => {
            value["zNew"] = json!({"deep": [1, null, "x"]});
            if let Some(data) = value.get_mut("data").and_then(Value::as_object_mut) {
                data.insert("zNewField".into(), json!([{"a": 1}]));
                data.insert("zTraceId".into(), json!("t-1"));
            }
            value.to_string()
        }
        _ => frame.to_owned(),
    }
}

#[test]
fn unknown_fields_and_events_change_nothing() {
    for Recording { name, lines } in fixtures::all(&SAIKI) {
        let whole = replay(&lines, saiki());
        let mut player = Player::new(&lines, saiki());
        let mut strange = 0;
        for line in &lines {
            let mut line = line.clone();
            if let What::In(frame) = &line.what {
                player.receive("{\"event\":\"zSomethingNew\",\"data\":{\"x\":1}}");
                strange += u64::from(player.session().phase().word() == "open");
                line.what = What::In(with_extras(frame));
            }
            player.step(&line);
        }
        assert_eq!(player.lines(), whole.lines(), "{name}");
        assert_eq!(
            player.session().unknown(),
            whole.session().unknown() + strange,
            "{name}"
        );
    }
}
