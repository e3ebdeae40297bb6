//! The browser, one file per kind of effect. Nothing here decides anything.
//!
//! Every JavaScript handle (listener, timer, closure, socket) is a Rust value that lets go of it
//! when dropped, and none leaves this module.

pub mod channel;
pub mod clipboard;
pub mod fetch;
pub mod file;
pub mod frame;
pub mod image;
pub mod indexed_db;
pub mod inert;
pub mod level;
pub mod listener;
pub mod lock;
pub mod media;
mod once;
pub mod page;
pub mod parent;
pub mod remote_picture;
pub mod resize;
pub mod rtc;
pub mod socket;
pub mod task;
pub mod timer;
pub mod web_storage;

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, Window};

/// The window; `None` only where there is no page, such as in a worker.
pub(crate) fn window() -> Option<Window> {
    web_sys::window()
}

/// The document.
pub(crate) fn document() -> Option<Document> {
    window()?.document()
}

/// What was thrown, in the browser's words.
pub(crate) fn words(thrown: &JsValue) -> String {
    match thrown.dyn_ref::<js_sys::Error>() {
        Some(error) => error.message().into(),
        None => thrown.as_string().unwrap_or_default(),
    }
}

/// Writes a line for the developer: something went wrong that the person cannot mend.
pub(crate) fn warn(line: &str) {
    web_sys::console::warn_1(&line.into());
}
