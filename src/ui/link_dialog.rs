//! Asks before the address of a link is contacted.

use leptos::prelude::*;

use super::dialog::Dialog;
use super::handle;
use crate::app::Intent;
use crate::words::ui;

/// Asks before the address of a link is contacted.
#[component]
pub(super) fn LinkDialog() -> impl IntoView {
    let handle = StoredValue::new(handle());
    let link = handle.with_value(|handle| handle.projection.chrome.link.clone());
    let (shown, host, address, chosen) = (link.clone(), link.clone(), link.clone(), link);
    let did = move |intent| handle.with_value(|handle| handle.did(intent));
    let stay = move || did(Intent::DeclineLink);
    let closing = shown.clone();
    let connect = StoredValue::new(move || {
        if let Some(link) = chosen.get_untracked() {
            let strict = false;
            did(Intent::Connect {
                server: link.server,
                url: link.url,
                strict,
            });
        }
    });
    let host = Signal::derive(move || host.get().map(|link| link.host));
    let address = Signal::derive(move || address.get().map(|link| link.url));
    view! {
        <Dialog
            open=Signal::derive(move || shown.get().is_some())
            on_close=move || {
                if closing.get_untracked().is_some() {
                    stay();
                }
            }
            title=ui::LINK_QUESTION
            class="ask"
        >
            <p class="link-host-large">{move || host.get()}</p>
            <p class="link-address">{move || address.get()}</p>
            <p class="dialog-text">{ui::LINK_EXPLAINED}</p>
            <div class="dialog-actions">
                <button class="button" type="button" on:click=move |_| stay()>
                    {ui::STAY}
                </button>
                <button
                    class="button"
                    data-tone="primary"
                    type="button"
                    on:click=move |_| connect.with_value(|connect| connect())
                >
                    {ui::CONNECT}
                </button>
            </div>
        </Dialog>
    }
}
