//! A lock among all pages of this origin (W3C, Web Locks API).
//!
//! Where there is no such thing (no secure context), or a page may not use it (an opaque origin),
//! every lock is granted: no other page shares anything with this one there, or none can be asked.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::task::spawn;
use super::window;

/// A lock that is held or waited for; let go of when dropped.
#[must_use = "the lock is let go of when this is dropped"]
pub struct Lock {
    silent: Rc<Cell<bool>>,
    /// Settles the promise for which the browser keeps the lock.
    release: Option<Function>,
}

impl Lock {
    /// Waits for the lock of that name. `granted` is told once it is held, never within this call
    /// and not after this was dropped.
    pub fn request(name: &str, granted: impl FnOnce() + 'static) -> Self {
        Self::ask(name, false, Box::new(|_| granted()))
    }

    /// Takes the lock of that name if nobody holds it. `told` hears whether it is held now, never
    /// within this call and not after this was dropped.
    pub fn if_available(name: &str, told: impl FnOnce(bool) + 'static) -> Self {
        Self::ask(name, true, Box::new(told))
    }

    fn ask(name: &str, if_available: bool, told: Box<dyn FnOnce(bool)>) -> Self {
        let silent = Rc::new(Cell::new(false));
        let mut release = None;
        let held = Promise::new(&mut |resolve, _| release = Some(resolve));
        let once = {
            let (silent, told) = (Rc::clone(&silent), Cell::new(Some(told)));
            Rc::new(move |granted| {
                if let Some(told) = told.take()
                    && !silent.get()
                {
                    told(granted);
                }
            })
        };
        let heard = Rc::clone(&once);
        let granted = Closure::<dyn FnMut(JsValue) -> JsValue>::new(move |lock: JsValue| {
            heard(!lock.is_null());
            held.clone().into()
        });
        let ended = manager().and_then(|locks| request(&locks, name, if_available, &granted));
        spawn(async move {
            let refused = match ended {
                // The browser settles it once the lock is let go of.
                Ok(ended) => JsFuture::from(ended).await.is_err(),
                Err(_) => true,
            };
            drop(granted);
            if refused {
                once(true);
            }
        });
        Self { silent, release }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        self.silent.set(true);
        if let Some(release) = &self.release {
            let _ = release.call0(&JsValue::NULL);
        }
    }
}

/// `web-sys` counts it among the unstable interfaces, though every browser has it.
fn manager() -> Result<Object, JsValue> {
    let window = window().ok_or(JsValue::NULL)?;
    let locks = Reflect::get(&window.navigator(), &"locks".into())?;
    locks.dyn_into()
}

fn request(
    locks: &Object,
    name: &str,
    if_available: bool,
    granted: &Closure<dyn FnMut(JsValue) -> JsValue>,
) -> Result<Promise, JsValue> {
    let options = Object::new();
    Reflect::set(&options, &"ifAvailable".into(), &if_available.into())?;
    let request: Function = Reflect::get(locks, &"request".into())?.dyn_into()?;
    let ended = request.call3(locks, &name.into(), &options, granted.as_ref())?;
    ended.dyn_into()
}
