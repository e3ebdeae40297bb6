//! The open conversation and what of it is kept: its record, its events, its outbox.

use super::keys::KEYS;
use super::msg::{Loaded, Output};
use super::tabs::Handed;
use super::{App, Target};
use crate::model::{Body, ConversationId, Event, EventKey, Instant, Item, SendState};
use crate::storage::record::{self, Conversation, Found, Outgoing, Record, Unreadable};
use crate::storage::tables::Write;
use crate::words::asides;

/// A conversation that is being read from the store.
#[derive(Debug)]
pub(super) struct Opening {
    pub(super) target: Target,
    pub(super) conversation: Conversation,
    /// What was read of it; `None` while it is being read.
    pub(super) transcript: Option<Transcript>,
    /// Whether this tab holds it; `None` while that is not known.
    pub(super) ours: Option<bool>,
    /// It does now, although another tab did when the reading began.
    pub(super) granted: bool,
    /// What was handed to the tab that held it before, and may not have been taken.
    pub(super) handed: Vec<Handed>,
}

/// What was read of a conversation.
#[derive(Debug, Default)]
pub(super) struct Transcript {
    pub(super) events: Vec<record::Event>,
    pub(super) outbox: Vec<Outgoing>,
    /// Rows that could not be read, and are left as they are.
    pub(super) unreadable: usize,
    /// Where an event is damaged, the key of the one before: what follows is asked for again.
    pub(super) torn: Option<Option<String>>,
}

impl Transcript {
    pub(super) fn read(loaded: &Loaded) -> Self {
        let events: Found<record::Event> = Found::decode(&loaded.events);
        let outbox = Found::decode(&loaded.outbox);
        Self {
            unreadable: events.unreadable.len() + outbox.unreadable.len(),
            torn: torn(&events),
            events: events.records,
            outbox: outbox.records,
        }
    }
}

/// The key of the event before the first that is damaged. One that a newer program kept is sound,
/// and would be written over.
fn torn(events: &Found<record::Event>) -> Option<Option<String>> {
    let mut damaged = events.unreadable.iter();
    let (row, _) = damaged.find(|(_, why)| *why == Unreadable::Corrupt)?;
    let mut before = events.records.iter().rev();
    let last = before.find(|event| event.key() < *row);
    Some(last.map(|event| event.key.clone()))
}

impl App {
    /// The store has given what it has of the conversation that is being opened.
    pub(super) fn loaded(&mut self, loaded: &Loaded, now: Instant) {
        let transcript = Transcript::read(loaded);
        let unreadable = transcript.unreadable;
        if self.opening.is_none() && loaded.conversation == self.conversation.name() {
            return self.export_kept(&transcript);
        }
        let opening = self.opening.as_mut();
        let Some(opening) =
            opening.filter(|opening| opening.conversation.name() == loaded.conversation)
        else {
            return;
        };
        // Another tab may have written it since.
        if let Some(keys) = &loaded.keys {
            self.shelf.refresh(KEYS, keys);
            self.keys.check(&self.shelf);
        }
        let record = loaded.record.as_deref();
        let record =
            record.and_then(|value| Conversation::decode(loaded.conversation.as_str(), value).ok());
        // Where the reader is, this tab knows best.
        let scroll = opening.conversation.scroll.take();
        match record {
            Some(record) => opening.conversation = Conversation { scroll, ..record },
            // How far the log is here goes with what is kept of it.
            None => {
                opening.conversation.scroll = scroll;
                opening.conversation.whole = None;
            }
        }
        opening.transcript = Some(transcript);
        if unreadable > 0 {
            self.toast(asides::unreadable(unreadable));
        }
        self.opened(now);
    }

    /// Begins once the conversation is read, and it is known which tab holds it.
    pub(super) fn opened(&mut self, now: Instant) {
        let ready = |opening: &mut Opening| opening.transcript.is_some() && opening.ours.is_some();
        let Some(opening) = self.opening.take_if(ready) else {
            return;
        };
        let ours = opening.ours == Some(true);
        let transcript = opening.transcript.unwrap_or_default();
        let kept = transcript.outbox.iter();
        let kept = kept.map(|message| message.transaction.0).collect();
        self.begin_session(opening.target, opening.conversation, transcript, ours, now);
        match ours {
            true => self.hold(kept, opening.handed, now),
            false if opening.granted => {
                self.tab.handed = opening.handed;
                return self.take_over(now);
            }
            false => {}
        }
        for intent in std::mem::take(&mut self.held) {
            self.did(intent, now);
        }
    }

