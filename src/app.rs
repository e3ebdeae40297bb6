//! The app in the Elm manner: a model, messages, one `update`, outputs.
//!
//! The driver hands it every message and drains [`App::poll`] after each; [`App::deadline`] says
//! when to send [`Msg::Woke`]. The demo agent is answered in here, so that the browser half knows
//! only real sockets.

mod msg;
mod view;

use std::collections::VecDeque;

use crate::model::Instant;
pub use msg::{Intent, Msg, Output, Start, Theme};
pub use view::{Link, Toast, TraceLine, View};

/// The whole application, without a browser.
#[derive(Default)]
pub struct App {
    outputs: VecDeque<Output>,
}

impl App {
    /// Takes one message; drain [`Self::poll`] afterwards.
    pub fn update(&mut self, msg: Msg, now: Instant) {
        let _ = (msg, now);
    }

    /// The next thing to do, in order; `None` when all is done.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When [`Msg::Woke`] is wanted; changes with every message.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        None
    }
}
