//! Something Parlor says of itself or of the connection, or that stands folded away.

use super::part;
use crate::model::{Body, Notice};
use crate::projection::Row;
use crate::ui::el::{El, el};
use crate::words;

/// Something Parlor says.
pub(super) fn notice(row: &Row) -> El {
    let sentence = part(row, words::text);
    let folded = part(row, |body| match body {
        Body::Notice(Notice::Aside { text, .. }) => Some(text.clone()),
        _ => None,
    });
    let Some(text) = folded() else {
        return el("p", "notice").says(sentence);
    };
    el("details", "notice aside")
        .put(el("summary", "").says(sentence))
        .put(el("pre", "output").set("tabindex", "0").text(&text))
}
