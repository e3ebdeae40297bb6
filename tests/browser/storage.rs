//! The browser's own store keeps what every store has to keep.

use parlor::platform::web_storage::WebStorage;
use parlor::storage::Storage;
use wasm_bindgen_test::wasm_bindgen_test;

fn emptied() -> WebStorage {
    let store = web_sys::window().and_then(|window| window.local_storage().ok().flatten());
    store.expect("a store").clear().expect("cleared");
    WebStorage::local().expect("a store")
}

parlor::storage::conformance::suite!(wasm_bindgen_test, emptied());

#[wasm_bindgen_test]
fn keys_of_other_pages_are_neither_seen_nor_taken() {
    let mut store = emptied();
    let all = web_sys::window().and_then(|window| window.local_storage().ok().flatten());
    let all = all.expect("a store");
    all.set_item("draft", "theirs").expect("kept");
    assert_eq!(store.load("draft"), Ok(None));
    assert_eq!(store.save("draft", "ours"), Ok(()));
    assert_eq!(all.get_item("draft"), Ok(Some("theirs".to_owned())));
    assert_eq!(all.get_item("parlor.draft"), Ok(Some("ours".to_owned())));
    assert_eq!(store.entries("").map(|all| all.len()), Ok(1));
}

#[wasm_bindgen_test]
fn a_value_that_is_too_large_is_refused_and_the_old_one_stays() {
    let mut store = emptied();
    assert_eq!(store.save("draft", "small"), Ok(()));
    let large = "x".repeat(12_000_000);
    let refused = store.save("draft", &large);
    assert_eq!(refused, Err(parlor::storage::StorageError::Full));
    assert_eq!(store.load("draft"), Ok(Some("small".to_owned())));
}

#[wasm_bindgen_test]
fn what_a_tab_keeps_is_not_in_the_store_that_all_share() {
    let shared = emptied();
    let mut tab = WebStorage::session().expect("a store");
    assert_eq!(tab.save("key", "k"), Ok(()));
    assert_eq!(shared.load("key"), Ok(None));
    assert_eq!(tab.entries("k").map(|all| all.len()), Ok(1));
    assert_eq!(tab.remove("key"), Ok(()));
}
