//! Below the message box: when the agent asks before it acts, that the server is asked too often, how
//! much of a message's room is taken, what the conversation has cost, and how much of the model's
//! window is taken.

use leptos::prelude::*;

use super::room::Room;
use crate::app::{Intent, Window};
use crate::model::{Confirmation, Instant};
use crate::platform::page;
use crate::protocol::Command;
use crate::session::Phase;
use crate::ui::clock::{HALF_A_SECOND, ticks};
use crate::ui::el::{El, el, watch};
use crate::ui::handle;
use crate::ui::icon::{self, icon};
use crate::words::{self, ui};

/// The line below the message box; nothing where the server says nothing of these.
pub(super) fn foot(parent: El, room: Room) -> El {
    let projection = handle().projection;
    let (capabilities, chrome) = (projection.capabilities, projection.chrome);
    let (cost, window) = (chrome.cost, chrome.window);
    let (often, until) = (chrome.too_often.clone(), chrome.too_often);
    let too_often = move || match often.get() {
        Some(_) => ui::TOO_OFTEN.to_owned(),
        None => String::new(),
    };
    let costs = move || cost.get().unwrap_or_default();
    let line = el("div", "composer-foot")
        .when(move || capabilities.with(|can| can.confirms), asks)
        .put(
            el("span", "composer-often")
                .set("role", "status")
                .says(too_often),
        )
        .anew(
            move || until.get(),
            |until| until.iter().map(|until| goes_on(*until)).collect(),
        )
        .put(
            el("span", "composer-room")
                .flag("data-over", move || room.is_over())
                .says(move || room.count()),
        )
        .put(el("span", "composer-cost").says(costs))
        .anew(
            move || window.get(),
            |window| window.iter().map(taken).collect(),
        );
    parent.put(line)
}

/// When the server is asked again. It is not read out, which would be every second.
fn goes_on(until: Instant) -> El {
    let ticks = ticks(HALF_A_SECOND);
    el("span", "composer-often").says(move || {
        ticks.track();
        words::goes_on(until.since(page::now()).0.div_ceil(1_000))
    })
}

/// When the agent asks. It shows what the server says, which may not do what is chosen.
fn asks() -> El {
    let handle = handle();
    let projection = &handle.projection;
    let (now, open) = (projection.chrome.confirms.clone(), projection.phase.clone());
    let unknown = el("option", "")
        .set("value", "")
        .flag("hidden", || true)
        .text(ui::ASKS_UNKNOWN);
    let option = |when: Confirmation| {
        let option = el("option", "").set("value", when.word());
        option.text(ui::asks(when))
    };
    let list = el("select", "asks-choice")
        .title(ui::ASKS)
        .flag("disabled", move || {
            !open.with(|phase| matches!(phase, Phase::Open { .. }))
        })
        .put(unknown)
        .put_all(Confirmation::ALL.map(option).into());
    let (shown, field) = (list.clone(), list.clone());
    let says = now.clone();
    watch(move || shown.set_value(says.get().map_or("", Confirmation::word)));
    let list = list.on("change", move |_| {
        let chosen = Confirmation::parse(&field.value());
        field.set_value(now.get_untracked().map_or("", Confirmation::word));
        if let Some(chosen) = chosen {
            handle.did(Intent::Ask(Command::Confirm(chosen)));
        }
    });
    el("span", "asks").put(icon(icon::LOCK)).put(list)
}

/// How much of the model's window is taken, as a bar and in words.
fn taken(window: &Window) -> El {
    let percent = window.percent.to_string();
    let bar = el("meter", "window-bar")
        .set("min", "0")
        .set("max", "100")
        .set("value", &percent)
        .set("aria-valuetext", &window.words)
        .label(ui::WINDOW);
    el("span", "window")
        .set("title", &window.words)
        .put(bar)
        .text(&[&percent, " %"].concat())
}
