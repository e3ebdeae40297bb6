//! The JSON that every record is kept in: its version, and its fields.

use serde_json::{Map, Value};

use super::{Unreadable, VERSION};
use crate::storage::migration;
use crate::storage::tables::Table;

/// The fields of a record, brought up to the present version.
///
/// A field that is missing reads as nothing, so that an older record lacks none; one that holds
/// something else than it should is damage.
pub(super) struct Form(Map<String, Value>);

impl Form {
    pub(super) fn read(table: Table, text: &str) -> Result<Self, Unreadable> {
        let Ok(Value::Object(fields)) = serde_json::from_str(text) else {
            return Err(Unreadable::Corrupt);
        };
        let version = fields.get("v").and_then(Value::as_u64);
        match version.ok_or(Unreadable::Corrupt)? {
            VERSION => Ok(Self(fields)),
            version if version > VERSION => Err(Unreadable::Newer { version }),
            version => {
                let fields = migration::upgrade(table, version, fields);
                fields.map(Self).ok_or(Unreadable::Corrupt)
            }
        }
    }

    /// A field, unless it is missing or `null`.
    pub(super) fn take(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name).filter(|value| !value.is_null())
    }

    pub(super) fn optional_text(&mut self, name: &str) -> Result<Option<String>, Unreadable> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Unreadable::Corrupt),
        }
    }

    /// A text without which the record is none.
    pub(super) fn text(&mut self, name: &str) -> Result<String, Unreadable> {
        self.optional_text(name)?.ok_or(Unreadable::Corrupt)
    }

    pub(super) fn optional_number(&mut self, name: &str) -> Result<Option<u64>, Unreadable> {
        let Some(value) = self.take(name) else {
            return Ok(None);
        };
        value.as_u64().map(Some).ok_or(Unreadable::Corrupt)
    }

    pub(super) fn number(&mut self, name: &str) -> Result<u64, Unreadable> {
        self.optional_number(name).map(Option::unwrap_or_default)
    }

    pub(super) fn flag(&mut self, name: &str) -> Result<bool, Unreadable> {
        match self.take(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(_) => Err(Unreadable::Corrupt),
        }
    }

    pub(super) fn array(&mut self, name: &str) -> Result<Vec<Value>, Unreadable> {
        match self.take(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(values)) => Ok(values),
            Some(_) => Err(Unreadable::Corrupt),
        }
    }
}