    /// An event of the server's log, to be kept with the mark of how far the log is here.
    pub(super) fn logged(&mut self, event: Event, now: Instant) {
        let Event { key, json, told } = event;
        let key = key.as_str().to_owned();
        if !told.said.is_empty() {
            self.conversation.touched = now;
        }
        // The tab that holds the conversation keeps it.
        if self.tab.following {
            return;
        }
        if self
            .conversation
            .cursor
            .as_ref()
            .is_none_or(|cursor| *cursor < key)
        {
            self.conversation.cursor = Some(key.clone());
        }
        if self.is_kept() {
            let conversation = self.conversation.name();
            let event = record::Event {
                conversation,
                key,
                json,
            };
            self.shelf.write(event.put());
        }
    }

    /// Nothing of the log is missing up to here.
    pub(super) fn whole(&mut self, key: &EventKey) {
        if !self.tab.following && !self.swept {
            self.conversation.whole = Some(key.as_str().to_owned());
        }
    }

    /// The server gave the conversation a name of its own, by which it is found again, and by which
    /// the tabs that are on it know each other.
    pub(super) fn named(&mut self, id: &ConversationId) {
        let before = std::mem::replace(&mut self.conversation.id, id.clone());
        id.as_str().clone_into(&mut self.view.conversation);
        self.conversation.known = true;
        self.note_reset();
        if self.is_kept() && before != *id {
            for message in std::mem::take(&mut self.outgoing) {
                self.shelf.write(message.delete());
            }
            self.shelf.keep(&self.conversation, Some(&before));
            let former = Conversation {
                id: before,
                ..self.conversation.clone()
            };
            self.said_elsewhere(&former.name());
            let to = self.conversation.name();
            self.outputs.push_back(match self.tab.following {
                true => Output::Claim(Some(to)),
                false => Output::Rename {
                    to,
                    news: super::tabs::named(id),
                },
            });
        }
    }

    /// The demo forgets with the page.
    pub(super) fn is_kept(&self) -> bool {
        !self.is_demo()
    }

    /// There is an open conversation, and it is this tab's to keep.
    pub(super) fn keeps_open(&self) -> bool {
        self.is_kept() && self.session.is_some() && !self.tab.following
    }

    /// Keeps what this message has changed, all of it in one commit, and before anything that was
    /// made of it leaves the page.
    pub(super) fn keep(&mut self) {
        self.shelve();
        let writes = self.shelf.take_writes();
        if !writes.is_empty() {
            self.outputs.push_front(Output::Keep(writes));
        }
    }

    /// Notes what is to be kept of the open conversation, where it is this tab's to keep.
    pub(super) fn shelve(&mut self) {
        if self.keeps_open() {
            self.keep_outbox();
            self.keep_said();
            self.shelf.keep(&self.conversation, None);
        }
    }

    /// Keeps the messages that no sign has come of, so that a reload does not lose them.
    fn keep_outbox(&mut self) {
        let Some(session) = &self.session else {
            return;
        };
        let name = self.conversation.name();
        let waiting = session.unsettled();
        let now: Vec<Outgoing> = waiting.filter_map(|item| outgoing(item, &name)).collect();
        if now == self.outgoing {
            return;
        }
        let kept = |key: &str| now.iter().any(|message| message.key() == key);
        let gone = self.outgoing.iter().filter(|old| !kept(&old.key()));
        let gone: Vec<Write> = gone.map(Record::delete).collect();
        let new = now
            .iter()
            .filter(|message| !self.outgoing.contains(message));
        let new: Vec<Write> = new.map(Record::put).collect();
        gone.into_iter()
            .chain(new)
            .for_each(|write| self.shelf.write(write));
        self.outgoing = now;
    }
}

fn outgoing(item: &Item, conversation: &record::ConversationKey) -> Option<Outgoing> {
    match &item.body {
        Body::User(message) if message.state != SendState::Confirmed => Some(Outgoing {
            conversation: conversation.clone(),
            seq: item.id.0,
            text: message.text.clone(),
            attachments: message.attachments.clone(),
            incomplete: false,
            doubtful: message.state != SendState::Queued,
            failed: matches!(message.state, SendState::Failed(_)),
            transaction: message.transaction,
        }),
        _ => None,
    }
}
