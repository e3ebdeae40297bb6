//! Losing and regaining the connection.

use parlor::model::Duration;
use parlor::recording::Player;
use parlor::session::{Input, Phase, Reason};
use serde_json::json;

use super::support::{Wire, asked, connected, connecting, policy};

fn wait_until(player: &Player) -> Duration {
    match player.session().phase() {
        Phase::Waiting { until, .. } => *until - player.now(),
        other => panic!("not waiting: {other:?}"),
    }
}

#[test]
fn a_lost_connection_is_tried_again() {
    let mut player = connected();
    player.close(1006, "");
    assert_eq!(player.session().phase().word(), "waiting");
    assert!(player.session().waits_for(Reason::Connection));
    player.wait(Duration::secs(1));
    assert_eq!(player.session().phase().word(), "connecting");
    player.open();
    assert_eq!(player.session().phase().word(), "open");
}

#[test]
fn waits_double_up_to_the_ceiling_and_are_spread_over_the_whole_span() {
    let ceiling = policy().backoff_ceiling;
    let mut longest = vec![Duration(0); 9];
    for seed in 0..400 {
        let mut player = connecting(seed);
        for (attempt, longest) in longest.iter_mut().enumerate() {
            player.close(1006, "");
            let wait = wait_until(&player);
            let most = (1_000 << attempt).min(ceiling.0);
            assert!(wait.0 <= most, "attempt {attempt} waits {wait:?}");
            *longest = (*longest).max(wait);
            player.advance(player.now() + wait);
        }
    }
    assert!(
        longest[0].0 > 900,
        "jitter spans the whole first second: {longest:?}"
    );
    assert!(
        longest[8].0 > 27_000,
        "jitter spans up to the ceiling: {longest:?}"
    );
}

#[test]
fn a_connection_that_lasted_makes_the_next_wait_a_first_one() {
    let mut player = connecting(3);
    for _ in 0..6 {
        player.close(1006, "");
        player.input(Input::RetryNow);
    }
    player.open();
    player.wait(Duration::secs(6));
    player.close(1006, "");
    assert!(wait_until(&player) <= Duration::secs(1));
}

#[test]
fn a_server_that_accepts_and_hangs_up_is_not_hammered() {
    let mut player = connecting(3);
    for _ in 0..40 {
        player.open();
        player.close(1006, "");
        let wait = wait_until(&player);
        player.advance(player.now() + wait);
    }
    let first = player.opened()[0];
    assert!(player.now() - first > Duration::secs(120));
}

#[test]
fn a_socket_that_never_opens_is_given_up() {
    let mut player = connecting(1);
    player.wait(Duration::secs(19));
    assert_eq!(player.opened().len(), 1);
    player.wait(Duration::secs(3));
    assert!(player.opened().len() >= 2);
}

#[test]
fn the_network_coming_back_cuts_the_wait_short() {
    let mut player = connected();
    player.input(Input::Online(false));
    assert_eq!(player.session().phase(), &Phase::Offline);
    player.close(1006, "");
    assert_eq!(player.session().phase(), &Phase::Offline);
    player.input(Input::Online(true));
    assert_eq!(player.session().phase().word(), "connecting");
}

#[test]
fn a_frame_proves_that_the_browser_is_wrong_about_the_network() {
    let mut player = asked();
    player.input(Input::Online(false));
    player.chunk("still here");
    assert_eq!(player.session().phase().word(), "open");
    player.input(Input::Online(true));
    assert_eq!(player.opened().len(), 1, "the connection was kept");
}

#[test]
fn a_reset_while_the_browser_was_wrong_about_the_network_goes_out() {
    let mut player = asked();
    player.input(Input::Online(false));
    player.input(Input::Reset);
    let reset = json!({"sessionId": "c1", "type": "reset"}).to_string();
    assert_ne!(player.sent().last(), Some(&reset));
    player.chunk("still here");
    assert_eq!(player.sent().last(), Some(&reset));
}

