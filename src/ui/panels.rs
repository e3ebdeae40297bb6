//! Which dialogs are open: nobody's business but the screen's.

use leptos::prelude::*;

/// Which dialogs are open.
#[derive(Clone, Copy)]
pub(super) struct Panels {
    pub(super) settings: RwSignal<bool>,
    pub(super) help: RwSignal<bool>,
    pub(super) palette: RwSignal<bool>,
    pub(super) reset: RwSignal<bool>,
}

impl Default for Panels {
    fn default() -> Self {
        Self {
            settings: RwSignal::new(false),
            help: RwSignal::new(false),
            palette: RwSignal::new(false),
            reset: RwSignal::new(false),
        }
    }
}

/// The dialogs of this page.
pub(super) fn panels() -> Panels {
    expect_context::<Panels>()
}
