//! Passing notices.

use leptos::prelude::*;

use super::el::{El, button, el};
use super::handle;
use super::icon::{self, icon_button};
use crate::app::{Intent, Listing, Toast};
use crate::words::ui;

/// The notices that have not been dismissed.
pub(super) fn toasts() -> El {
    let toasts = handle().projection.chrome.toasts;
    let whole = toasts.clone();
    let ids = move || toasts.with(|toasts| toasts.iter().map(|toast| toast.id).collect());
    el("section", "toasts")
        .label(ui::NOTIFICATIONS)
        .each(ids, move |id| {
            whole.with(|toasts| toasts.iter().find(|toast| toast.id == id).map(one))
        })
}

fn one(toast: &Toast) -> El {
    let handle = handle();
    let id = toast.id;
    let back = handle.clone();
    let dismiss = move || handle.did(Intent::Dismiss(id));
    let undo = toast.undo;
    el("div", "toast")
        .set("role", "alert")
        .flag("data-quiet", move || undo.is_some())
        .put(el("p", "toast-text").text(&toast.text))
        .with(move |parent| match undo {
            Some(id) => {
                let restore = move || back.did(Intent::List(Listing::Restore(id)));
                parent.put(button("button-small", ui::UNDO).on_press(restore))
            }
            None => parent,
        })
        .put(icon_button(icon::CLOSE, ui::DISMISS).on_press(dismiss))
}
