//! The frames of one room: what it sends, and every form in which it takes theirs.

use parlor::meet::{
    Action, Chat, Description, Happening, Input, LinkId, MOST_PEOPLE, Output, Participant, Room,
    Setup, Signalling, Start, Tie,
};
use parlor::model::Instant;
use serde_json::{Value, json};

/// A room alone, and what it put out.
struct Alone {
    room: Room,
    now: Instant,
    actions: Vec<Action>,
    signalling: Vec<Signalling>,
    others: Vec<Participant>,
    unknown: Vec<String>,
    large: Vec<usize>,
}

impl Alone {
    /// In the room, by the id `m`.
    fn new() -> Self {
        let mut alone = Self::with(None, Chat::Documented);
        alone.wait(300);
        assert_eq!(alone.signalling.last(), Some(&Signalling::Joined));
        alone.actions.clear();
        alone
    }

    /// The socket has just opened.
    fn with(token: Option<&str>, chat: Chat) -> Self {
        let setup = Setup {
            url: "wss://rooms.invalid/ws/meet".to_owned(),
            room: "R".to_owned(),
            name: "Ana".to_owned(),
            me: "m".to_owned(),
            seed: 1,
            token: token.map(str::to_owned),
            chat,
        };
        let mut alone = Self {
            room: Room::new(setup),
            now: Instant(1_000),
            actions: Vec::new(),
            signalling: Vec::new(),
            others: Vec::new(),
            unknown: Vec::new(),
            large: Vec::new(),
        };
        alone.input(Input::Join);
        alone.happened(Happening::Opened);
        alone
    }

    fn input(&mut self, input: Input) {
        self.room.handle(input, self.now);
        while let Some(output) = self.room.poll() {
            match output {
                Output::Act(action) => self.actions.push(action),
                Output::Signalling(phase) => self.signalling.push(phase),
                Output::Others(others) => self.others = others,
                Output::Unknown(text) => self.unknown.push(text),
                Output::TooLarge(bytes) => self.large.push(bytes),
            }
        }
    }

    fn happened(&mut self, happening: Happening) {
        self.input(Input::Happened(happening));
    }

    fn hears(&mut self, frame: &Value) {
        self.happened(Happening::Received(frame.to_string()));
    }

    fn wait(&mut self, millis: u64) {
        let until = Instant(self.now.0 + millis);
        while let Some(at) = self.room.deadline().filter(|at| *at <= until) {
            self.now = self.now.max(at);
            self.input(Input::Woke);
        }
        self.now = until;
    }

    fn sent(&self) -> Vec<Value> {
        let frames = self.actions.iter().filter_map(|action| match action {
            Action::Send(frame) => serde_json::from_str(frame).ok(),
            _ => None,
        });
        frames.collect()
    }

    /// The types of the frames that went out.
    fn kinds(&self) -> Vec<String> {
        let kind = |frame: &Value| frame["type"].as_str().unwrap_or_default().to_owned();
        self.sent().iter().map(kind).collect()
    }

    /// The addresses that were opened.
    fn opened(&self) -> Vec<&str> {
        let urls = self.actions.iter().filter_map(|action| match action {
            Action::Open(url) => Some(url.as_str()),
            _ => None,
        });
        urls.collect()
    }

    /// What the last tie was told to take.
    fn taken(&self) -> Option<Description> {
        self.actions.iter().rev().find_map(|action| match action {
            Action::Take { description, .. } => Some(description.clone()),
            _ => None,
        })
    }

    fn described(&mut self, link: u32, offer: bool, sdp: &str) {
        let sdp = sdp.to_owned();
        self.happened(Happening::Described {
            link: LinkId(link),
            description: Some(Description { offer, sdp }),
        });
    }
}

const SDP: &str = "v=0\r\no=- 7 1 IN IP4 127.0.0.1\r\n";

fn offer() -> Value {
    json!({"type": "offer", "sdp": SDP})
}

