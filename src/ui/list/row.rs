//! One conversation of the list, and what can be done with it.

use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::*;
use reactive_graph::signal::ArcRwSignal;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

use crate::app::{Entry, Intent, Listing};
use crate::driver::Handle;
use crate::model::Instant;
use crate::platform::page;
use crate::ui::app;
use crate::ui::el::{El, el, watch};
use crate::ui::icon::{self, icon_button};
use crate::ui::panels::{Panel, Panels};
use crate::words::ui;

/// What the rows share.
pub(super) struct Row {
    pub(super) entries: ArcRwSignal<Arc<Vec<Entry>>>,
    /// This browser keeps them; of the others their server may say that they can be changed.
    pub(super) kept: bool,
    pub(super) handle: Handle,
    pub(super) panels: Panels,
    /// The conversation that is being given a title; 0 while there is none.
    pub(super) renaming: RwSignal<u32>,
    /// Moves as ages do.
    pub(super) now: RwSignal<u32>,
}

/// The elements of a row that change.
struct Parts {
    row: El,
    open: El,
    title: El,
    about: El,
    before: El,
    hit: El,
    behind: El,
    rename: El,
    delete: El,
}

impl Parts {
    /// Shows the conversation; `stop` says that Tab stops here, from where the arrow keys go on.
    fn show(&self, entry: &Entry, stop: bool) {
        self.row.mark("data-unread", entry.unread.then_some(""));
        self.open.mark("aria-current", entry.open.then_some("true"));
        self.open.mark("tabindex", (!stop).then_some("-1"));
        self.title.write(&entry.title);
        self.about.write(&about(entry));
        let found = entry.found.as_ref();
        self.before.write(found.map_or("", |found| &found.before));
        self.hit.write(found.map_or("", |found| &found.hit));
        self.behind.write(found.map_or("", |found| &found.behind));
        for (action, what) in [(&self.rename, ui::RENAME), (&self.delete, ui::DELETE)] {
            action.mark("aria-label", Some(&ui::with(what, &entry.title)));
        }
    }
}

impl Row {
    /// The row of a conversation.
    pub(super) fn view(self: &Rc<Self>, id: u32) -> El {
        let (row, renaming) = (Rc::clone(self), self.renaming);
        let (pressed, keys) = (Rc::clone(self), Rc::clone(self));
        let (renamed, deleted) = (self.renaming, Rc::clone(self));
        let span = |class| el("span", class).set("dir", "auto");
        let parts = Parts {
            row: el("li", "entry"),
            open: el("button", "entry-open").set("type", "button"),
            title: span("entry-title"),
            about: el("span", "entry-about"),
            before: el("span", ""),
            hit: el("mark", "entry-hit"),
            behind: el("span", ""),
            rename: icon_button(icon::RENAME, ui::RENAME).on_press(move || renamed.set(id)),
            delete: icon_button(icon::DELETE, ui::DELETE).on_press(move || deleted.delete(id)),
        };
        let found = span("entry-found")
            .put(parts.before.clone())
            .put(parts.hit.clone())
            .put(parts.behind.clone());
        let open = parts
            .open
            .clone()
            .put(parts.title.clone())
            .put(parts.about.clone())
            .put(found)
            .on_press(move || pressed.open(id));
        let fixed = Rc::clone(self);
        let actions = el("div", "entry-actions")
            .flag("hidden", move || !fixed.can_change())
            .put(parts.rename.clone())
            .put(parts.delete.clone());
        let view = parts.row.clone().put(open.clone());
        self.follow(id, parts);
        let open = open.on_key(move |event| keys.key(event, id));
        view.put(actions)
            .when(move || renaming.get() == id, move || row.field(id, &open))
    }

    /// One effect for all that a row shows: there may be hundreds of rows.
    fn follow(self: &Rc<Self>, id: u32, parts: Parts) {
        let row = Rc::clone(self);
        watch(move || {
            row.now.track();
            row.entries.with(|all| {
                let stop = all.iter().find(|entry| entry.open).or(all.first());
                let stop = stop.is_some_and(|stop| stop.id == id);
                if let Some(entry) = all.iter().find(|entry| entry.id == id) {
                    parts.show(entry, stop);
                }
            });
        });
    }

    /// Whether they can be given titles and be deleted.
    fn can_change(&self) -> bool {
        let capabilities = &self.handle.projection.capabilities;
        self.kept || capabilities.with(|can| can.keeps_list)
    }

    fn open(&self, id: u32) {
        self.handle.did(Intent::List(Listing::Open(id)));
        self.panels.close(Panel::List);
        app::begin();
    }

    fn key(&self, event: &KeyboardEvent, id: u32) {
        match event.key().as_str() {
            _ if !untrack(|| self.can_change()) => return,
            "F2" => self.renaming.set(id),
            "Delete" => self.delete(id),
            _ => return,
        }
        event.prevent_default();
    }

    /// Deletes it; the focus goes to the row that takes its place. What its server deletes cannot be
    /// brought back, so that is asked for.
    fn delete(&self, id: u32) {
        if !self.kept {
            return self.panels.open(Panel::DeleteThere(id));
        }
        let row = document().active_element();
        let row = row.and_then(|focused| focused.closest(".entry").ok().flatten());
        if let Some(row) = row {
            let next = row.next_element_sibling();
            focus(&next.or(row.previous_element_sibling()), ".entry-open");
        }
        self.handle.did(Intent::List(Listing::Delete(id)));
    }

    /// Where the title is written: over the row, which has the focus again afterwards.
    fn field(self: &Rc<Self>, id: u32, back: &El) -> El {
        let field = el("input", "input entry-field")
            .set("type", "text")
            .set("dir", "auto")
            .label(ui::TITLE);
        let title = |all: &Arc<Vec<Entry>>| {
            let entry = all.iter().find(|entry| entry.id == id);
            entry.map(|entry| entry.title.clone())
        };
        let title = self.entries.with_untracked(title);
        field.set_value(&title.unwrap_or_default());
        let begin = field.clone();
        request_animation_frame(move || {
            begin.focus();
            begin.field().select();
        });
        let (renaming, row) = (self.renaming, Rc::clone(self));
        let written = field.clone();
        let save = move || {
            // Once: what ends the writing takes the focus away as well.
            if renaming.get_untracked() == id {
                renaming.set(0);
                let title = written.value();
                row.handle.did(Intent::List(Listing::Rename { id, title }));
            }
        };
        let (left, back) = (save.clone(), back.clone());
        field.on("blur", move |_| left()).on_key(move |event| {
            match event.key().as_str() {
                "Enter" if !event.is_composing() => save(),
                "Escape" => renaming.set(0),
                _ => return,
            }
            event.prevent_default();
            back.focus();
        })
    }
}

/// The server, and when something happened last, where that is known.
fn about(entry: &Entry) -> String {
    let ago = match entry.at {
        Instant(0) => String::new(),
        at => ui::ago(page::now().since(at).0),
    };
    let unread = if entry.unread { ui::UNREAD } else { "" };
    let mut about = unread.to_owned();
    for part in [&*entry.server, &ago] {
        if !about.is_empty() && !part.is_empty() {
            about.push_str(" · ");
        }
        about.push_str(part);
    }
    about
}

/// Puts the focus on what the selector names within an element.
pub(super) fn focus(within: &Option<Element>, selector: &str) {
    let found = within
        .as_ref()
        .map(|within| within.query_selector(selector));
    let found = found.and_then(Result::ok).flatten();
    if let Some(element) = found.and_then(|found| found.dyn_into::<HtmlElement>().ok()) {
        // It throws for no element that is in the page.
        let _ = element.focus();
    }
}
