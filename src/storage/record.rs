//! What the tables hold: typed records, each one row.
//!
//! Every value is a JSON object with the version of its form under `"v"`. A record that cannot be
//! read never hides the others, and reading changes nothing: what a newer program kept, or what
//! was damaged, stays as it is until somebody decides about it.

mod conversation;
mod event;
mod form;
mod key;
mod outgoing;
mod setting;

pub use conversation::Conversation;
pub use event::Event;
pub use key::ConversationKey;
pub use outgoing::Outgoing;
pub(crate) use outgoing::{attachment, attachment_json};
pub use setting::Setting;

use super::StorageError;
use super::tables::{Rows, Store, Table, Write};

/// The version of the form in which records are kept; older ones are brought up to it as they are
/// read.
pub const VERSION: u64 = 1;

/// Why a row is no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// It is damaged, or was never ours.
    #[error("this part of what was kept is damaged; the rest is not affected")]
    Corrupt,
    /// A newer program kept it. It must not be written over.
    #[error("a newer version of this page kept this; reload to get that version")]
    Newer {
        /// The version of its form.
        version: u64,
    },
}

/// A row of one table, typed.
pub trait Record: Sized {
    /// Where it is kept.
    const TABLE: Table;

    /// The key, which no other record of the table has.
    fn key(&self) -> String;

    /// The value, in the present version.
    fn value(&self) -> String;

    /// Reads a row, of this version or an older one.
    ///
    /// # Errors
    /// [`Unreadable`]; the row is better left alone then.
    fn decode(key: &str, value: &str) -> Result<Self, Unreadable>;

    /// The row.
    fn encode(&self) -> (String, String) {
        (self.key(), self.value())
    }

    /// Keeps it, in place of what was there.
    fn put(&self) -> Write {
        let (table, (key, value)) = (Self::TABLE, self.encode());
        Write::Put { table, key, value }
    }

    /// Keeps it if nothing is there; else the commit fails.
    fn add(&self) -> Write {
        let (table, (key, value)) = (Self::TABLE, self.encode());
        Write::Add { table, key, value }
    }

    /// Forgets it.
    fn delete(&self) -> Write {
        let (table, key) = (Self::TABLE, self.key());
        Write::Delete { table, key }
    }
}

/// What was read of several rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found<R> {
    /// The records, in the order of their keys.
    pub records: Vec<R>,
    /// The keys of the rows that are none, and why.
    pub unreadable: Vec<(String, Unreadable)>,
}

impl<R: Record> Found<R> {
    /// Reads each row by itself.
    #[must_use]
    pub fn decode(rows: &Rows) -> Self {
        let mut found = Self {
            records: Vec::with_capacity(rows.len()),
            unreadable: Vec::new(),
        };
        for (key, value) in rows {
            match R::decode(key, value) {
                Ok(record) => found.records.push(record),
                Err(why) => found.unreadable.push((key.clone(), why)),
            }
        }
        found
    }
}

/// Every record whose key begins with `prefix`.
///
/// # Errors
/// As for [`Store::list`]; a row that cannot be read is none.
pub async fn list<R: Record>(store: &dyn Store, prefix: &str) -> Result<Found<R>, StorageError> {
    let rows = store.list(R::TABLE, prefix, None, None).await?;
    Ok(Found::decode(&rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_that_is_damaged_or_newer_does_not_hide_the_others() {
        let good = Setting {
            name: "theme".to_owned(),
            value: "dark".to_owned(),
        };
        let row = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let rows = vec![
            row("half", r#"{"v":1,"val"#),
            row("later", r#"{"v":2,"value":{"anything":"else"}}"#),
            good.encode(),
        ];
        let found = Found::<Setting>::decode(&rows);
        assert_eq!(found.records, [good]);
        let newer = Unreadable::Newer { version: 2 };
        let named = [
            ("half".to_owned(), Unreadable::Corrupt),
            ("later".to_owned(), newer),
        ];
        assert_eq!(found.unreadable, named);
    }
}
