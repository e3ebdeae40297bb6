//! The list of the conversations that this browser keeps, and what the person does in it.

use std::sync::Arc;

use super::catalogue::{Listed, headline, is_same};
use super::msg::Output;
use super::search::{Found, Wanted};
use super::shelf::LastServer;
use super::{App, Target};
use crate::model::Instant;
use crate::protocol::descriptor;
use crate::session::Session;
use crate::storage::record::Conversation;
use crate::words::{asides, ui};

/// How much of a conversation's first line stands for its title, in bytes.
const HEADLINE: usize = 120;

/// How much of a title is seen in any case, in bytes.
const SEEN: usize = 24;

/// One conversation of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Names it for as long as the page is open.
    pub id: u64,
    /// What it is called: its title, else how it begins.
    pub title: String,
    /// The server's label for people.
    pub server: String,
    /// When something happened in it last; not newer than by a minute.
    pub at: Instant,
    /// Something came that nobody saw.
    pub unread: bool,
    /// It is the open one.
    pub open: bool,
    /// The piece of its text that holds what is looked for, where its title does not
    /// say it at its beginning.
    pub found: Option<Found>,
}

/// What the person does in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listing {
    /// Keep it beside the conversation, or not.
    Show(bool),
    /// Show those alone that hold this text.
    Seek(String),
    /// Go to that conversation.
    Open(u64),
    /// Give that conversation a title; without one, its server may give one again.
    Rename {
        /// Which.
        id: u64,
        /// The title.
        title: String,
    },
    /// Delete that conversation; it can be brought back until the next visit.
    Delete(u64),
    /// Bring it back.
    Restore(u64),
}

impl Listing {
    /// It needs the conversation that is being opened to be there.
    pub(super) const fn waits(&self) -> bool {
        matches!(
            self,
            Self::Open(_) | Self::Rename { .. } | Self::Delete(_) | Self::Restore(_)
        )
    }
}

impl App {
    pub(super) fn listing(&mut self, what: Listing, now: Instant) {
        match what {
            Listing::Show(shown) => self.shelf.keep_listed(shown),
            Listing::Seek(typed) => self.seek(&typed),
            Listing::Open(id) => self.open_listed(id, now),
            Listing::Rename { id, title } => self.rename(id, title.trim()),
            Listing::Delete(id) => self.delete(id, now),
            Listing::Restore(id) => self.restore_deleted(id),
        }
    }

    /// Makes the list anew, where what it shows has moved.
    pub(super) fn relist(&mut self) {
        if self.shelf.catalogue.take_moved() {
            let kept = || self.shelf.catalogue.iter().filter(|kept| is_there(kept));
            let entries = kept().filter_map(|listed| self.entry(listed)).collect();
            let (any, unread) = (kept().count() > 0, kept().filter(|l| l.record.unread));
            self.view.unread = unread.count();
            self.view.entries = Arc::new(entries);
            // Nobody is shown an empty list, or one beside a page within a page, unasked.
            let usual = any && !self.view.embedded && !self.view.memory_only;
            self.view.listed = self.shelf.listed().unwrap_or(usual);
        }
    }

    fn entry(&self, listed: &Listed) -> Option<Entry> {
        let record = &listed.record;
        let title = name(record);
        let place = self.wanted.place(title);
        let found = match place {
            Some((_, end)) if end <= SEEN => None,
            _ => self.wanted.piece(&record.preview),
        };
        if place.is_none() && found.is_none() {
            return None;
        }
        let protocol = descriptor(&record.server);
        Some(Entry {
            id: listed.number,
            title: title.to_owned(),
            server: protocol
                .map_or(&*record.server, |known| known.label)
                .to_owned(),
            at: record.touched,
            unread: record.unread,
            open: self.is_open(record),
            found,
        })
    }

    fn is_open(&self, record: &Conversation) -> bool {
        let opening = self.opening.as_ref().map(|opening| &opening.conversation);
        let open = Some(&self.conversation).filter(|_| self.is_kept() && self.session.is_some());
        opening.or(open).is_some_and(|open| is_same(open, record))
    }

    fn numbered(&self, id: u64) -> Option<Conversation> {
        self.shelf.catalogue.numbered(id).cloned()
    }

