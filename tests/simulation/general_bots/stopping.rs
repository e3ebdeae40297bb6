//! What is shown after a run was stopped: nothing of it, and all that comes behind its end.

use parlor::model::Duration;
use parlor::protocol::Command;
use parlor::recording::Player;
use parlor::session::{Input, Run};
use serde_json::json;

use super::super::support::Wire;
use super::{
    OTHER, OURS, Server, bot_typing, chunk, documented, error, hello, message, newest, stream_end,
    stream_start,
};

fn agents(page: &Player) -> Vec<String> {
    let lines = page.lines().into_iter();
    lines.filter(|line| line.starts_with("agent")).collect()
}

fn unasked(page: &mut Player) {
    for _ in 0..9 {
        page.wait(Duration::secs(10));
        page.gets(json!({"type": "pong"}));
    }
    page.gets(message("u", "assistant", "Your order shipped."));
    let lines = page.lines();
    assert!(
        lines.contains(&"agent done: Your order shipped.".to_owned()),
        "{lines:?}"
    );
    page.wait(Duration::secs(2));
    assert_eq!(page.session().run(), Run::Idle);
}

#[test]
fn what_the_bot_says_unasked_is_shown_once_the_stopped_answer_ended() {
    let mut page = documented();
    page.say("long");
    page.gets(stream_start("m", OURS));
    page.gets(chunk("m", "Once "));
    page.input(Input::Stop);
    page.gets(chunk("m", "upon "));
    page.gets(stream_end("m", "Once upon a time"));
    assert_eq!(page.session().run(), Run::Idle);
    page.gets(message("m", "assistant", "Once upon a time"));
    page.gets(chunk("m", "late"));
    assert_eq!(agents(&page), ["agent interrupted: Once "]);
    unasked(&mut page);
}

#[test]
fn a_stop_before_the_first_word_holds_back_that_answer_alone() {
    let ends: [fn(&mut Player); 4] = [
        |page| page.gets(message("m", "assistant", "Once upon a time")),
        |page| {
            page.gets(bot_typing(false));
            page.wait(Duration::secs(1));
            page.gets(stream_start("m", OURS));
            page.gets(chunk("m", "Once "));
            page.wait(Duration::secs(30));
            page.gets(stream_end("m", "Once upon a time"));
        },
        |page| {
            page.gets(chunk("m", "upon "));
            page.gets(stream_end("m", "Once upon a time"));
        },
        |page| {
            page.gets(json!({"type": "session_closed", "session_id": OURS}));
        },
    ];
    for end in ends {
        let mut page = documented();
        page.say("long");
        page.gets(bot_typing(true));
        page.input(Input::Stop);
        end(&mut page);
        assert_eq!(agents(&page), [""; 0]);
        assert_eq!(page.session().run(), Run::Idle);
        unasked(&mut page);
    }
}

#[test]
fn a_bot_that_no_longer_types_and_says_nothing_has_stopped() {
    let mut page = documented();
    page.say("long");
    page.gets(bot_typing(true));
    page.input(Input::Stop);
    page.gets(bot_typing(false));
    page.wait(Duration::secs(3));
    assert_eq!(page.session().run(), Run::Idle);
    unasked(&mut page);
}

#[test]
fn a_stop_just_behind_the_end_holds_nothing_back() {
    let mut page = documented();
    page.say("hi");
    page.gets(message("m", "assistant", "Hello"));
    page.wait(Duration::millis(500));
    page.input(Input::Stop);
    unasked(&mut page);
}

#[test]
fn the_end_of_an_answer_in_another_conversation_is_not_that_of_the_stopped_one() {
    let mut page = documented();
    page.say("long");
    page.gets(stream_start("m", OURS));
    page.input(Input::Stop);
    page.gets(stream_start("o", OTHER));
    page.gets(stream_end("o", "theirs"));
    page.gets(json!({"type": "tool_call", "session_id": OURS, "tool": "x", "arguments": {}}));
    assert!(matches!(page.session().run(), Run::Muted { .. }));
    assert_eq!(page.lines().len(), 2);
}

#[test]
fn an_error_or_a_lost_connection_is_the_end_of_what_was_stopped() {
    let ends: [fn(&mut Player); 2] = [
        |page| page.gets(error("LLM_UNAVAILABLE", "Cancelled")),
        |page| {
            page.reconnect();
            page.wait(Duration::secs(6));
        },
    ];
    for end in ends {
        let mut page = documented();
        page.say("long");
        page.gets(stream_start("m", OURS));
        page.input(Input::Stop);
        end(&mut page);
        unasked(&mut page);
    }
}

fn switch(page: &mut Player) {
    let id = "tables".to_owned();
    page.input(Input::Ask(Command::Switch { id, on: true }));
    assert_eq!(page.kinds(), ["1", "8"]);
}

fn answers_again(page: &mut Player) {
    page.native("", false);
    page.native("", false);
    page.native("A table.", false);
    page.native("", true);
    assert_eq!(page.session().run(), Run::Idle);
}

#[test]
fn a_switcher_that_is_pressed_after_a_stop_shows_the_answer() {
    let ends: [fn(&mut Player); 3] = [
        |page| {
            page.native("", true);
            assert_eq!(page.session().run(), Run::Idle);
            switch(page);
        },
        |page| {
            switch(page);
            page.native("upon a time", false);
            page.native("", true);
        },
        |page| {
            page.wait(Duration::secs(121));
            page.input(Input::GiveUp);
            switch(page);
        },
    ];
    for end in ends {
        let mut page = newest();
        page.say("long");
        page.native("Once ", false);
        page.input(Input::Stop);
        end(&mut page);
        answers_again(&mut page);
        let told = ["agent interrupted: Once ", "agent done: A table."];
        assert_eq!(agents(&page), told);
    }
}

#[test]
fn a_switcher_that_is_pressed_after_a_stop_behind_the_end_shows_the_answer() {
    let mut page = newest();
    page.say("hi");
    page.native("Hello", true);
    page.wait(Duration::millis(500));
    page.input(Input::Stop);
    switch(&mut page);
    answers_again(&mut page);
    assert_eq!(agents(&page), ["agent done: Hello", "agent done: A table."]);
}

#[test]
fn a_lost_connection_ends_what_a_release_was_stopped_at() {
    let mut page = newest();
    page.say("long");
    page.native("Once ", false);
    page.input(Input::Stop);
    page.reconnect();
    page.receive(&hello(Some(json!([]))));
    page.native("Unasked.", true);
    assert_eq!(agents(&page)[1..], ["agent done: Unasked."]);
}
