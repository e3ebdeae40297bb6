//! The conversations that the server keeps and this browser does not: below those of this browser.
//!
//! They are asked for while the list is shown and the server is connected to. Where the server
//! cannot be asked, the list is without them, and nothing is said of it.

use std::sync::Arc;

use super::list::Entry;
use super::{App, Target, link};
use crate::model::{ConversationId, Duration, Instant};
use crate::protocol::{Capabilities, Page, Remote};
use crate::session::{Input, Phase, Session};
use crate::storage::record::Conversation;
use crate::words::ui;

/// For so long nothing more is typed before the server is asked to search.
const PAUSE: Duration = Duration::millis(300);

/// Their numbers on the screen begin here, beyond those of the conversations that are kept.
const FIRST: u32 = 1 << 31;

/// What the server has told of its list.
#[derive(Debug, Default)]
pub(super) struct Remotes {
    /// The list is shown.
    watched: bool,
    /// It is to be asked for anew.
    due: bool,
    /// Once, although it is not shown.
    looked: bool,
    /// Whose list it is: the protocol by name, and the address.
    of: (String, String),
    /// The server looks into their titles itself.
    searches: bool,
    /// Conversations can be given titles there, and be deleted.
    pub(super) keeps: bool,
    /// What is looked for, as it was typed.
    typed: String,
    /// When the server is asked for it, unless something else is typed before.
    search_at: Option<Instant>,
    /// What it was asked for last.
    asked: String,
    /// What `listed` is the answer to.
    found: String,
    pub(super) listed: Vec<Remote>,
    next: Option<String>,
    /// Every identifier that was listed so far, in the order of their numbers.
    seen: Vec<ConversationId>,
}

impl Remotes {
    /// Another server's list is of no use.
    pub(super) fn turn_to(&mut self, target: &Target) {
        let of = (target.protocol.name.to_owned(), target.url.clone());
        if self.of != of {
            *self = Self {
                watched: self.watched,
                typed: std::mem::take(&mut self.typed),
                of,
                ..Self::default()
            };
        }
    }

    /// The list is to be asked for, whether it is shown or not.
    pub(super) const fn look(&mut self) {
        self.looked = true;
        self.due = true;
    }

    /// The list is to be asked for as soon as that can be.
    pub(super) const fn ask(&mut self) {
        self.due = true;
    }

    /// Whatever the server of the open conversation can do with its list counts.
    pub(super) const fn can(&mut self, capabilities: Capabilities) {
        self.searches = capabilities.searches;
        self.keeps = capabilities.keeps_list;
    }

    /// When the server is to be asked for what was typed.
    pub(super) const fn search_at(&self) -> Option<Instant> {
        self.search_at
    }

    pub(super) fn has(&self, record: &Conversation) -> bool {
        self.is_of(record) && self.at(&record.id).is_some()
    }

    pub(super) fn is_of(&self, record: &Conversation) -> bool {
        self.of.0 == record.server && self.of.1 == record.url
    }

    /// Where a conversation stands in the list.
    pub(super) fn at(&self, id: &ConversationId) -> Option<usize> {
        let mut listed = self.listed.iter();
        listed.position(|remote| remote.id.is(id.as_str()))
    }

    /// What the server is asked for.
    fn wanted(&self) -> &str {
        if self.searches { &self.typed } else { "" }
    }

    fn number(&mut self, id: &ConversationId) -> u32 {
        let at = self.seen.iter().position(|seen| seen.is(id.as_str()));
        let at = at.unwrap_or_else(|| {
            self.seen.push(id.clone());
            self.seen.len() - 1
        });
        FIRST + u32::try_from(at).unwrap_or_default()
    }

    pub(super) fn numbered(&self, number: u32) -> Option<&ConversationId> {
        let at = usize::try_from(number.checked_sub(FIRST)?).ok()?;
        self.seen.get(at)
    }
}

