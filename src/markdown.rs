//! Markdown as blocks that become DOM nodes, whole or as it streams in; never an HTML string.
//!
//! The text is cut where nothing later can change what came before (see [`split`]), and each
//! piece is parsed by itself with `pulldown-cmark` (CommonMark with GitHub's tables, task lists
//! and strikethrough). So a streamed text ends up exactly as the same text parsed at once, and a
//! chunk costs no more than its own piece: nothing but new text in a code block or in plain
//! words, the last item in a list, the block in anything else. What that gives up: a link
//! reference defined in one piece is not known in another, so that a definition far below never
//! changes what was read already. Raw HTML is shown as the text it is; an answer that is HTML as a whole
//! is [`fragment`]'s.
//!
//! [`split`]: self::split

mod block;
pub mod fragment;
mod items;
mod leaf;
mod line;
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

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

    use super::*;
    use proptest::prelude::*;

    /// Lines that are near to every rule of the cut.
    fn line() -> impl Strategy<Value = String> {
        let indent = prop::sample::select(vec!["", "", "", " ", "  ", "   ", "    ", "\t"]);
        let head = prop::sample::select(vec![
            "", "", "", "- ", "* ", "1. ", "2) ", "-", "> ", "# ", "```", "~~~", "````", "---",
            "===", "- - -", "<div>", "<!-- ", "-->", "<pre>", "</pre>", "<b>", "| a |", "|-|",
            "- ```", "> - ", "***",
        ]);
        let tail = prop::sample::select(vec!["", "", "a", "b c", " d", "e  ", "`f`", "> g", "- h"]);
        (indent, head, tail).prop_map(|(indent, head, tail)| format!("{indent}{head}{tail}\n"))
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_cuts_change_nothing(lines in prop::collection::vec(line(), 1..14)) {
            let text = lines.concat();
            prop_assert_eq!(parse(&text), parse::piece(&text), "{}", text);
        }
    }
}
