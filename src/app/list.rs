//! The list of the conversations that this browser keeps, and what the person does in it.

use std::sync::Arc;

use super::catalogue::{Listed, headline, is_same};
use super::msg::Output;
use super::search::{Found, Wanted};
use super::shelf::LastServer;
use super::{App, Target};
use crate::model::Instant;
use crate::protocol::{Dialect, descriptor};
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
    pub id: u32,
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
    /// It is on the screen from now on, or is not.
    Watch(bool),
    /// Ask the server once, whether it is on the screen or not.
    Look,
    /// Ask the server for more of its own.
    More,
    /// Show those alone that hold this text.
    Seek(String),
    /// Go to that conversation.
    Open(u32),
    /// Give that conversation a title; without one, its server may give one again.
    Rename {
        /// Which.
        id: u32,
        /// The title.
        title: String,
    },
    /// Delete that conversation; the tab can bring it back while it is open.
    Delete(u32),
    /// Bring it back.
    Restore(u32),
    /// Have its server delete that conversation, for good.
    DeleteThere(u32),
}

impl Listing {
    /// It needs the conversation that is being opened to be there.
    pub(super) const fn waits(&self) -> bool {
        matches!(
            self,
            Self::Open(_)
                | Self::Rename { .. }
                | Self::Delete(_)
                | Self::Restore(_)
                | Self::DeleteThere(_)
        )
    }
}

impl App {
    pub(super) fn listing(&mut self, what: Listing, now: Instant) {
        match what {
            Listing::Show(shown) => self.shelf.keep_listed(shown),
            Listing::Watch(shown) => self.watch_list(shown),
            Listing::Look => self.remotes.look(),
            Listing::More => self.list_more(now),
            Listing::Seek(typed) => self.seek(&typed, now),
            Listing::Open(id) => self.open_listed(id, now),
            Listing::Rename { id, title } => self.rename(id, title.trim(), now),
            Listing::Delete(id) => self.delete(id, now),
            Listing::Restore(id) => self.restore_deleted(id, now),
            Listing::DeleteThere(id) => self.delete_there(id, now),
        }
    }

    /// Makes the list anew, where what it shows has moved.
    pub(super) fn relist(&mut self) {
        if self.shelf.catalogue.take_moved() {
            let (mut entries, mut any, mut unread) = (Vec::new(), false, 0);
            for listed in self.shelf.catalogue.iter() {
                if listed.record.deleted.is_none() {
                    any = true;
                    unread += u64::from(listed.record.unread);
                    entries.extend(self.entry(listed));
                }
            }
            self.view.unread = unread;
            self.view.entries = Arc::new(entries);
            self.relist_remotes();
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

    fn numbered(&self, id: u32) -> Option<Conversation> {
        self.shelf.catalogue.numbered(id).cloned()
    }

    fn seek(&mut self, typed: &str, now: Instant) {
        self.seek_there(typed.trim(), now);
        let wanted = Wanted::new(typed);
        if self.wanted != wanted {
            self.wanted = wanted;
            self.shelf.catalogue.touch();
        }
    }

    /// Goes to a conversation; its server was confirmed when it was first talked to.
    fn open_listed(&mut self, id: u32, now: Instant) {
        if self.open_remote(id, now) {
            return;
        }
        let there = |record: &Conversation| record.deleted.is_none() && !self.is_open(record);
        let Some(record) = self.numbered(id).filter(there) else {
            return;
        };
        let Some(protocol) = descriptor(&record.server) else {
            return self.toast(asides::unknown_server(&record.server));
        };
        let (server, url) = (record.server.clone(), record.url.clone());
        let last = self.shelf.server().unwrap_or_default();
        let same = last.server == server && last.url == url;
        let strict = last.strict && same;
        let dialect = if same { last.dialect } else { Dialect::Auto };
        let target = Target {
            protocol,
            url: url.clone(),
            strict,
            dialect,
            conversation: None,
        };
        self.shelf.keep_server(&LastServer {
            server,
            url,
            strict,
            dialect,
        });
        self.put_down();
        self.reopen(target, record, now);
    }

    /// Changes what is kept of a conversation, and gives what it is now.
    fn amend(&mut self, id: u32, change: &dyn Fn(&mut Conversation)) -> Option<Conversation> {
        let mut record = self.numbered(id)?;
        change(&mut record);
        self.shelf.keep(&record, None);
        Some(record)
    }

    fn rename(&mut self, id: u32, title: &str, now: Instant) {
        self.rename_there(id, title, now);
        let rename = |record: &mut Conversation| {
            if name(record) != title {
                record.renamed = !title.is_empty();
                record.title = record.renamed.then(|| title.to_owned());
            }
        };
        if let Some(record) = self.amend(id, &rename)
            && self.is_open(&record)
        {
            self.conversation.renamed = record.renamed;
            self.view.subject.clone_from(&record.title);
            self.conversation.title = record.title;
        }
    }

    /// Hides a conversation, which a later visit sweeps away. Where it is the open one, a new one
    /// takes its place.
    fn delete(&mut self, id: u32, now: Instant) {
        if self
            .numbered(id)
            .is_some_and(|record| self.is_open(&record))
        {
            self.new_conversation(now);
        }
        // One in which nothing was ever said is gone by now.
        if let Some(record) = self.amend(id, &|record| record.deleted = Some(now)) {
            self.listen(&record, false, now);
            let there = self.is_there(&record);
            self.toast(asides::deleted(
                name(&record),
                there || self.remotes.has(&record),
            ));
            if let Some(toast) = self.view.toasts.last_mut() {
                toast.undo = Some(id);
                toast.there = there;
            }
        }
    }

    fn restore_deleted(&mut self, id: u32, now: Instant) {
        self.view.toasts.retain(|toast| toast.undo != Some(id));
        if let Some(record) = self.amend(id, &|record| record.deleted = None) {
            self.listen(&record, true, now);
        }
    }

    /// What was being written stays with the conversation that is about to be left. Where another
    /// tab keeps that one, it stays in the message box.
    pub(super) fn put_down(&mut self) {
        if self.keeps_open() && !self.draft.is_empty() {
            self.conversation.draft = std::mem::take(&mut self.draft);
            self.outputs.push_back(Output::Compose(String::new()));
        }
    }

    /// Keeps the conversation that is left as it is, with what waits in it. One in which nothing was
    /// said, by nobody, is not kept.
    pub(super) fn put_away(&mut self, now: Instant) {
        // What another tab holds is that one's to keep, or to forget.
        if !self.keeps_open() {
            return;
        }
        self.take_note(now);
        match self.is_blank() {
            true => self.shelf.forget(&self.conversation),
            false => {
                self.shelve();
                self.shelf.tell(&self.conversation);
            }
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

/// What a conversation is called.
pub(super) fn name(record: &Conversation) -> &str {
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
