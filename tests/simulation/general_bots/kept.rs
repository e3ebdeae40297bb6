//! What was said is kept here, since the server may keep nothing: it is there after a reload, once,
//! and follows the conversation through a new name and a reset.

use std::rc::Rc;

use parlor::app::{Intent, Listing, Msg};
use parlor::storage::tables::{MemoryTables, Store, Table, Write};
use serde_json::json;

use super::{OTHER, OURS};
use crate::links::{Page, visit};
use crate::support::ready;

const CONFIG: &str = r#"{"trusted":["ws://h:1"]}"#;

/// A page with what is kept, connected to a server of that dialect that answers no call.
fn connected(dialect: &str, store: &Rc<MemoryTables>) -> Page {
    connected_to(OURS, dialect, store)
}

fn connected_to(id: &str, dialect: &str, store: &Rc<MemoryTables>) -> Page {
    let link = format!(
        "server=general-bots&url=ws%3A%2F%2Fh%3A1%2Fws&conversation={id}&dialect={dialect}"
    );
    let mut page = visit(&link, Some(CONFIG), store);
    refuse(&mut page);
    page.open();
    refuse(&mut page);
    page
}

fn refuse(page: &mut Page) {
    while let Some((_, request)) = page.asked.first() {
        let path = request.url.clone();
        page.answer(&path, 404, "");
    }
}

fn native(page: &mut Page, content: &str, complete: bool) {
    let frame = json!({"bot_id": "b", "user_id": "u", "session_id": OURS, "channel": "web",
        "content": content, "message_type": 2, "is_complete": complete});
    page.receive(&frame.to_string());
}

fn say(page: &mut Page, frame: &serde_json::Value) {
    page.receive(&frame.to_string());
}

fn rows(store: &MemoryTables) -> usize {
    ready(store.list(Table::Events, "", None, None))
        .unwrap()
        .len()
}

#[test]
fn a_reload_shows_what_was_said_with_a_server_that_keeps_nothing() {
    let store = Rc::new(MemoryTables::default());
    let mut page = connected("native", &store);
    page.send("one", Vec::new());
    native(&mut page, "The fi", false);
    native(&mut page, "rst.", false);
    native(&mut page, "", true);
    let before = page.lines();
    assert_eq!(before, ["user confirmed: one", "agent done: The first."]);

    let mut again = connected("native", &store);
    assert_eq!(again.lines(), before);
    again.send("two", Vec::new());
    native(&mut again, "The second.", true);
    let grown = again.lines();
    assert_eq!(grown.len(), 4);
    assert_eq!(connected("native", &store).lines(), grown);
}

#[test]
fn tools_and_reasoning_come_back_and_a_tool_that_runs_takes_its_result() {
    let store = Rc::new(MemoryTables::default());
    let mut page = connected("documented", &store);
    page.send("look it up", Vec::new());
    let call =
        json!({"type": "tool_call", "session_id": OURS, "tool": "find", "arguments": {"id": 7}});
    say(&mut page, &call);
    assert_eq!(page.lines().last().unwrap(), "tool pending: ");

    let mut again = connected("documented", &store);
    assert_eq!(again.lines(), page.lines());
    let result =
        json!({"type": "tool_result", "session_id": OURS, "tool": "find", "result": "there"});
    say(&mut again, &result);
    assert_eq!(again.lines().len(), 2);
    assert!(
        again.lines()[1].starts_with("tool done: there"),
        "{:?}",
        again.lines()
    );
    assert_eq!(connected("documented", &store).lines(), again.lines());
}

#[test]
fn a_message_that_is_told_again_after_a_reload_is_shown_once() {
    let store = Rc::new(MemoryTables::default());
    let mut page = connected("documented", &store);
    page.send("hello", Vec::new());
    let answer = json!({"type": "message", "session_id": OURS, "message_id": "m-1",
        "role": "assistant", "content": "Hi."});
    say(&mut page, &answer);
    let mut again = connected("documented", &store);
    say(&mut again, &answer);
    assert_eq!(again.lines(), ["user confirmed: hello", "agent done: Hi."]);
}

#[test]
fn the_part_of_an_answer_that_is_here_is_kept_when_the_page_is_left() {
    let store = Rc::new(MemoryTables::default());
    let mut page = connected("native", &store);
    page.send("one", Vec::new());
    native(&mut page, "Half of i", false);
    page.tell(Msg::Hidden);
    let again = connected("native", &store);
    assert_eq!(
        again.lines(),
        ["user confirmed: one", "agent interrupted: Half of i"]
    );
}

