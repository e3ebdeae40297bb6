//! Keeping the end in view, unless the reader has gone up.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use leptos::prelude::*;
use web_sys::Element;

use crate::model::{Duration, Instant};
use crate::platform::page;
use crate::platform::timer::Timer;

/// How near to the end counts as there, in pixels.
const NEAR: i32 = 24;
/// How long a finger that has moved may take to scroll.
const PATIENCE: Duration = Duration::millis(400);

/// Follows the end of one scrolling element.
pub(super) struct Follower {
    element: Element,
    /// The reader has gone up: the end is not followed.
    pub(super) away: RwSignal<bool>,
    last: Cell<i32>,
    /// Until when a finger may be about to move it: moving it now would fight the hand.
    held: Cell<Instant>,
    /// Looks whether the reader has really gone up.
    check: RefCell<Option<Timer>>,
}

impl Follower {
    pub(super) fn new(element: Element) -> Self {
        Self {
            element,
            away: RwSignal::new(false),
            last: Cell::default(),
            held: Cell::default(),
            check: RefCell::default(),
        }
    }

    /// The reader is about to go up. The browser tells of that before it moves anything, and moving
    /// to the end in between would swallow it. If it turns out that something within was moved and
    /// not the conversation, the end is followed again.
    pub(super) fn leaving(self: &Rc<Self>) {
        if self.element.scroll_top() > 0 && !self.away.get_untracked() {
            self.move_away(true);
            let top = self.element.scroll_top();
            let follower = Rc::downgrade(self);
            let check = move || {
                if let Some(follower) = follower.upgrade()
                    && follower.element.scroll_top() == top
                {
                    follower.jump();
                }
            };
            self.check.replace(Some(Timer::after(PATIENCE, check)));
        }
    }

    /// A finger is on the element. No end of that is waited for: where what it touched is drawn
    /// anew meanwhile, the browser tells nobody that it was lifted.
    pub(super) fn touched(&self) {
        self.held.set(page::now() + PATIENCE);
    }

    /// The element was scrolled, by the reader or by [`Self::settle`]. Up means: leave me here. Down
    /// to the end means: follow again. An event may come late, when nothing has moved since; and
    /// where the content became shorter, [`Self::settle`] has seen it before.
    pub(super) fn scrolled(&self) {
        let top = self.element.scroll_top();
        let last = self.last.replace(top);
        if top < last && self.left() > 1 {
            self.move_away(true);
        } else if top > last && self.left() <= NEAR {
            self.move_away(false);
        }
    }

    /// Content or window changed its size.
    pub(super) fn settle(&self) {
        if page::now() < self.held.get() {
            return;
        }
        let fits = self.element.scroll_height() <= self.element.client_height();
        if !self.away.get_untracked() && self.left() > 0 {
            self.to_end();
        } else if fits {
            self.move_away(false);
        }
        self.last.set(self.element.scroll_top());
    }

    /// Goes to the end, and follows it from now on.
    pub(super) fn jump(&self) {
        self.move_away(false);
        self.to_end();
        self.last.set(self.element.scroll_top());
    }

    /// How much lies below what is seen, in pixels.
    fn left(&self) -> i32 {
        self.element.scroll_height() - self.element.client_height() - self.element.scroll_top()
    }

    fn to_end(&self) {
        self.element.set_scroll_top(self.element.scroll_height());
    }

    fn move_away(&self, away: bool) {
        if self.away.get_untracked() != away {
            self.away.set(away);
        }
    }
}
