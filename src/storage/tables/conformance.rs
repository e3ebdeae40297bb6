//! What every [`Store`] has to do, as tests for any of them.
//!
//! [`suite!`] turns these into tests; each panics where the store falls short, and is given an
//! empty one.

use super::{Rows, Store, Table, Write};
use crate::storage::StorageError;

/// Makes the tests of this module for one store: the test attribute, for a host also what runs a
/// future to its end, then an expression for a reference to an empty store, which may await.
#[macro_export]
macro_rules! tables_conformance {
    ($attribute:meta, $($rest:tt)+) => {
        $crate::storage::tables::conformance::suite!(@all $attribute, [$($rest)+];
            a_missing_key_has_no_value
            a_put_value_is_found_in_its_table_alone
            a_second_value_replaces_the_first
            a_deleted_key_has_no_value
            deleting_under_a_prefix_leaves_the_rest
            a_list_is_in_the_order_of_the_keys
            a_list_ends_with_its_prefix
            a_list_begins_after_a_key_and_stops_at_its_limit
            any_text_comes_back_as_it_was
            the_writes_of_a_commit_are_made_in_their_order
            a_commit_is_made_as_a_whole_or_not_at_all
            an_added_key_has_to_be_free
            commits_take_effect_in_the_order_of_their_calls
            ten_thousand_events_are_listed_in_order
        );
    };
    (@all $attribute:meta, $rest:tt; $($name:ident)*) => {
        $( $crate::storage::tables::conformance::suite!(@one $attribute, $rest; $name); )*
    };
    (@one $attribute:meta, [$run:ident, $empty:expr]; $name:ident) => {
        #[$attribute]
        fn $name() {
            $run(async { $crate::storage::tables::conformance::$name($empty).await });
        }
    };
    (@one $attribute:meta, [$empty:expr]; $name:ident) => {
        #[$attribute]
        async fn $name() {
            $crate::storage::tables::conformance::$name($empty).await;
        }
    };
}

pub use tables_conformance as suite;

/// Keeps a value, in place of what was there.
#[must_use]
pub fn put(table: Table, key: &str, value: &str) -> Write {
    let (key, value) = (key.to_owned(), value.to_owned());
    Write::Put { table, key, value }
}

/// Keeps a value under a free key.
#[must_use]
pub fn add(table: Table, key: &str, value: &str) -> Write {
    let (key, value) = (key.to_owned(), value.to_owned());
    Write::Add { table, key, value }
}

/// Forgets a key.
#[must_use]
pub fn delete(table: Table, key: &str) -> Write {
    let key = key.to_owned();
    Write::Delete { table, key }
}

fn under(table: Table, prefix: &str) -> Write {
    let prefix = prefix.to_owned();
    Write::DeleteUnder { table, prefix }
}

async fn keep(store: &dyn Store, table: Table, keys: &[&str]) {
    let writes = keys.iter().map(|key| put(table, key, key)).collect();
    assert_eq!(store.commit(writes).await, Ok(()));
}

async fn value(store: &dyn Store, table: Table, key: &str) -> Option<String> {
    let value = store.get(table, key).await;
    assert!(value.is_ok(), "{value:?}");
    value.ok().flatten()
}

async fn rows(store: &dyn Store, table: Table, prefix: &str) -> Rows {
    let rows = store.list(table, prefix, None, None).await;
    assert!(rows.is_ok(), "{:?}", rows.err());
    rows.unwrap_or_default()
}

async fn keys(store: &dyn Store, table: Table, prefix: &str) -> Vec<String> {
    let rows = rows(store, table, prefix).await;
    rows.into_iter().map(|(key, _)| key).collect()
}

/// A key that nobody kept.
pub async fn a_missing_key_has_no_value(store: &dyn Store) {
    for table in Table::ALL {
        assert_eq!(value(store, table, "nothing").await, None);
        assert_eq!(rows(store, table, "").await, Vec::new());
    }
    let nothing = store.commit(vec![delete(Table::Events, "nothing")]);
    assert_eq!(nothing.await, Ok(()));
    assert_eq!(store.commit(Vec::new()).await, Ok(()));
}

/// A value comes back, under its key and from its table.
pub async fn a_put_value_is_found_in_its_table_alone(store: &dyn Store) {
    let kept = store.commit(vec![
        put(Table::Events, "a", "event"),
        put(Table::Settings, "a", "setting"),
    ]);
    assert_eq!(kept.await, Ok(()));
    let found = value(store, Table::Events, "a").await;
    assert_eq!(found.as_deref(), Some("event"));
    let found = value(store, Table::Settings, "a").await;
    assert_eq!(found.as_deref(), Some("setting"));
    assert_eq!(value(store, Table::Outbox, "a").await, None);
    assert_eq!(value(store, Table::Events, "A").await, None);
}

