//! The agent is at work: three dots, and after some seconds for how long.

use leptos::prelude::*;

use super::clock::{HALF_A_SECOND, ticks};
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
    let progress = projection.chrome.progress;
    // Without a connection the banner says what is going on.
    let at_work = move || match run.get() {
        _ if phase.with(|phase| matches!(phase, Phase::Connecting { .. })) => {
            // What a server starts before it can be connected to takes a while.
            progress.with(Option::is_some).then_some(Work::Starts)
        }
        _ if !phase.with(|phase| matches!(phase, Phase::Open { .. })) => None,
        Run::Working { since } => Some(Work::On(since)),
        Run::Asking => Some(Work::Asks),
        Run::Paused => Some(Work::Rests),
        Run::Starting => Some(Work::Starts),
        // After a Stop a notice says what goes on.
        Run::Idle | Run::Muted { .. } | Run::Stalled { .. } => None,
    };
    parent.anew(at_work, |since| since.iter().copied().map(line).collect())
}

/// What the agent is at.
#[derive(Clone, Copy, PartialEq)]
enum Work {
    Starts,
    On(Instant),
    Asks,
    Rests,
}

fn line(work: Work) -> El {
    let words = el("span", "working-words");
    let since = match work {
        Work::On(since) => since,
        Work::Asks => return el("p", "working").put(words.text(ui::ASKING)),
        Work::Rests => return el("p", "working").put(words.text(ui::PAUSED)),
        Work::Starts => return dotted(words.says(starting())),
    };
    let ticks = ticks(HALF_A_SECOND);
    let sentence = move || {
        ticks.track();
        ui::working(page::now().since(since).0 / 1_000)
    };
    dotted(words.says(sentence))
}

fn starting() -> impl Fn() -> String {
    let progress = handle().projection.chrome.progress;
    move || progress.get().unwrap_or_else(|| ui::STARTING.to_owned())
}

fn dotted(words: El) -> El {
    let dots = (0..3).map(|_| el("i", "working-dot")).collect();
    el("p", "working")
        .put(
            el("span", "working-dots")
                .set("aria-hidden", "true")
                .put_all(dots),
        )
        .put(words)
}
