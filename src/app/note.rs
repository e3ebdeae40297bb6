//! What a conversation's record takes from what is said in it: its text for the search, when it
//! was, and whether anybody saw it.

use super::App;
use crate::markdown::fragment;
use crate::model::{Body, Instant, Item, ProseState};
use crate::session::{Change, Session};

/// How much of a conversation's text is kept with its record, in bytes.
const LONGEST: usize = 20_000;

/// What has been said since the record was brought up to date.
#[derive(Debug, Default)]
pub(super) struct Note {
    /// The text as it was when the conversation was opened: what of it the server does not bring
    /// again is not lost to the search.
    pub(super) before: String,
    /// The text is another now.
    told: bool,
    /// A message of the person's came.
    asked: bool,
    /// Something came that is for the person to see.
    answered: bool,
}

impl App {
    /// Notes what a change says.
    pub(super) fn note(&mut self, change: &Change) {
        if let Change::Inserted { item, .. } | Change::Updated(item) = change
            && self.keeps_said()
        {
            self.said.changed(item.id);
        }
        match change {
            Change::Inserted { item, .. } => {
                let asked = matches!(item.body, Body::User(_)) && !self.catching_up;
                self.note.asked |= asked;
                self.note.told |= text(item).is_some();
            }
            Change::Updated(item) => self.note.told |= text(item).is_some(),
            Change::Removed(_) => self.note.told = true,
            Change::Cleared => {
                self.note.told = true;
                self.note.before.clear();
            }
            _ => {}
        }
    }

    /// Notes that something came that is for the person to see.
    pub(super) const fn note_answer(&mut self) {
        self.note.answered = true;
    }

    /// Brings the record up to date.
    pub(super) fn take_note(&mut self, now: Instant) {
        let told = std::mem::take(&mut self.note.told);
        let asked = std::mem::take(&mut self.note.asked);
        let answered = std::mem::take(&mut self.note.answered);
        if told && self.is_kept() {
            let items = self.session.as_ref().map_or(&[][..], Session::items);
            self.conversation.preview = preview(&self.note.before, items, self.has_fragments());
        }
        self.note_reset();
        if asked || answered {
            self.conversation.touched = now;
            // Another tab deleted it, and it goes on here.
            self.conversation.deleted = None;
        }
        self.conversation.unread |= answered && self.hidden;
    }

    /// Notes whether a reset of the conversation is still to be confirmed.
    pub(super) fn note_reset(&mut self) {
        if let Some(session) = &self.session {
            self.conversation.resetting = session.is_resetting();
        }
    }

    /// The page is hidden, or seen again, and with it the open conversation.
    pub(super) fn seen(&mut self, seen: bool) {
        self.hidden = !seen;
        self.conversation.unread &= !seen;
        // The person may go to another tab, or close this one.
        if self.hidden && self.keeps_open() {
            self.shelf.tell(&self.conversation);
        }
    }
}

/// What an item adds to the text of its conversation.
fn text(item: &Item) -> Option<&str> {
    match &item.body {
        Body::User(message) => Some(&message.text),
        Body::Agent(prose) if prose.state != ProseState::Streaming => Some(&prose.text),
        _ => None,
    }
}

fn preview(before: &str, items: &[Item], html: bool) -> String {
    let mut now = String::new();
    for said in items.iter().filter_map(text) {
        if now.len() > LONGEST {
            break;
        }
        if !now.is_empty() {
            now.push('\n');
        }
        match fragment::html(said).filter(|_| html) {
            Some(html) => now.push_str(&fragment::words(html)),
            None => now.push_str(said),
        }
    }
    let head = before.split_once('\n').map_or(before, |(line, _)| line);
    if before.starts_with(&now) {
        before.clone_into(&mut now);
    } else if !now.starts_with(head) {
        now = [before, "\n", &now].concat();
    }
    now.truncate(now.floor_char_boundary(LONGEST));
    now
}
