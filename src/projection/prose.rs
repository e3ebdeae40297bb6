//! A text in Markdown, as signals: the closed blocks, and the tail that still grows.

use std::sync::{Arc, Mutex};

use reactive_graph::prelude::*;
use reactive_graph::signal::ArcRwSignal;

use super::lock;
use crate::markdown::{Block, BlockChange, Stream, fragment};

/// A closed block under a key that no other block of the text ever has.
pub type Closed = (u32, Arc<Block>);

/// A text in Markdown that may still be growing.
#[derive(Clone, Debug, Default)]
pub struct ProseRow {
    /// Blocks that nothing to come can change.
    pub closed: ArcRwSignal<Vec<Closed>>,
    /// The blocks that still grow.
    pub tail: ArcRwSignal<Option<Tail>>,
    writer: Arc<Mutex<Writer>>,
}

/// The blocks that still grow, after the closed ones.
///
/// While `key` stays, only `grown` gets longer, at its end: the view appends what it has not seen
/// yet to the last text node of the last block. A new key is a new structure.
#[derive(Clone, Debug, PartialEq)]
pub struct Tail {
    /// Changes with the structure.
    pub key: u32,
    /// The blocks as they were when they got this key; at least one.
    pub blocks: Arc<Vec<Block>>,
    /// The text that came after the last text of the last of them.
    pub grown: String,
}

#[derive(Debug, Default)]
struct Writer {
    stream: Stream,
    /// Text that the stream has not been given yet.
    pending: String,
    /// No more text is expected.
    ending: bool,
    /// The stream was told so.
    ended: bool,
    /// The stream is new: its blocks replace those on the screen.
    anew: bool,
    last_key: u32,
}

/// How the signals move.
struct Moves {
    anew: bool,
    closed: Vec<Closed>,
    tail: TailMove,
}

enum TailMove {
    Same,
    Grown(String),
    Now(Option<Tail>),
}

impl ProseRow {
    /// The Markdown so far, for copying.
    #[must_use]
    pub fn source(&self) -> String {
        let writer = lock(&self.writer);
        [writer.stream.source(), &writer.pending].concat()
    }

    /// Whether it begins as a fragment of HTML does; moves with the text.
    #[must_use]
    pub fn is_fragment(&self) -> bool {
        fragment::html(lock(&self.writer).stream.source()).is_some()
    }

    /// Collects text that came at the end.
    pub(super) fn grow(&self, delta: &str) {
        lock(&self.writer).grow(delta);
    }

    /// Collects the whole text; only what is new in it is read again, where that can be.
    pub(super) fn become_text(&self, text: &str, whole: bool) {
        lock(&self.writer).become_text(text, whole);
    }

    /// Moves the signals, each at most once.
    pub(super) fn flush(&self) {
        let Some(moves) = lock(&self.writer).moves() else {
            return;
        };
        if moves.anew {
            self.replace(moves.closed);
        } else if !moves.closed.is_empty() {
            self.closed.update(|closed| closed.extend(moves.closed));
        }
        self.move_tail(moves.tail, moves.anew);
    }

    /// Replaces the closed blocks; those at the beginning that are the same keep their key.
    fn replace(&self, mut closed: Vec<Closed>) {
        let unmoved = self.closed.with_untracked(|old| {
            let pairs = old.iter().zip(closed.iter_mut());
            let same = pairs.take_while(|(old, new)| old.1 == new.1);
            let kept = same.map(|(old, new)| new.clone_from(old)).count();
            kept == old.len() && kept == closed.len()
        });
        if !unmoved {
            self.closed.set(closed);
        }
    }

    fn move_tail(&self, tail: TailMove, anew: bool) {
        match tail {
            TailMove::Now(tail) => super::chrome::put(&self.tail, tail),
            TailMove::Grown(more) => self.tail.update(|tail| {
                if let Some(tail) = tail {
                    tail.grown.push_str(&more);
                }
            }),
            TailMove::Same if anew => super::chrome::put(&self.tail, None),
            TailMove::Same => {}
        }
    }
}

impl Writer {
    fn grow(&mut self, delta: &str) {
        if self.ended {
            let text = [self.stream.source(), delta].concat();
            return self.restart(text, false);
        }
        self.ending = false;
        self.pending.push_str(delta);
    }

    fn become_text(&mut self, text: &str, whole: bool) {
        match text.strip_prefix(self.stream.source()) {
            Some(rest) if !self.ended || (rest.is_empty() && whole) => {
                rest.clone_into(&mut self.pending);
                self.ending = whole;
            }
            _ => self.restart(text.to_owned(), whole),
        }
    }

    fn restart(&mut self, text: String, whole: bool) {
        self.stream = Stream::new();
        self.pending = text;
        self.ending = whole;
        self.ended = false;
        self.anew = true;
    }

    fn moves(&mut self) -> Option<Moves> {
        let anew = std::mem::take(&mut self.anew);
        let text = std::mem::take(&mut self.pending);
        let mut changes = Vec::new();
        if !text.is_empty() {
            changes.extend(self.stream.push(&text));
        }
        if self.ending && !self.ended {
            self.ended = true;
            changes.extend(self.stream.finish());
        }
        if changes.is_empty() && !anew {
            return None;
        }
        let mut moves = Moves {
            anew,
            closed: Vec::new(),
            tail: TailMove::Same,
        };
        for change in changes {
            self.read(change, &mut moves);
        }
        Some(moves)
    }

    fn read(&mut self, change: BlockChange, moves: &mut Moves) {
        match change {
            BlockChange::Close(block) => {
                let key = self.key();
                moves.closed.push((key, Arc::new(block)));
            }
            BlockChange::Tail(blocks) => {
                let tail = (!blocks.is_empty()).then(|| Tail {
                    key: self.key(),
                    blocks: Arc::new(blocks),
                    grown: String::new(),
                });
                moves.tail = TailMove::Now(tail);
            }
            BlockChange::Grow(more) => moves.tail.grow(more),
        }
    }

    fn key(&mut self) -> u32 {
        self.last_key += 1;
        self.last_key
    }
}

impl TailMove {
    fn grow(&mut self, more: String) {
        match self {
            Self::Same => *self = Self::Grown(more),
            Self::Grown(grown) => grown.push_str(&more),
            Self::Now(Some(tail)) => tail.grown.push_str(&more),
            Self::Now(None) => {}
        }
    }
}
