//! The room: who is in it, and what is said to whom.

use std::collections::VecDeque;

use serde_json::Value;

use super::address;
use super::line::{Due, Line};
use super::lost::Lost;
use super::peer::{GREET, Peer};
use super::port::{Action, Chat, Happening, Input, Output, Participant, Setup, Signalling};
use super::signal::{self, Sends};
use crate::model::Instant;

/// So many people are in a room at most, for each sends to each of the others.
pub const MOST_PEOPLE: usize = 9;

/// So large may a frame be, in bytes (the document's limit).
const LARGEST_FRAME: usize = 65_536;

/// A video room, without sockets and without pictures.
#[derive(Debug)]
pub struct Room {
    pub(super) setup: Setup,
    pub(super) line: Line,
    /// What the server calls us, where it says so.
    pub(super) address: Option<String>,
    /// What it called us before, which may be on its roster still.
    pub(super) former: Option<String>,
    /// The server has said who is there, since we joined.
    pub(super) rostered: bool,
    /// The join is answered, or something else was sent since: an error need not be about it.
    pub(super) entered: bool,
    /// The key went out as a frame, and no error has come that may be about it.
    pub(super) authed: bool,
    /// The frames since the socket opened, and those of them that the server could not read, as
    /// long as it has said nothing else.
    pub(super) sent: u32,
    pub(super) garbled: u32,
    /// The server would not have the key as a frame.
    key_in_address: bool,
    /// A frame that was not understood has been told of.
    puzzled: bool,
    pub(super) peers: Vec<Peer>,
    pub(super) lost: Vec<Lost>,
    pub(super) links: u32,
    sends: Sends,
    /// What we send is said once more then: nobody answers it, and it may have been lost or be late.
    again_at: Option<Instant>,
    told: Vec<Participant>,
    outputs: VecDeque<Output>,
}

