//! One item's signals.

use std::sync::Arc;

use reactive_graph::signal::ArcRwSignal;

use super::chrome::put;
use super::prose::ProseRow;
use crate::model::{Body, Item, ItemId, Kind, Prose, ProseState, State};

/// One item of the timeline, as signals. Outlives the item: what was removed only stops moving.
#[derive(Clone, Debug)]
pub struct Row {
    /// The item's identifier.
    pub id: ItemId,
    /// The item's kind; an item never changes it.
    pub kind: Kind,
    /// The item's state.
    pub state: ArcRwSignal<State>,
    /// Everything of the item but growing prose, whose text is empty here.
    pub body: ArcRwSignal<Arc<Body>>,
    /// The prose, for an answer and for reasoning.
    pub prose: Option<ProseRow>,
}

/// A row with what has been collected for it.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) row: Row,
    next: Option<(State, Body)>,
}

impl Entry {
    pub(super) fn new(item: &Item) -> Self {
        let (body, prose) = apart(&item.body);
        let prose = prose.map(|prose| {
            let row = ProseRow::default();
            row.become_text(&prose.text, prose.state != ProseState::Streaming);
            row
        });
        let row = Row {
            id: item.id,
            kind: item.kind(),
            state: ArcRwSignal::new(item.state()),
            body: ArcRwSignal::new(Arc::new(body)),
            prose,
        };
        Self { row, next: None }
    }

    pub(super) fn update(&mut self, item: &Item) {
        let (body, prose) = apart(&item.body);
        if let (Some(row), Some(prose)) = (&self.row.prose, prose) {
            row.become_text(&prose.text, prose.state != ProseState::Streaming);
        }
        self.next = Some((item.state(), body));
    }

    pub(super) fn grow(&self, delta: &str) {
        if let Some(prose) = &self.row.prose {
            prose.grow(delta);
        }
    }

    /// Takes what has been collected, to be moved once nothing is locked any more.
    pub(super) fn take(&mut self) -> Moved {
        Moved {
            row: self.row.clone(),
            next: self.next.take(),
        }
    }
}

/// What has been collected for a row.
pub(super) struct Moved {
    row: Row,
    next: Option<(State, Body)>,
}

impl Moved {
    /// Moves the row's signals: the text first, so that a state of `done` finds it whole.
    pub(super) fn flush(self) {
        if let Some(prose) = &self.row.prose {
            prose.flush();
        }
        if let Some((state, body)) = self.next {
            put(&self.row.body, Arc::new(body));
            put(&self.row.state, state);
        }
    }
}

/// The body without its prose, and the prose.
fn apart(body: &Body) -> (Body, Option<&Prose>) {
    let rest = |prose: &Prose| Prose {
        text: String::new(),
        state: prose.state,
    };
    match body {
        Body::Agent(prose) => (Body::Agent(rest(prose)), Some(prose)),
        Body::Reasoning(prose) => (Body::Reasoning(rest(prose)), Some(prose)),
        other => (other.clone(), None),
    }
}
