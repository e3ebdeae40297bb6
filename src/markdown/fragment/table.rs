//! A table of HTML as one of Markdown: a header where there is one, then rows of cells.

use super::{Inline, Kind, Tree, kind, line, mark, some};
use crate::markdown::Block;

/// More columns than this are not made up for a cell that says that it spans them.
const WIDEST: usize = 20;

/// A row: whether it stands in the table's head, and its cells.
type Row<'a> = (bool, &'a [Tree]);

/// What stands above the table.
pub(super) fn caption(inner: &[Tree]) -> &[Tree] {
    let caption = inner.iter().find_map(|tree| match tree {
        Tree::Element { tag, inner, .. } if tag == "caption" => Some(inner.as_slice()),
        _ => None,
    });
    caption.unwrap_or_default()
}

/// The table; `None` where it holds nothing.
pub(super) fn table(inner: &[Tree]) -> Option<Block> {
    let mut found = Vec::new();
    rows(inner, false, &mut found);
    let has = |row: &Row<'_>, cell: &str| row.1.iter().any(|tree| name(tree) == cell);
    let is_head = |row: &Row<'_>| row.0 || has(row, "th") && !has(row, "td");
    let head = found.first().filter(|row| is_head(row)).is_some();
    let mut rows = found.into_iter().enumerate().map(|(at, (_, row))| {
        let plain = head && at == 0;
        cells(row, plain)
    });
    let header = if head { rows.next() } else { None };
    let rows: Vec<_> = rows.filter(|cells| !cells.is_empty()).collect();
    let header = header.unwrap_or_default();
    (!header.is_empty() || !rows.is_empty()).then_some(Block::Table {
        alignments: Vec::new(),
        header,
        rows,
    })
}

fn name(tree: &Tree) -> &str {
    match tree {
        Tree::Element { tag, .. } => tag,
        Tree::Text(_) => "",
    }
}

fn rows<'a>(inner: &'a [Tree], head: bool, found: &mut Vec<Row<'a>>) {
    for tree in inner {
        if let Tree::Element { tag, inner, .. } = tree {
            match tag.as_str() {
                "tr" => found.push((head, inner)),
                "thead" => rows(inner, true, found),
                "tbody" | "tfoot" => rows(inner, false, found),
                _ => {}
            }
        }
    }
}

/// The cells of a row; what heads a row stands out, what heads a column does by its place.
fn cells(row: &[Tree], plain: bool) -> Vec<Vec<Inline>> {
    let mut cells = Vec::new();
    for tree in row {
        let Tree::Element { tag, inner, .. } = tree else {
            continue;
        };
        if kind(tag) != Kind::Block {
            continue;
        }
        let content = line(inner);
        cells.push(match tag == "th" && !plain {
            true => some(content).map(Inline::Strong).into_iter().collect(),
            false => content,
        });
        let span = mark(tree, "colspan").and_then(|span| span.trim().parse().ok());
        let more = span.unwrap_or(1).clamp(1, WIDEST) - 1;
        cells.extend((0..more).map(|_| Vec::new()));
    }
    cells
}
