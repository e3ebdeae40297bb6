//! The negotiation with one of the others, and the ties that come to nothing.

use parlor::meet::{Action, Happening, LinkId, Start, Tie};
use serde_json::{Value, json};

use super::alone::{Alone, SDP, from, offer};

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
fn what_comes_late_from_where_they_were_leads_nobody_back_there() {
    let mut alone = Alone::new();
    let candidate = json!({"candidate": "candidate:1", "sdpMid": "0", "sdpMLineIndex": 0});
    let late = json!({"type": "candidate", "candidate": candidate, "from": "b"});
    alone.hears(&from("old", &offer_of(7, 1)));
    alone.hears(&from("new", &json!({"type": "hello", "from": "b"})));
    alone.hears(&from("old", &late));
    alone.described(1, false, SDP);
    assert_eq!(alone.sent().last().unwrap()["target_id"], "new");
    // A server that numbers its sockets may give one back.
    alone.hears(&from("old", &json!({"type": "hello", "from": "b"})));
    assert_eq!(alone.sent().last().unwrap()["target_id"], "old");
}

#[test]
fn an_id_of_old_that_the_server_gives_to_somebody_new_is_shown_as_another_one() {
    let mut alone = Alone::new();
    alone.hears(&json!({"type": "join", "participant_id": "2", "participant_name": "Bo"}));
    let hello = json!({"type": "hello", "from": "b", "name": "Bo"});
    alone.hears(&from("2", &hello));
    alone.hears(&from("5", &hello));
    assert_eq!(alone.others.len(), 1);
    alone.hears(&json!({"type": "join", "participant_id": "2", "participant_name": "Dan"}));
    let names: Vec<&str> = alone.others.iter().map(|of| &*of.name).collect();
    assert_eq!(names, ["Bo", "Dan"]);
    assert_ne!(alone.others[0].id, alone.others[1].id);
}
