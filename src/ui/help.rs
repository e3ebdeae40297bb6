//! The keys.

use super::dialog::panel;
use super::el::{El, button, el};
use super::panels::{Panel, panels};
use crate::words::ui;

/// The list of keys.
pub(super) fn help() -> El {
    let panels = panels();
    panel(Panel::Help, ui::SHORTCUTS, "help", move |inside| {
        let close = button("button", ui::CLOSE).on_press(move || panels.close(Panel::Help));
        inside
            .put(el("dl", "help-list").put_all(ui::KEYS.into_iter().map(row).collect()))
            .put(el("div", "dialog-actions").put(close))
    })
}

fn row((keys, does): (&str, &str)) -> El {
    el("div", "help-row")
        .put(el("dt", "help-key").put(el("kbd", "").text(keys)))
        .put(el("dd", "help-does").text(does))
}
