//! From an empty page to the app's first message.

use std::cell::Cell;
use std::rc::Rc;

use super::{Driver, Work};
use crate::app::{Msg, Start};
use crate::io::Request;
use crate::model::Duration;
use crate::platform::fetch::{Answer, Call};
use crate::platform::page::{self, PageEvent, Place};
use crate::platform::parent;
use crate::platform::timer::Timer;

/// How long the page waits for `config.json`.
const PATIENCE: Duration = Duration::secs(2);

impl Driver {
    /// Asks for `config.json` beside the page, and begins with it or without it.
    pub(super) fn load(self: &Rc<Self>, kept: bool) {
        let waiting: Rc<Cell<Option<(Call, Timer)>>> = Rc::default();
        let begin = {
            let (driver, waiting) = (Rc::clone(self), Rc::clone(&waiting));
            move |config| {
                // The first of the two calls this; dropping both here keeps the other from it.
                drop(waiting.take());
                driver.begin(config, kept);
            }
        };
        let late = begin.clone();
        let call = Call::start(config(), move |answer| begin(answer.and_then(usable)));
        let timer = Timer::after(PATIENCE, move || late(None));
        waiting.set(Some((call, timer)));
    }

    fn begin(self: &Rc<Self>, config: Option<String>, kept: bool) {
        let place = Place::now();
        let start = Start {
            query: place.query,
            config,
            secure: place.secure,
            origin: place.origin,
            seed: page::seed(),
            online: page::is_online(),
            embedded: place.embedded,
            stored: self.storage.borrow().entries("").unwrap_or_default(),
            storage: kept,
        };
        self.queue.borrow_mut().push_front(Msg::Started(start));
        self.at_work.set(Work::Idle);
        self.listen();
        self.work();
    }

    fn listen(self: &Rc<Self>) {
        let driver = Rc::clone(self);
        let mut listeners = page::watch(move |event| {
            driver.dispatch(match event {
                PageEvent::Online(online) => Msg::Online(online),
                PageEvent::Shown => Msg::Shown,
            });
        });
        let driver = Rc::clone(self);
        listeners.extend(parent::listen(move |origin, data| {
            driver.dispatch(Msg::Host { origin, data });
        }));
        self.listeners.replace(listeners);
    }
}

fn config() -> Request {
    Request {
        method: "GET",
        url: "config.json".to_owned(),
        headers: Vec::new(),
        body: None,
    }
}

/// Hosts of single-page apps answer any path with the page itself: that is no file.
fn usable(answer: Answer) -> Option<String> {
    let found = (200..300).contains(&answer.status) && !answer.media.contains("html");
    found.then_some(answer.body)
}
