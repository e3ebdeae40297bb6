//! Copying works or says that it does not, and leaves nothing behind.

use parlor::platform::clipboard;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
async fn copying_without_a_press_of_a_button_leaves_the_page_as_it_was() {
    let document = web_sys::window().and_then(|window| window.document());
    let document = document.expect("a page");
    let body = document.body().expect("a body");
    let before = body.child_element_count();
    // Whether a headless browser allows it differs from version to version.
    let _ = clipboard::write("text").await;
    assert_eq!(body.child_element_count(), before);
}
