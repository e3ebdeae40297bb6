//! What of the conformance list is particular to General Bots: cuts and doubled frames.

use parlor::recording::{Player, What, replay};

use super::super::conformance::read;
use super::super::fixtures::{self, GENERAL_BOTS, Recording};
use super::super::support::Wire;
use super::general_bots;

/// In these something is said of what was sent before the cut, which is not known behind it; or the
/// server answers no ping for minutes, so that our client cuts the connection once more.
const OTHERWISE: [&str; 5] = [
    "doc_idle_timeout",
    "doc_error_rate_limited",
    "doc_error_auth_failed",
    "doc_session_created_late",
    "real_c_llm_dead",
];

/// What agents said or thought one after the other in one: where an answer has no identifier, nobody knows behind
/// a cut whether something of it is missing, nor whether the next one is another.
fn joined(lines: &[String]) -> Vec<String> {
    let mut joined: Vec<String> = Vec::new();
    for line in lines {
        let voice = ["agent ", "reasoning "]
            .into_iter()
            .find(|voice| line.starts_with(voice));
        let said = voice.and_then(|voice| Some((voice, line.split_once(": ")?.1)));
        match (said, joined.last_mut()) {
            (Some((voice, said)), Some(last)) if last.starts_with(voice) => last.push_str(said),
            (Some((voice, said)), _) => joined.push([voice, said].concat()),
            _ => joined.push(line.clone()),
        }
    }
    joined
}

#[test]
fn cut_and_resumed_at_every_line_the_timeline_is_the_same() {
    let mut cuts = 0;
    for Recording { name, lines } in fixtures::all(&[GENERAL_BOTS]) {
        if OTHERWISE.iter().any(|of| name.ends_with(of)) {
            continue;
        }
        let end = |mut player: Player| {
            player.close(1006, "");
            read(player.items())
        };
        let whole = end(replay(&lines, general_bots()));
        for cut in 1..lines.len() {
            let mut player = Player::new(&lines, general_bots());
            lines[..cut].iter().for_each(|line| player.step(line));
            if player.session().phase().word() == "open" {
                player.reconnect();
                cuts += 1;
            }
            lines[cut..].iter().for_each(|line| player.step(line));
            let mut resumed = end(player);
            // A message of which no sign had come may have arrived, as far as can be known.
            for (now, then) in resumed.iter_mut().zip(&whole) {
                if *now == then.replace("user confirmed", "user maybe-sent") {
                    now.clone_from(then);
                }
            }
            let place = format!("{name}, cut before line {}", cut + 1);
            match name.contains("/real_") {
                true => assert_eq!(joined(&resumed), joined(&whole), "{place}"),
                false => assert_eq!(resumed, whole, "{place}"),
            }
        }
    }
    assert!(cuts > 100, "{cuts} cuts");
}

#[test]
fn frames_with_identifiers_may_come_twice() {
    let named = ["\"message\"", "stream_start", "stream_end"];
    for Recording { name, lines } in fixtures::all(&[GENERAL_BOTS]) {
        let whole = replay(&lines, general_bots());
        let mut player = Player::new(&lines, general_bots());
        for line in &lines {
            player.step(line);
            if let What::In(frame) = &line.what
                && frame.contains("\"message_id\"")
                && named.iter().any(|kind| frame.contains(kind))
            {
                player.step(line);
            }
        }
        assert_eq!(player.lines(), whole.lines(), "{name}");
    }
}
