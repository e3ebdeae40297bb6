//! Markdown as blocks that become DOM nodes, whole or as it streams in; never an HTML string.
//!
//! The text is cut at places where nothing later can change what came before (see [`split`]), and
//! each piece is parsed by itself with `pulldown-cmark` (CommonMark with GitHub's tables, task
//! lists and strikethrough). So a streamed text ends up exactly as the same text parsed at once,
//! and a chunk costs no more than its own piece. What that gives up: a link reference defined in
//! one piece is not known in another. Raw HTML is shown as the text it is.
//!
//! [`split`]: self::split

mod block;
mod link;
mod parse;
mod plain;
mod repair;
mod split;
mod stream;

pub use block::{Alignment, Block, Image, Inline, Item, Link};
pub use plain::plain;
pub use stream::{BlockChange, Stream};

/// The blocks of a whole text: the same as a [`Stream`] fed with it in any number of chunks.
#[must_use]
pub fn parse(text: &str) -> Vec<Block> {
    let mut stream = Stream::new();
    let mut changes = stream.push(text);
    changes.extend(stream.finish());
    let closed = changes.into_iter().filter_map(|change| match change {
        BlockChange::Close(block) => Some(block),
        BlockChange::Tail(_) | BlockChange::Grow(_) => None,
    });
    closed.collect()
}
