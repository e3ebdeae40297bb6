//! The fields of a form.

use super::el::{El, el};

/// One line to type in, of such a type of `input`.
pub(super) fn line(kind: &str) -> El {
    el("input", "input")
        .set("type", kind)
        .set("autocomplete", "off")
        .set("spellcheck", "false")
        .set("dir", "auto")
}

/// A field under its name.
pub(super) fn labelled(name: &str, field: El) -> El {
    el("label", "field")
        .put(el("span", "field-label").text(name))
        .put(field)
}
