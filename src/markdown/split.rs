//! Where a text may be cut: before a line that no longer belongs to the blocks before it.
//!
//! The rules look at one line at a time and never ahead, so they come to the same cuts however
//! the text arrives. A piece may hold several blocks, but no block spans two pieces. Where the
//! line alone does not tell, the piece is parsed with it to see whether a block begins there.

use super::line::{Fence, Marker, html_end, indent, is_blank, is_heading, is_rule};
use super::parse;

/// What the piece at hand is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Piece {
    /// Nothing yet but blank lines.
    #[default]
    Empty,
    /// A fenced code block that is still open.
    Fence(Fence),
    /// HTML up to the line that holds this, or else to a blank line.
    Html(Option<&'static str>),
    /// A list, whose last item begins with this.
    List(Marker),
    /// Anything else, which ends at a blank line.
    Plain,
}

/// What a line does to the piece at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// It belongs to it.
    None,
    /// It begins another item of its list; the items before are as they will be.
    Item {
        /// The item is one of the same list as the last.
        joins: bool,
    },
    /// It begins another piece.
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
    /// How many bytes were parsed to find cuts.
    pub(super) parsed: usize,
}

impl Splitter {
    /// Takes a whole line, without its end, that follows the lines of the piece so far.
    pub(super) fn line(&mut self, piece: &str, line: &str) -> Cut {
        let cut = self.judge(piece, line);
        self.piece = match cut {
            Cut::None => self.gone_on(line),
            Cut::Item { .. } => Marker::at(line).map_or(self.piece, Piece::List),
            Cut::Before => self.kind(line),
            Cut::After | Cut::Both => Piece::Empty,
        };
        self.blank = is_blank(line);
        match (self.piece, cut) {
            (Piece::Html(Some(end)), Cut::Before) if line.contains(end) => self.end(Cut::Both),
            (Piece::Html(Some(end)), _) if line.contains(end) => self.end(Cut::After),
            _ => cut,
        }
    }

    /// The piece with one more line.
    fn gone_on(&mut self, line: &str) -> Piece {
        match self.piece {
            Piece::Empty => self.kind(line),
            Piece::List(last) => Piece::List(last.followed_by(line)),
            other => other,
        }
    }

    const fn end(&mut self, cut: Cut) -> Cut {
        self.piece = Piece::Empty;
        cut
    }

    fn judge(&mut self, piece: &str, line: &str) -> Cut {
        match self.piece {
            Piece::Fence(fence) if fence.is_closed_by(line) => Cut::After,
            Piece::Fence(_) | Piece::Html(Some(_)) => Cut::None,
            _ if is_blank(line) => Cut::None,
            Piece::Html(None) if !self.blank => Cut::None,
            Piece::Empty if is_heading(line) => Cut::After,
            Piece::Empty => Cut::None,
            Piece::List(last) => self.after_item(last, piece, line),
            Piece::Html(None) | Piece::Plain => self.after_text(piece, line),
        }
    }

    fn after_text(&mut self, piece: &str, line: &str) -> Cut {
        let html = matches!(self.piece, Piece::Html(_));
        if indent(line) >= 4 && !html {
            return Cut::None;
        }
        if is_heading(line) {
            return Cut::Both;
        }
        let unsure = Marker::at(line).is_some() || is_html(line);
        match self.blank || Fence::open(line).is_some() || unsure && self.begins(piece, line) {
            true => Cut::Before,
            false => Cut::None,
        }
    }

    fn after_item(&mut self, last: Marker, piece: &str, line: &str) -> Cut {
        let indent = indent(line);
        if indent >= 4 || indent >= last.content {
            return Cut::None;
        }
        let marker = Marker::at(line).filter(|_| !is_rule(line));
        if let Some(marker) = marker
            && (last.content < usize::MAX || indent < 2)
        {
            let joins = marker.mark == last.mark;
            return Cut::Item { joins };
        }
        let sure = indent < 2 && (self.blank || Fence::open(line).is_some());
        match sure || is_heading(line) || self.begins(piece, line) {
            true if is_heading(line) => Cut::Both,
            true => Cut::Before,
            false => Cut::None,
        }
    }

    /// Asks the parser whether a block begins with the line.
    fn begins(&mut self, piece: &str, line: &str) -> bool {
        self.parsed += piece.len() + line.len();
        parse::begins(piece, line).is_some()
    }

    /// Whether a line that is still being written can already be told to begin another piece.
    pub(super) fn begins_another(&self, unfinished: &str) -> bool {
        let first = unfinished.trim_start_matches(' ').chars().next();
        let told = match self.piece {
            Piece::Plain | Piece::Html(None) => first.is_some_and(|first| !first.is_whitespace()),
            Piece::List(_) => first.is_some_and(char::is_alphabetic) && indent(unfinished) < 2,
            Piece::Empty | Piece::Fence(_) | Piece::Html(Some(_)) => false,
        };
        self.blank && told && indent(unfinished) < 4
    }

    /// The kind of piece that a line begins.
    fn kind(&mut self, line: &str) -> Piece {
        if is_blank(line) {
            return Piece::Empty;
        }
        if let Some(fence) = Fence::open(line) {
            return Piece::Fence(fence);
        }
        if is_html(line) && parse::begins("", line) == Some(parse::Begun::Html) {
            return Piece::Html(html_end(line));
        }
        let marker = Marker::at(line).filter(|_| indent(line) < 4 && !is_rule(line));
        marker.map_or(Piece::Plain, Piece::List)
    }
}

/// Whether a line may begin a block of HTML.
fn is_html(line: &str) -> bool {
    indent(line) < 4 && line.trim_start_matches(' ').starts_with('<')
}
