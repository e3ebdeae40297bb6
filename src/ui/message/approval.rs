//! A question that only the person can answer.

use leptos::prelude::*;

use super::{part, risk};
use crate::app::Intent;
use crate::driver::Handle;
use crate::model::{Approval, Body, Confirmation, ItemId, Risk, State};
use crate::projection::Row;
use crate::protocol::Command;
use crate::ui::el::{El, button, el};
use crate::ui::field::labelled;
use crate::ui::handle;
use crate::ui::icon::{self, icon};
use crate::words::{self, ui};

/// A question that only the person can answer.
pub(super) fn approval(row: &Row) -> El {
    let id = row.id;
    let (open, decided) = (row.state.clone(), row.state.clone());
    let danger = part(row, |body| of(body, |asked| asked.risk));
    let high = danger.clone();
    let question = el("p", "card-title")
        .set("dir", "auto")
        .says(part(row, |body| of(body, words::asked)));
    let state =
        el("span", "card-state").says(move || ui::decision(decided.get().word()).to_owned());
    let head = el("header", "card-head")
        .put(icon(icon::ASK))
        .put(question)
        .put(state)
        .anew(danger, |found| risk::badge(*found, Risk::Low));
    let can_remember = part(row, |body| of(body, |asked| asked.can_remember));
    el("div", "card approval")
        .flag("data-high", move || high() == Some(Risk::High))
        .put(head)
        .anew(part(row, |body| of(body, words::calls)), |calls| {
            calls.iter().flat_map(call).collect()
        })
        .when(
            move || open.get() == State::Pending,
            move || Answer::new(id).view(can_remember()),
        )
}

fn of<T: Default>(body: &Body, read: impl FnOnce(&Approval) -> T) -> T {
    match body {
        Body::Approval(approval) => read(approval),
        _ => T::default(),
    }
}

/// One call of those that are asked for, under its name where there are several.
fn call((name, args): &(String, String)) -> Vec<El> {
    let args = el("pre", "output").set("data-part", "args").text(args);
    match name.as_str() {
        "" => vec![args],
        name => vec![el("p", "call-name").text(name), args],
    }
}

/// The person's answer, while it is being given.
#[derive(Clone)]
struct Answer {
    handle: Handle,
    id: ItemId,
    remember: RwSignal<bool>,
    /// The reason for refusing is being written.
    denying: RwSignal<bool>,
}

impl Answer {
    fn new(id: ItemId) -> Self {
        Self {
            handle: handle(),
            id,
            remember: RwSignal::new(false),
            denying: RwSignal::new(false),
        }
    }

    fn give(&self, approved: bool, reason: String) {
        self.handle.did(Intent::Answer {
            id: self.id,
            approved,
            remember: self.remember.get_untracked(),
            reason,
        });
    }

    fn view(self, can_remember: bool) -> El {
        let (allowing, denied, denying) = (self.clone(), self.clone(), self.denying);
        let capabilities = self.handle.projection.capabilities.clone();
        let reasons = capabilities.clone();
        let deny = button("button", ui::DENY).on_press(move || {
            match reasons.with_untracked(|can| can.reasons) {
                true => denied.denying.set(true),
                false => denied.give(false, String::new()),
            }
        });
        let back = deny.clone();
        let approve = button("button", ui::APPROVE)
            .set("data-tone", "primary")
            .on_press(move || allowing.give(true, String::new()));
        let always = self.clone();
        let mut actions = el("div", "approval-actions")
            .flag("hidden", move || denying.get())
            .put(approve)
            .put(deny)
            .when(
                move || capabilities.with(|can| can.confirms),
                move || always.always(),
            );
        if can_remember {
            actions = actions.put(self.remember());
        }
        el("div", "approval-answer")
            .put(actions)
            .when(move || denying.get(), move || self.reason(&back))
    }

    /// Allows this and all that comes.
    fn always(&self) -> El {
        let answer = self.clone();
        button("button", ui::ALLOW_ALWAYS)
            .set("title", ui::ALLOW_ALWAYS_HINT)
            .on_press(move || {
                // First, so that the agent does not ask for its next step.
                let never = Command::Confirm(Confirmation::Never);
                answer.handle.did(Intent::Ask(never));
                answer.give(true, String::new());
            })
    }

    fn remember(&self) -> El {
        let remember = self.remember;
        let tick = el("input", "")
            .set("type", "checkbox")
            .on_tick(move |on| remember.set(on));
        let label = el("label", "check").set("title", ui::REMEMBER_HINT);
        label.put(tick).put(el("span", "").text(ui::REMEMBER))
    }

    /// Where the reason for refusing is written; `back` has the focus again where it is not.
    fn reason(&self, back: &El) -> El {
        let field = el("input", "input")
            .set("type", "text")
            .set("dir", "auto")
            .set("autocomplete", "off");
        let begin = field.clone();
        request_animation_frame(move || begin.focus());
        let (written, answer) = (field.clone(), self.clone());
        let deny = move || answer.give(false, written.value().trim().to_owned());
        let (denying, back) = (self.denying, back.clone());
        let cancel = move || {
            denying.set(false);
            let back = back.clone();
            // It can be seen again by then.
            request_animation_frame(move || back.focus());
        };
        let (entered, left) = (deny.clone(), cancel.clone());
        let field = field.on_key(move |event| {
            match event.key().as_str() {
                "Enter" if !event.is_composing() => entered(),
                "Escape" => left(),
                _ => return,
            }
            event.prevent_default();
        });
        let label = labelled(ui::DENY_WHY, field);
        let deny = button("button", ui::DENY)
            .set("data-tone", "danger")
            .on_press(deny);
        el("div", "approval-actions")
            .put(label)
            .put(deny)
            .put(button("button", ui::CANCEL).on_press(cancel))
    }
}