#[test]
fn an_answer_while_the_browser_was_wrong_about_the_network_goes_out() {
    let mut player = asked();
    player.thinking();
    let asks = json!({"toolName": "rm", "args": {}, "executionId": "e1"});
    player.event("toolConfirmationRequest", asks);
    player.input(Input::Online(false));
    let id = player.last();
    player.input(Input::Answer {
        id,
        approved: true,
        remember: false,
        reason: String::new(),
    });
    let answers = |player: &Player| {
        let sent = player.sent().iter();
        sent.filter(|frame| frame.contains("e1")).count()
    };
    assert_eq!(answers(&player), 0);
    player.chunk("still here");
    assert_eq!(answers(&player), 1);
}

#[test]
fn showing_the_page_again_cuts_the_wait_short() {
    let mut player = connecting(5);
    for _ in 0..6 {
        player.close(1006, "");
        player.input(Input::RetryNow);
    }
    player.close(1006, "");
    let tries = player.opened().len();
    player.input(Input::Shown);
    assert_eq!(player.opened().len(), tries + 1);
}

#[test]
fn late_happenings_of_an_old_socket_are_dropped() {
    use parlor::io::{Closed, Frame, Happening, SocketId};
    let mut player = asked();
    player.reconnect();
    let old = SocketId(1);
    let before = player.lines();
    let frame = Frame::Text("{\"event\":\"chunk\",\"data\":{\"text\":\"ghost\"}}".into());
    player.input(Input::Happened(Happening::Received { socket: old, frame }));
    let closed = Closed {
        socket: old,
        code: 1006,
        reason: String::new(),
        refused: false,
    };
    player.input(Input::Happened(Happening::Closed(closed)));
    assert_eq!(player.lines(), before);
    assert_eq!(player.session().phase().word(), "open");
}

#[test]
fn an_address_that_the_browser_refuses_is_not_tried_again() {
    use parlor::io::{Closed, Happening, SocketId};
    let mut player = connecting(1);
    let closed = Closed {
        socket: SocketId(1),
        code: 1006,
        reason: "bad".into(),
        refused: true,
    };
    player.input(Input::Happened(Happening::Closed(closed)));
    assert_eq!(player.session().phase().word(), "refused");
    player.wait(Duration::secs(600));
    assert_eq!(player.opened().len(), 1);
}

#[test]
fn disconnecting_stays_disconnected() {
    let mut player = asked();
    player.chunk("half");
    player.input(Input::Disconnect);
    player.wait(Duration::secs(600));
    assert_eq!(player.session().phase(), &Phase::Idle);
    assert_eq!(player.opened().len(), 1);
    assert_eq!(player.lines()[1], "agent interrupted: half");
}

#[test]
fn a_half_answer_is_taken_over_by_the_whole_one_under_its_own_item() {
    let mut player = asked();
    player.thinking();
    player.chunk("The quick ");
    let id = player.last();
    player.close(1006, "");
    assert_eq!(player.lines()[1], "agent interrupted: The quick ");
    player.open();
    player.answer_all(501, "");
    player.chunk("fox");
    player.response("The quick brown fox");
    player.response("The quick brown fox");
    assert_eq!(player.lines()[1..], ["agent done: The quick brown fox"]);
    assert_eq!(player.last(), id);
}

#[test]
fn a_socket_that_is_given_up_is_lost_like_any_other() {
    let mut player = asked();
    player.thinking();
    player.chunk("Hel");
    player.input(Input::Online(false));
    player.wait(Duration::secs(31));
    player.open();
    player.answer_all(501, "");
    player.chunk("lo");
    assert_eq!(
        player.lines(),
        [
            "user confirmed: hello",
            "agent interrupted: Hel",
            "agent streaming: lo"
        ]
    );
    player.response("Hello");
    assert_eq!(
        player.lines(),
        ["user confirmed: hello", "agent done: Hello"]
    );
}
