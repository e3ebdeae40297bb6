//! One piece of text into blocks, by way of `pulldown-cmark`'s events.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use super::block::{Alignment, Block, Inline, Item};
use super::link;

/// How deep blocks and inlines are nested; what lies deeper is shown as plain text.
const DEEPEST: usize = 24;

/// What goes beyond CommonMark.
const OPTIONS: Options = Options::ENABLE_TABLES
    .union(Options::ENABLE_STRIKETHROUGH)
    .union(Options::ENABLE_TASKLISTS);

/// The blocks of one piece.
pub(super) fn piece(text: &str) -> Vec<Block> {
    let mut reader = Reader {
        events: Parser::new_ext(text, OPTIONS),
        task: None,
    };
    reader.blocks(0)
}

/// What begins with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Begun {
    /// A block of HTML.
    Html,
    /// Any other block.
    Other,
}

/// What begins with this line after this text and is inside nothing else.
pub(super) fn begins(before: &str, line: &str) -> Option<Begun> {
    let text = [before, line, "\n"].concat();
    let mut depth = 0_usize;
    for (event, range) in Parser::new_ext(&text, OPTIONS).into_offset_iter() {
        let begun = match &event {
            Event::Start(Tag::HtmlBlock) => Some(Begun::Html),
            Event::Start(_) | Event::Rule => Some(Begun::Other),
            _ => None,
        };
        if depth == 0 && begun.is_some() && range.start >= before.len() {
            return begun;
        }
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

struct Reader<'a> {
    events: Parser<'a>,
    /// The check box of the list item that has just begun.
    task: Option<bool>,
}

impl Reader<'_> {
    /// Blocks up to the end of the container that is open.
    fn blocks(&mut self, depth: usize) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut loose: Vec<Inline> = Vec::new();
        while let Some(event) = self.events.next() {
            match event {
                Event::End(_) => break,
                Event::Start(tag) if is_inline(&tag) => self.inline(tag, depth, &mut loose),
                Event::Start(tag) => {
                    flush(&mut loose, &mut blocks);
                    self.block(tag, depth, &mut blocks);
                }
                Event::Rule => {
                    flush(&mut loose, &mut blocks);
                    blocks.push(Block::Rule);
                }
                Event::TaskListMarker(done) => self.task = Some(done),
                other => leaf(other, &mut loose),
            }
        }
        flush(&mut loose, &mut blocks);
        blocks
    }

    fn block(&mut self, tag: Tag<'_>, depth: usize, blocks: &mut Vec<Block>) {
        if depth >= DEEPEST {
            let text = self.flat();
            blocks.push(Block::Paragraph(vec![Inline::Text(text)]));
            return;
        }
        let block = match tag {
            Tag::Paragraph => Block::Paragraph(self.inlines(depth)),
            Tag::Heading { level, .. } => Block::Heading {
                level: level as u8,
                content: self.inlines(depth),
            },
            Tag::CodeBlock(kind) => self.code(&kind),
            Tag::List(start) => Block::List {
                start,
                items: self.items(depth),
            },
            Tag::BlockQuote(_) => Block::Quote(self.blocks(depth + 1)),
            Tag::Table(alignments) => self.table(&alignments, depth),
            Tag::HtmlBlock => {
                Block::Paragraph(vec![Inline::Text(self.flat().trim_end().to_owned())])
            }
            _ => Block::Paragraph(self.inlines(depth)),
        };
        blocks.push(block);
    }

    fn code(&mut self, kind: &CodeBlockKind<'_>) -> Block {
        let language = match kind {
            CodeBlockKind::Fenced(info) => language(info.trim()),
            CodeBlockKind::Indented => None,
        };
        let language = language.map(str::to_owned);
        let mut text = self.flat();
        if text.ends_with('\n') {
            text.pop();
        }
        Block::Code { language, text }
    }

    fn items(&mut self, depth: usize) -> Vec<Item> {
        let mut items = Vec::new();
        while let Some(event) = self.events.next() {
            match event {
                Event::Start(Tag::Item) => {
                    self.task = None;
                    let blocks = self.item(depth);
                    items.push(blocks);
                }
                Event::End(_) => break,
                _ => {}
            }
        }
        items
    }

    fn item(&mut self, depth: usize) -> Item {
        // The check box comes as the first event inside, before any nested item has its own.
        let mut task = None;
        let mut blocks = Vec::new();
        let mut loose: Vec<Inline> = Vec::new();
        while let Some(event) = self.events.next() {
            match event {
                Event::End(_) => break,
                Event::TaskListMarker(done) => task = Some(done),
                Event::Start(tag) if is_inline(&tag) => self.inline(tag, depth + 1, &mut loose),
                Event::Start(tag) => {
                    flush(&mut loose, &mut blocks);
                    self.task = None;
                    self.block(tag, depth + 1, &mut blocks);
                    task = task.or_else(|| self.task.take());
                }
                Event::Rule => blocks.push(Block::Rule),
                other => leaf(other, &mut loose),
            }
        }
        flush(&mut loose, &mut blocks);
        Item { task, blocks }
    }

    fn table(&mut self, alignments: &[pulldown_cmark::Alignment], depth: usize) -> Block {
        let mut header = Vec::new();
        let mut rows = Vec::new();
        let mut cells = Vec::new();
        while let Some(event) = self.events.next() {
            match event {
                Event::Start(Tag::TableCell) => cells.push(self.inlines(depth)),
                Event::End(TagEnd::TableHead) => header = std::mem::take(&mut cells),
                Event::End(TagEnd::TableRow) => rows.push(std::mem::take(&mut cells)),
                Event::End(TagEnd::Table) => break,
                _ => {}
            }
        }
        let alignments = alignments.iter().map(|alignment| match alignment {
            pulldown_cmark::Alignment::None => Alignment::None,
            pulldown_cmark::Alignment::Left => Alignment::Start,
            pulldown_cmark::Alignment::Center => Alignment::Center,
            pulldown_cmark::Alignment::Right => Alignment::End,
        });
        Block::Table {
            alignments: alignments.collect(),
            header,
            rows,
        }
    }

    /// Inlines up to the end of what is open.
    fn inlines(&mut self, depth: usize) -> Vec<Inline> {
        let mut out = Vec::new();
        while let Some(event) = self.events.next() {
            match event {
                Event::End(_) => break,
                Event::Start(tag) => self.inline(tag, depth, &mut out),
                Event::TaskListMarker(done) => self.task = Some(done),
                other => leaf(other, &mut out),
            }
        }
        link_up(out)
    }

    fn inline(&mut self, tag: Tag<'_>, depth: usize, out: &mut Vec<Inline>) {
        if depth >= DEEPEST {
            let text = self.flat();
            out.push(Inline::Text(text));
            return;
        }
        let inline = match tag {
            Tag::Emphasis => Inline::Emphasis(self.inlines(depth + 1)),
            Tag::Strong => Inline::Strong(self.inlines(depth + 1)),
            Tag::Strikethrough => Inline::Strikethrough(self.inlines(depth + 1)),
            Tag::Link {
                dest_url,
                link_type,
                ..
            } => {
                let mail = matches!(link_type, pulldown_cmark::LinkType::Email);
                let url = if mail {
                    format!("mailto:{dest_url}")
                } else {
                    dest_url.to_string()
                };
                let content = unlink(self.inlines(depth + 1));
                Inline::Link {
                    target: link::link(&url),
                    content,
                }
            }
            Tag::Image { dest_url, .. } => Inline::Image {
                source: link::image(&dest_url),
                alt: self.flat(),
            },
            _ => {
                let inner = self.inlines(depth + 1);
                out.extend(inner);
                return;
            }
        };
        out.push(inline);
    }

    /// The text of what is open, up to its end, however deep.
    fn flat(&mut self) -> String {
        let mut text = String::new();
        let mut open = 1;
        while open > 0 {
            match self.events.next() {
                Some(Event::Start(_)) => open += 1,
                Some(Event::End(_)) => open -= 1,
                Some(
                    Event::Text(piece)
                    | Event::Code(piece)
                    | Event::Html(piece)
                    | Event::InlineHtml(piece),
                ) => {
                    text.push_str(&piece);
                }
                Some(Event::SoftBreak | Event::HardBreak) => text.push('\n'),
                Some(_) => {}
                None => break,
            }
        }
        text
    }
}

