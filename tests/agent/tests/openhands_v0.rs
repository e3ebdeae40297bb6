//! The small OpenHands as a client meets it, which speaks its frames by hand.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

#[path = "support/server.rs"]
mod server;

mod openhands {
    mod acting;
    mod connecting;
    mod failing;
    mod playing;
    mod requesting;
    pub(crate) mod visit;
}
