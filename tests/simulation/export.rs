//! The conversation as a file.

use parlor::app::{Intent, Listing, Msg};
use parlor::storage::tables::{Store, Table};
use serde_json::{Value, json};

use super::links::{Page, load};
use super::support::ready;

const TRAJECTORY: &str = "/conversations/mine/trajectory";

fn said(id: u64, text: &str) -> Value {
    json!({"id": id, "source": "agent", "action": "message", "message": text,
        "args": {"content": text}})
}

/// A page that is connected to a server with two events.
fn connected() -> Page {
    let mut page = load("", None);
    page.connect("openhands-v0", "http://h:1/");
    page.answer("/conversations", 200, r#"{"conversation_id":"mine"}"#);
    page.answer("/mine", 200, r#"{"status":"RUNNING"}"#);
    page.open();
    page.receive(r#"0{"sid":"s","pingTimeout":20000,"pingInterval":25000}"#);
    page.receive(r#"40{"sid":"t"}"#);
    for (id, text) in [(3, "one"), (12, "two")] {
        page.receive(&format!("42{}", json!(["oh_event", said(id, text)])));
    }
    page
}

fn export(page: &mut Page) {
    page.tell(Msg::Did(Intent::Export));
}

fn saved(page: &mut Page) -> (String, Value) {
    let (name, json) = page.saved.pop().expect("a file");
    assert!(page.saved.is_empty(), "one file");
    (name, serde_json::from_str(&json).unwrap())
}

#[test]
fn the_file_is_the_servers_own_named_after_the_title() {
    let mut page = connected();
    let id = page.view.entries[0].id;
    let title = "A plan".to_owned();
    page.tell(Msg::Did(Intent::List(Listing::Rename { id, title })));
    export(&mut page);
    let events = json!([said(0, "zero"), said(3, "one")]);
    let whole = json!({"trajectory": events}).to_string();
    let asked = page.answer(TRAJECTORY, 200, &whole);
    assert_eq!(asked.method, "GET");
    assert_eq!(saved(&mut page), ("A plan.json".to_owned(), events));
}

#[test]
fn what_is_kept_here_is_the_file_where_the_server_does_not_give_it() {
    for (status, body) in [
        (0, ""),
        (404, "{}"),
        (500, r#"{"trajectory":null,"error":"no"}"#),
        (200, "<html>"),
    ] {
        let mut page = connected();
        export(&mut page);
        page.answer(TRAJECTORY, status, body);
        let (name, events) = saved(&mut page);
        assert_eq!(name, "one.json");
        assert_eq!(events, json!([said(3, "one"), said(12, "two")]));
        assert!(page.view.toasts.is_empty());
    }
}

#[test]
fn it_needs_no_connection() {
    let mut page = connected();
    page.lose();
    export(&mut page);
    assert_eq!(saved(&mut page).1.as_array().unwrap().len(), 2);
    // A connection that is lost takes the question with it.
    let mut page = connected();
    export(&mut page);
    page.lose();
    assert_eq!(saved(&mut page).1.as_array().unwrap().len(), 2);
}

#[test]
fn where_there_is_nothing_that_is_said() {
    let mut page = load("", None);
    page.connect("openhands-v0", "http://h:1/");
    export(&mut page);
    assert!(page.saved.is_empty());
    assert!(
        page.view.toasts[0]
            .text
            .starts_with("Nothing of this conversation is kept here")
    );
}

#[test]
fn a_conversation_that_was_left_meanwhile_is_not_saved() {
    let mut page = connected();
    export(&mut page);
    page.tell(Msg::Did(Intent::NewConversation));
    let id = page
        .view
        .entries
        .iter()
        .find(|entry| !entry.open)
        .unwrap()
        .id;
    page.tell(Msg::Did(Intent::List(Listing::Open(id))));
    page.lose();
    assert!(page.saved.is_empty());
    assert_eq!(
        ready(page.store.list(Table::Events, "", None, None))
            .unwrap()
            .len(),
        2
    );
}
