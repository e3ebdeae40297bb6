//! Markdown that is still being written.

use super::block::{Block, Inline};
use super::items::Items;
use super::line::Fence;
use super::parse;
use super::repair::repair;
use super::split::{Cut, Piece, Splitter};

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;

/// What a chunk does to the blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BlockChange {
    /// This block is final. It comes before the open ones.
    Close(Block),
    /// The open blocks are these now.
    Tail(Vec<Block>),
    /// The last text of the last open block got longer by this, and nothing else moved.
    Grow(String),
}

/// A text that grows chunk by chunk.
#[derive(Clone, Debug, Default)]
pub struct Stream {
    source: String,
    /// Where the piece at hand begins.
    start: usize,
    /// Where the line at hand begins.
    line: usize,
    /// Up to where line ends were looked for.
    sought: usize,
    splitter: Splitter,
    items: Items,
    /// The last byte was a carriage return, whose line feed may still come.
    carriage_return: bool,
    shown: Shown,
    parsed: usize,
}

/// What the outside was told of the tail.
#[derive(Clone, Debug, Default)]
struct Shown {
    /// Up to where the source is on the screen.
    upto: usize,
    /// The tail can grow without being parsed anew.
    grows: Growth,
    /// Something is open.
    open: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Growth {
    #[default]
    Never,
    /// Running text that ends in plain text.
    Text,
    /// A fence whose code is on the screen.
    Code(Fence),
}

impl Stream {
    /// An empty text.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The Markdown so far, line ends as line feeds.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// How many bytes were parsed so far, for tests of the cost.
    #[must_use]
    pub const fn parsed(&self) -> usize {
        self.parsed + self.splitter.parsed
    }

    /// Takes the next chunk.
    pub fn push(&mut self, delta: &str) -> Vec<BlockChange> {
        if delta.is_empty() {
            return Vec::new();
        }
        self.append(delta);
        let mut changes = Vec::new();
        self.lines(&mut changes);
        self.early_cut(&mut changes);
        self.tail(&mut changes);
        changes
    }

    /// The text is whole: whatever is open is closed.
    pub fn finish(&mut self) -> Vec<BlockChange> {
        let mut changes = Vec::new();
        if self.line < self.source.len() {
            self.whole_line(self.source.len(), &mut changes);
        }
        self.close(self.source.len(), &mut changes);
        if std::mem::take(&mut self.shown).open {
            changes.push(BlockChange::Tail(Vec::new()));
        }
        changes
    }

    fn append(&mut self, delta: &str) {
        for character in delta.chars() {
            let after_return = std::mem::replace(&mut self.carriage_return, character == '\r');
            match character {
                '\n' if after_return => {}
                '\r' => self.source.push('\n'),
                '\0' => self.source.push('\u{FFFD}'),
                other => self.source.push(other),
            }
        }
    }

    fn lines(&mut self, changes: &mut Vec<BlockChange>) {
        while let Some(length) = self
            .source
            .get(self.sought..)
            .and_then(|new| new.find('\n'))
        {
            let end = self.sought + length;
            self.whole_line(end, changes);
            self.line = end + 1;
            self.sought = self.line;
            if self.splitter.piece == Piece::Empty {
                self.close(self.line, changes);
            }
        }
        self.sought = self.source.len();
    }

    /// The line at hand is whole and ends here.
    fn whole_line(&mut self, end: usize, changes: &mut Vec<BlockChange>) {
        let line = self.source.get(self.line..end).unwrap_or_default();
        let piece = self.source.get(self.start..self.line).unwrap_or_default();
        match self.splitter.line(piece, line) {
            Cut::Before | Cut::Both => self.close(self.line, changes),
            Cut::Item { joins } => self.items.begin(self.line, joins),
            Cut::None | Cut::After => {}
        }
    }

    /// Cuts before a line that is still being written, where that can be told already.
    fn early_cut(&mut self, changes: &mut Vec<BlockChange>) {
        let unfinished = self.source.get(self.line..).unwrap_or_default();
        if self.start < self.line && self.splitter.begins_another(unfinished) {
            self.close(self.line, changes);
        }
    }

    /// Everything before `end` is final.
    fn close(&mut self, end: usize, changes: &mut Vec<BlockChange>) {
        let mut open = self.shown.open;
        let piece = self.source.get(self.start..end).unwrap_or_default();
        if !piece.trim().is_empty() {
            self.parsed += piece.len();
            let blocks = parse::piece(piece);
            changes.extend(blocks.into_iter().map(BlockChange::Close));
            if std::mem::take(&mut open) {
                changes.push(BlockChange::Tail(Vec::new()));
            }
        }
        self.start = end;
        self.items = Items::new(end);
        self.shown = Shown {
            upto: end,
            open,
            ..Shown::default()
        };
    }

