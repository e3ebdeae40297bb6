//! Answers that are fragments of HTML: which they are, and what of them is shown.
//!
//! The browser reads the HTML into a document where nothing runs, loads or is shown. Its tree comes
//! in here, and what this module knows of it becomes the blocks that Markdown becomes: a fragment
//! can show nothing that a text in Markdown could not, whatever it holds. Of what is not known the
//! words stay; what holds no words for a person, such as a script, is left out.

mod table;
mod words;

use super::block::{Block, Inline, Item, Link};
use super::link;
pub use words::{lines, words};

/// A piece of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tree {
    /// Text.
    Text(String),
    /// An element of HTML.
    Element {
        /// Its name, in small letters.
        tag: String,
        /// Those of [`ATTRIBUTES`] that it has.
        marks: Vec<(&'static str, String)>,
        /// What it holds.
        inner: Vec<Tree>,
    },
}

/// The attributes that are read.
pub const ATTRIBUTES: [&str; 6] = ["href", "src", "alt", "start", "class", "colspan"];

/// The tags that an answer in HTML begins with.
const FIRST: [&str; 41] = [
    "a",
    "article",
    "aside",
    "b",
    "blockquote",
    "br",
    "center",
    "code",
    "details",
    "div",
    "dl",
    "em",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "html",
    "i",
    "img",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "s",
    "section",
    "small",
    "span",
    "strong",
    "style",
    "table",
    "u",
    "ul",
    "body",
    "mark",
];

/// The HTML of an answer that is one: as it is, or all of it in one fence for HTML.
#[must_use]
pub fn html(text: &str) -> Option<&str> {
    let html = unfenced(text).unwrap_or(text);
    is_fragment(html).then_some(html)
}

fn unfenced(text: &str) -> Option<&str> {
    let (language, inner) = text.trim().strip_prefix("```")?.split_once('\n')?;
    let inner = inner.strip_suffix("\n```")?;
    let whole = language.trim().eq_ignore_ascii_case("html") && !inner.contains("```");
    whole.then_some(inner)
}

/// Whether a text begins with a tag of HTML, or may yet, as far as it has come. Comments and the
/// type of the document may stand in front.
#[must_use]
pub fn is_fragment(text: &str) -> bool {
    let mut text = text.trim_start();
    while let Some(mark) = text.strip_prefix("<!") {
        let end = if mark.starts_with("--") { "-->" } else { ">" };
        match mark.split_once(end) {
            Some((_, behind)) => text = behind.trim_start(),
            None => return true,
        }
    }
    let Some(rest) = text.strip_prefix('<') else {
        return false;
    };
    let (name, behind) = words::name(rest);
    match behind.chars().next() {
        None => FIRST.iter().any(|known| known.starts_with(&name)),
        Some(next) => {
            (next == '>' || next == '/' || next.is_ascii_whitespace())
                && FIRST.contains(&name.as_str())
        }
    }
}

/// Stands within the words that the page's policy looks at, so that it finds none of them. Unicode
/// promises that it is no letter.
const MARK: char = '\u{fdd0}';

/// The HTML without anything that a browser takes for a script, a style or a base of addresses. It
/// would heed none of them in a document that is not shown, and yet report each as a breach of the
/// page's policy.
#[must_use]
pub fn defused(html: &str) -> String {
    let mut out = String::with_capacity(html.len() + html.len() / 8);
    let mut last = ' ';
    for (at, letter) in html.char_indices() {
        out.push(letter);
        let begins = last.is_ascii_whitespace() || matches!(last, '<' | '/' | '"' | '\'');
        let is = |word: &str| {
            let found = html.get(at..at + word.len());
            found.is_some_and(|found| found.eq_ignore_ascii_case(word))
        };
        if begins && (is("on") || is("style") || is("base")) {
            out.push(MARK);
        }
        last = letter;
    }
    out
}

/// A text that comes out of a document of [`defused`] HTML, as it was.
#[must_use]
pub fn restored(text: &str) -> String {
    text.replace(MARK, "")
}

/// The blocks of a document.
#[must_use]
pub fn blocks(trees: &[Tree]) -> Vec<Block> {
    let mut flow = Flow::default();
    flow.take(trees);
    flow.end();
    flow.blocks
}

/// What an element is to us.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// It is left out, with all that it holds.
    Nothing,
    /// It stands by itself.
    Block,
    /// It stands in the line.
    Inline,
}

