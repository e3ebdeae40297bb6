//! What became of a recording: the timeline, what was sent, and what was kept.

use super::Player;
use crate::model::{Body, Event, EventKey, Instant, Item, ItemId};
use crate::session::{Change, Session, Trace};

impl Player {
    /// The timeline so far.
    #[must_use]
    pub fn items(&self) -> &[Item] {
        self.session.items()
    }

    /// The session, to look at.
    #[must_use]
    pub const fn session(&self) -> &Session {
        &self.session
    }

    /// Every event of the server's log so far, in the order in which they are kept.
    #[must_use]
    pub fn kept(&self) -> &[Event] {
        &self.kept
    }

    /// Up to where nothing of the log is missing, each with how many events were kept by then.
    #[must_use]
    pub fn wholes(&self) -> &[(usize, EventKey)] {
        &self.wholes
    }

    /// Every change so far, in order.
    #[must_use]
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Every frame that was sent so far.
    #[must_use]
    pub fn sent(&self) -> &[String] {
        &self.sent
    }

    /// What the inspector and other tabs were told so far.
    #[must_use]
    pub fn traced(&self) -> &[Trace] {
        &self.traced
    }

    /// When a connection was tried so far.
    #[must_use]
    pub fn opened(&self) -> &[Instant] {
        &self.opened
    }

    /// The addresses that a connection was tried to so far.
    #[must_use]
    pub fn addresses(&self) -> &[String] {
        &self.addresses
    }

    /// The virtual time.
    #[must_use]
    pub const fn now(&self) -> Instant {
        self.now
    }

    /// The timeline that the changes alone lead to: what the screen shows.
    #[must_use]
    pub fn projected(&self) -> Vec<Item> {
        let mut shown: Vec<Item> = Vec::new();
        for change in &self.changes {
            project(&mut shown, change);
        }
        shown
    }
}

fn project(shown: &mut Vec<Item>, change: &Change) {
    let place = |shown: &[Item], id: ItemId| shown.iter().position(|item| item.id == id);
    match change {
        Change::Inserted { at, item } => shown.insert((*at).min(shown.len()), item.clone()),
        Change::Grew { id, delta } => {
            let grown = shown.iter_mut().find(|item| item.id == *id);
            if let Some(Body::Agent(prose) | Body::Reasoning(prose)) =
                grown.map(|item| &mut item.body)
            {
                prose.text.push_str(delta);
            }
        }
        Change::Updated(item) => {
            if let Some(old) = shown.iter_mut().find(|old| old.id == item.id) {
                *old = item.clone();
            }
        }
        Change::Removed(id) => {
            if let Some(at) = place(shown, *id) {
                shown.remove(at);
            }
        }
        Change::Cleared => shown.clear(),
        Change::Connection(_)
        | Change::Run(_)
        | Change::Capabilities(_)
        | Change::Titled(_)
        | Change::Named(_)
        | Change::Progress(_)
        | Change::Cost(_)
        | Change::Listed(_)
        | Change::Exported(_)
        | Change::Renamed { .. }
        | Change::Deleted(_)
        | Change::NotDone(_)
        | Change::Confirms(_)
        | Change::Templates(_)
        | Change::Suggests(_)
        | Change::Switchers(_)
        | Change::Dressed(_)
        | Change::Elsewhere { .. }
        | Change::Came(_)
        | Change::TooOften { .. }
        | Change::Known => {}
    }
}
