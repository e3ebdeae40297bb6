//! Every frame that passed: which way, when, how it was judged, and the frame itself.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::handle;
use super::icon::{self, Icon};
use crate::app::{Intent, TraceLine};
use crate::platform::clipboard;
use crate::session::{Direction, Judgement};
use crate::words::ui;

/// The panel beside the conversation.
#[component]
pub(super) fn Inspector() -> impl IntoView {
    let open = handle().projection.chrome.inspecting;
    view! {
        <Show when=move || open.get()>
            <Panel />
        </Show>
    }
}

#[component]
fn Panel() -> impl IntoView {
    let handle = handle();
    let (close, clear) = (handle.clone(), handle.clone());
    let chrome = handle.projection.chrome.clone();
    let (unknown, dropped) = (chrome.unknown, chrome.dropped);
    let wanted = RwSignal::new(String::new());
    let strange = RwSignal::new(false);
    let trace = handle.projection.trace;
    let shown = move || {
        let wanted = wanted.get();
        let fits = |line: &&Arc<TraceLine>| {
            (!strange.get() || line.judgement == Judgement::Unknown) && line.text.contains(&wanted)
        };
        trace.with(|trace| trace.iter().filter(fits).cloned().collect::<Vec<_>>())
    };
    view! {
        <aside class="inspector" aria-label={ui::INSPECTOR}>
            <header class="inspector-head">
                <h2 class="inspector-title">{ui::INSPECTOR}</h2>
                <button
                    class="button-icon"
                    type="button"
                    title={ui::CLOSE}
                    aria-label={ui::CLOSE}
                    on:click=move |_| close.did(Intent::Inspect(false))
                >
                    <Icon path=icon::CLOSE />
                </button>
            </header>
            <div class="inspector-tools">
                <input
                    class="input"
                    type="text"
                    aria-label={ui::INSPECTOR_FILTER}
                    placeholder={ui::INSPECTOR_FILTER}
                    on:input=move |event| wanted.set(event_target_value(&event))
                />
                <label class="check">
                    <input type="checkbox" on:change=move |event| strange.set(event_target_checked(&event)) />
                    <span>{ui::INSPECTOR_UNKNOWN}</span>
                </label>
                <button class="button-small" type="button" on:click=move |_| clear.did(Intent::ClearTrace)>
                    {ui::INSPECTOR_CLEAR}
                </button>
            </div>
            <p class="inspector-counts">{move || ui::counts(unknown.get(), dropped.get())}</p>
            <ol class="inspector-lines" tabindex="0" aria-label={ui::INSPECTOR}>
                <For each=shown key=|line| line.number let(line)>
                    <Line line />
                </For>
            </ol>
        </aside>
    }
}

#[component]
fn Line(line: Arc<TraceLine>) -> impl IntoView {
    let direction = match line.direction {
        Direction::In => "in",
        Direction::Out => "out",
    };
    let judgement = match line.judgement {
        Judgement::Read => "read",
        Judgement::Unknown => "unknown",
        Judgement::Dropped => "dropped",
        Judgement::Note(_) => "note",
    };
    let said = RwSignal::new(ui::INSPECTOR_COPY);
    let text = line.text.clone();
    let head = format!(
        "{direction} · {}.{:03} s · {judgement}",
        line.at / 1_000,
        line.at % 1_000
    );
    let copy = move |_| {
        let fixture = line.fixture.clone();
        spawn_local(async move {
            let copied = clipboard::write(&fixture).await.is_ok();
            said.set(if copied { ui::COPIED } else { ui::COPY_FAILED });
        });
    };
    view! {
        <li class="inspector-line" data-direction=direction data-judgement=judgement>
            <p class="inspector-meta">
                {head}
                <button class="button-small" type="button" on:click=copy>
                    {move || said.get()}
                </button>
            </p>
            <code class="inspector-frame">{text}</code>
        </li>
    }
}
