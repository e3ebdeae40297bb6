//! A list of elements that come and go one by one.

use leptos::prelude::*;
use leptos::tachys::renderer::Rndr;
use web_sys::Node;

use super::{El, watch_boxed};
use crate::ui::groups::Ground;

/// One element of the list, and the owner of all that it watches.
struct Part {
    key: u64,
    element: Option<El>,
    owner: Owner,
}

/// The list as it stands in the page.
struct List {
    ground: Ground,
    owner: Owner,
    draw: Box<dyn Fn(u64) -> Option<El>>,
    parts: Vec<Part>,
}

impl El {
    /// Puts at the end one element for each key, in their order. A key is drawn once, for as long
    /// as it is there, and its element is not touched while others come and go. `draw` itself
    /// follows no signals; what it makes may.
    pub(in crate::ui) fn each(
        self,
        keys: impl Fn() -> Vec<u64> + 'static,
        draw: impl Fn(u64) -> Option<Self> + 'static,
    ) -> Self {
        self.each_boxed(None, Box::new(keys), Box::new(draw))
    }

    /// As [`Self::each`], with the elements in groups of that class: for a list that may get long.
    pub(in crate::ui) fn each_in(
        self,
        group: &'static str,
        keys: impl Fn() -> Vec<u64> + 'static,
        draw: impl Fn(u64) -> Option<Self> + 'static,
    ) -> Self {
        self.each_boxed(Some(group), Box::new(keys), Box::new(draw))
    }

    fn each_boxed(
        self,
        group: Option<&'static str>,
        keys: Box<dyn Fn() -> Vec<u64>>,
        draw: Box<dyn Fn(u64) -> Option<Self>>,
    ) -> Self {
        let end = Rndr::create_placeholder();
        Rndr::insert_node(&self.0, &end, None);
        let mut list = List {
            ground: Ground {
                parent: self.0.clone(),
                end: end.into(),
                group,
            },
            owner: Owner::current().unwrap_or_default(),
            draw,
            parts: Vec::new(),
        };
        watch_boxed(Box::new(move || {
            let keys = keys();
            untrack(|| list.become_keys(&keys));
        }));
        self
    }
}

impl List {
    fn become_keys(&mut self, keys: &[u64]) {
        let same = |(part, key): &(&Part, &u64)| part.key == **key;
        let head = self.parts.iter().zip(keys).take_while(same).count();
        let (old, new) = (self.parts.iter().skip(head), keys.iter().skip(head));
        let tail = old.rev().zip(new.rev()).take_while(same).count();
        let last = self.parts.split_off(self.parts.len() - tail);
        let mut old: Vec<Part> = self.parts.drain(head..).collect();
        let middle = keys.iter().take(keys.len() - tail).skip(head);
        let middle: Vec<Part> = middle.map(|key| self.part(*key, &mut old)).collect();
        old.iter().for_each(|part| self.end(part));
        let mut next = last.iter().find_map(Part::node);
        for part in middle.iter().rev() {
            next = self.stand_before(part, next);
        }
        self.parts.extend(middle);
        self.parts.extend(last);
    }

    /// The part for a key: the one that is there, else a new one.
    fn part(&self, key: u64, old: &mut Vec<Part>) -> Part {
        if let Some(at) = old.iter().position(|part| part.key == key) {
            return old.remove(at);
        }
        let owner = self.owner.child();
        let element = owner.with(|| (self.draw)(key));
        Part {
            key,
            element,
            owner,
        }
    }

    /// Moves a part before a node, if it is not there yet; gives what the part before it is to
    /// stand before.
    fn stand_before(&self, part: &Part, next: Option<Node>) -> Option<Node> {
        let Some(node) = part.node() else {
            return next;
        };
        self.ground.put(&node, next.as_ref());
        Some(node)
    }

    fn end(&self, part: &Part) {
        if let Some(element) = &part.element {
            let left = element.node().parent_element();
            element.remove();
            self.ground.tidy(left);
        }
        part.owner.cleanup();
    }
}

impl Part {
    fn node(&self) -> Option<Node> {
        self.element
            .as_ref()
            .map(|element| element.node().clone().into())
    }
}
