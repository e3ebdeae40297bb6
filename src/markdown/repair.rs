//! Unfinished syntax at the end of a text that still grows, made readable for the moment.
//!
//! Only what is shown of the tail goes through here, never the final result, so this is allowed
//! to guess: open emphasis and code are closed, a half link is its text, a mark that may become
//! anything is left out until it has.

use std::borrow::Cow;

use super::leaf::{self, Leaf};

/// How many marks may be open at once; where there are more, nothing is repaired.
const MOST: usize = 32;

/// How much of a link's target is looked through for its end.
const LONGEST: usize = 4096;

/// The text with its end repaired.
pub(super) fn repair(text: &str) -> Cow<'_, str> {
    let (head, leaf) = match leaf::last(text) {
        Leaf::Decided => return Cow::Borrowed(text),
        Leaf::Undecided(before) => return Cow::Borrowed(before),
        Leaf::Words(head, leaf) => (head, leaf),
    };
    match inline(leaf) {
        Some(mended) => Cow::Owned([head, &mended].concat()),
        None => Cow::Borrowed(text),
    }
}

/// What is open at the end of a leaf, with where it began.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Mark(&'static str),
    Bracket,
}

fn inline(whole: &str) -> Option<String> {
    let leaf = strip_angle(strip_half(strip_entity(whole)));
    let mended = marks(&leaf);
    mended.or_else(|| (leaf != whole).then(|| leaf.into_owned()))
}

fn marks(leaf: &str) -> Option<String> {
    let mut open: Vec<(Open, usize)> = Vec::new();
    let mut at = 0;
    while let Some(rest) = leaf.get(at..).filter(|rest| !rest.is_empty()) {
        let ticks = rest.len() - rest.trim_start_matches('`').len();
        if ticks > 0 {
            let fence = rest.get(..ticks).unwrap_or_default();
            match rest.get(ticks..).and_then(|inner| inner.find(fence)) {
                Some(end) => at += ticks + end + ticks,
                None => return Some(close_code(leaf, at, fence, &open)),
            }
            continue;
        }
        at += step(rest, at, leaf, &mut open);
        if open.len() > MOST {
            return None;
        }
    }
    finish(leaf, &open)
}

/// Reads one mark or character; gives its length.
fn step(rest: &str, at: usize, leaf: &str, open: &mut Vec<(Open, usize)>) -> usize {
    if rest.starts_with('\\') {
        return 1 + rest.chars().nth(1).map_or(0, char::len_utf8);
    }
    if rest.starts_with('[') {
        open.push((Open::Bracket, at));
        return 1;
    }
    if rest.starts_with(']') {
        return bracket(rest, open);
    }
    // In `**a *b**` the first of the last two marks closes the inner one.
    let inner = open.last().and_then(|(what, _)| match what {
        Open::Mark(mark) => Some(*mark),
        Open::Bracket => None,
    });
    let closing = inner.filter(|_| follows_word(leaf, at));
    for mark in closing.into_iter().chain(["**", "__", "~~", "*", "_"]) {
        if rest.starts_with(mark) {
            toggle(mark, at, leaf, open);
            return mark.len();
        }
    }
    rest.chars().next().map_or(1, char::len_utf8)
}

/// A closing bracket: of a whole link, of a half one (which stays open), or of nothing.
fn bracket(rest: &str, open: &mut Vec<(Open, usize)>) -> usize {
    let target = rest.strip_prefix("](").map(target_end);
    if rest == "]" || target == Some(None) {
        return rest.len();
    }
    if let Some(at) = open.iter().rposition(|(what, _)| *what == Open::Bracket) {
        open.truncate(at);
    }
    target.flatten().map_or(1, |end| end + 3)
}

