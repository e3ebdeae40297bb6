//! The conversation: one article an item, kept at its end while the reader is there.

mod follower;
mod top;

use std::rc::Rc;

use leptos::prelude::*;
use send_wrapper::SendWrapper;
use wasm_bindgen::JsCast;
use web_sys::{HtmlTextAreaElement, KeyboardEvent, WheelEvent};

use super::el::{El, el, watch};
use super::empty::empty;
use super::handle;
use super::icon::{self, icon_button};
use super::message::message;
use super::working::working;
use crate::model::ItemId;
use crate::platform::resize::ResizeWatch;
use crate::words::ui;
use follower::Follower;

/// The conversation.
pub(super) fn timeline() -> El {
    let order = handle().projection.order;
    let ids = move || order.with(|order| order.iter().map(|id| id.0).collect());
    let items = el("div", "timeline-items")
        .set("role", "log")
        .label(ui::CONVERSATION)
        .set("aria-live", "off")
        .set("tabindex", "0")
        .each_in("timeline-group", ids, |id| message(ItemId(id)));
    let column = el("div", "timeline-column")
        .with(empty)
        .put(items)
        .with(working);
    let scroller = el("div", "timeline").put(column.clone());
    let follower = Rc::new(Follower::new(scroller.node().clone(), handle()));
    go_to_place(&follower);
    keep_at_end(&follower, &scroller, &column);
    let away = follower.away;
    let scroller = listen(scroller, &follower);
    scroller.when(
        move || away.get(),
        move || {
            let follower = Rc::clone(&follower);
            icon_button(icon::DOWN, ui::LATEST)
                .set("class", "timeline-latest")
                .on_press(move || follower.jump())
        },
    )
}

/// Tells the follower what the reader does.
fn listen(scroller: El, follower: &Rc<Follower>) -> El {
    let told = |what: fn(&Rc<Follower>)| {
        let follower = Rc::clone(follower);
        move || what(&follower)
    };
    let (scrolled, up, up_by_key) = (
        told(Follower::scrolled),
        told(Follower::leaving),
        told(Follower::leaving),
    );
    let (touched, moved) = (
        told(|follower| follower.touched()),
        told(|follower| follower.touched()),
    );
    let (turned, typed, pressed) = (
        told(|follower| follower.release()),
        told(|follower| follower.release()),
        told(|follower| follower.release()),
    );
    scroller
        .on("scroll", move |_| scrolled())
        .on("wheel", move |event| {
            turned();
            if event.unchecked_ref::<WheelEvent>().delta_y() < 0.0 {
                up();
            }
        })
        .on_key(move |event| {
            typed();
            if goes_up(event) {
                up_by_key();
            }
        })
        .on("pointerdown", move |_| pressed())
        .on("touchstart", move |_| touched())
        .on("touchmove", move |_| moved())
}

/// Whether a key scrolls up: in a field it only moves the cursor.
fn goes_up(event: &KeyboardEvent) -> bool {
    let target = event.target();
    let in_field = target.is_some_and(|target| target.has_type::<HtmlTextAreaElement>());
    !in_field && matches!(event.key().as_str(), "ArrowUp" | "PageUp" | "Home")
}

/// Begins each conversation where the reader left it.
fn go_to_place(follower: &Rc<Follower>) {
    let follower = Rc::clone(follower);
    let place = handle().projection.chrome.place;
    watch(move || follower.begin(place.get().at));
}

/// Keeps the end in view while content and window change their sizes.
fn keep_at_end(follower: &Rc<Follower>, scroller: &El, column: &El) {
    let follower = Rc::clone(follower);
    let sizes = ResizeWatch::on(&[scroller.node(), column.node()], move || follower.settle());
    let sizes = SendWrapper::new(sizes);
    on_cleanup(move || drop(sizes));
}
