//! General Bots: one WebSocket with JSON frames, in two dialects.
//!
//! The document (`docs/api/websocket.md` of December 2025) describes a protocol that no released
//! server speaks; the releases speak another one, in three forms: A (October 2025), B (December
//! 2025 to February 2026) and C (May 2026). Frames are read by their own shape, whatever the server
//! was taken for. What is written depends on it: a released server takes every frame for a message
//! of the person's, so that `auth`, `subscribe`, `ping` and `typing_start` would each be answered by
//! the model. None of these goes out before the server has shown that it speaks the document's
//! dialect, or was silent for 1.5 seconds, which released servers are not: it is taken for one of the
//! document's then, and is sent the frame with the key and `subscribe`. To a released server that
//! takes longer to begin those two are messages, and nothing more of the kind follows once it has
//! shown what it is. Until then a message waits as well: a server that tells answers to subscribers
//! alone would answer it to nobody.
//!
//! The key: the document takes it in the socket's address or in a first frame. Addresses are written
//! down by whatever passes them on, so the frame is tried first, and a server is asked again with the
//! key in the address only once it has refused the frame, or opens no socket although it answers
//! calls. A released server is told it by calls only.

mod address;
mod class;
mod documented;
mod errors;
mod ids;
mod link;
mod native;
mod rest;
mod streams;
mod talk;
mod think;
mod who;
mod write;

use super::{
    AgentEvent, Capabilities, Command, Dialect, Out, Protocol, Setup, Unsupported, Verdict,
};
use crate::io::{Closed, Happening, RequestId, SocketId};
use crate::model::{Attachment, ConversationId, Cursor, Duration, Instant, TransactionId};
use address::Address;
use native::Native;
use rest::Errand;
use serde_json::Value;
use streams::Streams;
use write::Said;

/// The largest frame that the document's server takes ("Max message size: 64 KB").
const LARGEST: usize = 65_536;

/// A server that says nothing for so long after the opening is no released one. A proxy in front of
/// one opens before it has reached the server behind it, so less would not do.
const SILENCE: Duration = Duration::millis(1_500);

/// So long the answer to who we are is waited for before the socket is opened without it.
const PATIENCE: Duration = Duration::secs(3);

/// A server that answers calls and opens none of so many sockets in a row may want the key in their
/// address.
const UNOPENED: u8 = 2;

/// The bot that a frame names while none is known.
const NOBODY: &str = "00000000-0000-0000-0000-000000000000";

/// So many texts of ours are remembered until the server repeats them.
const ECHOES: usize = 32;

/// What is waited for, by number.
mod wait {
    pub(super) const DIALECT: u8 = 1;
    pub(super) const WHO: u8 = 2;
    pub(super) const PING: u8 = 3;
    pub(super) const TYPING: u8 = 4;
    pub(super) const OTHERS: u8 = 5;
    pub(super) const LINES: u8 = 6;
    pub(super) const SIGN: u8 = 7;
    pub(super) const DOUBT: u8 = 8;
    pub(super) const REST: u8 = 9;
    pub(super) const OTHERS_TAKEN: u8 = 10;
    pub(super) const ANEW: u8 = 11;
    pub(super) const MAKE: u8 = 12;
}

/// Makes the adapter.
#[must_use]
pub fn make(setup: Setup) -> Box<dyn Protocol> {
    let session = setup.conversation.as_str().to_owned();
    Box::new(GeneralBots {
        address: Address::read(&setup.url),
        user: ids::follows(&session, 1),
        session,
        bot: NOBODY.to_owned(),
        tongue: Tongue::of(setup.dialect),
        sure: setup.dialect != Dialect::Auto,
        asked_who: false,
        link: Link::default(),
        key_in_address: false,
        key_taken: false,
        other_way: false,
        key_refused: false,
        failed: false,
        unopened: 0,
        errands: Vec::new(),
        fresh: setup.fresh,
        made: false,
        unknown: false,
        closed: false,
        unanswered: None,
        echoes: Vec::new(),
        running: false,
        cut: false,
        reads: 0,
        muted: false,
        clock: Instant(0),
        streams: Streams::default(),
        seen: setup.came.clone(),
        elsewhere: Vec::new(),
        native: Native::default(),
        setup,
    })
}

