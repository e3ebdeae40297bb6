//! The conversations that this browser keeps: a column beside the open one, or a drawer over it.

mod row;

use std::rc::Rc;

use leptos::prelude::*;
use web_sys::KeyboardEvent;

use super::arrows;
use super::clock::ticks;
use super::dialog::panel;
use super::el::{El, el, watch};
use super::handle;
use super::icon::{self, icon_button};
use super::panels::{Panel, Panels, panels};
use super::toasts::toasts;
use crate::app::{Intent, Listing};
use crate::driver::Handle;
use crate::model::Duration;
use crate::words::ui;
use row::Row;

/// How often the ages are looked at.
const MINUTE: Duration = Duration::secs(60);
/// What the arrow keys go through.
const STOPS: &str = ".list-search, .entry-open";

/// The column beside the conversation, where there is room for one.
pub(super) fn column(parent: El) -> El {
    let (wide, listed) = (panels().wide, handle().projection.chrome.listed);
    parent.when(move || wide.get() && listed.get(), list)
}

/// The drawer over the conversation, where there is not.
pub(super) fn drawer() -> El {
    let panels = panels();
    watch(move || {
        if panels.wide.get() {
            panels.close(Panel::List);
        }
    });
    let drawer = panel(Panel::List, ui::CONVERSATIONS, "drawer", move |inside| {
        let close = icon_button(icon::CLOSE, ui::CLOSE);
        inside
            .put(close.on_press(move || panels.close(Panel::List)))
            .put(list())
            // Those of the page cannot be reached while this is open.
            .put(toasts())
    });
    let outside = drawer.node().clone();
    drawer.on("click", move |event| {
        // What is outside of a dialog's box is the dialog itself to the browser.
        if event.target().as_ref() == Some(outside.as_ref()) {
            panels.close(Panel::List);
        }
    })
}

/// The button that opens and closes the list, whichever of the two it is.
pub(super) fn opener() -> El {
    let panels = panels();
    let handle = handle();
    let chrome = &handle.projection.chrome;
    let (listed, unread) = (chrome.listed.clone(), chrome.unread.clone());
    let shown = listed.clone();
    let open = move || match panels.wide.get() {
        true => shown.get(),
        false => panels.now.get() == Some(Panel::List),
    };
    icon_button(icon::LIST, ui::CONVERSATIONS)
        .set("class", "button-icon header-list")
        .follows("aria-expanded", move || Some(open().to_string()))
        .flag("data-unread", move || unread.get() > 0)
        .on_press(move || match panels.wide.get_untracked() {
            true => {
                handle.did(Intent::List(Listing::Show(!listed.get_untracked())));
            }
            false => panels.open(Panel::List),
        })
}

/// Opens the list, where it is not open, and puts the cursor into it.
pub(super) fn go_to(panels: Panels, handle: &Handle) {
    if !panels.wide.get_untracked() {
        return panels.open(Panel::List);
    }
    handle.did(Intent::List(Listing::Show(true)));
    // It is there once the view has been shown.
    request_animation_frame(|| row::focus(&document().document_element(), ".list-search"));
}

fn list() -> El {
    let handle = handle();
    let (seeking, left) = (handle.clone(), handle.clone());
    let seek = |handle: &Handle, typed| handle.did(Intent::List(Listing::Seek(typed)));
    on_cleanup(move || seek(&left, String::new()));
    let search = el("input", "input list-search")
        .set("type", "text")
        .set("autocomplete", "off")
        .set("placeholder", ui::SEARCH)
        .label(ui::SEARCH)
        .on_input(move |typed| {
            seek(&seeking, typed);
        });
    let entries = handle.projection.chrome.entries.clone();
    let (ids, none) = (entries.clone(), entries.clone());
    let row = Rc::new(Row {
        entries,
        handle,
        panels: panels(),
        renaming: RwSignal::new(0),
        now: ticks(MINUTE),
    });
    let renaming = row.renaming;
    let ids = move || ids.with(|all| all.iter().map(|entry| entry.id.into()).collect());
    let nothing = move || {
        let none = none.with(|all| all.is_empty());
        if none { ui::LIST_EMPTY } else { "" }.to_owned()
    };
    el("nav", "list")
        .label(ui::CONVERSATIONS)
        .put(search)
        .put(el("p", "list-empty").set("role", "status").says(nothing))
        .put(el("ul", "list-entries").each(ids, move |id| {
            let id = u32::try_from(id).ok()?;
            Some(row.view(id))
        }))
        .on_key(move |event: &KeyboardEvent| {
            if renaming.get_untracked() == 0 {
                arrows::step(event, STOPS);
            }
        })
}
