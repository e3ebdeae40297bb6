//! The history and the list of sessions, where a server has them.

use parlor::model::{Duration, Instant};
use parlor::protocol::Dialect;
use parlor::recording::Player;
use parlor::session::{Birth, Change, Input};
use serde_json::json;

use super::super::support::Wire;
use super::{OURS, Server, documented, general_bots, hello, newest, older, setup};

/// A page of a conversation that there was before.
fn visiting(tools: bool) -> Player {
    let birth = Birth {
        stale: true,
        ..Birth::default()
    };
    let mut page = Player::start(general_bots(), setup(Dialect::Auto), birth, Instant(0));
    page.answer_all(404, "");
    page.open();
    page.answer_all(404, "");
    page.close(1006, "");
    page.open();
    page.answer_all(404, "");
    page.receive(&hello(tools.then(|| json!([]))));
    page
}

#[test]
fn the_history_is_looked_for_in_both_places() {
    let mut page = older();
    page.input(Input::Recall);
    let place = format!("http://bots.test:8080/api/sessions/{OURS}");
    assert_eq!(page.asked(), [format!("{place}/history")]);
    page.answer_all(404, "");
    assert_eq!(page.asked(), [place]);
    page.answer_all(
        200,
        &json!([["user", "hi"], ["assistant", "Hello"]]).to_string(),
    );
    assert_eq!(page.lines(), ["user confirmed: hi", "agent done: Hello"]);
}

#[test]
fn what_was_missed_while_the_connection_was_away_comes_from_the_history() {
    let mut page = documented();
    page.say("hi");
    page.gets(super::message("m", "assistant", "Hello"));
    page.close(1006, "");
    page.open();
    let past = json!({"success": true, "data": {"messages": [
        {"role": "user", "content": "hi"},
        {"role": "assistant", "content": "Hello"},
        {"role": "assistant", "content": "Are you there?"},
    ]}});
    page.answer_all(200, &past.to_string());
    assert_eq!(
        page.lines(),
        [
            "user confirmed: hi",
            "agent done: Hello",
            "agent done: Are you there?"
        ]
    );
}

#[test]
fn a_page_that_comes_in_the_middle_of_an_answer_gets_it_once_it_is_whole() {
    let mut page = visiting(false);
    page.input(Input::Recall);
    page.answer_all(200, &json!([["user", "hi"]]).to_string());
    page.wait(Duration::secs(6));
    assert_eq!(page.asked().len(), 1);
    let past = json!([["user", "hi"], ["assistant", "Hello"]]);
    page.answer_all(200, &past.to_string());
    assert_eq!(page.lines(), ["user confirmed: hi", "agent done: Hello"]);
    page.wait(Duration::secs(300));
    assert_eq!(page.asked(), [""; 0], "everything is answered");
}

/// A page whose first answer was cut, and that has asked the second thing.
fn cut() -> Player {
    let mut page = older();
    page.say("one");
    page.native("Half", false);
    page.close(1006, "");
    page.open();
    page.receive(&hello(None));
    page.answer_all(200, &json!([["user", "one"]]).to_string());
    super::settle(&mut page);
    page.say("two");
    page
}

#[test]
fn an_answer_that_became_whole_while_nobody_listened_is_looked_for_for_a_while() {
    for mut page in [older(), documented()] {
        page.say("hi");
        page.gets(match page.kinds().contains(&"message".to_owned()) {
            true => super::chunk("m", "Half an "),
            false => super::text("Half an ", false),
        });
        page.close(1006, "");
        page.open();
        page.receive(&hello(None));
        for seconds in [0, 5, 15, 45, 300] {
            page.wait(Duration::secs(seconds));
            let asked = page.asked().len();
            assert_eq!(asked, usize::from(seconds < 300), "{seconds}");
            let past = match seconds {
                0 | 5 | 15 => json!([["user", "hi"]]),
                _ => json!([["user", "hi"], ["assistant", "Half an answer is whole."]]),
            };
            page.answer_all(200, &past.to_string());
            let lines = page.lines();
            let whole = lines
                .iter()
                .any(|line| line == "agent done: Half an answer is whole.");
            assert_eq!(whole, seconds >= 45, "{seconds}");
        }
        assert_eq!(page.lines().len(), 2, "{:?}", page.lines());
    }
}

