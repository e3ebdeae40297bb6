//! Passing notices.

use leptos::prelude::*;

use super::handle;
use super::icon::{self, Icon};
use crate::app::{Intent, Toast};
use crate::words::ui;

/// The notices that have not been dismissed.
#[component]
pub(super) fn Toasts() -> impl IntoView {
    let toasts = handle().projection.chrome.toasts;
    view! {
        <section class="toasts" aria-label={ui::NOTIFICATIONS}>
            <For each=move || toasts.get() key=|toast| toast.id children=|toast| view! { <One toast /> } />
        </section>
    }
}

#[component]
fn One(toast: Toast) -> impl IntoView {
    let handle = handle();
    let id = toast.id;
    view! {
        <div class="toast" role="alert">
            <p class="toast-text">{toast.text}</p>
            <button
                class="button-icon"
                type="button"
                title={ui::DISMISS}
                aria-label={ui::DISMISS}
                on:click=move |_| handle.did(Intent::Dismiss(id))
            >
                <Icon path=icon::CLOSE />
            </button>
        </div>
    }
}
