//! Stop, and where the server knows more: pause and go on.

use leptos::prelude::*;

use super::round;
use crate::app::Intent;
use crate::session::{Phase, Run};
use crate::ui::el::El;
use crate::ui::handle;
use crate::ui::icon;
use crate::words::ui;

/// The buttons for what the agent is doing.
pub(super) fn buttons(row: El) -> El {
    let projection = handle().projection;
    let (run, going, paused) = (
        projection.run.clone(),
        projection.run.clone(),
        projection.run,
    );
    let (phase, capabilities) = (projection.phase, projection.capabilities);
    let asking = capabilities.clone();
    // It takes a connection to say so.
    let can = move || {
        let open = phase.with(|phase| matches!(phase, Phase::Open { .. }));
        open && capabilities.with(|can| can.pause)
    };
    let can_rest = can.clone();
    // Where a message gives leave, nothing runs that could be stopped: Deny is the way out.
    let at_work = move || match run.get() {
        Run::Working { .. } | Run::Stalled { .. } => true,
        Run::Asking => asking.with(|can| !can.message_allows),
        Run::Idle | Run::Starting | Run::Paused | Run::Muted { .. } => false,
    };
    row.when(
        move || matches!(going.get(), Run::Working { .. } | Run::Stalled { .. }) && can_rest(),
        || button(icon::PAUSE, ui::PAUSE, Intent::Pause(true)),
    )
    .when(at_work, || button(icon::STOP, ui::STOP, Intent::Stop))
    .when(
        move || paused.get() == Run::Paused && can(),
        || button(icon::RESUME, ui::RESUME, Intent::Pause(false)),
    )
}

fn button(path: &str, name: &str, intent: Intent) -> El {
    let handle = handle();
    round(path, name)
        .set("data-tone", "stop")
        .on_press(move || handle.did(intent.clone()))
}
