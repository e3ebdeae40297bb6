//! Every frame that passed: which way, when, how it was judged, and the frame itself.

use leptos::prelude::*;

use super::copy::Said;
use super::el::{El, button, el};
use super::handle;
use super::icon::{self, icon_button};
use crate::app::{Intent, TraceLine};
use crate::session::{Direction, Judgement};
use crate::words::ui;

/// The panel beside the conversation.
pub(super) fn inspector(parent: El) -> El {
    let open = handle().projection.chrome.inspecting;
    parent.when(move || open.get(), panel)
}

fn panel() -> El {
    let handle = handle();
    let wanted = RwSignal::new(String::new());
    let strange = RwSignal::new(false);
    let chrome = handle.projection.chrome.clone();
    let counts = move || ui::counts(chrome.unknown.get(), chrome.dropped.get());
    let escape = handle.clone();
    let close = move || handle.did(Intent::Inspect(false));
    let head = el("header", "inspector-head")
        .put(el("h2", "inspector-title").text(ui::INSPECTOR))
        .put(icon_button(icon::CLOSE, ui::CLOSE).on_press(close));
    el("aside", "inspector")
        .label(ui::INSPECTOR)
        .on_key(move |event| {
            if event.key() == "Escape" {
                event.prevent_default();
                escape.did(Intent::Inspect(false));
            }
        })
        .put(head)
        .put(tools(wanted, strange))
        .put(el("p", "inspector-counts").says(counts))
        .put(lines(wanted, strange))
}

fn tools(wanted: RwSignal<String>, strange: RwSignal<bool>) -> El {
    let handle = handle();
    let filter = el("input", "input")
        .set("type", "text")
        .set("placeholder", ui::INSPECTOR_FILTER)
        .label(ui::INSPECTOR_FILTER)
        .on_input(move |text| wanted.set(text));
    let begin = filter.clone();
    request_animation_frame(move || begin.focus());
    let only = el("input", "")
        .set("type", "checkbox")
        .on_tick(move |on| strange.set(on));
    let clear = button("button-small", ui::INSPECTOR_CLEAR)
        .on_press(move || handle.did(Intent::ClearTrace));
    el("div", "inspector-tools")
        .put(filter)
        .put(
            el("label", "check")
                .put(only)
                .put(el("span", "").text(ui::INSPECTOR_UNKNOWN)),
        )
        .put(clear)
}

fn lines(wanted: RwSignal<String>, strange: RwSignal<bool>) -> El {
    let trace = handle().projection.trace;
    let whole = trace.clone();
    let shown = move || {
        let (wanted, strange) = (wanted.get(), strange.get());
        let fits = |line: &TraceLine| {
            (!strange || line.judgement == Judgement::Unknown) && line.text.contains(&wanted)
        };
        let numbers = |line: &std::sync::Arc<TraceLine>| fits(line).then_some(line.number);
        trace.with(|trace| trace.iter().filter_map(numbers).collect::<Vec<u64>>())
    };
    let drawn = move |number| {
        let wanted = |line: &&std::sync::Arc<TraceLine>| line.number == number;
        whole.with(|trace| trace.iter().rev().find(wanted).map(|one| line(one)))
    };
    let list = el("ol", "inspector-lines")
        .set("tabindex", "0")
        .label(ui::INSPECTOR);
    let any = shown.clone();
    let (newest, list) = (list.clone(), list.each(shown, drawn));
    // The newest is what one has come for.
    request_animation_frame(move || {
        let list = newest.node();
        list.set_scroll_top(list.scroll_height());
    });
    list.when(
        move || any().is_empty(),
        || el("li", "inspector-line").text(ui::INSPECTOR_EMPTY),
    )
}

fn line(line: &TraceLine) -> El {
    let direction = match line.direction {
        Direction::In => "in",
        Direction::Out => "out",
    };
    let judgement = match line.judgement {
        Judgement::Read => "read",
        Judgement::Unknown => "unknown",
        Judgement::Dropped => "dropped",
        Judgement::Note(_) => "note",
    };
    let (seconds, millis) = (line.at / 1_000, line.at % 1_000);
    let head = format!("{direction} · {seconds}.{millis:03} s · {judgement}");
    let said = Said::default();
    let fixture = line.fixture.clone();
    let copy = button("button-small", "")
        .says(move || said.or(ui::INSPECTOR_COPY))
        .on_press(move || said.copy(fixture.clone()));
    el("li", "inspector-line")
        .set("data-direction", direction)
        .set("data-judgement", judgement)
        .put(el("p", "inspector-meta").text(&head).put(copy))
        .put(el("code", "inspector-frame").text(&line.text))
}
