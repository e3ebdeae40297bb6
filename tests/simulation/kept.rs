//! What earlier programs kept is still read, row by row.

use parlor::model::{Attachment, ConversationId, Instant, TransactionId};
use parlor::storage::StorageError;
use parlor::storage::migration::v1::{self, Moved};
use parlor::storage::record::{
    Conversation, ConversationKey, Event, Outgoing, Record, Setting, Unreadable,
};
use parlor::storage::tables::{MemoryTables, Store, Table, Write};
use serde_json::Value;

use crate::fixtures::folder;
use crate::support::ready;

const NOW: Instant = Instant(1_800_000_000_000);
const ID: &str = "9b2f0c1e-4a55-4a8e-8a59-0c1b7f6d2e11";
const URL: &str = "ws://localhost:3001";

fn text(name: &str) -> String {
    std::fs::read_to_string(folder().join("storage").join(name)).unwrap()
}

/// Local storage as it stood.
fn v0(name: &str) -> Vec<(String, String)> {
    let entries: Value = serde_json::from_str(&text(name)).unwrap();
    let entries = entries.as_object().unwrap().iter();
    entries
        .map(|(key, value)| (key.clone(), value.as_str().unwrap().to_owned()))
        .collect()
}

struct Row {
    table: String,
    key: String,
    value: String,
}

fn v1_rows(name: &str) -> Vec<Row> {
    let text = text(name);
    let rows = text.lines().map(|line| {
        let row: Value = serde_json::from_str(line).unwrap();
        let part = |name: &str| row[name].as_str().unwrap().to_owned();
        Row {
            table: part("table"),
            key: part("key"),
            value: part("value"),
        }
    });
    rows.collect()
}

/// Puts these rows into a store.
pub(crate) fn fill(store: &MemoryTables, name: &str) {
    let table = |row: &Row| {
        Table::ALL
            .into_iter()
            .find(|table| table.name() == row.table)
    };
    let put = |row: Row| Write::Put {
        table: table(&row).unwrap(),
        key: row.key,
        value: row.value,
    };
    let rows = v1_rows(name).into_iter().map(put);
    assert_eq!(ready(store.commit(rows.collect())), Ok(()));
}

fn read<R: Record>(rows: &[Row]) -> Vec<Result<R, Unreadable>> {
    let ours = rows.iter().filter(|row| row.table == R::TABLE.name());
    ours.map(|row| R::decode(&row.key, &row.value)).collect()
}

fn conversation(url: &str, id: &str, now: u64) -> Conversation {
    Conversation::new("saiki", url, ConversationId::new(id), Instant(now))
}

fn usual() -> Conversation {
    Conversation {
        title: Some("Pictures 🙂".to_owned()),
        renamed: true,
        touched: Instant(1_700_000_000_500),
        unread: true,
        cursor: Some("000000000002".to_owned()),
        draft: "half a sentence, with \"quotes\"\nand a second line".to_owned(),
        scroll: Some("item 12".to_owned()),
        preview: "did this arrive?".to_owned(),
        known: true,
        ..conversation(URL, ID, 1_700_000_000_000)
    }
}

fn setting(name: &str, value: &str) -> Setting {
    let (name, value) = (name.to_owned(), value.to_owned());
    Setting { name, value }
}

#[test]
fn conversations_of_version_1_are_read() {
    let deleted = Conversation {
        deleted: Some(Instant(1_700_000_009_000)),
        ..conversation(
            "wss://agents.example/ws?a=b c%20d",
            "default",
            1_700_000_000_001,
        )
    };
    let found = read(&v1_rows("v1/usual.jsonl"));
    assert_eq!(found, [Ok(usual()), Ok(deleted)]);
}

