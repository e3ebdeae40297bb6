//! A store that ends with the page.

use std::collections::BTreeMap;

use super::{Storage, StorageError};

/// Keeps everything in memory; stands in where the browser keeps nothing.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    kept: BTreeMap<String, String>,
}

impl Storage for MemoryStore {
    fn load(&self, key: &str) -> Result<Option<String>, StorageError> {
        Ok(self.kept.get(key).cloned())
    }

    fn save(&mut self, key: &str, value: &str) -> Result<(), StorageError> {
        self.kept.insert(key.to_owned(), value.to_owned());
        Ok(())
    }

    fn remove(&mut self, key: &str) -> Result<(), StorageError> {
        self.kept.remove(key);
        Ok(())
    }

    fn entries(&self, prefix: &str) -> Result<Vec<(String, String)>, StorageError> {
        let from = self.kept.range(prefix.to_owned()..);
        let found = from.take_while(|(key, _)| key.starts_with(prefix));
        Ok(found
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect())
    }
}

#[cfg(test)]
mod tests {
    crate::storage::conformance::suite!(test, super::MemoryStore::default());
}
