//! HTML, read by the browser into a document where nothing runs, loads or is shown.
//!
//! Its tree is copied out as plain data, and never stands in the page. The page's policy lets a text
//! become HTML by the one Trusted Types policy that is made here, and only here it is used.

use js_sys::{Function, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, Element, Node};

use super::window;
use crate::markdown::fragment::{ATTRIBUTES, Tree, defused, restored};

/// The name of the policy, as `xtask/csp.txt` has it.
const POLICY: &str = "parlor-inert";

/// What lies deeper than this is one text.
const DEEPEST: usize = 100;

thread_local! {
    /// What reads; `None` where the browser, or the page's policy, does not let us.
    static READER: Option<Reader> = Reader::new().ok();
}

struct Reader {
    parser: JsValue,
    parse: Function,
    trust: Option<(JsValue, Function)>,
}

/// Reads HTML; `None` where the browser does not do it for us.
#[must_use]
pub fn read(html: &str) -> Option<Vec<Tree>> {
    let document = READER.with(|reader| reader.as_ref()?.read(html).ok())?;
    Some(trees(document.body()?.as_ref(), 0))
}

impl Reader {
    fn new() -> Result<Self, JsValue> {
        let window = window().ok_or(JsValue::NULL)?;
        let class = function(&window, "DOMParser")?;
        let parser = Reflect::construct(&class, &js_sys::Array::new())?;
        let types = Reflect::get(&window, &"trustedTypes".into())?;
        let trust = match types.is_undefined() {
            true => None,
            false => {
                // It gives back the text that it is given.
                let rules = Object::new();
                let same = function(&window, "String")?;
                Reflect::set(&rules, &"createHTML".into(), &same)?;
                let make = function(&types, "createPolicy")?;
                let policy = make.call2(&types, &POLICY.into(), &rules)?;
                let trust = function(&policy, "createHTML")?;
                Some((policy, trust))
            }
        };
        let parse = function(&parser, "parseFromString")?;
        Ok(Self {
            parser,
            parse,
            trust,
        })
    }

    fn read(&self, html: &str) -> Result<Document, JsValue> {
        let html = JsValue::from_str(&defused(html));
        let html = match &self.trust {
            Some((policy, trust)) => trust.call1(policy, &html)?,
            None => html,
        };
        let document = self.parse.call2(&self.parser, &html, &"text/html".into())?;
        document.dyn_into()
    }
}

fn function(of: &JsValue, name: &str) -> Result<Function, JsValue> {
    Reflect::get(of, &name.into())?.dyn_into()
}

/// What a node holds, as plain data.
fn trees(node: &Node, deep: usize) -> Vec<Tree> {
    let mut trees = Vec::new();
    let mut next = node.first_child();
    while let Some(child) = next {
        trees.extend(tree(&child, deep));
        next = child.next_sibling();
    }
    trees
}

/// Drawings and formulas are no HTML, and comments no text.
fn tree(node: &Node, deep: usize) -> Option<Tree> {
    match node.node_type() {
        Node::TEXT_NODE => text(node),
        Node::ELEMENT_NODE if deep == DEEPEST => text(node),
        Node::ELEMENT_NODE => {
            let element: &Element = node.dyn_ref()?;
            let html = "http://www.w3.org/1999/xhtml";
            if element.namespace_uri().as_deref() != Some(html) {
                return None;
            }
            let mark = |name| Some((name, restored(&element.get_attribute(name)?)));
            Some(Tree::Element {
                tag: restored(&element.local_name()),
                marks: ATTRIBUTES.into_iter().filter_map(mark).collect(),
                inner: trees(node, deep + 1),
            })
        }
        _ => None,
    }
}

fn text(node: &Node) -> Option<Tree> {
    let text = node.text_content()?;
    Some(Tree::Text(restored(&text)))
}
