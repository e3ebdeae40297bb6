//! A list in groups stands in the page as a list without groups would.

use parlor::ui::groups::{FULL, Ground, MOST};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Document, Element, Node};

/// A list in the page, and the order that it is to have.
struct List {
    document: Document,
    ground: Ground,
    order: Vec<Element>,
    made: u32,
}

impl List {
    fn new() -> Self {
        let document = web_sys::window().and_then(|window| window.document());
        let document = document.expect("a document");
        let parent = document.create_element("div").expect("a parent");
        let end: Node = document.create_comment("").into();
        parent.append_child(&end).expect("a parent with an end");
        let group = Some("group");
        Self {
            document,
            ground: Ground { parent, end, group },
            order: Vec::new(),
            made: 0,
        }
    }

    /// Puts a new element there.
    fn insert(&mut self, at: usize) {
        let element = self.document.create_element("p").expect("an element");
        self.made += 1;
        element.set_id(&self.made.to_string());
        self.place(at, element);
    }

    fn place(&mut self, at: usize, element: Element) {
        let next = self.order.get(at).map(AsRef::as_ref);
        self.ground.put(&element, next);
        self.order.insert(at, element);
    }

    fn remove(&mut self, at: usize) {
        let element = self.order.remove(at);
        let left = element.parent_element();
        element.remove();
        self.ground.tidy(left);
    }

    /// Moves one from its place to another, as it is.
    fn shift(&mut self, from: usize, to: usize) {
        let element = self.order.remove(from);
        self.place(to, element);
    }

    fn groups(&self) -> Vec<Element> {
        let children = self.ground.parent.children();
        (0..children.length())
            .filter_map(|at| children.item(at))
            .collect()
    }

    /// Every element is there in its order, and no group is empty or too large.
    fn check(&self) {
        let shown = self.ground.parent.query_selector_all("p").expect("a query");
        let shown = (0..shown.length()).filter_map(|at| shown.item(at));
        let shown: Vec<Element> = shown.filter_map(|node| node.dyn_into().ok()).collect();
        assert_eq!(shown, self.order);
        for group in self.groups() {
            assert!((1..=MOST).contains(&group.child_element_count()));
        }
        assert_eq!(
            self.ground.parent.last_child().as_ref(),
            Some(&self.ground.end)
        );
    }
}

fn full() -> usize {
    usize::try_from(FULL).expect("a size")
}

/// Numbers below `limit`, ever the same ones (Numerical Recipes, 2nd ed., "quick and dirty").
fn numbers() -> impl FnMut(usize) -> usize {
    let mut state: u32 = 1;
    move |limit| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        usize::try_from(state >> 8).expect("a number") % limit
    }
}

#[wasm_bindgen_test]
fn what_comes_at_an_end_fills_one_group_after_the_other() {
    for at_front in [false, true] {
        let mut list = List::new();
        for _ in 0..10 * full() {
            list.insert(if at_front { 0 } else { list.order.len() });
        }
        list.check();
        assert_eq!(list.groups().len(), 10);
    }
}

#[wasm_bindgen_test]
fn what_comes_into_the_midst_leaves_the_groups_small() {
    let mut list = List::new();
    for _ in 0..full() {
        list.insert(list.order.len());
    }
    for _ in 0..10 * full() {
        list.insert(full() / 2);
    }
    list.check();
}

#[wasm_bindgen_test]
fn an_element_that_moves_or_stays_is_the_same_one() {
    let mut list = List::new();
    for _ in 0..2 * full() {
        list.insert(0);
    }
    let (groups, last) = (list.groups(), list.order.len() - 1);
    let (front, back) = (list.order.first().cloned(), list.order.last().cloned());
    list.shift(last, 0);
    list.shift(1, last);
    assert_eq!(
        (list.order.first(), list.order.last()),
        (back.as_ref(), front.as_ref())
    );
    list.check();
    assert!(list.groups().ends_with(&groups), "nothing else was touched");
}

#[wasm_bindgen_test]
fn any_changes_leave_the_list_in_order() {
    let mut list = List::new();
    let mut number = numbers();
    for round in 0..4_000 {
        let count = list.order.len();
        match number(8) {
            // Many come at one place, as when the history is read.
            0 if count < 1_000 => {
                let at = number(count + 1);
                (0..number(300)).for_each(|_| list.insert(at));
            }
            0..=3 => list.insert(number(count + 1)),
            4 | 5 if count > 0 => list.remove(number(count)),
            _ if count > 0 => list.shift(number(count), number(count)),
            _ => {}
        }
        if round % 50 == 0 {
            list.check();
        }
    }
    while !list.order.is_empty() {
        list.remove(0);
    }
    list.check();
    assert_eq!(list.groups(), []);
}
