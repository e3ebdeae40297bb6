//! General Bots: one WebSocket with JSON frames, in two dialects.
//!
//! The document (`docs/api/websocket.md` of December 2025) describes a protocol that no released
//! server speaks; the releases speak another one, in three forms: A (October 2025), B (December
//! 2025 to February 2026) and C (May 2026). Frames are read by their own shape, whatever the server
//! was taken for. What is written depends on it: a released server takes every frame for a message
//! of the person's, so that `auth`, `subscribe`, `ping` and `typing_start` would each be answered by
//! the model. None of these goes out before the server has shown that it speaks the document's
//! dialect, or was silent for a while, which released servers are not. Until then a message waits as
//! well: a server that tells answers to subscribers alone would answer it to nobody.
//!
//! The key: the document takes it in the socket's address or in a first frame. Addresses are written
//! down by whatever passes them on, so the frame is tried first, and a server that would not have it
//! is asked again with the key in the address. A released server is told it by calls only.

mod address;
mod class;
mod documented;
mod ids;
mod native;
mod rest;
mod streams;
mod think;
mod write;

use serde_json::Value;

use super::{
    AgentEvent, Capabilities, Certainty, Command, Dialect, Gone, Out, Protocol, Setup, Unsupported,
    Verdict,
};
use crate::io::{Closed, Frame, Happening, RequestId, SocketId};
use crate::model::{Attachment, ConversationId, Cursor, Duration, Instant, TransactionId};
use address::Address;
use class::Class;
use native::Native;
use rest::Errand;
use streams::Streams;
use write::{Names, Said};

/// The largest frame that the document's server takes ("Max message size: 64 KB").
const LARGEST: usize = 65_536;

/// A server that says nothing for so long after the opening is no released one. A proxy in front of
/// one opens before it has reached the server behind it, so less would not do.
const SILENCE: Duration = Duration::millis(1_500);

/// So long the answer to who we are is waited for before the socket is opened without it.
const PATIENCE: Duration = Duration::secs(3);

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
        errands: Vec::new(),
        fresh: setup.fresh,
        made: false,
        closed: false,
        unanswered: None,
        echoes: Vec::new(),
        running: false,
        cut: false,
        muted: false,
        clock: Instant(0),
        streams: Streams::default(),
        seen: Vec::new(),
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
    /// News of the other sessions were asked for.
    with_others: bool,
    /// So many frames came.
    frames: u64,
}

