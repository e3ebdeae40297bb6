//! One conversation: what is known of it besides its events.

use super::form::{Form, Sheet};
use super::{ConversationKey, Record, Unreadable};
use crate::model::{ConversationId, Instant};
use crate::storage::tables::Table;

/// A conversation with a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation {
    /// The protocol's name.
    pub server: String,
    /// The server's address; empty where it has none.
    pub url: String,
    /// The server's identifier of it, or ours where the server lets us choose.
    pub id: ConversationId,
    /// What it is called; `None` until somebody or something names it.
    pub title: Option<String>,
    /// The person gave the title, so that nothing else changes it.
    pub renamed: bool,
    /// When it was begun here.
    pub created: Instant,
    /// When anything happened in it last.
    pub touched: Instant,
    /// Something came that was not shown yet.
    pub unread: bool,
    /// The key of the highest event seen; kept in the same commit as that event.
    pub cursor: Option<String>,
    /// The key of the event up to which nothing is missing.
    pub whole: Option<String>,
    /// What was written and not sent.
    pub draft: String,
    /// Where it was scrolled to: the anchor of an item; `None` at the end.
    pub scroll: Option<String>,
    /// The beginning of its text, for lists and search.
    pub preview: String,
    /// The server has spoken in it.
    pub known: bool,
    /// The person reset it, which the server has not confirmed yet.
    pub resetting: bool,
    /// When it was deleted; it can be brought back until it is swept away.
    pub deleted: Option<Instant>,
}

impl Conversation {
    /// A conversation that begins now.
    #[must_use]
    pub fn new(server: &str, url: &str, id: ConversationId, now: Instant) -> Self {
        Self {
            server: server.to_owned(),
            url: url.to_owned(),
            id,
            title: None,
            renamed: false,
            created: now,
            touched: now,
            unread: false,
            cursor: None,
            whole: None,
            draft: String::new(),
            scroll: None,
            preview: String::new(),
            known: false,
            resetting: false,
            deleted: None,
        }
    }

    /// The key, under which its events and its outbox are kept as well.
    #[must_use]
    pub fn name(&self) -> ConversationKey {
        ConversationKey::new(&self.server, &self.url, &self.id)
    }
}

impl Record for Conversation {
    const TABLE: Table = Table::Conversations;

    fn key(&self) -> String {
        self.name().as_str().to_owned()
    }

    fn value(&self) -> String {
        Sheet::new()
            .with("title", self.title.as_deref())
            .with("renamed", self.renamed)
            .with("created", self.created.0)
            .with("touched", self.touched.0)
            .with("unread", self.unread)
            .with("cursor", self.cursor.as_deref())
            .with("whole", self.whole.as_deref())
            .with("draft", self.draft.as_str())
            .with("scroll", self.scroll.as_deref())
            .with("preview", self.preview.as_str())
            .with("known", self.known)
            .with("resetting", self.resetting)
            .with("deleted", self.deleted.map(|at| at.0))
            .finish()
    }

    fn decode(key: &str, value: &str) -> Result<Self, Unreadable> {
        let mut form = Form::read(Self::TABLE, value)?;
        let (server, url, id) = ConversationKey::parts(key)?;
        let conversation = Self {
            server,
            url,
            id,
            title: form.optional_text("title"),
            renamed: form.flag("renamed"),
            created: Instant(form.number("created")),
            touched: Instant(form.number("touched")),
            unread: form.flag("unread"),
            cursor: form.optional_text("cursor"),
            whole: form.optional_text("whole"),
            draft: form.optional_text("draft").unwrap_or_default(),
            scroll: form.optional_text("scroll"),
            preview: form.optional_text("preview").unwrap_or_default(),
            known: form.flag("known"),
            resetting: form.flag("resetting"),
            deleted: form.optional_number("deleted").map(Instant),
        };
        form.whole(conversation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> Conversation {
        Conversation {
            title: Some("Ein \"Titel\"".to_owned()),
            renamed: true,
            touched: Instant(1_700_000_000_001),
            unread: true,
            cursor: Some("000000000042".to_owned()),
            draft: "half a\nsentence".to_owned(),
            scroll: Some("item 7".to_owned()),
            preview: "🙂".to_owned(),
            known: true,
            resetting: true,
            deleted: Some(Instant(u64::MAX)),
            ..Conversation::new(
                "saiki",
                "ws://h:1/a b",
                ConversationId::new("c 1"),
                Instant(1),
            )
        }
    }

    #[test]
    fn everything_comes_back() {
        let new = Conversation::new("demo", "", ConversationId::new(""), Instant(9));
        for conversation in [full(), new] {
            let (key, value) = conversation.encode();
            assert_eq!(Conversation::decode(&key, &value), Ok(conversation));
        }
    }

    #[test]
    fn what_an_older_program_did_not_keep_reads_as_nothing() {
        let (key, _) = full().encode();
        let read = Conversation::decode(&key, r#"{"v":1}"#);
        let bare = Conversation::new(
            "saiki",
            "ws://h:1/a b",
            ConversationId::new("c 1"),
            Instant(0),
        );
        assert_eq!(read, Ok(bare));
    }

    #[test]
    fn what_holds_something_else_is_damage() {
        let (key, value) = full().encode();
        for (right, wrong) in [
            ("\"renamed\":true", "\"renamed\":1"),
            ("\"known\":true", "\"known\":\"yes\""),
            ("\"created\":1", "\"created\":-1"),
            ("\"v\":1", "\"v\":\"1\""),
            ("\"v\":1", "\"w\":1"),
            ("\"v\":1", "\"v\":0"),
        ] {
            let damaged = value.replace(right, wrong);
            assert_ne!(damaged, value, "{right}");
            let read = Conversation::decode(&key, &damaged);
            assert_eq!(read, Err(Unreadable::Corrupt), "{wrong}");
        }
        assert_eq!(
            Conversation::decode("a b", &value),
            Err(Unreadable::Corrupt)
        );
        let cut = (0..value.len()).filter_map(|end| value.get(..end));
        assert!(
            cut.into_iter()
                .all(|cut| Conversation::decode(&key, cut).is_err())
        );
    }
}
