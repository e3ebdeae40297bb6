//! Unfinished syntax at the end of a text that still grows, made readable for the moment.
//!
//! Only what is shown of the tail goes through here, never the final result, so this is allowed
//! to guess: open emphasis and code are closed, a half link is its text, a mark that may become
//! anything is left out until it has.

use std::borrow::Cow;

/// The text with its end repaired.
pub(super) fn repair(text: &str) -> Cow<'_, str> {
    let line_start = text.rfind('\n').map_or(0, |at| at + 1);
    let (before, line) = text.split_at_checked(line_start).unwrap_or((text, ""));
    if is_undecided(line) {
        return Cow::Borrowed(before);
    }
    let leaf = text.rfind("\n\n").map_or(0, |at| at + 2);
    let (head, leaf) = text.split_at_checked(leaf).unwrap_or(("", text));
    match inline(leaf) {
        Some(mended) => Cow::Owned(format!("{head}{mended}")),
        None => Cow::Borrowed(text),
    }
}

/// A line that may yet become a marker, a heading, an underline or a delimiter row.
fn is_undecided(line: &str) -> bool {
    let text = line.trim();
    let digits = text.trim_start_matches(|c: char| c.is_ascii_digit());
    !text.is_empty()
        && (text.chars().all(|c| "-=#*+_~`>|: ".contains(c))
            || digits.len() < text.len() && matches!(digits, "" | "." | ")") && text.len() < 10)
}

/// What is open at the end of a leaf, with where it began.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Mark(&'static str),
    Bracket,
}

fn inline(whole: &str) -> Option<String> {
    let leaf = strip_entity(whole);
    let mended = marks(leaf);
    mended.or_else(|| (leaf.len() < whole.len()).then(|| leaf.to_owned()))
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
    for mark in ["**", "__", "~~", "*", "_"] {
        if rest.starts_with(mark) {
            toggle(mark, at, leaf, open);
            return mark.len();
        }
    }
    rest.chars().next().map_or(1, char::len_utf8)
}

/// A closing bracket: of a whole link, of a half one (which stays open), or of nothing.
fn bracket(rest: &str, open: &mut Vec<(Open, usize)>) -> usize {
    let half = rest
        .strip_prefix("](")
        .is_some_and(|target| !target.contains(')'));
    if half {
        return rest.len();
    }
    if let Some(at) = open.iter().rposition(|(what, _)| *what == Open::Bracket) {
        open.truncate(at);
    }
    match rest.strip_prefix("](").and_then(|target| target.find(')')) {
        Some(end) => end + 3,
        None => 1,
    }
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
    if let Some(opened) = open.iter().rposition(|(what, _)| *what == Open::Mark(mark)) {
        open.truncate(opened);
    } else if after.is_none_or(|c| !c.is_whitespace()) {
        open.push((Open::Mark(mark), at));
    }
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
                let label = inner.trim_start_matches('[');
                let label = label.split("](").next().unwrap_or(label).to_owned();
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