fn from(sender: &str, signal: &Value) -> Value {
    json!({"type": "signal", "room_id": "R", "from_id": sender, "target_id": "m", "signal": signal})
}

#[test]
fn what_is_sent_has_the_documents_fields_and_says_who_sends_it() {
    let mut alone = Alone::new();
    alone.hears(
        &json!({"type": "join", "room_id": "R", "participant_id": "b", "participant_name": "Bo"}),
    );
    assert_eq!(
        alone.actions,
        [Action::Make {
            link: LinkId(1),
            start: Start::Offer
        }]
    );
    alone.happened(Happening::Wanted(LinkId(1)));
    alone.described(1, true, SDP);
    alone.happened(Happening::Candidate {
        link: LinkId(1),
        candidate: None,
    });
    alone.input(Input::Leave);
    let to = json!({"from": "m", "to": "b", "name": "Ana"});
    let with = |mut signal: Value| {
        signal
            .as_object_mut()
            .unwrap()
            .extend(to.as_object().unwrap().clone());
        json!({"type": "signal", "room_id": "R", "target_id": "b", "signal": signal})
    };
    assert_eq!(
        alone.sent(),
        [
            with(offer()),
            with(json!({"type": "candidate", "candidate": null})),
            with(json!({"type": "bye"})),
            json!({"type": "leave", "room_id": "R"}),
        ]
    );
    assert!(alone.actions.contains(&Action::Close));
    assert!(alone.actions.contains(&Action::Drop(LinkId(1))));
}

#[test]
fn every_form_of_a_description_is_read() {
    let plain = offer();
    let text = plain.to_string();
    let inner = [
        plain.clone(),
        json!({"description": plain}),
        json!({"sdp": plain}),
        json!(text),
        json!({"type": "signal", "description": plain, "candidate": null}),
    ];
    let mut frames: Vec<Value> = inner.iter().map(|signal| from("b", signal)).collect();
    frames.push(json!({"type": "signal", "sender_id": "b", "target_id": "m", "data": plain}));
    frames.push(json!({"type": "signal", "source_id": "b", "payload": plain}));
    frames.push(json!({"type": "signal", "from": "b", "sdp": plain}));
    frames.push(json!({"type": "signal", "sender": "b", "signal": plain}));
    frames.push(json!({"type": "signal", "participant_id": "b", "signal": plain}));
    frames.push(json!({"type": "offer", "from_id": "b", "sdp": SDP}));
    frames.push(json!({"type": "signal", "target_id": "m", "signal": {"type": "offer", "sdp": SDP, "from": "b"}}));
    for frame in frames {
        let mut alone = Alone::new();
        alone.hears(&frame);
        let sdp = SDP.to_owned();
        let expected = Description { offer: true, sdp };
        assert_eq!(alone.taken(), Some(expected), "{frame}");
        assert_eq!(alone.others[0].id, "b", "{frame}");
    }
}

#[test]
fn every_form_of_a_candidate_is_read() {
    let whole = json!({"candidate": "candidate:1", "sdpMid": "0", "sdpMLineIndex": 0});
    let forms = [
        (
            json!({"type": "candidate", "candidate": whole}),
            Some(whole.clone()),
        ),
        (
            json!({"candidate": "candidate:1", "sdpMid": "0", "sdpMLineIndex": 0}),
            Some(whole.clone()),
        ),
        (json!({"ice": whole}), Some(whole.clone())),
        (json!({"type": "candidate", "candidate": null}), None),
        (json!(json!({"candidate": whole}).to_string()), Some(whole)),
    ];
    for (form, expected) in forms {
        let mut alone = Alone::new();
        alone.hears(&from("b", &offer()));
        alone.described(1, false, SDP);
        alone.hears(&from("b", &form));
        let added = Action::Add {
            link: LinkId(1),
            candidate: expected,
        };
        assert_eq!(alone.actions.last(), Some(&added), "{form}");
    }
}

