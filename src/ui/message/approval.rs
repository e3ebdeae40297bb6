//! A question that only the person can answer.

use leptos::prelude::*;

use super::part;
use crate::app::Intent;
use crate::model::{Body, ItemId, State};
use crate::projection::Row;
use crate::ui::handle;
use crate::ui::icon::{self, Icon};
use crate::wire::json;
use crate::words::{self, ui};

/// A question that only the person can answer.
#[component]
pub(super) fn Approval(row: Row) -> impl IntoView {
    let id = row.id;
    let state = row.state.clone();
    let open = {
        let state = state.clone();
        Memo::new(move |_| state.get() == State::Pending)
    };
    let question = part(&row, words::text);
    let args = part(&row, |body| match body {
        Body::Approval(approval) => json::brief(&approval.args),
        _ => String::new(),
    });
    let can_remember = part(
        &row,
        |body| matches!(body, Body::Approval(approval) if approval.can_remember),
    );
    view! {
        <div class={"card approval"}>
            <header class="card-head">
                <Icon path=icon::ASK />
                <p class="card-title" dir="auto">{move || question.get()}</p>
                <span class="card-state">{move || ui::decision(state.get().word())}</span>
            </header>
            <pre class="output" data-part="args">{move || args.get()}</pre>
            <Show when=move || open.get()>
                <Answer id can_remember />
            </Show>
        </div>
    }
}

#[component]
fn Answer(id: ItemId, can_remember: Memo<bool>) -> impl IntoView {
    let handle = StoredValue::new(handle());
    let remember = RwSignal::new(false);
    let answer = move |approved: bool| {
        let remember = remember.get_untracked();
        handle.with_value(|handle| {
            handle.did(Intent::Answer {
                id,
                approved,
                remember,
            })
        });
    };
    view! {
        <div class="approval-actions">
            <button class="button" data-tone="primary" type="button" on:click=move |_| answer(true)>
                {ui::APPROVE}
            </button>
            <button class="button" type="button" on:click=move |_| answer(false)>
                {ui::DENY}
            </button>
            <Show when=move || can_remember.get()>
                <label class="check" title={ui::REMEMBER_HINT}>
                    <input
                        type="checkbox"
                        on:change=move |event| remember.set(event_target_checked(&event))
                    />
                    <span>{ui::REMEMBER}</span>
                </label>
            </Show>
        </div>
    }
}
