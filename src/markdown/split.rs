//! Where a text may be cut: before a line that no longer belongs to the blocks before it.
//!
//! The rules look at one line at a time and never back, so they come to the same cuts however the
//! text arrives. They are coarser than the block rules of CommonMark: a piece may hold several
//! blocks, but no block spans two pieces.

/// What the piece at hand is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Piece {
    /// Nothing yet but blank lines.
    #[default]
    Empty,
    /// A fenced code block that is still open.
    Fence(Fence),
    /// A list, which goes on after a blank line with an indented line or another marker.
    List,
    /// Anything else, which ends at a blank line.
    Plain,
}

/// An open fence (CommonMark 0.31, section 4.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fence {
    mark: u8,
    length: usize,
}

/// What a line does to the piece at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// It belongs to it.
    None,
    /// It begins another.
    Before,
    /// It is the last of it.
    After,
    /// It is one by itself.
    Both,
}

/// The rules' memory: the piece, and whether the last line was blank.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Splitter {
    pub(super) piece: Piece,
    blank: bool,
}

impl Splitter {
    /// Takes a whole line, without its end.
    pub(super) fn line(&mut self, line: &str) -> Cut {
        let cut = self.judge(line);
        let begun = match cut {
            Cut::None => self.piece,
            Cut::Before => kind(line),
            Cut::After | Cut::Both => Piece::Empty,
        };
        self.piece = match (begun, cut) {
            (Piece::Empty, Cut::None) if !is_blank(line) => kind(line),
            _ => begun,
        };
        self.blank = is_blank(line) && !matches!(self.piece, Piece::Fence(_));
        cut
    }

    fn judge(&self, line: &str) -> Cut {
        if let Piece::Fence(fence) = self.piece {
            return if fence.is_closed_by(line) {
                Cut::After
            } else {
                Cut::None
            };
        }
        if is_blank(line) {
            return Cut::None;
        }
        let heading = is_heading(line);
        match self.piece {
            Piece::Empty if heading => Cut::After,
            Piece::Empty => Cut::None,
            _ if heading && indent(line) < 2 => Cut::Both,
            _ if self.ends_at(line) => Cut::Before,
            _ => Cut::None,
        }
    }

    fn ends_at(&self, line: &str) -> bool {
        let fence = Fence::open(line).is_some();
        match self.piece {
            Piece::List => indent(line) < 2 && (fence || self.blank && !is_marker(line)),
            _ => indent(line) < 4 && (fence || self.blank),
        }
    }

    /// Whether a line that is still being written can already be told to begin another piece.
    pub(super) fn begins_another(&self, unfinished: &str) -> bool {
        let first = unfinished.trim_start_matches(' ').chars().next();
        let told = match self.piece {
            Piece::Plain => first.is_some_and(|first| !first.is_whitespace() && first != '#'),
            Piece::List => first.is_some_and(char::is_alphabetic),
            Piece::Empty | Piece::Fence(_) => false,
        };
        self.blank && told && self.ends_at(unfinished) && Fence::open(unfinished).is_none()
    }
}

/// The kind of piece that a line begins.
fn kind(line: &str) -> Piece {
    match Fence::open(line) {
        Some(fence) => Piece::Fence(fence),
        None if is_marker(line) && indent(line) < 4 => Piece::List,
        None => Piece::Plain,
    }
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
        let info = text.get(length..).unwrap_or_default();
        let fits = indent(line) < 4 && length >= 3 && !(mark == b'`' && info.contains('`'));
        fits.then_some(Self { mark, length })
    }

    fn is_closed_by(self, line: &str) -> bool {
        let text = line.trim();
        indent(line) < 4 && text.len() >= self.length && text.bytes().all(|byte| byte == self.mark)
    }

    /// Whether a line that is still being written may yet close the fence.
    pub(super) fn may_be_closed_by(self, unfinished: &str) -> bool {
        indent(unfinished) < 4 && unfinished.trim().bytes().all(|byte| byte == self.mark)
    }
}

fn is_blank(line: &str) -> bool {
    line.trim().is_empty()
}

/// Spaces at the beginning; a tab counts as four.
pub(super) fn indent(line: &str) -> usize {
    let blanks = line.bytes().take_while(|byte| matches!(byte, b' ' | b'\t'));
    blanks.map(|byte| if byte == b'\t' { 4 } else { 1 }).sum()
}

fn is_heading(line: &str) -> bool {
    let text = line.trim_start_matches(' ');
    let level = text.bytes().take_while(|byte| *byte == b'#').count();
    let after = text.as_bytes().get(level);
    indent(line) < 4
        && (1..=6).contains(&level)
        && after.is_none_or(|byte| matches!(byte, b' ' | b'\t'))
}

fn is_marker(line: &str) -> bool {
    let text = line.trim_start();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let marks: &[u8] = if digits == 0 { b"-+*" } else { b".)" };
    let rest = text.as_bytes().get(digits..).unwrap_or_default();
    match rest {
        [mark] => marks.contains(mark) && digits < 10,
        [mark, next, ..] => marks.contains(mark) && digits < 10 && matches!(next, b' ' | b'\t'),
        [] => false,
    }
}
