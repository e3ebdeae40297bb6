//! The items of the open list that are as they will be, so that they are not parsed again.
//!
//! This is only for showing the tail: the whole list is parsed once more when it is closed.

use super::block::Block;
use super::parse;

/// The open piece, cut where its last list item begins.
#[derive(Clone, Debug, Default)]
pub(super) struct Items {
    /// The blocks up to `upto`.
    done: Vec<Block>,
    upto: usize,
    upto_joins: bool,
    /// Where the last item begins; where the piece begins if it is no list.
    pub(super) last: usize,
    last_joins: bool,
}

impl Items {
    /// A piece that begins here.
    pub(super) fn new(start: usize) -> Self {
        Self {
            upto: start,
            last: start,
            ..Self::default()
        }
    }

    /// Another item begins here, of the same list as the one before or of another.
    pub(super) fn begin(&mut self, at: usize, joins: bool) {
        self.last = at;
        self.last_joins = joins;
    }

    /// Parses the items before the last; gives how many bytes that took.
    pub(super) fn settle(&mut self, source: &str) -> usize {
        let new = source.get(self.upto..self.last).unwrap_or_default();
        if !new.is_empty() {
            join(&mut self.done, parse::piece(new), self.upto_joins);
        }
        self.upto = self.last;
        self.upto_joins = self.last_joins;
        new.len()
    }

    /// All blocks, with those of the last item.
    pub(super) fn with(&self, last: Vec<Block>) -> Vec<Block> {
        let mut blocks = self.done.clone();
        join(&mut blocks, last, self.upto_joins);
        blocks
    }
}

/// Puts blocks behind others; a list may go on with the first of them.
fn join(blocks: &mut Vec<Block>, more: Vec<Block>, joins: bool) {
    let mut more = more.into_iter();
    let first = more.next();
    match (blocks.last_mut(), first) {
        (Some(Block::List { items, .. }), Some(Block::List { items: new, .. })) if joins => {
            items.extend(new);
        }
        (_, first) => blocks.extend(first),
    }
    blocks.extend(more);
}