    /// Shows the open end: by growing what is there, else by parsing the piece anew.
    fn tail(&mut self, changes: &mut Vec<BlockChange>) {
        if self.start == self.source.len() {
            return;
        }
        let grown = match self.shown.grows {
            Growth::Never => None,
            Growth::Text => self.grow_text(),
            Growth::Code(fence) => Some(self.grow_code(fence)),
        };
        match grown {
            Some(text) if text.is_empty() => {}
            Some(text) => changes.push(BlockChange::Grow(text)),
            None => self.parse_tail(changes),
        }
    }

    /// Plain words after plain words. Blanks at the end wait for what follows them.
    fn grow_text(&mut self) -> Option<String> {
        let new = self.source.get(self.shown.upto..)?;
        let plain = |c: char| c.is_alphanumeric() || c == ' ' || ",.?'\"(%/".contains(c);
        if !new.chars().all(plain) || self.may_hold_address(new) {
            return None;
        }
        let shown = new.trim_end_matches(' ').to_owned();
        self.shown.upto += shown.len();
        Some(shown)
    }

    /// Whether the new text, with the word that it goes on with, may become a bare address.
    fn may_hold_address(&self, new: &str) -> bool {
        let line = self.source.get(self.line..).unwrap_or_default();
        let old = line.strip_suffix(new).unwrap_or(line);
        let word = old.rsplit(char::is_whitespace).next().unwrap_or(old).len();
        let from = old.len() - word;
        line.get(from..).is_some_and(|end| end.contains("http"))
    }

    /// Code, but for a last line that may yet be the closing fence.
    fn grow_code(&mut self, fence: Fence) -> String {
        let end = self.code_end(fence);
        let new = self
            .source
            .get(self.shown.upto..end)
            .unwrap_or_default()
            .to_owned();
        self.shown.upto = self.shown.upto.max(end);
        new
    }

    /// Up to where code can be shown. The line end before a closing fence is no part of it.
    fn code_end(&self, fence: Fence) -> usize {
        let unfinished = self.source.get(self.line..).unwrap_or_default();
        match fence.may_be_closed_by(unfinished) {
            true => self.line.saturating_sub(1),
            false => self.source.len(),
        }
    }

    fn parse_tail(&mut self, changes: &mut Vec<BlockChange>) {
        if let Piece::Fence(fence) = self.splitter.piece {
            return self.open_code(fence, changes);
        }
        self.parsed += self.items.settle(&self.source);
        let open = self.source.get(self.items.last..).unwrap_or_default();
        self.parsed += open.len();
        let shown = repair(open);
        // A fence whose line is not whole yet is code already.
        let blocks = match Fence::open(open) {
            Some(_) => vec![code(None, "")],
            None => self.items.with(parse::piece(&shown)),
        };
        let grows = match shown == open && self.can_grow(&blocks) {
            true => Growth::Text,
            false => Growth::Never,
        };
        let upto = self.items.last + open.trim_end_matches(' ').len();
        self.shown = Shown {
            upto,
            grows,
            open: true,
        };
        changes.push(BlockChange::Tail(blocks));
    }

    /// The line that opens a fence is whole: what comes from now on is code.
    fn open_code(&mut self, fence: Fence, changes: &mut Vec<BlockChange>) {
        let piece = self.source.get(self.start..).unwrap_or_default();
        let opening = piece.find('\n').unwrap_or(piece.len());
        let begin = self.start + (opening + 1).min(piece.len());
        let upto = self.code_end(fence).max(begin);
        let info = piece.get(..opening).unwrap_or_default();
        let language = parse::language(info.trim_start_matches([' ', '`', '~']));
        let text = self.source.get(begin..upto).unwrap_or_default();
        changes.push(BlockChange::Tail(vec![code(language, text)]));
        self.shown = Shown {
            upto,
            grows: Growth::Code(fence),
            open: true,
        };
    }

    /// Whether plain words can be put to the end: it is plain text in a line that has words, so
    /// that it cannot become a marker or an underline any more.
    fn can_grow(&self, blocks: &[Block]) -> bool {
        let line = self.source.get(self.line..).unwrap_or_default();
        let Some(Block::Paragraph(content) | Block::Heading { content, .. }) = blocks.last() else {
            return false;
        };
        // What follows these may change what they are.
        let undecided = line.ends_with(['\\', ']', '&', '*', '_', '~', '`', '<']);
        let Some(Inline::Text(text)) = content.last() else {
            return false;
        };
        // The marks that end a heading are no text until more comes.
        let ends_alike = text.chars().next_back() == line.trim_end().chars().next_back();
        ends_alike && line.chars().any(char::is_alphabetic) && !undecided
    }
}

fn code(language: Option<&str>, text: &str) -> Block {
    Block::Code {
        language: language.map(str::to_owned),
        text: text.to_owned(),
    }
}
