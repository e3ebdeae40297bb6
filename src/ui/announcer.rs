//! What screen readers are told, each thing once, outside the log.

use leptos::prelude::*;

use super::handle;

/// A live region that nobody sees.
#[component]
pub(super) fn Announcer() -> impl IntoView {
    let announcement = handle().projection.announcement;
    view! {
        <div class="visually-hidden" aria-live="polite" aria-atomic="true" data-part="announcer">
            {move || announcement.get().1}
        </div>
    }
}
