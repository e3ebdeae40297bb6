//! Where the elements of a list stand: side by side, or in groups of some that follow each other.
//!
//! In every frame a browser looks at each child of an element, seen or not, so that a long list
//! makes every change to it slow. Groups that are far away are passed over as a whole (CSS
//! Containment 2, `content-visibility`): the list then costs what its groups cost, and what the
//! elements of the last one do. An element stays the same one in whichever group it stands.

use leptos::tachys::renderer::Rndr;
use wasm_bindgen::JsCast;
use web_sys::{Element, Node};

use super::el::el;

/// A group of so many elements gets no more at its ends. Where there are ten thousand, there are
/// about as many groups as elements in each.
pub const FULL: u32 = 100;
/// A group of so many is parted before one comes into its midst.
pub const MOST: u32 = 2 * FULL;

/// Where the elements of one list stand.
#[derive(Debug)]
pub struct Ground {
    /// Holds the list; where there are groups, it holds nothing else.
    pub parent: Element,
    /// Stands behind the list.
    pub end: Node,
    /// The class of a group, where there are groups.
    pub group: Option<&'static str>,
}

impl Ground {
    /// Puts a node before another one of the list, else at its end, if it is not there yet.
    pub fn put(&self, node: &Node, next: Option<&Node>) {
        let next = next.unwrap_or(&self.end);
        if following(node).as_ref() == Some(next) {
            return;
        }
        let left = node.parent_element();
        match self.group {
            Some(class) => self.put_in_group(class, node, next),
            None => Rndr::insert_node(&self.parent, node, Some(next)),
        }
        self.tidy(left);
    }

    /// An element has left its parent: a group with nothing in it goes too.
    pub fn tidy(&self, left: Option<Element>) {
        let group = left.filter(|left| self.group.is_some() && !left.has_child_nodes());
        if let Some(group) = group {
            group.remove();
        }
    }

    fn put_in_group(&self, class: &'static str, node: &Node, next: &Node) {
        let group = next.parent_element().filter(|_| *next != self.end);
        let Some(mut group) = group else {
            return self.put_last(class, node, &self.end);
        };
        if next.previous_sibling().is_none() && holds(&group, FULL) {
            return self.put_last(class, node, &group);
        }
        if holds(&group, MOST) {
            group = self.part(class, &group, next);
        }
        Rndr::insert_node(&group, node, Some(next));
    }

    /// Puts a node at the end of the group before `behind`, or into a new one there.
    fn put_last(&self, class: &'static str, node: &Node, behind: &Node) {
        let before = behind.previous_sibling();
        let group = before.and_then(|before| before.dyn_into::<Element>().ok());
        let group = group
            .filter(|group| !holds(group, FULL))
            .unwrap_or_else(|| self.new_group(class, Some(behind)));
        Rndr::insert_node(&group, node, None);
    }

    /// Moves an element and those behind it out of their group, into a new one.
    fn part(&self, class: &'static str, group: &Element, first: &Node) -> Element {
        let rest = self.new_group(class, group.next_sibling().as_ref());
        let mut next = Some(first.clone());
        while let Some(node) = next {
            next = node.next_sibling();
            Rndr::insert_node(&rest, &node, None);
        }
        rest
    }

    fn new_group(&self, class: &'static str, behind: Option<&Node>) -> Element {
        let group = el("div", class).node().clone();
        Rndr::insert_node(&self.parent, &group, behind);
        group
    }
}

fn holds(group: &Element, count: u32) -> bool {
    group.child_element_count() >= count
}

/// What comes after a node of the list: an element, or else the end.
fn following(node: &Node) -> Option<Node> {
    node.next_sibling().or_else(|| {
        let behind = node.parent_node()?.next_sibling()?;
        behind.first_child().or(Some(behind))
    })
}
