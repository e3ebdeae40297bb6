//! A sandbox that cannot be reached from here: the app server's own calls stand in.

use parlor::model::Duration;
use parlor::protocol::Gone;
use parlor::recording::Player;
use serde_json::{Value, json};

use super::super::support::Wire;
use super::{agent, answers, answers_one, calls, gone, kept, last, phase, status, user, visiting};

const LOOK: &str = "GET /api/v1/app-conversations?ids=c1";
const HISTORY: &str = "GET /api/v1/conversation/c1/events/search?limit=100";
const SEND: &str = "POST /api/v1/app-conversations/c1/send-message";

fn page(log: &[Value]) -> String {
    json!({"items": log, "next_page_id": null}).to_string()
}

fn log() -> Vec<Value> {
    vec![
        user(1, "go"),
        status(2, "running"),
        agent(3, "m"),
        status(4, "finished"),
    ]
}

/// Since when the history is asked for.
fn since(player: &Player) -> Option<String> {
    let asked = calls(player).pop()?;
    let rest = asked.strip_prefix(HISTORY)?.to_owned();
    Some(
        rest.split_once("timestamp__gte=")
            .map_or(String::new(), |(_, at)| at.to_owned()),
    )
}

/// No socket into the sandbox opens, neither the newer nor the older, time and again.
fn unreachable() -> Player {
    let mut player = visiting();
    let mut tries = 0;
    while phase(&player) != "open" {
        if calls(&player) == [LOOK] {
            answers(&mut player, LOOK, 200, &kept("RUNNING"));
        }
        player.close(1006, "");
        if phase(&player) == "waiting" {
            player.wait(Duration::secs(31));
        }
        tries += 1;
        assert!(tries < 20, "{}", phase(&player));
    }
    answers(&mut player, HISTORY, 200, &page(&log()));
    // It may still be said that the agent is being started.
    player.wait(Duration::secs(1));
    player
}

#[test]
fn the_history_is_read_again_every_two_seconds_from_where_it_ended() {
    let mut player = unreachable();
    assert_eq!(player.lines(), ["user confirmed: go", "agent done: m"]);
    let mut log = log();
    for at in 5..9 {
        player.wait(Duration::secs(2));
        let from = since(&player).unwrap_or_else(|| panic!("{:?}", calls(&player)));
        assert_eq!(from, log.last().unwrap()["timestamp"].as_str().unwrap());
        log.push(agent(at, &format!("m{at}")));
        let new: Vec<Value> = log
            .iter()
            .filter(|event| event["timestamp"].as_str() >= Some(&from))
            .cloned()
            .collect();
        player.answer_next(|_| Some((200, page(&new))));
        assert_eq!(last(&player), format!("agent done: m{at}"));
        if calls(&player) == [LOOK] {
            answers(&mut player, LOOK, 200, &kept("RUNNING"));
        }
    }
}

#[test]
fn a_message_goes_through_the_app_server() {
    let mut player = unreachable();
    player.say("hello");
    answers_one(
        &mut player,
        SEND,
        200,
        "{\"success\":true,\"sandbox_status\":\"RUNNING\",\"message\":null}",
    );
    assert_eq!(last(&player), "user sent: hello");
    player.wait(Duration::secs(2));
    player.answer_next(|_| Some((200, page(&[user(6, "hello")]))));
    assert_eq!(last(&player), "user confirmed: hello");
    let capabilities = player.session().capabilities();
    assert!(!capabilities.cancel && !capabilities.pause && capabilities.files.is_empty());
}