/// Which dialect is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tongue {
    /// Not known yet: nothing goes out.
    Unknown,
    /// The document's.
    Documented,
    /// The released servers'.
    Native,
}

impl Tongue {
    const fn of(dialect: Dialect) -> Self {
        match dialect {
            Dialect::Auto => Self::Unknown,
            Dialect::Documented => Self::Documented,
            Dialect::Native => Self::Native,
        }
    }
}

/// A message of which the server has shown no sign yet.
#[derive(Clone, Debug)]
struct Sent {
    id: TransactionId,
    text: String,
    attachments: Vec<Attachment>,
}

/// One connection.
#[derive(Debug, Default)]
struct Link {
    /// The server has answered the call before it.
    answers: bool,
    socket: Option<SocketId>,
    open: bool,
    /// The session was told that it can be used.
    ready: bool,
    /// What is to go out once it is open.
    held: Vec<String>,
    /// The key went out as a frame.
    authed: bool,
    /// Pings without any sign since.
    pings: u32,
    /// The last ping has had no pong.
    pinged: bool,
    /// The server knows no pings.
    no_pings: bool,
    /// It is time to ask for news of the other sessions.
    others_due: bool,
    /// News of the other sessions were asked for.
    with_others: bool,
    /// So many of those may be refused yet.
    others_open: usize,
    /// A message was in a session that the server does not know; it says so yet.
    owed: bool,
    /// So many frames that say whether the person writes may have an error yet.
    typed: u32,
    /// The server does not know such frames.
    no_typing: bool,
    /// An error that was taken for one of those, and may be of the message.
    doubtful: Option<Value>,
    /// So many frames came.
    frames: u64,
}

struct GeneralBots {
    setup: Setup,
    address: Address,
    /// The conversation's identifier on the server.
    session: String,
    user: String,
    bot: String,
    tongue: Tongue,
    /// The dialect is certain; one that silence alone spoke for is looked for again.
    sure: bool,
    /// The server has said who we are, or that it does not.
    asked_who: bool,
    link: Link,
    key_in_address: bool,
    /// The server has taken the key the way that it is given now.
    key_taken: bool,
    /// The next connection gives the key the other way.
    other_way: bool,
    /// The server has said that it does not take the key as it was given first.
    key_refused: bool,
    /// The last socket never opened.
    failed: bool,
    /// So many in a row never opened although the server had just answered a call.
    unopened: u8,
    errands: Vec<(RequestId, Errand)>,
    /// The server has not spoken of the session yet.
    fresh: bool,
    /// A session was asked for by a call, because the server knew none.
    made: bool,
    /// The server has said that it does not know the session.
    unknown: bool,
    /// The server has closed the session.
    closed: bool,
    unanswered: Option<Sent>,
    /// Texts of ours that the server may repeat until the run that answers them is over, each with
    /// whether another run went on when it was sent.
    echoes: Vec<(String, bool)>,
    /// The session was told that a run goes on.
    running: bool,
    /// The connection was lost during a run.
    cut: bool,
    /// How often the history was read again in this connection, for an answer that it lacked.
    reads: usize,
    /// The person stopped the run, which may go on, and has sent nothing since.
    muted: bool,
    /// When the person sent last, by this machine's clock.
    clock: Instant,
    streams: Streams,
    /// Messages that were shown, by their identifiers.
    seen: Vec<String>,
    /// Answers that grow in other sessions, with what came of each.
    elsewhere: Vec<(String, ConversationId, String)>,
    native: Native,
}

