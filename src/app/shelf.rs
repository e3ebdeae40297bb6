//! What is kept from one visit to the next, as records.
//!
//! Everything that one message changes goes to the store in one commit, so that an event, the mark
//! of how far the log is here, and the message that it confirms are kept together or not at all.

use serde_json::{Value, json};

use super::catalogue::{self, Catalogue};
use super::elsewhere;
use super::msg::{Kept, Theme};
use crate::model::{Confirmation, ConversationId, Duration, Instant};
use crate::protocol::{Dialect, Start};
use crate::storage::record::{Conversation, Found, Record, Setting};
use crate::storage::tables::{Rows, Table, Write};
use crate::wire::json;

/// So long a conversation that was deleted stays for the tab that can bring it back.
const UNDO: Duration = Duration::secs(600);

/// What is known from earlier visits, and what is to be written.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    settings: Vec<Setting>,
    pub(super) catalogue: Catalogue,
    writes: Vec<Write>,
    /// What other tabs are to be told of their lists.
    pub(super) news: Vec<Value>,
    /// Records that could not be read, and are left as they are.
    pub(super) unreadable: usize,
}

/// The server that was last connected to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct LastServer {
    pub(super) server: String,
    pub(super) url: String,
    pub(super) strict: bool,
    pub(super) dialect: Dialect,
}

/// The name under which the choices for a server's new conversations are kept.
fn start_name((server, url): (&str, &str)) -> String {
    ["start ", server, " ", url].concat()
}

impl Shelf {
    pub(super) fn new(kept: &Kept, now: Instant) -> Self {
        let settings = Found::decode(&kept.settings);
        let conversations: Found<Conversation> = Found::decode(&kept.conversations);
        let mut shelf = Self {
            unreadable: settings.unreadable.len() + conversations.unreadable.len(),
            settings: settings.records,
            catalogue: Catalogue::default(),
            writes: Vec::new(),
            news: Vec::new(),
        };
        for record in conversations.records {
            match record.deleted {
                Some(deleted) if now.since(deleted) >= UNDO => shelf.forget(&record),
                _ => shelf.catalogue.add(record),
            }
        }
        shelf
    }

    /// What is to be written since this was asked last, in order.
    pub(super) fn take_writes(&mut self) -> Vec<Write> {
        std::mem::take(&mut self.writes)
    }

    pub(super) fn write(&mut self, write: Write) {
        self.writes.push(write);
    }

    pub(super) fn setting(&self, name: &str) -> Option<&str> {
        let found = self.settings.iter().find(|setting| setting.name == name);
        found.map(|setting| setting.value.as_str())
    }

    /// Keeps a setting, or forgets it.
    pub(super) fn set(&mut self, name: &str, value: Option<String>) {
        if self.setting(name) == value.as_deref() {
            return;
        }
        self.settings.retain(|setting| setting.name != name);
        let name = name.to_owned();
        match value {
            Some(value) => {
                let setting = Setting { name, value };
                self.writes.push(setting.put());
                self.settings.push(setting);
            }
            None => {
                let value = String::new();
                self.writes.push(Setting { name, value }.delete());
            }
        }
    }

    /// Takes on the settings whose names begin so, as another tab may have left them.
    pub(super) fn refresh(&mut self, prefix: &str, rows: &Rows) {
        let found: Found<Setting> = Found::decode(rows);
        self.settings
            .retain(|setting| !setting.name.starts_with(prefix));
        self.settings.extend(found.records);
    }

    pub(super) fn server(&self) -> Option<LastServer> {
        let value: Value = serde_json::from_str(self.setting("server")?).ok()?;
        Some(LastServer {
            server: json::text(&value, &["server"])?.to_owned(),
            url: json::text(&value, &["url"]).unwrap_or_default().to_owned(),
            strict: json::is_true(&value, "strict"),
            dialect: json::text(&value, &["dialect"])
                .and_then(Dialect::parse)
                .unwrap_or_default(),
        })
    }

    pub(super) fn keep_server(&mut self, last: &LastServer) {
        let LastServer {
            server,
            url,
            strict,
            dialect,
        } = last;
        let dialect = dialect.word();
        let value = json!({"server": server, "url": url, "strict": strict, "dialect": dialect});
        self.set("server", Some(value.to_string()));
    }