fn kind(tag: &str) -> Kind {
    match tag {
        "applet" | "audio" | "base" | "canvas" | "embed" | "frame" | "frameset" | "head"
        | "iframe" | "input" | "link" | "map" | "math" | "meta" | "meter" | "noembed"
        | "noframes" | "noscript" | "object" | "option" | "progress" | "script" | "select"
        | "style" | "svg" | "template" | "textarea" | "title" | "video" => Kind::Nothing,
        "address" | "article" | "aside" | "blockquote" | "body" | "caption" | "center" | "dd"
        | "details" | "dialog" | "dir" | "div" | "dl" | "dt" | "fieldset" | "figcaption"
        | "figure" | "footer" | "form" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "header"
        | "hgroup" | "hr" | "html" | "legend" | "li" | "main" | "menu" | "nav" | "ol" | "p"
        | "pre" | "search" | "section" | "summary" | "table" | "tbody" | "td" | "tfoot" | "th"
        | "thead" | "tr" | "ul" | "xmp" => Kind::Block,
        _ => Kind::Inline,
    }
}

/// Blocks one after the other, and the line that is being written.
#[derive(Default)]
struct Flow {
    blocks: Vec<Block>,
    line: Vec<Inline>,
    pen: Pen,
}

impl Flow {
    fn take(&mut self, trees: &[Tree]) {
        for tree in trees {
            match tree {
                Tree::Element { tag, inner, .. } if kind(tag) == Kind::Block => {
                    self.end();
                    self.block(tree, tag, inner);
                    self.end();
                }
                // A line holds no blocks; a link that does is one all the same.
                Tree::Element { tag, inner, .. } if tag != "a" && holds_blocks(tag, inner) => {
                    self.take(inner);
                }
                _ => self.pen.write(&mut self.line, std::slice::from_ref(tree)),
            }
        }
    }

    fn block(&mut self, tree: &Tree, tag: &str, inner: &[Tree]) {
        let block = match tag {
            "h1" => heading(1, inner),
            "h2" => heading(2, inner),
            "h3" => heading(3, inner),
            "h4" => heading(4, inner),
            "h5" => heading(5, inner),
            "h6" => heading(6, inner),
            "ul" | "ol" | "menu" | "dir" => list(tree, tag, inner),
            "blockquote" => some(blocks(inner)).map(Block::Quote),
            "pre" | "xmp" => Some(code(inner)),
            "hr" => Some(Block::Rule),
            "table" => {
                self.take(table::caption(inner));
                self.end();
                table::table(inner)
            }
            "summary" | "dt" | "legend" => {
                some(line(inner)).map(|line| Block::Paragraph(vec![Inline::Strong(line)]))
            }
            _ => return self.take(inner),
        };
        self.blocks.extend(block);
    }

    /// Ends the line.
    fn end(&mut self) {
        self.pen = Pen::default();
        let mut line = std::mem::take(&mut self.line);
        trim(&mut line);
        self.blocks.extend(some(line).map(Block::Paragraph));
    }
}

fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    Some(list).filter(|list| !list.is_empty())
}

fn holds_blocks(tag: &str, inner: &[Tree]) -> bool {
    let block = |tree: &Tree| match tree {
        Tree::Text(_) => false,
        Tree::Element { tag, inner, .. } => kind(tag) == Kind::Block || holds_blocks(tag, inner),
    };
    kind(tag) == Kind::Inline && inner.iter().any(block)
}

fn heading(level: u8, inner: &[Tree]) -> Option<Block> {
    some(line(inner)).map(|content| Block::Heading { level, content })
}

fn list(tree: &Tree, tag: &str, inner: &[Tree]) -> Option<Block> {
    let item = |tree: &Tree| {
        let blocks = match tree {
            Tree::Element { tag, inner, .. } if tag == "li" => blocks(inner),
            other => some(blocks(std::slice::from_ref(other)))?,
        };
        Some(Item { task: None, blocks })
    };
    let start = || mark(tree, "start").and_then(|start| start.trim().parse().ok());
    let start = (tag == "ol").then(|| start().unwrap_or(1));
    let items = some(inner.iter().filter_map(item).collect());
    items.map(|items| Block::List { start, items })
}

fn code(inner: &[Tree]) -> Block {
    let class = |tree: &Tree| mark(tree, "class").map(str::to_owned);
    let classes = inner.iter().find_map(class).unwrap_or_default();
    let language = classes.split_ascii_whitespace().find_map(|class| {
        let known = class.strip_prefix("language-");
        known.or_else(|| class.strip_prefix("lang-"))
    });
    let mut text = raw(inner);
    text.truncate(text.trim_end_matches('\n').len());
    Block::Code {
        language: language.map(str::to_owned),
        text,
    }
}

/// The text of trees as it stands.
fn raw(trees: &[Tree]) -> String {
    let mut text = String::new();
    for tree in trees {
        match tree {
            Tree::Text(words) => text.push_str(words),
            Tree::Element { tag, .. } if tag == "br" => text.push('\n'),
            Tree::Element { tag, .. } if kind(tag) == Kind::Nothing => {}
            Tree::Element { inner, .. } => text.push_str(&raw(inner)),
        }
    }
    text
}

