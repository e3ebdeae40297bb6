//! Catching up over REST after a gap.

use parlor::model::Duration;
use parlor::protocol::Setup;
use parlor::recording::Player;
use parlor::session::{Birth, Input, Run};
use serde_json::{Value, json};

use super::support::{START, Wire, asked, connected, saiki, setup};

fn history(entries: Value) -> String {
    json!({"history": entries}).to_string()
}

#[test]
fn what_was_missed_comes_in_between_under_the_same_items() {
    let mut player = asked();
    player.thinking();
    player.chunk("Let me ");
    let ids: Vec<_> = player.items().iter().map(|item| item.id).collect();
    player.close(1006, "");
    player.open();
    assert_eq!(
        player.asked(),
        ["http://agent.test:3001/api/sessions/c1/history"]
    );
    let call = json!({"id": "k1", "type": "function", "function": {"name": "ls", "arguments": "{\"path\":\".\"}"}});
    player.answer_all(
        200,
        &history(json!([
            {"role": "user", "content": [{"type": "text", "text": "hello"}]},
            {"role": "assistant", "content": "Let me look.", "toolCalls": [call]},
            {"role": "tool", "toolCallId": "k1", "name": "ls", "content": "{\"content\":[{\"type\":\"text\",\"text\":\"a.txt\"}]}"},
            {"role": "assistant", "content": "There is a.txt"},
        ])),
    );
    let wanted = [
        "user confirmed: hello",
        "agent done: Let me look.",
        "tool done: a.txt",
        "agent done: There is a.txt",
    ];
    assert_eq!(player.lines(), wanted);
    assert_eq!(player.items()[0].id, ids[0]);
    assert_eq!(player.items()[1].id, ids[1]);
    assert_eq!(
        player.session().run(),
        Run::Idle,
        "the newest entry is an answer"
    );
    assert_eq!(player.projected(), player.items());
}

#[test]
fn the_same_history_twice_changes_nothing() {
    let mut player = asked();
    player.thinking();
    player.response("Hi");
    let entries = history(
        json!([{"role": "user", "content": "hello"}, {"role": "assistant", "content": "Hi"}]),
    );
    for _ in 0..3 {
        player.close(1006, "");
        player.open();
        player.answer_all(200, &entries);
    }
    assert_eq!(player.lines(), ["user confirmed: hello", "agent done: Hi"]);
}

#[test]
fn a_message_that_the_history_does_not_have_was_not_delivered() {
    let mut player = asked();
    player.close(1006, "");
    player.open();
    let entries = history(
        json!([{"role": "user", "content": "earlier"}, {"role": "assistant", "content": "yes"}]),
    );
    player.answer_all(200, &entries);
    assert_eq!(
        player.lines(),
        [
            "user confirmed: earlier",
            "agent done: yes",
            "user failed: hello"
        ]
    );
}

#[test]
fn a_message_that_the_history_has_was_delivered() {
    let mut player = asked();
    player.close(1006, "");
    player.open();
    player.answer_all(200, &history(json!([{"role": "user", "content": "hello"}])));
    assert_eq!(player.lines(), ["user confirmed: hello"]);
}

#[test]
fn nothing_is_sent_before_the_history_is_here_or_overdue() {
    let mut player = asked();
    player.thinking();
    player.response("Hi");
    player.response("Hi");
    player.close(1006, "");
    player.say("next");
    player.open();
    assert_eq!(player.messages_sent(), ["hello"]);
    player.wait(Duration::secs(6));
    assert_eq!(player.messages_sent(), ["hello", "next"]);
}

#[test]
fn a_server_that_forbids_reading_is_named_once_and_live_use_goes_on() {
    let mut player = asked();
    for _ in 0..3 {
        player.close(1006, "");
        player.open();
        player.fail_all();
    }
    let hints = player
        .lines()
        .into_iter()
        .filter(|line| line.contains("location /api/"))
        .count();
    assert_eq!(hints, 1);
    assert!(player.asked().is_empty(), "it is not asked for again");
    player.thinking();
    player.chunk("live");
    assert_eq!(player.lines().last().unwrap(), "agent streaming: live");
}

