//! The arrow keys, through what stands in a list.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent, NodeList};

/// Up and down go through the elements that the selector names, in their order in the page.
pub(super) fn step(event: &KeyboardEvent, selector: &str) {
    let forward = match event.key().as_str() {
        "ArrowDown" => true,
        "ArrowUp" => false,
        _ => return,
    };
    event.prevent_default();
    if let Ok(list) = document().query_selector_all(selector) {
        go(&list, forward);
    }
}

/// Left and right go through the buttons of the row in which the key went down.
pub(super) fn step_across(event: &KeyboardEvent) {
    let forward = match event.key().as_str() {
        "ArrowRight" => true,
        "ArrowLeft" => false,
        _ => return,
    };
    let row = event.current_target();
    let row = row.and_then(|row| row.dyn_into::<Element>().ok());
    if let Some(Ok(list)) = row.map(|row| row.query_selector_all("button")) {
        event.prevent_default();
        go(&list, forward);
    }
}

/// Gives the focus to the next one, or to the one before.
fn go(list: &NodeList, forward: bool) {
    let now = document().active_element();
    let is_now = |at: &u32| {
        list.get(*at)
            .and_then(|node| node.dyn_into::<Element>().ok())
            == now
    };
    let next = match (0..list.length()).find(is_now) {
        None => 0,
        Some(here) if forward => here + 1,
        Some(here) => here.saturating_sub(1),
    };
    if let Some(element) = list
        .get(next)
        .and_then(|node| node.dyn_into::<HtmlElement>().ok())
    {
        // It throws for no element that is in the page.
        let _ = element.focus();
    }
}
