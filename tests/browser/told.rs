//! Waiting for something to be said, instead of for a time to pass.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::rc::Rc;
use std::task::{Poll, Waker};

/// What was said, until somebody waits for it.
pub(crate) struct Told<T> {
    said: Rc<RefCell<Vec<T>>>,
    waker: Rc<Cell<Option<Waker>>>,
}

impl<T> Clone for Told<T> {
    fn clone(&self) -> Self {
        Self {
            said: Rc::clone(&self.said),
            waker: Rc::clone(&self.waker),
        }
    }
}

impl<T> Told<T> {
    pub(crate) fn new() -> Self {
        Self {
            said: Rc::default(),
            waker: Rc::default(),
        }
    }

    pub(crate) fn say(&self, what: T) {
        self.said.borrow_mut().push(what);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    /// The last thing said, once there is one; those before it are forgotten.
    pub(crate) fn last(&self) -> impl Future<Output = T> {
        poll_fn(|context| match self.said.borrow_mut().pop() {
            Some(last) => Poll::Ready(last),
            None => {
                self.waker.set(Some(context.waker().clone()));
                Poll::Pending
            }
        })
    }

    pub(crate) fn count(&self) -> usize {
        self.said.borrow().len()
    }
}
