//! A tool call: what was asked, what came of it, how long it took.

use leptos::prelude::*;

use super::part;
use crate::model::{Body, Content, ToolCall, ToolState};
use crate::projection::Row;
use crate::ui::icon::{self, Icon};
use crate::wire::json;
use crate::words::{self, ui};

/// How much of a result is shown at first, in characters.
const SHOWN: usize = 4_000;

/// A tool call.
#[component]
pub(super) fn Tool(row: Row) -> impl IntoView {
    let name = part(&row, |body| of(body, |tool| tool.name.clone()));
    let state = part(&row, |body| of(body, |tool| Some(tool.state)));
    let args = part(&row, |body| of(body, |tool| json::brief(&tool.args)));
    let content = part(&row, |body| of(body, |tool| tool.content.clone()));
    let took = part(&row, |body| of(body, took));
    let has_args = move || !args.with(String::is_empty) && args.with(|args| args != "{}");
    let blocks = move || content.get().into_iter().map(block).collect_view();
    view! {
        <div class={"card tool"}>
            <header class="card-head">
                {move || view! { <Icon path=sign(state.get()) /> }}
                <p class="card-title tool-name">{move || name.get()}</p>
                <span class="card-state">
                    {move || state.get().map(ui::tool)}
                    {move || took.get().map(|took| format!(" · {took}"))}
                </span>
            </header>
            <Show when=has_args>
                <pre class="output" data-part="args" aria-label={ui::ARGUMENTS}>{move || args.get()}</pre>
            </Show>
            <Show when=move || !content.with(Vec::is_empty)>
                <div class="tool-result" data-part="result" aria-label={ui::RESULT} role="group">{blocks}</div>
            </Show>
        </div>
    }
}

fn of<T: Default>(body: &Body, read: impl FnOnce(&ToolCall) -> T) -> T {
    match body {
        Body::Tool(tool) => read(tool),
        _ => T::default(),
    }
}

/// How long it took, where that was seen: some servers name a call only when it is over.
fn took(tool: &ToolCall) -> Option<String> {
    let took = tool.took()?.0;
    (took >= 50).then(|| words::span(took))
}

const fn sign(state: Option<ToolState>) -> &'static str {
    match state {
        Some(ToolState::Done) => icon::DONE,
        Some(ToolState::Failed | ToolState::Denied | ToolState::Interrupted) => icon::FAILED,
        Some(ToolState::Running) | None => icon::TOOL,
    }
}

fn block(content: Content) -> AnyView {
    match content {
        Content::Image { mime, base64 } if is_shown(&mime) => {
            let source = format!("data:{mime};base64,{base64}");
            view! { <img class="tool-picture" src=source alt={ui::RESULT} /> }.into_any()
        }
        other => view! { <Output text=other.text() /> }.into_any(),
    }
}

/// Pictures that hold no script.
fn is_shown(mime: &str) -> bool {
    matches!(
        mime,
        "image/png" | "image/jpeg" | "image/webp" | "image/gif"
    )
}

/// A text as it stands; a long one is cut until asked for.
#[component]
fn Output(text: String) -> impl IntoView {
    let cut = text.char_indices().nth(SHOWN).map(|(at, _)| at);
    let size = ui::bytes(text.len());
    let all = RwSignal::new(false);
    let shown = move || match cut {
        Some(at) if !all.get() => format!("{}…", text.get(..at).unwrap_or_default()),
        _ => text.clone(),
    };
    let more = cut.map(|_| {
        view! {
            <button class="button-small" type="button" on:click=move |_| all.update(|all| *all = !*all)>
                {move || if all.get() { ui::SHOW_LESS.to_owned() } else { format!("{} ({size})", ui::SHOW_ALL) }}
            </button>
        }
    });
    view! {
        <pre class="output" tabindex="0" dir="auto">{shown}</pre>
        {more}
    }
}