impl Link {
    /// Whether the frame that is being read is the first.
    const fn is_new(&self) -> bool {
        self.frames <= 1
    }
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
    errands: Vec<(RequestId, Errand)>,
    /// The server has not spoken of the session yet.
    fresh: bool,
    /// A session was asked for by a call, because the server knew none.
    made: bool,
    /// The server has closed the session.
    closed: bool,
    unanswered: Option<Sent>,
    /// Texts of ours that the server may repeat.
    echoes: Vec<String>,
    /// The session was told that a run goes on.
    running: bool,
    /// The connection was lost during a run.
    cut: bool,
    /// The person stopped the run, and has sent nothing since.
    muted: bool,
    /// When the person sent last, by this machine's clock.
    clock: Instant,
    streams: Streams,
    /// Messages that were shown, by their identifiers.
    seen: Vec<String>,
    /// Answers that grow in other sessions.
    elsewhere: Vec<(String, ConversationId)>,
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
            typing: self.tongue == Tongue::Documented,
            frame: (!released).then_some(LARGEST),
            fragments: released,
            meets: true,
            ..Capabilities::default()
        }
    }

    fn connect(&mut self, _cursor: &Cursor, out: &mut Out<'_>) {
        self.told_lines(out);
        self.streams.cut();
        self.native.cut();
        self.unanswered = None;
        self.cut |= std::mem::take(&mut self.running);
        self.muted = false;
        self.other_way = false;
        self.errands.clear();
        self.link = Link::default();
        if !self.sure {
            self.tongue = Tongue::Unknown;
        }
        if self.tongue == Tongue::Documented || self.asked_who {
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
            Command::Reset => {
                match self.native.is_newest() {
                    // There the call has an empty answer.
                    true => self.reset_to(None, out),
                    false => self.ask(Errand::Anew, out),
                }
                Ok(())
            }
            Command::Switch { id, on } => {
                self.switch(id, *on, out);
                Ok(())
            }
            Command::Cancel => {
                self.mute();
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

impl GeneralBots {
    /// A tab that follows another one has no socket, and reads what that one's brings.
    fn is_ours(&self, socket: SocketId) -> bool {
        self.link.socket.is_none_or(|ours| ours == socket)
    }

    /// Opens the socket: a server that may be a released one is told who we are.
    fn open(&mut self, out: &mut Out<'_>) {
        let released = self.tongue != Tongue::Documented;
        let names = released.then_some((self.session.as_str(), self.user.as_str()));
        let key = self.setup.key.as_deref().filter(|_| self.key_in_address);
        let key = key.filter(|_| self.tongue != Tongue::Native);
        self.link.socket = Some(out.open(self.address.socket(names, key)));
    }

    fn opened(&mut self, out: &mut Out<'_>) {
        self.link.open = true;
        self.asked_who = true;
        match self.tongue {
            Tongue::Documented => self.begin(out),
            Tongue::Native => self.ready(out),
            // A message waits too: who has not subscribed to a session may not be told the answer.
            Tongue::Unknown => out.wait_for(wait::DIALECT, Some(SILENCE)),
        }
        for frame in std::mem::take(&mut self.link.held) {
            self.write(frame, out);
        }
    }

    fn ready(&mut self, out: &mut Out<'_>) {
        if self.link.open && !std::mem::replace(&mut self.link.ready, true) {
            out.ready();
            // The rest of an answer may come yet, where the server goes on without listeners.
            if std::mem::take(&mut self.cut) {
                self.finish(Certainty::Likely, out);
            }
        }
    }

    /// Sends a frame, or keeps it until the socket is open.
    fn write(&mut self, frame: String, out: &mut Out<'_>) {
        match self.link.socket.filter(|_| self.link.open) {
            Some(socket) => out.send(socket, frame),
            None => self.link.held.push(frame),
        }
    }

    /// The socket is closed. One that did not come to be may have been refused for want of the key in
    /// its address, which a page cannot tell from a server that is away.
    fn ended(&mut self, closed: &Closed, out: &mut Out<'_>) {
        let refused = closed.code == 1008;
        if let Some(sent) = self.unanswered.take().filter(|_| refused) {
            self.not_taken(&sent, out);
        }
        if self.can_try_other_way() && (refused || !self.link.open) {
            self.key_in_address = true;
            self.other_way = true;
        } else if refused && (closed.reason.is_empty() || closed.reason.contains("AUTH")) {
            out.lost(Some(Gone::Unauthorized));
        }
        self.link = Link::default();
    }

    /// Whether the key can be given another way than it was, with any hope.
    fn can_try_other_way(&self) -> bool {
        let documented = self.tongue != Tongue::Native;
        self.setup.key.is_some() && documented && !self.key_taken && !self.key_in_address
    }

    fn frame(&mut self, frame: &Frame, out: &mut Out<'_>) {
        let text = frame.text();
        if class::is_echo(&text) {
            self.speaks(Tongue::Native, true, out);
            return out.unknown();
        }
        let Ok(value) = serde_json::from_str::<Value>(&text) else {
            return out.unknown();
        };
        self.link.pings = 0;
        self.link.frames += 1;
        let class = class::of(&value);
        if class.is_native() {
            self.speaks(Tongue::Native, true, out);
        } else if class == Class::Documented && self.tongue != Tongue::Native {
            // The server misses the key, which it has not been told yet: it is now.
            let early = !self.link.authed && !self.key_in_address;
            self.speaks(Tongue::Documented, true, out);
            if early && self.link.authed && documented::is_unauthorized(&value) {
                return;
            }
        }
        match class {
            Class::Hello => self.adopt(&value, out),
            Class::Native => self.answer(&value, out),
            Class::NativeEvent => self.event(&value, out),
            Class::Agent => self.agent(&value, out),
            Class::Documented => self.documented(&value, out),
            Class::NativeOther | Class::Unknown => out.unknown(),
        }
    }

    /// The server speaks this dialect, unless the person has chosen one.
    fn speaks(&mut self, tongue: Tongue, sure: bool, out: &mut Out<'_>) {
        if self.setup.dialect != Dialect::Auto {
            return;
        }
        let moved = self.tongue != tongue;
        self.sure = sure || self.sure && !moved;
        if !moved {
            return;
        }
        self.tongue = tongue;
        if self.link.open {
            out.wait_for(wait::DIALECT, None);
            match tongue {
                Tongue::Documented => self.begin(out),
                _ => {
                    out.wait_for(wait::PING, None);
                    out.wait_for(wait::OTHERS, None);
                    self.ready(out);
                }
            }
        }
    }

    fn waited(&mut self, which: u8, out: &mut Out<'_>) {
        match which {
            wait::DIALECT => self.speaks(Tongue::Documented, false, out),
            wait::WHO if self.link.socket.is_none() => self.open(out),
            wait::PING => self.ping(out),
            wait::OTHERS => self.subscribe_others(out),
            wait::LINES => self.told_lines(out),
            wait::TYPING => self.finish(Certainty::Likely, out),
            _ => {}
        }
    }

    /// The server says who we are, which only a released one does.
    fn are(&mut self, status: u16, said: &Value, out: &mut Out<'_>) {
        self.asked_who = status != 0;
        out.wait_for(wait::WHO, None);
        let has = |key| said.get(key).and_then(Value::as_str).is_some();
        if has("session_id") && has("status") {
            self.speaks(Tongue::Native, true, out);
            self.meet(said);
            // An older server gives every conversation of a person the same session.
            let theirs = said.get("session_id").and_then(Value::as_str);
            if let Some(id) = theirs.filter(|id| self.fresh && !self.is_other(id)) {
                self.named(id, out);
            }
        }
        if self.link.socket.is_none() {
            self.open(out);
        }
    }

    /// Takes over the identifiers that the server uses.
    fn adopt(&mut self, ids: &Value, out: &mut Out<'_>) {
        self.meet(ids);
        let session = ids.get("session_id").and_then(Value::as_str);
        if let Some(id) = session.filter(|id| !self.is_other(id)) {
            self.named(id, out);
        }
    }

    /// Takes over what the server calls the person and the bot.
    fn meet(&mut self, ids: &Value) {
        let text = |key| ids.get(key).and_then(Value::as_str);
        if let Some(user) = text("user_id") {
            user.clone_into(&mut self.user);
        }
        if let Some(bot) = text("bot_id") {
            bot.clone_into(&mut self.bot);
        }
        self.native.meet(ids);
    }

    /// The session has this identifier.
    fn named(&mut self, id: &str, out: &mut Out<'_>) {
        if !id.is_empty() && !self.is_session(id) {
            id.clone_into(&mut self.session);
            out.event(AgentEvent::Named(ConversationId::new(id)));
        }
    }

    fn is_session(&self, id: &str) -> bool {
        ConversationId::new(self.session.as_str()).is(id)
    }

    /// Whether it is another conversation that is kept here.
    fn is_other(&self, id: &str) -> bool {
        self.other(id).is_some()
    }

    fn other(&self, id: &str) -> Option<&ConversationId> {
        self.setup.others.iter().find(|other| other.is(id))
    }

    fn written(&self, said: Said<'_>) -> Result<String, Unsupported> {
        match self.tongue {
            Tongue::Documented | Tongue::Unknown => write::documented(&self.session, said),
            Tongue::Native => self.native.written(self.names(), said),
        }
    }

    fn names(&self) -> Names<'_> {
        Names {
            session: &self.session,
            user: &self.user,
            bot: &self.bot,
        }
    }

    fn send(
        &mut self,
        id: TransactionId,
        text: &str,
        attachments: &[Attachment],
        out: &mut Out<'_>,
    ) -> Result<(), Unsupported> {
        let at = self.clock;
        let frame = self.written(Said {
            text,
            attachments,
            at,
        })?;
        if std::mem::take(&mut self.closed) && self.tongue == Tongue::Documented {
            self.write(write::about("subscribe", &self.session), out);
        }
        self.turn_over(text);
        self.unanswered = Some(Sent {
            id,
            text: text.to_owned(),
            attachments: attachments.to_vec(),
        });
        self.write(frame, out);
        Ok(())
    }

    /// The person has sent on: what comes is for that, unless a released server, which does one after
    /// the other, is still at the one before.
    fn turn_over(&mut self, text: &str) {
        if self.echoes.len() == ECHOES {
            self.echoes.remove(0);
        }
        self.echoes.push(text.to_owned());
        self.muted = false;
        self.native.spoken = true;
        if self.tongue != Tongue::Native && !self.streams.is_live() {
            self.running = false;
        }
        self.streams.overtake();
    }

    /// The rest of the run is not to be shown.
    fn mute(&mut self) {
        self.muted = true;
        self.streams.forget_all();
        if self.tongue == Tongue::Native {
            self.native.skip(self.running || self.unanswered.is_some());
        } else {
            self.running = false;
        }
        self.unanswered = None;
    }

    /// The server is seen to work.
    fn began(&mut self, out: &mut Out<'_>) {
        self.unanswered = None;
        self.fresh = false;
        if !std::mem::replace(&mut self.running, true) {
            out.event(AgentEvent::RunStarted);
        }
    }

    fn finish(&mut self, certainty: Certainty, out: &mut Out<'_>) {
        self.running = false;
        out.wait_for(wait::TYPING, None);
        out.event(AgentEvent::RunFinished(certainty));
    }

    /// The conversation begins anew, in a session of this identifier or of one of ours. A released
    /// server knows the session from the socket's address, so that it takes another socket.
    fn reset_to(&mut self, id: Option<&str>, out: &mut Out<'_>) {
        let id = id.filter(|id| !self.is_session(id) && !self.is_other(id));
        let new = id.map_or_else(|| ids::follows(&self.session, self.clock.0), str::to_owned);
        let old = std::mem::replace(&mut self.session, new);
        self.streams.forget_all();
        self.echoes.clear();
        self.unanswered = None;
        self.running = false;
        self.fresh = true;
        self.made = false;
        self.closed = false;
        out.event(AgentEvent::Reset);
        out.event(AgentEvent::Named(ConversationId::new(
            self.session.as_str(),
        )));
        if self.tongue == Tongue::Documented {
            self.write(write::about("unsubscribe", &old), out);
            return self.subscribe(out);
        }
        self.native.forget(out);
        if let Some(socket) = self.link.socket.take() {
            out.shut(socket);
            self.link = Link {
                ready: self.link.ready,
                ..Link::default()
            };
            self.open(out);
        }
    }
}