#[test]
fn a_server_that_has_forgotten_does_not_empty_the_page() {
    let mut player = asked();
    player.thinking();
    player.response("Hi");
    player.reconnect();
    player.close(1006, "");
    player.open();
    player.answer_all(200, &history(json!([])));
    assert_eq!(
        player.lines()[..2],
        ["user confirmed: hello", "agent done: Hi"]
    );
    assert!(player.lines()[2].starts_with("notice done: The server no longer remembers"));
}

#[test]
fn a_conversation_from_before_is_read_at_the_first_connect() {
    let birth = Birth {
        stale: true,
        ..Birth::default()
    };
    let mut player = Player::start(saiki(), setup(), birth, START);
    player.open();
    let picture = json!({"type": "image", "image": "iVBORw0K", "mimeType": "image/png"});
    player.answer_all(
        200,
        &history(json!([
            {"role": "system", "content": "secret"},
            {"role": "user", "content": [{"type": "text", "text": "look"}, picture]},
            {"role": "assistant", "content": null, "toolCalls": []},
            {"role": "assistant", "content": "I see"},
        ])),
    );
    assert_eq!(
        player.lines(),
        ["user confirmed: look", "agent done: I see"]
    );
    let mut fresh = connected();
    assert!(fresh.asked().is_empty(), "a new conversation has none");
    fresh.input(Input::Recall);
    assert_eq!(fresh.asked().len(), 1);
}

#[test]
fn strict_mode_asks_for_no_history() {
    let birth = Birth {
        stale: true,
        ..Birth::default()
    };
    let mut player = Player::start(
        saiki(),
        Setup {
            strict: true,
            ..setup()
        },
        birth,
        START,
    );
    player.open();
    assert!(player.asked().is_empty());
}

#[test]
fn a_body_that_is_no_history_harms_nothing() {
    for body in [
        "",
        "<!DOCTYPE html>",
        "{}",
        "{\"history\":{}}",
        "{\"history\":[null,1,{\"role\":\"user\"}]}",
        "[]",
    ] {
        let mut player = asked();
        player.thinking();
        player.response("Hi");
        player.close(1006, "");
        player.open();
        player.answer_all(200, body);
        assert_eq!(
            player.lines()[..2],
            ["user confirmed: hello", "agent done: Hi"],
            "{body}"
        );
    }
}

fn said(role: &str, content: &str) -> Value {
    json!({"role": role, "content": content})
}

fn cut_and_back(player: &mut Player) {
    player.close(1006, "");
    player.open();
}

#[test]
fn a_piece_that_came_without_its_beginning_goes_into_the_whole() {
    let mut player = asked();
    player.thinking();
    cut_and_back(&mut player);
    player.answer_all(200, &history(json!([said("user", "hello")])));
    player.chunk(" middle");
    cut_and_back(&mut player);
    let whole = json!([said("user", "hello"), said("assistant", "begin middle end")]);
    player.answer_all(200, &history(whole));
    assert_eq!(
        player.lines(),
        ["user confirmed: hello", "agent done: begin middle end"]
    );
}

#[test]
fn the_frame_that_ends_an_answer_the_history_has_brought_adds_nothing() {
    let mut player = asked();
    player.thinking();
    cut_and_back(&mut player);
    player.chunk(" middle");
    let whole = json!([said("user", "hello"), said("assistant", "begin middle end")]);
    player.answer_all(200, &history(whole));
    player.chunk(" end");
    player.response("begin middle end");
    player.response("begin middle end");
    assert_eq!(
        player.lines(),
        ["user confirmed: hello", "agent done: begin middle end"]
    );
    assert_eq!(player.projected(), player.items());
}

