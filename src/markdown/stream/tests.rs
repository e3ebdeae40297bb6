//! A stream ends as the same text parsed at once, shows as much on its way, and costs little.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use super::*;
use crate::markdown::parse as parse_whole;
use proptest::prelude::*;

/// What is on a screen that follows the changes.
#[derive(Debug, Default, PartialEq)]
struct Screen {
    closed: Vec<Block>,
    tail: Vec<Block>,
}

impl Screen {
    fn follow(&mut self, changes: Vec<BlockChange>) {
        for change in changes {
            match change {
                BlockChange::Close(block) => self.closed.push(block),
                BlockChange::Tail(blocks) => self.tail = blocks,
                BlockChange::Grow(more) => match self.tail.last_mut() {
                    Some(Block::Code { text, .. }) => text.push_str(&more),
                    Some(Block::Paragraph(content) | Block::Heading { content, .. }) => {
                        let Some(Inline::Text(text)) = content.last_mut() else {
                            panic!("only text grows: {content:?}")
                        };
                        text.push_str(&more);
                    }
                    other => panic!("only text grows: {other:?}"),
                },
            }
        }
    }
}

fn follow(chunks: &[impl AsRef<str>]) -> (Screen, Stream) {
    let (mut screen, mut stream) = (Screen::default(), Stream::new());
    for chunk in chunks {
        screen.follow(stream.push(chunk.as_ref()));
    }
    (screen, stream)
}

fn cost(text: &str, chunks: usize) -> usize {
    let letters: Vec<char> = text.chars().collect();
    let chunks: Vec<String> = letters
        .chunks(letters.len().div_ceil(chunks))
        .map(|chunk| chunk.iter().collect())
        .collect();
    let (_, mut stream) = follow(&chunks);
    stream.finish();
    stream.parsed() / text.len()
}

fn numbered(count: usize, item: &str) -> String {
    (1..=count)
        .map(|number| format!("{number}. {item}"))
        .collect()
}

#[test]
fn bytes_parsed_per_byte_of_text() {
    let words = "Some words that make a sentence, and more of them. ";
    let marked = "Some **bold** words and `code` - and a [link](https://x.test).\n\n";
    let mixed = format!(
        "# Title\n\n{words}\n\n- one *item*\n- two `items`\n\n```rust\n{}```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n",
        "let a = 1;\n".repeat(20)
    );
    let fence = format!("```\n{}```\n", "    let a = b;\n".repeat(6_600));
    for (name, text, most) in [
        ("plain", words.repeat(2_000), 3),
        (
            "address first",
            format!("https://x.test {}", words.repeat(2_000)),
            3,
        ),
        ("marked", marked.repeat(1_600), 6),
        ("mixed", mixed.repeat(240), 8),
        ("fence", fence, 3),
        (
            "list",
            numbered(2_000, "an item with **some** words in it\n"),
            6,
        ),
        (
            "loose list",
            numbered(1_000, "an item\n\n   with *another* paragraph\n\n"),
            8,
        ),
    ] {
        let cost = cost(&text, 5_000);
        assert!(cost <= most, "{name}: {cost}");
    }
}

#[test]
fn a_list_grows_item_by_item() {
    let (screen, _) = follow(&[
        "1. on",
        "e\n2. two\n",
        "3",
        ". thr",
        "ee\n\n   more\n4) new",
    ]);
    let whole = parse_whole("1. one\n2. two\n3. three\n\n   more\n4) new");
    assert_eq!((screen.closed, screen.tail), (vec![], whole));
}

#[test]
fn a_tail_shows_no_raw_syntax_on_its_way() {
    let text = "see [the docs](https://x.test/a) and **bold *both*** ~~s~~ `c` &amp; ok";
    let mut stream = Stream::new();
    let mut screen = Screen::default();
    for letter in text.chars() {
        screen.follow(stream.push(letter.encode_utf8(&mut [0; 4])));
        let shown = crate::markdown::plain(&screen.tail);
        let clean = !shown.contains(['[', ']', '(', '*', '~', '`', ';']);
        assert!(clean, "{shown}");
    }
}

#[test]
fn a_small_stack_is_enough() {
    let nested = [
        ">", "> - ", "1. ", "* ", "**a ", "*a _b ", "[", "![", "`", "|a", "<a ", "\\\\",
    ];
    let run = move || {
        for part in nested {
            let (_, mut stream) = follow(&[part.repeat(10_000), "\n".repeat(3)]);
            stream.finish();
        }
    };
    let thread = std::thread::Builder::new().stack_size(512 * 1024);
    thread.spawn(run).unwrap().join().unwrap();
}

#[test]
fn line_ends_of_every_kind_are_one() {
    let (_, stream) = follow(&["a\r", "\nb\r", "c\r\0\nd\n\re"]);
    assert_eq!(stream.source(), "a\nb\nc\n\u{FFFD}\nd\n\ne");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn chunks_show_what_the_same_text_shows_at_once(
        chunks in prop::collection::vec(
            prop::sample::select(vec![
                "a", "b c", " ", "\n", "\n\n", "- ", "1. ", "   ", "    ", "```", "`", "**", "*",
                "[", "](", ")", "# ", "> ", "|", "-|", "&", "amp;", "\\", "http", "s://x.y",
                "<", ">", "~~", "_", "é", ".", "(", "\r", "<!--", "-->", "[a]: b", "x",
            ]),
            1..25,
        ),
    ) {
        let (mut screen, mut stream) = follow(&chunks);
        let whole = chunks.concat();
        let (at_once, _) = follow(&[&whole]);
        prop_assert_eq!(&screen, &at_once, "{:?}", whole);
        screen.follow(stream.finish());
        prop_assert_eq!(screen.closed, parse_whole(&whole), "{:?}", whole);
        prop_assert_eq!(screen.tail, vec![]);
    }

    #[test]
    fn any_characters_in_any_chunks(chunks in prop::collection::vec(any::<String>(), 0..12)) {
        let (mut screen, mut stream) = follow(&chunks);
        screen.follow(stream.finish());
        prop_assert_eq!(screen.closed, parse_whole(&chunks.concat()));
    }
}
