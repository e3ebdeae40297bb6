//! Sandboxes that are paused, wake at another address with another key, or are gone.

use parlor::model::Duration;
use parlor::protocol::Gone;
use parlor::recording::Player;
use parlor::session::Input;
use serde_json::json;

use super::super::support::Wire;
use super::server::{last_address, running};
use super::{
    OK, agent, answers, answers_one, calls, gone, kept, last, phase, progress, status, tell, user,
    visiting,
};

const LOOK: &str = "GET /api/v1/app-conversations?ids=c1";
const WAKE: &str = "POST /api/v1/sandboxes/sb1/resume";
const HISTORY: &str = "GET /api/v1/conversation/c1/events/search?limit=100";

fn log() -> Vec<serde_json::Value> {
    vec![
        user(1, "go"),
        status(2, "running"),
        agent(3, "m"),
        status(4, "finished"),
    ]
}

/// The socket opens and brings this.
fn syncs(player: &mut Player, from: i64, log: &[serde_json::Value]) {
    player.open();
    player.receive(&json!({"type": "sync", "from_seq": from}).to_string());
    for (number, event) in (0..).zip(log) {
        let number: i64 = number;
        if number > from {
            tell(player, u64::try_from(number).unwrap(), event);
        }
    }
    let state = super::Server::new(true, log.to_vec()).state_frame();
    player.receive(&state);
}

/// A page that is connected to the agent in a sandbox.
fn awake() -> Player {
    let mut player = visiting();
    answers(&mut player, LOOK, 200, &kept("RUNNING"));
    syncs(&mut player, -1, &log());
    assert_eq!(phase(&player), "open");
    player
}

fn history(log: &[serde_json::Value]) -> String {
    let mut items = log.to_vec();
    // It keeps what is of no log among the events.
    items.push(
        json!({"id": "d", "timestamp": "2026-11-21T00:00:09", "kind": "StreamingDeltaEvent",
        "source": "agent", "content": "Hel", "reasoning_content": null, "parent_id": null}),
    );
    items.push(super::Server::new(true, log.to_vec()).full_state());
    json!({"items": items, "next_page_id": null}).to_string()
}

#[test]
fn a_sandbox_that_was_paused_under_the_socket_is_found_and_woken_by_the_person() {
    let mut player = awake();
    player.wait(Duration::secs(45));
    answers(&mut player, LOOK, 200, &kept("PAUSED"));
    assert_eq!(gone(&player), Some(Gone::Asleep));
    let tried = player.addresses().len();
    player.wait(Duration::secs(3_600));
    assert!(calls(&player).is_empty(), "it is not woken by itself");
    player.input(Input::RetryNow);
    answers(&mut player, LOOK, 200, &kept("PAUSED"));
    answers(&mut player, WAKE, 200, OK);
    assert_eq!(progress(&player).last().unwrap(), &Some("RESUMING"));
    for sandbox in ["PAUSED", "STARTING"] {
        player.wait(Duration::secs(1));
        answers(&mut player, LOOK, 200, &kept(sandbox));
        assert_eq!(phase(&player), "connecting");
    }
    player.wait(Duration::secs(1));
    let mut woken = running("c1");
    woken["conversation_url"] = json!("https://other.test:9/api/conversations/c1");
    woken["session_api_key"] = json!("newer");
    answers(&mut player, LOOK, 200, &json!([woken]).to_string());
    assert_eq!(player.addresses().len(), tried + 1);
    assert_eq!(
        last_address(&player),
        "wss://other.test:9/sockets/session/c1?after_seq=3"
    );
    player.open();
    assert!(
        player.sent().last().unwrap().contains("\"newer\""),
        "{:?}",
        player.sent()
    );
}

