//! What is kept from one visit to the next.
//!
//! Two kinds of store, neither with a browser in it. A [`Storage`] keeps a few small texts and
//! answers at once; every one passes [`conformance`]. A [`tables::Store`] keeps tables of them, is
//! changed in transactions and answers later; every one passes [`tables::conformance`]. The
//! browser's own stores are in the platform half.

pub mod batcher;
pub mod conformance;
mod memory;
pub mod migration;
pub mod record;
pub mod tables;

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
    /// An older program is open in another tab and does not let go of what is kept.
    #[error("an older version of this page is open in another tab; close that tab, then reload")]
    Blocked,
    /// A newer program has taken over what is kept, or what was kept is being deleted.
    #[error("another tab has taken over what this page keeps; reload to go on here")]
    Outdated,
    /// The browser cannot read what it kept.
    #[error(
        "the browser cannot read what it kept for this page; clear this site's data in the browser, then reload"
    )]
    Corrupt,
    /// An [`Add`](tables::Write::Add) found its key taken: another tab was faster.
    #[error("another tab has kept something else in this place; reload to see it")]
    Taken,
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
