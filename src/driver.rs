//! The only loop: what happens goes to the app, what the app asks for is done.
//!
//! One message at a time, in order; what comes while one is handled waits. One real timer stands
//! for every deadline of the app, and the projection moves once per animation frame.

mod keeper;
mod outputs;
mod start;
mod tab;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use send_wrapper::SendWrapper;

use crate::app::{App, Intent, Msg, Output};
use crate::io::{RequestId, SocketId};
use crate::model::{Attachment, Instant};
use crate::platform::channel::Channel;
use crate::platform::fetch::Call;
use crate::platform::frame::NextFrame;
use crate::platform::listener::Listener;
use crate::platform::page;
use crate::platform::socket::Socket;
use crate::platform::timer::Timer;
use crate::projection::Projection;
use keeper::Keeper;
use tab::Tab;

/// What the screen gets: what to show, and where to say what the person did.
#[derive(Clone)]
pub struct Handle {
    /// What to show.
    pub projection: Projection,
    /// Where to say what the person did; for the thread that the page runs on.
    pub did: SendWrapper<Rc<dyn Fn(Intent)>>,
    /// What the frame of a message would come to, as [`App::weigh`] says.
    pub weigh: SendWrapper<Rc<Weigh>>,
}

/// The size of a message with this text and these attachments.
type Weigh = dyn Fn(&str, &[Attachment]) -> usize;

impl Handle {
    /// Says what the person did.
    pub fn did(&self, intent: Intent) {
        (self.did)(intent);
    }
}

/// Owns the app and everything it asked for.
pub struct Driver {
    app: RefCell<App>,
    projection: Projection,
    keeper: RefCell<Option<Rc<Keeper>>>,
    tab: RefCell<Option<Tab>>,
    /// The same conversation under the names that it had before.
    former: RefCell<Vec<Tab>>,
    all_tabs: RefCell<Option<Channel>>,
    queue: RefCell<VecDeque<Msg>>,
    at_work: Cell<Work>,
    sockets: RefCell<Vec<(SocketId, Socket)>>,
    calls: RefCell<Vec<(RequestId, Call)>>,
    alarm: RefCell<Option<(Instant, Timer)>>,
    frame: RefCell<Option<NextFrame>>,
    /// What is to leave the page once a message is kept, and when it does so in any case.
    held: RefCell<Option<(Vec<Output>, Timer)>>,
    listeners: RefCell<Vec<Listener>>,
}

/// Whether messages are handled as they come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Work {
    /// The page has not loaded yet: they wait.
    Starting,
    /// At once.
    Idle,
    /// One is being handled: they wait.
    Busy,
}

impl Driver {
    /// Starts the app. It is handed its first message once `config.json` is there, or is known not
    /// to be; what the person does before that waits.
    #[must_use]
    pub fn start() -> Handle {
        let driver = Rc::new(Self {
            app: RefCell::default(),
            projection: Projection::new(),
            keeper: RefCell::default(),
            tab: RefCell::default(),
            former: RefCell::default(),
            all_tabs: RefCell::default(),
            queue: RefCell::default(),
            at_work: Cell::new(Work::Starting),
            sockets: RefCell::default(),
            calls: RefCell::default(),
            alarm: RefCell::default(),
            frame: RefCell::default(),
            held: RefCell::default(),
            listeners: RefCell::default(),
        });
        driver.load();
        let (told, asked) = (Rc::clone(&driver), Rc::clone(&driver));
        let weigh = move |text: &str, with: &[Attachment]| asked.app.borrow().weigh(text, with);
        Handle {
            projection: driver.projection.clone(),
            did: SendWrapper::new(Rc::new(move |intent| told.dispatch(Msg::Did(intent)))),
            weigh: SendWrapper::new(Rc::new(weigh)),
        }
    }

    /// Hands the app a message, now or after those before it.
    pub fn dispatch(self: &Rc<Self>, msg: Msg) {
        self.queue.borrow_mut().push_back(msg);
        if self.at_work.get() == Work::Idle {
            self.work();
        }
    }

    fn work(self: &Rc<Self>) {
        self.at_work.set(Work::Busy);
        while let Some(msg) = self.next() {
            for output in self.update(msg) {
                self.perform(output);
            }
        }
        self.at_work.set(Work::Idle);
        self.set_alarm();
    }

    fn next(&self) -> Option<Msg> {
        self.queue.borrow_mut().pop_front()
    }

    fn update(&self, msg: Msg) -> Vec<Output> {
        let mut app = self.app.borrow_mut();
        app.update(msg, page::now());
        std::iter::from_fn(|| app.poll()).collect()
    }

    /// Sets the one timer to the app's next deadline, where that moved.
    fn set_alarm(self: &Rc<Self>) {
        let deadline = self.app.borrow().deadline();
        let set = self.alarm.borrow().as_ref().map(|(at, _)| *at);
        if deadline == set {
            return;
        }
        let driver = Rc::clone(self);
        let timer = deadline.map(|at| {
            let timer = Timer::after(at.since(page::now()), move || {
                driver.alarm.take();
                driver.dispatch(Msg::Woke);
            });
            (at, timer)
        });
        self.alarm.replace(timer);
    }

    /// The page may not be called again: what is on its way to the store goes now.
    fn hurry(&self) {
        if let Some(keeper) = &*self.keeper.borrow() {
            keeper.hurry();
        }
    }

    /// Asks for the next frame, unless one is asked for.
    fn want_frame(self: &Rc<Self>) {
        if self.frame.borrow().is_some() {
            return;
        }
        let driver = Rc::clone(self);
        let frame = NextFrame::ask(move || {
            driver.frame.take();
            if driver.projection.flush() {
                driver.want_frame();
            }
        });
        self.frame.replace(Some(frame));
    }
}
