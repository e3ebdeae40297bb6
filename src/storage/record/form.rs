//! The JSON that every record is kept in: its version, and its fields.

use serde_json::{Map, Value};

use super::{Unreadable, VERSION};
use crate::storage::migration;
use crate::storage::tables::Table;

/// A record on its way out: the version, then its fields.
pub(super) struct Sheet(String);

impl Sheet {
    pub(super) fn new() -> Self {
        Self(["{\"v\":", &VERSION.to_string()].concat())
    }

    /// Adds a field. Its name is one of ours, with nothing in it to escape.
    pub(super) fn with(self, name: &str, value: impl Into<Value>) -> Self {
        self.add(name, &value.into().to_string())
    }

    /// Adds a field that is JSON already.
    pub(super) fn add(mut self, name: &str, json: &str) -> Self {
        for part in [",\"", name, "\":", json] {
            self.0.push_str(part);
        }
        self
    }

    pub(super) fn finish(self) -> String {
        self.0 + "}"
    }
}

/// The fields of a record, brought up to the present version.
///
/// A field that is missing reads as nothing, so that an older record lacks none. One that holds
/// something else than it should reads as nothing too, and is noted: [`whole`](Self::whole) tells
/// in the end, which takes less code than to turn back at every field.
pub(super) struct Form {
    fields: Map<String, Value>,
    damaged: bool,
}

impl Form {
    pub(super) fn read(table: Table, text: &str) -> Result<Self, Unreadable> {
        let Ok(Value::Object(fields)) = serde_json::from_str(text) else {
            return Err(Unreadable::Corrupt);
        };
        let version = fields.get("v").and_then(Value::as_u64);
        let fields = match version.ok_or(Unreadable::Corrupt)? {
            VERSION => Some(fields),
            version if version > VERSION => return Err(Unreadable::Newer { version }),
            version => migration::upgrade(table, version, fields),
        };
        Ok(Self {
            fields: fields.ok_or(Unreadable::Corrupt)?,
            damaged: false,
        })
    }

    /// What was made of the fields, unless one of them was damaged.
    pub(super) fn whole<R>(self, record: R) -> Result<R, Unreadable> {
        match self.damaged {
            true => Err(Unreadable::Corrupt),
            false => Ok(record),
        }
    }

    /// A field; `null` if it is missing.
    fn take(&mut self, name: &str) -> Value {
        self.fields
            .get_mut(name)
            .map(Value::take)
            .unwrap_or_default()
    }

    /// What was read of a field that was there.
    fn sound<T>(&mut self, read: Option<T>) -> Option<T> {
        self.damaged |= read.is_none();
        read
    }

    pub(super) fn optional_text(&mut self, name: &str) -> Option<String> {
        match self.take(name) {
            Value::Null => None,
            Value::String(text) => Some(text),
            _ => self.sound(None),
        }
    }

    /// A text without which the record is none.
    pub(super) fn text(&mut self, name: &str) -> String {
        let text = self.optional_text(name);
        self.sound(text).unwrap_or_default()
    }

    pub(super) fn optional_number(&mut self, name: &str) -> Option<u64> {
        match self.take(name) {
            Value::Null => None,
            value => self.sound(value.as_u64()),
        }
    }

    pub(super) fn number(&mut self, name: &str) -> u64 {
        self.optional_number(name).unwrap_or_default()
    }

    pub(super) fn flag(&mut self, name: &str) -> bool {
        match self.take(name) {
            Value::Null => false,
            value => self.sound(value.as_bool()).unwrap_or_default(),
        }
    }

    /// The members of a field that each read as something.
    pub(super) fn list<T>(&mut self, name: &str, read: fn(&Value) -> Option<T>) -> Vec<T> {
        let list = match self.take(name) {
            Value::Null => Some(Vec::new()),
            Value::Array(values) => values.iter().map(read).collect(),
            _ => None,
        };
        self.sound(list).unwrap_or_default()
    }

    /// Anything, as JSON; without it the record is none.
    pub(super) fn json(&mut self, name: &str) -> String {
        let value = self.take(name);
        self.damaged |= value.is_null();
        value.to_string()
    }
}
