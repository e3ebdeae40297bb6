//! An answer of the agent's.

use leptos::prelude::*;

use super::copy::Copy;
use crate::model::State;
use crate::projection::Row;
use crate::ui::part_text::PartText;
use crate::words::ui;

/// An answer of the agent's.
#[component]
pub(super) fn Agent(row: Row) -> impl IntoView {
    let state = row.state;
    let prose = row.prose.unwrap_or_default();
    let source = prose.clone();
    let interrupted = move || (state.get() == State::Interrupted).then_some(ui::INTERRUPTED);
    view! {
        <div class={"agent"}>
            <PartText prose />
            <div class="agent-foot">
                <span class="agent-state">{interrupted}</span>
                <Copy label=ui::COPY_ANSWER text=move || source.source() />
            </div>
        </div>
    }
}
