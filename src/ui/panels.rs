//! Which dialog is open: nobody's business but the screen's.

use leptos::prelude::*;

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
pub(super) struct Panels(pub(super) RwSignal<Option<Panel>>);

impl Default for Panels {
    fn default() -> Self {
        Self(RwSignal::new(None))
    }
}

impl Panels {
    /// Opens one, in place of the one that is open.
    pub(super) fn open(self, panel: Panel) {
        self.0.set(Some(panel));
    }

    /// Closes it, if it is the one that is open.
    pub(super) fn close(self, panel: Panel) {
        if self.0.get_untracked() == Some(panel) {
            self.0.set(None);
        }
    }
}

/// The dialogs of this page.
pub(super) fn panels() -> Panels {
    expect_context::<Panels>()
}
