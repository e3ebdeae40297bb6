//! Elements that follow signals: the screen's few building blocks.
//!
//! The elements are built by Leptos' own renderer, follow its signals by its own effects and are
//! mounted by it, but they are not written in `view!`. There, each element with all that it holds
//! is a type of its own, and what builds, moves and drops it is compiled anew for each: the same
//! screen weighed a third more, and the page would not have been as light as it has to be. Here
//! every closure is boxed where it enters, so that each building block is compiled once.
//!
//! Text becomes text nodes, and nothing else: nothing here takes HTML.

mod each;
mod place;

use leptos::prelude::*;
use leptos::tachys::renderer::Rndr;
use send_wrapper::SendWrapper;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement, HtmlInputElement, KeyboardEvent};

use crate::platform::listener::Listener;

const SVG: &str = "http://www.w3.org/2000/svg";

/// An element of the page. Clones are the same element.
#[derive(Clone, Debug)]
pub(super) struct El(Element);

/// A new element; `class` may be empty.
pub(super) fn el(tag: &'static str, class: &str) -> El {
    let element = El(Rndr::create_element(tag, None));
    if class.is_empty() {
        element
    } else {
        element.set("class", class)
    }
}

/// A new element of a drawing.
pub(super) fn svg(tag: &'static str) -> El {
    El(Rndr::create_element(tag, Some(SVG)))
}

/// A button with words on it.
pub(super) fn button(class: &str, words: &str) -> El {
    el("button", class).set("type", "button").text(words)
}

/// Runs now, and again whenever a signal that it read has moved, until the owner ends.
pub(super) fn watch(run: impl FnMut() + 'static) {
    watch_boxed(Box::new(run));
}

fn watch_boxed(mut run: Box<dyn FnMut()>) {
    let effect = SendWrapper::new(RenderEffect::new(move |_: Option<()>| run()));
    on_cleanup(move || drop(effect));
}

impl El {
    /// The element itself.
    pub(super) const fn node(&self) -> &Element {
        &self.0
    }

    /// Sets an attribute.
    pub(super) fn set(self, name: &str, value: &str) -> Self {
        Rndr::set_attribute(&self.0, name, value);
        self
    }

    /// Sets an attribute, or takes it away.
    pub(super) fn mark(&self, name: &str, value: Option<&str>) {
        match value {
            Some(value) => Rndr::set_attribute(&self.0, name, value),
            None => Rndr::remove_attribute(&self.0, name),
        }
    }

    /// Writes a text in place of everything that it holds.
    pub(super) fn write(&self, words: &str) {
        self.0.set_text_content(Some(words));
    }

    /// The name that assistive technology reads.
    pub(super) fn label(self, words: &str) -> Self {
        self.set("aria-label", words)
    }

    /// The same name for assistive technology and for the mouse.
    pub(super) fn title(self, words: &str) -> Self {
        self.set("title", words).label(words)
    }

    /// Puts an element at the end.
    pub(super) fn put(self, child: Self) -> Self {
        Rndr::insert_node(&self.0, &child.0, None);
        self
    }

    /// Puts several at the end.
    pub(super) fn put_all(self, children: Vec<Self>) -> Self {
        children.into_iter().fold(self, Self::put)
    }

    /// Puts at the end whatever `add` puts there.
    pub(super) fn with(self, add: impl FnOnce(Self) -> Self) -> Self {
        add(self)
    }

    /// Puts a text at the end that never changes.
    pub(super) fn text(self, words: &str) -> Self {
        Rndr::insert_node(&self.0, &Rndr::create_text_node(words), None);
        self
    }

    /// Puts a text at the end that follows the signals it reads.
    pub(super) fn says(self, words: impl Fn() -> String + 'static) -> Self {
        self.says_boxed(Box::new(words))
    }

    fn says_boxed(self, words: Box<dyn Fn() -> String>) -> Self {
        let node = Rndr::create_text_node("");
        Rndr::insert_node(&self.0, &node, None);
        let mut said = String::new();
        watch(move || {
            let now = words();
            if now != said {
                Rndr::set_text(&node, &now);
                said = now;
            }
        });
        self
    }

