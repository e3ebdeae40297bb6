//! Blocks into DOM nodes. Text becomes text nodes and nothing else.

use leptos::prelude::document;
use web_sys::{Element, Node};

use crate::markdown::{Alignment, Block, Image, Inline, Item, Link};
use crate::words::ui;

/// The nodes of some blocks, one for each.
pub(super) fn blocks(blocks: &[Block]) -> Vec<Node> {
    blocks
        .iter()
        .filter_map(|one| block(one).map(Into::into))
        .collect()
}

/// A new element with a class; `None` only for a name that is none.
fn element(name: &str, class: &str) -> Option<Element> {
    let element = document().create_element(name).ok()?;
    if !class.is_empty() {
        element.set_class_name(class);
    }
    Some(element)
}

fn set(element: &Element, name: &str, value: &str) {
    // It throws only for a name that is none.
    let _ = element.set_attribute(name, value);
}

fn put(parent: &Element, child: Option<impl AsRef<Node>>) {
    if let Some(child) = child {
        let _ = parent.append_child(child.as_ref());
    }
}

fn text(parent: &Element, text: &str) {
    put(parent, Some(document().create_text_node(text)));
}

fn block(block: &Block) -> Option<Element> {
    match block {
        Block::Paragraph(content) => with("p", content),
        Block::Heading { level, content } => {
            // The page has its own first and second headings.
            let name = format!("h{}", (level + 2).min(6));
            let heading = with(&name, content)?;
            set(&heading, "data-level", &level.to_string());
            Some(heading)
        }
        Block::Code { language, text } => code(language.as_deref(), text),
        Block::List { start, items } => list(*start, items),
        Block::Quote(inner) => {
            let quote = element("blockquote", "")?;
            inner
                .iter()
                .for_each(|inner| put(&quote, self::block(inner)));
            Some(quote)
        }
        Block::Table {
            alignments,
            header,
            rows,
        } => table(alignments, header, rows),
        Block::Rule => element("hr", ""),
    }
}

fn with(name: &str, content: &[Inline]) -> Option<Element> {
    let parent = element(name, "")?;
    inlines(&parent, content);
    Some(parent)
}

fn code(language: Option<&str>, source: &str) -> Option<Element> {
    let frame = element("div", "code")?;
    let head = element("div", "code-head")?;
    let label = element("span", "code-language")?;
    text(&label, language.unwrap_or("text"));
    put(&head, Some(label));
    let copy = element("button", "code-copy")?;
    set(&copy, "type", "button");
    set(&copy, "data-action", "copy");
    text(&copy, ui::COPY_CODE);
    put(&head, Some(copy));
    put(&frame, Some(head));
    let scroller = element("pre", "code-text")?;
    set(&scroller, "tabindex", "0");
    set(&scroller, "dir", "ltr");
    let body = element("code", "")?;
    text(&body, source);
    put(&scroller, Some(body));
    put(&frame, Some(scroller));
    Some(frame)
}

fn list(start: Option<u64>, items: &[Item]) -> Option<Element> {
    let list = element(if start.is_some() { "ol" } else { "ul" }, "")?;
    if let Some(start) = start.filter(|start| *start != 1) {
        set(&list, "start", &start.to_string());
    }
    for item in items {
        put(&list, list_item(item));
    }
    Some(list)
}

fn list_item(item: &Item) -> Option<Element> {
    let entry = element("li", "")?;
    if let Some(done) = item.task {
        set(&entry, "class", "task");
        let mark = element("input", "task-box")?;
        set(&mark, "type", "checkbox");
        set(&mark, "disabled", "");
        set(&mark, "aria-label", if done { "done" } else { "to do" });
        if done {
            set(&mark, "checked", "");
        }
        put(&entry, Some(mark));
    }
    // A single paragraph needs no room of its own.
    match item.blocks.as_slice() {
        [Block::Paragraph(content), rest @ ..]
            if rest.iter().all(|block| matches!(block, Block::List { .. })) =>
        {
            let line = element("span", "item-text")?;
            inlines(&line, content);
            put(&entry, Some(line));
            rest.iter().for_each(|inner| put(&entry, block(inner)));
        }
        all => all.iter().for_each(|inner| put(&entry, block(inner))),
    }
    Some(entry)
}

