//! The whole screen, and the keys that work everywhere in it.

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

use super::announcer::Announcer;
use super::banner::Banner;
use super::composer::Composer;
use super::header::Header;
use super::help::Help;
use super::inspector::Inspector;
use super::link_dialog::LinkDialog;
use super::palette::Palette;
use super::panels::{Panels, panels};
use super::reset_dialog::ResetDialog;
use super::settings::Settings;
use super::timeline::Timeline;
use super::toasts::Toasts;

/// The whole screen.
#[component]
pub(super) fn App() -> impl IntoView {
    let panels = panels();
    let keys = window_event_listener(ev::keydown, move |event| key(&event, panels));
    on_cleanup(move || keys.remove());
    view! {
        <div class={"app"}>
            <Header />
            <Banner />
            <div class={"app-body"}>
                <main class={"app-main"}>
                    <Timeline />
                    <Composer />
                </main>
                <Inspector />
            </div>
            <Toasts />
            <Settings />
            <Help />
            <Palette />
            <ResetDialog />
            <LinkDialog />
            <Announcer />
        </div>
    }
}

fn key(event: &KeyboardEvent, panels: Panels) {
    let command = event.ctrl_key() || event.meta_key();
    match event.key().as_str() {
        "k" | "K" if command => {
            event.prevent_default();
            panels.palette.set(true);
        }
        "?" if !command && !is_typing(event) => {
            event.prevent_default();
            panels.help.set(true);
        }
        "Escape" if !event.default_prevented() && !in_dialog(event) => focus_composer(),
        _ => {}
    }
}

fn target(event: &KeyboardEvent) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

fn is_typing(event: &KeyboardEvent) -> bool {
    target(event).is_some_and(|element| {
        matches!(element.tag_name().as_str(), "TEXTAREA" | "INPUT" | "SELECT")
    })
}

fn in_dialog(event: &KeyboardEvent) -> bool {
    target(event).is_some_and(|element| element.closest("dialog").ok().flatten().is_some())
}

/// Puts the cursor into the message box.
pub(super) fn focus_composer() {
    let found = document().query_selector(".composer-text").ok().flatten();
    if let Some(element) = found.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        // It throws for no element that is in the page.
        let _ = element.focus();
    }
}
