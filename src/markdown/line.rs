//! What one line says by itself (CommonMark 0.31, sections 2.2 and 4.1 to 5.2).

/// An open fence (section 4.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fence {
    mark: u8,
    length: usize,
}

/// The beginning of a list item (section 5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Marker {
    /// What tells one kind of list from another: `-`, `+`, `*`, `.` or `)`.
    pub(super) mark: u8,
    /// The column from which on a line belongs to the item.
    pub(super) content: usize,
    /// Nothing stands behind it.
    pub(super) empty: bool,
}

impl Fence {
    /// The fence that a line opens.
    pub(super) fn open(line: &str) -> Option<Self> {
        let text = line.trim_start_matches(' ');
        let mark = text
            .bytes()
            .next()
            .filter(|mark| matches!(mark, b'`' | b'~'))?;
        let length = text.bytes().take_while(|byte| *byte == mark).count();
        let label = text.get(length..).unwrap_or_default();
        let fits = indent(line) < 4 && length >= 3 && !(mark == b'`' && label.contains('`'));
        fits.then_some(Self { mark, length })
    }

    pub(super) fn is_closed_by(self, line: &str) -> bool {
        let text = trim(line);
        self.may_be_closed_by(line) && text.len() >= self.length
    }

    /// Whether a line that is still being written may yet close the fence.
    pub(super) fn may_be_closed_by(self, unfinished: &str) -> bool {
        indent(unfinished) < 4 && trim(unfinished).bytes().all(|byte| byte == self.mark)
    }
}

impl Marker {
    /// The marker that a line begins with, however far it is indented.
    pub(super) fn at(line: &str) -> Option<Self> {
        let text = line.trim_start_matches(is_space);
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let marks: &[u8] = if digits == 0 { b"-+*" } else { b".)" };
        let mark = *text.as_bytes().get(digits)?;
        let rest = text.get(digits + 1..)?;
        let fits = digits < 10 && marks.contains(&mark);
        if !fits || !(rest.is_empty() || rest.starts_with(is_space)) {
            return None;
        }
        let begin = indent(line);
        let after = begin + digits + 1;
        let room = columns(rest, after) - after;
        let empty = is_blank(rest);
        let room = if empty || room > 4 { 1 } else { room };
        Some(Self {
            mark,
            content: after + room,
            empty,
        })
    }

    /// The item with one more line. It may begin with one blank line, but what follows that is
    /// not in it.
    pub(super) fn followed_by(self, line: &str) -> Self {
        let nothing = self.empty && is_blank(line);
        Self {
            content: if nothing { usize::MAX } else { self.content },
            empty: false,
            ..self
        }
    }
}

pub(super) fn is_blank(line: &str) -> bool {
    trim(line).is_empty()
}

/// The columns of blanks at the beginning.
pub(super) fn indent(line: &str) -> usize {
    columns(line, 0)
}

/// The column that the blanks at the beginning lead to; a tab leads to the next multiple of four.
fn columns(text: &str, from: usize) -> usize {
    let blanks = text.bytes().take_while(|byte| matches!(byte, b' ' | b'\t'));
    blanks.fold(from, |at, byte| match byte {
        b'\t' => (at / 4 + 1) * 4,
        _ => at + 1,
    })
}

/// A heading that begins with `#`.
pub(super) fn is_heading(line: &str) -> bool {
    let text = line.trim_start_matches(' ');
    let level = text.bytes().take_while(|byte| *byte == b'#').count();
    let rest = text.get(level..).unwrap_or_default();
    let ends = rest.is_empty() || rest.starts_with(is_space);
    indent(line) < 4 && (1..=6).contains(&level) && ends
}

/// A thematic break.
pub(super) fn is_rule(line: &str) -> bool {
    let mut marks = line.bytes().filter(|byte| !matches!(byte, b' ' | b'\t'));
    let first = marks.next().filter(|byte| b"-*_".contains(byte));
    let count = 1 + marks.clone().count();
    indent(line) < 4 && count >= 3 && first.is_some_and(|first| marks.all(|mark| mark == first))
}

/// What ends the block of HTML that a line begins, where it is not a blank line (section 4.6).
pub(super) fn html_end(line: &str) -> Option<&'static str> {
    let text = trim(line).strip_prefix('<')?;
    let names = [
        ("pre", "</pre>"),
        ("style", "</style>"),
        ("script", "</script>"),
        ("textarea", "</textarea>"),
    ];
    let named = names.into_iter().find(|(name, _)| {
        let (head, rest) = text.split_at_checked(name.len()).unwrap_or_default();
        let whole = rest.is_empty() || rest.starts_with(is_space) || rest.starts_with('>');
        head.eq_ignore_ascii_case(name) && whole
    });
    if let Some((_, end)) = named {
        return Some(end);
    }
    let others = [("!--", "-->"), ("?", "?>"), ("![CDATA[", "]]>")];
    if let Some((_, end)) = others.into_iter().find(|(head, _)| text.starts_with(head)) {
        return Some(end);
    }
    let declaration = text.strip_prefix('!')?;
    declaration
        .starts_with(|first: char| first.is_ascii_alphabetic())
        .then_some(">")
}

fn trim(line: &str) -> &str {
    line.trim_matches(is_space)
}

/// Blanks as Markdown has them: a no-break space is a letter like any other.
const fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\u{b}' | '\u{c}')
}
