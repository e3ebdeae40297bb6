//! The history and the list of sessions, where a server has them.

use parlor::model::Instant;
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
