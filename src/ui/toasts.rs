//! Passing notices.

use leptos::prelude::*;

use super::el::{El, button, el};
use super::handle;
use super::icon::{self, icon_button};
use super::panels::{Panel, panels};
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
    let (id, undo) = (toast.id, toast.undo);
    let (back, panels) = (handle.clone(), panels());
    let dismiss = move || handle.did(Intent::Dismiss(id));
    let mut view = el("div", "toast")
        .set("role", "alert")
        .put(el("p", "toast-text").text(&toast.text));
    if let Some(id) = undo {
        let restore = move || back.did(Intent::List(Listing::Restore(id)));
        view = view
            .set("data-quiet", "")
            .put(button("button-small", ui::UNDO).on_press(restore));
    }
    if let Some(id) = undo.filter(|_| toast.there) {
        let delete = move || panels.open(Panel::DeleteThere(id));
        view = view.put(button("button-small", ui::DELETE_THERE).on_press(delete));
    }
    view.put(icon_button(icon::CLOSE, ui::DISMISS).on_press(dismiss))
}
