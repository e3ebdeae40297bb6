//! An answer of the agent's.

use leptos::prelude::*;

use crate::model::State;
use crate::projection::Row;
use crate::ui::copy::copy;
use crate::ui::el::{El, el};
use crate::ui::handle;
use crate::ui::part_text::{copied, part_text};
use crate::words::ui;

/// An answer of the agent's.
pub(super) fn agent(row: Row) -> El {
    let state = row.state;
    let prose = row.prose.unwrap_or_default();
    let source = prose.clone();
    let can = handle().projection.capabilities;
    let drawn = can.clone();
    let interrupted = move || match state.get() {
        State::Interrupted => ui::INTERRUPTED.to_owned(),
        _ => String::new(),
    };
    let foot = el("div", "agent-foot")
        .put(el("span", "agent-state").says(interrupted))
        .put(copy(ui::COPY_ANSWER, move || {
            let html = can.with_untracked(|can| can.fragments);
            copied(&source, html)
        }));
    let html = move || drawn.with(|can| can.fragments);
    el("div", "agent").put(part_text(prose, html)).put(foot)
}
