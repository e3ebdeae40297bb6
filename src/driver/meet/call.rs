//! The loop of one call: what happens goes to the room, what the room asks for is done.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::{Rc, Weak};

use reactive_graph::prelude::*;
use send_wrapper::SendWrapper;

use super::shows::{Feed, Shows, put};
use crate::app::Meeting;
use crate::io::{self, Frame, SocketId};
use crate::meet::voice::{self, Voices};
use crate::meet::{
    Action, Happening, Input, LinkId, On, Output, Room, Setup, Signalling, Start, Tie,
};
use crate::model::Instant;
use crate::platform;
use crate::platform::listener::Listener;
use crate::platform::media::{Kind, Stream};
use crate::platform::page::{self, PageEvent};
use crate::platform::rtc::{Link, Ours};
use crate::platform::socket::Socket;
use crate::platform::timer::Timer;

/// One time of being in a room.
pub(super) struct Call {
    shows: Shows,
    meeting: Meeting,
    ours: Ours,
    room: RefCell<Room>,
    queue: RefCell<VecDeque<Input>>,
    at_work: Cell<bool>,
    /// The last one that was opened, and its number.
    socket: RefCell<Option<Socket>>,
    sockets: Cell<u64>,
    links: RefCell<Vec<Link>>,
    /// The last number of a stream.
    feeds: Cell<u64>,
    alarm: RefCell<Option<(Instant, Timer)>>,
    voices: RefCell<Voices>,
    /// Until they are listened to again.
    pause: RefCell<Option<Timer>>,
    listeners: RefCell<Vec<Listener>>,
    over: Cell<bool>,
    /// Called when the server has refused for good.
    refused: Box<dyn Fn()>,
}

impl Call {
    pub(super) fn new(
        shows: Shows,
        meeting: Meeting,
        ours: Ours,
        refused: Box<dyn Fn()>,
    ) -> Rc<Self> {
        let room = Room::new(Setup {
            url: meeting.url.clone(),
            room: shows.room.get_untracked(),
            name: shows.name.get_untracked(),
            me: meeting.me.clone(),
            screen: ours.screen.id(),
            seed: meeting.seed,
            token: meeting.token.clone(),
            chat: meeting.chat,
        });
        Rc::new(Self {
            shows,
            meeting,
            ours,
            room: RefCell::new(room),
            queue: RefCell::default(),
            at_work: Cell::default(),
            socket: RefCell::default(),
            sockets: Cell::default(),
            links: RefCell::default(),
            feeds: Cell::default(),
            alarm: RefCell::default(),
            voices: RefCell::default(),
            pause: RefCell::default(),
            listeners: RefCell::default(),
            over: Cell::default(),
            refused,
        })
    }

    pub(super) fn begin(self: &Rc<Self>) {
        let call = Rc::downgrade(self);
        let listeners = page::watch(move |event| {
            let Some(call) = call.upgrade() else {
                return;
            };
            match event {
                PageEvent::Online(online) => call.tell(Input::Online(online)),
                // Hidden pages wait longer than they were to.
                PageEvent::Shown if call.waits() => call.tell(Input::RetryNow),
                PageEvent::Shown | PageEvent::Hidden => {}
            }
        });
        self.listeners.replace(listeners);
        self.sends(self.shows.on.get_untracked());
        self.tell(Input::Join);
        self.listen();
    }

    /// Shows who speaks, now and from now on.
    fn listen(self: &Rc<Self>) {
        let levels = self.links.borrow().iter().flat_map(Link::levels).collect();
        let speaking = self.voices.borrow_mut().listen(levels, page::now());
        put(&self.shows.speaking, speaking);
        let call = Rc::downgrade(self);
        let timer = Timer::after(voice::EVERY, move || {
            if let Some(call) = call.upgrade() {
                call.listen();
            }
        });
        self.pause.replace(Some(timer));
    }

    /// Whether the signalling is between two tries.
    fn waits(&self) -> bool {
        let signalling = &self.shows.signalling;
        signalling.with_untracked(|now| matches!(now, Signalling::Waiting { .. }))
    }

    pub(super) fn retry(self: &Rc<Self>) {
        self.tell(Input::RetryNow);
    }

    /// What of ours goes out has changed.
    pub(super) fn sends(self: &Rc<Self>, on: On) {
        self.links.borrow().iter().for_each(Link::follow);
        let On {
            audio,
            video,
            screen,
        } = on;
        self.tell(Input::Sends {
            audio,
            video,
            screen,
        });
    }

    /// Says goodbye and ends everything.
    pub(super) fn leave(self: &Rc<Self>) {
        self.tell(Input::Leave);
        self.over.set(true);
        self.listeners.take();
        self.alarm.take();
        self.pause.take();
        self.socket.take();
        self.links.take();
        put(&self.shows.signalling, Signalling::Idle);
        put(&self.shows.others, Vec::new());
        put(&self.shows.feeds, Vec::new());
        put(&self.shows.speaking, Vec::new());
        put(&self.shows.stuck, false);
    }

    fn tell(self: &Rc<Self>, input: Input) {
        self.queue.borrow_mut().push_back(input);
        if self.at_work.replace(true) {
            return;
        }
        while let Some(input) = self.next() {
            for output in self.update(input) {
                self.perform(output);
            }
        }
        self.at_work.set(false);
        self.set_alarm();
    }

    fn next(&self) -> Option<Input> {
        self.queue.borrow_mut().pop_front()
    }

