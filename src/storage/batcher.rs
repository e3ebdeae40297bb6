//! Writes on their way to a store: collected for a moment, so that a streamed reply is not one
//! transaction for each word.
//!
//! It has no clock and no store. Whoever owns one of each pushes writes, commits what
//! [`take`](Batcher::take) gives once the [`deadline`](Batcher::deadline) has come, and says how
//! that ended. One batch is under way at a time: a cursor never gets there without the events
//! before it, even if a commit fails and the next would not.
//!
//! What is put into the outbox does not wait, and until it is there ([`holds`](Batcher::holds))
//! nothing should leave the page that rests on it: a message that was sent and is not kept as sent
//! would be sent again after a crash.

use super::StorageError;
use super::tables::{Table, Write};
use crate::model::{Duration, Instant};

/// How long a write waits for others.
const PATIENCE: Duration = Duration::millis(50);
/// How long after a failed commit the next is tried.
const PAUSE: Duration = Duration::secs(5);
/// How far back an older write to the same key is looked for. What streams is written again and
/// again, close by; looking further costs more than it saves.
const NEAR: usize = 64;

/// Writes that wait, and those under way.
#[derive(Debug, Default)]
pub struct Batcher {
    waiting: Vec<Write>,
    /// When the first of them has waited for long enough.
    due: Option<Instant>,
    /// One of them is a message on its way out.
    outgoing: bool,
    /// The batches under way, in the order of their commits: kept until it is known that the store
    /// has them. One that failed leaves those after it empty, since they are tried again as well.
    under_way: Vec<Batch>,
}

#[derive(Debug)]
struct Batch {
    writes: Vec<Write>,
    outgoing: bool,
}

impl Batcher {
    /// Adds writes, after those that wait already. A value that one of these replaces is not
    /// written at all.
    ///
    /// A write that claims a key ([`Write::Add`]) is better committed alone: here it would take
    /// the batch down with it.
    pub fn push(&mut self, writes: impl IntoIterator<Item = Write>, now: Instant) {
        for write in writes {
            self.replace(&write);
            if is_outgoing(&write) {
                self.outgoing = true;
                self.due = Some(now);
            }
            self.waiting.push(write);
            self.due.get_or_insert(now + PATIENCE);
        }
    }

    /// Whether a message on its way out is not known to be kept yet. One that could not be kept is
    /// not waited for.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.outgoing || self.under_way.iter().any(|batch| batch.outgoing)
    }

    /// When there is a batch to take; `None` while there is none, or one is under way. Goes stale
    /// with every other call.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.due.filter(|_| self.under_way.is_empty())
    }

    /// The writes to commit now, in their order; none before the deadline. They are under way
    /// until [`settled`](Self::settled) is called.
    #[must_use = "what is taken has to be committed"]
    pub fn take(&mut self, now: Instant) -> Vec<Write> {
        match self.deadline() {
            Some(due) if due <= now => self.begin(),
            Some(_) | None => Vec::new(),
        }
    }

    /// Everything that waits, whenever it is due and whatever is under way: for a page that is
    /// about to be hidden and may not be called again. A store makes commits in the order of the
    /// calls.
    #[must_use = "what is taken has to be committed"]
    pub fn take_all(&mut self) -> Vec<Write> {
        self.begin()
    }

    /// How the commit of what was taken has ended; of the older, where there are two. What was not
    /// kept is tried again after a while, before anything newer; it is given up where trying again
    /// cannot help, and then the caller tells the person.
    pub fn settled(&mut self, outcome: Result<(), StorageError>, now: Instant) {
        if self.under_way.is_empty() {
            return;
        }
        let Batch { mut writes, .. } = self.under_way.remove(0);
        match outcome {
            Ok(()) | Err(StorageError::Taken | StorageError::Outdated) => {}
            Err(_) if writes.is_empty() => {}
            Err(_) => {
                // A later batch over an earlier one that is missing: both again, in their order.
                for later in &mut self.under_way {
                    writes.append(&mut later.writes);
                }
                writes.append(&mut self.waiting);
                self.waiting = writes;
                self.due = Some(now + PAUSE);
            }
        }
    }

    fn begin(&mut self) -> Vec<Write> {
        self.due = None;
        let outgoing = std::mem::take(&mut self.outgoing);
        let writes = std::mem::take(&mut self.waiting);
        if !writes.is_empty() {
            self.under_way.push(Batch {
                writes: writes.clone(),
                outgoing,
            });
        }
        writes
    }

    /// Takes out the older write that this one makes idle.
    fn replace(&mut self, new: &Write) {
        let Some(name) = named(new) else {
            return;
        };
        let recent = self.waiting.iter().enumerate().rev().take(NEAR);
        let mut touching = recent.filter(|(_, old)| touches(old, name));
        // A claim, or a deletion of more than this key, has to find what stood before it.
        if let Some((at, old)) = touching.next()
            && named(old).is_some()
        {
            self.waiting.remove(at);
        }
    }
}

/// The one key that a write sets, whatever was there.
fn named(write: &Write) -> Option<(Table, &str)> {
    match write {
        Write::Put { table, key, .. } | Write::Delete { table, key } => Some((*table, key)),
        Write::Add { .. } | Write::DeleteUnder { .. } => None,
    }
}

fn is_outgoing(write: &Write) -> bool {
    matches!(write, Write::Add { table, .. } | Write::Put { table, .. } if *table == Table::Outbox)
}

fn touches(write: &Write, (table, key): (Table, &str)) -> bool {
    match write {
        Write::Add {
            table: at,
            key: known,
            ..
        }
        | Write::Put {
            table: at,
            key: known,
            ..
        }
        | Write::Delete {
            table: at,
            key: known,
        } => *at == table && known == key,
        Write::DeleteUnder { table: at, prefix } => {
            *at == table && key.starts_with(prefix.as_str())
        }
    }
}

#[cfg(test)]
mod tests;
