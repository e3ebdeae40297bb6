//! The recordings of rooms: each is fed to a room as the server's half of it.
//!
//! In `doc_meet_{roster,joincast,relay}_{a,b}` the participants' frames were captured from two
//! pages of Chromium, and the server's are what the document leaves room for; `doc_meet_minimal`
//! is the document's, and `real_c_meet_*` is what the code of May 2026 answers.

use std::path::PathBuf;

use parlor::meet::{
    Action, Chat, Description, Happening, Input, Output, Room, Setup, Signalling, Tie,
};
use parlor::model::{Duration, Instant};
use parlor::recording::{Line, What, parse};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::fixtures;

fn recordings() -> Vec<(String, Vec<Line>)> {
    let folder = fixtures::folder().join("general-bots-meet");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let all: Vec<(String, Vec<Line>)> = files
        .iter()
        .map(|file| {
            let lines = parse(&std::fs::read(file).unwrap()).unwrap();
            let name = file.file_stem().unwrap().to_string_lossy();
            (name.into_owned(), lines)
        })
        .collect();
    assert_eq!(all.len(), 9);
    all
}

/// A room in the place of the recorded client. Its browser does at once what it is asked, and in
/// its words: the descriptions are the recorded ones.
struct Replay {
    room: Room,
    now: Instant,
    ties: usize,
    taken: Vec<Description>,
    added: usize,
    sent: Vec<String>,
    phase: Signalling,
    others: usize,
    most: usize,
}

impl Replay {
    fn new(lines: &[Line]) -> Self {
        let joined = lines.iter().find_map(|line| match &line.what {
            What::Out(frame) => serde_json::from_str::<Value>(frame).ok(),
            _ => None,
        });
        let joined = joined.unwrap_or_default();
        let field = |key: &str| joined[key].as_str().unwrap_or("room-uuid").to_owned();
        let setup = Setup {
            screen: String::new(),
            url: "wss://rooms.invalid/ws/meet".to_owned(),
            room: field("room_id"),
            name: field("participant_name"),
            me: field("participant_id"),
            seed: 1,
            token: None,
            chat: Chat::Documented,
        };
        let mut replay = Self {
            room: Room::new(setup),
            now: Instant(1_000),
            ties: 0,
            taken: Vec::new(),
            added: 0,
            sent: Vec::new(),
            phase: Signalling::Idle,
            others: 0,
            most: 0,
        };
        replay.input(Input::Join);
        replay.input(Input::Happened(Happening::Opened));
        replay
    }

    fn input(&mut self, input: Input) {
        let mut inputs = vec![input];
        while !inputs.is_empty() {
            self.room.handle(inputs.remove(0), self.now);
            while let Some(output) = self.room.poll() {
                match output {
                    Output::Act(action) => inputs.extend(self.act(action)),
                    Output::Signalling(phase) => self.phase = phase,
                    Output::Others(others) => {
                        self.others = others.len();
                        self.most = self.most.max(self.others);
                    }
                    Output::Unknown(_) | Output::TooLarge(_) => {}
                }
            }
        }
    }

    fn act(&mut self, action: Action) -> Vec<Input> {
        let sdp = format!("v=0\r\no=- 1 {} IN IP4 127.0.0.1\r\n", self.sent.len());
        let happenings = match action {
            Action::Make { link, start } => {
                self.ties += 1;
                match start {
                    parlor::meet::Start::Offer => vec![Happening::Wanted(link)],
                    parlor::meet::Start::Wait => Vec::new(),
                }
            }
            Action::Describe(link) => {
                let description = Some(Description { offer: true, sdp });
                vec![Happening::Described { link, description }]
            }
            Action::Take { link, description } => {
                let ours = description
                    .offer
                    .then_some(Description { offer: false, sdp });
                self.taken.push(description);
                let tie = Tie::Connected;
                vec![
                    Happening::Described {
                        link,
                        description: ours,
                    },
                    Happening::Tied { link, tie },
                ]
            }
            Action::Add { link, .. } => {
                self.added += 1;
                vec![Happening::Added(link)]
            }
            Action::Restart(link) => vec![Happening::Wanted(link)],
            Action::Send(frame) => {
                self.sent.push(frame);
                Vec::new()
            }
            Action::Open(_) | Action::Close | Action::Drop(_) => Vec::new(),
        };
        happenings.into_iter().map(Input::Happened).collect()
    }

