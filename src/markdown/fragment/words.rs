//! The words of a fragment, read without a browser: for speaking, for the search, and where the
//! browser does not read it for us.

use super::{Block, Inline, Kind, kind};

/// The text of a fragment without its tags, one line for each block.
#[must_use]
pub fn words(html: &str) -> String {
    let mut words = Words::default();
    let mut rest = html;
    while let Some((before, from)) = rest.find('<').and_then(|at| rest.split_at_checked(at)) {
        words.text(before);
        rest = words.tag(from);
    }
    words.text(rest);
    let mut text = words.text;
    text.truncate(text.trim_end().len());
    text
}

/// The same as paragraphs.
#[must_use]
pub fn lines(html: &str) -> Vec<Block> {
    let words = words(html);
    let line = |line: &str| Block::Paragraph(vec![Inline::Text(line.to_owned())]);
    words.lines().map(line).collect()
}

/// A tag's name at the beginning of a text, in small letters, and what comes behind it.
pub(super) fn name(text: &str) -> (String, &str) {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric());
    let (name, behind) = text
        .split_at_checked(end.unwrap_or(text.len()))
        .unwrap_or_default();
    (name.to_ascii_lowercase(), behind)
}

#[derive(Default)]
struct Words {
    text: String,
}

impl Words {
    fn text(&mut self, html: &str) {
        for (at, piece) in html.split('&').enumerate() {
            let known = if at == 0 { None } else { entity(piece) };
            let (letter, behind) = match known {
                Some((letter, behind)) => (Some(letter), behind),
                None => ((at > 0).then_some('&'), piece),
            };
            letter
                .into_iter()
                .chain(behind.chars())
                .for_each(|letter| self.letter(letter));
        }
    }

    fn letter(&mut self, letter: char) {
        if !letter.is_ascii_whitespace() {
            self.text.push(letter);
        } else if !self.text.is_empty() && !self.text.ends_with([' ', '\n']) {
            self.text.push(' ');
        }
    }

    /// Passes over what begins with `<`; gives what comes behind it.
    fn tag<'a>(&mut self, from: &'a str) -> &'a str {
        let rest = from.get(1..).unwrap_or_default();
        if rest.starts_with("!--") {
            return behind(rest, "-->");
        }
        let ends = rest.starts_with('/');
        let (name, attributes) = name(rest.trim_start_matches('/'));
        let named = name.starts_with(|c: char| c.is_ascii_alphabetic());
        if !named && !ends && !rest.starts_with(['!', '?']) {
            self.letter('<');
            return rest;
        }
        let rest = behind_tag(attributes);
        match kind(&name) {
            // These hold nothing, and so have no end.
            Kind::Nothing
                if matches!(name.as_str(), "input" | "link" | "meta" | "base" | "embed") =>
            {
                rest
            }
            Kind::Nothing if !ends => behind_element(rest, &name),
            Kind::Block if matches!(name.as_str(), "td" | "th") => {
                self.letter(' ');
                rest
            }
            Kind::Block => self.line(rest),
            Kind::Inline if name == "br" => self.line(rest),
            _ => rest,
        }
    }

    fn line<'a>(&mut self, rest: &'a str) -> &'a str {
        self.text.truncate(self.text.trim_end_matches(' ').len());
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
        rest
    }
}

fn behind<'a>(text: &'a str, end: &str) -> &'a str {
    text.split_once(end).map_or("", |(_, behind)| behind)
}

/// What comes behind the end of a tag; a `>` within quotes does not end it.
fn behind_tag(attributes: &str) -> &str {
    let mut quote = None;
    for (at, letter) in attributes.char_indices() {
        match quote {
            Some(open) if open == letter => quote = None,
            Some(_) => {}
            None if letter == '>' => return attributes.get(at + 1..).unwrap_or_default(),
            None => quote = Some(letter).filter(|letter| matches!(letter, '"' | '\'')),
        }
    }
    ""
}

/// What comes behind an element of which nothing is shown.
fn behind_element<'a>(mut rest: &'a str, tag: &str) -> &'a str {
    while let Some((_, from)) = rest.split_once("</") {
        let (ended, behind) = name(from);
        if ended == tag {
            return behind_tag(behind);
        }
        rest = from;
    }
    ""
}

/// The letter that an entity stands for, and what comes behind it.
fn entity(piece: &str) -> Option<(char, &str)> {
    let (name, behind) = piece.split_once(';')?;
    let letter = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)?
        }
    };
    Some((letter, behind))
}
