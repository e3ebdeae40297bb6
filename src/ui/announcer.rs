//! What screen readers are told, each thing once, outside the log.

use leptos::prelude::*;

use super::el::{El, el};
use super::handle;

/// A live region that nobody sees.
pub(super) fn announcer() -> El {
    let announcement = handle().projection.announcement;
    el("div", "visually-hidden")
        .set("aria-live", "polite")
        .set("aria-atomic", "true")
        .set("data-part", "announcer")
        // Each in an element of its own: the same words twice are to be heard twice.
        .anew(
            move || announcement.get(),
            |(_, words)| vec![el("p", "").text(words)],
        )
}
