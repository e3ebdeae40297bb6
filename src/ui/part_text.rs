//! Markdown on the screen: blocks as DOM nodes, the growing end as one text node that grows. An answer
//! that is a fragment of HTML is read anew with every frame that it grows in, and what came out the
//! same is left as it stands.
//!
//! A closed block never changes, and a growing one is not compared with what it was at every chunk. Clicks are heard once, at the container.

mod build;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, Node, Text};

use super::el::{El, el, watch};
use crate::markdown::{self, Block, fragment};
use crate::platform::task::spawn;
use crate::platform::{clipboard, inert, remote_picture};
use crate::projection::{Closed, ProseRow, Tail};
use crate::words::ui;

/// What stands in the container.
#[derive(Default)]
struct Drawn {
    closed: Vec<(u32, Vec<Node>)>,
    tail: Option<DrawnTail>,
    /// In place of both, where the text is a fragment of HTML.
    fragment: Vec<(Block, Vec<Node>)>,
}

struct DrawnTail {
    key: u32,
    nodes: Vec<Node>,
    /// Where the text grows, and how much of what came is in it.
    leaf: Option<Text>,
    grown: usize,
}

/// A text in Markdown that may still be growing; `html` says whether it may be a fragment of HTML.
pub(super) fn part_text(prose: ProseRow, html: impl Fn() -> bool + 'static) -> El {
    let container = el("div", "prose").set("dir", "auto");
    let into = container.clone();
    let mut drawn = Drawn::default();
    watch(move || {
        let html = html();
        let (closed, tail) = (prose.closed.read(), prose.tail.read());
        let fragment = html.then(|| read(&prose, tail.is_some())).flatten();
        drawn.draw(into.node(), &closed, tail.as_ref(), fragment);
    });
    container.on("click", |event| clicked(&event))
}

/// The text as it is copied: Markdown as it is written, and of HTML what is read.
pub(super) fn copied(prose: &ProseRow, html: bool) -> String {
    match html.then(|| read(prose, false)).flatten() {
        Some(blocks) => markdown::plain(&blocks),
        None => prose.source(),
    }
}

/// What a fragment of HTML shows. `None`: it is none, or shows nothing, and more does not come.
fn read(prose: &ProseRow, grows: bool) -> Option<Vec<Block>> {
    let source = Some(prose.source()).filter(|_| prose.is_fragment())?;
    let html = fragment::html(&source)?;
    // These alone are letters to the browser, and the beginning of a tag a moment later.
    let begun = html.strip_suffix('<').or_else(|| html.strip_suffix("</"));
    let html = begun.filter(|_| grows).unwrap_or(html);
    let blocks = match inert::read(html) {
        Some(trees) => fragment::blocks(&trees),
        None => fragment::lines(html),
    };
    Some(blocks).filter(|blocks| grows || !blocks.is_empty())
}

impl Drawn {
    fn draw(
        &mut self,
        container: &Element,
        closed: &[Closed],
        tail: Option<&Tail>,
        fragment: Option<Vec<Block>>,
    ) {
        let markdown = fragment.is_none();
        self.become_fragment(container, fragment.unwrap_or_default());
        let (closed, tail) = match markdown {
            true => (closed, tail),
            false => (&[][..], None),
        };
        self.close(container, closed);
        self.follow(container, tail);
    }

    /// Draws what is another than it was, and all behind it.
    fn become_fragment(&mut self, container: &Element, blocks: Vec<Block>) {
        let pairs = self.fragment.iter().zip(&blocks);
        let same = pairs.take_while(|((old, _), new)| old == *new).count();
        for (_, nodes) in self.fragment.drain(same..) {
            remove(&nodes);
        }
        for block in blocks.into_iter().skip(same) {
            let nodes = build::blocks(std::slice::from_ref(&block));
            insert(container, &nodes, None);
            self.fragment.push((block, nodes));
        }
    }

    /// Draws the closed blocks that are not there yet, and removes those that are no more.
    fn close(&mut self, container: &Element, closed: &[Closed]) {
        let same = self
            .closed
            .iter()
            .zip(closed)
            .take_while(|((old, _), (new, _))| old == new)
            .count();
        for (_, nodes) in self.closed.drain(same..) {
            remove(&nodes);
        }
        let before = self
            .tail
            .as_ref()
            .and_then(|tail| tail.nodes.first().cloned());
        for (key, block) in closed.iter().skip(same) {
            let nodes = build::blocks(std::slice::from_ref(block.as_ref()));
            insert(container, &nodes, before.as_ref());
            self.closed.push((*key, nodes));
        }
    }

    /// Draws the open end anew, or lets its text grow.
    fn follow(&mut self, container: &Element, tail: Option<&Tail>) {
        if let (Some(drawn), Some(tail)) = (&mut self.tail, tail)
            && drawn.key == tail.key
        {
            drawn.grow(&tail.grown);
            return;
        }
        if let Some(old) = self.tail.take() {
            remove(&old.nodes);
        }
        self.tail = tail.map(|tail| {
            let nodes = build::blocks(&tail.blocks);
            insert(container, &nodes, None);
            let leaf = nodes.last().and_then(last_text);
            let mut drawn = DrawnTail {
                key: tail.key,
                nodes,
                leaf,
                grown: 0,
            };
            drawn.grow(&tail.grown);
            drawn
        });
    }
}

impl DrawnTail {
    fn grow(&mut self, grown: &str) {
        let new = grown.get(self.grown..).unwrap_or_default();
        if let Some(leaf) = self.leaf.as_ref().filter(|_| !new.is_empty()) {
            // It throws for no string.
            let _ = leaf.append_data(new);
        }
        self.grown = grown.len();
    }
}

fn insert(container: &Element, nodes: &[Node], before: Option<&Node>) {
    for node in nodes {
        // It throws only where `before` is no child of the container.
        let _ = container.insert_before(node, before);
    }
}

fn remove(nodes: &[Node]) {
    for node in nodes {
        if let Some(parent) = node.parent_node() {
            let _ = parent.remove_child(node);
        }
    }
}

/// The last text in a node, where more of it is put.
fn last_text(node: &Node) -> Option<Text> {
    match node.dyn_ref::<Text>() {
        Some(text) => Some(text.clone()),
        None => last_text(&node.last_child()?),
    }
}

/// A press on one of the buttons that the text holds.
fn clicked(event: &web_sys::Event) {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    let Some(button) = target.and_then(|target| target.closest("button").ok().flatten()) else {
        return;
    };
    match button.get_attribute("data-action").as_deref() {
        Some("copy") => copy(button),
        Some("picture") => show(button),
        _ => {}
    }
}

fn copy(button: Element) {
    let code = button
        .closest(".code")
        .ok()
        .flatten()
        .and_then(|block| block.query_selector("code").ok().flatten());
    let text = code
        .and_then(|code| code.text_content())
        .unwrap_or_default();
    spawn(async move {
        let copied = clipboard::write(&text).await.is_ok();
        button.set_text_content(Some(if copied { ui::COPIED } else { ui::COPY_FAILED }));
    });
}

/// Fetches a picture that the person asked for, and puts it in place of its button.
fn show(button: Element) {
    let url = button.get_attribute("data-source").unwrap_or_default();
    let alt = button.get_attribute("data-alt").unwrap_or_default();
    spawn(async move {
        let shown = match remote_picture::load(&url).await {
            Ok(data) => build::picture(&data, &alt),
            Err(_) => build::unreachable_picture(&url),
        };
        if let Some(parent) = button.parent_node() {
            let _ = parent.replace_child(shown.node(), &button);
        }
    });
}
