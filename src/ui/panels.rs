//! Which dialog is open and which message is being changed: nobody's business but the screen's.

use leptos::prelude::*;

use super::el::watch;
use crate::app::Intent;
use crate::driver::Handle;
use crate::model::ItemId;

/// A dialog that the person opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Panel {
    Settings,
    Help,
    Palette,
    Reset,
}

/// Which of them is open.
#[derive(Clone, Copy)]
pub(super) struct Panels {
    pub(super) now: RwSignal<Option<Panel>>,
    /// The waiting message that is being changed; nothing sends it meanwhile.
    pub(super) editing: RwSignal<Option<ItemId>>,
}

impl Panels {
    /// None of them open, nothing being changed.
    pub(super) fn new(handle: &Handle) -> Self {
        let editing = RwSignal::new(None);
        let handle = handle.clone();
        watch(move || handle.did(Intent::Hold(editing.get())));
        Self {
            now: RwSignal::new(None),
            editing,
        }
    }
}

impl Panels {
    /// Opens one, in place of the one that is open.
    pub(super) fn open(self, panel: Panel) {
        self.now.set(Some(panel));
    }

    /// Closes it, if it is the one that is open.
    pub(super) fn close(self, panel: Panel) {
        if self.now.get_untracked() == Some(panel) {
            self.now.set(None);
        }
    }
}

/// The dialogs of this page.
pub(super) fn panels() -> Panels {
    expect_context::<Panels>()
}
