//! Telling the server that the person writes.

use parlor::model::Duration;
use parlor::recording::Player;
use parlor::session::Input;
use serde_json::json;

use super::super::support::Wire;
use super::{OURS, Server, bot_typing, documented, error, newest, unknown};

fn told(page: &Player) -> Vec<String> {
    let kinds = page.kinds().into_iter();
    kinds
        .filter(|kind| kind.starts_with("typing") || kind == "message")
        .collect()
}

#[test]
fn the_first_letter_is_told_and_five_seconds_without_one_are_a_stop() {
    let mut page = documented();
    for _ in 0..10 {
        page.input(Input::Typing(true));
        page.wait(Duration::millis(900));
    }
    assert_eq!(told(&page), ["typing_start"]);
    let frame = json!({"type": "typing_start", "session_id": OURS});
    assert_eq!(page.frames().last(), Some(&frame));
    page.wait(Duration::millis(4_000));
    assert_eq!(told(&page), ["typing_start"]);
    page.wait(Duration::millis(100));
    assert_eq!(told(&page), ["typing_start", "typing_stop"]);
}

#[test]
fn a_stop_goes_before_the_message_and_when_the_box_is_left() {
    let mut page = documented();
    page.input(Input::Typing(true));
    page.say("done typing");
    assert_eq!(told(&page), ["typing_start", "typing_stop", "message"]);
    page.input(Input::Typing(true));
    page.input(Input::Typing(false));
    page.input(Input::Typing(false));
    assert_eq!(told(&page)[3..], ["typing_start", "typing_stop"]);
    page.wait(Duration::secs(6));
    assert_eq!(told(&page).len(), 5);
}

#[test]
fn nobody_else_is_told() {
    for mut page in [unknown(), newest()] {
        page.input(Input::Typing(true));
        page.input(Input::Typing(false));
        assert_eq!(page.sent(), [""; 0]);
    }
    let mut page = documented();
    page.close(1006, "");
    page.input(Input::Typing(true));
    assert_eq!(told(&page), [""; 0]);
}

/// A page whose message went out right behind the news that the person writes no more.
fn sent() -> Player {
    let mut page = documented();
    page.input(Input::Typing(true));
    page.wait(Duration::secs(1));
    page.gets(json!({"type": "pong"}));
    page.say("hi");
    assert_eq!(told(&page), ["typing_start", "typing_stop", "message"]);
    page
}

#[test]
fn an_error_about_typing_is_not_one_about_the_message_behind_it() {
    for code in ["RATE_LIMITED", "INVALID_FORMAT"] {
        let mut page = sent();
        page.gets(error(code, "no"));
        page.wait(Duration::secs(2));
        page.gets(bot_typing(true));
        page.wait(Duration::secs(30));
        page.gets(super::message("m", "assistant", "Hello"));
        let lines = ["user confirmed: hi", "agent done: Hello"];
        assert_eq!(page.lines(), lines, "{code}");
        assert_eq!(page.messages_sent(), ["hi"]);
    }
}

#[test]
fn where_both_are_too_many_or_the_message_has_no_sign_it_goes_out_again_once() {
    for (errors, until) in [(2, 1), (1, 4)] {
        let mut page = sent();
        for _ in 0..errors {
            page.gets(error("RATE_LIMITED", "Too many messages"));
        }
        page.wait(Duration::millis(until * 1_000 - 1));
        assert_eq!(page.messages_sent(), ["hi"]);
        page.wait(Duration::millis(1));
        assert_eq!(page.messages_sent(), ["hi", "hi"]);
        page.wait(Duration::secs(20));
        assert_eq!(page.messages_sent(), ["hi", "hi"]);
    }
}

#[test]
fn a_server_that_knows_no_typing_is_told_no_more_of_it() {
    let mut page = documented();
    page.input(Input::Typing(true));
    page.gets(error("INVALID_FORMAT", "unknown type: typing_start"));
    page.say("hi");
    page.gets(super::message("m", "assistant", "Hello"));
    page.input(Input::Typing(true));
    assert_eq!(told(&page), ["typing_start", "message"]);
    assert_eq!(page.lines(), ["user confirmed: hi", "agent done: Hello"]);
}

#[test]
fn a_message_that_waits_for_its_turn_is_written_no_more() {
    let mut page = documented();
    page.say("hi");
    page.gets(bot_typing(true));
    page.input(Input::Typing(true));
    page.say("next");
    let before = ["message", "typing_start", "typing_stop"];
    assert_eq!(told(&page), before);
    page.gets(super::message("m", "assistant", "Hello"));
    super::settle(&mut page);
    assert_eq!(told(&page)[3..], ["message"]);
}