    fn until(&mut self, at: Instant) {
        while let Some(due) = self.room.deadline().filter(|due| *due <= at) {
            self.now = self.now.max(due);
            self.input(Input::Woke);
        }
        self.now = self.now.max(at);
    }

    /// The recorded client joined at once; ours listens for a chat's greeting first.
    fn join(lines: &[Line]) -> Self {
        let mut replay = Self::new(lines);
        replay.until(replay.now + Duration::millis(250));
        assert_eq!(replay.phase, Signalling::Joined);
        replay
    }

    fn feed(&mut self, lines: &[Line]) {
        let begin = self.now;
        for line in lines {
            self.until(begin + Duration(line.t));
            if let What::In(frame) = &line.what {
                self.input(Input::Happened(Happening::Received(frame.clone())));
            }
        }
    }
}

fn is_call(name: &str) -> bool {
    name.ends_with("_a") || name.ends_with("_b")
}

#[test]
fn each_recorded_call_makes_its_ties() {
    for (name, lines) in recordings().iter().filter(|(name, _)| is_call(name)) {
        let mut replay = Replay::join(lines);
        replay.feed(lines);
        assert_eq!(
            (replay.ties, replay.most),
            (2, 2),
            "{name}: Bo or Ana, and Cy"
        );
        assert!(replay.taken.len() >= 3, "{name}: {}", replay.taken.len());
        assert!(replay.added >= 3, "{name}: {}", replay.added);
        assert_eq!(replay.phase, Signalling::Joined);
        let ours = ["answer", "offer"];
        for kind in ours {
            let sent = replay
                .sent
                .iter()
                .filter(|f| f.contains(&format!("\"{kind}\"")));
            assert!(
                sent.count() > 0 || name.ends_with("_a") && kind == "answer",
                "{name} {kind}"
            );
        }
    }
}

#[test]
fn who_leaves_in_a_recorded_call_is_gone() {
    for (name, lines) in recordings().iter().filter(|(name, _)| name.ends_with("_a")) {
        let mut replay = Replay::join(lines);
        replay.feed(lines);
        // Ana hears Bo's goodbye; Cy's page is killed, which only a server with a roster of its own
        // can say.
        assert_eq!((replay.most, replay.others), (2, 1), "{name}");
    }
}

#[test]
fn the_real_servers_are_recognised_in_their_recordings() {
    for (name, lines) in recordings() {
        let expected = match &*name {
            "real_c_meet_echo" => Signalling::NoRooms { echo: true },
            "real_c_meet_default_build" => Signalling::NoRooms { echo: false },
            _ => continue,
        };
        let mut replay = Replay::new(&lines);
        replay.feed(&lines);
        assert_eq!(replay.phase, expected, "{name}");
    }
}

#[test]
fn a_signal_without_any_sender_is_nobodys() {
    let all = recordings();
    let (_, lines) = all
        .iter()
        .find(|(name, _)| name == "doc_meet_minimal")
        .unwrap();
    let mut replay = Replay::join(lines);
    replay.feed(lines);
    assert_eq!((replay.ties, replay.most), (0, 0));
}

#[test]
fn frames_that_are_doubled_make_no_further_ties() {
    for (name, lines) in recordings().iter().filter(|(name, _)| is_call(name)) {
        let doubled: Vec<Line> = lines
            .iter()
            .flat_map(|of| [of.clone(), of.clone()])
            .collect();
        let mut replay = Replay::join(lines);
        replay.feed(&doubled);
        assert_eq!((replay.ties, replay.most), (2, 2), "{name}");
    }
}