fn table(
    alignments: &[Alignment],
    header: &[Vec<Inline>],
    rows: &[Vec<Vec<Inline>>],
) -> Option<Element> {
    let frame = element("div", "table")?;
    set(&frame, "tabindex", "0");
    set(&frame, "role", "region");
    set(&frame, "aria-label", "Table");
    let table = element("table", "")?;
    let head = element("thead", "")?;
    put(&head, row("th", alignments, header));
    put(&table, Some(head));
    let body = element("tbody", "")?;
    rows.iter()
        .for_each(|cells| put(&body, row("td", alignments, cells)));
    put(&table, Some(body));
    put(&frame, Some(table));
    Some(frame)
}

fn row(name: &str, alignments: &[Alignment], cells: &[Vec<Inline>]) -> Option<Element> {
    let row = element("tr", "")?;
    for (at, content) in cells.iter().enumerate() {
        let cell = with(name, content)?;
        let aligned = match alignments.get(at) {
            Some(Alignment::Center) => "center",
            Some(Alignment::End) => "end",
            Some(Alignment::Start | Alignment::None) | None => "start",
        };
        set(&cell, "data-align", aligned);
        put(&row, Some(cell));
    }
    Some(row)
}

fn inlines(parent: &Element, content: &[Inline]) {
    for inline in content {
        match inline {
            Inline::Text(words) => text(parent, words),
            Inline::Code(words) => put(parent, words_in("code", words)),
            Inline::Emphasis(inner) => put(parent, with("em", inner)),
            Inline::Strong(inner) => put(parent, with("strong", inner)),
            Inline::Strikethrough(inner) => put(parent, with("del", inner)),
            Inline::Link { target, content } => link(parent, target, content),
            Inline::Image { source, alt } => image(parent, source, alt),
            Inline::SoftBreak => text(parent, " "),
            Inline::HardBreak => put(parent, element("br", "")),
        }
    }
}

fn words_in(name: &str, words: &str) -> Option<Element> {
    let parent = element(name, "")?;
    text(&parent, words);
    Some(parent)
}

/// A link says where it leads unless its text does.
fn link(parent: &Element, target: &Link, content: &[Inline]) {
    let Link::Safe { url, host } = target else {
        return put(parent, with("span", content));
    };
    let Some(anchor) = with("a", content) else {
        return;
    };
    set(&anchor, "href", url);
    set(&anchor, "target", "_blank");
    set(&anchor, "rel", "noopener noreferrer nofollow");
    let text_content = anchor.text_content().unwrap_or_default();
    let said = names_host(&text_content, host);
    put(parent, Some(anchor));
    if !said && let Some(note) = element("span", "link-host") {
        text(&note, &format!(" ({host})"));
        put(parent, Some(note));
    }
}

/// Whether a text names exactly this host, and not one that merely ends or begins like it.
fn names_host(text: &str, host: &str) -> bool {
    let part = |c: char| c.is_whitespace() || "/?#@<>()[]\"'".contains(c);
    text.to_lowercase().split(part).any(|word| word == host)
}

/// A picture that is in the message, or a button for one that is not.
fn image(parent: &Element, source: &Image, alt: &str) {
    match source {
        Image::Inline(data) => put(parent, picture(data, alt)),
        Image::Refused => text(parent, alt),
        Image::Remote { url, host } => {
            let Some(button) = element("button", "picture-blocked") else {
                return;
            };
            set(&button, "type", "button");
            set(&button, "data-action", "picture");
            set(&button, "data-source", url);
            set(&button, "data-alt", alt);
            text(&button, &ui::blocked_picture(host, alt));
            put(parent, Some(button));
        }
    }
}

/// A picture from a `data:` address.
pub(super) fn picture(data: &str, alt: &str) -> Option<Element> {
    let image = element("img", "picture")?;
    set(&image, "src", data);
    set(&image, "alt", alt);
    Some(image)
}

/// What stands for a picture that could not be fetched.
pub(super) fn unreachable_picture(url: &str) -> Option<Element> {
    let note = element("span", "picture-failed")?;
    text(&note, ui::REMOTE_FAILED);
    text(&note, " ");
    let target = Link::Safe {
        url: url.to_owned(),
        host: url.to_lowercase(),
    };
    link(&note, &target, &[Inline::Text(url.to_owned())]);
    Some(note)
}
