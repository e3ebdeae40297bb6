//! Title, connection and the controls that are always there.

use leptos::prelude::*;

use super::el::{El, el, watch};
use super::icon::{self, icon_button};
use super::panels::{Panel, panels};
use super::{app, handle, list};
use crate::app::{Intent, PROPERTIES, paint};
use crate::platform::page;
use crate::words::ui;

/// The bar at the top.
pub(super) fn header() -> El {
    let chrome = handle().projection.chrome;
    let dress = chrome.dress.clone();
    let name = move || {
        let called =
            dress.with(|dress| Some(dress.title.clone()).filter(|title| !title.is_empty()));
        chrome
            .subject
            .get()
            .or(called)
            .unwrap_or_else(|| chrome.title.get())
    };
    // A logo is not loaded: whoever keeps it would learn of everybody who opens the conversation.
    watch(move || {
        let values = chrome.dress.with(paint);
        for (name, value) in PROPERTIES.into_iter().zip(values) {
            page::set_property(name, value.as_deref());
        }
    });
    el("header", "header")
        .put(list::opener())
        .put(el("h1", "header-title").says(name))
        .put(status())
        .put(controls())
}

/// Where the connection is. Polite, and without a countdown, which would be spoken every second.
fn status() -> El {
    let projection = handle().projection;
    let (phase, words) = (projection.phase.clone(), projection.phase);
    let (label, url) = (projection.chrome.label, projection.chrome.url);
    let elsewhere = projection.chrome.elsewhere;
    let sentence = move || match elsewhere.get() {
        true => ui::ELSEWHERE,
        false => words.with(ui::status),
    };
    let lead = sentence.clone();
    let name = move || match sentence().ends_with(' ') {
        true => label.get(),
        false => String::new(),
    };
    el("p", "status")
        .set("role", "status")
        .follows("data-phase", move || {
            Some(phase.with(|phase| phase.word().to_owned()))
        })
        .put(el("span", "status-dot").set("aria-hidden", "true"))
        .put(
            el("span", "status-text")
                .follows("title", move || Some(url.get()))
                .put(el("span", "status-lead").says(move || lead().to_owned()))
                .put(el("span", "").says(name)),
        )
}

fn controls() -> El {
    let panels = panels();
    let handle = handle();
    let capabilities = handle.projection.capabilities.clone();
    let fresh = move || {
        handle.did(Intent::NewConversation);
        app::focus_composer();
    };
    el("nav", "header-controls")
        .label(ui::CONTROLS)
        .put(icon_button(icon::NEW, ui::NEW).on_press(fresh))
        .put(
            icon_button(icon::RESET, ui::RESET)
                .set("data-part", "reset")
                .flag("disabled", move || capabilities.with(|can| !can.reset))
                .on_press(move || panels.open(Panel::Reset)),
        )
        .put(
            icon_button(icon::SETTINGS, ui::SETTINGS)
                .on_press(move || panels.open(Panel::Settings)),
        )
        .put(icon_button(icon::MORE, ui::MORE).on_press(move || panels.open(Panel::Palette)))
}
