//! Blocks as the text that a person reads, for speaking, searching and copying.

use super::block::{Block, Inline, Item};

/// The text of the blocks, one line for each.
#[must_use]
pub fn plain(blocks: &[Block]) -> String {
    let mut out = String::new();
    for block in blocks {
        write(block, &mut out);
        if !out.ends_with('\n') {
            out.push('\n');
        }
    }
    out.truncate(out.trim_end().len());
    out
}

fn write(block: &Block, out: &mut String) {
    match block {
        Block::Paragraph(content) | Block::Heading { content, .. } => inlines(content, out),
        Block::Code { text, .. } => out.push_str(text),
        Block::List { items, .. } => items.iter().for_each(|item| list_item(item, out)),
        Block::Quote(blocks) => out.push_str(&plain(blocks)),
        Block::Table { header, rows, .. } => {
            // A fragment's table may have no header.
            let rows = std::iter::once(header).chain(rows);
            for row in rows.filter(|row| !row.is_empty()) {
                for cell in row {
                    inlines(cell, out);
                    out.push('\t');
                }
                out.truncate(out.trim_end_matches('\t').len());
                out.push('\n');
            }
        }
        Block::Rule => {}
    }
}

fn list_item(item: &Item, out: &mut String) {
    out.push_str(&plain(&item.blocks));
    out.push('\n');
}

fn inlines(content: &[Inline], out: &mut String) {
    for inline in content {
        match inline {
            Inline::Text(text) | Inline::Code(text) => out.push_str(text),
            Inline::Emphasis(content)
            | Inline::Strong(content)
            | Inline::Strikethrough(content)
            | Inline::Link { content, .. } => {
                inlines(content, out);
            }
            Inline::Image { alt, .. } => out.push_str(alt),
            Inline::SoftBreak => out.push(' '),
            Inline::HardBreak => out.push('\n'),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::plain;
    use crate::markdown::parse;

    #[test]
    fn marks_are_not_read() {
        for (text, read) in [
            (
                "# Title\n\nSome **bold** `code`\nand [a link](https://x.test).",
                "Title\nSome bold code and a link.",
            ),
            ("1. one\n2. two\n   - inner", "one\ntwo\ninner"),
            ("| a | *b* |\n|---|---|\n| 1 | 2 |", "a\tb\n1\t2"),
            (
                "> quoted\n\n---\n\n```rust\nlet a = 1;\n```",
                "quoted\nlet a = 1;",
            ),
            ("![a cat](https://x.test/cat.png) <b>", "a cat <b>"),
        ] {
            assert_eq!(plain(&parse(text)), read, "{text}");
        }
    }
}
