//! What the browser makes of HTML comes out as data, and what of it is shown is harmless.

use parlor::markdown::fragment::{Tree, blocks, is_fragment, words};
use parlor::markdown::{Block, Image, Inline, Link, plain};
use parlor::model::Duration;
use parlor::platform::inert::read;
use parlor::platform::timer::Timer;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::patch::run;
use crate::told::Told;

fn shown(html: &str) -> Vec<Block> {
    blocks(&read(html).expect("a browser that reads HTML"))
}

/// Everything that a fragment may show, with the words and without the place.
fn inlines(blocks: &[Block], found: &mut Vec<Inline>) {
    for block in blocks {
        match block {
            Block::Paragraph(content) | Block::Heading { content, .. } => lines(content, found),
            Block::Quote(inner) => inlines(inner, found),
            Block::List { items, .. } => {
                items.iter().for_each(|item| inlines(&item.blocks, found));
            }
            Block::Table { header, rows, .. } => {
                let cells = header.iter().chain(rows.iter().flatten());
                cells.for_each(|cell| lines(cell, found));
            }
            Block::Code { .. } | Block::Rule => {}
        }
    }
}

fn lines(content: &[Inline], found: &mut Vec<Inline>) {
    for inline in content {
        found.push(inline.clone());
        match inline {
            Inline::Strong(inner)
            | Inline::Emphasis(inner)
            | Inline::Strikethrough(inner)
            | Inline::Link { content: inner, .. } => lines(inner, found),
            _ => {}
        }
    }
}

/// Fragments that have carried scripts past other readers of HTML.
const HOSTILE: [&str; 30] = [
    "<p><img src=x onerror=hacked=1>",
    "<p onclick=hacked=1 style=\"background:url(https://evil.test/x)\">x",
    "<p><script>hacked=1</script>",
    "<p><svg onload=hacked=1><script>hacked=1</script></svg>",
    "<p><svg></p><style><a id=\"</style><img src=x onerror=hacked=1>\">",
    "<p><math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=x onerror=hacked=1&gt;\">",
    "<div><form><math><mtext></form><form><mglyph><style></math><img src=x onerror=hacked=1>",
    "<div><noscript><p title=\"</noscript><img src=x onerror=hacked=1>\">",
    "<div><iframe srcdoc=\"<script>parent.hacked=1</script>\"></iframe>",
    "<div><iframe src=javascript:parent.hacked=1></iframe>",
    "<div><object data=javascript:hacked=1></object><embed src=javascript:hacked=1>",
    "<a href=javascript:hacked=1>x</a>",
    "<a href=\" \u{1}java\nscr\tipt:hacked=1\">x</a>",
    "<a href=\"&#106;avascript&colon;hacked=1\">x</a>",
    "<a href=\"data:text/html,<script>hacked=1</script>\">x</a>",
    "<a href=vbscript:hacked>x</a>",
    "<a href=//evil.test>x</a>",
    "<a href=\"\\\\evil.test\">x</a>",
    "<p><img src=\"data:image/svg+xml,<svg onload=hacked=1>\" alt=x>",
    "<p><img srcset=\"https://evil.test/x 1x\" lowsrc=https://evil.test/y alt=x>",
    "<p><video src=https://evil.test/x onerror=hacked=1><source src=x onerror=hacked=1></video>",
    "<p><audio autoplay src=https://evil.test/x>",
    "<p><link rel=stylesheet href=https://evil.test/x><meta http-equiv=refresh content=\"0;url=javascript:hacked=1\">",
    "<p><base href=https://evil.test/><a href=x>x</a>",
    "<p><template><img src=x onerror=hacked=1></template>",
    "<p><details ontoggle=hacked=1 open>x</details>",
    "<p><input autofocus onfocus=hacked=1><button formaction=javascript:hacked=1>x</button>",
    "<p><xss id=x tabindex=1 onfocus=hacked=1></xss><x onclick=hacked=1>x",
    "<table background=javascript:hacked=1><td background=https://evil.test/x><table><td><a href=javascript:hacked=1>x",
    "<div><select><noembed></select><script x='a@b'a> y='a@b'//a@b%0a\\u0091hacked=1</script x>",
];

