//! How dangerous the server finds a call, in words and with a sign: never by a colour alone.

use crate::model::Risk;
use crate::ui::el::{El, el};
use crate::ui::icon::{self, icon};
use crate::words::ui;

/// The risk, where it is at least so great; what the server could not tell is not said.
pub(super) fn badge(found: Option<Risk>, least: Risk) -> Vec<El> {
    let found = found.filter(|risk| *risk >= least && *risk > Risk::Unknown);
    let badge = found.map(|risk| {
        let badge = match risk {
            Risk::High => el("span", "risk risk-high").put(icon(icon::WARN)),
            Risk::Medium => el("span", "risk risk-medium"),
            Risk::Unknown | Risk::Low => el("span", "risk"),
        };
        badge.text(ui::risk(risk))
    });
    badge.into_iter().collect()
}
