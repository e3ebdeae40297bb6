//! What the server offers above the message box: texts to say next, and ways to answer.

use leptos::prelude::*;

use crate::app::Intent;
use crate::driver::Handle;
use crate::model::Suggestion;
use crate::protocol::Command;
use crate::ui::el::{El, button, el};
use crate::ui::{app, arrows, handle};
use crate::words::ui;

/// Both rows; a row without chips is not seen.
pub(super) fn chips(section: El, text: RwSignal<String>) -> El {
    section.put(switchers()).put(offers(text))
}

fn row(name: &str) -> El {
    el("div", "chips")
        .set("role", "group")
        .label(name)
        .on_key(arrows::step_across)
}

fn offers(text: RwSignal<String>) -> El {
    let handle = handle();
    let offers = handle.projection.chrome.offers.clone();
    row(ui::OFFERS).anew(
        move || offers.get(),
        move |offers| {
            let chip = |offer| chip(&handle, offer, text);
            offers.iter().map(chip).collect()
        },
    )
}

fn chip(handle: &Handle, offer: &Suggestion, text: RwSignal<String>) -> El {
    let (handle, chosen) = (handle.clone(), offer.clone());
    let choose = move || {
        if !chosen.switcher.is_empty() {
            switch(&handle, chosen.switcher.clone(), true);
        }
        if !chosen.says.is_empty() {
            handle.did(Intent::Send {
                text: chosen.says.clone(),
                attachments: Vec::new(),
            });
            // What is being written stands there still.
            handle.did(Intent::Draft(text.get_untracked()));
            app::focus_composer();
        }
    };
    button("chip", &offer.label)
        .set("dir", "auto")
        .on_press(choose)
}

fn switch(handle: &Handle, id: String, on: bool) {
    handle.did(Intent::Ask(Command::Switch { id, on }));
}

/// The buttons stay while they are turned on and off, and with them the focus.
fn switchers() -> El {
    let switchers = handle().projection.chrome.switchers;
    let count = move || switchers.with(|all| (0_u64..).zip(all).map(|(at, _)| at).collect());
    row(ui::SWITCHERS).each(count, |at| Some(switcher(usize::try_from(at).ok()?)))
}

fn switcher(at: usize) -> El {
    let handle = handle();
    let switchers = handle.projection.chrome.switchers.clone();
    let (named, lit) = (switchers.clone(), switchers.clone());
    let label = move || {
        let label = |all: &Vec<crate::model::Switcher>| all.get(at).map(|one| one.label.clone());
        named.with(label).unwrap_or_default()
    };
    let on = move || {
        let on = lit.with(|all| all.get(at).is_some_and(|one| one.on));
        Some(on.to_string())
    };
    let turn = move || {
        let now = switchers.with_untracked(|all| all.get(at).cloned());
        if let Some(now) = now {
            switch(&handle, now.id, !now.on);
        }
    };
    el("button", "chip")
        .set("type", "button")
        .set("dir", "auto")
        .says(label)
        .follows("aria-pressed", on)
        .on_press(turn)
}