#[wasm_bindgen_test]
async fn nothing_hostile_runs_loads_or_is_shown() {
    let requests = "return performance.getEntriesByType('resource').length";
    let before = run(requests);
    for html in HOSTILE {
        assert!(is_fragment(html), "{html}");
        let mut found = Vec::new();
        inlines(&shown(html), &mut found);
        for inline in found {
            match inline {
                Inline::Link { target, .. } => assert_eq!(target, Link::Refused, "{html}"),
                Inline::Image { source, .. } => assert_eq!(source, Image::Refused, "{html}"),
                Inline::Text(text) | Inline::Code(text) => {
                    let harmless = !text.contains("hacked") || html.contains("</style>");
                    assert!(harmless, "{html}: {text}");
                }
                _ => {}
            }
        }
        // And not by way of the words either.
        assert!(!words(html).contains("<script"), "{html}");
    }
    let told = Told::new();
    let said = told.clone();
    let _timer = Timer::after(Duration::millis(200), move || said.say(()));
    told.last().await;
    assert_eq!(run("return typeof hacked"), "undefined");
    assert_eq!(run(requests), before, "nothing was asked of anyone");
}

#[wasm_bindgen_test]
fn what_is_known_is_shown_as_it_would_be_of_markdown() {
    let html = "<div class=card><h2>Title</h2><p>Some <b>bold</b>, <i>it</i>, <s>no</s> &eacute; \
        <a href=https://a.test/x>link</a><br>next</p><ul><li>one<li>two<ol><li>in</ol></ul>\
        <pre><code class=language-rust>a &lt; b\n  c\n</code></pre><hr><blockquote>said</blockquote>\
        <table><thead><tr><th>a<th>b<tbody><tr><td>1<td>2</table></div>";
    let markdown = "## Title\n\nSome **bold**, *it*, ~~no~~ é [link](https://a.test/x)\\\nnext\n\n\
        - one\n- two\n  1. in\n\n```rust\na < b\n  c\n```\n\n---\n\n> said\n\n\
        | a | b |\n|---|---|\n| 1 | 2 |";
    let plainly = |blocks: Vec<Block>| {
        let unaligned = blocks.into_iter().map(|block| match block {
            Block::Table { header, rows, .. } => Block::Table {
                alignments: Vec::new(),
                header,
                rows,
            },
            block => block,
        });
        unaligned.collect::<Vec<_>>()
    };
    assert_eq!(
        plainly(shown(html)),
        plainly(parlor::markdown::parse(markdown))
    );
}

#[wasm_bindgen_test]
fn what_has_come_of_a_fragment_is_shown_with_every_letter() {
    let html = "<div><p>One <b>two</b> three</p><ul><li>four</li><li><a href=\"https://a.test/\">five</a></li></ul>\
        <table><tr><td>six</td></tr></table></div>";
    let mut last = 0;
    for end in 2..=html.len() {
        let part = html.get(..end).expect("letters of one byte");
        assert!(is_fragment(part), "{part}");
        // To the browser these are letters, until more comes.
        let begun = part.strip_suffix('<').or_else(|| part.strip_suffix("</"));
        let part = begun.unwrap_or(part);
        let now = plain(&shown(part)).split_whitespace().collect::<String>();
        assert!(now.len() >= last, "{part}: {now}");
        last = now.len();
    }
    assert_eq!(plain(&shown(html)), "One two three\nfour\nfive\nsix");
}

#[wasm_bindgen_test]
fn tags_that_never_end_and_nests_that_never_do_are_read() {
    let html = ["<div>".repeat(5_000).as_str(), "deep"].concat();
    assert_eq!(plain(&shown(&html)), "deep");
    let html = ["<b><table><tr><td>".repeat(300).as_str(), "deep"].concat();
    assert_eq!(plain(&shown(&html)), "deep");
    assert_eq!(plain(&shown("<p>a<b>b<i>c</p>d")), "abc\nd");
    assert!(matches!(
        read("<p>x").expect("trees").as_slice(),
        [Tree::Element { tag, .. }] if tag == "p"
    ));
}
