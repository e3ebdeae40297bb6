//! What the tabs of one browser tell each other of the list of conversations, whichever each has
//! open: a title that was given, something unread, one that is new or gone. It is JSON over a channel
//! that all of them share (WHATWG HTML, broadcasting).

use serde_json::{Value, json};

use super::App;
use super::msg::Output;
use crate::storage::record::{Conversation, Record};
use crate::wire::json;

/// A conversation is kept like this now. One in which nothing was said yet is nobody else's affair.
pub(super) fn kept(conversation: &Conversation) -> Option<Value> {
    let said = conversation.title.is_some() || !conversation.preview.is_empty();
    said.then(|| json!({"conversation": conversation.key(), "record": conversation.value()}))
}

/// Nothing is kept of a conversation any more.
pub(super) fn gone(conversation: &Conversation) -> Value {
    json!({"conversation": conversation.key()})
}

impl App {
    pub(super) fn tell_all(&mut self) {
        let news = std::mem::take(&mut self.shelf.news).into_iter();
        self.outputs
            .extend(news.map(|news| Output::TellAll(news.to_string())));
    }

    /// Another tab changed what is kept of a conversation.
    pub(super) fn changed_elsewhere(&mut self, news: &str) {
        let news: Value = serde_json::from_str(news).unwrap_or_default();
        let Some(key) = json::text(&news, &["conversation"]) else {
            return;
        };
        match json::text(&news, &["record"]) {
            Some(record) => {
                if let Ok(record) = Conversation::decode(key, record) {
                    self.adopt(record);
                }
            }
            None => self.lost(key),
        }
    }

    /// Another tab swept a conversation away. The open one goes on here, and what it says from now on
    /// is kept; what came before is to be asked for again.
    fn lost(&mut self, key: &str) {
        self.shelf.catalogue.remove_key(key);
        if self.session.is_some() && self.conversation.key() == key {
            self.swept = true;
            self.conversation.whole = None;
            self.conversation.cursor = None;
            self.outgoing.clear();
            self.said.forget();
        }
    }

    /// Of the open conversation only its title is taken on, and whether it is deleted: what was said
    /// in it is better known here.
    fn adopt(&mut self, record: Conversation) {
        self.shelf.catalogue.keep(&record);
        if self.session.is_some() && super::catalogue::is_same(&self.conversation, &record) {
            self.conversation.deleted = record.deleted;
            self.conversation.renamed = record.renamed;
            self.view.subject.clone_from(&record.title);
            self.conversation.title = record.title;
        }
    }
}