#[test]
fn a_sandbox_found_asleep_gives_its_history_and_waits_to_be_woken() {
    let mut player = visiting();
    answers(&mut player, LOOK, 200, &kept("PAUSED"));
    answers(&mut player, HISTORY, 200, &history(&log()));
    assert_eq!(player.lines(), ["user confirmed: go", "agent done: m"]);
    assert_eq!(gone(&player), Some(Gone::Asleep));
    assert_eq!(player.addresses().len(), 0);
    // A message wakes it.
    player.say("wake up");
    assert_eq!(last(&player), "user queued: wake up");
    answers(&mut player, LOOK, 200, &kept("PAUSED"));
    answers(&mut player, WAKE, 200, OK);
    player.wait(Duration::secs(1));
    answers(&mut player, LOOK, 200, &kept("RUNNING"));
    syncs(&mut player, -1, &log());
    assert_eq!(super::sent(&player), ["wake up"]);
}

#[test]
fn a_sandbox_that_is_no_more_leaves_the_history() {
    let mut player = visiting();
    answers(&mut player, LOOK, 200, &kept("MISSING"));
    answers(&mut player, HISTORY, 200, &history(&log()));
    assert_eq!(player.lines(), ["user confirmed: go", "agent done: m"]);
    assert_eq!(gone(&player), Some(Gone::Archived));
    player.say("anybody?");
    player.wait(Duration::secs(600));
    assert_eq!(last(&player), "user queued: anybody?");

    let mut player = awake();
    player.wait(Duration::secs(45));
    answers(&mut player, LOOK, 200, &kept("MISSING"));
    assert_eq!(gone(&player), Some(Gone::Archived));
}

#[test]
fn a_sandbox_in_trouble_is_said_to_be() {
    let mut player = visiting();
    answers(&mut player, LOOK, 200, &kept("ERROR"));
    answers(&mut player, HISTORY, 200, &history(&log()));
    assert_eq!(gone(&player), Some(Gone::Broken));
}

#[test]
fn a_conversation_that_is_unknown_or_deleted_is_said_to_be() {
    let mut player = visiting();
    answers(&mut player, LOOK, 200, "[null]");
    assert_eq!(gone(&player), Some(Gone::UnknownConversation));
    let mut player = visiting();
    answers(
        &mut player,
        LOOK,
        400,
        "{\"detail\":\"Invalid UUID format for ids: [c1]\"}",
    );
    assert_eq!(gone(&player), Some(Gone::UnknownConversation));
    let mut player = visiting();
    answers(&mut player, LOOK, 401, "{\"detail\":\"Unauthorized\"}");
    assert_eq!(gone(&player), Some(Gone::Unauthorized));

    // Deleted while connected: the socket stays open and silent.
    let mut player = awake();
    player.wait(Duration::secs(45));
    answers(&mut player, LOOK, 200, "[null]");
    assert_eq!(gone(&player), Some(Gone::UnknownConversation));
}

#[test]
fn identifiers_come_with_and_without_dashes() {
    let mut player = visiting();
    let mut known = running("c1");
    known["id"] = json!("c-1");
    known["conversation_url"] = json!("http://agent.test:8000/api/conversations/c-1");
    answers(&mut player, LOOK, 200, &json!([known]).to_string());
    assert_eq!(
        last_address(&player),
        "ws://agent.test:8000/sockets/session/c1?after_seq=-1"
    );
}

#[test]
fn ending_the_agent_pauses_its_sandbox_and_a_message_wakes_it() {
    let mut player = awake();
    assert!(player.session().capabilities().ends);
    player.input(Input::End);
    answers_one(&mut player, "POST /api/v1/sandboxes/sb1/pause", 200, OK);
    assert_eq!(gone(&player), Some(Gone::Ended));
    player.say("again");
    answers(&mut player, LOOK, 200, &kept("PAUSED"));
    assert_eq!(calls(&player), [WAKE]);
}

#[test]
fn a_sandbox_is_deleted_by_its_name_in_the_query_too() {
    let mut player = awake();
    player.input(Input::Ask(parlor::protocol::Command::Discard));
    answers_one(
        &mut player,
        "DELETE /api/v1/sandboxes/sb1?sandbox_id=sb1",
        200,
        OK,
    );
    assert_eq!(gone(&player), Some(Gone::Archived));
}
