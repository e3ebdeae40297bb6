//! The conversations that this browser keeps, and those of the server's own: a column beside the
//! open one, or a drawer over it.

mod row;

use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::*;
use reactive_graph::signal::ArcRwSignal;
use web_sys::KeyboardEvent;

use super::arrows;
use super::clock::ticks;
use super::dialog::panel;
use super::el::{El, button, el, watch};
use super::handle;
use super::icon::{self, icon_button};
use super::panels::{Panel, Panels, panels};
use super::toasts::toasts;
use crate::app::{Entry, Intent, Listing};
use crate::driver::Handle;
use crate::model::Duration;
use crate::words::ui;
use row::Row;

/// How often the ages are looked at.
const MINUTE: Duration = Duration::secs(60);
/// What the arrow keys go through.
const STOPS: &str = ".list-search, .entry-open, .list-more";

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
    handle.did(Intent::List(Listing::Watch(true)));
    on_cleanup(move || {
        left.did(Intent::List(Listing::Watch(false)));
        seek(&left, String::new());
    });
    let search = el("input", "input list-search")
        .set("type", "text")
        .set("autocomplete", "off")
        .set("placeholder", ui::SEARCH)
        .label(ui::SEARCH)
        .on_input(move |typed| {
            seek(&seeking, typed);
        });
    let chrome = &handle.projection.chrome;
    let (none, host) = (chrome.entries.clone(), chrome.remote_host.clone());
    let (renaming, now) = (RwSignal::new(0), ticks(MINUTE));
    let rows = |entries: &Entries, kept| {
        entries_of(Row {
            entries: entries.clone(),
            kept,
            handle: handle.clone(),
            panels: panels(),
            renaming,
            now,
        })
    };
    let kept = rows(&chrome.entries, true);
    let remote = rows(&chrome.remote, false);
    let some = host.clone();
    let nothing = move || {
        let none = none.with(|all| all.is_empty()) && host.with(String::is_empty);
        if none { ui::LIST_EMPTY } else { "" }.to_owned()
    };
    // Shown or not, it is drawn once: with each letter that is looked for it may come or go.
    let capabilities = handle.projection.capabilities.clone();
    let theirs = el("section", "list-server")
        .flag("data-keeps", move || {
            capabilities.with(|can| can.keeps_list)
        })
        .flag("hidden", move || some.with(String::is_empty))
        .put(heading(&handle))
        .put(remote.set("aria-labelledby", "list-server"))
        .with(|section| more(section, &handle));
    el("nav", "list")
        .label(ui::CONVERSATIONS)
        .put(search)
        .put(el("p", "list-empty").set("role", "status").says(nothing))
        .put(el("div", "list-scroll").put(kept).put(theirs))
        .on_key(move |event: &KeyboardEvent| {
            if renaming.get_untracked() == 0 {
                arrows::step(event, STOPS);
            }
        })
}

type Entries = ArcRwSignal<Arc<Vec<Entry>>>;

/// The rows of some conversations.
fn entries_of(row: Row) -> El {
    let ids = row.entries.clone();
    let ids = move || ids.with(|all| all.iter().map(|entry| entry.id.into()).collect());
    let row = Rc::new(row);
    el("ul", "list-entries").each(ids, move |id| {
        let id = u32::try_from(id).ok()?;
        Some(row.view(id))
    })
}

fn heading(handle: &Handle) -> El {
    let host = handle.projection.chrome.remote_host.clone();
    el("h2", "list-heading")
        .set("id", "list-server")
        .set("dir", "auto")
        .says(move || host.with(|host| [ui::ON_SERVER, host].concat()))
}

/// What asks for more of the server's own.
fn more(section: El, handle: &Handle) -> El {
    let (there, asking) = (handle.projection.chrome.remote_more.clone(), handle.clone());
    section.when(
        move || there.get(),
        move || {
            let handle = asking.clone();
            button("button-small list-more", ui::LIST_MORE)
                .on_press(move || handle.did(Intent::List(Listing::More)))
        },
    )
}
