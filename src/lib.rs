//! Parlor: one chat window for every agent server.
pub mod app;
pub mod demo;
pub mod io;
pub mod markdown;
pub mod model;
pub mod protocol;
pub mod recording;
pub mod session;
pub mod wire;
pub mod words;
