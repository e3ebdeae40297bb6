//! The other conversations with the server at hand: which there are, and that one of them has news.

use super::{App, Target};
use crate::model::{ConversationId, Instant};
use crate::session::Input;
use crate::storage::record::Conversation;

/// How many of them a server is asked for news of.
const MOST: usize = 20;

impl App {
    fn kept(&self) -> impl Iterator<Item = &Conversation> {
        self.shelf.catalogue.iter().map(|listed| &listed.record)
    }

    /// The other conversations with that server that are kept here.
    pub(super) fn others(&self, target: &Target) -> Vec<ConversationId> {
        let there = self.kept().filter(|record| {
            let same = record.server == target.protocol.name && record.url == target.url;
            same && record.deleted.is_none() && record.id != self.conversation.id
        });
        there.map(|record| record.id.clone()).take(MOST).collect()
    }

    /// The server is to tell of it, where it is one of them, or no longer.
    pub(super) fn listen(&mut self, record: &Conversation, on: bool, now: Instant) {
        let open = &self.conversation;
        let is_there = record.server == open.server && record.url == open.url;
        if is_there && record.id != open.id && !self.tab.following {
            let id = record.id.clone();
            self.tell(Input::Listen { id, on }, now);
        }
    }

    /// Something was answered in one of them, which nobody has seen: a message of this name, with this
    /// text.
    pub(super) fn news_elsewhere(&mut self, id: &ConversationId, said: (&str, &str), now: Instant) {
        let (server, url) = (&self.conversation.server, &self.conversation.url);
        let known = self.kept().find(|record| {
            record.server == *server
                && record.url == *url
                && record.id == *id
                && record.deleted.is_none()
        });
        let Some(mut record) = known.cloned() else {
            return;
        };
        self.keep_news(record.name(), said, now);
        if !std::mem::replace(&mut record.unread, true) {
            self.shelf.keep(&record, None);
        }
    }
}
