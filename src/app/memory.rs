//! What is kept from one visit to the next, as `(key, value)` texts.
//!
//! The driver stores them; where storage throws, they are only in memory.

use serde_json::{Value, json};

use super::msg::{Output, Theme};
use crate::wire::json;

/// What is known from earlier visits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Memory {
    entries: Vec<(String, String)>,
}

/// The server that was last connected to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct LastServer {
    pub(super) server: String,
    pub(super) url: String,
    pub(super) strict: bool,
}

/// The conversation that was last open with a server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct LastConversation {
    pub(super) id: String,
    /// The server has spoken in it.
    pub(super) known: bool,
    /// Messages that were still to be sent, or of which no sign had come.
    pub(super) outbox: Vec<Unsettled>,
}

/// A message of which the server has shown no sign yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Unsettled {
    pub(super) text: String,
    /// It was sent, and may have arrived.
    pub(super) doubtful: bool,
    /// Something went with it, which is not kept.
    pub(super) attached: bool,
}

impl Unsettled {
    fn json(&self) -> Value {
        json!({"text": self.text, "doubtful": self.doubtful, "attached": self.attached})
    }

    fn read(value: &Value) -> Option<Self> {
        Some(Self {
            text: json::text(value, &["text"])?.to_owned(),
            doubtful: json::is_true(value, "doubtful"),
            attached: json::is_true(value, "attached"),
        })
    }
}

impl Memory {
    pub(super) const fn new(entries: Vec<(String, String)>) -> Self {
        Self { entries }
    }

    fn read(&self, key: &str) -> Option<&str> {
        let entry = self.entries.iter().find(|(known, _)| known == key);
        entry.map(|(_, value)| value.as_str())
    }

    fn json(&self, key: &str) -> Option<Value> {
        serde_json::from_str(self.read(key)?).ok()
    }

    /// Keeps a value, or forgets it; `None` where nothing moved.
    fn write(&mut self, key: &str, value: Option<String>) -> Option<Output> {
        if self.read(key) == value.as_deref() {
            return None;
        }
        self.entries.retain(|(known, _)| known != key);
        if let Some(value) = &value {
            self.entries.push((key.to_owned(), value.clone()));
        }
        let key = key.to_owned();
        Some(Output::Store { key, value })
    }

    pub(super) fn server(&self) -> Option<LastServer> {
        let value = self.json("server")?;
        Some(LastServer {
            server: json::text(&value, &["server"])?.to_owned(),
            url: json::text(&value, &["url"]).unwrap_or_default().to_owned(),
            strict: json::is_true(&value, "strict"),
        })
    }

    pub(super) fn keep_server(&mut self, last: &LastServer) -> Option<Output> {
        let LastServer {
            server,
            url,
            strict,
        } = last;
        let value = json!({"server": server, "url": url, "strict": strict});
        self.write("server", Some(value.to_string()))
    }

    pub(super) fn conversation(&self, server: &str, url: &str) -> Option<LastConversation> {
        let value = self.json(&conversation_key(server, url))?;
        let outbox = value
            .get("outbox")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        Some(LastConversation {
            id: json::text(&value, &["id"])?.to_owned(),
            known: json::is_true(&value, "known"),
            outbox: outbox.filter_map(Unsettled::read).collect(),
        })
    }

    pub(super) fn keep_conversation(
        &mut self,
        server: &str,
        url: &str,
        last: &LastConversation,
    ) -> Option<Output> {
        let LastConversation { id, known, outbox } = last;
        let outbox: Vec<Value> = outbox.iter().map(Unsettled::json).collect();
        let value = json!({"id": id, "known": known, "outbox": outbox});
        self.write(&conversation_key(server, url), Some(value.to_string()))
    }

    pub(super) fn theme(&self) -> Option<Theme> {
        Theme::parse(self.read("theme")?)
    }

    pub(super) fn keep_theme(&mut self, theme: Theme) -> Option<Output> {
        let kept = (theme != Theme::System).then(|| theme.word().to_owned());
        self.write("theme", kept)
    }

    pub(super) fn draft(&self) -> Option<&str> {
        self.read("draft")
    }

    pub(super) fn keep_draft(&mut self, draft: &str) -> Option<Output> {
        self.write("draft", (!draft.is_empty()).then(|| draft.to_owned()))
    }
}

fn conversation_key(server: &str, url: &str) -> String {
    format!("conversation {server} {url}")
}
