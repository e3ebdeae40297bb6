//! The frames of one room: what it sends, and every form in which it takes theirs.

use parlor::meet::{Action, Description, Happening, Input, LinkId, MOST_PEOPLE, Signalling, Start};
use serde_json::{Value, json};

use super::alone::{Alone, SDP, from, offer};

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
    let state = json!({
        "type": "state", "audio": false, "video": false, "screen": true, "screen_stream": "s",
    });
    alone.hears(&from("b", &state));
    let they = &alone.others[0];
    assert_eq!((they.audio, they.video, they.screen), (false, false, true));
    assert_eq!(they.screen_stream, "s");
    // And we say which ours is.
    alone.wait(2_000);
    let hello = &alone.sent()[0]["signal"];
    assert_eq!(
        (&hello["type"], &hello["screen_stream"]),
        (&json!("hello"), &json!("ours"))
    );
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
