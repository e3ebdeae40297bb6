//! One event of a conversation, as its protocol put it.

use serde::de::IgnoredAny;

use super::form::{Form, Sheet};
use super::{ConversationKey, Record, Unreadable};
use crate::storage::tables::Table;

/// What stands before an event of this version as it is written here, and what after it.
const BEFORE: &str = "{\"v\":1,\"event\":";
const AFTER: &str = "}";

/// Something the server sent. Nothing here knows what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Whose it is.
    pub conversation: ConversationKey,
    /// Where it stands among the others: the protocol gives keys that sort as the events came,
    /// such as numbers with leading zeros.
    pub key: String,
    /// JSON, whole and well-formed.
    pub json: String,
}

impl Record for Event {
    const TABLE: Table = Table::Events;

    fn key(&self) -> String {
        self.conversation.row(&self.key)
    }

    fn value(&self) -> String {
        Sheet::new().add("event", &self.json).finish()
    }

    fn decode(key: &str, value: &str) -> Result<Self, Unreadable> {
        let (conversation, end) = ConversationKey::split_row(key)?;
        // There are thousands, and what reads them parses them again: they are only looked over.
        let json = match plain(value) {
            Some(json) => json.to_owned(),
            None => in_any_form(value)?,
        };
        Ok(Self {
            conversation,
            key: end.to_owned(),
            json,
        })
    }
}

fn plain(value: &str) -> Option<&str> {
    let json = value.strip_prefix(BEFORE)?.strip_suffix(AFTER)?;
    let parsed = serde_json::from_str::<IgnoredAny>(json);
    parsed.is_ok().then_some(json)
}

fn in_any_form(value: &str) -> Result<String, Unreadable> {
    let mut form = Form::read(Event::TABLE, value)?;
    let json = form.json("event");
    form.whole(json)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ConversationId;

    fn event(key: &str, json: &str) -> Event {
        Event {
            conversation: ConversationKey::new("saiki", "ws://h", &ConversationId::new("1")),
            key: key.to_owned(),
            json: json.to_owned(),
        }
    }

    #[test]
    fn what_the_server_sent_comes_back_letter_by_letter() {
        for json in [
            "{\"b\":1.50,  \"a\":[]}",
            "[]",
            "\"}\"",
            "123456789012345678901",
        ] {
            let event = event("0001", json);
            let (key, value) = event.encode();
            assert_eq!(Event::decode(&key, &value), Ok(event));
        }
    }

    #[test]
    fn the_short_cut_is_for_the_present_version() {
        let (_, value) = event("1", "{}").encode();
        assert_eq!(plain(&value), Some("{}"));
    }

    #[test]
    fn any_writing_of_the_same_record_is_read() {
        let (key, _) = event("7", "{}").encode();
        let read = Event::decode(&key, " {\"event\": {\"a\": 1}, \"later\": 2, \"v\": 1}");
        assert_eq!(read, Ok(event("7", "{\"a\":1}")));
    }

    #[test]
    fn events_are_in_the_order_of_their_keys_and_under_their_conversation() {
        let (one, two) = (event("0002", "1").key(), event("0010", "2").key());
        assert!(one < two && one.starts_with(&event("", "").conversation.prefix()));
    }

    #[test]
    fn a_damaged_or_newer_event_is_none() {
        let (key, value) = event("7", "{\"a\":\"b\"}").encode();
        let cut = (0..value.len()).filter_map(|end| value.get(..end));
        for damaged in cut.chain(["{\"v\":1}", "{\"v\":1,\"event\":{},}"]) {
            let read = Event::decode(&key, damaged);
            assert_eq!(read, Err(Unreadable::Corrupt), "{damaged}");
        }
        let read = Event::decode(&key, "{\"v\":3,\"event\":{}}");
        assert_eq!(read, Err(Unreadable::Newer { version: 3 }));
    }
}
