//! Messages to and from the page that shows this one in a frame (WHATWG HTML, `postMessage`).
//!
//! Who may be heard is decided in [`crate::embed`]; here only the sender's window is compared.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MessageEvent, Window};

use super::listener::Listener;
use super::window;

/// Hears what the host page posts, as its origin and JSON text. `None` outside a frame.
#[must_use = "nothing is heard once the listener is dropped"]
pub fn listen(heard: impl Fn(String, String) + 'static) -> Option<Listener> {
    let window = window()?;
    let host = host(&window)?;
    Some(Listener::on(&window, "message", move |event| {
        let event: &MessageEvent = event.unchecked_ref();
        let host: &JsValue = &host;
        let from_host = event.source().is_some_and(|source| *source == *host);
        if let (true, Some(data)) = (from_host, text(&event.data())) {
            heard(event.origin(), data);
        }
    }))
}

/// Posts JSON text to the host page as the value it stands for, if its origin is exactly that one.
/// No wildcard is taken: whoever is meant has a name.
pub fn post(origin: &str, data: &str) {
    let named = origin.starts_with("https://") || origin.starts_with("http://");
    let host = window().and_then(|window| host(&window));
    if let (true, Some(host), Ok(value)) = (named, host, js_sys::JSON::parse(data)) {
        // It throws only for an origin that is none.
        let _ = host.post_message(&value, origin);
    }
}

fn host(window: &Window) -> Option<Window> {
    let parent = window.parent().ok().flatten()?;
    (parent != *window).then_some(parent)
}

fn text(data: &JsValue) -> Option<String> {
    data.as_string().or_else(|| {
        let text = js_sys::JSON::stringify(data).ok()?;
        text.as_string()
    })
}
