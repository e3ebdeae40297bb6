//! How much of what the server takes in one message is taken, and what can be done where that is too
//! much.

use leptos::prelude::*;

use super::Desk;
use super::attachments::Attached;
use crate::app::{self, Intent};
use crate::driver::Handle;
use crate::ui::el::{El, button, el, watch};
use crate::words::{self, ui};

/// How much room the message has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Ample,
    Near,
    Over,
}

/// Says how large the message is now, and how large it may be.
type Measure = Box<dyn Fn() -> (usize, usize)>;

/// How large the message is, and how large it may be; the latter is 0 where that does not matter.
#[derive(Clone, Copy)]
pub(super) struct Room {
    size: RwSignal<(usize, usize)>,
    now: StoredValue<Measure, LocalStorage>,
}

impl Room {
    pub(super) fn new(handle: &Handle, text: RwSignal<String>, attached: Attached) -> Self {
        let handle = handle.clone();
        let weigh = move || {
            let most = handle.projection.capabilities.with(|can| can.frame);
            // What stands around the text is longer or shorter elsewhere.
            handle.projection.chrome.conversation.track();
            match most {
                None => (0, 0),
                Some(most) => {
                    let list = attached.list();
                    (text.with(|text| (handle.weigh)(text, &list)), most)
                }
            }
        };
        let room = Self {
            size: RwSignal::new((0, 0)),
            now: StoredValue::new_local(Box::new(weigh)),
        };
        watch(move || room.measure());
        room
    }

    fn measure(self) {
        let now = self.now.with_value(|now| now());
        if self.size.get_untracked() != now {
            self.size.set(now);
        }
    }

    /// Weighs it now, and not once the screen is drawn.
    pub(super) fn weigh(self) {
        untrack(|| self.measure());
    }

    pub(super) fn is_over(self) -> bool {
        self.level() == Level::Over
    }

    fn level(self) -> Level {
        let (size, most) = self.size.get();
        match most {
            0 => Level::Ample,
            _ if size > most => Level::Over,
            // Three quarters.
            _ if size / 3 >= most / 4 => Level::Near,
            _ => Level::Ample,
        }
    }

    /// The count, from three quarters on.
    pub(super) fn count(self) -> String {
        match self.level() {
            Level::Ample => String::new(),
            Level::Near | Level::Over => {
                let (size, most) = self.size.get();
                words::room(size, most)
            }
        }
    }
}

/// What is said once a message is nearly, or already, too large, and what can be done about it. It is
/// read out when that happens, and not at every letter.
pub(super) fn overfull(section: El, desk: &Desk) -> El {
    let (room, attached) = (desk.room, desk.attached);
    let said = move || {
        match room.level() {
            Level::Ample => "",
            Level::Near => ui::NEARLY_FULL,
            Level::Over if attached.has_picture() => ui::OVERFULL_PICTURE,
            Level::Over => ui::OVERFULL,
        }
        .to_owned()
    };
    let (measured, sending) = (desk.clone(), desk.clone());
    let count = move || match room.level() {
        Level::Over => measured.portions().map_or(0, |parts| parts.len()),
        Level::Near | Level::Ample => 0,
    };
    let split = move |count: &usize| match *count {
        0 => Vec::new(),
        count => {
            let desk = sending.clone();
            let split = button("button-small", &ui::send_as(count));
            vec![split.on_press(move || desk.send_portions())]
        }
    };
    let actions = el("div", "composer-ways").anew(count, split).when(
        move || room.is_over() && attached.has_picture(),
        move || button("button-small", ui::SHRINK).on_press(move || shrink(room, attached)),
    );
    section
        .put(el("p", "composer-note").set("role", "status").says(said))
        .put(actions)
}

fn shrink(room: Room, attached: Attached) {
    let (size, most) = room.size.get_untracked();
    attached.shrink(size.saturating_sub(most));
}

impl Desk {
    /// The text in messages that the server takes; what is attached goes with the first. `None` where
    /// that does not help.
    fn portions(&self) -> Option<Vec<String>> {
        let (_, most) = self.room.size.get();
        let list = self.attached.list();
        self.text.with(|text| {
            app::portions(text, most, &|part, first| {
                let with = if first { list.as_slice() } else { &[] };
                (self.handle.weigh)(part, with)
            })
        })
    }

    fn send_portions(&self) {
        let Some(parts) = untrack(|| self.portions()) else {
            return;
        };
        let mut attachments = self.attached.hand_over();
        self.text.set(String::new());
        for text in parts {
            let attachments = std::mem::take(&mut attachments);
            self.handle.did(Intent::Send { text, attachments });
        }
        crate::ui::app::focus_composer();
    }
}
