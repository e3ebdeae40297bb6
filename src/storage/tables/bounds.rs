//! From where to where the keys with a prefix lie.

use std::cmp::Ordering;

/// A range of keys, exact for any text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounds<'a> {
    /// The first key, or the last before it.
    pub lower: &'a str,
    /// `lower` itself lies outside.
    pub open: bool,
    /// The first key beyond, as UTF-16: it may be no text. `None` where every key from `lower` on
    /// lies within.
    pub upper: Option<Vec<u16>>,
}

impl<'a> Bounds<'a> {
    /// The keys that begin with `prefix` and come after `after`; `None` where there can be none.
    #[must_use]
    pub fn under(prefix: &'a str, after: Option<&'a str>) -> Option<Self> {
        let (lower, open) = match after {
            Some(after) if after.starts_with(prefix) => (after, true),
            Some(after) if order(after, prefix).is_gt() => return None,
            Some(_) | None => (prefix, false),
        };
        let upper = successor(prefix);
        Some(Self { lower, open, upper })
    }
}

/// The order of keys: by UTF-16 code units, as strings compare in ECMAScript and so in the
/// Indexed Database API. It is not the order of `str`, where a character above U+FFFF comes last.
#[must_use]
pub fn order(one: &str, other: &str) -> Ordering {
    one.encode_utf16().cmp(other.encode_utf16())
}

/// The first text that is greater than every text with that prefix.
fn successor(prefix: &str) -> Option<Vec<u16>> {
    let mut units: Vec<u16> = prefix.encode_utf16().collect();
    while let Some(last) = units.pop() {
        if let Some(next) = last.checked_add(1) {
            units.push(next);
            return Some(units);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upper(prefix: &str) -> Option<Vec<u16>> {
        Bounds::under(prefix, None).and_then(|bounds| bounds.upper)
    }

    #[test]
    fn the_end_of_a_prefix_is_its_successor() {
        assert_eq!(upper("a "), Some(vec![0x61, 0x21]));
        assert_eq!(upper("a\u{ffff}"), Some(vec![0x62]));
        assert_eq!(upper("\u{d7ff}"), Some(vec![0xd800]), "half a character");
        assert_eq!((upper(""), upper("\u{ffff}")), (None, None));
    }

    #[test]
    fn what_comes_after_narrows_the_range_and_never_widens_it() {
        let from = |after| Bounds::under("b", Some(after)).map(|found| (found.lower, found.open));
        assert_eq!(from("a"), Some(("b", false)));
        assert_eq!(from("b1"), Some(("b1", true)));
        assert_eq!(from("c"), None);
    }

    #[test]
    fn keys_are_ordered_as_the_browser_orders_them() {
        assert!(order("🙂", "\u{e000}").is_lt() && "🙂" > "\u{e000}");
        assert!(order("a", "b").is_lt() && order("a", "a ").is_lt());
    }
}
