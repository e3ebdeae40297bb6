//! The message at the top edge of the conversation.

use wasm_bindgen::JsCast;
use web_sys::{Element, NodeList};

/// Which message is the first to be seen, counted from the first in the page, and where its top
/// is, in pixels below the edge; with how many there are.
pub(super) fn first_seen(scroller: &Element) -> Option<(u32, i32, u32)> {
    let articles = articles(scroller)?;
    let edge = top(scroller);
    let (mut low, mut high) = (0, articles.length());
    while low < high {
        let middle = low + (high - low) / 2;
        let bottom = element(&articles, middle)?
            .get_bounding_client_rect()
            .bottom();
        match bottom > edge {
            true => high = middle,
            false => low = middle + 1,
        }
    }
    let offset = top(&element(&articles, low)?) - edge;
    Some((low, offset.floor() as i32, articles.length()))
}

/// Where the top of a message is, in pixels below the edge.
pub(super) fn offset_of(scroller: &Element, at: u32) -> Option<i32> {
    let article = element(&articles(scroller)?, at)?;
    Some((top(&article) - top(scroller)).floor() as i32)
}

fn articles(scroller: &Element) -> Option<NodeList> {
    scroller.query_selector_all("article").ok()
}

fn element(articles: &NodeList, at: u32) -> Option<Element> {
    articles.item(at)?.dyn_into().ok()
}

fn top(element: &Element) -> f64 {
    element.get_bounding_client_rect().top()
}
