//! Finding an item by the server's name for it.

use crate::model::ItemId;

/// Items by a text, as a sorted list: what is new mostly goes to the end.
#[derive(Debug, Default)]
pub(super) struct Index(Vec<(String, ItemId)>);

impl Index {
    pub(super) fn get(&self, name: &str) -> Option<ItemId> {
        let at = self.find(name).ok()?;
        self.0.get(at).map(|(_, id)| *id)
    }

    /// The first item of a name stays.
    pub(super) fn add(&mut self, name: &str, id: ItemId) {
        if let Err(at) = self.find(name) {
            self.0.insert(at, (name.to_owned(), id));
        }
    }

    fn find(&self, name: &str) -> Result<usize, usize> {
        self.0
            .binary_search_by(|(known, _)| known.as_str().cmp(name))
    }
}
