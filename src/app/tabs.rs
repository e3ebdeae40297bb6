//! Several tabs of one browser on one conversation: one of them holds its connection and its
//! outbox, and passes every frame on; the others follow, and hand it what the person does.
//!
//! Who holds it is decided by a lock of the browser's (W3C Web Locks), which another tab gets the
//! moment that this one closes. What the tabs say to each other is JSON over a channel named for
//! the conversation, so it never leaves the browser.

use serde_json::{Value, json};

use super::App;
use super::msg::{Intent, Output};
use super::transcript::{Opening, Transcript};
use crate::io::Frame;
use crate::model::{
    Attachment, Body, Confirmation, ConversationId, Instant, Item, ItemId, SendState, TransactionId,
};
use crate::protocol::Command;
use crate::session::{Direction, Input, Phase, Session, Trace};
use crate::storage::record::{ConversationKey, attachment, attachment_json};
use crate::wire::json;

/// What this tab is to the open conversation.
#[derive(Debug, Default)]
pub(super) struct Tab {
    /// Another tab holds the connection.
    pub(super) following: bool,
    /// Others follow this one.
    followed: bool,
    /// What was handed over, and has not been taken yet.
    pub(super) handed: Vec<Handed>,
    last_handed: u64,
    /// The numbers of the messages that this one has taken, or found kept: each is taken once,
    /// however often it is handed over.
    taken: Vec<u64>,
}

