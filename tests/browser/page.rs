//! What the page knows of itself.

use parlor::platform::page::{self, Place};
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
fn the_place_is_read_from_the_window() {
    let place = Place::now();
    assert!(place.origin.starts_with("http://"), "{}", place.origin);
    assert!(!place.secure);
    assert!(!place.query.starts_with('?'));
}

#[wasm_bindgen_test]
fn two_seeds_differ() {
    assert_ne!(page::seed(), page::seed());
}

#[wasm_bindgen_test]
fn the_clock_counts_from_the_epoch_and_never_back() {
    let first = page::now();
    // 2024-01-01 in milliseconds.
    assert!(first.0 > 1_704_067_200_000, "{first:?}");
    assert!(page::now() >= first);
}

#[wasm_bindgen_test]
fn the_theme_stands_on_the_root_element() {
    page::set_theme("dark");
    let document = web_sys::window().and_then(|window| window.document());
    let root = document.and_then(|document| document.document_element());
    let theme = root.and_then(|root| root.get_attribute("data-theme"));
    assert_eq!(theme.as_deref(), Some("dark"));
}
