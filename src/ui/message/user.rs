//! A message of the person's: its text, what went with it, how far it is, what can be done.

use leptos::prelude::*;
use web_sys::KeyboardEvent;

use super::part;
use crate::app::Intent;
use crate::driver::Handle;
use crate::model::{Attachment, Body, ItemId, SendState, UserMessage};
use crate::projection::Row;
use crate::session::Run;
use crate::ui::copy::copy;
use crate::ui::el::{El, button, el};
use crate::ui::panels::{Panel, panels};
use crate::ui::{app, handle};
use crate::words::ui;

/// What can be done with a message.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Chance {
    Nothing,
    /// It waits: it can be changed, hurried or taken back.
    Waiting,
    /// It is being changed.
    Editing,
    /// It did not arrive, or may not have.
    Stranded,
}

/// A message of the person's.
pub(super) fn user(row: &Row) -> El {
    let (id, editing) = (row.id, panels().editing);
    let delivery = part(row, |body| {
        of(body, |message| ui::delivery(&message.state).to_owned())
    });
    let chance = part(row, chance);
    let chance = move || match chance() {
        Chance::Waiting if editing.get() == Some(id) => Chance::Editing,
        other => other,
    };
    let (edited, acted) = (row.clone(), row.clone());
    let now = chance.clone();
    el("div", "user")
        .anew(
            move || now() == Chance::Editing,
            move |editing_now| match editing_now {
                true => vec![edit(&edited, editing)],
                false => vec![bubble(&edited)],
            },
        )
        .put(el("p", "user-delivery").says(delivery))
        .anew(chance, move |chance| actions(&acted, *chance, editing))
}

fn of<T: Default>(body: &Body, read: impl FnOnce(&UserMessage) -> T) -> T {
    match body {
        Body::User(message) => read(message),
        _ => T::default(),
    }
}

fn chance(body: &Body) -> Chance {
    match body {
        Body::User(message) => match message.state {
            SendState::Queued => Chance::Waiting,
            SendState::Failed(_) | SendState::MaybeSent => Chance::Stranded,
            SendState::Sending | SendState::Sent | SendState::Confirmed => Chance::Nothing,
        },
        _ => Chance::Nothing,
    }
}

fn text_of(row: &Row) -> String {
    let body = row.body.get_untracked();
    of(&body, |message| message.text.clone())
}

fn bubble(row: &Row) -> El {
    let text = part(row, |body| of(body, |message| message.text.clone()));
    let body = row.body.get_untracked();
    let attachments = of(&body, |message| {
        message.attachments.iter().map(attachment).collect()
    });
    el("div", "user-bubble")
        .put_all(attachments)
        .put(el("p", "user-text").set("dir", "auto").says(text))
}

fn attachment(attachment: &Attachment) -> El {
    if !attachment.is_image() {
        return el("p", "user-file").text(&attachment.name);
    }
    el("img", "user-picture")
        .set("alt", &attachment.name)
        .set("src", &attachment.data_url())
}

fn actions(row: &Row, chance: Chance, editing: RwSignal<Option<ItemId>>) -> Vec<El> {
    let id = row.id;
    let actions = el("div", "user-actions");
    match chance {
        Chance::Waiting => {
            let edit = button("button-small", ui::EDIT).on_press(move || editing.set(Some(id)));
            let now = button("button-small", ui::SEND_NOW).on_press(hurry(id));
            vec![
                actions
                    .put(edit)
                    .put(now)
                    .put(action(ui::WITHDRAW, Intent::Withdraw, id)),
            ]
        }
        Chance::Stranded => {
            let row = row.clone();
            vec![
                actions
                    .put(action(ui::SEND_AGAIN, Intent::SendNow, id))
                    .put(copy(ui::COPY, move || text_of(&row)))
                    .put(action(ui::DELETE, Intent::Withdraw, id)),
            ]
        }
        Chance::Nothing | Chance::Editing => Vec::new(),
    }
}

/// Sends it, or asks before that, where it would allow what the agent asks for.
fn hurry(id: ItemId) -> impl Fn() {
    let (handle, panels) = (handle(), panels());
    move || {
        let projection = &handle.projection;
        let allows = projection
            .capabilities
            .with_untracked(|can| can.message_allows);
        match projection.run.get_untracked() {
            Run::Asking if allows => panels.open(Panel::Hurry(id)),
            _ => handle.did(Intent::SendNow(id)),
        }
    }
}

fn action(label: &str, intent: fn(ItemId) -> Intent, id: ItemId) -> El {
    let handle = handle();
    button("button-small", label).on_press(move || handle.did(intent(id)))
}

/// The text of a waiting message, to be changed.
fn edit(row: &Row, editing: RwSignal<Option<ItemId>>) -> El {
    let field = el("textarea", "input").label(ui::EDIT);
    field.set_value(&text_of(row));
    let (handle, id) = (handle(), row.id);
    let written = field.clone();
    let save = move || {
        keep(&handle, id, written.value());
        editing.set(None);
    };
    let by_key = save.clone();
    let field = field.on_key(move |event| key(event, &by_key, editing));
    let begin = field.clone();
    request_animation_frame(move || {
        begin.focus();
        begin.to_end();
    });
    let actions = el("div", "user-actions")
        .put(button("button-small", ui::SAVE).on_press(save))
        .put(button("button-small", ui::CANCEL).on_press(move || editing.set(None)));
    el("div", "user-edit").put(field).put(actions)
}

fn keep(handle: &Handle, id: ItemId, text: String) {
    if !text.trim().is_empty() {
        handle.did(Intent::Edit { id, text });
    }
    app::focus_composer();
}

fn key(event: &KeyboardEvent, save: &impl Fn(), editing: RwSignal<Option<ItemId>>) {
    match event.key().as_str() {
        "Enter" if !event.shift_key() && !event.is_composing() => {
            event.prevent_default();
            save();
        }
        "Escape" => {
            event.prevent_default();
            editing.set(None);
            app::focus_composer();
        }
        _ => {}
    }
}
