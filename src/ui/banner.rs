//! What is wrong with the connection or the run, when the next try is, and what can be done.

use leptos::prelude::*;

use super::clock::{HALF_A_SECOND, ticks};
use super::el::{El, button, el};
use super::handle;
use super::panels::{Panel, panels};
use crate::app::Intent;
use crate::platform::page;
use crate::protocol::Gone;
use crate::session::{Phase, Refusal, Run};
use crate::words::{self, ui};

/// The strip below the header; nothing while all is well.
pub(super) fn banner(parent: El) -> El {
    let projection = handle().projection;
    let phase = projection.phase.clone();
    let troubled = move || {
        phase.with(|phase| {
            matches!(
                phase,
                Phase::Waiting { .. } | Phase::Offline | Phase::Refused { .. }
            )
        })
    };
    let run = projection.run;
    let calm = troubled.clone();
    let stalled = move || !calm() && matches!(run.get(), Run::Stalled { .. });
    parent.when(troubled, connection).when(stalled, stall)
}

fn connection() -> El {
    let handle = handle();
    let projection = handle.projection.clone();
    let (phase, label) = (projection.phase.clone(), projection.chrome.label);
    let ticks = ticks(HALF_A_SECOND);
    let sentence = move || {
        ticks.track();
        phase.with(|phase| words::connection(phase, &label.get(), seconds_left(phase)))
    };
    let panels = panels();
    let (locked, next) = (projection.phase.clone(), projection.phase);
    el("div", "banner")
        .set("data-kind", "connection")
        .put(el("p", "banner-text").says(sentence))
        .when(
            move || locked.with(wants_key),
            move || button("button", ui::KEY_ENTER).on_press(move || panels.open(Panel::Settings)),
        )
        .anew(
            move || next.with(step),
            move |words| {
                let handle = handle.clone();
                let intent = match *words {
                    ui::NEW => Intent::NewConversation,
                    _ => Intent::RetryNow,
                };
                vec![button("button", words).on_press(move || handle.did(intent.clone()))]
            },
        )
}

/// What can be done about it.
fn step(phase: &Phase) -> &'static str {
    match gone(phase) {
        Some(Gone::Asleep) => ui::WAKE,
        Some(Gone::Archived) => ui::NEW,
        _ => ui::TRY_NOW,
    }
}

/// Whether the server is waiting for a key.
pub(super) fn wants_key(phase: &Phase) -> bool {
    gone(phase) == Some(&Gone::Unauthorized)
}

/// Whether the conversation can only be read.
pub(super) fn is_archived(phase: &Phase) -> bool {
    gone(phase) == Some(&Gone::Archived)
}

const fn gone(phase: &Phase) -> Option<&Gone> {
    match phase {
        Phase::Refused {
            why: Refusal::Gone(gone),
        } => Some(gone),
        _ => None,
    }
}

fn seconds_left(phase: &Phase) -> u64 {
    match phase {
        Phase::Waiting { until, .. } => until.since(page::now()).0.div_ceil(1_000),
        _ => 0,
    }
}

fn stall() -> El {
    let handle = handle();
    let (wait, end) = (handle.clone(), handle.clone());
    let run = handle.projection.run;
    let sentence = move || match run.get() {
        Run::Stalled { after, .. } => words::stalled(after),
        _ => String::new(),
    };
    el("div", "banner")
        .set("data-kind", "stall")
        .set("role", "alert")
        .put(el("p", "banner-text").says(sentence))
        .put(button("button", ui::KEEP_WAITING).on_press(move || wait.did(Intent::KeepWaiting)))
        .put(button("button", ui::GIVE_UP).on_press(move || end.did(Intent::GiveUp)))
}
