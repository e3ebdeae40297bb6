//! From each version of what is kept to the next: one file for each step.
//!
//! [`v1`] is the step from local storage to records, and [`keys`] moves records whose key held
//! what it must not. A later step changes records, one at a time
//! as they are read: a function in a file of its own, added to [`STEPS`], and
//! [`VERSION`](super::record::VERSION) one higher. What was read is written in the new form when
//! it changes next.

pub mod keys;
pub mod v1;

use serde_json::{Map, Value};

use super::tables::Table;

/// The fields of a record.
type Fields = Map<String, Value>;

/// Changes the fields of one record from one version to the next; `None` where they do not have
/// the form of that version.
type Step = fn(Table, Fields) -> Option<Fields>;

/// From version 1 to 2, from 2 to 3, and so on.
const STEPS: &[Step] = &[];

/// Brings a record up to the present version.
pub(super) fn upgrade(table: Table, from: u64, fields: Fields) -> Option<Fields> {
    run(STEPS, table, from, fields)
}

fn run(steps: &[Step], table: Table, from: u64, fields: Fields) -> Option<Fields> {
    // No record ever had the version 0: that is local storage.
    let done = usize::try_from(from.checked_sub(1)?).ok()?;
    let mut steps = steps.get(done..)?.iter();
    steps.try_fold(fields, |fields, step| step(table, fields))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::record::VERSION;

    fn noted(mut fields: Fields, step: &str) -> Fields {
        fields.insert(step.to_owned(), Value::Bool(true));
        fields
    }

    const TWO: &[Step] = &[
        |_, fields| Some(noted(fields, "two")),
        |table, fields| (table == Table::Events).then(|| noted(fields, "three")),
    ];

    fn made(table: Table, from: u64) -> Option<Vec<String>> {
        let fields = run(TWO, table, from, Fields::new())?;
        Some(fields.into_iter().map(|(name, _)| name).collect())
    }

    #[test]
    fn a_record_takes_the_steps_that_it_lacks() {
        let names = |names: &[&str]| Some(names.iter().map(|&name| name.to_owned()).collect());
        assert_eq!(made(Table::Events, 1), names(&["three", "two"]));
        assert_eq!(made(Table::Events, 2), names(&["three"]));
        assert_eq!(made(Table::Events, 3), names(&[]));
    }

    #[test]
    fn a_record_that_fits_no_step_is_not_forced() {
        assert_eq!(made(Table::Outbox, 1), None);
        assert_eq!(
            (made(Table::Events, 0), made(Table::Events, 9)),
            (None, None)
        );
    }

    #[test]
    fn there_is_a_step_to_every_version() {
        assert_eq!(STEPS.len() as u64 + 1, VERSION);
    }
}
