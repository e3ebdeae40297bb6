//! What an adapter hands back: actions, events, and the judgement of the frame just read.

use std::collections::VecDeque;

use super::{AgentEvent, Gone};
use crate::io::{Action, Frame, Request, RequestId, SocketId};
use crate::model::{Duration, Event};

/// Hands out socket and request numbers that never repeat.
#[derive(Debug, Default)]
pub struct Ids {
    last: u64,
}

impl Ids {
    /// Numbers above `last`.
    #[must_use]
    pub const fn above(last: u64) -> Self {
        Self { last }
    }

    /// The last number handed out.
    #[must_use]
    pub const fn last(&self) -> u64 {
        self.last
    }

    /// The next number.
    pub const fn draw(&mut self) -> u64 {
        self.last += 1;
        self.last
    }
}

/// One thing an adapter handed back.
#[derive(Clone, Debug, PartialEq)]
pub enum Emission {
    /// Do this.
    Act(Action),
    /// This was understood.
    Event(AgentEvent),
    /// An event of the server's log.
    Logged(Box<Event>),
    /// Send this, which holds a key: it is told to nobody else, neither to the inspector nor to
    /// another tab.
    Secret {
        /// The socket.
        socket: SocketId,
        /// The frame.
        text: String,
    },
    /// After this long, [`crate::io::Happening::Waited`] is wanted; the connection's end ends the wait.
    Wait {
        /// Its number; a further wait of the same number takes its place.
        which: u8,
        /// How long; `None` ends it.
        how_long: Option<Duration>,
    },
    /// The connection can be used now.
    Ready,
    /// The connection is of no use any more. `None`: try again.
    Lost(Option<Gone>),
    /// The frame was not understood.
    Unknown,
    /// The frame was understood and is of no concern here: another conversation's, or late.
    Dropped,
}

/// Collects what an adapter hands back.
#[derive(Debug)]
pub struct Out<'a> {
    ids: &'a mut Ids,
    list: &'a mut VecDeque<Emission>,
}

impl<'a> Out<'a> {
    /// Collects into `list`, with numbers from `ids`.
    pub fn new(ids: &'a mut Ids, list: &'a mut VecDeque<Emission>) -> Self {
        Self { ids, list }
    }

    /// Opens a socket and says its number.
    pub fn open(&mut self, url: impl Into<String>) -> SocketId {
        let socket = SocketId(self.ids.draw());
        let url = url.into();
        self.act(Action::Open { socket, url });
        socket
    }

    /// Sends a text frame.
    pub fn send(&mut self, socket: SocketId, text: String) {
        let frame = Frame::Text(text);
        self.act(Action::Send { socket, frame });
    }

    /// Sends a text frame that holds a key.
    pub fn send_secret(&mut self, socket: SocketId, text: String) {
        self.list.push_back(Emission::Secret { socket, text });
    }

    /// Closes a socket; nothing more is heard of it.
    pub fn shut(&mut self, socket: SocketId) {
        self.act(Action::Close { socket, code: 1000 });
    }

    /// Makes a request and says its number.
    pub fn fetch(&mut self, what: Request) -> RequestId {
        let request = RequestId(self.ids.draw());
        self.act(Action::Fetch { request, what });
        request
    }

    /// Asks for [`crate::io::Happening::Waited`] after this long; a further one takes its place.
    pub fn wait(&mut self, how_long: Duration) {
        self.wait_for(0, Some(how_long));
    }

    /// The same for one of several waits; `None` ends it.
    pub fn wait_for(&mut self, which: u8, how_long: Option<Duration>) {
        self.list.push_back(Emission::Wait { which, how_long });
    }

    /// Says what was understood.
    pub fn event(&mut self, event: AgentEvent) {
        self.list.push_back(Emission::Event(event));
    }

    /// Hands over an event of the server's log.
    pub fn logged(&mut self, event: Event) {
        self.list.push_back(Emission::Logged(Box::new(event)));
    }

    /// Says that the connection is of no use any more, although its socket may be open.
    pub fn lost(&mut self, gone: Option<Gone>) {
        self.list.push_back(Emission::Lost(gone));
    }

    /// Says that the connection can be used now.
    pub fn ready(&mut self) {
        self.list.push_back(Emission::Ready);
    }

    /// Says that the frame was not understood: it is kept, counted and can be inspected.
    pub fn unknown(&mut self) {
        self.list.push_back(Emission::Unknown);
    }

    /// Says that the frame is of no concern here.
    pub fn dropped(&mut self) {
        self.list.push_back(Emission::Dropped);
    }

    fn act(&mut self, action: Action) {
        self.list.push_back(Emission::Act(action));
    }
}
