//! Several tabs of one browser on one conversation: one of them holds its connection and its
//! outbox, and passes every frame on; the others follow, and hand it what the person does.
//!
//! Who holds it is decided by a lock of the browser's (W3C Web Locks), which another tab gets the
//! moment that this one closes. What the tabs say to each other is JSON over a channel named for
//! the conversation, so it never leaves the browser.

use serde_json::{Value, json};

use super::App;
use super::msg::{Intent, Output};
use super::transcript::Opening;
use crate::io::Frame;
use crate::model::{Attachment, Body, Instant, ItemId, TransactionId};
use crate::session::{Direction, Input, Phase, Trace};
use crate::storage::record::ConversationKey;
use crate::wire::json;

/// What this tab is to the open conversation.
#[derive(Debug, Default)]
pub(super) struct Tab {
    /// Another tab holds the connection.
    pub(super) following: bool,
    /// Others follow this one.
    followed: bool,
    /// What was handed over, and has not been taken yet.
    handed: Vec<Handed>,
    last_handed: u64,
}

#[derive(Debug)]
struct Handed {
    id: u64,
    text: String,
    attachments: Vec<Attachment>,
}

impl App {
    /// The browser says which tab holds a conversation.
    pub(super) fn claimed(&mut self, conversation: &ConversationKey, ours: bool, now: Instant) {
        let opening = self.opening.as_mut();
        if let Some(opening) =
            opening.filter(|opening| opening.conversation.name() == *conversation)
        {
            opening.ours = Some(ours);
            return self.opened(now);
        }
        if ours && self.tab.following && self.conversation.name() == *conversation {
            self.take_over(now);
        }
    }

    /// The tab that held the conversation has closed. What it kept is read again, and what it never
    /// took goes out from here.
    fn take_over(&mut self, now: Instant) {
        let handed = std::mem::take(&mut self.tab.handed);
        let intents = handed.into_iter().map(|handed| Intent::Send {
            text: handed.text,
            attachments: handed.attachments,
        });
        self.held = intents.collect();
        if let Some(target) = self.target.clone() {
            let conversation = self.conversation.clone();
            self.load(conversation.name());
            self.end_session(now);
            self.opening = Some(Opening {
                target,
                conversation,
                transcript: None,
                ours: Some(true),
            });
        }
    }

    /// Begins to follow the tab that holds the conversation.
    pub(super) fn follow(&mut self, now: Instant) {
        self.tab = Tab {
            following: true,
            ..Tab::default()
        };
        self.tell(Input::Follow { open: false }, now);
        self.say(&json!({"hello": true}));
    }

    fn say(&mut self, news: &Value) {
        self.outputs.push_back(Output::Tell(news.to_string()));
    }

    /// Another tab said something.
    pub(super) fn heard(&mut self, news: &str, now: Instant) {
        let Ok(news) = serde_json::from_str::<Value>(news) else {
            return;
        };
        match self.tab.following {
            true => self.heard_from_holder(&news, now),
            false => self.heard_from_follower(&news, now),
        }
    }

    fn heard_from_holder(&mut self, news: &Value, now: Instant) {
        if let Some(frame) = json::text(news, &["in"]) {
            return self.tell(Input::Relayed(Frame::Text(frame.to_owned())), now);
        }
        if let Some(frame) = json::text(news, &["out"]) {
            return self.tell(Input::Overheard(frame.to_owned()), now);
        }
        if let Some(open) = news.get("open").and_then(Value::as_bool) {
            return self.tell(Input::Follow { open }, now);
        }
        if let Some(id) = news.get("took").and_then(Value::as_u64) {
            self.tab.handed.retain(|handed| handed.id != id);
            self.tell(Input::Took(TransactionId(id)), now);
        }
    }

    fn heard_from_follower(&mut self, news: &Value, now: Instant) {
        if json::is_true(news, "hello") {
            self.tab.followed = true;
            return self.say_open();
        }
        if let Some(id) = news.get("say").and_then(Value::as_u64) {
            let text = json::text(news, &["text"]).unwrap_or_default().to_owned();
            let attachments = attachments(news);
            self.tell(Input::Send { text, attachments }, now);
            return self.say(&json!({"took": id}));
        }
        if let Some(id) = json::text(news, &["answer"]) {
            return self.answered_elsewhere(id, news, now);
        }
        match json::text(news, &["do"]) {
            Some("stop") => self.tell(Input::Stop, now),
            Some("pause") => self.tell(Input::Pause(true), now),
            Some("resume") => self.tell(Input::Pause(false), now),
            Some("reset") => self.tell(Input::Reset, now),
            Some("retry") => self.tell(Input::RetryNow, now),
            _ => {}
        }
    }

