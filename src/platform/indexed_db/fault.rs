//! What a failure of the database means.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::DomException;

use crate::storage::StorageError;

fn name(thrown: &JsValue) -> String {
    let exception = thrown.dyn_ref::<DomException>();
    exception.map(DomException::name).unwrap_or_default()
}

/// The culprit, by the name of the exception (Indexed Database API, section 3.3).
pub(super) fn culprit(thrown: &JsValue) -> StorageError {
    match name(thrown).as_str() {
        "QuotaExceededError" => StorageError::Full,
        "VersionError" => StorageError::Outdated,
        "ConstraintError" => StorageError::Taken,
        "UnknownError" | "NotReadableError" => StorageError::Corrupt,
        _ => StorageError::Unavailable,
    }
}

/// Whether another connection may do what this one did not.
pub(super) fn is_dead(thrown: &JsValue) -> bool {
    // Nobody here aborts a transaction that has begun, so the browser did; Chromium gives no error
    // then. Safari reports the loss of its database process as an `UnknownError`.
    matches!(
        name(thrown).as_str(),
        "" | "AbortError" | "InvalidStateError" | "UnknownError"
    )
}