/// The language that an info string names: its first word.
pub(super) fn language(info: &str) -> Option<&str> {
    let word = info.split([' ', ',', '{']).next();
    word.filter(|word| !word.is_empty())
}

const fn is_inline(tag: &Tag<'_>) -> bool {
    matches!(
        tag,
        Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. } | Tag::Image { .. }
    )
}

fn leaf(event: Event<'_>, out: &mut Vec<Inline>) {
    match event {
        Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => add_text(&text, out),
        Event::Code(code) => out.push(Inline::Code(code.to_string())),
        Event::SoftBreak => out.push(Inline::SoftBreak),
        Event::HardBreak => out.push(Inline::HardBreak),
        _ => {}
    }
}

fn add_text(text: &str, out: &mut Vec<Inline>) {
    match out.last_mut() {
        Some(Inline::Text(before)) => before.push_str(text),
        _ => out.push(Inline::Text(text.to_owned())),
    }
}

/// What stands in a tight list item without a paragraph of its own.
fn flush(loose: &mut Vec<Inline>, blocks: &mut Vec<Block>) {
    if !loose.is_empty() {
        blocks.push(Block::Paragraph(link_up(std::mem::take(loose))));
    }
}

fn link_up(inlines: Vec<Inline>) -> Vec<Inline> {
    let mut out = Vec::with_capacity(inlines.len());
    for inline in inlines {
        match inline {
            Inline::Text(text) => link::autolink(&text, &mut out),
            other => out.push(other),
        }
    }
    out
}

/// A link holds no other link.
fn unlink(inlines: Vec<Inline>) -> Vec<Inline> {
    let mut out = Vec::with_capacity(inlines.len());
    for inline in inlines {
        match inline {
            Inline::Link { content, .. } => {
                for inner in content {
                    match inner {
                        Inline::Text(text) => add_text(&text, &mut out),
                        other => out.push(other),
                    }
                }
            }
            Inline::Text(text) => add_text(&text, &mut out),
            other => out.push(other),
        }
    }
    out
}
