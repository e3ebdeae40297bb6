//! Parlor: one chat window for every agent server, as a static page.
//!
//! A pure half decides everything and runs under plain `cargo test`; a browser half (wasm32 only)
//! does it. The modules in layer order, each importing only from those above it and a few beside;
//! `tests/simulation/layers.rs` holds the table and checks it against the code.
//!
//! | layer | what it is |
//! |---|---|
//! | [`model`], [`io`] | the nouns, and the port to the browser |
//! | [`wire`], [`markdown`], [`random`] | formats, and seeded randomness |
//! | [`protocol`] | one adapter for each server: frames in, one vocabulary of events out |
//! | [`session`] | connection, outbox, run, timeline: once for all protocols |
//! | [`meet`] | video rooms: who is there, and the negotiation with each |
//! | [`storage`], [`embed`], [`words`] | keeping things, the host page, every sentence |
//! | [`demo`], [`recording`] | an agent in the page, and a player of recorded traffic |
//! | [`app`] | the Elm loop: a message in, outputs out |
//! | [`projection`] | changes to signals |
//! | `platform`, `driver`, `ui` | the browser: effects, the only loop, the screen |
//!
//! Where to start: `app.rs` for what can happen, `session.rs` for what is done about it, and
//! `protocol/saiki.rs` for what a server says.

pub mod app;
pub mod demo;
#[cfg(target_arch = "wasm32")]
pub mod driver;
pub mod embed;
pub mod io;
pub mod markdown;
pub mod meet;
pub mod model;
#[cfg(target_arch = "wasm32")]
pub mod platform;
pub mod projection;
pub mod protocol;
pub mod random;
pub mod recording;
pub mod session;
pub mod storage;
#[cfg(target_arch = "wasm32")]
pub mod ui;
pub mod wire;
pub mod words;
