//! The end of a text that still grows: the words that the next chunk goes on with.

use super::line::{Fence, Marker, indent, is_blank, is_heading};

/// What the end of a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leaf<'a> {
    /// Code, which is as it stands.
    Decided,
    /// A line that may yet become a marker, a heading, an underline, a fence or a delimiter row.
    /// This is the text before it.
    Undecided(&'a str),
    /// Running text, after the text before it.
    Words(&'a str, &'a str),
}

/// Looks at the end of a text.
pub(super) fn last(text: &str) -> Leaf<'_> {
    let last = text.rfind('\n').map_or(0, |at| at + 1);
    let (before, line) = text.split_at_checked(last).unwrap_or((text, ""));
    if let Some(fence) = open_fence(before) {
        let closing = !is_blank(line) && fence.may_be_closed_by(inner(line));
        return match closing {
            true => Leaf::Undecided(before.strip_suffix('\n').unwrap_or(before)),
            false => Leaf::Decided,
        };
    }
    if is_undecided(line) {
        return Leaf::Undecided(before);
    }
    let (head, leaf) = text
        .split_at_checked(begin(text, last))
        .unwrap_or(("", text));
    let code = head.is_empty() && indent(leaf) >= 4;
    match code || Fence::open(inner(line)).is_some() {
        true => Leaf::Decided,
        false => Leaf::Words(head, leaf),
    }
}

/// The fence that is open after whole lines, in whatever it is.
fn open_fence(lines: &str) -> Option<Fence> {
    let mut open: Option<Fence> = None;
    for line in lines.lines() {
        open = match open {
            Some(fence) if fence.is_closed_by(inner(line)) => None,
            Some(fence) => Some(fence),
            None => Fence::open(inner(line)),
        };
    }
    open
}

/// A line without what it is nested in.
fn inner(line: &str) -> &str {
    let mut inner = line.trim_start();
    while let Some(less) = strip_container(inner) {
        inner = less;
    }
    inner
}

fn strip_container(line: &str) -> Option<&str> {
    let rest = match line.strip_prefix('>') {
        Some(rest) => rest,
        None => {
            Marker::at(line)?;
            let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
            rest.get(1..)?
        }
    };
    Some(rest.trim_start())
}

fn is_undecided(line: &str) -> bool {
    let text = line.trim();
    let digits = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let marks = text.chars().all(|c| "-=#*+_~`>|: ".contains(c));
    let number = digits.len() < text.len() && matches!(digits, "" | "." | ")") && text.len() < 10;
    let rest = inner(text);
    let task = ["[", "[ ", "[ ]", "[x", "[x]", "[X", "[X]"].contains(&rest);
    !text.is_empty() && (marks || number || task && rest.len() < text.len())
}

/// Where the running text begins that the line is part of.
fn begin(text: &str, line: usize) -> usize {
    let mut begin = line;
    while let Some((before, at)) = line_before(text, begin) {
        let this = text.get(begin..).unwrap_or_default();
        let this = this.split('\n').next().unwrap_or(this);
        if begins_leaf(this) || is_blank(before) || is_heading(before) {
            break;
        }
        begin = at;
    }
    begin
}

/// The line before the one that begins here, and where it begins.
fn line_before(text: &str, begin: usize) -> Option<(&str, usize)> {
    let before = text.get(..begin)?.strip_suffix('\n')?;
    let at = before.rfind('\n').map_or(0, |at| at + 1);
    Some((before.get(at..)?, at))
}

fn begins_leaf(line: &str) -> bool {
    let text = line.trim_start_matches([' ', '>']);
    Marker::at(text).is_some() || is_heading(text) || text.starts_with('|')
}
