//! Streamed Markdown: the same end whatever the chunks, readable on the way, and cheap.

use parlor::markdown::{Block, BlockChange, Image, Inline, Item, Link, Stream, parse, plain};
use proptest::prelude::*;

/// What a screen shows that follows the changes.
#[derive(Default)]
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
                BlockChange::Grow(text) => {
                    grow(self.tail.last_mut().expect("something is open"), &text)
                }
            }
        }
    }

    fn text(&self) -> String {
        let mut all = self.closed.clone();
        all.extend(self.tail.clone());
        plain(&all)
    }
}

fn grow(block: &mut Block, more: &str) {
    match block {
        Block::Code { text, .. } => text.push_str(more),
        Block::Paragraph(content) | Block::Heading { content, .. } => match content.last_mut() {
            Some(Inline::Text(text)) => text.push_str(more),
            other => panic!("only text grows: {other:?}"),
        },
        other => panic!("only text grows: {other:?}"),
    }
}

fn streamed(pieces: &[&str]) -> (Screen, Stream) {
    let mut screen = Screen::default();
    let mut stream = Stream::new();
    for piece in pieces {
        screen.follow(stream.push(piece));
    }
    (screen, stream)
}

fn ended(pieces: &[&str]) -> Screen {
    let (mut screen, mut stream) = streamed(pieces);
    screen.follow(stream.finish());
    screen
}

fn text(words: &str) -> Inline {
    Inline::Text(words.into())
}

#[test]
fn a_document_becomes_its_blocks() {
    let blocks = parse(
        "# Title\n\nSome **bold** and `code`.\n\n1. one\n2. two\n   - [x] done\n\n```rust\nfn main() {}\n```\n\n> quoted\n\n| a | b |\n|:-|-:|\n| 1 | 2 |\n\n---\n",
    );
    let kinds: Vec<&str> = blocks
        .iter()
        .map(|block| match block {
            Block::Paragraph(_) => "paragraph",
            Block::Heading { .. } => "heading",
            Block::Code { .. } => "code",
            Block::List { .. } => "list",
            Block::Quote(_) => "quote",
            Block::Table { .. } => "table",
            Block::Rule => "rule",
        })
        .collect();
    assert_eq!(
        kinds,
        [
            "heading",
            "paragraph",
            "list",
            "code",
            "quote",
            "table",
            "rule"
        ]
    );
    assert_eq!(
        blocks[3],
        Block::Code {
            language: Some("rust".into()),
            text: "fn main() {}".into()
        }
    );
    let Block::List {
        start: Some(1),
        items,
    } = &blocks[2]
    else {
        panic!("{:?}", blocks[2])
    };
    let Some(Block::List {
        start: None,
        items: inner,
    }) = items[1].blocks.last()
    else {
        panic!("{items:?}")
    };
    assert_eq!(
        inner[0],
        Item {
            task: Some(true),
            blocks: vec![Block::Paragraph(vec![text("done")])]
        }
    );
    assert!(items.iter().all(|item| item.task.is_none()));
}

#[test]
fn loose_tasks_keep_their_boxes() {
    let Block::List { items, .. } = &parse("- [ ] one\n\n- [x] two\n")[0] else {
        panic!("a list")
    };
    let tasks: Vec<Option<bool>> = items.iter().map(|item| item.task).collect();
    assert_eq!(tasks, [Some(false), Some(true)]);
}

#[test]
fn raw_html_is_text_and_strange_addresses_lead_nowhere() {
    let blocks = parse(
        "<script>alert(1)</script>\n\nx <b onclick=y>z</b> [a](javascript:alert(1)) ![p](https://t.test/p.png) ![d](data:image/png;base64,iVBOR)\n",
    );
    assert_eq!(
        blocks[0],
        Block::Paragraph(vec![text("<script>alert(1)</script>")])
    );
    let Block::Paragraph(content) = &blocks[1] else {
        panic!("a paragraph")
    };
    assert_eq!(content[0], text("x <b onclick=y>z</b> "));
    assert_eq!(
        content[1],
        Inline::Link {
            target: Link::Refused,
            content: vec![text("a")]
        }
    );
    assert!(
        matches!(&content[3], Inline::Image { source: Image::Remote { host, .. }, alt } if host == "t.test" && alt == "p")
    );
    assert!(matches!(
        &content[5],
        Inline::Image {
            source: Image::Inline(_),
            ..
        }
    ));
}

#[test]
fn unfinished_syntax_is_readable() {
    for (half, shown) in [
        ("some **bold", "some bold"),
        ("some **bold** and *ital", "some bold and ital"),
        ("some **", "some"),
        ("a `code", "a code"),
        ("a `", "a"),
        ("a ~~str", "a str"),
        ("see [the docs](https://exa", "see the docs"),
        ("see [the do", "see the do"),
        ("see ![a picture](https://exa", "see a picture"),
        ("x &am", "x"),
        ("text\n-", "text"),
        ("text\n\n1.", "text"),
        ("text\n\n##", "text"),
        ("text\n==", "text"),
        ("snake_case_name", "snake_case_name"),
        ("**bold *both", "bold both"),
        ("done **b** and `c` end", "done b and c end"),
        ("5 * 3 * 2", "5 * 3 * 2"),
    ] {
        assert_eq!(streamed(&[half]).0.text(), shown, "{half}");
    }
    let (screen, _) = streamed(&["```ru", "st\nlet x", " = 1;\n", "``"]);
    assert_eq!(
        screen.tail,
        [Block::Code {
            language: Some("rust".into()),
            text: "let x = 1;".into()
        }]
    );
    let (screen, _) = streamed(&["| a | b |\n|---|---|\n| 1 "]);
    assert!(
        matches!(screen.tail[0], Block::Table { .. }),
        "{:?}",
        screen.tail
    );
}

