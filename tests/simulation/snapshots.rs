//! Each recording's timeline, as a reviewer agreed to it. `UPDATE_SNAPSHOTS=1` writes them anew;
//! read the difference before you commit it.

use parlor::recording::replay;

use super::fixtures::{self, SAIKI};
use super::support::{line, saiki};

/// Long texts are cut: the length and the ends tell a change as well.
fn short(line: &str) -> String {
    if line.len() <= 4_000 {
        return line.to_owned();
    }
    let head: String = line.chars().take(300).collect();
    let tail: String = line
        .chars()
        .rev()
        .take(100)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .collect();
    format!("{head}\n[{} bytes]\n{tail}", line.len())
}

#[test]
fn every_recording_gives_its_reviewed_timeline() {
    let file = fixtures::folder().join("saiki.timelines.txt");
    let mut now = String::new();
    for recording in fixtures::all(&SAIKI) {
        let player = replay(&recording.lines, saiki());
        now += &format!("=== {}\n", recording.name);
        for item in player.items() {
            now += &format!("{}\n", short(&line(item)));
        }
        now += &format!(
            "unknown {}, dropped {}\n\n",
            player.session().unknown(),
            player.session().dropped()
        );
    }
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&file, &now).unwrap();
    }
    let reviewed = std::fs::read_to_string(&file).unwrap();
    for (new, old) in now.split("=== ").zip(reviewed.split("=== ")) {
        assert_eq!(new, old);
    }
    assert_eq!(now.len(), reviewed.len());
}

#[test]
fn the_changes_alone_lead_to_the_same_timeline() {
    for recording in fixtures::all(&SAIKI) {
        let player = replay(&recording.lines, saiki());
        assert_eq!(player.projected(), player.items(), "{}", recording.name);
    }
}
