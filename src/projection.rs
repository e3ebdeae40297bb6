//! From changes to signals: what the app says is collected, and moved once per frame.
//!
//! A change touches the one signal it concerns. The order of the timeline is a signal of its own,
//! each row has its own, and a streamed piece of text reaches nothing but its row's tail. No
//! browser in here: the driver calls [`Projection::flush`], and the view subscribes.

mod chrome;
mod collected;
mod prose;
mod row;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use reactive_graph::prelude::*;
use reactive_graph::signal::ArcRwSignal;

use crate::app::{Output, TraceLine};
use crate::model::ItemId;
use crate::protocol::Capabilities;
use crate::session::{Phase, Run};
pub use chrome::Chrome;
use chrome::put;
use collected::{Batch, Collected};
pub use prose::{Closed, ProseRow, Tail};
pub use row::Row;

/// How many lines of the inspector are kept.
const LINES: usize = 1_000;

/// Everything on the screen, as signals. Clones share them.
#[derive(Clone, Debug)]
pub struct Projection {
    /// The timeline's items in order; [`Self::row`] has each.
    pub order: ArcRwSignal<Vec<ItemId>>,
    /// The connection.
    pub phase: ArcRwSignal<Phase>,
    /// The run.
    pub run: ArcRwSignal<Run>,
    /// What the server can do.
    pub capabilities: ArcRwSignal<Capabilities>,
    /// Everything else.
    pub chrome: Chrome,
    /// What is to be said to screen readers, under a number that grows; 0 is nothing yet.
    pub announcement: ArcRwSignal<(u64, String)>,
    /// A text for the composer, under a number that grows.
    pub compose: ArcRwSignal<Option<(u64, String)>>,
    /// The inspector's last lines, oldest first.
    pub trace: ArcRwSignal<Vec<Arc<TraceLine>>>,
    collected: Arc<Mutex<Collected>>,
}

impl Default for Projection {
    fn default() -> Self {
        Self::new()
    }
}

impl Projection {
    /// An empty screen.
    #[must_use]
    pub fn new() -> Self {
        Self {
            order: ArcRwSignal::default(),
            phase: ArcRwSignal::default(),
            run: ArcRwSignal::default(),
            capabilities: ArcRwSignal::default(),
            chrome: Chrome::default(),
            announcement: ArcRwSignal::default(),
            compose: ArcRwSignal::default(),
            trace: ArcRwSignal::default(),
            collected: Arc::default(),
        }
    }

    /// Collects what moved; no signal moves yet. Outputs that are not for the screen are passed by.
    pub fn apply(&self, output: &Output) {
        let mut collected = lock(&self.collected);
        match output {
            Output::Session(change) => collected.change(change, &self.order),
            Output::Show(view) => collected.view = Some(view.as_ref().clone()),
            Output::Announce(text) => collected.announcements.push(text.clone()),
            Output::Compose(text) => collected.compose = Some(text.clone()),
            Output::Trace(line) => collected.trace(line.as_ref()),
            Output::Io(_)
            | Output::Keep(_)
            | Output::Load(_)
            | Output::KeepInTab { .. }
            | Output::Query(_)
            | Output::Claim(_)
            | Output::Rename { .. }
            | Output::Tell(_)
            | Output::TellAll(_)
            | Output::Invite(_)
            | Output::LeaveRoom
            | Output::Save { .. }
            | Output::Post { .. } => {}
        }
    }

    /// Moves the signals, each at most once. `true`: call it again in the next frame.
    #[must_use]
    pub fn flush(&self) -> bool {
        // Nothing stays locked while signals move: an effect may ask for a row.
        let batch = lock(&self.collected).take();
        let more = batch.more;
        self.flush_rows(batch)
            .into_iter()
            .for_each(|order| put(&self.order, order));
        more
    }

    /// The item's signals; `None` once it is gone.
    #[must_use]
    pub fn row(&self, id: ItemId) -> Option<Row> {
        lock(&self.collected).row(id)
    }

    /// Moves everything but the order, which comes last so that what it names is there.
    fn flush_rows(&self, batch: Batch) -> Option<Vec<ItemId>> {
        batch.rows.into_iter().for_each(row::Moved::flush);
        if let Some(phase) = batch.phase {
            put(&self.phase, phase);
        }
        if let Some(run) = batch.run {
            put(&self.run, run);
        }
        if let Some(capabilities) = batch.capabilities {
            put(&self.capabilities, capabilities);
        }
        if let Some(view) = batch.view {
            self.chrome.show(view);
        }
        if let Some(text) = batch.announcement {
            self.announcement.update(|last| *last = (last.0 + 1, text));
        }
        if let Some(text) = batch.compose {
            self.compose.update(|last| {
                let number = last.as_ref().map_or(0, |(number, _)| *number);
                *last = Some((number + 1, text));
            });
        }
        self.flush_trace(batch.emptied, batch.lines);
        batch.order
    }

    fn flush_trace(&self, emptied: bool, lines: Vec<Arc<TraceLine>>) {
        let was_empty = self.trace.with_untracked(Vec::is_empty);
        if lines.is_empty() && (was_empty || !emptied) {
            return;
        }
        self.trace.update(|trace| {
            if emptied {
                trace.clear();
            }
            trace.extend(lines);
            let surplus = trace.len().saturating_sub(LINES);
            trace.drain(..surplus);
        });
    }
}

/// Locks; a panic elsewhere is no reason for another one here.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
