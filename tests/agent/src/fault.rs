//! Faults that a test asks for in the address: `?cut=after:3&dup=5`.

use std::collections::HashMap;

/// What goes wrong, and at which of the server's frames (counted from 0). Each happens once.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Faults {
    pub(crate) cut: Option<(Where, usize)>,
    /// Wait this long before the frame.
    pub(crate) delay: Option<(usize, u64)>,
    /// Send the frame twice.
    pub(crate) dup: Option<usize>,
    /// Send junk before the frame.
    pub(crate) garbage: Option<usize>,
    /// Close with this code instead of sending the frame.
    pub(crate) close: Option<(usize, u16)>,
    /// Refuse so many connections first.
    pub(crate) refuse: usize,
    /// Lose so many frames while the client is away.
    pub(crate) gap: usize,
    /// REST answers with this status, or with none (`Some(0)`).
    pub(crate) rest: Option<u16>,
}

/// Where in a frame the connection is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Where {
    Before,
    Inside,
    After,
}

impl Faults {
    /// Reads the faults of a query; what is no fault is passed over.
    pub(crate) fn of(query: &HashMap<String, String>) -> Self {
        let number = |key: &str| query.get(key).and_then(|text| text.parse().ok());
        Self {
            cut: query.get("cut").and_then(|text| cut(text)),
            delay: pair(query, "delay"),
            dup: number("dup"),
            garbage: number("garbage"),
            close: pair(query, "close"),
            refuse: number("refuse").unwrap_or_default(),
            gap: number("gap").unwrap_or_default(),
            rest: query.get("rest").map(|text| text.parse().unwrap_or(0)),
        }
    }

    /// The fault at that frame, taken out so that it happens once.
    pub(crate) fn cut_at(&mut self, frame: usize, place: Where) -> bool {
        self.cut.take_if(|cut| *cut == (place, frame)).is_some()
    }
}

fn cut(text: &str) -> Option<(Where, usize)> {
    let (place, frame) = text.split_once(':')?;
    let place = match place {
        "before" => Where::Before,
        "inside" => Where::Inside,
        "after" => Where::After,
        _ => return None,
    };
    Some((place, frame.parse().ok()?))
}

fn pair<T: std::str::FromStr>(query: &HashMap<String, String>, key: &str) -> Option<(usize, T)> {
    let (frame, value) = query.get(key)?.split_once(':')?;
    Some((frame.parse().ok()?, value.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_read_and_happen_once() {
        let query = [
            ("cut", "inside:4"),
            ("delay", "2:500"),
            ("close", "7:1009"),
            ("refuse", "2"),
            ("dup", "x"),
        ];
        let query = query.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let mut faults = Faults::of(&HashMap::from(query));
        assert_eq!(faults.delay, Some((2, 500)));
        assert_eq!(faults.close, Some((7, 1009)));
        assert_eq!((faults.refuse, faults.dup), (2, None));
        assert!(!faults.cut_at(3, Where::Inside));
        assert!(faults.cut_at(4, Where::Inside));
        assert!(!faults.cut_at(4, Where::Inside));
    }
}
