//! The arrow keys, through what stands in a list.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

/// Up and down go through the elements that the selector names, in their order in the page.
pub(super) fn step(event: &KeyboardEvent, selector: &str) {
    let forward = match event.key().as_str() {
        "ArrowDown" => true,
        "ArrowUp" => false,
        _ => return,
    };
    event.prevent_default();
    let document = document();
    let Ok(list) = document.query_selector_all(selector) else {
        return;
    };
    let now = document.active_element();
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
