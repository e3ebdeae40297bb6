//! Tables of texts under keys, changed in transactions, answered later.
//!
//! The shape is that of the Indexed Database API (W3C, 3.0), as far as Parlor needs it: one commit
//! is one transaction over all tables, and reading is by ranges of keys. What the texts say is the
//! records' affair.

mod bounds;
pub mod conformance;
mod memory;

use std::pin::Pin;

pub use bounds::{Bounds, order};
pub use memory::MemoryTables;

use super::StorageError;

/// What a store will have to say: the work is under way from the call on, whether this is awaited
/// or dropped.
pub type Pending<T> = Pin<Box<dyn Future<Output = Result<T, StorageError>>>>;

/// Keys with their values, in the order of the keys.
pub type Rows = Vec<(String, String)>;

/// A table, an object store to the browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// One record for each conversation.
    Conversations,
    /// What the servers sent, by conversation.
    Events,
    /// What is still to be sent, by conversation.
    Outbox,
    /// Everything that there is one of.
    Settings,
}

impl Table {
    /// Every table.
    pub const ALL: [Self; 4] = [
        Self::Conversations,
        Self::Events,
        Self::Outbox,
        Self::Settings,
    ];

    /// The name under which the browser keeps it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Conversations => "conversations",
            Self::Events => "events",
            Self::Outbox => "outbox",
            Self::Settings => "settings",
        }
    }
}

/// One change to a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    /// Keeps a value under a key that is free; if it is taken, the whole commit fails. For what
    /// two tabs may claim at the same time.
    Add {
        /// Where.
        table: Table,
        /// Under which key.
        key: String,
        /// What.
        value: String,
    },
    /// Keeps a value under a key, in place of what was there.
    Put {
        /// Where.
        table: Table,
        /// Under which key.
        key: String,
        /// What.
        value: String,
    },
    /// Forgets a key; one that is not there is no error.
    Delete {
        /// Where.
        table: Table,
        /// Which key.
        key: String,
    },
    /// Forgets every key that begins with `prefix`; all of them if it is empty.
    DeleteUnder {
        /// Where.
        table: Table,
        /// What the keys begin with.
        prefix: String,
    },
}

/// A store of tables.
///
/// Calls take effect in their order, awaited or not: a later call sees what an earlier commit has
/// changed. What one call gave goes stale with the next commit, which may be another tab's.
pub trait Store {
    /// Makes all these changes, one after another, or none of them: one transaction.
    ///
    /// What is put into [`Table::Outbox`] is on the disk when this is done, since nobody else has
    /// it. Everything else may still be in the system's buffers, which only a power cut can lose:
    /// the server has the events, and they are fetched again from the cursor in the same commit.
    ///
    /// # Errors
    /// Any [`StorageError`]; nothing was changed then.
    fn commit(&self, writes: Vec<Write>) -> Pending<()>;

    /// The value under a key.
    ///
    /// # Errors
    /// Any [`StorageError`] but `Full` and `Taken`.
    fn get(&self, table: Table, key: &str) -> Pending<Option<String>>;

    /// What is under the keys that begin with `prefix`, in [`order`] of the keys: those that come
    /// after `after`, and no more than `limit`.
    ///
    /// # Errors
    /// As for [`get`](Self::get).
    fn list(
        &self,
        table: Table,
        prefix: &str,
        after: Option<&str>,
        limit: Option<u32>,
    ) -> Pending<Rows>;
}
