//! The conversations that the server keeps and this browser does not: below those of this browser.
//!
//! They are asked for while the list is shown and the server is connected to. Where the server
//! cannot be asked, the list is without them, and nothing is said of it.

use std::sync::Arc;

use super::list::Entry;
use super::{App, Target, link};
use crate::model::{ConversationId, Instant};
use crate::protocol::{Page, Remote};
use crate::session::{Input, Phase, Session};
use crate::storage::record::Conversation;
use crate::words::ui;

/// Their numbers on the screen begin here, beyond those of the conversations that are kept.
const FIRST: u32 = 1 << 31;

/// What the server has told of its list.
#[derive(Debug, Default)]
pub(super) struct Remotes {
    /// The list is shown.
    watched: bool,
    /// It is to be asked for anew.
    due: bool,
    /// Whose list it is: the protocol by name, and the address.
    of: (String, String),
    listed: Vec<Remote>,
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
                of,
                ..Self::default()
            };
        }
    }

    /// The list is to be asked for as soon as that can be.
    pub(super) const fn ask(&mut self) {
        self.due = true;
    }

    pub(super) fn has(&self, record: &Conversation) -> bool {
        let listed = self.listed.iter().any(|remote| remote.id == record.id);
        listed && self.of.0 == record.server && self.of.1 == record.url
    }

    fn number(&mut self, id: &ConversationId) -> u32 {
        let at = self.seen.iter().position(|seen| seen == id);
        let at = at.unwrap_or_else(|| {
            self.seen.push(id.clone());
            self.seen.len() - 1
        });
        FIRST + u32::try_from(at).unwrap_or_default()
    }

    fn numbered(&self, number: u32) -> Option<&ConversationId> {
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
        if self.remotes.watched && self.remotes.due && self.session.as_ref().is_some_and(can) {
            self.remotes.due = false;
            let page = self.list_page(None);
            self.tell(page, now);
        }
    }

    const fn list_page(&self, page: Option<String>) -> Input {
        let wanted = String::new();
        Input::List { wanted, page }
    }

    /// Asks for what comes behind what is listed.
    pub(super) fn list_more(&mut self, now: Instant) {
        if let Some(next) = self.remotes.next.clone() {
            let page = self.list_page(Some(next));
            self.tell(page, now);
        }
    }

    /// The server has told a page of its list.
    pub(super) fn listed_page(&mut self, page: Page) {
        if page.first {
            self.remotes.listed.clear();
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
        let listed = std::mem::take(&mut self.remotes.listed);
        for remote in &listed {
            let title = match remote.title.as_str() {
                "" => ui::NEW,
                title => title,
            };
            let kept = self
                .shelf
                .conversation(&server, &url, Some(remote.id.as_str()));
            if kept.is_none() && self.wanted.place(title).is_some() {
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