#[test]
fn every_name_of_an_acknowledgement_gives_the_roster() {
    for kind in [
        "joined",
        "room_joined",
        "welcome",
        "room_state",
        "participants",
        "peers",
    ] {
        for others in [
            json!([{"participant_id": "b", "participant_name": "Bo"}, {"participant_id": "m"}]),
            json!([{"id": "b", "name": "Bo"}, {"id": "s"}]),
            json!(["b", "m"]),
        ] {
            let mut alone = Alone::new();
            alone.hears(&json!({"type": kind, "room_id": "R", "participant_id": "s", "participants": others}));
            let ids: Vec<&str> = alone.others.iter().map(|of| &*of.id).collect();
            assert_eq!(ids, ["b"], "{kind} {others}");
            assert_eq!(alone.others[0].link, None, "a newcomer waits");
        }
    }
}

#[test]
fn every_name_of_an_arrival_and_of_a_departure_is_known() {
    for (came, went) in [
        (
            json!({"type": "join", "participant_id": "b"}),
            json!({"type": "leave", "participant_id": "b"}),
        ),
        (
            json!({"type": "participant_joined", "participant_id": "b"}),
            json!({"type": "participant_left", "participant_id": "b"}),
        ),
        (
            json!({"type": "user_joined", "user_id": "b"}),
            json!({"type": "user_left", "user_id": "b"}),
        ),
        (
            json!({"type": "peer_joined", "id": "b"}),
            json!({"type": "peer_left", "id": "b"}),
        ),
        (
            json!({"type": "participant_update", "action": "joined", "participant": {"id": "b", "name": "Bo"}}),
            json!({"type": "participant_update", "action": "left", "participant": "b"}),
        ),
    ] {
        let mut alone = Alone::new();
        alone.hears(&came);
        assert_eq!(alone.others.len(), 1, "{came}");
        alone.hears(&came);
        assert_eq!(alone.others.len(), 1, "nobody comes twice");
        alone.hears(&went);
        assert!(alone.others.is_empty(), "{went}");
    }
}

#[test]
fn what_is_our_own_or_for_another_is_dropped() {
    let own = json!({"type": "offer", "sdp": SDP, "from": "m", "to": "b"});
    let theirs = json!({"type": "offer", "sdp": SDP, "from": "b", "to": "c"});
    for frame in [
        json!({"type": "join", "room_id": "R", "participant_id": "m", "participant_name": "Ana"}),
        json!({"type": "signal", "room_id": "R", "target_id": "b", "signal": own}),
        json!({"type": "signal", "room_id": "R", "from_id": "s", "target_id": "b", "signal": own}),
        json!({"type": "signal", "room_id": "R", "target_id": "c", "signal": theirs}),
        json!({"type": "signal", "room_id": "other", "from_id": "b", "target_id": "m", "signal": offer()}),
        json!({"type": "leave", "room_id": "R"}),
        json!({"type": "ping"}),
    ] {
        let mut alone = Alone::new();
        alone.hears(&frame);
        assert_eq!(alone.actions, [], "{frame}");
        assert!(
            alone.others.is_empty() && alone.unknown.is_empty(),
            "{frame}"
        );
    }
}

#[test]
fn candidates_wait_for_the_offer_that_they_follow() {
    let mut alone = Alone::new();
    alone.hears(&from("b", &offer()));
    alone.hears(&from(
        "b",
        &json!({"type": "candidate", "candidate": {"candidate": "1"}}),
    ));
    let is_add = |action: &&Action| matches!(action, Action::Add { .. });
    assert_eq!(
        alone.actions.iter().filter(is_add).count(),
        0,
        "one thing at a time"
    );
    alone.described(1, false, SDP);
    assert_eq!(alone.actions.iter().filter(is_add).count(), 1);
}

