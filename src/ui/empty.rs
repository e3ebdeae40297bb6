//! An empty conversation: a skeleton while connecting, then what could be asked.

use leptos::prelude::*;

use super::handle;
use crate::app::Intent;
use crate::session::Phase;
use crate::words::ui;

/// An empty conversation.
#[component]
pub(super) fn Empty() -> impl IntoView {
    let phase = handle().projection.phase;
    let connecting =
        Memo::new(move |_| phase.with(|phase| matches!(phase, Phase::Connecting { .. })));
    view! {
        <Show when=move || connecting.get() fallback=|| view! { <Suggestions /> }>
            <div class="skeleton" aria-hidden="true" title={ui::CONNECTING}>
                {(0..3).map(|_| view! { <div class={"skeleton-line"}></div> }).collect_view()}
            </div>
        </Show>
    }
}

#[component]
fn Suggestions() -> impl IntoView {
    let handle = handle();
    let chrome = handle.projection.chrome.clone();
    let server = chrome.server;
    let memory_only = chrome.memory_only;
    let texts = chrome.suggestions;
    let handle = StoredValue::new(handle);
    let explained = move || match server.get().as_str() {
        "demo" => ui::EMPTY_DEMO,
        _ => ui::EMPTY_SERVER,
    };
    let send = move |text: String| {
        handle.with_value(|handle| {
            handle.did(Intent::Send {
                text,
                attachments: Vec::new(),
            })
        });
    };
    view! {
        <section class={"empty"}>
            <h2 class="empty-title">{ui::EMPTY_TITLE}</h2>
            <p class="empty-text">{explained}</p>
            <ul class="suggestions">
                <For each=move || texts.get() key=Clone::clone let(text)>
                    <li>
                        <button
                            class="suggestion"
                            type="button"
                            on:click={
                                let text = text.clone();
                                move |_| send(text.clone())
                            }
                        >
                            {text.clone()}
                        </button>
                    </li>
                </For>
            </ul>
            <Show when=move || memory_only.get()>
                <p class="empty-note">{ui::MEMORY_ONLY}</p>
            </Show>
        </section>
    }
}