    /// What was chosen for a new conversation with a server last.
    pub(super) fn start(&self, server: (&str, &str)) -> Start {
        let kept = self.setting(&start_name(server)).unwrap_or_default();
        let value: Value = serde_json::from_str(kept).unwrap_or_default();
        let text = |key| json::text(&value, &[key]).unwrap_or_default();
        Start {
            folder: text("folder").to_owned(),
            template: text("template").to_owned(),
            confirmation: Confirmation::parse(text("asks")),
            model: None,
        }
    }

    /// Keeps it for the next time, but nothing of the model: its key is not for this browser.
    pub(super) fn keep_start(&mut self, server: (&str, &str), start: &Start) {
        let asks = start.confirmation.map(Confirmation::word);
        let value = json!({"folder": start.folder, "template": start.template, "asks": asks});
        self.set(&start_name(server), Some(value.to_string()));
    }

    pub(super) fn theme(&self) -> Option<Theme> {
        Theme::parse(self.setting("theme")?)
    }

    pub(super) fn keep_theme(&mut self, theme: Theme) {
        let kept = (theme != Theme::System).then(|| theme.word().to_owned());
        self.set("theme", kept);
    }

    /// What was being written in a conversation that is not kept, such as the demo's.
    pub(super) fn draft(&self) -> &str {
        self.setting("draft").unwrap_or_default()
    }

    pub(super) fn keep_draft(&mut self, draft: &str) {
        self.set("draft", (!draft.is_empty()).then(|| draft.to_owned()));
    }

    /// Whether the person wants the list beside the conversation; `None` until it was said.
    pub(super) fn listed(&self) -> Option<bool> {
        self.setting("list").map(|said| said == "open")
    }

    pub(super) fn keep_listed(&mut self, listed: bool) {
        let word = if listed { "open" } else { "closed" };
        self.set("list", Some(word.to_owned()));
        self.catalogue.touch();
    }

    /// The conversation of that identifier with a server, else the one that was open last.
    pub(super) fn conversation(
        &self,
        server: &str,
        url: &str,
        id: Option<&str>,
    ) -> Option<&Conversation> {
        let known = self.catalogue.iter().map(|listed| &listed.record);
        let fits = |known: &&Conversation| {
            let same = known.server == server && known.url == url && known.deleted.is_none();
            same && id.is_none_or(|id| known.id.is(id))
        };
        let last = self.setting("last");
        known
            .filter(fits)
            .max_by_key(|known| (last == Some(known.key().as_str()), known.touched))
    }

    /// That conversation is open now.
    pub(super) fn opened(&mut self, conversation: &Conversation) {
        self.set("last", Some(conversation.key()));
    }

    /// Keeps a conversation; `before` is the identifier that it had, where the server gave another.
    pub(super) fn keep(&mut self, conversation: &Conversation, before: Option<&ConversationId>) {
        if let Some(id) = before {
            self.opened(conversation);
            let old = Conversation {
                id: id.clone(),
                ..conversation.clone()
            };
            self.drop(&old);
        }
        match self.catalogue.keep(conversation) {
            catalogue::Kept::Same => return,
            catalogue::Kept::Unseen => {}
            catalogue::Kept::Anew => self.news.extend(elsewhere::kept(conversation)),
            catalogue::Kept::InPlaceOfDeleted => {
                self.empty(conversation);
                self.news.extend(elsewhere::kept(conversation));
            }
        }
        self.writes.push(conversation.put());
    }

    /// Tells other tabs how a conversation is left, so that what they do to it in their lists is done
    /// to what is kept.
    pub(super) fn tell(&mut self, conversation: &Conversation) {
        self.news.extend(elsewhere::kept(conversation));
    }

    /// Forgets a conversation and everything that is kept of it.
    pub(super) fn forget(&mut self, conversation: &Conversation) {
        self.empty(conversation);
        self.drop(conversation);
    }

    fn drop(&mut self, conversation: &Conversation) {
        self.catalogue.remove(conversation);
        self.writes.push(conversation.delete());
        self.news.push(elsewhere::gone(conversation));
    }

    fn empty(&mut self, conversation: &Conversation) {
        let rows = [Table::Events, Table::Outbox].map(|table| Write::DeleteUnder {
            table,
            prefix: conversation.name().prefix(),
        });
        self.writes.extend(rows);
    }
}