impl Protocol for GeneralBots {
    fn capabilities(&self) -> Capabilities {
        let newest = self.native.is_newest();
        let released = self.tongue == Tongue::Native;
        Capabilities {
            images: !newest,
            attachments: 1,
            reset: true,
            history: !newest,
            lists: !newest && self.tongue != Tongue::Unknown,
            typing: self.tongue == Tongue::Documented && !self.link.no_typing,
            frame: (!released).then_some(LARGEST),
            // What is kept of a conversation is drawn before it is known who answers.
            fragments: self.tongue != Tongue::Documented,
            meets: true,
            ..Capabilities::default()
        }
    }

    fn connect(&mut self, _cursor: &Cursor, out: &mut Out<'_>) {
        self.told_lines(out);
        self.streams.cut();
        self.native.cut();
        self.unanswered = None;
        self.cut |= std::mem::take(&mut self.running) || self.muted;
        self.reads = 0;
        self.other_way = false;
        self.errands.clear();
        self.link = Link::default();
        if !self.sure {
            self.tongue = Tongue::Unknown;
        }
        let knows = self.tongue == Tongue::Documented || self.asked_who;
        // A call tells a server that is away from one that opens no socket.
        let asks = self.failed && self.doubts_key();
        if knows && !asks {
            return self.open(out);
        }
        self.ask(Errand::Who, out);
        out.wait_for(wait::WHO, Some(PATIENCE));
    }

    fn receive(&mut self, happening: &Happening, out: &mut Out<'_>) {
        match happening {
            Happening::Opened(socket) if self.is_ours(*socket) => self.opened(out),
            Happening::Received { socket, frame } if self.is_ours(*socket) => {
                self.frame(frame, out);
            }
            Happening::Closed(closed) if self.is_ours(closed.socket) => self.ended(closed, out),
            Happening::Answered {
                request,
                status,
                body,
                ..
            } => self.answered(*request, (*status, body), out),
            Happening::Failed { request } => self.answered(*request, (0, ""), out),
            Happening::Waited(which) => self.waited(*which, out),
            _ => {}
        }
    }

    fn submit(&mut self, command: &Command, out: &mut Out<'_>) -> Result<(), Unsupported> {
        match command {
            Command::Message {
                id,
                text,
                attachments,
                at,
            } => {
                self.clock = *at;
                self.send(*id, text, attachments, out)
            }
            Command::Typing(writes) => self.typing(*writes, out),
            Command::Listen { id, on } => {
                self.listen(id, *on, out);
                Ok(())
            }
            Command::Reset => {
                self.begin_anew(out);
                Ok(())
            }
            Command::Switch { id, on } => {
                self.switch(id, *on, out);
                Ok(())
            }
            Command::Cancel => {
                self.mute(out);
                Err(Unsupported)
            }
            _ => Err(Unsupported),
        }
    }

    fn weigh(&self, text: &str, attachments: &[Attachment]) -> usize {
        let at = self.clock;
        let said = Said {
            text,
            attachments,
            at,
        };
        self.written(said).map_or(0, |frame| frame.len())
    }

    fn overhear(&mut self, command: &Command) {
        if let Command::Message { text, .. } = command {
            self.turn_over(text);
        }
    }

    fn recall(&mut self, _cursor: &Cursor, out: &mut Out<'_>) {
        match self.fresh {
            // What has only begun has no history.
            true => out.event(AgentEvent::HistoryMissing),
            false => self.ask(Errand::History { first: true }, out),
        }
    }

    fn list(&mut self, _wanted: &str, page: Option<&str>, out: &mut Out<'_>) {
        if page.is_none() {
            self.ask(Errand::List, out);
        }
    }

    fn verdict(&self, closed: &Closed) -> Verdict {
        match closed.code {
            1009 => Verdict::TooLarge,
            1008 if !self.other_way => Verdict::GiveUp,
            _ => Verdict::Retry,
        }
    }

    fn read_back(&self, frame: &str) -> Option<Command> {
        write::read_back(frame)
    }

    fn conversation_of(&self, frame: &str) -> Option<ConversationId> {
        write::session_of(frame)
    }
}
