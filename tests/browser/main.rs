//! What only a real browser can show: its storage, sockets, requests, timers and pictures.
#![cfg(target_arch = "wasm32")]
#![expect(clippy::expect_used, reason = "a test that finds nothing has failed")]

mod channel;
mod clipboard;
mod clock;
mod driver;
mod groups;
mod image;
mod indexed_db;
mod inert;
mod lock;
mod page;
mod patch;
mod requests;
mod sockets;
mod storage;
mod tables;
mod told;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
