//! The server's log as far as it is here: every event once, in the server's order, whatever order
//! they came in.

use crate::model::{EventKey, Told};

/// What each event tells, by its key.
#[derive(Debug, Default)]
pub(super) struct Log {
    events: Vec<(EventKey, Told)>,
}

/// Where an event stands among those that came before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// It is known already.
    Known,
    /// Behind all others.
    Last,
    /// Before some of them.
    Between,
}

impl Log {
    /// The newest event: where to go on after a gap.
    pub(super) fn newest(&self) -> Option<&EventKey> {
        self.events.last().map(|(key, _)| key)
    }

    /// Takes an event; of two with the same key the first stays.
    pub(super) fn add(&mut self, key: EventKey, told: Told) -> Place {
        if self.newest().is_none_or(|newest| *newest < key) {
            self.events.push((key, told));
            return Place::Last;
        }
        match self.events.binary_search_by(|(known, _)| known.cmp(&key)) {
            Ok(_) => Place::Known,
            Err(at) => {
                self.events.insert(at, (key, told));
                Place::Between
            }
        }
    }

    pub(super) fn events(&self) -> &[(EventKey, Told)] {
        &self.events
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_is_kept_once_and_in_order() {
        let mut log = Log::default();
        let places =
            ["2", "5", "3", "5", "2", "6"].map(|key| log.add(EventKey::new(key), Told::default()));
        assert_eq!(
            places,
            [
                Place::Last,
                Place::Last,
                Place::Between,
                Place::Known,
                Place::Known,
                Place::Last
            ]
        );
        let keys: Vec<&str> = log.events().iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ["2", "3", "5", "6"]);
        assert_eq!(log.newest().map(EventKey::as_str), Some("6"));
    }
}