#[test]
fn candidates_of_an_offer_that_was_ignored_are_swallowed() {
    for (theirs, ignored) in [("a", true), ("z", false)] {
        let mut alone = Alone::new();
        alone.hears(&json!({"type": "join", "participant_id": theirs}));
        alone.happened(Happening::Wanted(LinkId(1)));
        alone.described(1, true, SDP);
        alone.hears(&from(
            theirs,
            &json!({"type": "answer", "sdp": SDP, "from": theirs}),
        ));
        alone.happened(Happening::Described {
            link: LinkId(1),
            description: None,
        });
        // Both want to go on, in the same moment.
        alone.happened(Happening::Wanted(LinkId(1)));
        alone.described(1, true, SDP);
        alone.actions.clear();
        let mut glare = offer();
        glare["from"] = theirs.into();
        alone.hears(&from(theirs, &glare));
        assert_eq!(alone.taken().is_none(), ignored, "the lower id is polite");
        if ignored {
            let why = "unknown ufrag".to_owned();
            alone.hears(&from(
                theirs,
                &json!({"type": "candidate", "candidate": {"candidate": "1"}}),
            ));
            alone.happened(Happening::Refused {
                link: LinkId(1),
                why,
            });
            assert!(alone.unknown.is_empty());
        }
    }
}

/// An offer of the connection that calls itself so.
fn offer_of(session: u32, version: u32) -> Value {
    let sdp = format!("v=0\r\no=- {session} {version} IN IP4 127.0.0.1\r\n");
    json!({"type": "offer", "sdp": sdp, "from": "b"})
}

#[test]
fn an_offer_that_a_later_one_overtook_is_dropped() {
    let mut alone = Alone::new();
    alone.hears(&from("b", &offer_of(7, 3)));
    alone.described(1, false, SDP);
    let taken = alone.taken();
    alone.hears(&from("b", &offer_of(7, 2)));
    assert_eq!(alone.taken(), taken);
    alone.hears(&from("b", &offer_of(7, 10)));
    assert_ne!(alone.taken(), taken, "ten is more than three");
}

#[test]
fn another_connection_of_theirs_has_another_of_ours_unless_there_is_a_living_tie() {
    for lives in [false, true] {
        let mut alone = Alone::new();
        alone.hears(&from("b", &offer_of(7, 2)));
        alone.described(1, false, SDP);
        let tie = Tie::Connected;
        if lives {
            alone.happened(Happening::Tied {
                link: LinkId(1),
                tie,
            });
        }
        alone.actions.clear();
        alone.hears(&from("b", &offer_of(8, 2)));
        let dropped = alone.actions.contains(&Action::Drop(LinkId(1)));
        let made = Action::Make {
            link: LinkId(2),
            start: Start::Wait,
        };
        assert_eq!((dropped, alone.actions.contains(&made)), (!lives, !lives));
        // Else they are told who we are, and find the tie that they have.
        let told = alone
            .sent()
            .iter()
            .any(|frame| frame["signal"]["type"] == "state");
        assert_eq!(told, lives);
        assert_eq!(alone.others.len(), 1);
    }
}

#[test]
fn without_their_id_who_was_offered_to_first_is_polite() {
    // They offered first, so in the next glare ours is taken back.
    let mut alone = Alone::new();
    alone.hears(&from("b", &offer()));
    alone.described(1, false, SDP);
    alone.happened(Happening::Wanted(LinkId(1)));
    alone.described(1, true, SDP);
    alone.actions.clear();
    alone.hears(&from("b", &offer()));
    assert!(alone.taken().is_some());
    // We offered first.
    let mut alone = Alone::new();
    alone.hears(&json!({"type": "join", "participant_id": "b"}));
    alone.happened(Happening::Wanted(LinkId(1)));
    alone.described(1, true, SDP);
    alone.hears(&from("b", &offer()));
    assert_eq!(alone.taken(), None);
}

