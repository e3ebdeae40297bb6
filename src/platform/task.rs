//! Work that goes on beside everything else.

use std::pin::Pin;

/// Runs a future on the page's own queue, to its end.
pub fn spawn(work: impl Future<Output = ()> + 'static) {
    // Boxed, so that what drives it is compiled once and not for each future.
    let work: Pin<Box<dyn Future<Output = ()>>> = Box::pin(work);
    wasm_bindgen_futures::spawn_local(work);
}
