//! Parlor: one chat window for every agent server.
pub mod app;
pub mod demo;
#[cfg(target_arch = "wasm32")]
pub mod driver;
pub mod embed;
pub mod io;
pub mod markdown;
pub mod model;
#[cfg(target_arch = "wasm32")]
pub mod platform;
pub mod projection;
pub mod protocol;
pub mod recording;
pub mod session;
pub mod storage;
pub mod wire;
pub mod words;
