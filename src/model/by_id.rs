//! A map from items.

use super::ItemId;

/// What is kept for items, by their identifiers: a sorted list. Identifiers are given in growing
/// order, so what is new goes to the end, and nothing lighter would find it faster.
#[derive(Clone, Debug)]
pub struct ById<T>(Vec<(ItemId, T)>);

/// A set of items.
pub type IdSet = ById<()>;

impl<T> Default for ById<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> ById<T> {
    /// What is kept for that item.
    #[must_use]
    pub fn get(&self, id: ItemId) -> Option<&T> {
        let at = self.find(id).ok()?;
        self.0.get(at).map(|(_, kept)| kept)
    }

    /// What is kept for that item, to be changed.
    pub fn get_mut(&mut self, id: ItemId) -> Option<&mut T> {
        let at = self.find(id).ok()?;
        self.0.get_mut(at).map(|(_, kept)| kept)
    }

    /// Whether anything is kept for that item.
    #[must_use]
    pub fn contains(&self, id: ItemId) -> bool {
        self.find(id).is_ok()
    }

    /// Whether nothing is kept at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Keeps `kept` for that item, in place of what was; `true` if nothing was.
    pub fn insert(&mut self, id: ItemId, kept: T) -> bool {
        match self.find(id) {
            Ok(at) => {
                if let Some((_, old)) = self.0.get_mut(at) {
                    *old = kept;
                }
                false
            }
            Err(at) => {
                self.0.insert(at, (id, kept));
                true
            }
        }
    }

    /// Forgets an item.
    pub fn remove(&mut self, id: ItemId) {
        if let Ok(at) = self.find(id) {
            self.0.remove(at);
        }
    }

    /// Forgets all of them.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Forgets all of them, and gives their identifiers in growing order.
    pub fn take_ids(&mut self) -> Vec<ItemId> {
        std::mem::take(&mut self.0)
            .into_iter()
            .map(|(id, _)| id)
            .collect()
    }

    fn find(&self, id: ItemId) -> Result<usize, usize> {
        match self.0.last() {
            Some((last, _)) if *last < id => Err(self.0.len()),
            _ => self.0.binary_search_by_key(&id, |(known, _)| *known),
        }
    }
}

impl IdSet {
    /// Puts an item in; `true` if it was not there.
    pub fn add(&mut self, id: ItemId) -> bool {
        self.insert(id, ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_what_came_last_for_each() {
        let mut map = ById::default();
        for (id, kept) in [(3, 'c'), (1, 'a'), (2, 'b'), (3, 'd')] {
            map.insert(ItemId(id), kept);
        }
        map.remove(ItemId(2));
        let kept = |id| map.get(ItemId(id)).copied();
        assert_eq!(
            [kept(0), kept(1), kept(2), kept(3), kept(4)],
            [None, Some('a'), None, Some('d'), None]
        );
    }

    #[test]
    fn a_set_tells_what_is_new_and_gives_all_in_order() {
        let mut set = IdSet::default();
        assert!(set.add(ItemId(2)));
        assert!(set.add(ItemId(1)));
        assert!(!set.add(ItemId(2)));
        assert_eq!(set.take_ids(), [ItemId(1), ItemId(2)]);
        assert!(set.is_empty());
    }
}
