//! From the address to a connection that works, and how it ends.

use parlor::io::{Frame, Happening, SocketId};
use parlor::model::Duration;
use parlor::protocol::Gone;
use parlor::session::Input;

use super::super::numbered::{Mishap, Server, frame, message as agent_said};
use super::super::support::Wire;
use super::{
    CONNECTED, OPENED, connected, gone, greeted, idle, last_sent, looks, phase, running, state,
    stays_away, tell, texts, visiting, with,
};

#[test]
fn the_address_says_who_and_since_when_and_the_key_goes_everywhere() {
    let mut player = with(Some("k1"), false, false);
    let key = ("X-Session-API-Key".to_owned(), "k1".to_owned());
    player.answer_next(|request| {
        assert!(request.headers.contains(&key));
        assert!(
            !request.url.contains("k1"),
            "it is not for the log of a proxy"
        );
        Some((200, running()))
    });
    assert_eq!(
        player.addresses(),
        [
            "ws://agent.test:3000/socket.io/?EIO=4&transport=websocket&conversation_id=0a1b-2c3d&latest_event_id=-1&session_api_key=k1"
        ]
    );
    player.open();
    player.receive(OPENED);
    tell(&mut player, &state(0, "awaiting_user_input"));
    player.receive(CONNECTED);
    player.answer_next(|request| {
        assert!(request.headers.contains(&key));
        None
    });
    // A number after a greater one does not set it back.
    tell(&mut player, &agent_said(7));
    tell(&mut player, &agent_said(3));
    player.close(1006, "");
    player.wait(Duration::secs(31));
    looks(&mut player, 200, &running());
    assert!(player.addresses()[1].ends_with("latest_event_id=7&session_api_key=k1"));
}

#[test]
fn the_connect_packet_waits_for_the_server_to_open() {
    let mut player = visiting();
    looks(&mut player, 200, &running());
    player.open();
    assert!(player.sent().is_empty());
    player.receive(OPENED);
    assert_eq!(player.sent(), ["40"]);
    assert_eq!(phase(&player), "connecting");
    player.receive(CONNECTED);
    assert_eq!(phase(&player), "open");
}

#[test]
fn pings_are_answered_and_keep_the_connection() {
    let mut player = idle();
    for _ in 0..20 {
        player.wait(Duration::secs(25));
        player.receive("2");
        assert_eq!(last_sent(&player), "3");
    }
    player.receive("2probe");
    assert_eq!(last_sent(&player), "3probe");
    assert_eq!(phase(&player), "open");
}

#[test]
fn a_link_without_pings_is_dead() {
    let mut player = idle();
    player.wait(Duration::millis(44_999));
    assert_eq!(phase(&player), "open");
    player.wait(Duration::millis(1));
    assert_eq!(phase(&player), "waiting");
    player.wait(Duration::secs(31));
    assert_eq!(player.asked().len(), 1, "it looks again by itself");
}

#[test]
fn a_server_that_never_lets_in_is_tried_again() {
    let mut player = greeted(&running());
    player.wait(Duration::secs(19));
    player.receive("2");
    assert_eq!(phase(&player), "connecting", "pings are no progress");
    player.wait(Duration::secs(1));
    assert_eq!(phase(&player), "waiting");
    player.wait(Duration::secs(31));
    looks(&mut player, 200, &running());
    assert_eq!(player.addresses().len(), 2);
}

#[test]
fn a_long_replay_is_not_cut_short() {
    let mut player = greeted(&running());
    for id in 0..10 {
        player.wait(Duration::secs(15));
        tell(&mut player, &agent_said(id));
        assert_eq!(phase(&player), "connecting");
    }
    player.receive(CONNECTED);
    assert_eq!(phase(&player), "open");
    assert_eq!(player.addresses().len(), 1);
}

#[test]
fn what_is_replayed_is_shown_before_the_connection_is_made() {
    let mut player = greeted(&running());
    tell(&mut player, &agent_said(1));
    tell(&mut player, &agent_said(2));
    assert_eq!(player.lines(), ["agent done: m1", "agent done: m2"]);
    assert_eq!(phase(&player), "connecting");
}

