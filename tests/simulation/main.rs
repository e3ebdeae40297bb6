//! The pure half in virtual time: one module for each behaviour.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod choosing;
mod conformance;
mod demo;
mod export;
mod fixtures;
mod general_bots;
mod history;
mod kept;
mod keys;
mod layers;
mod links;
mod list;
mod markdown;
mod meet;
mod numbered;
mod offers;
mod openhands;
mod openhands_v1;
mod outbox;
mod place;
mod properties;
mod reconnect;
mod recording;
mod remote;
mod revisit;
mod run;
mod schedules;
mod snapshots;
mod support;
mod tabs;
mod tolerance;
mod trouble;