#[test]
fn what_is_left_over_from_one_who_went_brings_nobody_back() {
    let mut alone = Alone::new();
    for left_over in [
        json!({"type": "candidate", "candidate": {"candidate": "1"}, "from": "b"}),
        json!({"type": "answer", "sdp": SDP, "from": "b"}),
        json!({"type": "state", "audio": true, "from": "b"}),
        json!({"type": "bye", "from": "b"}),
    ] {
        alone.hears(&from("b", &left_over));
    }
    assert!(alone.others.is_empty() && alone.actions.is_empty());
}

#[test]
fn a_refused_candidate_is_told_and_does_no_harm() {
    let mut alone = Alone::new();
    alone.hears(&from("b", &offer()));
    alone.described(1, false, SDP);
    alone.hears(&from(
        "b",
        &json!({"type": "candidate", "candidate": {"candidate": "1"}}),
    ));
    alone.happened(Happening::Refused {
        link: LinkId(1),
        why: "no".to_owned(),
    });
    assert_eq!(alone.unknown, ["no"]);
    assert_eq!(alone.others.len(), 1);
}

#[test]
fn pings_stop_when_the_server_does_not_know_them() {
    let mut alone = Alone::new();
    alone.wait(31_500);
    assert_eq!(alone.sent().last(), Some(&json!({"type": "ping"})));
    alone.hears(&json!({"type": "error", "code": "INVALID_FORMAT", "message": "?"}));
    alone.actions.clear();
    alone.wait(300_000);
    assert_eq!(alone.sent(), [] as [Value; 0]);
    assert_eq!(alone.signalling.last(), Some(&Signalling::Joined));
}

#[test]
fn a_server_that_answered_pings_and_falls_silent_is_left_for_another_socket() {
    let mut alone = Alone::new();
    alone.wait(31_500);
    alone.hears(&json!({"type": "pong"}));
    alone.wait(91_000);
    assert!(alone.actions.contains(&Action::Close));
    assert!(
        alone
            .actions
            .iter()
            .any(|action| matches!(action, Action::Open(_)))
    );
}

#[test]
fn an_error_in_answer_to_the_join_is_told_in_the_servers_words() {
    let error = json!({"type": "error", "code": "SESSION_NOT_FOUND", "message": "No such room"});
    let mut alone = Alone::new();
    alone.hears(&error);
    let refused = Signalling::Refused("No such room".to_owned());
    assert_eq!(alone.signalling.last(), Some(&refused));
    assert_eq!(alone.actions.last(), Some(&Action::Close));
    // One in answer to a hello to all is none.
    let mut alone = Alone::new();
    alone.wait(1_100);
    alone.hears(&error);
    assert_eq!(alone.signalling.last(), Some(&Signalling::Joined));
}

#[test]
fn a_server_that_closes_for_a_breach_of_its_rules_is_not_tried_again() {
    let mut alone = Alone::new();
    alone.happened(Happening::Closed(1008));
    let refused = Signalling::Refused(String::new());
    assert_eq!(alone.signalling.last(), Some(&refused));
    alone.wait(600_000);
    assert_eq!(alone.actions, []);
}

#[test]
fn a_join_that_came_too_soon_is_tried_again() {
    let mut alone = Alone::new();
    alone.hears(&json!({"type": "error", "code": "RATE_LIMITED", "message": "?"}));
    assert!(matches!(
        alone.signalling.last(),
        Some(Signalling::Waiting { .. })
    ));
    alone.wait(1_000);
    assert_eq!(alone.signalling.last(), Some(&Signalling::Connecting));
}

