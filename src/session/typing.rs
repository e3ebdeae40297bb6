//! Telling the server that the person writes: once at the first letter, and once when they stop.

use super::Session;
use crate::model::Instant;
use crate::protocol::Command;

impl Session {
    /// The person writes, or has stopped; five seconds without a letter are a stop.
    pub(super) fn typing(&mut self, writes: bool, now: Instant) {
        let can = self.connection.is_open() && self.protocol.capabilities().typing;
        if !can || self.following {
            self.typing = None;
            return;
        }
        if writes != self.typing.is_some() {
            self.command(&Command::Typing(writes));
        }
        self.typing = writes.then(|| now + self.policy.typing);
    }

    pub(super) fn waited(&self) -> Option<Instant> {
        self.waits.iter().map(|(_, until)| *until).min()
    }
}
