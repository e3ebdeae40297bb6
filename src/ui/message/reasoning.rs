//! The agent's reasoning, folded away.

use crate::projection::Row;
use crate::ui::el::{El, el};
use crate::ui::part_text::part_text;
use crate::words::ui;

/// The agent's reasoning.
pub(super) fn reasoning(row: Row) -> El {
    el("details", "reasoning")
        .put(el("summary", "reasoning-head").text(ui::REASONING))
        .put(part_text(row.prose.unwrap_or_default(), || false))
}
