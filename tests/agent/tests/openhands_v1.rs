//! The small OpenHands V1 as a client meets it, which speaks its frames by hand.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

#[path = "support/server.rs"]
mod server;

#[path = "openhands_v1"]
mod v1 {
    mod acting;
    mod asking;
    mod connecting;
    mod playing;
    mod requesting;
    mod shapes;
    mod starting;
    pub(crate) mod visit;
}
