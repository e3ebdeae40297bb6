//! Asks before a conversation is reset.

use super::dialog::panel;
use super::el::{El, button, el};
use super::handle;
use super::panels::{Panel, panels};
use crate::app::Intent;
use crate::words::ui;

/// Asks before a conversation is reset.
pub(super) fn reset_dialog() -> El {
    let panels = panels();
    let handle = handle();
    panel(Panel::Reset, ui::RESET_QUESTION, "ask", move |inside| {
        let handle = handle.clone();
        let reset = move || {
            panels.close(Panel::Reset);
            handle.did(Intent::Reset);
        };
        let keep = button("button", ui::RESET_KEEP).on_press(move || panels.close(Panel::Reset));
        let reset = button("button", ui::RESET_SHORT)
            .set("data-tone", "danger")
            .on_press(reset);
        inside
            .put(el("p", "dialog-text").text(ui::RESET_EXPLAINED))
            .put(el("div", "dialog-actions").put(keep).put(reset))
    })
}