/// A message that is handed to the tab that holds the conversation.
#[derive(Clone, Debug)]
pub(super) struct Handed {
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
            match opening.ours {
                None => {
                    opening.ours = Some(ours);
                    // What the other tab kept to its end is there from now on, and no sooner.
                    let unread = opening.transcript.is_none();
                    let load = unread.then(|| Output::Load(conversation.clone()));
                    self.outputs.extend(load);
                }
                Some(_) => opening.granted |= ours,
            }
            return self.opened(now);
        }
        if ours && self.tab.following && self.conversation.name() == *conversation {
            self.take_over(now);
        }
    }

    /// The tab that held the conversation has closed. What it kept is read again, and what it never
    /// took goes out from here.
    pub(super) fn take_over(&mut self, now: Instant) {
        let handed = std::mem::take(&mut self.tab.handed);
        if let Some(target) = self.target.clone() {
            let conversation = self.conversation.clone();
            self.outputs.push_back(Output::Load(conversation.name()));
            self.end_session(now);
            self.opening = Some(Opening {
                target,
                conversation,
                transcript: None,
                ours: Some(true),
                granted: false,
                handed,
            });
        }
    }

    /// Begins to hold the conversation, of which `kept` waits to be sent. Tabs that followed another
    /// one follow this one from now on, and hand over again what that one did not take.
    pub(super) fn hold(&mut self, kept: Vec<u64>, handed: Vec<Handed>, now: Instant) {
        self.tab.taken = kept;
        for handed in handed {
            self.take(handed, now);
        }
        self.say(&json!({"here": true}));
    }

    /// Takes a message that was handed over, and says so.
    fn take(&mut self, handed: Handed, now: Instant) {
        let Handed {
            id,
            text,
            attachments,
        } = handed;
        if !self.tab.taken.contains(&id) {
            self.tab.taken.push(id);
            self.tell(
                Input::Given {
                    id: TransactionId(id),
                    text,
                    attachments,
                    state: SendState::Queued,
                },
                now,
            );
        }
        self.say(&json!({"took": id}));
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
        // A tab that neither holds nor follows yet has nothing to say for itself. It may be about to
        // hold the conversation, and is the only one then that hears what is handed over.
        if self.session.is_none() {
            return self.heard_early(&news, now);
        }
        match self.tab.following {
            true => self.heard_from_holder(&news, now),
            false => self.heard_from_follower(&news, now),
        }
    }

    /// What is heard while the conversation is being read, or waits for its lock.
    fn heard_early(&mut self, news: &Value, now: Instant) {
        let Some(mut opening) = self.opening.take() else {
            return;
        };
        opening.handed.extend(Handed::read(news));
        match json::text(news, &["named"]) {
            // Under the name that it was to be opened by, it would be made once more.
            Some(name) => {
                opening.conversation.id = ConversationId::new(name);
                opening.conversation.known = true;
                self.reopen(opening.target, opening.conversation, now);
            }
            None => self.opening = Some(opening),
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
        if let Some(name) = json::text(news, &["named"]) {
            self.named(&ConversationId::new(name));
            self.follow_named(now);
        }
        if json::is_true(news, "here") {
            self.follow_another(now);
        }
    }

    /// The conversation has the server's name from now on: to the adapter at hand it is one to be
    /// made yet, under ours. Nothing of its log came before this, so all of it is still to come.
    fn follow_named(&mut self, now: Instant) {
        let Some(target) = self.target.clone() else {
            return;
        };
        let unsettled = self.session.iter().flat_map(Session::unsettled);
        let shown: Vec<Handed> = unsettled.filter_map(Handed::shown).collect();
        let handed = std::mem::take(&mut self.tab.handed);
        let conversation = self.conversation.clone();
        self.end_session(now);
        self.begin_session(target, conversation, Transcript::default(), false, now);
        for message in shown {
            let id = message.id;
            let taken = !handed.iter().any(|handed| handed.id == id);
            self.show_handed(message, now);
            if taken {
                self.tell(Input::Took(TransactionId(id)), now);
            }
        }
        self.tab.handed = handed;
        self.hand_again();
    }

    /// Another tab holds the conversation now.
    fn follow_another(&mut self, now: Instant) {
        self.tell(Input::Follow { open: false }, now);
        self.say(&json!({"hello": true}));
        self.hand_again();
    }

    /// What was not taken yet may not have been heard.
    fn hand_again(&mut self) {
        let again: Vec<Value> = self.tab.handed.iter().map(Handed::json).collect();
        for handed in again {
            self.say(&handed);
        }
    }

    fn heard_from_follower(&mut self, news: &Value, now: Instant) {
        if json::is_true(news, "hello") {
            self.tab.followed = true;
            return self.say_open();
        }
        if let Some(handed) = Handed::read(news) {
            return self.take(handed, now);
        }
        if let Some(id) = json::text(news, &["answer"]) {
            return self.answered_elsewhere(id, news, now);
        }
        match json::text(news, &["do"]) {
            Some("stop") => self.tell(Input::Stop, now),
            Some("pause") => self.tell(Input::Pause(true), now),
            Some("resume") => self.tell(Input::Pause(false), now),
            Some("end") => self.tell(Input::End, now),
            Some("reset") => self.tell(Input::Reset, now),
            Some("retry") => self.tell(Input::RetryNow, now),
            Some("condense") => self.tell(Input::Ask(Command::Condense), now),
            Some("discard") => self.tell(Input::Ask(Command::Discard), now),
            Some(word) => {
                let asked = Confirmation::parse(word).map(Command::Confirm);
                asked
                    .into_iter()
                    .for_each(|asked| self.tell(Input::Ask(asked), now));
            }
            None => {}
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
                    reason: json::text(news, &["reason"]).unwrap_or_default().to_owned(),
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
            Intent::End => self.say(&json!({"do": "end"})),
            Intent::Reset => self.say(&json!({"do": "reset"})),
            Intent::RetryNow => self.say(&json!({"do": "retry"})),
            Intent::Ask(Command::Condense) => self.say(&json!({"do": "condense"})),
            Intent::Ask(Command::Discard) => self.say(&json!({"do": "discard"})),
            Intent::Ask(Command::Confirm(what)) => self.say(&json!({"do": what.word()})),
            Intent::Answer {
                id,
                approved,
                remember,
                reason,
            } => self.hand_answer(id, approved, remember, &reason),
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
        let handed = Handed {
            // Numbers of several tabs are not to meet, and servers read them as those of JSON.
            id: self.random.next() >> 24 << 8 | self.tab.last_handed & 0xff,
            text,
            attachments,
        };
        self.say(&handed.json());
        self.tab.handed.push(handed.clone());
        self.show_handed(handed, now);
    }

    /// A message that is handed over stands in the conversation here as well.
    fn show_handed(&mut self, message: Handed, now: Instant) {
        let Handed {
            id,
            text,
            attachments,
        } = message;
        self.tell(
            Input::Handed {
                id: TransactionId(id),
                text,
                attachments,
            },
            now,
        );
    }

    fn hand_answer(&mut self, id: ItemId, approved: bool, remember: bool, reason: &str) {
        let mut items = self.session.iter().flat_map(|session| session.items());
        let asked = items.find(|item| item.id == id).map(|item| &item.body);
        if let Some(Body::Approval(approval)) = asked {
            let id = approval.id.as_str().to_owned();
            self.say(&json!({
                "answer": id, "approved": approved, "remember": remember, "reason": reason,
            }));
        }
    }
}

/// What the followers are told of the name to follow under.
pub(super) fn named(id: &ConversationId) -> String {
    json!({"named": id.as_str()}).to_string()
}

impl Handed {
    /// A message as it stands in the conversation.
    fn shown(item: &Item) -> Option<Self> {
        match &item.body {
            Body::User(message) => Some(Self {
                id: message.transaction.0,
                text: message.text.clone(),
                attachments: message.attachments.clone(),
            }),
            _ => None,
        }
    }

    fn read(news: &Value) -> Option<Self> {
        Some(Self {
            id: news.get("say")?.as_u64()?,
            text: json::text(news, &["text"]).unwrap_or_default().to_owned(),
            attachments: attachments(news),
        })
    }

    fn json(&self) -> Value {
        let files: Vec<Value> = self.attachments.iter().map(attachment_json).collect();
        json!({"say": self.id, "text": self.text, "attachments": files})
    }
}

fn attachments(news: &Value) -> Vec<Attachment> {
    let list = news.get("attachments").and_then(Value::as_array);
    list.into_iter().flatten().filter_map(attachment).collect()
}
