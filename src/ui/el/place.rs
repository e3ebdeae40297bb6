//! A place in an element where something comes and goes.

use std::cell::RefCell;
use std::rc::Rc;

use leptos::prelude::*;
use leptos::tachys::renderer::Rndr;

use super::{El, watch_boxed};

/// Makes elements of a value.
type Draw<T> = Box<dyn Fn(&T) -> Vec<El>>;

/// What stands in a place, and the owner of all that it watches.
struct Shown {
    elements: Vec<El>,
    owner: Owner,
}

impl El {
    /// Puts at the end what `draw` makes, while `on` is true.
    pub(in crate::ui) fn when(
        self,
        on: impl Fn() -> bool + 'static,
        draw: impl Fn() -> Self + 'static,
    ) -> Self {
        self.when_boxed(Box::new(on), Box::new(draw))
    }

    fn when_boxed(self, on: Box<dyn Fn() -> bool>, draw: Box<dyn Fn() -> Self>) -> Self {
        self.anew(on, move |on| if *on { vec![draw()] } else { Vec::new() })
    }

    /// Puts at the end what `draw` makes of a value, and makes it anew whenever the value is
    /// another one. `draw` itself follows no signals; what it makes may.
    pub(in crate::ui) fn anew<T: PartialEq + 'static>(
        self,
        read: impl Fn() -> T + 'static,
        draw: impl Fn(&T) -> Vec<Self> + 'static,
    ) -> Self {
        self.anew_boxed(Box::new(read), Box::new(draw))
    }

    fn anew_boxed<T: PartialEq + 'static>(self, read: Box<dyn Fn() -> T>, draw: Draw<T>) -> Self {
        let value = Rc::new(RefCell::new(None));
        let drawn = Rc::clone(&value);
        let moved = move || {
            let now = Some(read());
            let moved = *value.borrow() != now;
            value.replace(now);
            moved
        };
        let draw = move || drawn.borrow().as_ref().map(&draw).unwrap_or_default();
        self.place(Box::new(moved), Box::new(draw))
    }

    fn place(self, moved: Box<dyn Fn() -> bool>, draw: Box<dyn Fn() -> Vec<Self>>) -> Self {
        let end = Rndr::create_placeholder();
        Rndr::insert_node(&self.0, &end, None);
        let parent = self.0.clone();
        let owner = Owner::current().unwrap_or_default();
        let mut shown: Option<Shown> = None;
        watch_boxed(Box::new(move || {
            if !moved() {
                return;
            }
            if let Some(old) = shown.take() {
                old.elements.iter().for_each(Self::remove);
                old.owner.cleanup();
            }
            let owner = owner.child();
            let elements = untrack(|| owner.with(&draw));
            for element in &elements {
                Rndr::insert_node(&parent, &element.0, Some(&end));
            }
            shown = Some(Shown { elements, owner });
        }));
        self
    }
}
