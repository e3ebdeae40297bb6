//! A button that copies, and says whether it could.

use leptos::prelude::*;

use super::el::{El, button, el};
use super::icon::{self, icon};
use crate::model::Duration;
use crate::platform::clipboard;
use crate::platform::task::spawn;
use crate::platform::timer::Timer;
use crate::words::ui;

/// How long it says so.
const SAID_FOR: Duration = Duration::secs(2);

/// What came of copying, for a while.
#[derive(Clone, Copy)]
pub(super) struct Said {
    words: RwSignal<Option<&'static str>>,
    timer: StoredValue<Option<Timer>, LocalStorage>,
}

impl Default for Said {
    fn default() -> Self {
        Self {
            words: RwSignal::new(None),
            timer: StoredValue::new_local(None),
        }
    }
}

impl Said {
    /// What came of it, else other words.
    pub(super) fn or(self, other: &str) -> String {
        self.words.get().unwrap_or(other).to_owned()
    }

    /// Copies a text.
    pub(super) fn copy(self, text: String) {
        spawn(async move {
            let copied = clipboard::write(&text).await.is_ok();
            let words = if copied { ui::COPIED } else { ui::COPY_FAILED };
            // What showed it may be gone meanwhile.
            let _ = self.words.try_set(Some(words));
            let quiet = Timer::after(SAID_FOR, move || {
                let _ = self.words.try_set(None);
            });
            let _ = self.timer.try_set_value(Some(quiet));
        });
    }
}

/// A button that copies a text, as it is when it is pressed.
pub(super) fn copy(label: &'static str, text: impl Fn() -> String + 'static) -> El {
    let said = Said::default();
    button("button-quiet", "")
        .title(label)
        .put(icon(icon::COPY))
        .put(el("span", "button-said").says(move || said.or("")))
        .on_press(move || said.copy(text()))
}
