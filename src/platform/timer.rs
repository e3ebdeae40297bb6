//! One call after a while.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

use super::window;
use crate::model::Duration;

/// The longest that `setTimeout` can wait: more would be taken for none at all.
const LONGEST: u64 = i32::MAX as u64;

/// Calls once, unless dropped before. Hidden pages may be called up to a minute late.
#[must_use = "it does not call when dropped"]
pub struct Timer {
    handle: Option<i32>,
    _closure: Closure<dyn FnMut()>,
}

impl Timer {
    /// Calls `then` after `span`, at the latest after 24 days.
    pub fn after(span: Duration, then: impl FnOnce() + 'static) -> Self {
        let closure = Closure::once(then);
        let millis = i32::try_from(span.0.min(LONGEST)).unwrap_or(i32::MAX);
        let function = closure.as_ref().unchecked_ref();
        let set = |window: web_sys::Window| {
            window
                .set_timeout_with_callback_and_timeout_and_arguments_0(function, millis)
                .ok()
        };
        Self {
            handle: window().and_then(set),
            _closure: closure,
        }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        if let (Some(handle), Some(window)) = (self.handle, window()) {
            window.clear_timeout_with_handle(handle);
        }
    }
}
