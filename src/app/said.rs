//! What was said with a server that keeps nothing of a conversation, kept here in its place.
//!
//! One row for each item, under its place in the conversation, written again where it is another
//! now; and one for the names of the messages that came, so that a server which tells them again
//! after a reload is not believed twice. What came while another conversation was open has a row of
//! its own behind those, and a place once the conversation is opened.

use serde_json::{Value, json};

use super::App;
use crate::model::{
    Body, CallId, Content, Instant, Item, ItemId, Prose, ProseState, SendState, ToolCall,
    ToolState, TransactionId, UserMessage,
};
use crate::session::Session;
use crate::storage::record::{self, Record, attachment, attachment_json};
use crate::storage::tables::{Table, Write};
use crate::wire::json;

/// The key of the names; it sorts behind every place.
const NAMES: &str = "names";

/// What the keys of messages begin with that came while another conversation was open; they sort
/// behind the names, and as they came.
const NEWS: &str = "news ";

/// So many names are kept.
const MOST: usize = 64;

/// The open conversation, as it was kept last.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// The items that have a row, by their places.
    rows: Vec<ItemId>,
    /// Before this place there may be rows of before.
    end: usize,
    /// The items that are others now.
    changed: Vec<ItemId>,
    /// What the messages that came are called, oldest first.
    names: Vec<String>,
    /// They are others now.
    named: bool,
    /// The rows of what came while another conversation was open.
    news: Vec<String>,
}

/// What was kept of a conversation.
#[derive(Debug, Default)]
pub(super) struct Kept {
    pub(super) bodies: Vec<Body>,
    /// So many of them, from the first on, have a row at their place.
    pub(super) sound: usize,
}

impl Said {
    /// What is kept of a conversation. A row that is none is passed over, and those behind it are
    /// written again at their places.
    pub(super) fn read(events: &[record::Event]) -> (Self, Kept) {
        let (mut said, mut kept) = (Self::default(), Kept::default());
        let mut sound = true;
        for event in events {
            let value: Value = serde_json::from_str(&event.json).unwrap_or_default();
            if event.key == NAMES {
                let names = value.as_array().into_iter().flatten();
                said.names = names.filter_map(Value::as_str).map(str::to_owned).collect();
                continue;
            }
            if event.key.starts_with(NEWS) {
                said.news.push(event.key.clone());
                let name = json::text(&value, &["name"]).unwrap_or_default();
                if !said.names.iter().any(|known| known == name) {
                    said.came(name);
                    kept.bodies.extend(body(&value));
                }
                continue;
            }
            said.end = event.key.parse().map_or(said.end, |at: usize| at + 1);
            let body = body(&value);
            sound &= body.is_some() && said.end == kept.bodies.len() + 1;
            kept.bodies.extend(body);
            kept.sound += usize::from(sound);
        }
        (said, kept)
    }

    /// The items that what was kept has become.
    pub(super) fn became(&mut self, items: &[Item], sound: usize) {
        self.rows = items.iter().take(sound).map(|item| item.id).collect();
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.names.clone()
    }

    /// What has come up to here was kept before.
    pub(super) fn settled(&mut self) {
        self.changed.clear();
    }

    /// An item is another now.
    pub(super) fn changed(&mut self, item: ItemId) {
        self.changed.push(item);
    }

    /// A message of this name has come.
    pub(super) fn came(&mut self, name: &str) {
        if self.names.len() == MOST {
            self.names.remove(0);
        }
        self.names.push(name.to_owned());
        self.named = true;
    }

    /// Nothing of it is kept any more.
    pub(super) fn forget(&mut self) {
        self.rows.clear();
        self.end = 0;
        self.named = true;
    }
}

impl App {
    /// Whether what is said is to be kept here.
    pub(super) fn keeps_said(&self) -> bool {
        let protocol = self.target.as_ref().map(|target| target.protocol);
        self.keeps_open() && protocol.is_some_and(|protocol| protocol.forgets)
    }

    /// Keeps what the items say now, as far as it is not kept yet.
    pub(super) fn keep_said(&mut self) {
        if !self.keeps_said() {
            return;
        }
        self.keep_rows();
        // They have places now.
        for key in std::mem::take(&mut self.said.news) {
            let event = self.said_event(key, String::new());
            self.shelf.write(event.delete());
        }
        if std::mem::take(&mut self.said.named) {
            let names = Value::from(self.said.names.clone()).to_string();
            let event = self.said_event(NAMES.to_owned(), names);
            self.shelf.write(event.put());
        }
    }

    /// Keeps what came in a conversation that is not open. Without a name nobody knows whether it is
    /// told again.
    pub(super) fn keep_news(
        &mut self,
        conversation: record::ConversationKey,
        (name, text): (&str, &str),
        now: Instant,
    ) {
        if name.is_empty() || text.trim().is_empty() || !self.keeps_said() {
            return;
        }
        let row = json!({"agent": text, "whole": true, "name": name});
        let event = record::Event {
            conversation,
            key: format!("{NEWS}{:016} {name}", now.0),
            json: row.to_string(),
        };
        self.shelf.write(event.put());
    }

