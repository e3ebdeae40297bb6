//! One conversation of the list, and what can be done with it.

use std::sync::Arc;

use leptos::prelude::*;
use reactive_graph::signal::ArcRwSignal;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

use crate::app::{Entry, Intent, Listing};
use crate::driver::Handle;
use crate::platform::page;
use crate::ui::app;
use crate::ui::el::{El, el};
use crate::ui::icon::{self, icon_button};
use crate::ui::panels::{Panel, Panels};
use crate::words::ui;

/// What the rows share.
#[derive(Clone)]
pub(super) struct Row {
    pub(super) entries: ArcRwSignal<Arc<Vec<Entry>>>,
    pub(super) handle: Handle,
    pub(super) panels: Panels,
    /// The conversation that is being given a title.
    pub(super) renaming: RwSignal<Option<u64>>,
    /// Moves as ages do.
    pub(super) now: RwSignal<u32>,
}

impl Row {
    /// The row of a conversation.
    pub(super) fn view(&self, id: u64) -> El {
        let open = self.opener(id);
        let (row, renaming, back) = (self.clone(), self.renaming, open.clone());
        el("li", "entry")
            .flag("data-unread", {
                let unread = self.read(id, |entry| entry.unread.then(String::new));
                move || unread().is_some()
            })
            .put(open)
            .put(self.actions(id))
            .when(
                move || renaming.get() == Some(id),
                move || row.field(id, &back),
            )
    }

    /// Reads something of the conversation, as long as it is there.
    fn read(
        &self,
        id: u64,
        read: fn(&Entry) -> Option<String>,
    ) -> impl Fn() -> Option<String> + Clone + use<> {
        let entries = self.entries.clone();
        move || entries.with(|all| all.iter().find(|entry| entry.id == id).and_then(read))
    }

    fn title(&self, id: u64) -> impl Fn() -> String + Clone + use<> {
        let title = self.read(id, |entry| Some(entry.title.clone()));
        move || title().unwrap_or_default()
    }

    fn opener(&self, id: u64) -> El {
        let entries = self.entries.clone();
        // One stop for Tab: the arrow keys go on from there.
        let stops = move || {
            let first = |all: &Arc<Vec<Entry>>| {
                let open = all.iter().find(|entry| entry.open);
                open.or(all.first()).is_none_or(|stop| stop.id == id)
            };
            (!entries.with(first)).then(|| "-1".to_owned())
        };
        let (handle, panels, keys) = (self.handle.clone(), self.panels, self.clone());
        el("button", "entry-open")
            .set("type", "button")
            .follows(
                "aria-current",
                self.read(id, |entry| entry.open.then(|| "true".to_owned())),
            )
            .follows("tabindex", stops)
            .put(
                el("span", "entry-title")
                    .set("dir", "auto")
                    .says(self.title(id)),
            )
            .put(el("span", "entry-about").says(self.about(id)))
            .with(|opener| self.found(opener, id))
            .on_press(move || {
                handle.did(Intent::List(Listing::Open(id)));
                panels.close(Panel::List);
                app::begin();
            })
            .on_key(move |event| keys.key(event, id))
    }

    /// The server, and when something happened last.
    fn about(&self, id: u64) -> impl Fn() -> String + use<> {
        let (entries, now) = (self.entries.clone(), self.now);
        move || {
            now.track();
            entries.with(|all| {
                let entry = all.iter().find(|entry| entry.id == id);
                entry.map(about).unwrap_or_default()
            })
        }
    }

    /// The piece of the text that holds what is looked for.
    fn found(&self, parent: El, id: u64) -> El {
        let entries = self.entries.clone();
        let found = move || {
            entries.with(|all| {
                let entry = all.iter().find(|entry| entry.id == id);
                entry.and_then(|entry| entry.found.clone())
            })
        };
        parent.anew(found, |found| match found {
            None => Vec::new(),
            Some(found) => vec![
                el("span", "entry-found")
                    .set("dir", "auto")
                    .text(&found.before)
                    .put(el("mark", "entry-hit").text(&found.hit))
                    .text(&found.behind),
            ],
        })
    }

    fn actions(&self, id: u64) -> El {
        let (row, renaming) = (self.clone(), self.renaming);
        el("div", "entry-actions")
            .put(
                self.action(id, icon::RENAME, ui::RENAME)
                    .on_press(move || renaming.set(Some(id))),
            )
            .put(
                self.action(id, icon::DELETE, ui::DELETE)
                    .on_press(move || row.delete(id)),
            )
    }

    fn action(&self, id: u64, path: &str, what: &'static str) -> El {
        let title = self.title(id);
        icon_button(path, what).follows("aria-label", move || Some(ui::with(what, &title())))
    }

    fn key(&self, event: &KeyboardEvent, id: u64) {
        match event.key().as_str() {
            "F2" => self.renaming.set(Some(id)),
            "Delete" => self.delete(id),
            _ => return,
        }
        event.prevent_default();
    }

    /// Deletes it; the focus goes to the row that takes its place.
    fn delete(&self, id: u64) {
        let row = document().active_element();
        let row = row.and_then(|focused| focused.closest(".entry").ok().flatten());
        if let Some(row) = row {
            let next = row.next_element_sibling();
            focus(&next.or(row.previous_element_sibling()), ".entry-open");
        }
        self.handle.did(Intent::List(Listing::Delete(id)));
    }

    /// Where the title is written: over the row, which has the focus again afterwards.
    fn field(&self, id: u64, back: &El) -> El {
        let field = el("input", "input entry-field")
            .set("type", "text")
            .set("dir", "auto")
            .label(ui::TITLE);
        field.set_value(&untrack(self.title(id)));
        let begin = field.clone();
        request_animation_frame(move || {
            begin.focus();
            begin.field().select();
        });
        let (renaming, handle) = (self.renaming, self.handle.clone());
        let written = field.clone();
        let save = move || {
            // Once: what ends the writing takes the focus away as well.
            if renaming.get_untracked() == Some(id) {
                renaming.set(None);
                let title = written.value();
                handle.did(Intent::List(Listing::Rename { id, title }));
            }
        };
        let (left, back) = (save.clone(), back.clone());
        field.on("blur", move |_| left()).on_key(move |event| {
            match event.key().as_str() {
                "Enter" if !event.is_composing() => save(),
                "Escape" => renaming.set(None),
                _ => return,
            }
            event.prevent_default();
            back.focus();
        })
    }
}

fn about(entry: &Entry) -> String {
    let ago = ui::ago(page::now().since(entry.at).0);
    let unread = if entry.unread { ui::UNREAD } else { "" };
    let dot = if entry.unread { " · " } else { "" };
    [unread, dot, &entry.server, " · ", &ago].concat()
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
