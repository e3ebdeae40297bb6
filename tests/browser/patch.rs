//! A browser that behaves otherwise, for as long as the test needs it.

use js_sys::Function;
use wasm_bindgen::{JsCast, JsValue};

/// Puts things back when dropped.
pub(crate) struct Patch(Function);

impl Patch {
    /// Runs a script that changes something of the window, and returns a function that puts it
    /// back.
    pub(crate) fn new(script: &str) -> Self {
        let restore = run(script);
        Self(restore.dyn_into().expect("the function that restores"))
    }

    /// Puts a value in place of a property of the window's objects.
    pub(crate) fn property(object: &str, name: &str, value: &str) -> Self {
        Self::new(&format!(
            "const old = Object.getOwnPropertyDescriptor({object}, '{name}');
             Object.defineProperty({object}, '{name}', {{ value: {value}, configurable: true, writable: true }});
             return () => old ? Object.defineProperty({object}, '{name}', old) : delete {object}['{name}'];"
        ))
    }
}

impl Drop for Patch {
    fn drop(&mut self) {
        let _ = self.0.call0(&JsValue::NULL);
    }
}

/// What a script returns.
pub(crate) fn run(script: &str) -> JsValue {
    let result = Function::new_no_args(script).call0(&JsValue::NULL);
    result.expect("a script that runs")
}
