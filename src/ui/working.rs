//! The agent is at work: three dots, and after some seconds for how long.

use leptos::prelude::*;

use super::clock::ticks;
use super::el::{El, el};
use super::handle;
use crate::model::Instant;
use crate::platform::page;
use crate::session::{Phase, Run};
use crate::words::ui;

/// The line below the conversation while a run goes on.
pub(super) fn working(parent: El) -> El {
    let projection = handle().projection;
    let (run, phase) = (projection.run, projection.phase);
    // Without a connection the banner says what is going on.
    let at_work = move || match run.get() {
        _ if !phase.with(|phase| matches!(phase, Phase::Open { .. })) => None,
        Run::Working { since } => Some(Some(since)),
        Run::Asking => Some(None),
        // After a Stop a notice says what goes on.
        Run::Idle | Run::Muted { .. } | Run::Stalled { .. } => None,
    };
    parent.anew(at_work, |since| since.iter().copied().map(line).collect())
}

/// Without a start the agent waits for the person, for as long as that takes.
fn line(since: Option<Instant>) -> El {
    let words = el("span", "working-words");
    let Some(since) = since else {
        return el("p", "working").put(words.text(ui::ASKING));
    };
    let ticks = ticks();
    let sentence = move || {
        ticks.track();
        ui::working(page::now().since(since).0 / 1_000)
    };
    let dots = (0..3).map(|_| el("i", "working-dot")).collect();
    el("p", "working")
        .put(
            el("span", "working-dots")
                .set("aria-hidden", "true")
                .put_all(dots),
        )
        .put(words.says(sentence))
}
