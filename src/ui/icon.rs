//! Line icons on a grid of 24.

use super::el::{El, button, svg};

pub(super) const SETTINGS: &str = "M4 7h10M18 7h2M4 17h2M10 17h10M16 5v4M8 15v4";
pub(super) const NEW: &str = "M12 5v14M5 12h14";
pub(super) const LIST: &str = "M4 5h16v14H4zM10 5v14";
pub(super) const RENAME: &str = "M5 19h3.5L19 8.5 15.5 5 5 15.5zM13.5 7l3.5 3.5";
pub(super) const DELETE: &str = "M5 7h14M9 7V4.5h6V7M7 7l1 12.5h8L17 7M10.5 10.5v5.5M13.5 10.5v5.5";
pub(super) const RESET: &str = "M4 5v5h5M4.6 10a8 8 0 1 1-.6 4";
pub(super) const MORE: &str = "M5 7h14M5 12h14M5 17h9";
pub(super) const SEND: &str = "M12 19V5M6 11l6-6 6 6";
pub(super) const STOP: &str = "M7 7h10v10H7z";
pub(super) const PAUSE: &str = "M9 7v10M15 7v10";
pub(super) const RESUME: &str = "M8 6.5v11l9.5-5.5z";
pub(super) const LOCK: &str = "M6 11h12v9H6zM9 11V8a3 3 0 0 1 6 0v3";
pub(super) const ATTACH: &str = "M20 11.5l-8 8a5.2 5.2 0 0 1-7.4-7.4l8.2-8.1a3.4 3.4 0 0 1 4.9 4.9l-8.2 8.1a1.7 1.7 0 0 1-2.4-2.4l7.5-7.5";
pub(super) const TOOL: &str = "M14.5 6.5a4 4 0 0 1 5-1l-2.6 2.6 1 2.1 2.1 1L22.5 8.5a4 4 0 0 1-5.5 4.8L9.5 20.8a2 2 0 0 1-2.9-2.9l7.5-7.5a4 4 0 0 1 .4-3.9z";
pub(super) const DONE: &str = "M5 12.5l4.5 4.5L19 7.5";
pub(super) const FAILED: &str = "M6 6l12 12M18 6L6 18";
pub(super) const DOWN: &str = "M12 5v14M6 13l6 6 6-6";
pub(super) const ASK: &str =
    "M12 3l8 3v5.5c0 4.6-3.3 8-8 9.5-4.7-1.5-8-4.9-8-9.5V6zM12 8.5v4M12 15.8v.01";
pub(super) const WARN: &str = "M12 4l9 16H3zM12 10v4.5M12 17.2v.01";
pub(super) const COPY: &str = "M9 9h11v11H9zM5 15H4V4h11v1";
pub(super) const CLOSE: &str = FAILED;

/// An icon; never the only name of a control.
pub(super) fn icon(path: &str) -> El {
    svg("svg")
        .set("class", "icon")
        .set("viewBox", "0 0 24 24")
        .set("aria-hidden", "true")
        .set("focusable", "false")
        .put(svg("path").set("d", path))
}

/// A button with an icon on it, and its name.
pub(super) fn icon_button(path: &str, name: &str) -> El {
    button("button-icon", "").title(name).put(icon(path))
}