fn mark<'a>(tree: &'a Tree, name: &str) -> Option<&'a str> {
    let Tree::Element { marks, .. } = tree else {
        return None;
    };
    let found = marks.iter().find(|(known, _)| *known == name);
    found.map(|(_, value)| value.as_str())
}

/// One line of trees, whatever they are.
fn line(trees: &[Tree]) -> Vec<Inline> {
    let mut line = Vec::new();
    Pen::default().write(&mut line, trees);
    trim(&mut line);
    line
}

/// Writes a line: several spaces are one, and a block within the line is a line of its own.
#[derive(Default)]
struct Pen {
    /// What stands before is no space.
    close: bool,
    /// A new line begins before the next word.
    breaks: bool,
    /// Something has been written.
    wrote: bool,
}

impl Pen {
    fn write(&mut self, line: &mut Vec<Inline>, trees: &[Tree]) {
        for tree in trees {
            match tree {
                Tree::Text(text) => self.text(line, text),
                Tree::Element { tag, inner, .. } => self.element(line, tree, tag, inner),
            }
        }
    }

    fn text(&mut self, line: &mut Vec<Inline>, text: &str) {
        if self.breaks && text.trim_ascii().is_empty() {
            return;
        }
        self.begin(line);
        let mut written = String::new();
        for letter in text.chars() {
            if !letter.is_ascii_whitespace() {
                written.push(letter);
                self.close = true;
            } else if std::mem::take(&mut self.close) {
                written.push(' ');
            }
        }
        self.wrote |= self.close;
        if !written.is_empty() {
            line.push(Inline::Text(written));
        }
    }

    /// Begins a new line where one is due.
    fn begin(&mut self, line: &mut Vec<Inline>) {
        if std::mem::take(&mut self.breaks) && self.wrote {
            line.push(Inline::HardBreak);
            self.close = false;
        }
    }

    fn element(&mut self, line: &mut Vec<Inline>, tree: &Tree, tag: &str, inner: &[Tree]) {
        match kind(tag) {
            Kind::Nothing => return,
            Kind::Block => {
                self.breaks = true;
                self.write(line, inner);
                self.breaks = true;
                return;
            }
            Kind::Inline => {}
        }
        match tag {
            "br" => {
                line.push(Inline::HardBreak);
                self.close = false;
            }
            "b" | "strong" => self.within(line, inner, Inline::Strong),
            "i" | "em" | "u" | "ins" | "cite" | "dfn" | "var" | "mark" => {
                self.within(line, inner, Inline::Emphasis);
            }
            "s" | "del" | "strike" => self.within(line, inner, Inline::Strikethrough),
            "code" | "kbd" | "samp" | "tt" => {
                self.begin(line);
                let text = raw(inner);
                self.close |= !text.is_empty();
                self.wrote |= self.close;
                line.extend((!text.is_empty()).then_some(Inline::Code(text)));
            }
            "a" => match mark(tree, "href").map(link::link) {
                Some(target) => self.within(line, inner, |content| Inline::Link {
                    target: target.clone(),
                    content,
                }),
                None => self.write(line, inner),
            },
            "img" => self.picture(line, tree),
            _ => self.write(line, inner),
        }
    }

    fn within(
        &mut self,
        line: &mut Vec<Inline>,
        inner: &[Tree],
        wrap: impl Fn(Vec<Inline>) -> Inline,
    ) {
        let mut content = Vec::new();
        self.write(&mut content, inner);
        line.extend(some(content).map(wrap));
    }

    fn picture(&mut self, line: &mut Vec<Inline>, tree: &Tree) {
        let source = link::image(mark(tree, "src").unwrap_or_default());
        let alt = mark(tree, "alt").unwrap_or_default().to_owned();
        if source != super::Image::Refused || !alt.is_empty() {
            self.begin(line);
            (self.close, self.wrote) = (true, true);
            line.push(Inline::Image { source, alt });
        }
    }
}

/// Takes off what is not seen at the end of a line.
fn trim(line: &mut Vec<Inline>) {
    while let Some(last) = line.last_mut() {
        match last {
            Inline::Text(text) => {
                text.truncate(text.trim_end_matches(' ').len());
                if !text.is_empty() {
                    return;
                }
            }
            Inline::HardBreak => {}
            Inline::Strong(inner)
            | Inline::Emphasis(inner)
            | Inline::Strikethrough(inner)
            | Inline::Link {
                content: inner,
                target: Link::Refused | Link::Safe { .. },
            } => {
                trim(inner);
                if !inner.is_empty() {
                    return;
                }
            }
            _ => return,
        }
        line.pop();
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
