//! An empty conversation: a skeleton while connecting, then what could be asked.

use leptos::prelude::*;

use super::begin;
use super::el::{El, button, el};
use super::handle;
use super::panels::{Panel, panels};
use crate::app::Intent;
use crate::driver::Handle;
use crate::session::Phase;
use crate::words::ui;

/// An empty conversation.
pub(super) fn empty(parent: El) -> El {
    let projection = handle().projection;
    let (order, phase) = (projection.order, projection.phase);
    let shown = move || {
        let connecting = phase.with(|phase| matches!(phase, Phase::Connecting { .. }));
        order.with(Vec::is_empty).then_some(connecting)
    };
    parent.anew(shown, |connecting| match connecting {
        Some(true) => vec![skeleton()],
        Some(false) => vec![suggestions()],
        None => Vec::new(),
    })
}

fn skeleton() -> El {
    let line = |_| el("div", "skeleton-line");
    el("div", "skeleton")
        .set("aria-hidden", "true")
        .set("title", ui::CONNECTING)
        .put_all((0..3).map(line).collect())
}

fn suggestions() -> El {
    let handle = handle();
    let chrome = handle.projection.chrome.clone();
    let (server, texts, memory_only) = (chrome.server, chrome.suggestions, chrome.memory_only);
    let explained = move || match server.get().as_str() {
        "demo" => ui::EMPTY_DEMO.to_owned(),
        _ => ui::EMPTY_SERVER.to_owned(),
    };
    let starting = handle.projection.chrome.server.clone();
    let panels = panels();
    let list = el("ul", "suggestions").anew(
        move || texts.get(),
        move |texts| texts.iter().map(|text| suggestion(&handle, text)).collect(),
    );
    el("section", "empty")
        .put(el("h2", "empty-title").text(ui::EMPTY_TITLE))
        .put(el("p", "empty-text").says(explained))
        .put(list)
        .when(
            move || starting.with(|server| begin::can(server)),
            move || {
                let begin = button("button-small empty-begin", ui::BEGIN);
                begin.on_press(move || panels.open(Panel::Begin))
            },
        )
        .when(
            move || memory_only.get(),
            || el("p", "empty-note").text(ui::MEMORY_ONLY),
        )
}

fn suggestion(handle: &Handle, text: &str) -> El {
    let (handle, said) = (handle.clone(), text.to_owned());
    let send = move || {
        handle.did(Intent::Send {
            text: said.clone(),
            attachments: Vec::new(),
        });
    };
    el("li", "").put(button("suggestion", text).on_press(send))
}
