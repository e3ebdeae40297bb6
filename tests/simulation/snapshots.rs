//! Each recording's timeline, as a reviewer agreed to it. `UPDATE_SNAPSHOTS=1` writes them anew;
//! read the difference before you commit it.

use std::fmt::Write;

use parlor::model::{Body, Content, Item, Notice};
use parlor::protocol::{Descriptor, descriptor};
use parlor::recording::{Player, replay};
use parlor::session::{Change, Phase, Refusal};
use parlor::words;

use super::fixtures::{self, GENERAL_BOTS, OPENHANDS_V0, OPENHANDS_V1, Recording, SAIKI};
use super::general_bots::general_bots;
use super::numbered::openhands;
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

/// An item with all that a reviewer needs to judge it.
fn reviewed(item: &Item) -> String {
    match &item.body {
        Body::Tool(tool) => {
            let blocks: Vec<String> = tool.content.iter().map(block).collect();
            let (name, args) = (&tool.name, words::arguments(&tool.args));
            let result = short(&blocks.join("\n"));
            format!("tool {} {name} {args}: {result}", item.state().word())
        }
        Body::Approval(approval) => {
            format!("{} {}", line(item), words::arguments(&approval.args))
        }
        Body::Notice(Notice::Aside { text, .. }) => format!("{}: {}", line(item), short(text)),
        Body::User(message) => {
            let files = message.attachments.iter().map(|file| &file.mime);
            let files: String = files.map(|mime| format!(" [{mime}]")).collect();
            short(&line(item)) + &files
        }
        _ => short(&line(item)),
    }
}

/// A block of a result, with its kind where it is not a text.
fn block(content: &Content) -> String {
    let text = content.text();
    match content {
        Content::Text(_) => text,
        Content::Exit(_) => format!("[exit] {text}"),
        Content::Diff(_) => format!("[diff] {text}"),
        Content::Tasks(_) => format!("[tasks] {text}"),
        Content::Image { mime, base64 } => format!("[{mime}, {} characters]", base64.len()),
        _ => format!("[json] {text}"),
    }
}

/// What stands beside the timeline in the end.
fn beside(player: &Player) -> String {
    let mut beside = String::new();
    for change in player.changes() {
        match change {
            Change::Titled(title) => writeln!(beside, "titled {title}").unwrap(),
            Change::Progress(what) => writeln!(beside, "progress {what:?}").unwrap(),
            Change::Named(id) => writeln!(beside, "named {id}").unwrap(),
            Change::Dressed(dress) => writeln!(beside, "{dress:?}").unwrap(),
            Change::TooOften { until } => writeln!(beside, "too often until {}", until.0).unwrap(),
            Change::Suggests(what) => {
                for of in what {
                    writeln!(
                        beside,
                        "suggests {} -> {}{}",
                        of.label, of.says, of.switcher
                    )
                    .unwrap();
                }
            }
            Change::Switchers(what) => {
                for of in what {
                    writeln!(beside, "switcher {} {} {}", of.id, of.label, of.on).unwrap();
                }
            }
            _ => {}
        }
    }
    let mut costs = player.changes().iter().filter_map(|change| match change {
        Change::Cost(cost) => Some(cost),
        _ => None,
    });
    if let Some(cost) = costs.next_back() {
        if let Some(words) = words::cost(cost) {
            writeln!(beside, "cost {words}").unwrap();
        }
        if let Some(percent) = (cost.context * 100).checked_div(cost.window) {
            let window = words::window(cost.context, cost.window, percent);
            writeln!(beside, "window {window}").unwrap();
        }
    }
    let session = player.session();
    if let Phase::Refused {
        why: Refusal::Gone(gone),
    } = session.phase()
    {
        writeln!(beside, "gone {gone:?}").unwrap();
    }
    writeln!(
        beside,
        "{}, run {:?}, unknown {}, dropped {}",
        session.phase().word(),
        session.run(),
        session.unknown(),
        session.dropped()
    )
    .unwrap();
    beside
}

fn timelines(folders: &[&str], protocol: &Descriptor) -> String {
    let mut timelines = String::new();
    for Recording { name, lines } in fixtures::all(folders) {
        let player = replay(&lines, protocol);
        writeln!(timelines, "=== {name}").unwrap();
        for item in player.items() {
            writeln!(timelines, "{}", reviewed(item)).unwrap();
        }
        writeln!(timelines, "{}", beside(&player)).unwrap();
    }
    timelines
}

fn compare(now: &str, file: &str) {
    let file = fixtures::folder().join(file);
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&file, now).unwrap();
    }
    let reviewed = std::fs::read_to_string(&file).unwrap();
    for (new, old) in now.split("=== ").zip(reviewed.split("=== ")) {
        assert_eq!(new, old);
    }
    assert_eq!(now.len(), reviewed.len());
}

#[test]
fn every_recording_of_saiki_gives_its_reviewed_timeline() {
    compare(&timelines(&SAIKI, saiki()), "saiki.timelines.txt");
}

#[test]
fn every_recording_of_openhands_gives_its_reviewed_timeline() {
    let now = timelines(&[OPENHANDS_V0], openhands());
    compare(&now, "openhands_v0.timelines.txt");
}

#[test]
fn every_recording_of_the_newer_openhands_gives_its_reviewed_timeline() {
    let newer = descriptor("openhands-v1").unwrap();
    let now = timelines(&[OPENHANDS_V1], newer);
    compare(&now, "openhands_v1.timelines.txt");
}

#[test]
fn every_recording_of_general_bots_gives_its_reviewed_timeline() {
    let now = timelines(&[GENERAL_BOTS], general_bots());
    compare(&now, "general_bots.timelines.txt");
}

#[test]
fn the_changes_alone_lead_to_the_same_timeline() {
    let newer = descriptor("openhands-v1").unwrap();
    let all = [
        (&SAIKI[..], saiki()),
        (&[OPENHANDS_V0], openhands()),
        (&[OPENHANDS_V1], newer),
        (&[GENERAL_BOTS], general_bots()),
    ];
    for (folders, protocol) in all {
        for Recording { name, lines } in fixtures::all(folders) {
            let player = replay(&lines, protocol);
            assert_eq!(player.projected(), player.items(), "{name}");
        }
    }
}
