//! One thing that there is one of: the last server, the theme.

use super::form::{Form, Sheet};
use super::{Record, Unreadable};
use crate::storage::tables::Table;

/// A text under a name; what it says is the affair of whoever named it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its name.
    pub name: String,
    /// What it says.
    pub value: String,
}

impl Record for Setting {
    const TABLE: Table = Table::Settings;

    fn key(&self) -> String {
        self.name.clone()
    }

    fn value(&self) -> String {
        Sheet::new().with("value", self.value.as_str()).finish()
    }

    fn decode(key: &str, value: &str) -> Result<Self, Unreadable> {
        let mut form = Form::read(Self::TABLE, value)?;
        let setting = Self {
            name: key.to_owned(),
            value: form.text("value"),
        };
        form.whole(setting)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_comes_back() {
        for value in ["", "dark", "{\"server\":\"saiki\"}"] {
            let (name, value) = ("any name".to_owned(), value.to_owned());
            let setting = Setting { name, value };
            let (key, value) = setting.encode();
            assert_eq!(Setting::decode(&key, &value), Ok(setting));
        }
    }

    #[test]
    fn a_setting_that_says_nothing_is_none() {
        for value in ["", "dark", "[]", "{\"v\":1}", "{\"v\":1,\"value\":3}"] {
            let read = Setting::decode("theme", value);
            assert_eq!(read, Err(Unreadable::Corrupt), "{value}");
        }
    }
}
