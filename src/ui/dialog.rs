//! A modal dialog: the browser's own, which keeps the focus in and gives it back.

use leptos::html;
use leptos::prelude::*;

/// A modal dialog that is open while `open` is true.
#[component]
pub(super) fn Dialog(
    /// Whether it is open.
    #[prop(into)]
    open: Signal<bool>,
    /// The person closed it, with Esc or otherwise.
    on_close: impl Fn() + 'static,
    /// Its heading, and its name.
    title: &'static str,
    /// The class that its style goes by.
    class: &'static str,
    children: ChildrenFn,
) -> impl IntoView {
    let node: NodeRef<html::Dialog> = NodeRef::new();
    Effect::new(move || {
        let (open, Some(dialog)) = (open.get(), node.get()) else {
            return;
        };
        match (open, dialog.open()) {
            // It throws only where the dialog is not in the page, or is open already.
            (true, false) => drop(dialog.show_modal()),
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    view! {
        <dialog
            class={format!("dialog {class}")}
            node_ref=node
            aria-label={title}
            on:close=move |_| on_close()
        >
            <Show when=move || open.get()>
                <div class="dialog-box">
                    <h2 class="dialog-title">{title}</h2>
                    {children()}
                </div>
            </Show>
        </dialog>
    }
}
