//! What screen readers are told, each thing once, outside the log.

use std::cell::RefCell;
use std::rc::Rc;

use leptos::prelude::*;

use super::el::{El, el};
use super::handle;
use crate::model::Duration;
use crate::platform::timer::Timer;

/// How long the words stay: they have been taken over by then, and must not be met again by
/// whoever reads the page itself.
const STAYS: Duration = Duration::secs(4);

/// What is said of the conversation.
pub(super) fn announcer() -> El {
    region(handle().projection.announcement).set("data-part", "announcer")
}

/// A live region that nobody sees. What it says stands under a number that grows.
pub(super) fn region(announcement: ArcRwSignal<(u64, String)>) -> El {
    let quiet = Rc::new(RefCell::new(None));
    el("div", "visually-hidden")
        .set("aria-live", "polite")
        .set("aria-atomic", "true")
        // Each in an element of its own: the same words twice are to be heard twice.
        .anew(
            move || announcement.get(),
            move |(_, words)| {
                let said = el("p", "").text(words);
                let old = said.clone();
                quiet.replace(Some(Timer::after(STAYS, move || old.remove())));
                vec![said]
            },
        )
}