#[test]
fn a_refusal_is_read_in_both_shapes() {
    let cases = [
        (
            r#"44{"message":"Settings not found","data":{"msg_id":"CONFIGURATION$SETTINGS_NOT_FOUND"}}"#,
            Gone::NotSetUp,
        ),
        (
            r#"44{"message":"invalid_session_api_key"}"#,
            Gone::Unauthorized,
        ),
        (
            r#"44{"message":"Failed to join conversation"}"#,
            Gone::Said("Failed to join conversation".into()),
        ),
        (r#"44"No room""#, Gone::Said("No room".into())),
    ];
    for (packet, why) in cases {
        let mut player = greeted(&running());
        player.receive(packet);
        assert_eq!(gone(&player), Some(why), "{packet}");
        stays_away(&mut player);
    }
    let mut player = greeted(&running());
    player.receive(r#"44"Unable to connect""#);
    assert_eq!(phase(&player), "waiting", "no reason not to try again");
}

#[test]
fn a_refusal_on_a_connection_that_works_is_only_counted() {
    let mut player = idle();
    player.receive(r#"44"Unable to connect""#);
    player.receive(r#"44/admin,"Unable to connect""#);
    assert_eq!(phase(&player), "open");
    assert_eq!(player.session().unknown(), 2);
    player.say("still here");
    assert_eq!(texts(&player), ["still here"]);
}

#[test]
fn a_run_that_the_server_ends_is_not_started_again_by_itself() {
    let mut player = idle();
    player.receive("41");
    assert_eq!(gone(&player), Some(Gone::Ended));
    stays_away(&mut player);
    player.input(Input::RetryNow);
    assert_eq!(player.asked().len(), 1, "the person may");
}

#[test]
fn a_run_that_was_one_too_many_is_said_to_be() {
    let mut player = idle();
    player.receive(
        r#"42["oh_event",{"status_update":true,"type":"error","id":"AGENT_ERROR$TOO_MANY_CONVERSATIONS","message":"Too many conversations at once."}]"#,
    );
    player.receive("41");
    assert_eq!(gone(&player), Some(Gone::TooMany));
    assert!(player.items().is_empty(), "{:?}", player.lines());
    stays_away(&mut player);
    // The next time it may end for another reason.
    player.input(Input::RetryNow);
    Server::default().accept(&mut player, Mishap::default());
    player.receive("41");
    assert_eq!(gone(&player), Some(Gone::Ended));
}

#[test]
fn a_connection_that_ends_is_made_again_where_it_was() {
    for code in [1000, 1005, 1006, 1012] {
        let mut player = connected(&[state(0, "awaiting_user_input"), agent_said(1)]);
        player.close(code, "");
        assert_eq!(phase(&player), "waiting", "{code}");
        player.wait(Duration::secs(31));
        looks(&mut player, 200, &running());
        assert!(player.addresses()[1].ends_with("latest_event_id=1"));
    }
    let mut player = idle();
    player.receive("1");
    assert_eq!(phase(&player), "waiting", "Engine.IO's own close");
}

#[test]
fn packets_that_are_joined_in_a_frame_are_all_read() {
    let mut player = greeted(&running());
    let packets = [
        frame(&agent_said(1)),
        CONNECTED.to_owned(),
        "2".to_owned(),
        frame(&agent_said(2)),
    ];
    player.receive(&packets.join("\u{1e}"));
    assert_eq!(player.lines(), ["agent done: m1", "agent done: m2"]);
    assert_eq!(player.sent(), ["40", "3"]);
    assert_eq!(phase(&player), "open");
}

#[test]
fn frames_of_bytes_are_counted_and_do_no_harm() {
    let mut player = idle();
    for socket in (0..10).map(SocketId) {
        let frame = Frame::Binary(frame(&agent_said(5)).into_bytes());
        player.input(Input::Happened(Happening::Received { socket, frame }));
    }
    assert_eq!(player.session().unknown(), 1, "one of them is the socket");
    player.receive(r#"451-["oh_event",{"_placeholder":true,"num":0}]"#);
    assert_eq!(player.session().unknown(), 2);
    assert!(player.items().is_empty());
    assert_eq!(phase(&player), "open");
}