/// The last value stands, also an empty one.
pub async fn a_second_value_replaces_the_first(store: &dyn Store) {
    for text in ["one", "two", ""] {
        let kept = store.commit(vec![put(Table::Settings, "draft", text)]);
        assert_eq!(kept.await, Ok(()));
        let found = value(store, Table::Settings, "draft").await;
        assert_eq!(found.as_deref(), Some(text));
    }
    assert_eq!(keys(store, Table::Settings, "").await, ["draft"]);
}

/// Deleting forgets one key and no other.
pub async fn a_deleted_key_has_no_value(store: &dyn Store) {
    keep(store, Table::Outbox, &["a", "a b", "b"]).await;
    let deleted = store.commit(vec![delete(Table::Outbox, "a")]);
    assert_eq!(deleted.await, Ok(()));
    assert_eq!(value(store, Table::Outbox, "a").await, None);
    assert_eq!(keys(store, Table::Outbox, "").await, ["a b", "b"]);
}

/// Neighbours stay, whatever characters they are made of.
pub async fn deleting_under_a_prefix_leaves_the_rest(store: &dyn Store) {
    let under_it = ["a ", "a 1", "a \u{ffff}\u{ffff}", "a 🙂"];
    let others = ["", "a", "a!", "b", "\u{ffff}"];
    for table in [Table::Events, Table::Outbox] {
        keep(store, table, &under_it).await;
        keep(store, table, &others).await;
    }
    let deleted = store.commit(vec![under(Table::Events, "a ")]);
    assert_eq!(deleted.await, Ok(()));
    assert_eq!(keys(store, Table::Events, "").await, others);
    assert_eq!(keys(store, Table::Outbox, "a ").await.len(), 4);
    let deleted = store.commit(vec![under(Table::Outbox, "")]);
    assert_eq!(deleted.await, Ok(()));
    assert_eq!(keys(store, Table::Outbox, "").await, [""; 0]);
}

/// By UTF-16 code units, as the browser compares strings.
pub async fn a_list_is_in_the_order_of_the_keys(store: &dyn Store) {
    keep(store, Table::Events, &["b", "\u{e000}", "10", "", "🙂"]).await;
    keep(store, Table::Events, &["9", "a b", "a", "B"]).await;
    let sorted = ["", "10", "9", "B", "a", "a b", "b", "🙂", "\u{e000}"];
    assert_eq!(keys(store, Table::Events, "").await, sorted);
}

/// Only what begins with the prefix, and all of it.
pub async fn a_list_ends_with_its_prefix(store: &dyn Store) {
    let all = ["a", "a\u{1}", "a\u{ffff}\u{ffff}", "a🙂", "b", "ab"];
    keep(store, Table::Conversations, &all).await;
    let found = keys(store, Table::Conversations, "a").await;
    let sorted = ["a", "a\u{1}", "ab", "a🙂", "a\u{ffff}\u{ffff}"];
    assert_eq!(found, sorted);
    assert_eq!(keys(store, Table::Conversations, "a🙂").await, ["a🙂"]);
    assert_eq!(keys(store, Table::Conversations, "c").await, [""; 0]);
}

/// Pages of a list, also where the key to begin after is not there.
pub async fn a_list_begins_after_a_key_and_stops_at_its_limit(store: &dyn Store) {
    keep(store, Table::Events, &["a 1", "a 2", "a 3", "b 1"]).await;
    for (after, limit, expected) in [
        (None, Some(2), &["a 1", "a 2"][..]),
        (Some("a 1"), None, &["a 2", "a 3"]),
        (Some("a 1"), Some(1), &["a 2"]),
        (Some("a 15"), Some(9), &["a 2", "a 3"]),
        (Some("a 3"), None, &[]),
        (Some(""), None, &["a 1", "a 2", "a 3"]),
        (Some("b 1"), None, &[]),
        (None, Some(0), &[]),
    ] {
        let rows = store.list(Table::Events, "a ", after, limit).await;
        let rows = rows.unwrap_or_default();
        let keys: Vec<&str> = rows.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, expected, "after {after:?}, at most {limit:?}");
    }
}

/// Spaces, quotes, line ends, NUL and anything outside ASCII, in keys and values.
pub async fn any_text_comes_back_as_it_was(store: &dyn Store) {
    let key = "saiki ws://host:3001/?a=b%20c#ä \u{0}\n🙂\u{feff}";
    let text = "\u{feff}\"quoted\"\\\r\n\t\u{0} – 日本 🙂 \u{2028}";
    let kept = store.commit(vec![put(Table::Outbox, key, text)]);
    assert_eq!(kept.await, Ok(()));
    assert_eq!(
        value(store, Table::Outbox, key).await.as_deref(),
        Some(text)
    );
    let row = (key.to_owned(), text.to_owned());
    assert_eq!(rows(store, Table::Outbox, "saiki ").await, [row]);
}

