//! A store that ends with the page.

use super::{Storage, StorageError};

/// Keeps everything in memory; stands in where the browser keeps nothing.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    /// By key, in their order: there are few.
    kept: Vec<(String, String)>,
}

impl MemoryStore {
    fn find(&self, key: &str) -> Result<usize, usize> {
        self.kept
            .binary_search_by(|(known, _)| known.as_str().cmp(key))
    }
}

impl Storage for MemoryStore {
    fn load(&self, key: &str) -> Result<Option<String>, StorageError> {
        let found = self.find(key).ok().and_then(|at| self.kept.get(at));
        Ok(found.map(|(_, value)| value.clone()))
    }

    fn save(&mut self, key: &str, value: &str) -> Result<(), StorageError> {
        let at = self.find(key).unwrap_or_else(|at| at);
        self.remove(key)?;
        self.kept.insert(at, (key.to_owned(), value.to_owned()));
        Ok(())
    }

    fn remove(&mut self, key: &str) -> Result<(), StorageError> {
        self.kept.retain(|(known, _)| known != key);
        Ok(())
    }

    fn entries(&self, prefix: &str) -> Result<Vec<(String, String)>, StorageError> {
        let found = self.kept.iter().filter(|(key, _)| key.starts_with(prefix));
        Ok(found.cloned().collect())
    }
}

#[cfg(test)]
mod tests {
    crate::storage::conformance::suite!(test, super::MemoryStore::default());
}
