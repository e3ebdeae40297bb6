//! An answer of the agent's.

use leptos::prelude::*;

use crate::model::State;
use crate::projection::Row;
use crate::ui::copy::copy;
use crate::ui::el::{El, el};
use crate::ui::part_text::part_text;
use crate::words::ui;

/// An answer of the agent's.
pub(super) fn agent(row: Row) -> El {
    let state = row.state;
    let prose = row.prose.unwrap_or_default();
    let source = prose.clone();
    let interrupted = move || match state.get() {
        State::Interrupted => ui::INTERRUPTED.to_owned(),
        _ => String::new(),
    };
    let foot = el("div", "agent-foot")
        .put(el("span", "agent-state").says(interrupted))
        .put(copy(ui::COPY_ANSWER, move || source.source()));
    el("div", "agent").put(part_text(prose)).put(foot)
}
