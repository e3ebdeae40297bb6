//! The small General Bots as a client meets it, which speaks its frames by hand.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

#[path = "support/server.rs"]
mod server;

#[path = "general_bots"]
mod general_bots {
    mod chatting;
    mod meeting;
    mod releasing;
    pub(crate) mod visit;
}
