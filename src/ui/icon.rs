//! Line icons on a grid of 24.

use leptos::prelude::*;

pub(super) const SETTINGS: &str = "M4 7h10M18 7h2M4 17h2M10 17h10M16 5v4M8 15v4";
pub(super) const NEW: &str = "M12 5v14M5 12h14";
pub(super) const RESET: &str = "M4 5v5h5M4.6 10a8 8 0 1 1-.6 4";
pub(super) const MORE: &str = "M5 7h14M5 12h14M5 17h9";
pub(super) const SEND: &str = "M12 19V5M6 11l6-6 6 6";
pub(super) const STOP: &str = "M7 7h10v10H7z";
pub(super) const ATTACH: &str = "M20 11.5l-8 8a5.2 5.2 0 0 1-7.4-7.4l8.2-8.1a3.4 3.4 0 0 1 4.9 4.9l-8.2 8.1a1.7 1.7 0 0 1-2.4-2.4l7.5-7.5";
pub(super) const TOOL: &str = "M14.5 6.5a4 4 0 0 1 5-1l-2.6 2.6 1 2.1 2.1 1L22.5 8.5a4 4 0 0 1-5.500 4.800L9.500 20.800a2 2 0 0 1-2.900-2.900l7.500-7.500a4 4 0 0 1 .4-3.900z";
pub(super) const DONE: &str = "M5 12.500l4.500 4.500L19 7.500";
pub(super) const FAILED: &str = "M6 6l12 12M18 6L6 18";
pub(super) const DOWN: &str = "M12 5v14M6 13l6 6 6-6";
pub(super) const ASK: &str = "M12 3l8 3v5.500c0 4.600-3.300 8-8 9.500-4.700-1.500-8-4.900-8-9.500V6zM12 8.500v4M12 15.800v.01";
pub(super) const WARN: &str = "M12 4l9 16H3zM12 10v4.500M12 17.200v.01";
pub(super) const COPY: &str = "M9 9h11v11H9zM5 15H4V4h11v1";
pub(super) const CLOSE: &str = FAILED;

/// An icon; never the only name of a control.
#[component]
pub(super) fn Icon(
    /// The line.
    path: &'static str,
) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d={path} />
        </svg>
    }
}
