//! Keeping the end in view, unless the reader has gone up; then, knowing where that is.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use leptos::prelude::*;
use web_sys::Element;

use super::top;
use crate::app::Intent;
use crate::driver::Handle;
use crate::model::{Duration, Instant, ItemId};
use crate::platform::page;
use crate::platform::timer::Timer;

/// How near to the end counts as there, in pixels.
const NEAR: i32 = 24;
/// How long a finger that has moved may take to scroll.
const PATIENCE: Duration = Duration::millis(400);
/// How long nothing may move until the reader is said to be where they were.
const REST: Duration = Duration::secs(1);
/// How long after a move the place is noted.
const NOTED: Duration = Duration::millis(250);

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
    handle: Handle,
    /// The message that is held where it was, while everything is laid in.
    pinned: Cell<Option<(ItemId, i32)>>,
    rest: RefCell<Option<Timer>>,
    /// The place is to be noted soon.
    noting: RefCell<Option<Timer>>,
    /// Another place than the end was noted last.
    noted: Cell<bool>,
}

impl Follower {
    pub(super) fn new(element: Element, handle: Handle) -> Self {
        Self {
            element,
            away: RwSignal::new(false),
            last: Cell::default(),
            held: Cell::default(),
            check: RefCell::default(),
            handle,
            pinned: Cell::default(),
            rest: RefCell::default(),
            noting: RefCell::default(),
            noted: Cell::default(),
        }
    }

    /// A conversation begins: at its end, or where the reader was.
    pub(super) fn begin(self: &Rc<Self>, at: Option<(ItemId, i32)>) {
        self.noting.take();
        self.pinned.set(at);
        self.noted.set(at.is_some());
        self.move_away(at.is_some());
        self.settle();
    }

    /// The reader moves: nothing is held any more.
    pub(super) fn release(&self) {
        self.pinned.take();
    }

    /// Puts the message where it was. While it is not laid in yet, the end is shown.
    fn pin(self: &Rc<Self>, (id, offset): (ItemId, i32)) {
        let order = &self.handle.projection.order;
        let at = order.with_untracked(|order| order.iter().position(|known| *known == id));
        let at = at.and_then(|at| u32::try_from(at).ok());
        match at.and_then(|at| top::offset_of(&self.element, at)) {
            Some(now) if now == offset => {}
            Some(now) => {
                let top = self.element.scroll_top();
                self.element.set_scroll_top(top + now - offset);
            }
            None => return self.to_end(),
        }
        let follower = Rc::downgrade(self);
        let rested = move || {
            if let Some(follower) = follower.upgrade() {
                follower.release();
            }
        };
        self.rest.replace(Some(Timer::after(REST, rested)));
    }

    /// Has the place noted, a little later.
    fn note(self: &Rc<Self>) {
        if self.noting.borrow().is_some() {
            return;
        }
        let follower = Rc::downgrade(self);
        let note = move || {
            if let Some(follower) = follower.upgrade() {
                follower.noting.take();
                follower.note_now();
            }
        };
        self.noting.replace(Some(Timer::after(NOTED, note)));
    }

    fn note_now(&self) {
        let away = self.away.get_untracked();
        let at = self.place().filter(|_| away);
        // The page is behind, and tells of that by another change.
        if away && at.is_none() {
            return;
        }
        if at.is_some() || self.noted.get() {
            self.noted.set(at.is_some());
            let conversation = self.handle.projection.chrome.conversation.get_untracked();
            self.handle.did(Intent::Scrolled { conversation, at });
        }
    }

    /// The message at the top edge; `None` while the page is behind the order of the messages.
    fn place(&self) -> Option<(ItemId, i32)> {
        let (at, offset, count) = top::first_seen(&self.element)?;
        let order = self.handle.projection.order.get_untracked();
        let whole = usize::try_from(count) == Ok(order.len());
        let id = order.get(usize::try_from(at).ok()?)?;
        whole.then_some((*id, offset))
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
        self.release();
        self.held.set(page::now() + PATIENCE);
    }

    /// The element was scrolled, by the reader or by [`Self::settle`]. Up means: leave me here. Down
    /// to the end means: follow again. An event may come late, when nothing has moved since; and
    /// where the content became shorter, [`Self::settle`] has seen it before.
    pub(super) fn scrolled(self: &Rc<Self>) {
        let top = self.element.scroll_top();
        let last = self.last.replace(top);
        if self.pinned.get().is_some() {
            return;
        }
        if top < last && self.left() > 1 {
            self.move_away(true);
        } else if top > last && self.left() <= NEAR {
            self.move_away(false);
        }
        if top != last && (self.away.get_untracked() || self.noted.get()) {
            self.note();
        }
    }

    /// Content or window changed its size.
    pub(super) fn settle(self: &Rc<Self>) {
        if page::now() < self.held.get() {
            return;
        }
        if let Some(pinned) = self.pinned.get() {
            self.pin(pinned);
            return self.last.set(self.element.scroll_top());
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
    pub(super) fn jump(self: &Rc<Self>) {
        self.release();
        if self.noted.get() {
            self.note();
        }
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
