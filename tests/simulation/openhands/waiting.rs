//! When a message may go, and when it would be lost.

use parlor::model::{Duration, Instant};
use parlor::protocol::Gone;
use parlor::session::{Input, Run};
use serde_json::json;

use super::super::numbered::{Mishap, Server, Stored, client, message as agent_said};
use super::super::support::Wire;
use super::{
    CONNECTED, OPENED, acked, asks, called, connected, gone, greeted_asleep, last, looks, running,
    state, stopped, tell, texts, user, visiting,
};

#[test]
fn a_message_waits_while_the_agent_is_being_started() {
    let mut player = connected(&[state(0, "loading")]);
    assert_eq!(player.session().run(), Run::Starting);
    player.say("early");
    player.wait(Duration::secs(20));
    assert_eq!(last(&player), "user queued: early");
    assert!(texts(&player).is_empty());
    tell(&mut player, &state(3, "awaiting_user_input"));
    assert_eq!(texts(&player), ["early"]);
}

#[test]
fn nothing_is_sent_out_of_turn_that_would_be_lost() {
    let mut player = connected(&[state(0, "loading")]);
    player.say("early");
    player.input(Input::SendNow(player.last()));
    assert!(texts(&player).is_empty(), "the agent would never read it");
    tell(&mut player, &state(3, "awaiting_user_input"));
    player.say("behind it");
    player.input(Input::SendNow(player.last()));
    assert_eq!(texts(&player), ["early"], "one after the other");
    acked(&mut player);
    assert_eq!(texts(&player), ["early", "behind it"]);
}

#[test]
fn the_person_may_answer_a_question_with_a_message() {
    let mut player = connected(&asks(8));
    player.say("rather not");
    assert!(texts(&player).is_empty());
    player.input(Input::SendNow(player.last()));
    assert_eq!(texts(&player), ["rather not"]);
}

#[test]
fn the_old_state_of_a_sleeping_conversation_lets_no_message_out() {
    let mut player = greeted_asleep();
    player.say("wake up");
    let old = [
        state(0, "loading"),
        state(2, "awaiting_user_input"),
        state(9, "finished"),
    ];
    tell(&mut player, &agent_said(10));
    tell(&mut player, &old[2]);
    assert_eq!(player.session().run(), Run::Idle);
    player.receive(CONNECTED);
    assert_eq!(player.session().run(), Run::Starting);
    // Copies behind the connect packet, and all of them over REST.
    tell(&mut player, &old[0]);
    tell(&mut player, &old[2]);
    let page = json!({"events": [old[0], old[1], old[2], agent_said(10)], "has_more": false});
    looks(&mut player, 200, &page.to_string());
    player.wait(Duration::secs(10));
    assert_eq!(player.session().run(), Run::Starting);
    assert!(texts(&player).is_empty());
    tell(&mut player, &state(11, "loading"));
    assert!(texts(&player).is_empty());
    tell(&mut player, &state(13, "awaiting_user_input"));
    assert_eq!(texts(&player), ["wake up"]);
}

#[test]
fn what_is_known_only_over_rest_of_a_sleeping_conversation_is_old_as_well() {
    let mut player = greeted_asleep();
    player.say("wake up");
    tell(&mut player, &agent_said(10));
    player.receive(CONNECTED);
    let page = json!({"events": [state(9, "finished"), agent_said(10)], "has_more": false});
    looks(&mut player, 200, &page.to_string());
    assert_eq!(player.session().run(), Run::Starting);
    assert!(texts(&player).is_empty());
    tell(&mut player, &state(13, "awaiting_user_input"));
    assert_eq!(texts(&player), ["wake up"]);
}

#[test]
fn where_nobody_can_be_asked_the_agent_has_a_moment_to_say_that_it_is_being_started() {
    for news in [true, false] {
        let mut player = visiting();
        player.say("wake up");
        player.fail_all();
        player.open();
        player.receive(OPENED);
        tell(&mut player, &state(9, "finished"));
        player.receive(CONNECTED);
        player.fail_all();
        player.wait(Duration::millis(100));
        assert!(texts(&player).is_empty());
        if news {
            tell(&mut player, &state(10, "loading"));
        }
        player.wait(Duration::secs(2));
        assert_eq!(texts(&player).len(), usize::from(!news));
        tell(&mut player, &state(12, "awaiting_user_input"));
        assert_eq!(texts(&player), ["wake up"]);
    }
}

#[test]
fn a_sleeping_conversation_that_another_window_woke_is_found_awake() {
    let mut player = greeted_asleep();
    player.say("wake up");
    // It was started behind the look, and was ready before the replay.
    tell(&mut player, &state(13, "awaiting_user_input"));
    player.receive(CONNECTED);
    player.answer_all(405, "");
    player.wait(Duration::secs(25));
    assert!(texts(&player).is_empty());
    player.receive("2");
    looks(&mut player, 200, &stopped());
    assert!(texts(&player).is_empty(), "it sleeps still");
    player.wait(Duration::secs(25));
    player.receive("2");
    looks(&mut player, 200, &running());
    assert_eq!(texts(&player), ["wake up"]);
    player.receive("2");
    assert!(player.asked().is_empty(), "it is asked no more");
}

#[test]
fn a_log_that_is_here_to_its_end_tells_the_state_without_a_replay() {
    let log = [state(0, "awaiting_user_input"), agent_said(1)];
    let page = connected(&log);
    let mut stored = Stored::default();
    stored.keep(&page, 0);
    let mut again = client(stored, Instant(9_000));
    Server { log: log.to_vec() }.accept(&mut again, Mishap::default());
    assert_eq!(again.session().run(), Run::Idle);
    again.say("go on");
    assert_eq!(texts(&again), ["go on"]);
}

#[test]
fn messages_go_out_while_the_agent_works_but_not_while_it_asks() {
    let mut player = connected(&[state(0, "running")]);
    assert!(matches!(player.session().run(), Run::Working { .. }));
    player.say("interjected");
    assert_eq!(texts(&player), ["interjected"]);
    acked(&mut player);
    tell(&mut player, &user(1, "interjected"));
    for event in asks(2) {
        tell(&mut player, &event);
    }
    assert_eq!(player.session().run(), Run::Asking);
    player.say("would drop the question");
    player.wait(Duration::secs(30));
    assert_eq!(texts(&player), ["interjected"]);
    tell(&mut player, &called(4, "call-1", "confirmed"));
    assert_eq!(texts(&player).len(), 2);
}

/// What openhands-ai 0.59.0 says where it cannot make an agent.
#[test]
fn an_error_while_the_agent_is_being_started_ends_the_wait() {
    let words = "Failed to create agent session: FileNotFoundError";
    let failed = json!({"error": true, "message": words});
    let mut player = connected(&[state(0, "loading")]);
    player.say("early");
    tell(&mut player, &failed);
    assert_eq!(gone(&player), Some(Gone::Said(words.into())));
    assert_eq!(last(&player), "user queued: early");
    let mut player = connected(&[state(0, "awaiting_user_input")]);
    tell(&mut player, &failed);
    assert_eq!(gone(&player), None, "the agent is there, and goes on");
    assert!(last(&player).contains(words));
}