#[test]
fn what_is_looked_for_waits_while_another_answer_comes() {
    let mut page = cut();
    page.native("Second", false);
    let asked = page.asked().len();
    page.wait(Duration::secs(6));
    assert_eq!(page.asked().len(), asked);
    page.native("Second.", true);
    page.wait(Duration::secs(6));
    let past = json!([
        ["user", "one"],
        ["assistant", "Half is whole."],
        ["user", "two"],
        ["assistant", "Second."]
    ]);
    page.answer_all(200, &past.to_string());
    assert_eq!(
        page.lines(),
        [
            "user confirmed: one",
            "agent done: Half is whole.",
            "user confirmed: two",
            "agent done: Second.",
        ]
    );
}

#[test]
fn what_was_cut_of_an_answer_gives_way_to_the_whole_behind_the_next_message() {
    let mut page = cut();
    page.native("Second.", true);
    let lines = [
        "user confirmed: one",
        "agent interrupted: Half",
        "user confirmed: two",
    ];
    assert_eq!(page.lines()[..3], lines);
    page.wait(Duration::secs(6));
    let past = json!([
        ["user", "one"],
        ["user", "two"],
        ["assistant", "Half is whole."],
        ["assistant", "Second."]
    ]);
    page.answer_all(200, &past.to_string());
    assert_eq!(
        page.lines(),
        [
            "user confirmed: one",
            "user confirmed: two",
            "agent done: Half is whole.",
            "agent done: Second.",
        ]
    );
}

#[test]
fn what_was_cut_goes_as_well_where_the_whole_was_known_before_the_history() {
    let mut page = cut();
    page.native("Half is whole.", true);
    super::settle(&mut page);
    page.native("Second.", true);
    page.wait(Duration::secs(6));
    let mut past = vec![
        json!(["user", "one"]),
        json!(["user", "two"]),
        json!(["assistant", "Half is whole."]),
    ];
    page.answer_all(200, &json!(past).to_string());
    let half = "agent interrupted: Half".to_owned();
    assert!(
        page.lines().contains(&half),
        "one question has no answer: it may be that one"
    );
    page.wait(Duration::secs(16));
    past.push(json!(["assistant", "Second."]));
    page.answer_all(200, &json!(past).to_string());
    assert_eq!(
        page.lines(),
        [
            "user confirmed: one",
            "user confirmed: two",
            "agent done: Half is whole.",
            "agent done: Second.",
        ]
    );
}

#[test]
fn where_there_is_no_history_messages_go_on() {
    let mut page = older();
    page.input(Input::Recall);
    page.answer_all(404, "");
    page.fail_all();
    page.say("hi");
    assert_eq!(page.messages_sent().len() + page.kinds().len(), 1);
    assert_eq!(page.lines(), ["user sending: hi"]);
}

#[test]
fn the_newest_release_is_not_asked_for_what_it_does_not_have() {
    let mut page = newest();
    page.input(Input::Recall);
    assert_eq!(page.asked(), [""; 0]);
    let can = page.session().capabilities();
    assert!(!can.history && !can.lists && !can.images);
    drop(visiting(true));
}

#[test]
fn the_servers_own_list_is_read() {
    let mut page = documented();
    page.input(Input::List {
        wanted: String::new(),
        page: None,
    });
    assert_eq!(page.asked(), ["http://bots.test:8080/api/sessions"]);
    let list = json!([{"id": "a", "title": "A"}, {"session_id": "b", "updated_at": "2026-01-01T00:00:00Z"}]);
    page.answer_all(200, &list.to_string());
    let listed = page.changes().iter().find_map(|change| match change {
        Change::Listed(page) => Some(page.conversations.clone()),
        _ => None,
    });
    let listed = listed.unwrap();
    let ids: Vec<&str> = listed.iter().map(|of| of.id.as_str()).collect();
    assert_eq!(ids, ["b", "a"]);
}

