//! Where the reader was in a conversation is found again.

use std::rc::Rc;

use parlor::app::{Intent, Listing, Msg};
use parlor::model::{ConversationId, Instant};
use parlor::storage::record::{Conversation, Event, Record};
use parlor::storage::tables::{MemoryTables, Store};
use serde_json::json;

use super::links::{Page, visit};
use super::support::ready;

fn record(id: &str) -> Conversation {
    Conversation {
        known: true,
        ..Conversation::new(
            "openhands-v0",
            "ws://h:1/",
            ConversationId::new(id),
            Instant(1),
        )
    }
}

/// An event with a message of the agent's.
fn said(conversation: &str, number: u64, text: &str) -> Event {
    let event =
        json!({"id": number, "source": "agent", "action": "message", "args": {"content": text}});
    Event {
        conversation: record(conversation).name(),
        key: format!("{number:012}"),
        json: event.to_string(),
    }
}

fn keep(store: &MemoryTables, records: &[impl Record]) {
    let writes = records.iter().map(Record::put).collect();
    assert_eq!(ready(store.commit(writes)), Ok(()));
}

/// Two conversations of which the first has ten messages.
fn kept() -> Rc<MemoryTables> {
    let store = Rc::new(MemoryTables::default());
    keep(&store, &[record("one"), record("two")]);
    let ten: Vec<Event> = (10..20)
        .map(|n| said("one", n, &format!("number {n}")))
        .collect();
    keep(&store, &ten);
    store
}

fn open(page: &mut Page, place: usize) {
    let id = page.view.entries[place].id;
    page.tell(Msg::Did(Intent::List(Listing::Open(id))));
}

fn come(store: &Rc<MemoryTables>) -> Page {
    let mut page = visit("", None, store);
    let open_now = |page: &Page| page.view.conversation == "one";
    let at = page.view.entries.len();
    (0..at).for_each(|place| {
        if !open_now(&page) {
            open(&mut page, place);
        }
    });
    assert!(open_now(&page));
    page
}

fn go(page: &mut Page, item: usize, offset: i32) {
    let (id, conversation) = (page.items[item].id, page.view.conversation.clone());
    let at = Some((id, offset));
    page.tell(Msg::Did(Intent::Scrolled { conversation, at }));
}

/// The message at the top edge as the page is told to show it.
fn place(page: &Page) -> Option<(String, i32)> {
    let (id, offset) = page.view.place.at?;
    let item = page.items.iter().find(|item| item.id == id);
    Some((parlor::words::text(&item.unwrap().body), offset))
}

fn at(text: &str, offset: i32) -> Option<(String, i32)> {
    Some((text.to_owned(), offset))
}

#[test]
fn the_message_at_the_top_edge_is_found_by_the_next_visit() {
    let store = kept();
    let mut page = come(&store);
    assert_eq!(place(&page), None);
    go(&mut page, 4, -31);
    assert_eq!(place(&page), None, "the reader is there already");
    let mut page = come(&store);
    assert_eq!(place(&page), at("number 14", -31));
    // The end is the end.
    let conversation = page.view.conversation.clone();
    page.tell(Msg::Did(Intent::Scrolled {
        conversation,
        at: None,
    }));
    assert_eq!(place(&come(&store)), None);
}

#[test]
fn one_message_more_or_less_before_it_does_not_matter() {
    let store = kept();
    let mut page = come(&store);
    go(&mut page, 4, 7);
    keep(
        &store,
        &[said("one", 1, "older"), said("one", 2, "and older")],
    );
    assert_eq!(place(&come(&store)), at("number 14", 7));
    let gone: Vec<_> = (10..14).map(|n| said("one", n, "").delete()).collect();
    assert_eq!(ready(store.commit(gone)), Ok(()));
    assert_eq!(place(&come(&store)), at("number 14", 7));
    // What begins in another way now is taken by its number.
    keep(&store, &[said("one", 14, "mended")]);
    assert_eq!(place(&come(&store)), at("number 16", 7));
}

#[test]
fn another_conversation_begins_at_its_own_place() {
    let store = kept();
    keep(&store, &[said("two", 1, "hello")]);
    let mut page = come(&store);
    go(&mut page, 2, 0);
    let other = page.view.entries.iter().position(|entry| !entry.open);
    open(&mut page, other.unwrap());
    assert_eq!(
        (page.view.conversation.as_str(), place(&page)),
        ("two", None)
    );
    // What the page says of the one that was left comes too late.
    let (id, conversation) = (page.items[0].id, "one".to_owned());
    let late = Some((id, 0));
    page.tell(Msg::Did(Intent::Scrolled {
        conversation,
        at: late,
    }));
    let number = page.view.place.number;
    let first = page.view.entries.iter().position(|entry| !entry.open);
    open(&mut page, first.unwrap());
    assert_eq!(place(&page), at("number 12", 0));
    assert!(page.view.place.number > number);
}

#[test]
fn a_history_that_comes_late_is_waited_for() {
    let store = Rc::new(MemoryTables::default());
    let known = Conversation {
        known: true,
        ..Conversation::new("saiki", "ws://h:1/", ConversationId::new("s"), Instant(1))
    };
    keep(&store, &[known]);
    let history = json!([
        {"role": "user", "content": [{"type": "text", "text": "one"}]},
        {"role": "assistant", "content": "two"},
        {"role": "user", "content": [{"type": "text", "text": "three"}]},
    ]);
    let come = || {
        let mut page = visit("", None, &store);
        open(&mut page, 0);
        page.open();
        assert_eq!(place(&page), None);
        page.recall(&history);
        page
    };
    go(&mut come(), 1, -5);
    assert_eq!(place(&come()), at("two", -5));
}

#[test]
fn a_place_that_cannot_be_read_is_the_end() {
    for scroll in ["item 12", "", "1 2", "a b c"] {
        let store = kept();
        let scroll = Some(scroll.to_owned());
        keep(
            &store,
            &[Conversation {
                scroll,
                ..record("one")
            }],
        );
        assert_eq!(place(&come(&store)), None);
    }
}
