//! What every [`Storage`] has to do, as tests for any of them.
//!
//! [`suite!`] turns these into tests; each panics where the store falls short, and is given an
//! empty one.

use super::Storage;

/// Makes the tests of this module for one store: the test attribute, then an empty store.
///
/// ```
/// parlor::storage::conformance::suite!(test, parlor::storage::MemoryStore::default());
/// ```
#[macro_export]
macro_rules! storage_conformance {
    ($attribute:meta, $empty:expr) => {
        $crate::storage::conformance::suite!(@each $attribute, $empty;
            an_unknown_key_has_no_value
            a_saved_value_is_loaded
            a_second_value_replaces_the_first
            a_removed_key_has_no_value
            any_text_comes_back_as_it_was
            entries_are_those_of_the_prefix
        );
    };
    (@each $attribute:meta, $empty:expr; $($name:ident)*) => {
        $(
            #[$attribute]
            fn $name() {
                $crate::storage::conformance::$name($empty);
            }
        )*
    };
}

pub use storage_conformance as suite;

/// A key that nobody saved.
pub fn an_unknown_key_has_no_value(mut store: impl Storage) {
    assert_eq!(store.load("nothing"), Ok(None));
    assert_eq!(store.remove("nothing"), Ok(()));
    assert_eq!(store.entries(""), Ok(Vec::new()));
}

/// A value comes back, and only under its key.
pub fn a_saved_value_is_loaded(mut store: impl Storage) {
    assert_eq!(store.save("draft", "hello"), Ok(()));
    assert_eq!(store.load("draft"), Ok(Some("hello".to_owned())));
    assert_eq!(store.load("Draft"), Ok(None));
}

/// The last value stands.
pub fn a_second_value_replaces_the_first(mut store: impl Storage) {
    assert_eq!(store.save("draft", "one"), Ok(()));
    assert_eq!(store.save("draft", ""), Ok(()));
    assert_eq!(store.load("draft"), Ok(Some(String::new())));
}

/// Removing forgets one key and no other.
pub fn a_removed_key_has_no_value(mut store: impl Storage) {
    assert_eq!(store.save("a", "1"), Ok(()));
    assert_eq!(store.save("b", "2"), Ok(()));
    assert_eq!(store.remove("a"), Ok(()));
    assert_eq!(store.load("a"), Ok(None));
    assert_eq!(store.load("b"), Ok(Some("2".to_owned())));
}

/// Spaces, quotes, line ends and anything outside ASCII, in keys and values.
pub fn any_text_comes_back_as_it_was(mut store: impl Storage) {
    let key = "conversation saiki ws://host:3001/?a=b#ä";
    let value = "\"quoted\"\n\t\u{0} – 日本 🙂";
    assert_eq!(store.save(key, value), Ok(()));
    assert_eq!(store.load(key), Ok(Some(value.to_owned())));
}

/// A prefix finds its keys, sorted.
pub fn entries_are_those_of_the_prefix(mut store: impl Storage) {
    for (key, value) in [("b.2", "y"), ("a.1", "w"), ("b.1", "x"), ("c", "z")] {
        assert_eq!(store.save(key, value), Ok(()));
    }
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let found = vec![pair("b.1", "x"), pair("b.2", "y")];
    assert_eq!(store.entries("b."), Ok(found));
    assert_eq!(store.entries("").map(|all| all.len()), Ok(4));
}