#[test]
fn what_the_app_server_says_to_a_message_is_heeded() {
    let paused = "{\"detail\":\"Sandbox is PAUSED. Use POST /api/v1/sandboxes/sb1/resume to resume it first.\"}";
    let starting = "{\"detail\":\"Sandbox is STARTING. Use POST /api/v1/sandboxes/sb1/resume to resume it first.\"}";
    let cases = [
        (
            404,
            "{}",
            "user failed: hello",
            Some(Gone::UnknownConversation),
        ),
        // The message wakes it.
        (409, paused, "user queued: hello", None),
        (409, starting, "user queued: hello", None),
        (410, "{}", "user failed: hello", Some(Gone::Archived)),
        (413, "{}", "user failed: hello", None),
        (422, "{}", "user failed: hello", None),
        (429, "{}", "user queued: hello", None),
        (502, "{}", "user maybe-sent: hello", None),
        (503, "{}", "user queued: hello", None),
    ];
    for (status, body, line, why) in cases {
        let mut player = unreachable();
        player.say("hello");
        answers_one(&mut player, SEND, status, body);
        assert_eq!(last(&player), line, "{status}");
        assert_eq!(gone(&player), why, "{status}");
    }
}

#[test]
fn every_so_often_it_is_looked_whether_the_sandbox_is_awake() {
    let mut player = unreachable();
    let mut looked = false;
    for _ in 0..12 {
        player.wait(Duration::secs(2));
        match calls(&player).first().map(String::as_str) {
            Some(LOOK) => {
                answers(&mut player, LOOK, 200, &kept("PAUSED"));
                looked = true;
                break;
            }
            _ => {
                player.answer_next(|_| Some((200, page(&[]))));
            }
        }
    }
    assert!(looked);
    assert_eq!(gone(&player), Some(Gone::Asleep));
}

#[test]
fn a_history_that_fails_now_and_then_is_asked_for_again() {
    let mut player = unreachable();
    for status in [429, 500, 0] {
        player.wait(Duration::secs(2));
        for _ in 0..10 {
            let answered = player.answer_next(|_| (status != 0).then(|| (status, String::new())));
            if !answered {
                player.wait(Duration::secs(1));
            }
        }
    }
    assert_eq!(phase(&player), "open");
    player.wait(Duration::secs(5));
    assert_eq!(calls(&player).len(), 1, "{:?}", calls(&player));
}

#[test]
fn a_message_without_an_answer_is_not_sent_again_for_the_history_lags() {
    let mut player = unreachable();
    player.say("hello");
    assert!(player.answer_first(|request| super::call(request) == SEND, |_| None));
    for _ in 0..15 {
        player.wait(Duration::secs(2));
        let sends = calls(&player).into_iter().filter(|call| call == SEND);
        assert_eq!(sends.count(), 0, "{:?}", player.lines());
        if calls(&player) == [LOOK] {
            answers(&mut player, LOOK, 200, &kept("RUNNING"));
        } else {
            player.answer_next(|_| Some((200, page(&[]))));
        }
    }
    assert_eq!(last(&player), "user maybe-sent: hello");
    player.wait(Duration::secs(2));
    player.answer_next(|_| Some((200, page(&[user(6, "hello")]))));
    assert_eq!(last(&player), "user confirmed: hello");
}

#[test]
fn a_server_that_is_asked_too_often_gets_the_message_again_after_as_long_as_it_says() {
    for (told, wait) in [(None, 1_000), (Some(Duration::secs(4)), 4_000)] {
        let mut player = unreachable();
        player.say("hello");
        if let Some(told) = told {
            player.tell_to_wait(told);
        }
        answers_one(
            &mut player,
            SEND,
            429,
            "{\"message\": \"Too many requests\"}",
        );
        assert_eq!(last(&player), "user queued: hello");
        player.wait(Duration::millis(wait - 1));
        assert!(!calls(&player).contains(&SEND.to_owned()), "{told:?}");
        player.wait(Duration::millis(1));
        assert!(calls(&player).contains(&SEND.to_owned()), "{told:?}");
        assert_eq!(phase(&player), "open");
    }
}

/// A sandbox that could not be reached once may be reached the next time.
#[test]
fn the_socket_is_tried_again_with_the_next_connection() {
    let mut player = unreachable();
    player.input(parlor::session::Input::Disconnect);
    let tried = player.addresses().len();
    player.input(parlor::session::Input::Connect);
    answers(&mut player, LOOK, 200, &kept("RUNNING"));
    assert_eq!(player.addresses().len(), tried + 1);
}