#[test]
fn what_no_history_tells_of_keeps_its_place() {
    let mut player = asked();
    player.thinking();
    player.event(
        "chunk",
        json!({"type": "reasoning", "content": "hm", "isComplete": false}),
    );
    cut_and_back(&mut player);
    let answered = json!([said("user", "hello"), said("assistant", "Hi")]);
    player.answer_all(200, &history(answered));
    assert_eq!(
        player.lines(),
        [
            "user confirmed: hello",
            "reasoning interrupted: hm",
            "agent done: Hi"
        ]
    );

    let mut player = asked();
    player.thinking();
    player.event("error", json!({"message": "boom"}));
    cut_and_back(&mut player);
    let later = json!([
        said("user", "hello"),
        said("user", "again"),
        said("assistant", "Hi")
    ]);
    player.answer_all(200, &history(later));
    assert_eq!(
        player.lines(),
        [
            "user confirmed: hello",
            "error failed: boom",
            "user confirmed: again",
            "agent done: Hi"
        ]
    );
}

#[test]
fn what_is_said_more_than_once_finds_its_own_place() {
    let mut player = asked();
    player.thinking();
    player.response("ok");
    cut_and_back(&mut player);
    let entries = json!([
        said("user", "before"),
        said("assistant", "ok"),
        said("user", "hello"),
        said("assistant", "ok")
    ]);
    player.answer_all(200, &history(entries));
    assert_eq!(
        player.lines(),
        [
            "user confirmed: before",
            "agent done: ok",
            "user confirmed: hello",
            "agent done: ok"
        ]
    );
}

#[test]
fn a_history_from_before_a_reset_is_not_laid_in() {
    let entries = history(json!([said("user", "hello"), said("assistant", "Hi")]));
    let mut player = asked();
    player.thinking();
    player.response("Hi");
    player.wait(Duration::secs(5));
    cut_and_back(&mut player);
    player.input(Input::Reset);
    player.event("conversationReset", json!({}));
    player.event("conversationReset", json!({}));
    player.answer_all(200, &entries);
    assert_eq!(player.lines().len(), 1, "{:?}", player.lines());

    let mut player = asked();
    player.thinking();
    player.response("Hi");
    player.wait(Duration::secs(5));
    player.close(1006, "");
    player.input(Input::Reset);
    player.open();
    assert_eq!(player.asked(), [""; 0], "nothing to catch up with");
}

#[test]
fn one_request_that_fails_does_not_end_catching_up() {
    let mut player = asked();
    player.thinking();
    cut_and_back(&mut player);
    player.fail_all();
    cut_and_back(&mut player);
    let answered = json!([said("user", "hello"), said("assistant", "Hi")]);
    player.answer_all(200, &history(answered));
    let lines = player.lines();
    assert!(lines.contains(&"agent done: Hi".to_owned()), "{lines:?}");
    let hints = lines.iter().filter(|line| line.starts_with("notice"));
    assert_eq!(hints.count(), 1, "{lines:?}");
}

/// Without a history, the whole text at the end mends what a gap has torn.
#[test]
fn the_last_response_mends_what_a_gap_has_torn() {
    let tool = |player: &mut Player| {
        let call = json!({"toolName": "t", "args": {}, "callId": "1"});
        player.event("toolCall", call);
        let result = json!({"toolName": "t", "result": "x", "callId": "1", "success": true});
        player.event("toolResult", result);
    };
    let mut player = asked();
    player.thinking();
    player.chunk("Let me look that up.");
    player.reconnect();
    player.chunk(" Reading.");
    tool(&mut player);
    player.chunk("It says x.");
    player.response("Let me look that up. One moment. Reading.It says x.");
    let wanted = [
        "user confirmed: hello",
        "agent done: Let me look that up. One moment. Reading.",
        "tool done: x",
        "agent done: It says x.",
    ];
    assert_eq!(player.lines(), wanted);

    let mut player = asked();
    player.thinking();
    player.chunk("Let me");
    player.reconnect();
    tool(&mut player);
    player.chunk("It says");
    player.response("It says");
    player.response("Let me look.It says");
    let wanted = [
        "user confirmed: hello",
        "agent done: Let me look.",
        "tool done: x",
        "agent done: It says",
    ];
    assert_eq!(player.lines(), wanted);
    assert_eq!(player.projected(), player.items());
}