#[test]
fn a_reset_forgets_what_was_kept() {
    let store = Rc::new(MemoryTables::default());
    let mut page = connected("native", &store);
    native(&mut page, "Welcome.", true);
    assert!(rows(&store) > 0);
    page.tell(Msg::Did(Intent::Reset));
    refuse(&mut page);
    assert!(page.lines().iter().all(|line| !line.contains("Welcome")));
    let kept = ready(store.list(Table::Events, "", None, None)).unwrap();
    assert!(
        kept.iter().all(|(_, row)| !row.contains("Welcome")),
        "{kept:?}"
    );
}

#[test]
fn a_new_name_takes_along_what_was_said() {
    let store = Rc::new(MemoryTables::default());
    let mut page = connected("documented", &store);
    page.send("hello", Vec::new());
    let other = "6fa459ea-ee8a-4ca4-894e-db77e160355e";
    let answer = json!({"type": "message", "session_id": OURS, "message_id": "m-1",
        "role": "assistant", "content": "Hi."});
    say(&mut page, &answer);
    say(
        &mut page,
        &json!({"type": "error", "code": "SESSION_NOT_FOUND", "message": "expired"}),
    );
    say(
        &mut page,
        &json!({"type": "session_created", "session_id": other}),
    );
    assert_eq!(page.view.conversation, other);
    let kept = ready(store.list(Table::Events, "", None, None)).unwrap();
    let name = &page.view.conversation;
    assert!(
        kept.iter().all(|(key, _)| key.contains(name.as_str())),
        "{kept:?}"
    );
    assert_eq!(kept.len(), 3, "two items and the names: {kept:?}");
}

/// The rows of the items, in the order of their places.
fn items(store: &MemoryTables) -> Vec<(String, String)> {
    let rows = ready(store.list(Table::Events, "", None, None)).unwrap();
    let item = |(key, _): &(String, String)| !key.ends_with("names");
    rows.into_iter().filter(item).collect()
}

