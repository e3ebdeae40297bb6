//! Following a conversation that another tab of this browser holds the connection of.
//!
//! The other tab passes on every frame, in and out, and this session reads them as if they were its
//! own. It opens no socket and sends nothing; what the person writes is handed over.

use super::Session;
use super::link::Passed;
use crate::io::{Frame, Happening, SocketId};
use crate::model::{Attachment, Body, Instant, ItemId, SendState, TransactionId, UserMessage};
use crate::protocol::{Command, Stream};

/// Stands for the other tab's socket; no socket of ours has this number.
const THEIRS: SocketId = SocketId(0);

impl Session {
    /// The other tab's connection is open, or not.
    pub(super) fn follow(&mut self, open: bool, now: Instant) {
        let first = !std::mem::replace(&mut self.following, true);
        let was_open = self.connection.is_open();
        match open {
            true => self.connection.ready(now),
            false => {
                self.level = false;
                // What came without a name over their connection cannot go on over another.
                let item = String::new();
                self.timeline.stream(Stream::Aborted { item });
                self.in_order = false;
                self.connection.connecting(now);
            }
        }
        // What came before this tab listened, and was not stored yet.
        if open && (first || !was_open) {
            self.recall(now);
        }
    }

    /// A frame that came over the other tab's connection.
    pub(super) fn relayed(&mut self, frame: Frame, now: Instant) {
        let socket = THEIRS;
        let happening = Happening::Received {
            socket,
            frame: frame.clone(),
        };
        self.take_frame(&frame, &happening, Passed::Relayed, now);
    }

    /// A frame that went out over it.
    pub(super) fn overheard(&mut self, frame: &str, now: Instant) {
        let Some(command) = self.protocol.read_back(frame) else {
            return;
        };
        self.protocol.overhear(&command);
        // A numbered log has a copy of the message.
        if let Command::Message {
            text, attachments, ..
        } = command
            && !self.protocol.capabilities().event_ids
        {
            self.run.sent(now);
            self.witness(text, attachments);
        }
    }

    /// A message of the person's: ours of which no sign had come, else one from elsewhere.
    pub(super) fn witness(&mut self, text: String, attachments: Vec<Attachment>) {
        let ours = self.timeline.unsettled.iter().copied().find(|id| {
            let item = self.timeline.get(*id);
            item.is_some_and(
                |item| matches!(&item.body, Body::User(message) if message.text == text),
            )
        });
        if let Some(id) = ours {
            return self.timeline.delivery(id, SendState::Confirmed);
        }
        self.timeline.push(Body::User(UserMessage {
            transaction: TransactionId(0),
            text,
            attachments,
            state: SendState::Confirmed,
        }));
    }

    /// A message is handed to the other tab.
    pub(super) fn handed(
        &mut self,
        transaction: TransactionId,
        text: String,
        attachments: Vec<Attachment>,
    ) {
        self.timeline.push(Body::User(UserMessage {
            transaction,
            text,
            attachments,
            state: SendState::Sending,
        }));
    }

    /// The other tab has a message that was handed to it.
    pub(super) fn took(&mut self, transaction: TransactionId) {
        let mut ours = self.timeline.unsettled.iter().copied();
        let found = ours.find(|id| self.is_transaction(*id, transaction));
        if let Some(id) = found
            && self.delivery_of(id) == Some(SendState::Sending)
        {
            self.timeline.delivery(id, SendState::Sent);
        }
    }

    pub(super) fn is_transaction(&self, id: ItemId, transaction: TransactionId) -> bool {
        self.timeline.get(id).is_some_and(
            |item| matches!(&item.body, Body::User(message) if message.transaction == transaction),
        )
    }
}
