//! What the person changes in the server's own list: titles, and what is deleted for good.

use super::App;
use super::catalogue::Listed;
use super::list::name;
use super::msg::Output;
use crate::model::{ConversationId, Instant};
use crate::protocol::Command;
use crate::session::Input;
use crate::storage::record::Conversation;
use crate::words::{asides, ui};

impl App {
    /// Whether the server that the list is of has a conversation that is kept here, and can be asked to
    /// change it.
    pub(super) fn is_there(&self, record: &Conversation) -> bool {
        let remotes = &self.remotes;
        remotes.keeps && remotes.is_of(record) && (record.known || remotes.has(record))
    }

    /// The conversation of a number, whether kept here or only there, with its title.
    fn there(&self, number: u32) -> Option<(ConversationId, String)> {
        if let Some(id) = self.remotes.numbered(number) {
            let remote = self
                .remotes
                .at(id)
                .and_then(|at| self.remotes.listed.get(at))?;
            return Some((id.clone(), remote.title.clone()));
        }
        let record = self.shelf.catalogue.numbered(number)?;
        self.is_there(record)
            .then(|| (record.id.clone(), name(record).to_owned()))
    }

    /// Has the server take on a title as well, or alone.
    pub(super) fn rename_there(&mut self, number: u32, title: &str, now: Instant) {
        if let Some((id, old)) = self.there(number)
            && old != title
            && !title.is_empty()
        {
            let title = title.to_owned();
            self.tell(Input::Ask(Command::Rename { id, title }), now);
        }
    }

    /// Has the server delete a conversation.
    pub(super) fn delete_there(&mut self, number: u32, now: Instant) {
        match self.there(number) {
            Some((id, _)) => self.tell(Input::Ask(Command::Delete(id)), now),
            // A new session has to know first what the server is.
            None => self.toast(asides::not_done("")),
        }
    }

    /// The server has given a conversation another title.
    pub(super) fn renamed_there(&mut self, id: &ConversationId, title: &str) {
        let at = self.remotes.at(id);
        if let Some(remote) = at.and_then(|at| self.remotes.listed.get_mut(at)) {
            title.clone_into(&mut remote.title);
            self.shelf.catalogue.touch();
        }
        self.outputs
            .push_back(Output::Announce(asides::renamed(title)));
    }

    /// The server has deleted a conversation. What was deleted here as well cannot come back.
    pub(super) fn deleted_there(&mut self, id: &ConversationId) {
        let mut title = String::new();
        if let Some(at) = self.remotes.at(id) {
            title = self.remotes.listed.remove(at).title;
            self.shelf.catalogue.touch();
        }
        let same =
            |kept: &&Listed| kept.record.id.is(id.as_str()) && self.remotes.is_of(&kept.record);
        let kept = self.shelf.catalogue.iter().find(same);
        let kept = kept.map(|kept| (kept.number, kept.record.clone()));
        if let Some((number, record)) = kept {
            name(&record).clone_into(&mut title);
            if record.deleted.is_some() {
                self.view.toasts.retain(|toast| toast.undo != Some(number));
                self.shelf.forget(&record);
            }
        }
        if title.is_empty() {
            ui::NEW.clone_into(&mut title);
        }
        self.toast(asides::deleted_there(&title));
    }
}
