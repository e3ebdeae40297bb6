//! What has been said since the last frame.

use std::sync::Arc;

use reactive_graph::prelude::*;
use reactive_graph::signal::ArcRwSignal;

use super::LINES;
use super::row::{Entry, Moved, Row};
use crate::app::{TraceLine, View};
use crate::model::{ById, IdSet, Item, ItemId};
use crate::protocol::Capabilities;
use crate::session::{Change, Phase, Run};

/// Where more items than this come at once, the newest are shown first.
const AT_ONCE: usize = 1_000;
/// So many of them.
const FIRST: usize = 100;
/// And so many more in each frame after that.
const EACH: usize = 400;

/// What has been said since the last frame, with the rows and the order as they now are.
#[derive(Debug, Default)]
pub(super) struct Collected {
    pub(super) view: Option<View>,
    pub(super) announcements: Vec<String>,
    pub(super) compose: Option<String>,
    order: Vec<ItemId>,
    reordered: bool,
    /// How many items there were when the order was taken last.
    known: usize,
    /// So many of the oldest come in later frames.
    held: usize,
    rows: ById<Entry>,
    /// Rows with something to move.
    moved: IdSet,
    /// Rows out of the order, which may come back at another place.
    gone: IdSet,
    /// Items on the screen that are another thing now.
    stale: IdSet,
    /// Items on the screen when everything was cleared.
    cleared: IdSet,
    phase: Option<Phase>,
    run: Option<Run>,
    capabilities: Option<Capabilities>,
    emptied: bool,
    lines: Vec<Arc<TraceLine>>,
}

/// What is to be moved in one frame.
pub(super) struct Batch {
    pub(super) rows: Vec<Moved>,
    pub(super) order: Option<Vec<ItemId>>,
    /// The order is not whole yet.
    pub(super) more: bool,
    pub(super) phase: Option<Phase>,
    pub(super) run: Option<Run>,
    pub(super) capabilities: Option<Capabilities>,
    pub(super) view: Option<View>,
    pub(super) announcement: Option<String>,
    pub(super) compose: Option<String>,
    pub(super) emptied: bool,
    pub(super) lines: Vec<Arc<TraceLine>>,
}

impl Collected {
    pub(super) fn row(&self, id: ItemId) -> Option<Row> {
        self.rows.get(id).map(|entry| entry.row.clone())
    }

    /// Collects a change; `shown` is the order on the screen.
    pub(super) fn change(&mut self, change: &Change, shown: &ArcRwSignal<Vec<ItemId>>) {
        match change {
            Change::Inserted { at, item } => self.insert(*at, item),
            Change::Grew { id, delta } => self.grow(*id, delta),
            Change::Updated(item) if self.rows.contains(item.id) => self.update(item),
            // It was removed before.
            Change::Updated(_) => {}
            Change::Removed(id) => self.remove(*id),
            Change::Cleared => self.clear(shown),
            Change::Connection(phase) => self.phase = Some(phase.clone()),
            Change::Run(run) => self.run = Some(*run),
            Change::Capabilities(capabilities) => self.capabilities = Some(*capabilities),
            // The app shows the title with the rest of the view.
            Change::Titled(_)
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

    /// Collects a line of the inspector; `None` empties it.
    pub(super) fn trace(&mut self, line: Option<&TraceLine>) {
        let Some(line) = line else {
            self.emptied = true;
            return self.lines.clear();
        };
        self.lines.push(Arc::new(line.clone()));
        if self.lines.len() >= 2 * LINES {
            self.lines.drain(..LINES);
        }
    }

    /// Takes what is to be moved.
    pub(super) fn take(&mut self) -> Batch {
        for id in self.gone.take_ids() {
            self.rows.remove(id);
        }
        let moved = self.moved.take_ids().into_iter();
        let rows = moved.filter_map(|id| self.rows.get_mut(id).map(Entry::take));
        let rows = rows.collect();
        let announced = std::mem::take(&mut self.announcements);
        let stale = !self.stale.is_empty();
        let order = self.take_order();
        Batch {
            rows,
            more: stale || self.held > 0,
            order,
            phase: self.phase.take(),
            run: self.run.take(),
            capabilities: self.capabilities.take(),
            view: self.view.take(),
            announcement: (!announced.is_empty()).then(|| announced.join("\n")),
            compose: self.compose.take(),
            emptied: std::mem::take(&mut self.emptied),
            lines: std::mem::take(&mut self.lines),
        }
    }

    /// The order, where it moved. An item that is another thing now under the same number stays
    /// out for one frame: a list keyed by number would keep the old one's elements.
    fn take_order(&mut self) -> Option<Vec<ItemId>> {
        self.cleared.clear();
        let stale = std::mem::take(&mut self.stale);
        if !self.reordered {
            return None;
        }
        let came = self.order.len().saturating_sub(self.known);
        self.known = self.order.len();
        self.held = match came > AT_ONCE {
            true => self.known - FIRST,
            false => self.held.saturating_sub(EACH),
        };
        self.reordered = !stale.is_empty() || self.held > 0;
        let order = self.order.iter().skip(self.held);
        Some(order.filter(|id| !stale.contains(**id)).copied().collect())
    }

    fn insert(&mut self, at: usize, item: &Item) {
        let at = at.min(self.order.len());
        self.order.insert(at, item.id);
        self.reordered = true;
        self.gone.remove(item.id);
        if self.cleared.contains(item.id) {
            self.stale.add(item.id);
        }
        self.update(item);
    }

    fn update(&mut self, item: &Item) {
        match self.rows.get_mut(item.id) {
            Some(entry) if entry.row.kind == item.kind() => entry.update(item),
            known => {
                if known.is_some() {
                    self.stale.add(item.id);
                    self.reordered = true;
                }
                self.rows.insert(item.id, Entry::new(item));
            }
        }
        self.moved.add(item.id);
    }

    fn grow(&mut self, id: ItemId, delta: &str) {
        if let Some(entry) = self.rows.get(id) {
            entry.grow(delta);
            self.moved.add(id);
        }
    }

    fn remove(&mut self, id: ItemId) {
        if let Some(at) = self.order.iter().rposition(|known| *known == id) {
            self.order.remove(at);
            self.reordered = true;
            self.gone.add(id);
        }
    }

    fn clear(&mut self, shown: &ArcRwSignal<Vec<ItemId>>) {
        shown.with_untracked(|shown| {
            for id in shown {
                self.cleared.add(*id);
            }
        });
        self.order.clear();
        (self.known, self.held) = (0, 0);
        self.reordered = true;
        self.rows.clear();
        self.moved.clear();
        self.gone.clear();
        self.stale.clear();
    }
}
