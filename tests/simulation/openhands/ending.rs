//! Ending the server's agent, and beginning again.

use parlor::model::{Duration, SendState, TransactionId};
use parlor::protocol::Gone;
use parlor::recording::Player;
use parlor::session::Input;
use serde_json::json;

use super::super::support::Wire;
use super::{
    CONNECTED, OPENED, finds_asleep, gone, idle, last, looks, phase, running, state, stays_away,
    tell, texts, with,
};

const END: &str = "http://agent.test:3000/api/conversations/c1/stop";

/// The person has the agent ended, and the server says so.
fn ended() -> Player {
    let mut player = idle();
    assert!(player.session().capabilities().ends);
    player.input(Input::End);
    assert_eq!(player.asked(), [END]);
    player.answer_next(|request| {
        assert_eq!((request.method, &request.body), ("POST", &None));
        Some((
            200,
            r#"{"status":"ok","conversation_status":"RUNNING"}"#.into(),
        ))
    });
    player
}

#[test]
fn an_agent_that_is_ended_does_not_come_back_by_itself() {
    let mut player = ended();
    assert_eq!(gone(&player), Some(Gone::Ended));
    stays_away(&mut player);
}

#[test]
fn the_socket_may_say_it_before_the_call_is_answered() {
    let mut player = idle();
    player.input(Input::End);
    player.receive("41");
    assert_eq!(gone(&player), Some(Gone::Ended));
    player.answer_all(200, "{}");
    stays_away(&mut player);
}

#[test]
fn a_message_starts_an_agent_again_that_was_ended() {
    let mut player = ended();
    player.say("and now?");
    assert_eq!(phase(&player), "connecting");
    finds_asleep(&mut player);
    player.open();
    player.receive(OPENED);
    player.receive(CONNECTED);
    player.answer_all(200, r#"{"events":[],"has_more":false}"#);
    assert!(
        texts(&player).is_empty(),
        "an agent that is started reads nothing"
    );
    tell(&mut player, &state(1, "loading"));
    tell(&mut player, &state(2, "awaiting_user_input"));
    assert_eq!(texts(&player), ["and now?"]);
}

#[test]
fn a_message_does_not_knock_where_it_was_refused_for_another_reason() {
    let mut player = idle();
    let many = json!({"status_update": true, "type": "error",
        "id": "AGENT_ERROR$TOO_MANY_CONVERSATIONS", "message": "Too many"});
    tell(&mut player, &many);
    player.receive("41");
    assert_eq!(gone(&player), Some(Gone::TooMany));
    player.say("and now?");
    assert_eq!(phase(&player), "refused");
    assert!(player.asked().is_empty());
}

#[test]
fn an_agent_that_was_not_ended_is_said_to_be_there_and_goes_on() {
    for status in [0, 404, 500] {
        let mut player = idle();
        player.input(Input::End);
        match status {
            0 => player.fail_all(),
            status => player.answer_all(status, "{}"),
        }
        assert!(last(&player).starts_with("notice done: The server did not say that it stopped"));
        assert_eq!(phase(&player), "open");
        player.say("hello");
        assert_eq!(texts(&player), ["hello"]);
    }
}

#[test]
fn the_key_goes_with_it() {
    let mut player = with(Some("k1"), false, false);
    looks(&mut player, 200, &running());
    player.input(Input::End);
    let asked = player.answer_next(|request| {
        let key = ("X-Session-API-Key".to_owned(), "k1".to_owned());
        assert!(request.headers.contains(&key));
        None
    });
    assert!(asked);
}

#[test]
fn sending_again_starts_an_agent_again_that_was_ended() {
    let mut player = idle();
    player.say("refused");
    player.flush();
    player.wait(Duration::secs(6));
    player.receive("41");
    assert_eq!(gone(&player), Some(Gone::Ended));
    player.input(Input::SendNow(player.last()));
    assert_eq!(phase(&player), "connecting");
}

#[test]
fn a_message_that_another_tab_hands_over_starts_it_again() {
    let mut player = ended();
    player.input(Input::Given {
        id: TransactionId(9),
        text: "from the other tab".into(),
        attachments: Vec::new(),
        state: SendState::Queued,
    });
    assert_eq!(phase(&player), "connecting");
}

#[test]
fn an_agent_can_be_ended_while_there_is_no_socket() {
    let mut player = idle();
    player.close(1006, "");
    player.input(Input::End);
    assert_eq!(player.asked(), [END]);
}
