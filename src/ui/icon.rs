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
pub(super) const MICROPHONE: &str =
    "M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3zM5.5 11a6.5 6.5 0 0 0 13 0M12 17.5V21";
pub(super) const MUTED: &str = "M9 9v2a3 3 0 0 0 4.5 2.6M15 11V6a3 3 0 0 0-5.6-1.5M5.5 11a6.5 6.5 0 0 0 10 5.5M18.5 11a6.4 6.4 0 0 1-.7 2.9M12 17.5V21M4 3l16 18";
pub(super) const CAMERA: &str = "M3 7h12v10H3zM15 11l6-3.5v9L15 13";
pub(super) const DARK: &str = "M7 7h8v10H3V7M15 11l6-3.5v9L15 13M4 3l16 18";
pub(super) const SCREEN: &str = "M3 5h18v11H3zM8.5 20h7M12 13.5V8M9.5 10L12 7.5l2.5 2.5";
pub(super) const PEOPLE: &str = "M9 4.5a3.2 3.2 0 1 1 0 6.4 3.2 3.2 0 0 1 0-6.4zM3 19.5a6 6 0 0 1 12 0M16 5a3 3 0 0 1 0 5.6M17.5 14a6 6 0 0 1 3.5 5.5";
pub(super) const LEAVE: &str =
    "M3.5 13.5c4.8-4.6 12.2-4.6 17 0l-2.2 2.4-3.3-1.6v-2.4a12 12 0 0 0-6 0v2.4l-3.3 1.6z";
pub(super) const CHAT: &str = "M4 5h16v11H10l-4 3.5V16H4z";
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
