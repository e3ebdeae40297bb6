//! From local storage, where the first program kept everything, to records.
//!
//! There stood, each under its key: `server` and `theme`, `draft` for whichever conversation was
//! open, and for each address `conversation <server> <url>`, the last conversation there as JSON,
//! with its outbox.

use serde_json::Value;

use crate::model::{ConversationId, Instant, TransactionId};
use crate::storage::record::{Conversation, Outgoing, Record, Setting};
use crate::storage::tables::Write;

/// The name of the setting that says that this was done.
pub const DONE: &str = "local storage was moved";

/// What becomes of local storage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    /// One commit. It claims [`DONE`], so that only one tab moves anything: for a second one it
    /// fails with [`Taken`](crate::storage::StorageError::Taken).
    pub writes: Vec<Write>,
    /// The keys that may be removed from local storage once this is committed.
    pub taken: Vec<String>,
    /// The keys that could not be read; they are better left where they are.
    pub unreadable: Vec<String>,
}

/// Turns what was kept in local storage into records. They have the time `now`, since nothing was
/// known of theirs.
#[must_use]
pub fn from_local_storage(entries: &[(String, String)], now: Instant) -> Moved {
    let mut moved = Moved::default();
    let done = Setting {
        name: DONE.to_owned(),
        value: now.0.to_string(),
    };
    moved.writes.push(done.add());
    let draft = Draft::find(entries);
    for (key, value) in entries {
        let read = match conversation_of(key) {
            Some(place) => moved.conversation(place, value, &draft, now),
            None => moved.setting(key, value, &draft, entries),
        };
        match read {
            Some(()) => moved.taken.push(key.clone()),
            None => moved.unreadable.push(key.clone()),
        }
    }
    moved
}

/// What was written and not sent, and where it belongs.
struct Draft<'a> {
    text: &'a str,
    /// The key of the conversation that was open last.
    place: Option<String>,
}

impl<'a> Draft<'a> {
    fn find(entries: &'a [(String, String)]) -> Self {
        let last = entry(entries, "server").and_then(|text| serde_json::from_str(text).ok());
        let place = last.and_then(|last: Value| {
            let server = last.get("server")?.as_str()?;
            let url = last.get("url").and_then(Value::as_str).unwrap_or_default();
            Some(["conversation ", server, " ", url].concat())
        });
        Self {
            text: entry(entries, "draft").unwrap_or_default(),
            place,
        }
    }

    fn is_for(&self, server: &str, url: &str) -> bool {
        let key = ["conversation ", server, " ", url].concat();
        self.place.as_deref() == Some(key.as_str())
    }

    /// The conversation it belongs to is kept, and takes it along.
    fn has_place(&self, entries: &[(String, String)]) -> bool {
        let kept = self.place.as_deref().and_then(|key| entry(entries, key));
        kept.is_some_and(|text| parsed(text).is_some())
    }
}

impl Moved {
    fn conversation(
        &mut self,
        (server, url): (&str, &str),
        text: &str,
        draft: &Draft<'_>,
        now: Instant,
    ) -> Option<()> {
        let (id, value) = parsed(text)?;
        let mut conversation = Conversation::new(server, url, id, now);
        conversation.known = value.get("known").and_then(Value::as_bool) == Some(true);
        if draft.is_for(server, url) {
            draft.text.clone_into(&mut conversation.draft);
        }
        self.writes.push(conversation.put());
        let outbox = value.get("outbox").and_then(Value::as_array);
        let outbox = outbox.into_iter().flatten().zip(1..);
        let outbox = outbox.filter_map(|(message, seq)| outgoing(&conversation, message, seq));
        self.writes.extend(outbox.map(|message| message.put()));
        Some(())
    }

    fn setting(
        &mut self,
        name: &str,
        value: &str,
        draft: &Draft<'_>,
        entries: &[(String, String)],
    ) -> Option<()> {
        match name {
            "draft" if draft.has_place(entries) => return Some(()),
            "server" => {
                serde_json::from_str::<Value>(value).ok()?;
            }
            "theme" | "draft" => {}
            _ => return None,
        }
        let (name, value) = (name.to_owned(), value.to_owned());
        self.writes.push(Setting { name, value }.put());
        Some(())
    }
}

fn entry<'a>(entries: &'a [(String, String)], key: &str) -> Option<&'a str> {
    let found = entries.iter().find(|(known, _)| known == key);
    found.map(|(_, value)| value.as_str())
}

/// The server and the address in a key. A server's name has no space in it.
fn conversation_of(key: &str) -> Option<(&str, &str)> {
    key.strip_prefix("conversation ")?.split_once(' ')
}

fn parsed(text: &str) -> Option<(ConversationId, Value)> {
    let value: Value = serde_json::from_str(text).ok()?;
    let id = ConversationId::new(value.get("id")?.as_str()?);
    Some((id, value))
}

fn outgoing(conversation: &Conversation, message: &Value, seq: u64) -> Option<Outgoing> {
    let is = |name: &str| message.get(name).and_then(Value::as_bool) == Some(true);
    Some(Outgoing {
        conversation: conversation.name(),
        seq,
        text: message.get("text")?.as_str()?.to_owned(),
        attachments: Vec::new(),
        incomplete: is("attached"),
        doubtful: is("doubtful"),
        failed: false,
        transaction: TransactionId(seq),
    })
}