/// Where the bracket is that ends a link's target.
fn target_end(target: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in target.bytes().enumerate().take(LONGEST) {
        match byte {
            b'(' => depth += 1,
            b')' if depth == 0 => return Some(at),
            b')' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn toggle(mark: &'static str, at: usize, leaf: &str, open: &mut Vec<(Open, usize)>) {
    let before = leaf.get(..at).and_then(|text| text.chars().next_back());
    let after = leaf
        .get(at + mark.len()..)
        .and_then(|text| text.chars().next());
    let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    if mark.starts_with('_') && word(before) && word(after) {
        return;
    }
    let opened = open.iter().rposition(|(what, _)| *what == Open::Mark(mark));
    if let Some(opened) = opened.filter(|_| follows_word(leaf, at)) {
        open.truncate(opened);
    } else if after.is_none_or(|c| !c.is_whitespace()) {
        open.push((Open::Mark(mark), at));
    }
}

/// Whether something other than a blank is right before.
fn follows_word(leaf: &str, at: usize) -> bool {
    let before = leaf.get(..at).and_then(|text| text.chars().next_back());
    before.is_some_and(|c| !c.is_whitespace())
}

fn close_code(leaf: &str, at: usize, fence: &str, open: &[(Open, usize)]) -> String {
    let code = leaf.get(at + fence.len()..).unwrap_or_default();
    let mended = match code.trim().is_empty() {
        true => leaf.get(..at).unwrap_or_default().to_owned(),
        false => format!("{}{fence}", leaf.trim_end()),
    };
    finish(&mended, open).unwrap_or(mended)
}

/// Closes what is open, innermost first; `None` where nothing had to change.
fn finish(leaf: &str, open: &[(Open, usize)]) -> Option<String> {
    let mut text = leaf.to_owned();
    for (what, at) in open.iter().rev() {
        let inner = text.get(*at..).unwrap_or_default();
        match what {
            Open::Bracket => {
                let label = label(inner).to_owned();
                let image = text.get(..*at).is_some_and(|before| before.ends_with('!'));
                text.truncate(if image { at.saturating_sub(1) } else { *at });
                text.push_str(&label);
            }
            Open::Mark(mark) if inner.len() <= mark.len() => text.truncate(*at),
            Open::Mark(mark) => {
                text.truncate(text.trim_end().len());
                text.push_str(mark);
            }
        }
    }
    (text != leaf).then_some(text)
}

/// The label of a link that is not whole.
fn label(link: &str) -> &str {
    let label = link.strip_prefix('[').unwrap_or(link);
    match label.rsplit_once("](") {
        Some((label, target)) if target_end(target).is_none() => label,
        _ => label.strip_suffix(']').unwrap_or(label),
    }
}

/// Leaves out a character reference that is not whole, such as `&am`.
fn strip_entity(leaf: &str) -> &str {
    match leaf.rsplit_once('&') {
        Some((before, name))
            if name.len() < 10 && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '#') =>
        {
            before
        }
        _ => leaf,
    }
}

/// Leaves out one of two tildes, and a backslash whose character is still to come.
fn strip_half(leaf: &str) -> &str {
    let half = |mark: char| leaf.len() - leaf.trim_end_matches(mark).len() == 1;
    match half('~') || half('\\') {
        true => leaf.get(..leaf.len() - 1).unwrap_or(leaf),
        false => leaf,
    }
}

/// An address in angle brackets, of which only the first has come, goes without it.
fn strip_angle(leaf: &str) -> Cow<'_, str> {
    let half = |address: &str| {
        ["https://", "http://", "mailto:"]
            .iter()
            .any(|scheme| address.starts_with(scheme) || scheme.starts_with(address))
            && !address.contains(|c: char| c.is_whitespace() || c == '>')
    };
    match leaf.rsplit_once('<') {
        Some((before, address)) if half(address) => Cow::Owned([before, address].concat()),
        _ => Cow::Borrowed(leaf),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

    use super::*;

    #[test]
    fn half_marks_are_mended_at_the_end() {
        for (half, mended) in [
            ("some **bold", "some **bold**"),
            ("some **bold*", "some **bold**"),
            ("some ***both", "some ***both***"),
            ("some ~~gone~", "some ~~gone~~"),
            ("*a * b", "*a * b*"),
            ("a `co*de", "a `co*de`"),
            ("a ``co`de", "a ``co`de``"),
            ("[a **b", "a **b**"),
            ("[text]", "text"),
            ("[text](", "text"),
            ("[text](https://x.test/a_(b)", "text"),
            (
                "[![alt](https://x.test/a.png)](htt",
                "![alt](https://x.test/a.png)",
            ),
            ("x ![alt](htt", "x alt"),
            ("one \\", "one "),
            ("x &#12", "x "),
            ("see <https://x.te", "see https://x.te"),
            ("- a *b\n- c", "- a *b\n- c"),
            ("a *b\n\nc", "a *b\n\nc"),
            ("> a **b\n> c", "> a **b\n> c**"),
            ("| *a |\n|-|\n| **b", "| *a |\n|-|\n| **b**"),
        ] {
            assert_eq!(repair(half), mended, "{half}");
        }
    }

    #[test]
    fn whole_text_stays_as_it_is() {
        for whole in [
            "plain words",
            "**b** _i_ `c` ~~s~~ [l](https://x.test) done",
            "2 * 3 * 4",
            "snake_case_name and __init__.py",
            "array[0] is",
            "a \\* b",
            "AT&T is",
            "1 < 2",
        ] {
            assert_eq!(repair(whole), whole, "{whole}");
        }
    }

    #[test]
    fn code_is_not_mended() {
        for code in [
            "1. a\n   ```sh\n   ls *.rs | grep `x",
            "- ```\n  let a = b[",
            "> ~~~\n> **",
            "    indented *code",
        ] {
            assert_eq!(repair(code), code, "{code}");
        }
        assert_eq!(repair("- ```\n  a\n  ``"), "- ```\n  a");
    }

    #[test]
    fn a_mark_that_may_become_anything_is_not_shown() {
        for mark in [
            "-", "1", "1.", "#", "##", "- ", "*", "**", "=", "|", "|--", ">", "``", "- [", "- [ ",
            "- [x", "1. [ ]",
        ] {
            assert_eq!(repair(&format!("text\n{mark}")), "text\n", "{mark}");
        }
    }

    #[test]
    fn many_marks_cost_no_more_than_their_length() {
        for marks in ["[", "](", "**a ", "`a ``", "_a "] {
            let _ = repair(&marks.repeat(50_000));
        }
    }
}
