//! The whole screen, and the keys that work everywhere in it.

use leptos::prelude::*;
use send_wrapper::SendWrapper;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

use super::announcer::announcer;
use super::ask_dialog::ask_dialogs;
use super::banner::banner;
use super::begin::begin_dialog;
use super::composer::composer;
use super::el::{El, el};
use super::files::files;
use super::header::header;
use super::help::help;
use super::inspector::inspector;
use super::link_dialog::link_dialog;
use super::list;
use super::meet;
use super::palette::palette;
use super::panels::{Panel, Panels, panels};
use super::settings::settings;
use super::timeline::timeline;
use super::toasts::toasts;
use crate::platform::listener::Listener;
use crate::platform::page::{self, Place};

/// The whole screen.
pub(super) fn app() -> El {
    let panels = panels();
    let heard = move |event: web_sys::Event| key(event.unchecked_ref(), panels);
    let keys = SendWrapper::new(Listener::on(&window(), "keydown", heard));
    on_cleanup(move || drop(keys));
    let main = el("main", "app-main").put(timeline()).put(composer());
    el("div", "app")
        .put(header())
        .with(banner)
        .put(
            el("div", "app-body")
                .follows("data-call", meet::divided())
                .with(list::column)
                .with(meet::room)
                .put(main)
                .with(inspector),
        )
        .put(toasts().flag("hidden", move || panels.now.get() == Some(Panel::List)))
        .put(list::drawer())
        .put(settings())
        .put(help())
        .put(palette())
        .put(begin_dialog())
        .put(meet::lobby())
        .put(meet::devices_dialog())
        .put(files())
        .with(ask_dialogs)
        .put(link_dialog())
        .put(announcer())
}

fn key(event: &KeyboardEvent, panels: Panels) {
    let command = event.ctrl_key() || event.meta_key();
    match event.key().as_str() {
        "k" | "K" if command => {
            event.prevent_default();
            panels.open(Panel::Palette);
        }
        "?" if !command && !is_typing(event) => {
            event.prevent_default();
            panels.open(Panel::Help);
        }
        "Escape" if !event.default_prevented() && !in_dialog(event) => focus_composer(),
        _ => {}
    }
}

fn target(event: &KeyboardEvent) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

/// Whether a key goes into a text.
pub(super) fn is_typing(event: &KeyboardEvent) -> bool {
    target(event).is_some_and(|element| {
        matches!(element.tag_name().as_str(), "TEXTAREA" | "INPUT" | "SELECT")
    })
}

/// Whether a key goes to a dialog.
pub(super) fn in_dialog(event: &KeyboardEvent) -> bool {
    target(event).is_some_and(|element| element.closest("dialog").ok().flatten().is_some())
}

/// Puts the cursor into the message box where nobody asked for it: not where that opens a keyboard
/// over the page, nor where it takes the cursor from the page around it.
pub(super) fn begin() {
    if page::has_mouse() && !Place::now().embedded {
        focus_composer();
    }
}

/// Puts the cursor into the message box.
pub(super) fn focus_composer() {
    let found = document().query_selector(".composer-text").ok().flatten();
    if let Some(element) = found.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        // It throws for no element that is in the page.
        let _ = element.focus();
    }
}
