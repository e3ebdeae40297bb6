//! What is wrong with the connection or the run, when the next try is, and what can be done.

use leptos::prelude::*;

use super::handle;
use crate::app::Intent;
use crate::model::Duration;
use crate::platform::page;
use crate::platform::timer::Timer;
use crate::session::{Phase, Run};
use crate::words::{self, ui};

/// The strip below the header; nothing while all is well.
#[component]
pub(super) fn Banner() -> impl IntoView {
    let projection = handle().projection;
    let phase = projection.phase.clone();
    let troubled = Memo::new(move |_| {
        phase.with(|phase| {
            matches!(
                phase,
                Phase::Waiting { .. } | Phase::Offline | Phase::Refused { .. }
            )
        })
    });
    let run = projection.run.clone();
    let stalled = Memo::new(move |_| matches!(run.get(), Run::Stalled { .. }));
    view! {
        <Show when=move || troubled.get()>
            <Connection />
        </Show>
        <Show when=move || stalled.get() && !troubled.get()>
            <Stall />
        </Show>
    }
}

#[component]
fn Connection() -> impl IntoView {
    let handle = handle();
    let phase = handle.projection.phase.clone();
    let label = handle.projection.chrome.label.clone();
    let seconds = seconds_left(move || match phase.get() {
        Phase::Waiting { until, .. } => Some(until.since(page::now())),
        _ => None,
    });
    let phase = handle.projection.phase.clone();
    view! {
        <div class={"banner"} data-kind="connection">
            <p class="banner-text">
                {move || phase.with(|phase| words::connection(phase, &label.get(), seconds.get()))}
            </p>
            <button class="button" type="button" on:click=move |_| handle.did(Intent::RetryNow)>
                {ui::TRY_NOW}
            </button>
        </div>
    }
}

#[component]
fn Stall() -> impl IntoView {
    let handle = handle();
    let (wait, end) = (handle.clone(), handle.clone());
    let run = handle.projection.run;
    let text = move || match run.get() {
        Run::Stalled { after, .. } => words::stalled(after),
        _ => String::new(),
    };
    view! {
        <div class={"banner"} data-kind="stall" role="alert">
            <p class="banner-text">{text}</p>
            <button class="button" type="button" on:click=move |_| wait.did(Intent::KeepWaiting)>
                {ui::KEEP_WAITING}
            </button>
            <button class="button" type="button" on:click=move |_| end.did(Intent::GiveUp)>
                {ui::GIVE_UP}
            </button>
        </div>
    }
}

/// Whole seconds that are left, counted down while the component is there.
fn seconds_left(left: impl Fn() -> Option<Duration> + Clone + 'static) -> RwSignal<u64> {
    let seconds = RwSignal::new(0);
    let tick = RwSignal::new(0_u32);
    let timer = StoredValue::new_local(None::<Timer>);
    // The clock is no signal, so this is where it becomes one.
    Effect::new(move || {
        tick.track();
        let left = left();
        seconds.set(left.map_or(0, |left| left.0.div_ceil(1_000)));
        let next = left.map(|_| {
            Timer::after(Duration::millis(500), move || {
                tick.update(|tick| *tick += 1)
            })
        });
        timer.set_value(next);
    });
    seconds
}
