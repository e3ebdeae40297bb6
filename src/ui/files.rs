//! The files that were sent in the open conversation, each leading to its message.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::arrows;
use super::dialog::panel;
use super::el::{El, button, el};
use super::handle;
use super::panels::{Panel, panels};
use crate::app::Intent;
use crate::model::{Body, ItemId};
use crate::words::ui;

/// The list of files, as they were when it was opened.
pub(super) fn files() -> El {
    panel(Panel::Files, ui::FILES, "files", |inside| {
        let mut entries: Vec<El> = Vec::new();
        let projection = handle().projection;
        let order = projection.order.get_untracked();
        for row in order.into_iter().filter_map(|id| projection.row(id)) {
            if let Body::User(message) = row.body.get_untracked().as_ref() {
                let files = message.attachments.iter().filter(|file| !file.is_image());
                entries.extend(files.map(|file| entry(row.id, &file.name, &message.text)));
            }
        }
        if entries.is_empty() {
            let nothing = el("p", "palette-empty").set("role", "status");
            return inside.put(nothing.text(ui::FILES_EMPTY));
        }
        let list = el("ul", "palette-list").put_all(entries);
        inside.put(list.on_key(|event| arrows::step(event, ".files .palette-command")))
    })
}

/// A file, and how the message begins that it went with.
fn entry(id: ItemId, name: &str, text: &str) -> El {
    let (handle, panels) = (handle(), panels());
    let line = text.lines().next().unwrap_or_default();
    let file = button("palette-command", "")
        .put(el("span", "file-name").set("dir", "auto").text(name))
        .put(el("span", "file-message").set("dir", "auto").text(line))
        .on_press(move || {
            panels.close(Panel::Files);
            handle.did(Intent::GoTo(id));
            request_animation_frame(focus_timeline);
        });
    el("li", "").put(file)
}

/// From here the keys move through the conversation.
fn focus_timeline() {
    let found = document().query_selector(".timeline-items").ok().flatten();
    if let Some(element) = found.and_then(|found| found.dyn_into::<HtmlElement>().ok()) {
        // It throws for no element that is in the page.
        let _ = element.focus();
    }
}
