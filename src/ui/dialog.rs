//! A modal dialog: the browser's own, which keeps the focus in and gives it back.

use std::cell::RefCell;
use std::rc::Rc;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlDialogElement, HtmlElement};

use super::app;
use super::el::{El, el, watch};
use super::panels::{Panel, panels};

/// A modal dialog that is open while `open` is true. `closed` is called when the person closes it,
/// with Esc or otherwise; `fill` puts in what it holds, each time it opens.
pub(super) fn dialog(
    title: &'static str,
    class: &str,
    open: Rc<dyn Fn() -> bool>,
    closed: Box<dyn Fn()>,
    fill: Box<dyn Fn(El) -> El>,
) -> El {
    let shown = Rc::clone(&open);
    let inside = move || {
        el("div", "dialog-box")
            .put(el("h2", "dialog-title").text(title))
            .with(&fill)
    };
    let cursor = Cursor::default();
    let given_back = cursor.clone();
    let closed: Rc<dyn Fn()> = closed.into();
    let cancelled = Rc::clone(&closed);
    let dialog = el("dialog", "dialog")
        .set("class", &format!("dialog {class}"))
        .label(title)
        .when(move || shown(), inside)
        .on("cancel", move |_| cancelled())
        .on("close", move |event| {
            // It comes a while after the closing, and it can be open again by then.
            if !is_open(&event) {
                given_back.give_back();
                closed();
            }
        });
    let element = dialog.clone();
    watch(move || {
        let element: &HtmlDialogElement = element.node().unchecked_ref();
        match (open(), element.open()) {
            (true, false) => {
                cursor.take();
                // It throws only where the dialog is not in the page, or is open already.
                drop(element.show_modal());
            }
            (false, true) => {
                element.close();
                cursor.give_back();
            }
            _ => {}
        }
    });
    dialog
}

fn is_open(event: &Event) -> bool {
    let dialog = event.current_target();
    dialog.is_some_and(|dialog| dialog.unchecked_ref::<HtmlDialogElement>().open())
}

/// Where the focus was before a dialog opened. A browser gives it back by itself, but Chromium (seen
/// in 156) without a cursor, and what is typed then goes nowhere. So the browser is given nothing
/// to give back.
#[derive(Clone, Default)]
struct Cursor(Rc<RefCell<Option<HtmlElement>>>);

impl Cursor {
    fn take(&self) {
        let focused = focused();
        if let Some(focused) = &focused {
            // It throws for no element that is in the page.
            let _ = focused.blur();
        }
        self.0.replace(focused);
    }

    /// Puts the focus where it was, unless it is somewhere by now.
    fn give_back(&self) {
        if focused().is_some() {
            return;
        }
        match self.0.take().filter(|element| element.is_connected()) {
            Some(element) => drop(element.focus()),
            None => app::begin(),
        }
    }
}

/// What has the focus; `None` where nothing in particular has. What is in a dialog that has just
/// closed keeps it until the next frame.
fn focused() -> Option<HtmlElement> {
    let element = document().active_element()?;
    let nowhere = element.closest("dialog:not([open])");
    let nowhere = nowhere.ok().flatten().is_some() || element.tag_name() == "BODY";
    element.dyn_into().ok().filter(|_| !nowhere)
}

/// A dialog that is open while its panel is.
pub(super) fn panel(
    panel: Panel,
    title: &'static str,
    class: &str,
    fill: impl Fn(El) -> El + 'static,
) -> El {
    let panels = panels();
    let open = move || panels.now.get() == Some(panel);
    let closed = move || panels.close(panel);
    dialog(
        title,
        class,
        Rc::new(open),
        Box::new(closed),
        Box::new(fill),
    )
}
