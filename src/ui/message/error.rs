//! Something that went wrong on the server.

use super::part;
use crate::model::Body;
use crate::projection::Row;
use crate::ui::el::{El, el};
use crate::ui::icon::{self, icon};
use crate::words::{self, ui};

/// Something that went wrong on the server.
pub(super) fn error(row: &Row) -> El {
    let detail = part(row, |body| match body {
        Body::Error(fault) => fault.detail.clone(),
        _ => None,
    });
    let text = el("p", "error-text")
        .set("dir", "auto")
        .says(part(row, words::text));
    let body = el("div", "error-body").put(text).anew(detail, |detail| {
        detail.iter().map(|detail| folded(detail)).collect()
    });
    el("div", "error").put(icon(icon::WARN)).put(body)
}

fn folded(detail: &str) -> El {
    el("details", "error-detail")
        .put(el("summary", "").text(ui::DETAILS))
        .put(el("pre", "output").text(detail))
}