    fn update(&self, input: Input) -> Vec<Output> {
        let mut room = self.room.borrow_mut();
        room.handle(input, page::now());
        std::iter::from_fn(|| room.poll()).collect()
    }

    fn set_alarm(self: &Rc<Self>) {
        let deadline = self.room.borrow().deadline();
        let set = self.alarm.borrow().as_ref().map(|(at, _)| *at);
        if deadline == set || self.over.get() {
            return;
        }
        let call = Rc::downgrade(self);
        let timer = deadline.map(|at| {
            let timer = Timer::after(at.since(page::now()), move || {
                if let Some(call) = call.upgrade() {
                    call.alarm.take();
                    call.tell(Input::Woke);
                }
            });
            (at, timer)
        });
        self.alarm.replace(timer);
    }

    fn perform(self: &Rc<Self>, output: Output) {
        match output {
            Output::Act(action) => self.act(action),
            Output::Signalling(signalling) => {
                let over = signalling.is_over();
                put(&self.shows.signalling, signalling);
                if over {
                    (self.refused)();
                }
            }
            Output::Others(others) => put(&self.shows.others, others),
            Output::Unknown(frame) => {
                platform::warn(&["Not understood in the video room: ", &frame].concat());
            }
            Output::TooLarge(bytes) => {
                let size = bytes.to_string();
                platform::warn(&["Too large for the video room, in bytes: ", &size].concat());
            }
        }
    }

    fn act(self: &Rc<Self>, action: Action) {
        match action {
            Action::Open(url) => self.open(&url),
            Action::Send(text) => {
                if let Some(socket) = &*self.socket.borrow() {
                    socket.send(&Frame::Text(text));
                }
            }
            Action::Close => drop(self.socket.take()),
            Action::Make { link, start } => self.make(link, start),
            Action::Describe(link) => self.with(link, Link::describe),
            Action::Take { link, description } => {
                self.with(link, |link| link.take(description));
            }
            Action::Add { link, candidate } => self.with(link, |link| link.add(candidate)),
            Action::Restart(link) => self.with(link, Link::restart),
            Action::Drop(link) => {
                let mut links = self.links.borrow_mut();
                let at = links.iter().position(|known| known.id() == link);
                let dropped = at.map(|at| links.remove(at));
                drop((links, dropped));
                self.see();
            }
        }
    }

    fn with(&self, link: LinkId, act: impl FnOnce(&Link)) {
        let links = self.links.borrow();
        if let Some(link) = links.iter().find(|known| known.id() == link) {
            act(link);
        }
    }

    fn open(self: &Rc<Self>, url: &str) {
        self.socket.take();
        let id = SocketId(self.sockets.get() + 1);
        self.sockets.set(id.0);
        let call = Rc::downgrade(self);
        let heard = move |happening| heard(&call, id, happening);
        match Socket::open(id, url, heard) {
            Ok(socket) => drop(self.socket.replace(Some(socket))),
            Err(closed) => self.tell(Input::Happened(Happening::Closed(closed.code))),
        }
    }

    fn make(self: &Rc<Self>, link: LinkId, start: Start) {
        let (told, seen) = (Rc::downgrade(self), Rc::downgrade(self));
        let heard = move |happening| {
            if let Some(call) = told.upgrade() {
                call.tell(Input::Happened(happening));
            }
        };
        let seen = move || {
            if let Some(call) = seen.upgrade() {
                call.see();
            }
        };
        let (ice, ours) = (&self.meeting.ice, self.ours.clone());
        match Link::make(link, start, ice, ours, Box::new(heard), Rc::new(seen)) {
            Ok(made) => self.links.borrow_mut().push(made),
            Err(_) => {
                put(&self.shows.unable, true);
                let tie = Tie::Failed;
                self.tell(Input::Happened(Happening::Tied { link, tie }));
            }
        }
    }

    /// Shows the streams of the others as they are now.
    fn see(&self) {
        let before = self.shows.feeds.get_untracked();
        let mut feeds = Vec::new();
        for link in &*self.links.borrow() {
            let mut streams = link.streams();
            streams.retain(|stream| stream.has(Kind::Audio) || stream.has(Kind::Video));
            let of = streams.len();
            for (at, stream) in streams.into_iter().enumerate() {
                feeds.push(Feed {
                    key: self.key(&before, link.id(), &stream),
                    link: link.id(),
                    place: (at, of),
                    video: stream.has(Kind::Video),
                    stream: SendWrapper::new(stream),
                });
            }
        }
        put(&self.shows.feeds, feeds);
    }

    fn key(&self, before: &[Feed], link: LinkId, stream: &Stream) -> u64 {
        let known = before
            .iter()
            .find(|feed| feed.link == link && *feed.stream == *stream);
        known.map_or_else(
            || {
                self.feeds.set(self.feeds.get() + 1);
                self.feeds.get()
            },
            |feed| feed.key,
        )
    }
}

/// Something happened to a socket: to the one at hand, or to one before it.
fn heard(call: &Weak<Call>, id: SocketId, happening: io::Happening) {
    let Some(call) = call.upgrade() else {
        return;
    };
    if call.sockets.get() != id.0 {
        return;
    }
    let happening = match happening {
        io::Happening::Opened(_) => Happening::Opened,
        io::Happening::Received { frame, .. } => Happening::Received(frame.text().into_owned()),
        io::Happening::Closed(closed) => {
            let _ended = call.socket.take();
            Happening::Closed(closed.code)
        }
        _ => return,
    };
    call.tell(Input::Happened(happening));
}
