//! The signalling socket: when it is opened, and when it is to be opened again.

use super::port::{Chat, Signalling};
use crate::model::{Duration, Instant};
use crate::random::Random;

/// A socket that has not opened by then is given up.
const CONNECT: Duration = Duration::secs(20);

/// Before the first frame of ours, so that a server which greets as a chat does is not sent one: it
/// would take it for a message of a person's. The chat has found this one to speak as the document
/// says.
const HUSH: Duration = Duration::millis(250);

/// The same for any other server. A proxy in front of a released one opens before it has reached the
/// server behind it.
const LONG_HUSH: Duration = Duration::millis(1_500);

/// Without a roster, everybody is asked to greet us after this long.
const HELLO: Duration = Duration::secs(1);

/// The document's interval of pings.
const PING: Duration = Duration::secs(30);

/// A connection that lasted this long makes the next wait a first one again.
const LASTED: Duration = Duration::secs(5);

/// So long a frame is under way between two browsers at most, as a rule.
const CROSSING: Duration = Duration::millis(250);

/// The first wait is at most this long; each further one may be twice as long.
const BASE: Duration = Duration::secs(1);

/// No wait is shorter.
const FLOOR: Duration = Duration::millis(150);

/// No wait is longer.
const CEILING: Duration = Duration::secs(30);

/// So many sockets in a row that never came to anything are no server.
const TRIES: u32 = 5;

/// So many in a row that never opened may be refused for want of a key in their address: a page is
/// not told why.
const UNOPENED: u32 = 2;

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// The socket is to be opened.
    Open,
    /// The socket takes too long, or is dead.
    GiveUp,
    /// The room is to be entered.
    Join,
    /// Everybody is to be asked for a greeting.
    Hello,
    /// The socket is idle.
    Ping,
}

/// The socket's phases; it says when, the room does.
#[derive(Debug)]
pub(super) struct Line {
    phase: Signalling,
    random: Random,
    attempt: u32,
    online: bool,
    since: Instant,
    /// When anything was last sent.
    sent: Instant,
    join_at: Option<Instant>,
    hello_at: Option<Instant>,
    /// The server has not said that it does not know pings.
    pings: bool,
    /// Pings since a frame came, from a server that answers them.
    unanswered: u32,
    pongs: bool,
    /// Since when we are in the room for the first time.
    first: Option<Instant>,
    /// The room has been entered, and the connection has come to something.
    proven: bool,
}

impl Line {
    pub(super) const fn new(seed: u64) -> Self {
        Self {
            phase: Signalling::Idle,
            random: Random::new(seed),
            attempt: 0,
            online: true,
            since: Instant(0),
            sent: Instant(0),
            join_at: None,
            hello_at: None,
            pings: true,
            unanswered: 0,
            pongs: false,
            first: None,
            proven: false,
        }
    }

    pub(super) const fn phase(&self) -> &Signalling {
        &self.phase
    }

    pub(super) fn is_joined(&self) -> bool {
        self.phase == Signalling::Joined
    }

    /// Whether a socket is open, or being opened.
    pub(super) const fn is_up(&self) -> bool {
        matches!(self.phase, Signalling::Connecting | Signalling::Joined)
    }

    /// We came so short a time ago that whoever greets was here before us.
    pub(super) fn is_newcomer(&self, now: Instant) -> bool {
        self.first.is_none_or(|first| now.since(first) < LASTED)
    }

    /// We came so short a time ago that who comes now may not have seen us come after them.
    pub(super) fn may_cross(&self, now: Instant) -> bool {
        self.first.is_none_or(|first| now.since(first) < CROSSING)
    }

    pub(super) fn connecting(&mut self, now: Instant) {
        self.phase = Signalling::Connecting;
        self.since = now;
        self.pings = true;
        self.unanswered = 0;
        self.join_at = None;
        self.hello_at = None;
    }

    pub(super) fn opened(&mut self, chat: Chat, now: Instant) {
        let hush = match chat {
            _ if self.proven => Duration(0),
            Chat::Documented => HUSH,
            Chat::Unknown | Chat::Released => LONG_HUSH,
        };
        self.join_at = Some(now + hush);
    }

    pub(super) fn joined(&mut self, now: Instant) {
        self.phase = Signalling::Joined;
        self.since = now;
        self.join_at = None;
        self.hello_at = Some(now + HELLO);
        self.first = self.first.or(Some(now));
    }

    /// A frame came that is no refusal.
    pub(super) const fn heard(&mut self) {
        self.unanswered = 0;
        self.proven = true;
    }

    /// The server is one with rooms, or has kept a connection for a while.
    pub(super) const fn is_proven(&self) -> bool {
        self.proven
    }

    pub(super) const fn sent(&mut self, now: Instant) {
        self.sent = now;
    }

    pub(super) const fn pong(&mut self) {
        self.pongs = true;
    }

    pub(super) const fn no_pings(&mut self) {
        self.pings = false;
    }

    /// Nobody needs to be asked for a greeting.
    pub(super) const fn no_hello(&mut self) {
        self.hello_at = None;
    }

    /// Whether the one that is lost now is one of several that never opened, of a server that none
    /// has shown to be there.
    pub(super) fn never_opens(&self) -> bool {
        let unopened = self.phase == Signalling::Connecting && self.join_at.is_none();
        unopened && !self.proven && self.attempt + 1 >= UNOPENED
    }

    /// The socket is gone.
    pub(super) fn lost(&mut self, now: Instant) {
        let lasted = self.is_joined() && now.since(self.since) >= LASTED;
        if lasted {
            self.attempt = 0;
            self.proven = true;
        }
        let wait = self.random.backoff(self.attempt, BASE, FLOOR, CEILING);
        self.attempt = self.attempt.saturating_add(1);
        // The browser's word on the network is not always right, so a try is made nevertheless.
        let wait = if self.online { wait } else { CEILING };
        self.phase = match self.attempt >= TRIES && !self.proven {
            true => Signalling::Unreachable,
            false => Signalling::Waiting { until: now + wait },
        };
    }

    /// No further try is made by itself.
    pub(super) fn ended(&mut self, phase: Signalling) {
        self.phase = phase;
        self.attempt = 0;
        self.proven = false;
        self.first = None;
    }

    /// The browser says that the network is there, or gone. True where a try is due at once.
    pub(super) fn online(&mut self, online: bool) -> bool {
        self.online = online;
        online && matches!(self.phase, Signalling::Waiting { .. })
    }

    /// A person asks for a try; true where there is one to make.
    pub(super) fn retry(&mut self) -> bool {
        self.attempt = 0;
        !self.is_up() && self.phase != Signalling::Idle
    }

    /// What comes next, and when.
    pub(super) fn next(&self) -> Option<(Instant, Due)> {
        match self.phase {
            Signalling::Waiting { until } => Some((until, Due::Open)),
            Signalling::Connecting => Some(match self.join_at {
                Some(at) => (at, Due::Join),
                None => (self.since + CONNECT, Due::GiveUp),
            }),
            Signalling::Joined => {
                let ping = self.pings.then_some((self.sent + PING, self.ping()));
                let hello = self.hello_at.map(|at| (at, Due::Hello));
                hello.or(ping)
            }
            _ => None,
        }
    }

    const fn ping(&self) -> Due {
        match self.pongs && self.unanswered >= 2 {
            true => Due::GiveUp,
            false => Due::Ping,
        }
    }

    pub(super) const fn pinged(&mut self) {
        self.unanswered += 1;
    }
}
