//! Parlor: one chat window for every agent server.
pub mod app;
pub mod io;
pub mod model;
pub mod protocol;
pub mod session;
pub mod words;
