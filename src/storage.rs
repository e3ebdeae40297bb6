//! Small texts kept from one visit to the next, under keys.
//!
//! The trait has no browser in it; the browser's store is in the platform half, and every store
//! passes [`conformance`].

pub mod conformance;
mod memory;

pub use memory::MemoryStore;

/// Why a store did not do what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StorageError {
    /// The browser gives this page no storage: it is blocked, or the page is in a sandbox.
    #[error("this browser keeps nothing for this page; what you write is gone after a reload")]
    Unavailable,
    /// There is no room for it.
    #[error("the browser's storage for this page is full; remove old conversations")]
    Full,
}

/// A store of texts under keys.
///
/// A save that fails leaves what was there before.
pub trait Storage {
    /// The value under a key.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`].
    fn load(&self, key: &str) -> Result<Option<String>, StorageError>;

    /// Keeps a value under a key, in place of what was there.
    ///
    /// # Errors
    /// Either [`StorageError`].
    fn save(&mut self, key: &str, value: &str) -> Result<(), StorageError>;

    /// Forgets a key; one that is not there is no error.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`].
    fn remove(&mut self, key: &str) -> Result<(), StorageError>;

    /// Every key that begins with `prefix`, with its value, in the order of the keys.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`].
    fn entries(&self, prefix: &str) -> Result<Vec<(String, String)>, StorageError>;
}