const SAMPLES: &[&str] = &[
    "Hello world, this is text.\n\nAnd more of it\nin two lines.\n\n# Heading\nText right after\n## Next\n",
    "- one\n- two\n\n  more of two\n\n- three\n\nafter\n\n1. a\n   ```sh\n   ls\n\n   pwd\n   ```\n2. b\n",
    "```rust\nfn a() {\n\n    b();\n}\n```\ntext\n~~~\n```\n~~~\n````\n```\n````\n",
    "para\n```\ncode\n```\n\n    indented\n\n    code\n\nend\n",
    "| a | b |\n|---|---|\n| 1 | **2** |\n\n> q1\n> q2\n\n> q3\nlazy\n\n---\n***\n",
    "Title\n=====\n\nsub\n---\n\n<!-- c -->\n\n[ref]: https://x.test\n\n[ref] <https://y.test> https://z.test/a_b_c.\n",
    "a\r\nb\r\n\r\n- x\r\n\r\ny\u{0}z\n\n```\nunclosed\n\n",
    "1. one\n\n   para\n2. two\n* other\n+ third\n\n\n\n- [ ] t\n- [x] u\n",
];

#[test]
fn however_the_text_is_cut_the_end_is_the_same() {
    for sample in SAMPLES {
        let whole = parse(sample);
        for size in 1..9 {
            let chars: Vec<char> = sample.chars().collect();
            let pieces: Vec<String> = chars
                .chunks(size)
                .map(|chunk| chunk.iter().collect())
                .collect();
            let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
            let screen = ended(&pieces);
            assert_eq!(screen.closed, whole, "{size}: {sample}");
            assert!(screen.tail.is_empty());
        }
    }
}

#[test]
fn most_documents_are_what_commonmark_says() {
    use pulldown_cmark::{Event, Parser};
    for sample in &SAMPLES[..5] {
        let mut words = String::new();
        for event in Parser::new_ext(sample, pulldown_cmark::Options::all()) {
            if let Event::Text(text) | Event::Code(text) = event {
                words.push_str(&text);
            }
        }
        let squeeze = |text: &str| {
            text.chars()
                .filter(|c| !c.is_whitespace())
                .collect::<String>()
        };
        assert_eq!(squeeze(&plain(&parse(sample))), squeeze(&words), "{sample}");
    }
}

#[test]
fn the_cost_of_a_chunk_does_not_grow_with_the_reply() {
    let paragraph =
        "Some words that make a sentence, and **some bold** ones with `code` in it.\n\n";
    let document = paragraph.repeat(1_400);
    let fence = format!(
        "```rust\n{}```\n",
        "    let value = compute(input, 42);\n".repeat(2_800)
    );
    let long = "plain words go on and on ".repeat(4_000);
    for (text, most) in [(document, 6), (fence, 3), (long, 2)] {
        let mut stream = Stream::new();
        let chars: Vec<char> = text.chars().collect();
        for chunk in chars.chunks(20) {
            stream.push(&chunk.iter().collect::<String>());
        }
        stream.finish();
        assert!(
            stream.parsed() <= most * text.len(),
            "{} for {}",
            stream.parsed(),
            text.len()
        );
    }
}

#[test]
fn nesting_has_an_end() {
    for deep in [
        ">".repeat(10_000),
        "* ".repeat(5_000),
        "[".repeat(10_000),
        "**a ".repeat(5_000),
        "- a\n".repeat(100),
    ] {
        assert!(!parse(&deep).is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_in_any_chunks(pieces in prop::collection::vec("[-a-d1.#*_`~>|\\[\\]()!&<:\\\\ \n\r=+é]{0,12}", 0..30)) {
        let whole = parse(&pieces.concat());
        let mut screen = Screen::default();
        let mut stream = Stream::new();
        for piece in &pieces {
            screen.follow(stream.push(piece));
        }
        screen.follow(stream.finish());
        prop_assert_eq!(&screen.closed, &whole);
        prop_assert!(screen.tail.is_empty());
    }

    #[test]
    fn what_grows_shows_what_a_fresh_parse_would(words in prop::collection::vec("[a-z]{1,6}[ ,.]{0,2}|\n|\n\n|```\n|- |\\*\\*", 1..40)) {
        let mut screen = Screen::default();
        let mut stream = Stream::new();
        for word in &words {
            screen.follow(stream.push(word));
        }
        let (fresh, _) = streamed(&[&words.concat()]);
        let squeeze = |text: String| text.trim_end().to_owned();
        prop_assert_eq!(squeeze(screen.text()), squeeze(fresh.text()));
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,200}") {
        let _ = parse(&text);
    }
}