    fn keep_rows(&mut self) {
        let items = self.session.as_ref().map_or(&[][..], Session::items);
        let kept = |item: &&Item| rests(&item.body, self.hidden);
        let rows: Vec<ItemId> = items.iter().filter(kept).map(|item| item.id).collect();
        let changed = std::mem::take(&mut self.said.changed);
        if rows == self.said.rows && changed.is_empty() {
            return;
        }
        let anew = |at: usize, item: &Item| {
            self.said.rows.get(at) != Some(&item.id) || changed.contains(&item.id)
        };
        let kept = items.iter().filter(kept).enumerate();
        let put: Vec<(usize, String)> = kept
            .filter(|(at, item)| anew(*at, item))
            .filter_map(|(at, item)| Some((at, row(&item.body)?.to_string())))
            .collect();
        let end = self.said.end.max(self.said.rows.len());
        for (at, row) in put {
            let event = self.said_event(place(at), row);
            self.shelf.write(event.put());
        }
        for at in rows.len()..end {
            let event = self.said_event(place(at), String::new());
            self.shelf.write(event.delete());
        }
        self.said.end = rows.len();
        self.said.rows = rows;
    }

    fn said_event(&self, key: String, json: String) -> record::Event {
        record::Event {
            conversation: self.conversation.name(),
            key,
            json,
        }
    }

    /// The conversation has another name, under which all of it is kept from now on.
    pub(super) fn said_elsewhere(&mut self, before: &record::ConversationKey) {
        if self.keeps_said() {
            self.shelf.write(Write::DeleteUnder {
                table: Table::Events,
                prefix: before.prefix(),
            });
            self.said.forget();
        }
    }
}

fn place(at: usize) -> String {
    format!("{at:010}")
}

/// Whether an item is kept as it is now. Of what grows, the part that is here is kept once the page
/// is left.
fn rests(body: &Body, leaves: bool) -> bool {
    match body {
        Body::User(message) => message.state == SendState::Confirmed,
        Body::Agent(prose) | Body::Reasoning(prose) => {
            prose.state != ProseState::Streaming || leaves
        }
        Body::Tool(_) => true,
        Body::Approval(_) | Body::Notice(_) | Body::Error(_) => false,
    }
}

/// An item as it is kept; `None` for what never is.
fn row(body: &Body) -> Option<Value> {
    let prose = |kind: &str, prose: &Prose| {
        let whole = prose.state == ProseState::Done;
        Some(json!({kind: prose.text, "whole": whole}))
    };
    match body {
        Body::User(message) => {
            let with: Vec<Value> = message.attachments.iter().map(attachment_json).collect();
            Some(json!({"user": message.text, "with": with}))
        }
        Body::Agent(said) => prose("agent", said),
        Body::Reasoning(thought) => prose("thought", thought),
        Body::Tool(tool) => {
            let content: Vec<Value> = tool.content.iter().map(content).collect();
            let call = tool.call.as_ref().map(CallId::as_str);
            let state = state(tool.state);
            Some(json!({
                "tool": tool.name, "call": call, "args": tool.args, "state": state, "content": content,
            }))
        }
        Body::Approval(_) | Body::Notice(_) | Body::Error(_) => None,
    }
}

const fn state(state: ToolState) -> &'static str {
    match state {
        ToolState::Done => "done",
        ToolState::Failed => "failed",
        ToolState::Denied => "denied",
        ToolState::Interrupted => "interrupted",
        ToolState::Running | ToolState::Asked => "running",
    }
}

fn content(content: &Content) -> Value {
    match content {
        Content::Image { mime, base64 } => json!({"mime": mime, "base64": base64}),
        Content::Json(value) => json!({"json": value}),
        text => json!({"text": text.text()}),
    }
}

/// The item of a row; `None` where it is none.
fn body(row: &Value) -> Option<Body> {
    let text = |key| json::text(row, &[key]).map(str::to_owned);
    let prose = |text| Prose {
        text,
        state: match json::is_true(row, "whole") {
            true => ProseState::Done,
            false => ProseState::Interrupted,
        },
    };
    let list = |key| row.get(key).and_then(Value::as_array).into_iter().flatten();
    if let Some(text) = text("user") {
        return Some(Body::User(UserMessage {
            transaction: TransactionId(0),
            text,
            attachments: list("with").filter_map(attachment).collect(),
            state: SendState::Confirmed,
        }));
    }
    if let Some(text) = text("agent") {
        return Some(Body::Agent(prose(text)));
    }
    if let Some(text) = text("thought") {
        return Some(Body::Reasoning(prose(text)));
    }
    let state = match json::text(row, &["state"]) {
        Some("done") => ToolState::Done,
        Some("failed") => ToolState::Failed,
        Some("denied") => ToolState::Denied,
        Some("interrupted") => ToolState::Interrupted,
        _ => ToolState::Running,
    };
    Some(Body::Tool(ToolCall {
        call: text("call").map(CallId::new),
        name: text("tool")?,
        args: row.get("args").cloned().unwrap_or_default(),
        risk: None,
        state,
        content: list("content").filter_map(block).collect(),
        started: Instant(0),
        ended: (state != ToolState::Running).then_some(Instant(0)),
    }))
}

fn block(value: &Value) -> Option<Content> {
    let text = |key| json::text(value, &[key]).map(str::to_owned);
    if let Some(json) = value.get("json") {
        return Some(Content::Json(json.clone()));
    }
    match (text("mime"), text("base64")) {
        (Some(mime), Some(base64)) => Some(Content::Image { mime, base64 }),
        _ => text("text").map(Content::Text),
    }
}
