//! Answers that stand in the timeline in pieces, with tools between them, and in the history whole.

use crate::model::{Body, Item, ItemId, ProseState};

/// Where an answer stands in pieces.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Pieces {
    /// The last of them.
    pub(super) last: ItemId,
    /// What the whole answer has behind them.
    pub(super) rest: String,
    /// A tool stands behind the last.
    pub(super) parted: bool,
    /// The place behind all of it.
    pub(super) end: usize,
}

/// The pieces of one turn, from `place` on, that a text begins with: all of it, or as much as had
/// come when the last one, or the tool behind it, was cut. None of those that are `known` to be other
/// answers. White space between the pieces does not count.
pub(super) fn find(items: &[Item], text: &str, place: usize, known: &[ItemId]) -> Option<Pieces> {
    (place..items.len()).find_map(|start| at(items, text, start, known))
}

fn at(items: &[Item], text: &str, start: usize, known: &[ItemId]) -> Option<Pieces> {
    let mut rest = text.trim_end();
    let mut pieces: Option<(Pieces, ProseState)> = None;
    for (at, item) in items.iter().enumerate().skip(start) {
        match (&item.body, &mut pieces) {
            (Body::Agent(prose), _) if !known.contains(&item.id) => {
                let piece = prose.text.trim();
                let behind = rest.trim_start().strip_prefix(piece);
                let Some(behind) = behind.filter(|_| !piece.is_empty()) else {
                    // Something else was said behind a tool.
                    pieces.take_if(|(_, state)| *state == ProseState::Done);
                    break;
                };
                rest = behind;
                let found = Pieces {
                    last: item.id,
                    rest: rest.to_owned(),
                    parted: false,
                    end: at + 1,
                };
                if rest.is_empty() {
                    return Some(found);
                }
                pieces = Some((found, prose.state));
            }
            (Body::Tool(_), Some((found, _))) => {
                found.parted = true;
                found.end = at + 1;
            }
            (Body::User(_) | Body::Agent(_), _) | (_, None) => break,
            _ => {}
        }
    }
    let (found, state) = pieces?;
    (found.parted || state != ProseState::Done).then_some(found)
}
