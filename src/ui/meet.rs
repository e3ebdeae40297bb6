//! Video rooms: the way into one, and the room itself.

mod controls;
mod devices;
mod lobby;
mod news;
mod people;
mod room;
mod tile;

use leptos::prelude::*;

pub(super) use devices::devices_dialog;
pub(super) use lobby::lobby;
pub(super) use room::room;

use super::el::El;
use super::handle;
use super::panels::{Panel, Panels};
use crate::driver::{Handle, Meet, Stage};
use crate::meet::name;

/// What of a room is on the screen: nobody's business but the screen's.
#[derive(Clone, Copy)]
pub(super) struct Sight {
    /// Where there is room for one of both, the conversation is seen and not the room.
    chat: RwSignal<bool>,
    /// The list of people is open.
    people: RwSignal<bool>,
    /// What opens and closes the list.
    opener: StoredValue<Option<El>, LocalStorage>,
}

impl Sight {
    /// Closes the list; a focus within goes to what opened it.
    fn close_people(self) {
        let focused = document().active_element();
        let within =
            focused.is_some_and(|focused| matches!(focused.closest(".people"), Ok(Some(_))));
        if let Some(opener) = self.opener.get_value().filter(|_| within) {
            opener.focus();
        }
        self.people.set(false);
    }

    /// The room, without the list.
    pub(super) fn new() -> Self {
        Self {
            chat: RwSignal::new(false),
            people: RwSignal::new(false),
            opener: StoredValue::new_local(None),
        }
    }
}

/// What of a room is on this screen.
pub(super) fn sight() -> Sight {
    expect_context::<Sight>()
}

/// The room, as the driver has it.
fn meet() -> Meet {
    handle().meet
}

/// Goes to the room that the person is in, else to what comes before joining one.
pub(super) fn open(panels: Panels, handle: &Handle, sight: Sight) {
    match handle.meet.shows.stage.get_untracked() {
        Stage::In => sight.chat.set(false),
        Stage::Out | Stage::Ready => panels.open(Panel::Meet),
    }
}

/// Which of both is seen while there is a room, where there is room for one: `room` or `chat`.
pub(super) fn divided() -> impl Fn() -> Option<String> + 'static {
    let (stage, sight) = (meet().shows.stage, sight());
    move || {
        let word = if sight.chat.get() { "chat" } else { "room" };
        (stage.get() == Stage::In).then(|| word.to_owned())
    }
}

/// The room of the conversation: whoever follows the same link meets there.
fn suggested(handle: &Handle) -> String {
    let conversation = &handle.projection.chrome.conversation;
    conversation.with_untracked(|id| name::of(id))
}
