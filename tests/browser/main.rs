//! What only a real browser can show: its storage, sockets, timers and pictures.
#![cfg(target_arch = "wasm32")]