#[test]
fn a_frame_of_64_kb_is_sent_and_a_larger_one_is_not_and_makes_the_tie_anew() {
    let mut spare = 0;
    for (over, sent) in [(0, true), (0, true), (1, false)] {
        let mut alone = Alone::new();
        alone.hears(&json!({"type": "join", "participant_id": "b"}));
        alone.happened(Happening::Wanted(LinkId(1)));
        // Of characters that take two bytes each, so far as that goes.
        let sdp = "é".repeat(spare / 2) + &"e".repeat(spare % 2 + over);
        alone.described(1, true, &sdp);
        let size = alone.actions.iter().find_map(|action| match action {
            Action::Send(frame) => Some(frame.len()),
            _ => None,
        });
        assert_eq!(size.is_some(), sent);
        if sent {
            spare = spare + 65_536 - size.unwrap();
        } else {
            assert_eq!(alone.large, [65_537]);
            assert!(alone.actions.contains(&Action::Drop(LinkId(1))));
            alone.wait(3_000);
            let again = Action::Make {
                link: LinkId(2),
                start: Start::Offer,
            };
            assert!(alone.actions.contains(&again));
        }
    }
    assert!(spare > 60_000);
}

#[test]
fn one_to_whom_nothing_leads_for_half_a_minute_is_told_so_and_gone() {
    let mut alone = Alone::new();
    alone.hears(&json!({"type": "join", "participant_id": "b"}));
    alone.wait(29_900);
    assert_eq!(alone.others.len(), 1);
    alone.actions.clear();
    alone.wait(100);
    assert_eq!(alone.others, []);
    assert_eq!(alone.sent()[0]["signal"]["type"], "bye");
    assert_eq!(alone.actions.last(), Some(&Action::Drop(LinkId(1))));
}

#[test]
fn a_failed_tie_is_restarted_and_told() {
    let mut alone = Alone::new();
    alone.hears(&from("b", &offer()));
    alone.described(1, false, SDP);
    alone.happened(Happening::Tied {
        link: LinkId(1),
        tie: Tie::Failed,
    });
    assert_eq!(alone.actions.last(), Some(&Action::Restart(LinkId(1))));
    assert_eq!(alone.others[0].tie, Tie::Failed);
}

#[test]
fn what_is_not_understood_is_told_once_and_does_no_harm() {
    let mut alone = Alone::new();
    for frame in [
        "",
        "{",
        "[]",
        "7",
        "null",
        r#"{"type":7}"#,
        r#"{"type":"recording_control"}"#,
    ] {
        alone.happened(Happening::Received(frame.to_owned()));
    }
    alone.hears(&from("b", &json!({"type": "hello"})));
    alone.hears(&from("b", &json!({"type": "pranswer", "sdp": SDP})));
    alone.hears(&from("b", &json!(7)));
    assert_eq!(alone.unknown, [""]);
    assert_eq!(alone.others.len(), 1);
}

#[test]
fn who_never_says_what_they_send_sends_picture_and_sound() {
    let mut alone = Alone::new();
    alone.hears(&from("b", &offer()));
    let they = &alone.others[0];
    assert_eq!((they.audio, they.video, they.screen), (true, true, false));
    let state = json!({"type": "state", "audio": false, "video": false, "screen": true});
    alone.hears(&from("b", &state));
    let they = &alone.others[0];
    assert_eq!((they.audio, they.video, they.screen), (false, false, true));
}

/// How a server says that the key is not taken as it was given.
fn refusals() -> [Happening; 2] {
    let error = json!({"type": "error", "code": "AUTH_FAILED", "message": "Who are you?"});
    [
        Happening::Closed(1008),
        Happening::Received(error.to_string()),
    ]
}

const PLAIN: &str = "wss://rooms.invalid/ws/meet";
const KEYED: &str = "wss://rooms.invalid/ws/meet?token=k%201";

#[test]
fn the_key_goes_out_as_the_first_frame_and_in_no_address() {
    let mut alone = Alone::with(Some("k 1"), Chat::Documented);
    alone.wait(300);
    assert_eq!(alone.opened(), [PLAIN]);
    assert_eq!(alone.kinds(), ["auth", "join"]);
    assert_eq!(alone.sent()[0], json!({"type": "auth", "token": "k 1"}));
    // A server without keys does not know the frame.
    alone.hears(&json!({"type": "error", "code": "INVALID_FORMAT", "message": "auth?"}));
    assert_eq!(alone.signalling.last(), Some(&Signalling::Joined));
    // A lost connection is no refusal.
    alone.happened(Happening::Closed(1006));
    alone.wait(2_000);
    assert_eq!(alone.opened(), [PLAIN, PLAIN]);
}