#[test]
fn events_of_version_1_are_read_letter_by_letter() {
    let event = |key: &str, json: &str| {
        Ok(Event {
            conversation: usual().name(),
            key: key.to_owned(),
            json: json.to_owned(),
        })
    };
    let found = read(&v1_rows("v1/usual.jsonl"));
    let one = event(
        "000000000001",
        r#"{"type":"message","text":"hello","cost":0.10}"#,
    );
    assert_eq!(
        found,
        [one, event("000000000002", r#"["any","json",null]"#)]
    );
}

#[test]
fn the_outbox_of_version_1_is_read() {
    let doubtful = Outgoing {
        conversation: usual().name(),
        seq: 1,
        text: "did this arrive?".to_owned(),
        attachments: Vec::new(),
        incomplete: false,
        failed: false,
        doubtful: true,
        transaction: TransactionId(7),
    };
    let waiting = Outgoing {
        seq: 2,
        text: "look at the picture 🙂".to_owned(),
        attachments: vec![Attachment {
            name: "a picture.png".to_owned(),
            mime: "image/png".to_owned(),
            base64: "iVBORw0KGgo=".to_owned(),
        }],
        incomplete: true,
        failed: false,
        doubtful: false,
        transaction: TransactionId(8),
        ..doubtful.clone()
    };
    let found = read(&v1_rows("v1/usual.jsonl"));
    assert_eq!(found, [Ok(doubtful), Ok(waiting)]);
}

#[test]
fn settings_of_version_1_are_read() {
    let server = r#"{"server":"saiki","strict":false,"url":"ws://localhost:3001"}"#;
    let found = read(&v1_rows("v1/usual.jsonl"));
    assert_eq!(
        found,
        [Ok(setting("theme", "dark")), Ok(setting("server", server))]
    );
}

fn refused<R: Record>(rows: &[Row], why: Unreadable) -> usize {
    let found = read::<R>(rows);
    assert!(found.iter().all(|read| read.as_ref().err() == Some(&why)));
    found.len()
}

fn refused_everywhere(name: &str, why: Unreadable) {
    let rows = v1_rows(name);
    let mut count = refused::<Conversation>(&rows, why);
    count += refused::<Event>(&rows, why);
    count += refused::<Outgoing>(&rows, why);
    count += refused::<Setting>(&rows, why);
    assert_eq!(count, rows.len());
}

#[test]
fn a_damaged_row_of_any_table_is_named_as_damaged() {
    refused_everywhere("v1/unreadable.jsonl", Unreadable::Corrupt);
}

#[test]
fn a_row_of_a_newer_program_is_named_as_newer() {
    refused_everywhere("v1/newer.jsonl", Unreadable::Newer { version: 2 });
}

/// What the moved writes come to, in an empty store.
fn settled(moved: &Moved) -> MemoryTables {
    let store = MemoryTables::default();
    assert_eq!(ready(store.commit(moved.writes.clone())), Ok(()));
    store
}

fn list<R: Record>(store: &MemoryTables) -> Vec<R> {
    let found = ready(parlor::storage::record::list::<R>(store, "")).unwrap();
    assert_eq!(found.unreadable, []);
    found.records
}

fn settings(store: &MemoryTables) -> Vec<Setting> {
    let mut settings = list::<Setting>(store);
    settings.retain(|setting| setting.name != v1::DONE);
    settings
}

#[test]
fn local_storage_becomes_records() {
    let moved = v1::from_local_storage(&v0("v0/usual.json"), NOW);
    assert_eq!((moved.taken.len(), moved.unreadable.len()), (5, 0));
    let store = settled(&moved);
    let open = Conversation {
        draft: usual().draft,
        known: true,
        ..conversation(URL, ID, NOW.0)
    };
    let other = conversation("wss://agents.example/ws?a=b c%20d", "default", NOW.0);
    assert_eq!(list::<Conversation>(&store), [open.clone(), other]);
    let message = |seq, text: &str, doubtful, incomplete| Outgoing {
        conversation: open.name(),
        seq,
        text: text.to_owned(),
        attachments: Vec::new(),
        incomplete,
        failed: false,
        doubtful,
        transaction: TransactionId(seq),
    };
    let first = message(1, "did this arrive?", true, false);
    let second = message(2, "look at the picture 🙂", false, true);
    assert_eq!(list::<Outgoing>(&store), [first, second]);
    let server = r#"{"server":"saiki","strict":false,"url":"ws://localhost:3001"}"#;
    let kept = [setting("server", server), setting("theme", "dark")];
    assert_eq!(settings(&store), kept);
}

#[test]
fn a_first_visit_has_nothing_to_move_and_notes_that() {
    let moved = v1::from_local_storage(&v0("v0/first_visit.json"), NOW);
    assert_eq!((moved.taken.len(), moved.writes.len()), (0, 1));
    assert_eq!(list::<Setting>(&settled(&moved)).len(), 1);
}

#[test]
fn a_draft_without_a_conversation_is_not_lost() {
    let entries = v0("v0/draft_without_a_conversation.json");
    let store = settled(&v1::from_local_storage(&entries, NOW));
    let kept = settings(&store);
    assert!(kept.contains(&setting("draft", "hello")), "{kept:?}");
}

#[test]
fn what_was_damaged_in_local_storage_stays_there_and_hides_nothing() {
    let moved = v1::from_local_storage(&v0("v0/damaged.json"), NOW);
    let left = [
        "conversation ",
        "conversation saiki ws://localhost:3001",
        "server",
        "something else",
    ];
    assert_eq!(moved.unreadable, left);
    let store = settled(&moved);
    assert_eq!(settings(&store), [setting("theme", "light")]);
    let kept = list::<Conversation>(&store);
    assert_eq!(kept, [conversation("ws://other:1", "kept", NOW.0)]);
    let texts: Vec<String> = list::<Outgoing>(&store)
        .into_iter()
        .map(|m| m.text)
        .collect();
    assert_eq!(texts, ["whole"]);
}

#[test]
fn a_second_tab_moves_nothing_a_second_time() {
    let moved = v1::from_local_storage(&v0("v0/usual.json"), NOW);
    let store = settled(&moved);
    let gone = ConversationKey::with_server("saiki", URL);
    let delete = Write::DeleteUnder {
        table: Table::Conversations,
        prefix: gone,
    };
    assert_eq!(ready(store.commit(vec![delete])), Ok(()));
    let again = v1::from_local_storage(&v0("v0/usual.json"), Instant(NOW.0 + 1));
    assert_eq!(ready(store.commit(again.writes)), Err(StorageError::Taken));
    assert_eq!(list::<Conversation>(&store).len(), 1);
}