    /// An attribute that follows the signals it reads; it is absent while there is no value.
    pub(super) fn follows(
        self,
        name: &'static str,
        value: impl Fn() -> Option<String> + 'static,
    ) -> Self {
        self.follows_boxed(name, Box::new(value))
    }

    fn follows_boxed(self, name: &'static str, value: Box<dyn Fn() -> Option<String>>) -> Self {
        let element = self.clone();
        let mut last = None;
        watch(move || {
            let now = value();
            if now == last {
                return;
            }
            element.mark(name, now.as_deref());
            last = now;
        });
        self
    }

    /// An attribute that is there or not.
    pub(super) fn flag(self, name: &'static str, on: impl Fn() -> bool + 'static) -> Self {
        self.follows(name, move || on().then(String::new))
    }

    /// Calls `heard` for every event of that name, as long as the element is there.
    pub(super) fn on(self, name: &'static str, heard: impl FnMut(Event) + 'static) -> Self {
        self.on_boxed(name, Box::new(heard))
    }

    fn on_boxed(self, name: &'static str, heard: Box<dyn FnMut(Event)>) -> Self {
        let listener = SendWrapper::new(Listener::on(&self.0, name, heard));
        on_cleanup(move || drop(listener));
        self
    }

    /// Calls `pressed` when the element is pressed, by whatever means.
    pub(super) fn on_press(self, pressed: impl Fn() + 'static) -> Self {
        self.on("click", move |_| pressed())
    }

    /// Calls `heard` for every key that goes down within.
    pub(super) fn on_key(self, heard: impl Fn(&KeyboardEvent) + 'static) -> Self {
        self.on("keydown", move |event| heard(event.unchecked_ref()))
    }

    /// Calls `typed` with the field's text whenever it is changed by hand.
    pub(super) fn on_input(self, typed: impl Fn(String) + 'static) -> Self {
        let field = self.clone();
        self.on("input", move |_| typed(field.value()))
    }

    /// Calls `ticked` with what the box says, whenever it is changed by hand.
    pub(super) fn on_tick(self, ticked: impl Fn(bool) + 'static) -> Self {
        let field = self.clone();
        self.on("change", move |_| ticked(field.field().checked()))
    }

    /// The text of a field, whether `input`, `textarea` or `select`.
    pub(super) fn value(&self) -> String {
        self.field().value()
    }

    /// Writes into a field, unless it says so already: writing would move the cursor.
    pub(super) fn set_value(&self, value: &str) {
        if self.value() != value {
            self.field().set_value(value);
        }
    }

    /// The element as a field. The three kinds of field have what is used here by the same names.
    pub(super) fn field(&self) -> &HtmlInputElement {
        self.0.unchecked_ref()
    }

    /// Gives it the focus.
    pub(super) fn focus(&self) {
        // It throws for no element that is in the page.
        let _ = self.0.unchecked_ref::<HtmlElement>().focus();
    }

    /// Whether it has the focus.
    pub(super) fn has_focus(&self) -> bool {
        document().active_element().as_ref() == Some(&self.0)
    }

    /// Puts the cursor behind a field's text.
    pub(super) fn to_end(&self) {
        let end = u32::try_from(self.value().encode_utf16().count()).ok();
        // It throws only for kinds of field that hold no text.
        let _ = self.field().set_selection_start(end);
    }

    /// Takes it out of the page. The focus, if it was within, goes to the message box and not to
    /// the top of the page; a dialog sees to its own.
    pub(super) fn remove(&self) {
        let focused = document().active_element();
        let within = focused.is_some_and(|focused| {
            self.0.contains(Some(&focused)) && matches!(focused.closest("dialog"), Ok(None))
        });
        self.0.remove();
        if within {
            super::app::begin();
        }
    }
}

impl Render for El {
    type State = Element;

    fn build(self) -> Element {
        self.0
    }

    fn rebuild(self, _: &mut Element) {}
}
