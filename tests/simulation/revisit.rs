//! A conversation with a server that numbers its events, visited again.

use parlor::app::{Intent, Listing, Msg};
use parlor::storage::record::{Conversation, Record};
use parlor::storage::tables::{Store, Table};
use serde_json::{Value, json};

use super::links::{Page, load, visit_at};
use super::support::ready;

fn said(id: u64, text: &str) -> Value {
    json!({"id": id, "source": "agent", "action": "message", "message": text,
        "args": {"content": text}})
}

fn waits(id: u64) -> Value {
    json!({"id": id, "source": "environment", "observation": "agent_state_changed",
        "content": "", "extras": {"agent_state": "awaiting_user_input"}})
}

fn tell(page: &mut Page, event: &Value) {
    page.receive(&format!("42{}", json!(["oh_event", event])));
}

/// Looks, connects, is told the replay, and reads the whole log.
fn connects(page: &mut Page, replay: &[Value], log: &[Value]) {
    page.answer("/mine", 200, r#"{"status":"RUNNING"}"#);
    page.open();
    page.receive(r#"0{"sid":"s","pingTimeout":20000,"pingInterval":25000}"#);
    for event in replay {
        tell(page, event);
    }
    page.receive(r#"40{"sid":"t"}"#);
    let log = json!({"events": log, "has_more": false}).to_string();
    page.answer("limit=100", 200, &log);
}

/// A first visit, with an agent that waits for a message.
fn first() -> Page {
    let mut page = load("", None);
    page.connect("openhands-v0", "http://h:1/");
    page.answer("/conversations", 200, r#"{"conversation_id":"mine"}"#);
    connects(&mut page, &[waits(0)], &[]);
    page
}

fn passes(page: &mut Page, millis: u64) {
    page.now += millis;
    page.tell(Msg::Woke);
}

#[test]
fn what_the_server_did_not_take_is_not_sent_by_itself_after_a_reload() {
    let mut page = first();
    page.send("refused", Vec::new());
    page.flush();
    passes(&mut page, 6_000);
    assert_eq!(page.lines(), ["user failed: refused"]);
    let mut again = visit_at(page.now, "", None, &page.store);
    connects(&mut again, &[], &[waits(0)]);
    passes(&mut again, 60_000);
    assert_eq!(again.lines(), ["user failed: refused"]);
    assert!(again.sent.iter().all(|frame| !frame.contains("refused")));
}

#[test]
fn what_the_log_brings_of_before_the_visit_is_not_spoken() {
    let mut page = first();
    tell(&mut page, &said(1, "heard"));
    assert_eq!(page.spoken, ["heard"]);
    let mut again = visit_at(page.now, "", None, &page.store);
    connects(
        &mut again,
        &[said(2, "replayed")],
        &[said(3, "only over REST")],
    );
    assert_eq!(again.lines().len(), 3);
    assert!(again.spoken.is_empty(), "{:?}", again.spoken);
    tell(&mut again, &said(4, "news"));
    assert_eq!(again.spoken, ["news"]);
}

#[test]
fn what_a_link_names_is_looked_up_after_a_reload_too_and_never_made() {
    let mut page = load(
        "server=openhands-v0&url=http://h:1/&conversation=mine",
        None,
    );
    page.connect("openhands-v0", "http://h:1/");
    let mut again = visit_at(page.now, "", None, &page.store);
    let asked = again.answer("/mine", 200, r#"{"status":"RUNNING"}"#);
    assert_eq!(asked.method, "GET");
    assert_eq!(again.view.conversation, "mine");
}

/// What is kept of the conversation.
fn kept(page: &Page) -> Conversation {
    let rows = ready(page.store.list(Table::Conversations, "", None, None)).unwrap();
    let (key, value) = rows.iter().find(|(key, _)| key.ends_with("mine")).unwrap();
    Conversation::decode(key, value).unwrap()
}

fn hears(page: &mut Page, other: &mut Page) {
    for news in std::mem::take(&mut other.news) {
        page.tell(Msg::HeardByAll(news));
    }
}

#[test]
fn what_was_swept_away_while_it_was_open_is_asked_for_again() {
    let mut page = first();
    tell(&mut page, &said(1, "before"));
    assert!(kept(&page).whole.is_some());
    let mut other = visit_at(page.now, "", None, &page.store);
    let id = other.view.entries[0].id;
    other.tell(Msg::Did(Intent::List(Listing::Delete(id))));
    hears(&mut page, &mut other);
    page.now += 600_000;
    let mut third = visit_at(page.now, "", None, &page.store);
    hears(&mut page, &mut third);

    tell(&mut page, &said(2, "after"));
    let record = kept(&page);
    assert_eq!((record.deleted, record.whole), (None, None));
    let mut again = visit_at(page.now, "", None, &page.store);
    let listed = again.view.entries.iter().find(|entry| !entry.open);
    let id = listed.unwrap().id;
    again.tell(Msg::Did(Intent::List(Listing::Open(id))));
    connects(
        &mut again,
        &[],
        &[waits(0), said(1, "before"), said(2, "after")],
    );
    assert_eq!(again.lines(), ["agent done: before", "agent done: after"]);
}
