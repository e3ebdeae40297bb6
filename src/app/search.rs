//! Where a text holds another, whether in capitals or not.
//!
//! The letters of Latin, Greek and Cyrillic are told by their places in Unicode: the whole table of
//! capitals weighs as much as the list that is searched.

/// How much of a text stands before a place that was found, and behind it, in bytes.
const BEFORE: usize = 24;
const BEHIND: usize = 90;

/// What is looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Wanted(Vec<char>);

/// A piece of a text, around what was looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What stands before it.
    pub before: String,
    /// What was looked for, as it stands there.
    pub hit: String,
    /// What stands behind it.
    pub behind: String,
}

impl Wanted {
    pub(super) fn new(typed: &str) -> Self {
        Self(plain(typed.trim()).map(small).collect())
    }

    /// The first place where a text holds it: where it begins and where it ends. Nothing is
    /// held by every text, at its beginning.
    pub(super) fn place(&self, text: &str) -> Option<(usize, usize)> {
        if self.0.is_empty() {
            return Some((0, 0));
        }
        let begins = |(at, first): (usize, char)| {
            let mut end = at;
            let seen = text.get(at..)?.char_indices();
            let mut seen = seen.filter(|(_, letter)| !is_mark(*letter));
            let fits = |wanted: &char| {
                let next = seen.next();
                end = next.map_or(end, |(from, letter)| at + from + letter.len_utf8());
                next.map(|(_, letter)| small(letter)) == Some(*wanted)
            };
            (!is_mark(first) && self.0.iter().all(fits)).then_some((at, end))
        };
        text.char_indices().find_map(begins)
    }

    /// The piece of a text around the first place where it holds it.
    pub(super) fn piece(&self, text: &str) -> Option<Found> {
        let (begin, end) = self.place(text)?;
        let (before, hit) = (text.get(..begin)?, text.get(begin..end)?);
        let from = before.floor_char_boundary(begin.saturating_sub(BEFORE));
        let behind = text.get(end..)?;
        let to = behind.floor_char_boundary(BEHIND.min(behind.len()));
        let mut before = before.get(from..)?;
        let dots = if from == 0 { "" } else { "…" };
        if let Some((_, whole)) = before.split_once(' ')
            && from > 0
        {
            before = whole;
        }
        Some(Found {
            before: dots.chars().chain(plain(before)).collect(),
            hit: plain(hit).collect(),
            behind: plain(behind.get(..to)?).collect(),
        })
    }
}

/// Marks of emphasis and of code, which are not seen where the text is shown.
const fn is_mark(letter: char) -> bool {
    matches!(letter, '*' | '`')
}

fn plain(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|letter| !is_mark(*letter))
}

fn small(letter: char) -> char {
    let code = u32::from(letter);
    let step = match code {
        0x41..=0x5a | 0xc0..=0xd6 | 0xd8..=0xde | 0x391..=0x3a9 | 0x410..=0x42f => 32,
        0x400..=0x40f => 80,
        0x100..=0x137 | 0x14a..=0x177 if code.is_multiple_of(2) => 1,
        0x139..=0x148 | 0x179..=0x17e if !code.is_multiple_of(2) => 1,
        _ => 0,
    };
    char::from_u32(code + step).unwrap_or(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_are_the_same_letters() {
        for (text, wanted) in [
            ("Hello", "hELLO"),
            ("ÜBER", "über"),
            ("Łódź", "łÓDŹ"),
            ("ΑΒΓ", "αβγ"),
            ("Ёлка", "ёЛКА"),
        ] {
            let place = Wanted::new(wanted).place(text);
            assert_eq!(place, Some((0, text.len())), "{text}");
        }
        for (text, wanted) in [("×", "÷"), ("[", "{"), ("ab", "abc"), ("", "a")] {
            assert_eq!(Wanted::new(wanted).place(text), None, "{text}");
        }
    }

    fn piece(wanted: &str, text: &str) -> Option<[String; 3]> {
        let found = Wanted::new(wanted).piece(text)?;
        Some([found.before, found.hit, found.behind])
    }

    #[test]
    fn a_piece_is_cut_between_words_else_between_letters() {
        let text = ["ü".repeat(40).as_str(), "Here", &"ü".repeat(90)].concat();
        let before = format!("…{}", "ü".repeat(12));
        let found = [before, "Here".to_owned(), "ü".repeat(45)];
        assert_eq!(piece(" here ", &text), Some(found));
        let text = "a word is not cut in the middle of itself";
        let found = ["…not cut in the middle ", "of", " itself"].map(str::to_owned);
        assert_eq!(piece("OF", text), Some(found));
        let whole = ["a", "b", "c"].map(str::to_owned);
        assert_eq!(piece("b", "abc"), Some(whole));
    }

    #[test]
    fn marks_of_emphasis_do_not_stand_in_the_way() {
        let found = ["This ", "is so", "."].map(str::to_owned);
        assert_eq!(piece("is so", "This **is** `so`."), Some(found));
        assert_eq!(Wanted::new("**").place("***"), Some((0, 0)));
    }
}