#[test]
fn cut_before_any_line_the_call_has_the_same_ties() {
    let mut cuts = 0;
    for (name, lines) in recordings().iter().filter(|(name, _)| is_call(name)) {
        for cut in 0..lines.len() {
            let mut replay = Replay::join(lines);
            replay.feed(&lines[..cut]);
            replay.input(Input::Happened(Happening::Closed(1006)));
            replay.until(replay.now + Duration::millis(1_100));
            assert_eq!(replay.phase, Signalling::Connecting, "{name}, line {cut}");
            replay.input(Input::Happened(Happening::Opened));
            // From here on at the recording's pace.
            let before = cut.checked_sub(1).map_or(0, |at| lines[at].t);
            let mut rest = lines[cut..].to_vec();
            // The answer to a greeting of before the cut.
            rest.retain(
                |line| !matches!(&line.what, What::In(frame) if frame.contains("Unknown target")),
            );
            rest.iter_mut().for_each(|line| line.t -= before);
            replay.feed(&rest);
            assert_eq!(replay.phase, Signalling::Joined, "{name}, line {cut}");
            assert_eq!((replay.ties, replay.most), (2, 2), "{name}, line {cut}");
            cuts += 1;
        }
    }
    assert!(cuts > 100, "{cuts} cuts");
}

#[test]
fn what_a_later_server_adds_changes_nothing() {
    for (name, lines) in recordings().iter().filter(|(name, _)| is_call(name)) {
        let mut more = Vec::new();
        for line in lines {
            let mut line = line.clone();
            let mut added = line.clone();
            added.what = What::In(json!({"type": "weather", "room_id": "R", "sun": 1}).to_string());
            if let What::In(frame) = &mut line.what {
                let mut value: Value = serde_json::from_str(frame).unwrap();
                value["new"] = json!({"type": "offer", "sdp": "v=0"});
                if value["signal"].is_object() {
                    value["signal"]["new"] = json!([1, null]);
                }
                *frame = value.to_string();
            }
            more.extend([added, line]);
        }
        let mut replays = [lines, &more].map(|lines| {
            let mut replay = Replay::join(lines);
            replay.feed(lines);
            (
                replay.ties,
                replay.most,
                replay.others,
                replay.added,
                replay.taken.len(),
            )
        });
        let [plain, other] = &mut replays;
        assert_eq!(plain, other, "{name}");
    }
}

#[test]
fn a_mangled_frame_ends_nothing() {
    let all = recordings();
    let config = ProptestConfig {
        cases: 400,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let which = (
        0..all.len(),
        any::<prop::sample::Index>(),
        any::<prop::sample::Index>(),
    );
    proptest!(config, |((of, line, place) in which, with in "[\"{}\\[\\]:,0a\\\\]{0,3}", cut: bool)| {
        let (_, lines) = &all[of];
        let mut lines = lines.clone();
        let at = line.index(lines.len());
        if let What::In(frame) = &mut lines[at].what {
            let chars: Vec<char> = frame.chars().collect();
            let place = place.index(chars.len());
            let head: String = chars[..place].iter().collect();
            let rest: String = chars[place + 1..].iter().collect();
            *frame = if cut { head } else { format!("{head}{with}{rest}") };
        }
        let mut replay = Replay::join(&lines);
        replay.feed(&lines);
        if is_call(&all[of].0) {
            prop_assert_eq!(&replay.phase, &Signalling::Joined);
            prop_assert!(replay.most >= 1, "the others are there");
        }
        // And the room can still be left.
        replay.input(Input::Leave);
        prop_assert_eq!(replay.phase, Signalling::Idle);
        prop_assert_eq!(replay.others, 0);
    });
}