    fn seek(&mut self, typed: &str) {
        let wanted = Wanted::new(typed);
        if self.wanted != wanted {
            self.wanted = wanted;
            self.shelf.catalogue.touch();
        }
    }

    /// Goes to a conversation; its server was confirmed when it was first talked to.
    fn open_listed(&mut self, id: u64, now: Instant) {
        let there = |record: &Conversation| record.deleted.is_none() && !self.is_open(record);
        let Some(record) = self.numbered(id).filter(there) else {
            return;
        };
        let Some(protocol) = descriptor(&record.server) else {
            return self.toast(asides::unknown_server(&record.server));
        };
        let (server, url) = (record.server.clone(), record.url.clone());
        let last = self.shelf.server().unwrap_or_default();
        let strict = last.strict && last.server == server && last.url == url;
        let target = Target {
            protocol,
            url: url.clone(),
            strict,
            conversation: None,
        };
        self.shelf.keep_server(&LastServer {
            server,
            url,
            strict,
        });
        self.put_down();
        self.reopen(target, record, now);
    }

    fn rename(&mut self, id: u64, title: &str) {
        let other = |record: &Conversation| name(record) != title;
        let Some(mut record) = self.numbered(id).filter(other) else {
            return;
        };
        record.renamed = !title.is_empty();
        record.title = record.renamed.then(|| title.to_owned());
        if self.is_open(&record) {
            self.conversation.renamed = record.renamed;
            self.conversation.title.clone_from(&record.title);
            self.view.subject.clone_from(&record.title);
        }
        self.shelf.keep(&record, None);
    }

    /// Hides a conversation, which the next visit sweeps away. Where it is the open one, a new one
    /// takes its place.
    fn delete(&mut self, id: u64, now: Instant) {
        if self
            .numbered(id)
            .is_some_and(|record| self.is_open(&record))
        {
            self.new_conversation(now);
        }
        // One in which nothing was ever said is gone by now.
        let Some(mut record) = self.numbered(id) else {
            return;
        };
        record.deleted = Some(now);
        self.shelf.keep(&record, None);
        self.toast(asides::deleted(name(&record)));
        if let Some(toast) = self.view.toasts.last_mut() {
            toast.undo = Some(id);
        }
    }

    fn restore_deleted(&mut self, id: u64) {
        self.view.toasts.retain(|toast| toast.undo != Some(id));
        if let Some(mut record) = self.numbered(id) {
            record.deleted = None;
            self.shelf.keep(&record, None);
        }
    }

    /// What was being written stays with the conversation that is about to be left.
    pub(super) fn put_down(&mut self) {
        if self.is_kept() && self.session.is_some() && !self.draft.is_empty() {
            self.conversation.draft = std::mem::take(&mut self.draft);
            self.outputs.push_back(Output::Compose(String::new()));
        }
    }

    /// Keeps the conversation that is left as it is, with what waits in it. One in which nothing was
    /// said, by nobody, is not kept.
    pub(super) fn put_away(&mut self, now: Instant) {
        if self.session.is_none() || !self.is_kept() {
            return;
        }
        self.take_note(now);
        match self.is_blank() {
            true => self.shelf.forget(&self.conversation),
            false => self.keep(),
        }
    }

    fn is_blank(&self) -> bool {
        let Conversation {
            title,
            draft,
            preview,
            known,
            ..
        } = &self.conversation;
        let linked = self
            .target
            .as_ref()
            .is_none_or(|t| t.conversation.is_some());
        let waits = self.session.iter().flat_map(Session::unsettled).next();
        let said = !draft.is_empty() || !preview.is_empty() || waits.is_some();
        title.is_none() && !said && !known && !linked
    }
}

fn is_there(listed: &Listed) -> bool {
    listed.record.deleted.is_none()
}

/// What a conversation is called.
fn name(record: &Conversation) -> &str {
    if let Some(title) = &record.title {
        return title;
    }
    let line = headline(record);
    let end = line.floor_char_boundary(HEADLINE);
    match line.get(..end) {
        None | Some("") => ui::NEW,
        Some(line) => line,
    }
}
