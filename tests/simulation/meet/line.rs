//! The socket of one room: its life, its pings, and the key that opens it.

use parlor::meet::{Action, Chat, Happening, Signalling};
use serde_json::{Value, json};

use super::alone::Alone;

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

/// The addresses that were tried until no more are.
fn tried(token: Option<&str>, chat: Chat, mut alone: Alone) -> Vec<String> {
    alone.actions.clear();
    for _ in 0..10 {
        alone.happened(Happening::Closed(1006));
        alone.wait(60_000);
    }
    let over = alone.signalling.last();
    assert_eq!(over, Some(&Signalling::Unreachable), "{token:?} {chat:?}");
    alone.opened().into_iter().map(str::to_owned).collect()
}

#[test]
fn a_server_that_opens_no_socket_is_asked_with_the_key_in_the_address() {
    let all = [
        (Some("k 1"), Chat::Documented, [PLAIN, KEYED, KEYED, KEYED]),
        (Some("k 1"), Chat::Released, [PLAIN; 4]),
        (None, Chat::Documented, [PLAIN; 4]),
    ];
    for (token, chat, expected) in all {
        let alone = Alone::connecting(token, chat);
        assert_eq!(tried(token, chat, alone), expected, "{token:?} {chat:?}");
    }
    // One that was in the room is away, and is told nothing.
    let mut alone = Alone::with(Some("k 1"), Chat::Documented);
    alone.wait(300);
    alone.hears(&json!({"type": "pong"}));
    for _ in 0..9 {
        alone.happened(Happening::Closed(1006));
        alone.wait(60_000);
    }
    assert!(alone.opened().iter().all(|url| *url == PLAIN));
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
fn what_the_documents_chat_tells_is_no_room() {
    for frame in [
        json!({"type": "session_created", "session_id": "s"}),
        json!({"type": "message", "session_id": "s", "message_id": "m", "content": "Hi"}),
        json!({"type": "stream_chunk", "message_id": "m", "content": "Hi"}),
        json!({"type": "bot_typing", "session_id": "s", "is_typing": true}),
    ] {
        let mut alone = Alone::new();
        alone.hears(&frame);
        let no_rooms = Signalling::NoRooms { echo: false };
        assert_eq!(alone.signalling.last(), Some(&no_rooms), "{frame}");
    }
    let mut alone = Alone::new();
    alone.hears(&json!({"type": "message", "room_id": "R", "content": "of a room"}));
    assert_eq!(alone.signalling.last(), Some(&Signalling::Joined));
}

#[test]
fn a_server_that_reads_the_key_and_nothing_of_a_room_has_none() {
    let error = json!({"type": "error", "code": "INVALID_FORMAT", "message": "?"});
    let entered = || {
        let mut alone = Alone::with(Some("k"), Chat::Unknown);
        alone.wait(1_600);
        alone.hears(&error);
        assert_eq!(alone.signalling.last(), Some(&Signalling::Joined));
        alone.wait(1_100);
        assert_eq!(alone.kinds(), ["auth", "join", "signal"]);
        alone
    };
    let mut alone = entered();
    alone.hears(&error);
    let no_rooms = Signalling::NoRooms { echo: false };
    assert_eq!(alone.signalling.last(), Some(&no_rooms));
    // A room that knows neither keys nor pings is one all the same.
    let mut alone = entered();
    alone.wait(31_000);
    alone.hears(&error);
    assert_eq!(alone.signalling.last(), Some(&Signalling::Joined));
}
