//! Something Parlor says of itself or of the connection.

use super::part;
use crate::projection::Row;
use crate::ui::el::{El, el};
use crate::words;

/// Something Parlor says.
pub(super) fn notice(row: &Row) -> El {
    el("p", "notice").says(part(row, words::text))
}
