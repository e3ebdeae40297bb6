//! Which dialog is open and which message is being changed: nobody's business but the screen's.

use leptos::prelude::*;
use send_wrapper::SendWrapper;

use super::el::watch;
use crate::app::Intent;
use crate::driver::Handle;
use crate::model::ItemId;
use crate::platform::listener::Listener;
use crate::platform::page;

/// A dialog that the person opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Panel {
    List,
    Settings,
    Help,
    Palette,
    Reset,
    End,
    Discard,
    /// Send that message, which allows what the agent asks for.
    Hurry(ItemId),
    /// Have its server delete that conversation.
    DeleteThere(u32),
    Begin,
    Files,
    /// Before joining a video room.
    Meet,
    /// Camera, microphone and speaker, in one.
    Devices,
}

/// Which of them is open.
#[derive(Clone, Copy)]
pub(super) struct Panels {
    pub(super) now: RwSignal<Option<Panel>>,
    /// There is room for a column beside the conversation.
    pub(super) wide: RwSignal<bool>,
    /// The waiting message that is being changed; nothing sends it meanwhile.
    pub(super) editing: RwSignal<Option<ItemId>>,
}

impl Panels {
    /// None of them open, nothing being changed.
    pub(super) fn new(handle: &Handle) -> Self {
        let editing = RwSignal::new(None);
        let wide = RwSignal::new(page::is_wide());
        let resized = move |_| {
            if wide.get_untracked() != page::is_wide() {
                wide.set(page::is_wide());
            }
        };
        let listener = SendWrapper::new(Listener::on(&window(), "resize", resized));
        on_cleanup(move || drop(listener));
        let handle = handle.clone();
        watch(move || handle.did(Intent::Hold(editing.get())));
        Self {
            now: RwSignal::new(None),
            wide,
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