impl App {
    /// The list is shown from now on, or is not.
    pub(super) fn watch_list(&mut self, shown: bool) {
        self.remotes.watched = shown;
        self.remotes.due = shown;
    }

    /// Asks for the list, where that is due and can be done.
    pub(super) fn ask_for_list(&mut self, now: Instant) {
        let can = |session: &Session| {
            matches!(session.phase(), Phase::Open { .. }) && session.capabilities().lists
        };
        let paused = self.remotes.search_at.take_if(|at| *at <= now).is_some();
        self.remotes.due |= paused && self.remotes.wanted() != self.remotes.found;
        let wants = self.remotes.watched || self.remotes.looked;
        if wants && self.remotes.due && self.session.as_ref().is_some_and(can) {
            self.remotes.due = false;
            self.remotes.looked = false;
            self.list_page(None, now);
        }
    }

    fn list_page(&mut self, page: Option<String>, now: Instant) {
        let wanted = self.remotes.wanted().to_owned();
        self.remotes.asked.clone_from(&wanted);
        self.tell(Input::List { wanted, page }, now);
    }

    /// Has the server look for what was typed, once nothing more is for a while.
    pub(super) fn seek_there(&mut self, typed: &str, now: Instant) {
        let remotes = &mut self.remotes;
        if remotes.typed != typed {
            typed.clone_into(&mut remotes.typed);
            let searches = remotes.searches && remotes.watched;
            remotes.search_at = searches.then(|| now + PAUSE);
        }
    }

    /// Asks for what comes behind what is listed.
    pub(super) fn list_more(&mut self, now: Instant) {
        if let Some(next) = self.remotes.next.clone() {
            self.list_page(Some(next), now);
        }
    }

    /// The server has told a page of its list.
    pub(super) fn listed_page(&mut self, page: Page) {
        if page.first {
            self.remotes.listed.clear();
            self.remotes.found.clone_from(&self.remotes.asked);
        }
        let listed = &mut self.remotes.listed;
        for remote in page.conversations {
            // What moved to another page meanwhile is told twice.
            if !listed.iter().any(|known| known.id == remote.id) {
                listed.push(remote);
            }
        }
        self.remotes.next = page.next;
        self.shelf.catalogue.touch();
    }

    /// Shows those that hold what is looked for, and are not among those that are kept here.
    pub(super) fn relist_remotes(&mut self) {
        let (server, url) = self.remotes.of.clone();
        let mut entries = Vec::new();
        let searched = self.remotes.searches && self.remotes.found == self.remotes.typed;
        let listed = std::mem::take(&mut self.remotes.listed);
        for remote in &listed {
            let title = match remote.title.as_str() {
                "" => ui::NEW,
                title => title,
            };
            let kept = self
                .shelf
                .conversation(&server, &url, Some(remote.id.as_str()));
            if kept.is_none() && (searched || self.wanted.place(title).is_some()) {
                let running = if remote.running { ui::RUNNING } else { "" };
                entries.push(Entry {
                    id: self.remotes.number(&remote.id),
                    title: title.to_owned(),
                    server: running.to_owned(),
                    at: remote.at,
                    unread: false,
                    open: false,
                    found: None,
                });
            }
        }
        self.remotes.listed = listed;
        self.view.remote_more = self.remotes.next.is_some();
        let host = link::address(&url, self.secure).map(|address| address.host);
        let any = !entries.is_empty() || self.view.remote_more;
        self.view.remote_host = host.ok().filter(|_| any).unwrap_or_default();
        self.view.remote = Arc::new(entries);
    }

    /// Opens one that is not kept here, as a link to it does; `false` where the number is none of
    /// theirs.
    pub(super) fn open_remote(&mut self, number: u32, now: Instant) -> bool {
        let id = self.remotes.numbered(number).cloned();
        let (Some(id), Some(target)) = (id, self.target.clone()) else {
            return false;
        };
        self.put_down();
        let conversation = Some(id.as_str().to_owned());
        self.open(
            Target {
                conversation,
                ..target
            },
            now,
        );
        true
    }
}
