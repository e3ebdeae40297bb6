//! The agent's reasoning, folded away.

use leptos::prelude::*;

use crate::projection::Row;
use crate::ui::part_text::PartText;
use crate::words::ui;

/// The agent's reasoning.
#[component]
pub(super) fn Reasoning(row: Row) -> impl IntoView {
    let prose = row.prose.unwrap_or_default();
    view! {
        <details class="reasoning">
            <summary class="reasoning-head">{ui::REASONING}</summary>
            <PartText prose />
        </details>
    }
}