#[test]
fn after_a_refusal_the_key_is_in_the_address_once() {
    for refusal in refusals() {
        let mut alone = Alone::with(Some("k 1"), Chat::Unknown);
        alone.wait(1_600);
        alone.actions.clear();
        alone.happened(refusal.clone());
        assert_eq!(alone.opened(), [KEYED]);
        assert_eq!(alone.signalling.last(), Some(&Signalling::Connecting));
        alone.happened(Happening::Opened);
        alone.wait(1_600);
        assert_eq!(alone.kinds(), ["join"], "it is said once");
        alone.happened(refusal);
        assert!(matches!(
            alone.signalling.last(),
            Some(Signalling::Refused(_))
        ));
        alone.wait(600_000);
        assert_eq!(alone.opened(), [KEYED]);
    }
}

#[test]
fn a_released_server_is_told_the_key_in_no_way() {
    for refusal in refusals() {
        let mut alone = Alone::with(Some("k 1"), Chat::Released);
        alone.wait(1_600);
        assert_eq!(alone.kinds(), ["join"]);
        alone.happened(refusal);
        assert!(matches!(
            alone.signalling.last(),
            Some(Signalling::Refused(_))
        ));
        assert_eq!(alone.opened(), [PLAIN]);
    }
}

#[test]
fn what_may_be_a_chat_has_time_to_say_so() {
    for (chat, hush) in [
        (Chat::Documented, 250),
        (Chat::Unknown, 1_500),
        (Chat::Released, 1_500),
    ] {
        let mut alone = Alone::with(Some("k"), chat);
        alone.wait(hush - 1);
        assert!(alone.sent().is_empty(), "{chat:?}");
        alone.wait(1);
        assert!(!alone.sent().is_empty(), "{chat:?}");
    }
}

#[test]
fn a_chat_that_greets_late_is_sent_nothing_more() {
    for late in [300, 1_400] {
        let mut alone = Alone::with(Some("k"), Chat::Unknown);
        alone.wait(late);
        alone.hears(&json!({"type": "connected", "session_id": "s"}));
        alone.wait(60_000);
        assert!(alone.sent().is_empty(), "{late}");
    }
    let mut alone = Alone::new();
    alone.happened(Happening::Received("Echo: {}".to_owned()));
    let phase = Signalling::NoRooms { echo: true };
    assert_eq!(alone.signalling.last(), Some(&phase));
    assert_eq!(alone.actions, [Action::Close], "neither bye nor leave");
}

#[test]
fn no_server_makes_a_room_of_more_than_nine_nor_a_name_of_more_than_a_hundred_letters() {
    let mut alone = Alone::new();
    alone.hears(&json!({"type": "joined", "participants": []}));
    alone.wait(10_000);
    for number in 0..50 {
        let name = format!("{number} {}", "ü".repeat(1_000));
        alone.hears(&json!({
            "type": "join", "room_id": "R",
            "participant_id": format!("p{number}"), "participant_name": name,
        }));
        alone.hears(&from(&format!("q{number}"), &offer()));
    }
    assert_eq!(
        alone.others.len(),
        MOST_PEOPLE,
        "one more, who is to find out"
    );
    assert_eq!(alone.others[0].name.chars().count(), 100);
    assert_eq!(alone.signalling.last(), Some(&Signalling::Joined));
    // Nor does one name for all of them.
    for number in 0..500 {
        alone.hears(&json!({
            "type": "join", "room_id": "R",
            "participant_id": format!("r{number}"), "participant_name": alone.others[0].name,
        }));
    }
    assert_eq!(
        alone.others.len(),
        MOST_PEOPLE,
        "one more, who is to find out"
    );
    alone.wait(60_000);
    assert!(alone.others.len() <= MOST_PEOPLE);
}