    fn answered_elsewhere(&mut self, id: &str, news: &Value, now: Instant) {
        let items = self.session.iter().flat_map(|session| session.items());
        let asked = items.rev().find_map(|item| match &item.body {
            Body::Approval(approval) if approval.id.as_str() == id => Some(item.id),
            _ => None,
        });
        if let Some(id) = asked {
            let approved = json::is_true(news, "approved");
            let remember = json::is_true(news, "remember");
            self.tell(
                Input::Answer {
                    id,
                    approved,
                    remember,
                },
                now,
            );
        }
    }

    /// Passes on what went over the connection, if anybody follows.
    pub(super) fn pass_to_followers(&mut self, trace: &Trace) {
        if !self.tab.followed || self.tab.following {
            return;
        }
        let Some(Frame::Text(frame)) = &trace.frame else {
            return;
        };
        let way = match trace.direction {
            Direction::In => "in",
            Direction::Out => "out",
        };
        self.say(&json!({way: frame}));
    }

    /// Tells the followers where the connection is.
    pub(super) fn pass_phase(&mut self, phase: &Phase) {
        if self.tab.followed && !self.tab.following {
            let open = matches!(phase, Phase::Open { .. });
            self.say(&json!({"open": open}));
        }
    }

    fn say_open(&mut self) {
        let session = self.session.as_ref();
        let open = session.is_some_and(|session| matches!(session.phase(), Phase::Open { .. }));
        self.say(&json!({"open": open}));
    }

    /// What the person does in a tab that follows is the other tab's to do. Gives the intent back
    /// where it is this tab's own affair.
    pub(super) fn hand_over(&mut self, intent: Intent, now: Instant) -> Option<Intent> {
        match intent {
            Intent::Send { text, attachments } => self.hand(text, attachments, now),
            Intent::Stop => self.say(&json!({"do": "stop"})),
            Intent::Pause(true) => self.say(&json!({"do": "pause"})),
            Intent::Pause(false) => self.say(&json!({"do": "resume"})),
            Intent::Reset => self.say(&json!({"do": "reset"})),
            Intent::RetryNow => self.say(&json!({"do": "retry"})),
            Intent::Answer {
                id,
                approved,
                remember,
            } => self.hand_answer(id, approved, remember),
            other => return Some(other),
        }
        None
    }

    fn hand(&mut self, text: String, attachments: Vec<Attachment>, now: Instant) {
        let Some(text) = super::intent::sendable(&text, &attachments) else {
            return;
        };
        self.drafted("");
        self.tab.last_handed += 1;
        // Numbers of several tabs are not to meet.
        let id = self.random.next() >> 12 << 8 | self.tab.last_handed & 0xff;
        let files: Vec<Value> = attachments.iter().map(attachment_json).collect();
        self.say(&json!({"say": id, "text": text, "attachments": files}));
        self.tab.handed.push(Handed {
            id,
            text: text.clone(),
            attachments: attachments.clone(),
        });
        let id = TransactionId(id);
        self.tell(
            Input::Handed {
                id,
                text,
                attachments,
            },
            now,
        );
    }

    fn hand_answer(&mut self, id: ItemId, approved: bool, remember: bool) {
        let mut items = self.session.iter().flat_map(|session| session.items());
        let asked = items.find(|item| item.id == id).map(|item| &item.body);
        if let Some(Body::Approval(approval)) = asked {
            let id = approval.id.as_str().to_owned();
            self.say(&json!({"answer": id, "approved": approved, "remember": remember}));
        }
    }
}

fn attachment_json(attachment: &Attachment) -> Value {
    let Attachment { name, mime, base64 } = attachment;
    json!({"name": name, "mime": mime, "base64": base64})
}

fn attachments(news: &Value) -> Vec<Attachment> {
    let list = news.get("attachments").and_then(Value::as_array);
    let read = |file: &Value| {
        let text = |name| json::text(file, &[name]).map(str::to_owned);
        Some(Attachment {
            name: text("name")?,
            mime: text("mime")?,
            base64: text("base64")?,
        })
    };
    list.into_iter().flatten().filter_map(read).collect()
}
