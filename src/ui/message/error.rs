//! Something that went wrong on the server.

use leptos::prelude::*;

use super::part;
use crate::model::Body;
use crate::projection::Row;
use crate::ui::icon::{self, Icon};
use crate::words::{self, ui};

/// Something that went wrong on the server.
#[component]
pub(super) fn Error(row: Row) -> impl IntoView {
    let text = part(&row, words::text);
    let detail = part(&row, |body| match body {
        Body::Error(fault) => fault.detail.clone(),
        _ => None,
    });
    let folded = move || {
        detail.get().map(|detail| {
            view! {
                <details class="error-detail">
                    <summary>{ui::DETAILS}</summary>
                    <pre class="output">{detail}</pre>
                </details>
            }
        })
    };
    view! {
        <div class={"error"}>
            <Icon path=icon::WARN />
            <div class="error-body">
                <p class="error-text" dir="auto">{move || text.get()}</p>
                {folded}
            </div>
        </div>
    }
}
