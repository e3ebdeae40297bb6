//! Words from one page of this origin to all others (WHATWG HTML, broadcasting).

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BroadcastChannel, MessageEvent};

use super::listener::Listener;

/// A channel that is open until this is dropped. Where a page may have none, nothing is heard and
/// nobody hears.
#[must_use = "nothing is heard once this is dropped"]
pub struct Channel {
    open: Option<(BroadcastChannel, Listener)>,
}

impl Channel {
    /// Opens the channel of that name. `heard` gets each text that another page posts, never one
    /// posted here.
    pub fn open(name: &str, mut heard: impl FnMut(String) + 'static) -> Self {
        let channel = BroadcastChannel::new(name).ok();
        let open = channel.map(|channel| {
            let listener = Listener::on(&channel, "message", move |event| {
                let event: &MessageEvent = event.unchecked_ref();
                if let Some(text) = event.data().as_string() {
                    heard(text);
                }
            });
            (channel, listener)
        });
        Self { open }
    }

    /// Says a text to every other page that has the channel open.
    pub fn post(&self, text: &str) {
        if let Some((channel, _)) = &self.open {
            // It throws for a closed channel and for what cannot be cloned; this is neither.
            let _ = channel.post_message(&JsValue::from_str(text));
        }
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        if let Some((channel, _)) = &self.open {
            channel.close();
        }
    }
}
