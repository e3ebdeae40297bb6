//! A question that only the person can answer.

use leptos::prelude::*;

use super::part;
use crate::app::Intent;
use crate::model::{Body, ItemId, State};
use crate::projection::Row;
use crate::ui::el::{El, button, el};
use crate::ui::handle;
use crate::ui::icon::{self, icon};
use crate::words::{self, ui};

/// A question that only the person can answer.
pub(super) fn approval(row: &Row) -> El {
    let id = row.id;
    let (open, decided) = (row.state.clone(), row.state.clone());
    let args = part(row, |body| match body {
        Body::Approval(approval) => words::arguments(&approval.args),
        _ => String::new(),
    });
    let can_remember =
        |body: &Body| matches!(body, Body::Approval(approval) if approval.can_remember);
    let can_remember = part(row, can_remember);
    let question = el("p", "card-title")
        .set("dir", "auto")
        .says(part(row, words::text));
    let state =
        el("span", "card-state").says(move || ui::decision(decided.get().word()).to_owned());
    el("div", "card approval")
        .put(
            el("header", "card-head")
                .put(icon(icon::ASK))
                .put(question)
                .put(state),
        )
        .put(el("pre", "output").set("data-part", "args").says(args))
        .when(
            move || open.get() == State::Pending,
            move || answer(id, can_remember()),
        )
}

fn answer(id: ItemId, can_remember: bool) -> El {
    let remember = RwSignal::new(false);
    let decide = |approved: bool| {
        let handle = handle();
        move || {
            handle.did(Intent::Answer {
                id,
                approved,
                remember: remember.get_untracked(),
                reason: String::new(),
            });
        }
    };
    let approve = button("button", ui::APPROVE)
        .set("data-tone", "primary")
        .on_press(decide(true));
    let actions = el("div", "approval-actions")
        .put(approve)
        .put(button("button", ui::DENY).on_press(decide(false)));
    if !can_remember {
        return actions;
    }
    let tick = el("input", "")
        .set("type", "checkbox")
        .on_tick(move |on| remember.set(on));
    let label = el("label", "check").set("title", ui::REMEMBER_HINT);
    actions.put(label.put(tick).put(el("span", "").text(ui::REMEMBER)))
}
