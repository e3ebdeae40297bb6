//! The browser's database keeps what every store of tables has to keep, and says what happened
//! where it cannot.

use js_sys::{Date, Math, Promise};
use parlor::platform::indexed_db::Database;
use parlor::storage::StorageError;
use parlor::storage::tables::conformance::{add, put};
use parlor::storage::tables::{Store, Table};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{console_log, wasm_bindgen_test};

use crate::patch::{Patch, run};

/// A name that no other test has.
fn name() -> String {
    format!("parlor test {} {}", Date::now(), Math::random())
}

async fn opened(name: &str) -> Database {
    Database::open(name).await.expect("a database")
}

async fn empty() -> Database {
    opened(&name()).await
}

parlor::storage::tables::conformance::suite!(wasm_bindgen_test, &empty().await);

async fn kept(store: &Database, key: &str) -> Option<String> {
    let value = store.get(Table::Settings, key).await;
    value.expect("an answer")
}

async fn keep(store: &Database, key: &str) -> Result<(), StorageError> {
    store.commit(vec![put(Table::Settings, key, key)]).await
}

/// What a script promises.
async fn promised(script: String) -> JsValue {
    let promise: Promise = run(&script).dyn_into().expect("a promise");
    JsFuture::from(promise)
        .await
        .expect("a promise that is kept")
}

/// Another program that opens the database at that version, and leaves it in `window.other`.
/// `closes`: it makes room for a newer one.
async fn other(name: &str, version: u32, closes: bool) -> String {
    let said = promised(format!(
        "return new Promise((resolve, reject) => {{
             const request = indexedDB.open('{name}', {version});
             request.onsuccess = () => {{
                 window.other = request.result;
                 if ({closes}) window.other.onversionchange = () => window.other.close();
                 resolve('opened');
             }};
             request.onerror = () => resolve(request.error.name);
             request.onblocked = () => resolve('blocked');
         }});"
    ));
    said.await.as_string().expect("a word")
}

/// Deletes a database; `blocked` where somebody does not let go of it.
async fn deleted(name: &str) -> String {
    let said = promised(format!(
        "return new Promise((resolve) => {{
             const request = indexedDB.deleteDatabase('{name}');
             request.onsuccess = () => resolve('deleted');
             request.onblocked = () => resolve('blocked');
             request.onerror = () => resolve(request.error.name);
         }});"
    ));
    said.await.as_string().expect("a word")
}

/// Leaves the connection of every transaction in `window.connection`.
fn watched() -> Patch {
    Patch::new(
        "const prototype = IDBDatabase.prototype, old = prototype.transaction;
         prototype.transaction = function (...all) { window.connection = this; return old.apply(this, all); };
         return () => { prototype.transaction = old; };",
    )
}

#[wasm_bindgen_test]
async fn what_was_kept_is_there_on_the_next_visit() {
    let name = name();
    let store = opened(&name).await;
    // Nobody waits for the commit: it is made all the same.
    drop(store.commit(vec![put(Table::Settings, "theme", "dark")]));
    drop(store);
    let store = opened(&name).await;
    assert_eq!(kept(&store, "theme").await.as_deref(), Some("dark"));
}

#[wasm_bindgen_test]
async fn two_pages_share_what_is_kept() {
    let name = name();
    let (one, two) = (opened(&name).await, opened(&name).await);
    assert_eq!(keep(&one, "a").await, Ok(()));
    assert_eq!(kept(&two, "a").await.as_deref(), Some("a"));
    let claim = |store: &Database| store.commit(vec![add(Table::Outbox, "1", "mine")]);
    let (first, second) = (claim(&one), claim(&two));
    assert_eq!(first.await, Ok(()));
    assert_eq!(second.await, Err(StorageError::Taken));
}

#[wasm_bindgen_test]
async fn a_page_without_a_database_says_so() {
    let refused = || async { Database::open("parlor none").await.err() };
    {
        let _none = Patch::property("window", "indexedDB", "undefined");
        assert_eq!(refused().await, Some(StorageError::Unavailable));
    }
    let throws = "() => { throw new DOMException('opaque origin', 'SecurityError'); }";
    let _opaque = Patch::property("IDBFactory.prototype", "open", throws);
    assert_eq!(refused().await, Some(StorageError::Unavailable));
}

#[wasm_bindgen_test]
async fn a_database_of_a_newer_program_is_left_alone() {
    let name = name();
    assert_eq!(other(&name, 1_000, true).await, "opened");
    let refused = Database::open(&name).await.err();
    assert_eq!(refused, Some(StorageError::Outdated));
    run("window.other.close()");
}

#[wasm_bindgen_test]
async fn a_newer_program_is_let_in_and_nothing_is_kept_any_more() {
    let name = name();
    let store = opened(&name).await;
    let last = keep(&store, "last");
    let (last, newer) = (last.await, other(&name, 1_000, true).await);
    assert_eq!((last, newer.as_str()), (Ok(()), "opened"));
    assert_eq!(keep(&store, "later").await, Err(StorageError::Outdated));
    let read = store.get(Table::Settings, "last").await;
    assert_eq!(read, Err(StorageError::Outdated));
    run("window.other.close()");
}

#[wasm_bindgen_test]
async fn a_deletion_by_another_page_is_not_stopped() {
    let name = name();
    let store = opened(&name).await;
    assert_eq!(keep(&store, "a").await, Ok(()));
    assert_eq!(deleted(&name).await, "deleted");
    assert_eq!(keep(&store, "b").await, Err(StorageError::Outdated));
}

