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
            // Whether something is missing of an answer without an identifier, nobody knows.
            for (now, then) in resumed.iter_mut().zip(&whole) {
                let unsure = then.replace("agent done", "agent interrupted");
                if name.contains("/real_") && *now == unsure {
                    now.clone_from(then);
                }
            }
            // A message of which no sign had come may have arrived, as far as can be known.
            for (now, then) in resumed.iter_mut().zip(&whole) {
                if *now == then.replace("user confirmed", "user maybe-sent") {
                    now.clone_from(then);
                }
            }
            assert_eq!(resumed, whole, "{name}, cut before line {}", cut + 1);
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
