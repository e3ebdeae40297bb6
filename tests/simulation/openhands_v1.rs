//! OpenHands from 1.0, behaviour by behaviour: what a client of the real servers must do.

mod conformance;
pub(crate) mod server;
