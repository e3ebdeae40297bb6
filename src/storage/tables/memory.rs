//! Tables that end with the page.

use std::cell::RefCell;
use std::ops::Range;

use super::{Bounds, Pending, Rows, Store, Table, Write, order};
use crate::storage::StorageError;

/// Keeps everything in memory; stands in where the browser keeps nothing.
#[derive(Debug, Default)]
pub struct MemoryTables {
    kept: RefCell<Kept>,
}

/// Each table in the order of its keys: what is new mostly goes to the end.
#[derive(Debug, Default)]
struct Kept {
    conversations: Rows,
    events: Rows,
    outbox: Rows,
    settings: Rows,
}

/// What was under a key before.
type Undo = (Table, String, Option<String>);

impl Kept {
    const fn rows(&self, table: Table) -> &Rows {
        match table {
            Table::Conversations => &self.conversations,
            Table::Events => &self.events,
            Table::Outbox => &self.outbox,
            Table::Settings => &self.settings,
        }
    }

    const fn rows_mut(&mut self, table: Table) -> &mut Rows {
        match table {
            Table::Conversations => &mut self.conversations,
            Table::Events => &mut self.events,
            Table::Outbox => &mut self.outbox,
            Table::Settings => &mut self.settings,
        }
    }

    fn find(&self, table: Table, key: &str) -> Result<usize, usize> {
        let rows = self.rows(table);
        rows.binary_search_by(|(known, _)| order(known, key))
    }

    fn get(&self, table: Table, key: &str) -> Option<&str> {
        let at = self.find(table, key).ok()?;
        let row = self.rows(table).get(at);
        row.map(|(_, value)| value.as_str())
    }

    /// Keeps a value or forgets it, and gives what was there.
    fn set(&mut self, table: Table, key: String, value: Option<String>) -> Option<String> {
        let found = self.find(table, &key);
        let rows = self.rows_mut(table);
        match (found, value) {
            (Ok(at), Some(value)) => {
                let (_, old) = rows.get_mut(at)?;
                Some(std::mem::replace(old, value))
            }
            (Ok(at), None) => Some(rows.remove(at).1),
            (Err(at), Some(value)) => {
                rows.insert(at, (key, value));
                None
            }
            (Err(_), None) => None,
        }
    }

    /// Where the keys lie that begin with `prefix` and come after `after`.
    fn under(&self, table: Table, prefix: &str, after: Option<&str>) -> Range<usize> {
        let Some(bounds) = Bounds::under(prefix, after) else {
            return 0..0;
        };
        let rows = self.rows(table);
        let start = rows.partition_point(|(key, _)| match order(key, bounds.lower) {
            std::cmp::Ordering::Less => true,
            std::cmp::Ordering::Equal => bounds.open,
            std::cmp::Ordering::Greater => false,
        });
        let rest = rows.iter().skip(start);
        start..start + rest.take_while(|(key, _)| key.starts_with(prefix)).count()
    }

    fn write(&mut self, write: Write, undo: &mut Vec<Undo>) -> Result<(), StorageError> {
        let (table, key, value) = match write {
            Write::Add { table, key, .. } if self.get(table, &key).is_some() => {
                return Err(StorageError::Taken);
            }
            Write::Add { table, key, value } | Write::Put { table, key, value } => {
                (table, key, Some(value))
            }
            Write::Delete { table, key } => (table, key, None),
            Write::DeleteUnder { table, prefix } => {
                let range = self.under(table, &prefix, None);
                let gone = self.rows_mut(table).drain(range);
                undo.extend(gone.map(|(key, value)| (table, key, Some(value))));
                return Ok(());
            }
        };
        let old = self.set(table, key.clone(), value);
        undo.push((table, key, old));
        Ok(())
    }

    fn commit(&mut self, writes: Vec<Write>) -> Result<(), StorageError> {
        let mut undo = Vec::new();
        let done = writes
            .into_iter()
            .try_for_each(|write| self.write(write, &mut undo));
        if done.is_err() {
            for (table, key, old) in undo.into_iter().rev() {
                self.set(table, key, old);
            }
        }
        done
    }
}

fn at_once<T: 'static>(answer: Result<T, StorageError>) -> Pending<T> {
    Box::pin(std::future::ready(answer))
}

impl Store for MemoryTables {
    fn commit(&self, writes: Vec<Write>) -> Pending<()> {
        at_once(self.kept.borrow_mut().commit(writes))
    }

    fn get(&self, table: Table, key: &str) -> Pending<Option<String>> {
        let kept = self.kept.borrow();
        at_once(Ok(kept.get(table, key).map(str::to_owned)))
    }

    fn list(
        &self,
        table: Table,
        prefix: &str,
        after: Option<&str>,
        limit: Option<u32>,
    ) -> Pending<Rows> {
        let kept = self.kept.borrow();
        let range = kept.under(table, prefix, after);
        let limit = limit.map_or(usize::MAX, |limit| limit as usize);
        let rows = kept.rows(table).get(range).unwrap_or_default();
        at_once(Ok(rows.iter().take(limit).cloned().collect()))
    }
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Poll, Waker};

    /// Its answers are there at once.
    fn ready(work: impl Future<Output = ()>) {
        let mut context = Context::from_waker(Waker::noop());
        let done = std::pin::pin!(work).poll(&mut context);
        assert_eq!(done, Poll::Ready(()));
    }

    crate::storage::tables::conformance::suite!(test, ready, &super::MemoryTables::default());
}
