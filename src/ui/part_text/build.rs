//! Blocks into DOM nodes. Text becomes text nodes and nothing else.

use web_sys::Node;

use crate::markdown::{Alignment, Block, Image, Inline, Item, Link};
use crate::ui::el::{El, button, el};
use crate::words::ui;

/// The nodes of some blocks, one for each.
pub(super) fn blocks(blocks: &[Block]) -> Vec<Node> {
    let node = |one: &Block| block(one).node().clone().into();
    blocks.iter().map(node).collect()
}

fn block(block: &Block) -> El {
    match block {
        Block::Paragraph(content) => with("p", content).set("dir", "auto"),
        Block::Heading { level, content } => heading(*level, content),
        Block::Code { language, text } => code(language.as_deref(), text),
        Block::List { start, items } => list(*start, items),
        Block::Quote(inner) => put_blocks(el("blockquote", "").set("dir", "auto"), inner),
        Block::Table {
            alignments,
            header,
            rows,
        } => table(alignments, header, rows),
        Block::Rule => el("hr", ""),
    }
}

fn put_blocks(parent: El, blocks: &[Block]) -> El {
    blocks
        .iter()
        .fold(parent, |parent, inner| parent.put(block(inner)))
}

/// The page has its own first and second headings.
fn heading(level: u8, content: &[Inline]) -> El {
    let name = match level {
        1 => "h3",
        2 => "h4",
        3 => "h5",
        _ => "h6",
    };
    with(name, content)
        .set("dir", "auto")
        .set("data-level", &level.to_string())
}

fn with(name: &'static str, content: &[Inline]) -> El {
    inlines(el(name, ""), content)
}

fn code(language: Option<&str>, source: &str) -> El {
    let copy = button("code-copy", ui::COPY_CODE).set("data-action", "copy");
    let head = el("div", "code-head")
        .put(el("span", "code-language").text(language.unwrap_or("text")))
        .put(copy);
    let scroller = el("pre", "code-text")
        .set("tabindex", "0")
        .set("dir", "ltr")
        .put(el("code", "").text(source));
    el("div", "code").put(head).put(scroller)
}

fn list(start: Option<u64>, items: &[Item]) -> El {
    let list = match start {
        None => el("ul", ""),
        Some(1) => el("ol", ""),
        Some(start) => el("ol", "").set("start", &start.to_string()),
    };
    list.put_all(items.iter().map(list_item).collect())
}

fn list_item(item: &Item) -> El {
    let entry = match item.task {
        Some(done) => el("li", "task").put(task(done)),
        None => el("li", ""),
    };
    let entry = entry.set("dir", "auto");
    // A single paragraph needs no room of its own.
    match item.blocks.as_slice() {
        [Block::Paragraph(content), rest @ ..]
            if rest.iter().all(|block| matches!(block, Block::List { .. })) =>
        {
            let line = inlines(el("span", "item-text"), content);
            put_blocks(entry.put(line), rest)
        }
        all => put_blocks(entry, all),
    }
}

fn task(done: bool) -> El {
    let mark = el("input", "task-box")
        .set("type", "checkbox")
        .set("disabled", "");
    match done {
        true => mark.label(ui::TASK_DONE).set("checked", ""),
        false => mark.label(ui::TASK_OPEN),
    }
}

/// A table in a box that scrolls by itself, so that the page never does.
fn table(alignments: &[Alignment], header: &[Vec<Inline>], rows: &[Vec<Vec<Inline>>]) -> El {
    let rows = rows.iter().map(|cells| row("td", alignments, cells));
    let mut table = el("table", "");
    if !header.is_empty() {
        table = table.put(el("thead", "").put(row("th", alignments, header)));
    }
    let table = table.put(el("tbody", "").put_all(rows.collect()));
    el("div", "table")
        .set("tabindex", "0")
        .set("role", "region")
        .label(ui::TABLE)
        .put(table)
}

fn row(name: &'static str, alignments: &[Alignment], cells: &[Vec<Inline>]) -> El {
    let row = el("tr", "");
    cells.iter().enumerate().fold(row, |row, (at, content)| {
        let aligned = match alignments.get(at) {
            Some(Alignment::Center) => "center",
            Some(Alignment::End) => "end",
            Some(Alignment::Start | Alignment::None) | None => "start",
        };
        row.put(with(name, content).set("data-align", aligned))
    })
}

fn inlines(parent: El, content: &[Inline]) -> El {
    content.iter().fold(parent, inline)
}

fn inline(parent: El, inline: &Inline) -> El {
    match inline {
        Inline::Text(words) => parent.text(words),
        Inline::Code(words) => parent.put(el("code", "").text(words)),
        Inline::Emphasis(inner) => parent.put(with("em", inner)),
        Inline::Strong(inner) => parent.put(with("strong", inner)),
        Inline::Strikethrough(inner) => parent.put(with("del", inner)),
        Inline::Link { target, content } => link(parent, target, content),
        Inline::Image { source, alt } => image(parent, source, alt),
        Inline::SoftBreak => parent.text(" "),
        Inline::HardBreak => parent.put(el("br", "")),
    }
}

/// A link says where it leads unless its text does.
fn link(parent: El, target: &Link, content: &[Inline]) -> El {
    let Link::Safe { url, host } = target else {
        return parent.put(with("span", content));
    };
    let anchor = with("a", content)
        .set("href", url)
        .set("target", "_blank")
        .set("rel", "noopener noreferrer nofollow");
    let said = anchor.node().text_content().unwrap_or_default();
    let parent = parent.put(anchor);
    if names_host(&said, host) {
        return parent;
    }
    parent.put(el("span", "link-host").text(&format!(" ({host})")))
}

/// Whether a text names exactly this host, and not one that merely ends or begins like it.
fn names_host(text: &str, host: &str) -> bool {
    let part = |c: char| c.is_whitespace() || "/?#@<>()[]\"'".contains(c);
    text.to_ascii_lowercase()
        .split(part)
        .any(|word| word == host)
}

/// A picture that is in the message, or a button for one that is not.
fn image(parent: El, source: &Image, alt: &str) -> El {
    match source {
        Image::Inline(data) => parent.put(picture(data, alt)),
        Image::Refused => parent.text(alt),
        Image::Remote { url, host } => parent.put(
            button("picture-blocked", &ui::blocked_picture(host, alt))
                .set("data-action", "picture")
                .set("data-source", url)
                .set("data-alt", alt),
        ),
    }
}

/// A picture from a `data:` address.
pub(super) fn picture(data: &str, alt: &str) -> El {
    el("img", "picture").set("src", data).set("alt", alt)
}

/// What stands for a picture that could not be fetched.
pub(super) fn unreachable_picture(url: &str) -> El {
    let note = el("span", "picture-failed")
        .text(ui::REMOTE_FAILED)
        .text(" ");
    let target = Link::Safe {
        url: url.to_owned(),
        host: url.to_ascii_lowercase(),
    };
    link(note, &target, &[Inline::Text(url.to_owned())])
}
