//! `localStorage` and `sessionStorage` (WHATWG HTML, Web storage), under a prefix of ours.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::DomException;

use super::window;
use crate::storage::{Storage, StorageError};

/// What every key of ours begins with.
const PREFIX: &str = "parlor.";
/// Written and removed to learn whether anything can be kept.
const PROBE: &str = "parlor-probe";

/// One of the browser's own stores of texts.
#[derive(Clone, Debug)]
pub struct WebStorage {
    store: web_sys::Storage,
}

impl WebStorage {
    /// The store of this origin, shared by all its pages.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`] in a sandboxed frame, or where the person blocks it.
    pub fn local() -> Result<Self, StorageError> {
        // Reading the property throws in an opaque origin; other browsers throw on the first write.
        Self::open(window().and_then(|window| window.local_storage().ok().flatten()))
    }

    /// The store of this tab, which ends with it.
    ///
    /// # Errors
    /// As for [`Self::local`].
    pub fn session() -> Result<Self, StorageError> {
        Self::open(window().and_then(|window| window.session_storage().ok().flatten()))
    }

    fn open(found: Option<web_sys::Storage>) -> Result<Self, StorageError> {
        let store = found.ok_or(StorageError::Unavailable)?;
        let kept = store.set_item(PROBE, PROBE);
        if kept.map_err(|thrown| culprit(&thrown)) == Err(StorageError::Unavailable) {
            return Err(StorageError::Unavailable);
        }
        let _ = store.remove_item(PROBE);
        Ok(Self { store })
    }

    fn keys(&self) -> Result<Vec<String>, StorageError> {
        let count = self.store.length().map_err(|thrown| culprit(&thrown))?;
        let keys = (0..count).filter_map(|at| self.store.key(at).ok().flatten());
        let mut sorted: Vec<String> = Vec::new();
        for key in keys {
            if let Some(key) = key.strip_prefix(PREFIX).map(str::to_owned) {
                let (Ok(at) | Err(at)) = sorted.binary_search(&key);
                sorted.insert(at, key);
            }
        }
        Ok(sorted)
    }
}

impl Storage for WebStorage {
    fn load(&self, key: &str) -> Result<Option<String>, StorageError> {
        let value = self.store.get_item(&ours(key));
        value.map_err(|thrown| culprit(&thrown))
    }

    fn save(&mut self, key: &str, value: &str) -> Result<(), StorageError> {
        let saved = self.store.set_item(&ours(key), value);
        saved.map_err(|thrown| culprit(&thrown))
    }

    fn remove(&mut self, key: &str) -> Result<(), StorageError> {
        let removed = self.store.remove_item(&ours(key));
        removed.map_err(|thrown| culprit(&thrown))
    }

    fn entries(&self, prefix: &str) -> Result<Vec<(String, String)>, StorageError> {
        let mut keys = self.keys()?;
        keys.retain(|key| key.starts_with(prefix));
        let pairs = keys.into_iter().filter_map(|key| {
            // Another page may have removed it meanwhile.
            let value = self.load(&key).transpose()?;
            Some(value.map(|value| (key, value)))
        });
        pairs.collect()
    }
}

fn ours(key: &str) -> String {
    [PREFIX, key].concat()
}

fn culprit(thrown: &JsValue) -> StorageError {
    let full = thrown.dyn_ref::<DomException>().map(DomException::name);
    match full.as_deref() {
        Some("QuotaExceededError" | "NS_ERROR_DOM_QUOTA_REACHED") => StorageError::Full,
        _ => StorageError::Unavailable,
    }
}