/// A later write of a commit sees the earlier ones.
pub async fn the_writes_of_a_commit_are_made_in_their_order(store: &dyn Store) {
    let kept = store.commit(vec![
        put(Table::Events, "a 1", "old"),
        put(Table::Events, "a 2", "old"),
        under(Table::Events, "a "),
        put(Table::Events, "a 2", "new"),
        delete(Table::Events, "a 2"),
        add(Table::Events, "a 2", "newest"),
    ]);
    assert_eq!(kept.await, Ok(()));
    let row = ("a 2".to_owned(), "newest".to_owned());
    assert_eq!(rows(store, Table::Events, "").await, [row]);
}

/// One write that fails takes all of them back, in every table, before it and after.
pub async fn a_commit_is_made_as_a_whole_or_not_at_all(store: &dyn Store) {
    keep(store, Table::Conversations, &["kept"]).await;
    keep(store, Table::Events, &["e 1", "e 2"]).await;
    let failed = store.commit(vec![
        put(Table::Conversations, "kept", "changed"),
        put(Table::Outbox, "new", "new"),
        under(Table::Events, "e "),
        put(Table::Events, "e 3", "new"),
        put(Table::Events, "e 3", "newer"),
        add(Table::Conversations, "kept", "taken"),
        put(Table::Settings, "after", "after"),
    ]);
    assert_eq!(failed.await, Err(StorageError::Taken));
    let found = value(store, Table::Conversations, "kept").await;
    assert_eq!(found.as_deref(), Some("kept"));
    assert_eq!(keys(store, Table::Events, "").await, ["e 1", "e 2"]);
    for table in [Table::Outbox, Table::Settings] {
        assert_eq!(rows(store, table, "").await, Vec::new());
    }
    keep(store, Table::Settings, &["later commits are made"]).await;
}

/// Adding claims a key, once.
pub async fn an_added_key_has_to_be_free(store: &dyn Store) {
    let claim = |value| store.commit(vec![add(Table::Outbox, "1", value)]);
    assert_eq!(claim("first").await, Ok(()));
    assert_eq!(claim("second").await, Err(StorageError::Taken));
    let found = value(store, Table::Outbox, "1").await;
    assert_eq!(found.as_deref(), Some("first"));
    let twice = vec![
        add(Table::Outbox, "2", "first"),
        add(Table::Outbox, "2", "second"),
    ];
    assert_eq!(store.commit(twice).await, Err(StorageError::Taken));
    assert_eq!(value(store, Table::Outbox, "2").await, None);
}

/// Nobody has to wait: neither for one commit before the next, nor before reading.
pub async fn commits_take_effect_in_the_order_of_their_calls(store: &dyn Store) {
    for turn in 0..20 {
        let text = turn.to_string();
        // Tables that overlap in part, durable and not, and one that fails between the others.
        drop(store.commit(vec![
            put(Table::Settings, "turn", &text),
            put(Table::Events, &text, &text),
        ]));
        drop(store.commit(vec![put(Table::Outbox, &text, &text)]));
        drop(store.commit(vec![
            put(Table::Settings, "turn", "wrong"),
            add(Table::Events, &text, "wrong"),
        ]));
    }
    let turn = store.get(Table::Settings, "turn");
    let events = store.list(Table::Events, "", None, None);
    drop(store.commit(vec![under(Table::Events, "")]));
    let after = store.list(Table::Events, "", None, None);
    assert_eq!(after.await, Ok(Vec::new()));
    assert_eq!(turn.await, Ok(Some("19".to_owned())));
    assert_eq!(events.await.map(|rows| rows.len()), Ok(20));
    assert_eq!(keys(store, Table::Outbox, "").await.len(), 20);
}

/// A long conversation, between two others.
pub async fn ten_thousand_events_are_listed_in_order(store: &dyn Store) {
    const COUNT: usize = 10_000;
    keep(store, Table::Events, &["a 1", "c 1"]).await;
    let name = |at: usize| format!("b {at:012}");
    let writes = (0..COUNT).map(|at| put(Table::Events, &name(at), "{}"));
    assert_eq!(store.commit(writes.collect()).await, Ok(()));
    let rows = rows(store, Table::Events, "b ").await;
    assert_eq!(rows.len(), COUNT);
    let sorted = rows
        .iter()
        .enumerate()
        .all(|(at, (key, _))| *key == name(at));
    assert!(sorted, "out of order");
}
