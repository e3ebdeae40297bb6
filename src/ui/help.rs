//! The keys.

use leptos::prelude::*;

use super::dialog::Dialog;
use super::panels::panels;
use crate::words::ui;

/// The list of keys.
#[component]
pub(super) fn Help() -> impl IntoView {
    let open = panels().help;
    let rows = || {
        let row = |(keys, does): (&'static str, &'static str)| {
            view! {
                <div class="help-row">
                    <dt class="help-key"><kbd>{keys}</kbd></dt>
                    <dd class="help-does">{does}</dd>
                </div>
            }
        };
        ui::KEYS.into_iter().map(row).collect_view()
    };
    view! {
        <Dialog open on_close=move || open.set(false) title=ui::SHORTCUTS class="help">
            <dl class="help-list">{rows()}</dl>
            <div class="dialog-actions">
                <button class="button" type="button" on:click=move |_| open.set(false)>
                    {ui::CLOSE}
                </button>
            </div>
        </Dialog>
    }
}