#[test]
fn a_damaged_row_loses_nothing_but_itself() {
    let store = Rc::new(MemoryTables::default());
    let mut page = connected("native", &store);
    for (question, answer) in [("one", "First."), ("two", "Second.")] {
        page.send(question, Vec::new());
        native(&mut page, answer, true);
        page.now += 5_000;
        page.tell(Msg::Woke);
    }
    let damaged = items(&store)[1].0.clone();
    let (table, value) = (Table::Events, r#"{"v":1,"event":{}}"#.to_owned());
    let write = Write::Put {
        table,
        key: damaged,
        value,
    };
    ready(store.commit(vec![write])).unwrap();

    let left = [
        "user confirmed: one",
        "user confirmed: two",
        "agent done: Second.",
    ];
    let mut again = connected("native", &store);
    assert_eq!(again.lines(), left);
    again.send("three", Vec::new());
    native(&mut again, "Third.", true);
    let lines = again.lines();
    assert_eq!(lines[..3], left);
    assert_eq!(lines[3..], ["user confirmed: three", "agent done: Third."]);
    assert_eq!(connected("native", &store).lines(), lines);
    assert_eq!(items(&store).len(), 5);
}

#[test]
fn what_is_kept_and_what_the_server_tells_of_it_are_one() {
    let store = Rc::new(MemoryTables::default());
    let mut page = connected("documented", &store);
    page.send("hello", Vec::new());
    say(
        &mut page,
        &json!({"type": "tool_call", "session_id": OURS, "tool": "find", "arguments": {}}),
    );
    say(
        &mut page,
        &json!({"type": "tool_result", "session_id": OURS, "tool": "find", "result": "there"}),
    );
    say(
        &mut page,
        &json!({"type": "message", "session_id": OURS, "message_id": "m-1", "role": "assistant", "content": "Hi."}),
    );
    let before = page.lines();

    let link = format!(
        "server=general-bots&url=ws%3A%2F%2Fh%3A1%2Fws&conversation={OURS}&dialect=documented"
    );
    let mut again = visit(&link, Some(CONFIG), &store);
    again.open();
    let history = json!({"success": true, "data": {"id": OURS, "messages": [
        {"message_id": "m-0", "role": "user", "content": "hello"},
        {"message_id": "m-1", "role": "assistant", "content": "Hi."},
        {"message_id": "m-2", "role": "assistant", "content": "Are you there?"},
    ]}});
    let path = again.asked.last().map(|(_, what)| what.url.clone());
    again.answer(&path.unwrap(), 200, &history.to_string());
    let mut whole = before;
    whole.push("agent done: Are you there?".to_owned());
    assert_eq!(again.lines(), whole);
}

#[test]
fn news_of_a_conversation_that_is_deleted_change_nothing_of_it() {
    let store = Rc::new(MemoryTables::default());
    let mut page = connected_to(OTHER, "documented", &store);
    page.send("theirs", Vec::new());
    let answer = |id: &str, session: &str| {
        json!({"type": "message", "session_id": session, "message_id": id,
            "role": "assistant", "content": "Hi."})
    };
    say(&mut page, &answer("m-1", OTHER));
    let unread = |page: &Page| {
        let entries = page.view.entries.iter();
        entries.filter(|entry| entry.unread).count()
    };
    let conversations = || ready(store.list(Table::Conversations, "", None, None)).unwrap();

    let mut page = connected("documented", &store);
    page.send("ours", Vec::new());
    say(&mut page, &answer("m-2", OTHER));
    assert_eq!(unread(&page), 1);

    let mut page = connected_to(OTHER, "documented", &store);
    page.tell(Msg::Hidden);
    let mut page = connected("documented", &store);
    let entries = &page.view.entries;
    let id = entries.iter().find(|entry| !entry.open).unwrap().id;
    page.tell(Msg::Did(Intent::List(Listing::Delete(id))));
    let before = conversations();
    say(&mut page, &answer("m-3", OTHER));
    assert_eq!(conversations(), before);
}

#[test]
fn the_server_tells_no_more_of_what_is_deleted_and_again_of_what_is_restored() {
    let store = Rc::new(MemoryTables::default());
    let mut page = connected_to(OTHER, "documented", &store);
    page.send("theirs", Vec::new());
    page.tell(Msg::Hidden);
    let mut page = connected("documented", &store);
    page.now += 3_000;
    page.tell(Msg::Woke);
    say(&mut page, &json!({"type": "pong"}));
    let asked = |kind: &str| json!({"type": kind, "session_id": OTHER}).to_string();
    assert!(page.sent.contains(&asked("subscribe")), "{:?}", page.sent);
    let id = page
        .view
        .entries
        .iter()
        .find(|entry| !entry.open)
        .unwrap()
        .id;
    page.tell(Msg::Did(Intent::List(Listing::Delete(id))));
    assert_eq!(page.sent.last(), Some(&asked("unsubscribe")));
    page.tell(Msg::Did(Intent::List(Listing::Restore(id))));
    assert_eq!(page.sent.last(), Some(&asked("subscribe")));
}

#[test]
fn what_was_answered_elsewhere_is_there_once_when_it_is_opened() {
    let store = Rc::new(MemoryTables::default());
    let mut page = connected_to(OTHER, "documented", &store);
    page.send("theirs", Vec::new());
    let answer = |id: &str, text: &str| {
        json!({"type": "message", "session_id": OTHER, "message_id": id,
            "role": "assistant", "content": text})
    };
    say(&mut page, &answer("m-1", "First."));
    page.tell(Msg::Hidden);

    let mut page = connected("documented", &store);
    page.send("ours", Vec::new());
    say(&mut page, &answer("m-2", "Second."));
    say(&mut page, &answer("m-2", "Second."));
    page.now += 1_000;
    for frame in [
        json!({"type": "stream_start", "session_id": OTHER, "message_id": "a-3"}),
        json!({"type": "stream_chunk", "message_id": "a-3", "content": "Thi"}),
        json!({"type": "stream_chunk", "message_id": "a-3", "content": "rd."}),
        json!({"type": "stream_end", "message_id": "a-3"}),
    ] {
        say(&mut page, &frame);
    }
    assert!(page.lines().iter().all(|line| !line.contains("Second")));
    page.tell(Msg::Hidden);

    let whole = [
        "user confirmed: theirs",
        "agent done: First.",
        "agent done: Second.",
        "agent done: Third.",
    ];
    let mut page = connected_to(OTHER, "documented", &store);
    assert_eq!(page.lines(), whole);
    say(&mut page, &answer("m-2", "Second."));
    say(&mut page, &answer("a-3", "Third."));
    assert_eq!(page.lines(), whole);
    let news = |store: &MemoryTables| {
        let rows = items(store).into_iter();
        rows.filter(|(key, _)| key.contains("news")).count()
    };
    assert_eq!(news(&store), 0, "they have places now");
    assert_eq!(connected_to(OTHER, "documented", &store).lines(), whole);

    let link = format!(
        "server=general-bots&url=ws%3A%2F%2Fh%3A1%2Fws&conversation={OTHER}&dialect=documented"
    );
    let mut told = visit(&link, Some(CONFIG), &store);
    told.open();
    let history = json!([
        ["user", "theirs"],
        ["assistant", "First."],
        ["assistant", "Second."],
        ["assistant", "Third."]
    ]);
    let path = told.asked.last().map(|(_, what)| what.url.clone());
    told.answer(&path.unwrap(), 200, &history.to_string());
    assert_eq!(told.lines(), whole);
}