#[wasm_bindgen_test]
async fn an_older_program_that_does_not_let_go_is_named() {
    let name = name();
    assert_eq!(other(&name, 1, false).await, "opened");
    let patch = Patch::new(
        "const prototype = IDBFactory.prototype, old = prototype.open;
         prototype.open = function (name, version) { return old.call(this, name, version + 1); };
         return () => { prototype.open = old; };",
    );
    let refused = Database::open(&name).await.err();
    assert_eq!(refused, Some(StorageError::Blocked));
    drop(patch);
    run("window.other.close()");
    let gone = deleted(&name).await;
    assert_eq!(
        gone, "deleted",
        "the late opening is nobody's, and in nobody's way"
    );
}

#[wasm_bindgen_test]
async fn a_connection_that_the_browser_closed_is_opened_again() {
    let _watched = watched();
    let store = empty().await;
    assert_eq!(keep(&store, "before").await, Ok(()));
    run("window.connection.close(); window.connection.dispatchEvent(new Event('close'));");
    let turns = (0..9).map(|turn| put(Table::Settings, "turn", &turn.to_string()));
    let commits: Vec<_> = turns.map(|turn| store.commit(vec![turn])).collect();
    assert_eq!(kept(&store, "before").await.as_deref(), Some("before"));
    assert_eq!(kept(&store, "turn").await.as_deref(), Some("8"));
    for commit in commits {
        assert_eq!(commit.await, Ok(()));
    }
}

#[wasm_bindgen_test]
async fn a_dead_connection_is_noticed_without_an_event() {
    let _watched = watched();
    let store = empty().await;
    for turn in ["1", "2", "3"] {
        assert_eq!(keep(&store, turn).await, Ok(()));
        run("window.connection.close()");
    }
    assert_eq!(kept(&store, "3").await.as_deref(), Some("3"));
}

#[wasm_bindgen_test]
async fn what_was_under_way_when_the_connection_died_is_done_once_more_in_order() {
    let store = empty().await;
    let abort = Patch::property(
        "IDBTransaction.prototype",
        "commit",
        "function () { this.abort(); }",
    );
    let turns = (0..5).map(|turn| put(Table::Settings, "turn", &turn.to_string()));
    let commits: Vec<_> = turns.map(|turn| store.commit(vec![turn])).collect();
    drop(abort);
    for commit in commits {
        assert_eq!(commit.await, Ok(()));
    }
    assert_eq!(kept(&store, "turn").await.as_deref(), Some("4"));
}

#[wasm_bindgen_test]
async fn what_fails_on_a_second_connection_too_has_failed() {
    let store = empty().await;
    {
        let _abort = Patch::property(
            "IDBTransaction.prototype",
            "commit",
            "function () { this.abort(); }",
        );
        assert_eq!(keep(&store, "a").await, Err(StorageError::Unavailable));
    }
    assert_eq!(kept(&store, "a").await, None);
    assert_eq!(keep(&store, "b").await, Ok(()));
}

#[wasm_bindgen_test]
async fn a_full_disk_is_named_and_nothing_is_tried_again() {
    let store = empty().await;
    let full = "() => { throw new DOMException('no room', 'QuotaExceededError'); }";
    {
        let _full = Patch::property("IDBObjectStore.prototype", "put", full);
        let writes = vec![add(Table::Outbox, "1", "1"), put(Table::Settings, "a", "a")];
        assert_eq!(store.commit(writes).await, Err(StorageError::Full));
    }
    let outbox = store.get(Table::Outbox, "1").await;
    assert_eq!(outbox, Ok(None), "the write before it was taken back");
}

#[wasm_bindgen_test]
async fn nothing_is_written_into_a_store_that_was_emptied_meanwhile() {
    let _watched = watched();
    let name = name();
    let store = opened(&name).await;
    assert_eq!(keep(&store, "a").await, Ok(()));
    run("window.connection.close()");
    assert_eq!(deleted(&name).await, "deleted");
    run("window.connection.dispatchEvent(new Event('close'))");
    assert_eq!(keep(&store, "b").await, Err(StorageError::Outdated));
    assert_eq!(kept(&opened(&name).await, "b").await, None);
}

/// Run by hand, with `--include-ignored --nocapture`.
#[wasm_bindgen_test]
#[ignore = "a measurement"]
async fn how_long_ten_thousand_events_take() {
    let now = || {
        web_sys::window()
            .and_then(|window| window.performance())
            .expect("a clock")
            .now()
    };
    let json = format!("{{\"v\":1,\"event\":{{\"text\":\"{}\"}}}}", "x".repeat(300));
    let store = empty().await;
    let start = now();
    let key = |at: usize| format!("saiki ws://localhost:3001 conversation {at:012}");
    let writes = (0..10_000).map(|at| put(Table::Events, &key(at), &json));
    assert_eq!(store.commit(writes.collect()).await, Ok(()));
    let written = now();
    let rows = store.list(
        Table::Events,
        "saiki ws://localhost:3001 conversation ",
        None,
        None,
    );
    let rows = rows.await.expect("rows");
    let listed = now();
    let found = parlor::storage::record::Found::<parlor::storage::record::Event>::decode(&rows);
    let decoded = now();
    assert_eq!(found.records.len(), 10_000);
    console_log!(
        "10,000 events: written in {:.0} ms, listed in {:.0} ms, decoded in {:.0} ms",
        written - start,
        listed - written,
        decoded - listed
    );
    for table in [Table::Settings, Table::Outbox] {
        let start = now();
        for turn in 0..100 {
            let kept = store
                .commit(vec![put(table, &turn.to_string(), &json)])
                .await;
            assert_eq!(kept, Ok(()));
        }
        let each = (now() - start) / 100.0;
        console_log!("one commit to {}: {each:.2} ms", table.name());
    }
}