fn call(name: &str) -> serde_json::Value {
    json!({"type": "tool_call", "session_id": OURS, "tool": name, "arguments": {}})
}

fn result(name: &str) -> serde_json::Value {
    json!({"type": "tool_result", "session_id": OURS, "tool": name, "result": "x"})
}

const PARTED: [&str; 4] = [
    "user confirmed: where is it?",
    "agent done: Let me look. ",
    "tool done: x",
    "agent done: It shipped.",
];

/// A page whose answer a tool parted; so much of it came before the connection was lost.
fn parted(came: usize) -> Player {
    let mut page = documented();
    page.say("where is it?");
    let frames = [
        super::stream_start("m", OURS),
        super::chunk("m", "Let me look. "),
        call("search"),
        result("search"),
        super::chunk("m", "It"),
        super::chunk("m", " shipped."),
        super::stream_end("m", "Let me look. It shipped."),
    ];
    for frame in frames.into_iter().take(came) {
        page.gets(frame);
    }
    page.close(1006, "");
    page.open();
    page
}

#[test]
fn an_answer_that_a_tool_parted_is_there_once_when_the_history_has_it_whole() {
    for came in 4..=7 {
        let mut page = parted(came);
        for _ in 0..2 {
            page.input(Input::Recall);
            let past = json!([
                ["user", "where is it?"],
                ["assistant", "Let me look. It shipped."],
                ["assistant", "Anything else?"],
            ]);
            page.answer_all(200, &past.to_string());
            assert_eq!(page.lines()[..4], PARTED, "{came}");
            assert_eq!(page.lines()[4..], ["agent done: Anything else?"], "{came}");
        }
    }
}

#[test]
fn two_answers_of_the_history_with_a_tool_between_stay_two() {
    let mut page = parted(7);
    let past = json!([
        ["user", "where is it?"],
        ["assistant", "Let me look. "],
        ["assistant", "It shipped."],
        ["user", "again"],
        ["assistant", "Let me look. It shipped."],
    ]);
    page.answer_all(200, &past.to_string());
    assert_eq!(page.lines()[..4], PARTED);
    let again = [
        "user confirmed: again",
        "agent done: Let me look. It shipped.",
    ];
    assert_eq!(page.lines()[4..], again);
}

#[test]
fn an_answer_that_only_begins_alike_is_another_one() {
    let mut page = documented();
    page.say("hi");
    page.gets(super::message("m", "assistant", "Let me look."));
    page.close(1006, "");
    page.open();
    let past = json!([["user", "hi"], ["assistant", "Let me look. It shipped."]]);
    page.answer_all(200, &past.to_string());
    let answers = page.lines().split_off(1);
    assert_eq!(answers.len(), 2, "{answers:?}");
}

#[test]
fn reasoning_in_the_history_of_a_release_is_no_answer() {
    let mut page = older();
    page.say("hi");
    page.native("<think>hm</think>\n\nHel", false);
    page.native("lo", false);
    page.native("<think>hm</think>\n\nHello", true);
    let lines = [
        "user confirmed: hi",
        "reasoning done: hm",
        "agent done: Hello",
    ];
    assert_eq!(page.lines(), lines);
    page.input(Input::Recall);
    let past = json!([
        ["user", "hi"],
        ["assistant", "<think>hm</think>\n\nHello"],
        ["assistant", "<think>nothing to say</think>"],
    ]);
    page.answer_all(200, &past.to_string());
    assert_eq!(page.lines(), lines);

    let mut page = older();
    page.input(Input::Recall);
    page.answer_all(200, &past.to_string());
    assert_eq!(page.lines(), ["user confirmed: hi", "agent done: Hello"]);
}
