//! Title, connection and the controls that are always there.

use leptos::prelude::*;

use super::handle;
use super::icon::{self, Icon};
use super::panels::panels;
use crate::app::Intent;
use crate::words::ui;

/// The bar at the top.
#[component]
pub(super) fn Header() -> impl IntoView {
    let chrome = handle().projection.chrome;
    let name = move || chrome.subject.get().unwrap_or_else(|| chrome.title.get());
    view! {
        <header class={"header"}>
            <h1 class="header-title">{name}</h1>
            <Status />
            <Controls />
        </header>
    }
}

/// Where the connection is. Polite, and without a countdown, which would be spoken every second.
#[component]
fn Status() -> impl IntoView {
    let projection = handle().projection;
    let (phase, words) = (projection.phase.clone(), projection.phase);
    let label = projection.chrome.label;
    let url = projection.chrome.url;
    view! {
        <p
            class="status"
            role="status"
            data-phase=move || phase.with(|phase| phase.word())
            title=move || url.get()
        >
            <span class={"status-dot"} aria-hidden="true"></span>
            <span class="status-text">
                {move || words.with(|phase| ui::status(phase, &label.get()))}
            </span>
        </p>
    }
}

#[component]
fn Controls() -> impl IntoView {
    let panels = panels();
    let handle = handle();
    let resets = handle.projection.capabilities.clone();
    let fresh = move |_| handle.did(Intent::NewConversation);
    view! {
        <nav class="header-controls" aria-label={ui::MORE}>
            <button class="button-icon" type="button" title={ui::NEW} aria-label={ui::NEW} on:click=fresh>
                <Icon path=icon::NEW />
            </button>
            <button
                class="button-icon"
                type="button"
                title={ui::RESET}
                aria-label={ui::RESET}
                disabled=move || resets.with(|known| !known.reset)
                on:click=move |_| panels.reset.set(true)
            >
                <Icon path=icon::RESET />
            </button>
            <button
                class="button-icon"
                type="button"
                title={ui::SETTINGS}
                aria-label={ui::SETTINGS}
                on:click=move |_| panels.settings.set(true)
            >
                <Icon path=icon::SETTINGS />
            </button>
            <button
                class="button-icon"
                type="button"
                title={ui::MORE}
                aria-label={ui::MORE}
                on:click=move |_| panels.palette.set(true)
            >
                <Icon path=icon::MORE />
            </button>
        </nav>
    }
}
