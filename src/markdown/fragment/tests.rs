use super::*;
use crate::markdown::plain;
use proptest::prelude::*;

fn element(tag: &str, inner: Vec<Tree>) -> Tree {
    marked(tag, &[], inner)
}

fn marked(tag: &str, marks: &[(&'static str, &str)], inner: Vec<Tree>) -> Tree {
    Tree::Element {
        tag: tag.to_owned(),
        marks: marks
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect(),
        inner,
    }
}

fn text(words: &str) -> Tree {
    Tree::Text(words.to_owned())
}

fn said(words: &str) -> Inline {
    Inline::Text(words.to_owned())
}

#[test]
fn an_answer_that_is_all_one_fence_of_html_is_what_stands_in_it() {
    for fenced in ["```html\n<p>x</p>\n```", " ``` HTML\n<p>x</p>\n```\n"] {
        assert_eq!(html(fenced), Some("<p>x</p>"), "{fenced}");
    }
    assert_eq!(html("<p>x"), Some("<p>x"));
    for other in [
        "x",
        "```html\n<p>x</p>",
        "```html\n<p>x</p>\n```\nSo.",
        "Like so:\n```html\n<p>x</p>\n```",
        "```html\n<p>\n```\nand\n```html\n</p>\n```",
        "```html\nx\n```",
        "```xml\n<p>x</p>\n```",
        "```\n<p>x</p>\n```",
        "```",
    ] {
        assert_eq!(html(other), None, "{other}");
    }
}

#[test]
fn only_a_text_that_begins_with_a_tag_is_a_fragment() {
    for html in [
        "<p>x",
        " \n<div class=\"a\">",
        "<BR/>",
        "<h1>x</h1>",
        "<ul\n>",
        "<style>p{}</style>",
        "<",
        "<d",
        "<tab",
        "<!DOCTYPE html>\n<html>",
        "<!-- a <b> -->\n<!-- c --> <p>x",
        "<!doc",
    ] {
        assert!(is_fragment(html), "{html}");
    }
    for other in [
        "",
        "x <p>",
        "<https://a.test>",
        "<3",
        "< p>",
        "<script>",
        "<x-y>",
        "<paragraph>",
        "</p>",
        "<script",
        "<q",
        "<!-- -->",
        "<!-- <p> --> x",
        "a < b",
        "<a@b.test>",
    ] {
        assert!(!is_fragment(other), "{other}");
    }
}

#[test]
fn what_is_unwrapped_keeps_its_words_apart() {
    let trees = [element(
        "div",
        vec![
            text("\n  one "),
            element("b", vec![text("two ")]),
            text(" three\n"),
            element("section", vec![element("p", vec![text("four")])]),
            text("five"),
            element("custom-card", vec![element("div", vec![text("six")])]),
        ],
    )];
    let found = blocks(&trees);
    assert_eq!(plain(&found), "one two three\nfour\nfive\nsix");
    assert_eq!(
        found.first(),
        Some(&Block::Paragraph(vec![
            said("one "),
            Inline::Strong(vec![said("two ")]),
            said("three")
        ]))
    );
}

#[test]
fn what_holds_no_words_for_a_person_is_left_out() {
    for tag in [
        "script", "style", "iframe", "object", "embed", "svg", "math", "template", "noscript",
        "textarea", "select", "title", "video",
    ] {
        let inner = vec![text("alert(1)"), element("p", vec![text("x")])];
        let trees = [element(
            "p",
            vec![text("a"), element(tag, inner), text("b")],
        )];
        assert_eq!(plain(&blocks(&trees)), "ab", "{tag}");
    }
}

#[test]
fn a_link_leads_to_the_web_or_nowhere() {
    let link = |to: &str| {
        let trees = [marked("a", &[("href", to)], vec![text("x")])];
        match blocks(&trees).first() {
            Some(Block::Paragraph(line)) => line.first().cloned(),
            _ => None,
        }
    };
    for bad in [
        "javascript:alert(1)",
        " java\nscript:alert(1)",
        "\u{1}javascript:x",
        "JAVASCRIPT:x",
        "data:text/html,x",
        "vbscript:x",
        "/local",
        "#x",
        "",
    ] {
        let refused = Inline::Link {
            target: Link::Refused,
            content: vec![said("x")],
        };
        assert_eq!(link(bad), Some(refused), "{bad:?}");
    }
    assert!(matches!(
        link("https://a.test/x"),
        Some(Inline::Link {
            target: Link::Safe { .. },
            ..
        })
    ));
}

#[test]
fn a_picture_from_elsewhere_waits_for_the_person() {
    let picture = |from: &str| blocks(&[marked("img", &[("src", from), ("alt", "cat")], vec![])]);
    assert!(matches!(
        picture("https://h.test/p.png").as_slice(),
        [Block::Paragraph(line)] if matches!(
            line.as_slice(),
            [Inline::Image { source: crate::markdown::Image::Remote { .. }, .. }]
        )
    ));
    assert_eq!(plain(&picture("data:image/svg+xml;base64,x")), "cat");
    assert_eq!(blocks(&[marked("img", &[("src", "x")], vec![])]), []);
}

#[test]
fn lists_code_and_headings_are_those_of_markdown() {
    let trees = [
        element("h2", vec![text(" A ")]),
        marked(
            "ol",
            &[("start", "3")],
            vec![
                text("\n"),
                element(
                    "li",
                    vec![
                        text("one"),
                        element("ul", vec![element("li", vec![text("in")])]),
                    ],
                ),
                element("li", vec![element("p", vec![text("two")])]),
            ],
        ),
        element(
            "pre",
            vec![marked(
                "code",
                &[("class", "hljs language-rust")],
                vec![text("a  b\n\nc\n")],
            )],
        ),
        element("hr", vec![]),
        element("blockquote", vec![text("said")]),
        element(
            "details",
            vec![element("summary", vec![text("more")]), text("inside")],
        ),
    ];
    let markdown = "## A\n\n3. one\n   - in\n4. two\n\n```rust\na  b\n\nc\n```\n\n---\n\n> said\n\n**more**\n\ninside";
    assert_eq!(blocks(&trees), crate::markdown::parse(markdown));
}

#[test]
fn a_table_keeps_its_cells_and_flattens_what_is_in_them() {
    let cell = |words: &str| element("td", vec![text(words)]);
    let nested = element("table", vec![element("tr", vec![cell("x"), cell("y")])]);
    let trees = [element(
        "table",
        vec![
            element("caption", vec![text("Prices")]),
            element(
                "thead",
                vec![element(
                    "tr",
                    vec![
                        element("th", vec![text("a")]),
                        element("th", vec![text("b")]),
                    ],
                )],
            ),
            element(
                "tbody",
                vec![
                    element(
                        "tr",
                        vec![element("th", vec![text("r")]), element("td", vec![nested])],
                    ),
                    element(
                        "tr",
                        vec![marked("td", &[("colspan", "2")], vec![text("wide")])],
                    ),
                    element("tr", vec![]),
                ],
            ),
        ],
    )];
    let found = blocks(&trees);
    assert_eq!(plain(&found), "Prices\na\tb\nr\tx\ny\nwide");
    let [_, Block::Table { header, rows, .. }] = found.as_slice() else {
        panic!("a caption and a table: {found:?}");
    };
    assert_eq!((header.len(), rows.len()), (2, 2));
    assert!(rows.iter().all(|row| row.len() == 2));

    let headless = [element(
        "table",
        vec![element("tr", vec![cell("1"), cell("2")])],
    )];
    assert_eq!(plain(&blocks(&headless)), "1\t2");
    assert!(matches!(
        blocks(&headless).as_slice(),
        [Block::Table { header, .. }] if header.is_empty()
    ));
    assert_eq!(blocks(&[element("table", vec![])]), []);
}

#[test]
fn a_link_around_blocks_stays_one_link() {
    let inner = vec![
        element("div", vec![text("one")]),
        element("div", vec![text("two")]),
    ];
    let trees = [marked("a", &[("href", "https://a.test")], inner)];
    assert!(matches!(
        blocks(&trees).as_slice(),
        [Block::Paragraph(line)] if matches!(
            line.as_slice(),
            [Inline::Link { content, .. }] if content.len() == 3
        )
    ));
}

#[test]
fn what_the_policy_looks_at_is_hidden_from_it_and_comes_back() {
    for (html, hidden) in [
        ("<p onclick=x>", "onclick"),
        ("<p/ONCLICK=x>", "onclick"),
        ("<p a='b'onclick=x>", "onclick"),
        ("<p a=\"b\"\u{c}onclick=x>", "onclick"),
        ("<p style=x>", "style"),
        ("<STYLE>x</STYLE>", "style"),
        ("<svg><style>é</style>", "style"),
        ("<base href=x>", "base"),
    ] {
        let defused = defused(html);
        assert!(!defused.to_ascii_lowercase().contains(hidden), "{html}");
        assert_eq!(restored(&defused), html);
    }
    assert_eq!(
        defused("<p title=question>stylish</p>"),
        "<p title=question>stylish</p>"
    );
}

#[test]
fn the_words_are_read_without_a_browser_too() {
    for (html, read) in [
        (
            "<p>one</p><p>two &amp; &#233;&#x1F600;</p>",
            "one\ntwo & é😀",
        ),
        ("<div>a<script>if (a</b) x()</script>b</div>", "ab"),
        ("<style>p > a { }</style><b>x</b>", "x"),
        ("<p title=\"a > b\">x", "x"),
        ("a < b <3 &unknown; & c", "a < b <3 &unknown; & c"),
        ("<table><tr><td>1</td><td>2</td></tr></table>", "1 2"),
        ("one<br>two<!-- <p>no</p> --> three", "one\ntwo three"),
        ("<p>one <a href=\"htt", "one"),
        ("<input value=x>after", "after"),
    ] {
        assert_eq!(words(html), read, "{html}");
    }
}

proptest! {
    #[test]
    fn no_text_is_too_broken_to_be_read(html in "(<|/|>|&|;|#|!--|-->|\"|'| |p|td|script|style|br|é|x){0,40}") {
        let _ = (words(&html), is_fragment(&html), lines(&html));
        assert_eq!(restored(&defused(&html)), html);
    }
}