impl Room {
    /// A room that nobody has asked to join yet.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        Self {
            line: Line::new(setup.seed),
            setup,
            address: None,
            former: None,
            rostered: false,
            entered: false,
            authed: false,
            sent: 0,
            garbled: 0,
            key_in_address: false,
            puzzled: false,
            peers: Vec::new(),
            lost: Vec::new(),
            links: 0,
            sends: Sends::default(),
            again_at: None,
            told: Vec::new(),
            outputs: VecDeque::new(),
        }
    }

    /// Takes in one thing that was asked for or happened.
    pub fn handle(&mut self, input: Input, now: Instant) {
        match input {
            Input::Join if self.line.phase() == &Signalling::Idle => self.open(now),
            Input::Join => {}
            Input::Leave => self.end(Signalling::Idle, now),
            Input::RetryNow if self.line.retry() => self.open(now),
            Input::RetryNow => {}
            Input::Online(online) if self.line.online(online) => self.open(now),
            Input::Online(online) => {
                if online && self.line.is_joined() {
                    self.look_again(now);
                }
            }
            Input::Woke => {}
            Input::Happened(happening) => self.happened(happening, now),
            Input::Sends {
                audio,
                video,
                screen,
            } => {
                let sends = Sends {
                    audio,
                    video,
                    screen,
                };
                self.send_what(sends, now);
            }
        }
        self.due(now);
        self.tell();
    }

    /// What to do next, and what to know.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When [`Input::Woke`] is due.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        let joined = self.line.is_joined();
        let peers = self.peers.iter().filter_map(|peer| peer.deadline(joined));
        let line = self.line.next().map(|(at, _)| at);
        let again = self.again_at.filter(|_| joined);
        peers.chain(line).chain(self.asks_at()).chain(again).min()
    }

    fn happened(&mut self, happening: Happening, now: Instant) {
        match happening {
            Happening::Opened if self.line.phase() == &Signalling::Connecting => {
                self.line.opened(self.setup.chat, now);
            }
            Happening::Received(frame) if self.line.is_up() => self.received(&frame, now),
            Happening::Closed(code) if self.line.is_up() => self.closed(code, now),
            Happening::Opened | Happening::Received(_) | Happening::Closed(_) => {}
            of_a_tie => self.of_a_tie(of_a_tie, now),
        }
    }

    fn open(&mut self, now: Instant) {
        self.line.connecting(now);
        let url = match &self.setup.token {
            Some(token) if self.key_in_address => address::with_token(&self.setup.url, token),
            _ => self.setup.url.clone(),
        };
        self.act(Action::Open(url));
        self.tell_line();
    }

    /// The server does not let us in: it is asked once more, with the key in the address. False where
    /// that has been done, or can do nothing.
    pub(super) fn try_other_way(&mut self, now: Instant) -> bool {
        let can = self.tells_key() && !std::mem::replace(&mut self.key_in_address, true);
        if can {
            self.open(now);
        }
        can
    }

    /// A released server gets a key by the chat's calls alone.
    fn tells_key(&self) -> bool {
        self.setup.token.is_some() && self.setup.chat != Chat::Released
    }

    /// The socket is open, and what answers is no chat.
    fn join(&mut self, now: Instant) {
        self.line.joined(now);
        self.former = self.address.take();
        // Who is there is met anew.
        self.lost.clear();
        self.rostered = false;
        self.entered = false;
        self.sent = 0;
        self.garbled = 0;
        self.puzzled = false;
        self.tell_line();
        self.authed = self.tells_key() && !self.key_in_address;
        if let Some(token) = self.setup.token.clone().filter(|_| self.authed) {
            self.send(signal::auth(&token), now);
        }
        self.send(signal::join(&self.setup), now);
        self.rejoin(now);
    }

    fn closed(&mut self, code: u16, now: Instant) {
        self.key_in_address |= self.line.never_opens() && self.tells_key();
        self.line.lost(now);
        // "Policy violation" (RFC 6455, section 7.4.1): the same again would end likewise.
        if code == 1008 {
            if !self.try_other_way(now) {
                self.end(Signalling::Refused(String::new()), now);
            }
            return;
        }
        match self.line.phase() {
            Signalling::Unreachable => self.end(Signalling::Unreachable, now),
            _ => self.tell_line(),
        }
    }

    /// The socket is of no use, and the next one may be.
    pub(super) fn give_up(&mut self, now: Instant) {
        self.act(Action::Close);
        self.closed(1006, now);
    }

    /// It is over: everybody is told, and nothing is left open.
    pub(super) fn end(&mut self, phase: Signalling, now: Instant) {
        // What has no rooms would take either for a message.
        let has_rooms = !matches!(phase, Signalling::NoRooms { .. });
        if self.line.is_joined() && has_rooms {
            for at in 0..self.peers.len() {
                self.say(at, signal::bye(), now);
            }
            self.send(signal::leave(&self.setup), now);
        }
        if self.line.is_up() {
            self.act(Action::Close);
        }
        while let Some(peer) = self.peers.pop() {
            self.untie(peer);
        }
        self.address = None;
        self.lost.clear();
        self.line.ended(phase);
        self.tell_line();
    }

    pub(super) fn untie(&mut self, peer: Peer) {
        if let Some(of) = peer.negotiation {
            self.act(Action::Drop(of.link));
        }
    }

    fn due(&mut self, now: Instant) {
        while let Some((_, due)) = self.line.next().filter(|(at, _)| *at <= now) {
            match due {
                Due::Open => self.open(now),
                Due::GiveUp => self.give_up(now),
                Due::Join => self.join(now),
                Due::Hello => self.hello_to_all(now),
                Due::Ping => {
                    self.line.pinged();
                    self.entered = true;
                    self.send(signal::ping(), now);
                }
            }
        }
        self.nudge(now);
        self.ask_for_lost(now);
        let joined = self.line.is_joined();
        if self.again_at.take_if(|at| joined && *at <= now).is_some() {
            self.say_state_to_all(now);
        }
    }

    /// A relay hands this to everybody. Who knows a roster, and somebody on it, needs no greeting.
    fn hello_to_all(&mut self, now: Instant) {
        self.line.no_hello();
        if !self.rostered || self.peers.is_empty() {
            let hello = self.hello();
            self.say_to("*", hello, now);
        }
    }

    pub(super) fn hello(&self) -> Value {
        signal::sends("hello", self.sends, &self.setup)
    }

    fn send_what(&mut self, sends: Sends, now: Instant) {
        if self.sends == sends {
            return;
        }
        self.sends = sends;
        self.again_at = Some(now + GREET);
        self.say_state_to_all(now);
    }

    fn say_state_to_all(&mut self, now: Instant) {
        for at in 0..self.peers.len() {
            self.say_state(at, now);
        }
    }

    pub(super) fn act(&mut self, action: Action) {
        self.outputs.push_back(Output::Act(action));
    }

    /// The first thing that was not understood in each connection is told.
    pub(super) fn puzzled(&mut self, by: &str) {
        if !std::mem::replace(&mut self.puzzled, true) {
            self.outputs.push_back(Output::Unknown(by.to_owned()));
        }
    }

    /// Sends a frame, if there is a socket; false where it is too large to be sent at all.
    pub(super) fn send(&mut self, frame: String, now: Instant) -> bool {
        let size = frame.len();
        if size > LARGEST_FRAME {
            self.outputs.push_back(Output::TooLarge(size));
            return false;
        }
        if self.line.is_joined() {
            self.sent += 1;
            self.line.sent(now);
            self.act(Action::Send(frame));
        }
        true
    }

    /// Says something to one of the others.
    pub(super) fn say(&mut self, at: usize, payload: Value, now: Instant) -> bool {
        let target = self.peers.get(at).map(|peer| peer.target().to_owned());
        target.is_none_or(|target| self.say_to(&target, payload, now))
    }

    pub(super) fn say_to(&mut self, target: &str, payload: Value, now: Instant) -> bool {
        self.entered = true;
        self.send(signal::signal(&self.setup, target, payload), now)
    }

    pub(super) fn say_state(&mut self, at: usize, now: Instant) {
        let state = signal::sends("state", self.sends, &self.setup);
        self.say(at, state, now);
    }

    pub(super) fn say_hello(&mut self, at: usize, now: Instant) {
        let hello = self.hello();
        self.say(at, hello, now);
    }

    fn tell_line(&mut self) {
        let phase = self.line.phase().clone();
        self.outputs.push_back(Output::Signalling(phase));
    }

    /// Tells who is there, if that has changed.
    fn tell(&mut self) {
        let others: Vec<Participant> = self.peers.iter().filter_map(Peer::shown).collect();
        if others != self.told {
            self.told.clone_from(&others);
            self.outputs.push_back(Output::Others(others));
        }
    }
}
