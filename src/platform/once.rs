//! One answer, said in one place and waited for in another.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use web_sys::{Event, EventTarget};

use super::listener::Listener;
use super::timer::Timer;
use crate::model::Duration;

/// Says the answer; only the first counts.
pub(super) struct Say<T>(Rc<RefCell<Slot<T>>>);

/// Gives the answer once it is said.
pub(super) struct Heard<T>(Rc<RefCell<Slot<T>>>);

struct Slot<T> {
    answer: Option<T>,
    waker: Option<Waker>,
}

/// An answer to come. Whoever lets go of the first without a word leaves the other waiting.
pub(super) fn once<T>() -> (Say<T>, Heard<T>) {
    let (answer, waker) = (None, None);
    let slot = Rc::new(RefCell::new(Slot { answer, waker }));
    (Say(Rc::clone(&slot)), Heard(slot))
}

impl<T> Clone for Say<T> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<T> Say<T> {
    pub(super) fn say(&self, answer: T) {
        let mut slot = self.0.borrow_mut();
        slot.answer.get_or_insert(answer);
        if let Some(waker) = slot.waker.take() {
            waker.wake();
        }
    }
}

impl<T> Future for Heard<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let mut slot = self.0.borrow_mut();
        match slot.answer.take() {
            Some(answer) => Poll::Ready(answer),
            None => {
                slot.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

/// The name of the first of these events; empty where none comes in time.
pub(super) async fn first_of(
    target: &EventTarget,
    names: &[&'static str],
    patience: Option<Duration>,
) -> String {
    let (say, heard) = once();
    let late = say.clone();
    let _timer = patience.map(|span| Timer::after(span, move || late.say(String::new())));
    let listen = |name: &&'static str| {
        let say = say.clone();
        Listener::on(target, name, move |event: Event| say.say(event.type_()))
    };
    let _listeners: Vec<Listener> = names.iter().map(listen).collect();
    heard.await
}
