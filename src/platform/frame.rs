//! One call before the next frame is painted.
//!
//! Hidden pages, and frames that are scrolled out of another origin's page, paint nothing and get
//! no animation frame; a timer calls instead. Whichever comes first cancels the other.

use std::cell::Cell;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

use super::timer::Timer;
use super::window;
use crate::model::Duration;

/// How long to wait for a frame that may never come.
const SLOW: Duration = Duration::millis(250);

/// Calls once, unless dropped before.
#[must_use = "it does not call when dropped"]
pub struct NextFrame {
    handle: Option<i32>,
    _closure: Closure<dyn FnMut()>,
    _timer: Timer,
}

impl NextFrame {
    /// Calls `then` before the next frame, or after 250 ms where none comes.
    pub fn ask(then: impl FnOnce() + 'static) -> Self {
        let then = Rc::new(Cell::new(Some(then)));
        let once = move |then: &Cell<Option<_>>| {
            if let Some(then) = then.take() {
                let then: Box<dyn FnOnce()> = Box::new(then);
                then();
            }
        };
        let late = Rc::clone(&then);
        let closure = Closure::<dyn FnMut()>::new(move || once(&then));
        let function = closure.as_ref().unchecked_ref();
        let ask = |window: web_sys::Window| window.request_animation_frame(function).ok();
        Self {
            handle: window().and_then(ask),
            _closure: closure,
            _timer: Timer::after(SLOW, move || once(&late)),
        }
    }
}

impl Drop for NextFrame {
    fn drop(&mut self) {
        if let (Some(handle), Some(window)) = (self.handle, window()) {
            let _ = window.cancel_animation_frame(handle);
        }
    }
}
