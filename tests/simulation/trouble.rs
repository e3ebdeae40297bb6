//! What the browser kept is not all there, or nothing is: the conversation goes on.

use std::rc::Rc;

use parlor::app::{Intent, Listing, Msg};
use parlor::model::{ConversationId, Instant};
use parlor::storage::StorageError;
use parlor::storage::record::{Conversation, Event, Record};
use parlor::storage::tables::{MemoryTables, Store, Table, Write};
use serde_json::json;

use super::links::{Page, load, visit};
use super::support::ready;

fn record() -> Conversation {
    Conversation {
        known: true,
        cursor: Some("000000000004".to_owned()),
        whole: Some("000000000004".to_owned()),
        ..Conversation::new(
            "openhands-v0",
            "ws://h:1/",
            ConversationId::new("c1"),
            Instant(1),
        )
    }
}

/// Five messages of the agent's, of which the third row says this.
fn kept(third: &str) -> Rc<MemoryTables> {
    let store = Rc::new(MemoryTables::default());
    let mut writes: Vec<Write> = (0..5)
        .map(|number| {
            let args = json!({"content": format!("number {number}")});
            let json = json!({"id": number, "source": "agent", "action": "message", "args": args});
            let event = Event {
                conversation: record().name(),
                key: format!("{number:012}"),
                json: json.to_string(),
            };
            event.put()
        })
        .collect();
    if let Write::Put { value, .. } = &mut writes[2] {
        third.clone_into(value);
    }
    writes.push(record().put());
    assert_eq!(ready(store.commit(writes)), Ok(()));
    store
}

/// What the server is asked for, once the connection stands.
fn asked_for(store: &Rc<MemoryTables>) -> (Page, String) {
    let mut page = visit("", None, store);
    let id = page.view.entries[0].id;
    page.tell(Msg::Did(Intent::List(Listing::Open(id))));
    assert_eq!(page.lines().len(), 4, "what can be read is shown");
    page.answered(200, r#"{"status":"RUNNING"}"#);
    page.open();
    page.receive(r#"0{"sid":"s","pingTimeout":20000,"pingInterval":25000}"#);
    page.receive(r#"40{"sid":"t"}"#);
    let url = page.asked.last().unwrap().1.url.clone();
    let (_, query) = url.split_once('?').unwrap();
    (page, query.to_owned())
}

#[test]
fn an_event_that_is_damaged_is_asked_for_again() {
    let (mut page, asked) = asked_for(&kept("{\"v\":1,\"ev"));
    assert_eq!(asked, "start_id=2&limit=100");
    assert!(page.view.toasts[0].text.contains("cannot be read"));
    let args = json!({"content": "number 2"});
    let event = json!({"id": 2, "source": "agent", "action": "message", "args": args});
    page.answered(
        200,
        &json!({"events": [event], "has_more": false}).to_string(),
    );
    let lines: Vec<String> = (0..5).map(|n| format!("agent done: number {n}")).collect();
    assert_eq!(page.lines(), lines);
}

#[test]
fn an_event_that_a_newer_program_kept_is_left_alone() {
    let newer = r#"{"v":2,"event":{}}"#;
    let store = kept(newer);
    let (page, asked) = asked_for(&store);
    assert_eq!(asked, "start_id=5&limit=100");
    drop(page);
    let rows = ready(store.list(Table::Events, "", None, None)).unwrap();
    assert_eq!(rows[2].1, newer);
}

#[test]
fn each_kind_of_trouble_is_said_once() {
    let mut page = load("", None);
    for error in [
        StorageError::Full,
        StorageError::Full,
        StorageError::Outdated,
    ] {
        page.tell(Msg::NotKept(error));
    }
    assert_eq!(page.view.toasts.len(), 2);
}
