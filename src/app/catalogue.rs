//! The conversations that this browser keeps, newest activity first.
//!
//! Each has a number, which names it on the screen for as long as the page is open. What changes
//! with every message, such as a cursor, changes nothing here that is shown.

use crate::model::{Duration, Instant};
use crate::storage::record::{Conversation, Record};

/// Ages are shown by the minute: a change of less is none.
const COARSE: Duration = Duration::secs(60);

/// A conversation under its number.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) number: u32,
    pub(super) record: Conversation,
    /// When something happened in it last, as it was shown last.
    shown: Instant,
}

/// All of them, those included that can still be brought back.
#[derive(Debug, Default)]
pub(super) struct Catalogue {
    listed: Vec<Listed>,
    last: u32,
    /// Where the one was that was looked for last: most often it is looked for again.
    near: usize,
    /// What is shown of them is another thing now.
    moved: bool,
}

/// What became of a conversation that was to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    /// It was kept like this already.
    Same,
    /// It is another now, by what other tabs are told only once it is left.
    Unseen,
    /// It is another now, or new, and other tabs are to know.
    Anew,
    /// One that had been deleted was begun again: what is kept of the old one is not its own.
    InPlaceOfDeleted,
}

impl Catalogue {
    pub(super) fn iter(&self) -> impl Iterator<Item = &Listed> {
        self.listed.iter()
    }

    /// The conversation of that number.
    pub(super) fn numbered(&self, number: u32) -> Option<&Conversation> {
        let found = self.iter().find(|listed| listed.number == number)?;
        Some(&found.record)
    }

    /// What is shown is to be made anew.
    pub(super) fn touch(&mut self) {
        self.moved = true;
    }

    /// Whether what is shown has moved since this was asked last.
    pub(super) fn take_moved(&mut self) -> bool {
        std::mem::take(&mut self.moved)
    }

    /// Takes on what is known of a conversation now.
    pub(super) fn keep(&mut self, record: &Conversation) -> Kept {
        let Some(at) = self.find(record) else {
            self.add(record.clone());
            return Kept::Anew;
        };
        let Some(listed) = self.listed.get_mut(at) else {
            return Kept::Same;
        };
        if listed.record == *record {
            return Kept::Same;
        }
        let begun_again = listed.record.deleted.is_some()
            && record.deleted.is_none()
            && record.created != listed.record.created;
        let seen =
            looks_different(&listed.record, record) || record.touched.since(listed.shown) >= COARSE;
        let told = seen || is_told(&listed.record, record);
        self.moved |= seen;
        if self.moved {
            listed.shown = record.touched;
        }
        let stays = listed.record.touched == record.touched || at == 0;
        listed.record = record.clone();
        if !stays {
            let listed = self.listed.remove(at);
            self.place(listed);
        }
        match (begun_again, told) {
            (true, _) => Kept::InPlaceOfDeleted,
            (false, true) => Kept::Anew,
            (false, false) => Kept::Unseen,
        }
    }

    /// Forgets a conversation.
    pub(super) fn remove(&mut self, record: &Conversation) {
        if let Some(at) = self.find(record) {
            self.listed.remove(at);
            self.moved = true;
        }
    }

    /// Forgets the conversation of that key.
    pub(super) fn remove_key(&mut self, key: &str) {
        let known = self.listed.len();
        self.listed.retain(|listed| listed.record.key() != key);
        self.moved |= self.listed.len() < known;
    }

    /// Takes on one that was kept before.
    pub(super) fn add(&mut self, record: Conversation) {
        self.last += 1;
        self.place(Listed {
            number: self.last,
            shown: record.touched,
            record,
        });
    }

    fn place(&mut self, listed: Listed) {
        let newer = |other: &Listed| other.record.touched > listed.record.touched;
        self.near = self.listed.partition_point(newer);
        self.listed.insert(self.near, listed);
        self.moved = true;
    }

    fn find(&mut self, record: &Conversation) -> Option<usize> {
        let near = self.listed.get(self.near);
        if !near.is_some_and(|near| is_same(&near.record, record)) {
            let fits = |listed: &Listed| is_same(&listed.record, record);
            self.near = self.listed.iter().position(fits)?;
        }
        Some(self.near)
    }
}

/// The same conversation, whatever is known of it.
pub(super) fn is_same(one: &Conversation, other: &Conversation) -> bool {
    one.id == other.id && one.url == other.url && one.server == other.server
}

/// The beginning of what was said, by which a conversation without a title is known.
pub(super) fn headline(record: &Conversation) -> &str {
    let said = record.preview.trim_start();
    said.split_once('\n').map_or(said, |(line, _)| line).trim()
}

fn looks_different(old: &Conversation, new: &Conversation) -> bool {
    old.title != new.title
        || old.unread != new.unread
        || old.deleted != new.deleted
        || headline(old) != headline(new)
}

/// Nobody sees it in a list, and yet it decides what becomes of a conversation.
fn is_told(old: &Conversation, new: &Conversation) -> bool {
    old.known != new.known || old.draft.is_empty() != new.draft.is_empty()
}
