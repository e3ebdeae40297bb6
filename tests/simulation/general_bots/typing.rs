//! Telling the server that the person writes.

use parlor::model::Duration;
use parlor::recording::Player;
use parlor::session::Input;
use serde_json::json;

use super::super::support::Wire;
use super::{OURS, Server, documented, newest, unknown};

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
