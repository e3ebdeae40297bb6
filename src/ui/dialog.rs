//! A modal dialog: the browser's own, which keeps the focus in and gives it back.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlDialogElement, HtmlElement};

use super::app;
use super::el::{El, el, watch};
use super::panels::{Panel, panels};

/// A modal dialog that is open while `open` is true. `closed` is called when the person closes it,
/// with Esc or otherwise; `fill` puts in what it holds, each time it opens.
pub(super) fn dialog(
    title: &'static str,
    class: &str,
    open: impl Fn() -> bool + Clone + 'static,
    closed: impl Fn() + 'static,
    fill: impl Fn(El) -> El + 'static,
) -> El {
    let inside = move || {
        el("div", "dialog-box")
            .put(el("h2", "dialog-title").text(title))
            .with(&fill)
    };
    let dialog = el("dialog", "dialog")
        .set("class", &format!("dialog {class}"))
        .label(title)
        .when(open.clone(), inside)
        .on("close", move |_| {
            refocus();
            closed();
        });
    let element = dialog.clone();
    watch(move || {
        let element: &HtmlDialogElement = element.node().unchecked_ref();
        match (open(), element.open()) {
            // It throws only where the dialog is not in the page, or is open already.
            (true, false) => drop(element.show_modal()),
            (false, true) => {
                element.close();
                refocus();
            }
            _ => {}
        }
    });
    dialog
}

/// After a dialog: the focus is where it was, or in the message box. Chromium (seen in 156) gives it
/// back without a cursor, and what is typed then goes nowhere until the focus has moved.
fn refocus() {
    let focused = document().active_element();
    let focused = focused.filter(|element| element.tag_name() != "BODY");
    let Some(focused) = focused.and_then(|element| element.dyn_into::<HtmlElement>().ok()) else {
        return app::focus_composer();
    };
    if focused.closest("dialog").ok().flatten().is_none() {
        // Neither throws for an element that is in the page.
        let _ = focused.blur();
        let _ = focused.focus();
    }
}

/// A dialog that is open while its panel is.
pub(super) fn panel(
    panel: Panel,
    title: &'static str,
    class: &str,
    fill: impl Fn(El) -> El + 'static,
) -> El {
    let panels = panels();
    let open = move || panels.0.get() == Some(panel);
    dialog(title, class, open, move || panels.close(panel), fill)
}
