//! Asks before a conversation is reset.

use leptos::prelude::*;

use super::dialog::Dialog;
use super::handle;
use super::panels::panels;
use crate::app::Intent;
use crate::words::ui;

/// Asks before a conversation is reset.
#[component]
pub(super) fn ResetDialog() -> impl IntoView {
    let open = panels().reset;
    let handle = StoredValue::new(handle());
    let reset = move |_| {
        open.set(false);
        handle.with_value(|handle| handle.did(Intent::Reset));
    };
    view! {
        <Dialog open on_close=move || open.set(false) title=ui::RESET_QUESTION class="ask">
            <p class="dialog-text">{ui::RESET_EXPLAINED}</p>
            <div class="dialog-actions">
                <button class="button" type="button" on:click=move |_| open.set(false)>
                    {ui::RESET_KEEP}
                </button>
                <button class="button" data-tone="danger" type="button" on:click=reset>
                    {ui::RESET_SHORT}
                </button>
            </div>
        </Dialog>
    }
}
