//! Asks before the address of a link is contacted.

use std::rc::Rc;

use leptos::prelude::*;

use super::dialog::dialog;
use super::el::{El, button, el};
use super::handle;
use crate::app::Intent;
use crate::words::ui;

/// Asks before the address of a link is contacted.
pub(super) fn link_dialog() -> El {
    let handle = handle();
    let link = handle.projection.chrome.link.clone();
    let (shown, closing) = (link.clone(), link.clone());
    let stay = handle.clone();
    let closed = move || {
        if closing.with_untracked(Option::is_some) {
            stay.did(Intent::DeclineLink);
        }
    };
    let fill = move |inside: El| {
        let Some(link) = link.get_untracked() else {
            return inside;
        };
        let (stay, connect) = (handle.clone(), handle.clone());
        let (server, url) = (link.server, link.url.clone());
        let (strict, dialect) = (link.strict, link.dialect);
        let connect = move || {
            connect.did(Intent::Connect {
                server: server.clone(),
                url: url.clone(),
                strict,
                dialect,
                key: String::new(),
                remember: false,
            });
        };
        let actions = el("div", "dialog-actions")
            .put(button("button", ui::STAY).on_press(move || stay.did(Intent::DeclineLink)))
            .put(
                button("button", ui::CONNECT)
                    .set("data-tone", "primary")
                    .on_press(connect),
            );
        inside
            .put(el("p", "link-host-large").text(&link.host))
            .put(el("p", "link-address").text(&link.url))
            .put(el("p", "dialog-text").text(ui::LINK_EXPLAINED))
            .put(actions)
    };
    let open = move || shown.with(Option::is_some);
    dialog(
        ui::LINK_QUESTION,
        "ask",
        Rc::new(open),
        Box::new(closed),
        Box::new(fill),
    )
}
