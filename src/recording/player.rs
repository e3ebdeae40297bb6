//! Runs a recording through adapter, session and reducer in virtual time.

mod told;

use super::calls;
use super::choice::{conversation, speaks_first};
use super::line::{Line, What};
use crate::io::{Action, Closed, Frame, Happening, Request, RequestId, SocketId};
use crate::model::{Body, ConversationId, Duration, Event, EventKey, Instant, Item};
use crate::protocol::{Command, Descriptor, Dialect, Protocol, Setup, Start};
use crate::session::{Birth, Change, Input, Output, Policy, Session, Trace};

/// The address that a replayed client connects to.
const ADDRESS: &str = "ws://recorded.invalid/";

/// A session that is fed from a recording.
pub struct Player {
    retry_after: Option<Duration>,
    session: Session,
    reader: Box<dyn Protocol>,
    conversation: Option<ConversationId>,
    socket: Option<SocketId>,
    requests: Vec<(RequestId, Request)>,
    changes: Vec<Change>,
    kept: Vec<Event>,
    wholes: Vec<(usize, EventKey)>,
    sent: Vec<String>,
    traced: Vec<Trace>,
    opened: Vec<Instant>,
    addresses: Vec<String>,
    /// The recording is of an app server.
    is_app: bool,
    /// The recorded client's calls are in the recording.
    with_calls: bool,
    /// The recorded client never opened a socket.
    without_sockets: bool,
    /// The calls of the recorded client that wait for their answers, by method and path.
    awaited: Vec<(String, String)>,
    /// What was answered to look-ups: the path, and the last body.
    known: Vec<(String, String)>,
    /// The recorded socket that is open is another conversation's.
    elsewhere: bool,
    /// The recording does not say when its socket opened: the first frame does.
    unopened: bool,
    now: Instant,
}

/// Runs all lines; the player then holds the timeline.
#[must_use]
pub fn replay(lines: &[Line], protocol: &Descriptor) -> Player {
    let mut player = Player::new(lines, protocol);
    for line in lines {
        player.step(line);
    }
    player
}

impl Player {
    /// A player at the time of the first line, not yet connected.
    #[must_use]
    pub fn new(lines: &[Line], protocol: &Descriptor) -> Self {
        let start = Instant(lines.first().map_or(0, |line| line.t));
        let fresh = calls::is_made_by_app(lines) || calls::is_made_by_server(lines);
        Self::of(lines, protocol, (Birth::default(), fresh), start)
    }

    /// A player of a page that goes on from what one before it kept.
    #[must_use]
    pub fn born(lines: &[Line], protocol: &Descriptor, birth: Birth, now: Instant) -> Self {
        Self::of(lines, protocol, (birth, false), now)
    }

    fn of(
        lines: &[Line],
        protocol: &Descriptor,
        (birth, fresh): (Birth, bool),
        now: Instant,
    ) -> Self {
        let setup = |conversation: Option<&ConversationId>| Setup {
            url: ADDRESS.to_owned(),
            key: None,
            conversation: conversation
                .cloned()
                .unwrap_or_else(|| ConversationId::new("default")),
            fresh,
            strict: conversation.is_none() && protocol.names_conversation,
            dialect: match conversation.is_some() && speaks_first(lines) {
                true => Dialect::Documented,
                false => Dialect::Auto,
            },
            others: Vec::new(),
            came: Vec::new(),
            start: Start::default(),
        };
        let reader = (protocol.make)(setup(None));
        let conversation = conversation(lines, reader.as_ref());
        let mut player = Self::start(protocol, setup(conversation.as_ref()), birth, now);
        player.conversation = conversation;
        player.is_app = calls::is_app(lines);
        let has = |wanted: fn(&What) -> bool| lines.iter().any(|line| wanted(&line.what));
        let opens = has(|what| matches!(what, What::Open { .. } | What::Tried { .. }));
        player.unopened = !opens && has(|what| matches!(what, What::In(_) | What::Out(_)));
        player.with_calls = has(|what| matches!(what, What::Asked { .. }));
        player.without_sockets = player.with_calls
            && !has(|what| matches!(what, What::Open { .. } | What::Tried { .. } | What::In(_)));
        player
    }

    /// A player that is not bound to a recording, connecting at `now`.
    #[must_use]
    pub fn start(protocol: &Descriptor, setup: Setup, birth: Birth, now: Instant) -> Self {
        let conversation = Some(setup.conversation.clone());
        let reader = (protocol.make)(setup.clone());
        let session = Session::new((protocol.make)(setup), Policy::default(), birth);
        let mut player = Self {
            retry_after: None,
            session,
            reader,
            conversation,
            socket: None,
            requests: Vec::new(),
            changes: Vec::new(),
            kept: Vec::new(),
            wholes: Vec::new(),
            sent: Vec::new(),
            traced: Vec::new(),
            opened: Vec::new(),
            addresses: Vec::new(),
            is_app: false,
            with_calls: false,
            without_sockets: false,
            awaited: Vec::new(),
            known: Vec::new(),
            elsewhere: false,
            unopened: false,
            now,
        };
        player.input(Input::Connect);
        player
    }

    /// Runs one line.
    pub fn step(&mut self, line: &Line) {
        self.advance(Instant(line.t));
        match &line.what {
            What::Open { address } | What::Tried { address } => {
                let named = calls::of_socket(address).map(|id| calls::plain(&id));
                let ours = self.conversation.as_ref();
                let ours = ours.map(|id| calls::plain(id.as_str()));
                self.elsewhere = named.is_some() && named != ours;
                if !self.elsewhere {
                    self.try_as(address);
                    if matches!(line.what, What::Open { .. }) {
                        self.open();
                    }
                }
            }
            What::Asked { method, path, body } => self.ask(method, path, body),
            What::Answer {
                method,
                path,
                status,
                body,
            } => self.answer(method, path, *status, body),
            What::Note => {}
            _ if self.elsewhere => {}
            What::In(frame) => {
                self.open_first();
                // Some recordings begin in the middle.
                if self.opened.is_empty() {
                    self.open();
                }
                self.receive(frame);
            }
            What::Out(frame) => {
                self.open_first();
                self.repeat(frame);
            }
            What::Close { code, reason } => self.close(*code, reason),
        }
        self.stand_in();
    }

    /// Lets time pass, waking the session whenever it wants.
    pub fn advance(&mut self, to: Instant) {
        while let Some((at, _)) = self.session.deadline()
            && at <= to
        {
            self.now = self.now.max(at);
            self.input(Input::Woke);
        }
        self.now = self.now.max(to);
    }

    /// A connection is tried as the recorded client's was: where ours asks for a socket that the
    /// recorded one did not ask for, that one is refused.
    fn try_as(&mut self, address: &str) {
        self.stand_in();
        let newer = |at: &String| at.contains("/sockets/session/");
        if self.socket.is_none() && self.requests.is_empty() {
            self.input(Input::RetryNow);
            self.stand_in();
        }
        if self.addresses.last().is_some_and(newer) && address.contains("/sockets/events/") {
            self.close(1006, "");
            self.stand_in();
        }
    }

    /// The connection opens; a session that still waits tries at once.
    pub fn open(&mut self) {
        if self.socket.is_none() && self.requests.is_empty() {
            self.input(Input::RetryNow);
        }
        // A client that asked first was not answered, or the recording would have it.
        if self.socket.is_none() {
            self.fail_all();
        }
        if let Some(socket) = self.socket {
            self.happen(Happening::Opened(socket));
        }
    }

    /// A recording that does not say when its socket opened begins with an open one.
    fn open_first(&mut self) {
        if std::mem::take(&mut self.unopened) {
            self.open();
        }
    }

    /// The connection closes.
    pub fn close(&mut self, code: u16, reason: &str) {
        if let Some(socket) = self.socket.take() {
            let reason = reason.to_owned();
            self.happen(Happening::Closed(Closed {
                socket,
                code,
                reason,
                refused: false,
            }));
        }
    }

    /// A frame comes.
    pub fn receive(&mut self, frame: &str) {
        if let Some(socket) = self.socket {
            let frame = Frame::Text(frame.to_owned());
            self.happen(Happening::Received { socket, frame });
        }
    }

    /// The recorded client sent a frame: the same is asked of ours.
    fn repeat(&mut self, frame: &str) {
        let named = self.reader.conversation_of(frame);
        if named.is_some() && named != self.conversation {
            return;
        }
        if let Some(command) = self.reader.read_back(frame) {
            self.redo(command);
        }
    }

    /// The recorded client asked this: so does ours.
    fn redo(&mut self, command: Command) {
        match command {
            Command::Message {
                text, attachments, ..
            } => {
                self.input(Input::Send { text, attachments });
                for id in self.session.queued() {
                    self.input(Input::SendNow(id));
                }
                self.flush();
                // Ours would wait where the recorded one did not: its copy in the log stands for it.
                let logged = self.session.capabilities().event_ids;
                if logged || self.session.phase().word() == "open" {
                    for id in self.session.queued() {
                        self.input(Input::Withdraw(id));
                    }
                }
            }
            Command::Reset => self.input(Input::Reset),
            Command::Cancel => self.input(Input::Stop),
            Command::Answer {
                id,
                approved,
                remember,
                reason,
            } => {
                let asked = |item: &&Item| match &item.body {
                    Body::Approval(approval) => approval.id == id || id.as_str().is_empty(),
                    _ => false,
                };
                let card = self.session.items().iter().rfind(asked).map(|item| item.id);
                if let Some(id) = card {
                    self.input(Input::Answer {
                        id,
                        approved,
                        remember,
                        reason,
                    });
                }
            }
            Command::Pause => self.input(Input::Pause(true)),
            Command::Resume => self.input(Input::Pause(false)),
            Command::Confirm(_) | Command::Switch { .. } => self.input(Input::Ask(command)),
            Command::Typing(writes) => self.input(Input::Typing(writes)),
            Command::Listen { id, on } => self.input(Input::Listen { id, on }),
            _ => {}
        }
    }

    /// The recorded client made a call: ours makes it now, where it has not yet.
    fn ask(&mut self, method: &str, path: &str, body: &str) {
        self.awaited.push((method.to_owned(), path.to_owned()));
        let named = calls::of_call(path).map(|id| calls::plain(&id));
        let ours = self.conversation.as_ref();
        let ours = ours.map(|id| calls::plain(id.as_str()));
        if named.is_some() && named != ours {
            return;
        }
        if let Some(command) = calls::command(self.reader.as_ref(), (method, path), body) {
            self.redo(command);
        }
    }

    /// A request was answered in the recording: it is the answer to ours, which is made now where
    /// none is under way.
    fn answer(&mut self, method: &str, path: &str, status: u16, body: &str) {
        let fits = |request: &Request| {
            request.method == method
                && (request.url.ends_with(path) || calls::is_same(&request.url, path))
        };
        if method == "GET" && !self.requests.iter().any(|(_, request)| fits(request)) {
            let closed = self.session.phase().word() != "open";
            self.input(
                match self.without_sockets && closed && path.contains("/events/search") {
                    // Without a socket the log is read as a tab reads it that follows another one.
                    true => Input::Follow { open: true },
                    false => Input::Recall,
                },
            );
        }
        let at = self.requests.iter().position(|(_, request)| fits(request));
        if let Some(at) = at {
            let (request, _) = self.requests.remove(at);
            let body = body.to_owned();
            self.happen(Happening::Answered {
                request,
                status,
                body,
                retry_after: None,
            });
        }
        let awaited = self
            .awaited
            .iter()
            .position(|(m, p)| m == method && p == path);
        awaited.map(|at| self.awaited.remove(at));
        self.know(method, path, status, body);
    }

    /// What was said of a conversation is what is said of it when it is looked up again.
    fn know(&mut self, method: &str, path: &str, status: u16, body: &str) {
        if !(200..300).contains(&status) {
            return;
        }
        let value: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
        let made = value.get("id").and_then(serde_json::Value::as_str);
        let path = match (method, path, made) {
            ("POST", "/api/conversations", Some(id)) => ["/api/conversations/", id].concat(),
            ("GET", path, _) if path.contains("?ids=") || made.is_some() => path.to_owned(),
            _ => return,
        };
        if !path.contains("start-tasks") {
            self.known.push((path, body.to_owned()));
        }
    }

    /// Answers what no recorder asked, as the server would have.
    fn stand_in(&mut self) {
        let mut known = self.calls_known();
        if self.without_sockets && self.socket.is_some() {
            self.close(1006, "");
        }
        while let Some((request, status, body)) = known {
            self.requests.retain(|(of, _)| *of != request);
            self.happen(Happening::Answered {
                request,
                status,
                body,
                retry_after: None,
            });
            known = self.calls_known();
        }
    }

    fn calls_known(&self) -> Option<(RequestId, u16, String)> {
        if !self.with_calls {
            return None;
        }
        self.requests.iter().find_map(|(request, what)| {
            let is_awaited = |(method, path): &(String, String)| {
                what.method == method && calls::is_same(&what.url, path)
            };
            if self.awaited.iter().any(is_awaited) {
                return None;
            }
            let looked = |(path, _): &&(String, String)| calls::is_same(&what.url, path);
            let known = self
                .known
                .iter()
                .rfind(looked)
                .filter(|_| what.method == "GET");
            let known = known.map(|(_, body)| (200, body.clone()));
            let (status, body) =
                known.or_else(|| calls::stand_in(what.method, &what.url, self.is_app))?;
            Some((*request, status, body))
        })
    }

    fn happen(&mut self, happening: Happening) {
        self.input(Input::Happened(happening));
    }

    /// Hands the session one input and does what it asks.
    pub fn input(&mut self, input: Input) {
        self.session.handle(input, self.now);
        while let Some(output) = self.session.poll() {
            match output {
                Output::Io(Action::Open { socket, url }) => {
                    self.socket = Some(socket);
                    self.addresses.push(url);
                    self.opened.push(self.now);
                }
                Output::Io(Action::Send { frame, .. }) => self.sent.push(frame.text().into_owned()),
                Output::Io(Action::Close { socket, .. }) if self.socket == Some(socket) => {
                    self.socket = None
                }
                Output::Io(Action::Fetch { request, what }) => self.requests.push((request, what)),
                Output::Io(Action::Abort(request)) => {
                    self.requests.retain(|(known, _)| *known != request)
                }
                Output::Changed(change) => {
                    if let Change::Named(id) = &change {
                        self.conversation = Some(id.clone());
                    }
                    self.changes.push(change);
                }
                Output::Logged(event) => self.kept.push(*event),
                Output::Whole(key) => self.wholes.push((self.kept.len(), key)),
                Output::Traced(trace) => self.traced.push(trace),
                Output::Io(_) => {}
            }
        }
    }

    /// Answers every request under way.
    pub fn answer_all(&mut self, status: u16, body: &str) {
        for (request, _) in std::mem::take(&mut self.requests) {
            let body = body.to_owned();
            self.happen(Happening::Answered {
                request,
                status,
                body,
                retry_after: None,
            });
        }
    }

    /// No request under way gets an answer.
    pub fn fail_all(&mut self) {
        for (request, _) in std::mem::take(&mut self.requests) {
            self.happen(Happening::Failed { request });
        }
    }

    /// The next answer tells to wait for so long before asking again.
    pub const fn tell_to_wait(&mut self, for_so_long: Duration) {
        self.retry_after = Some(for_so_long);
    }

    /// Answers the oldest request under way; `false` where there is none.
    pub fn answer_next(&mut self, answer: impl FnOnce(&Request) -> Option<(u16, String)>) -> bool {
        if self.requests.is_empty() {
            return false;
        }
        let (request, what) = self.requests.remove(0);
        let retry_after = self.retry_after.take();
        self.happen(match answer(&what) {
            Some((status, body)) => Happening::Answered {
                request,
                status,
                body,
                retry_after,
            },
            None => Happening::Failed { request },
        });
        true
    }

    /// Answers the oldest request under way of this kind; `false` where there is none.
    pub fn answer_first(
        &mut self,
        of: impl Fn(&Request) -> bool,
        answer: impl FnOnce(&Request) -> Option<(u16, String)>,
    ) -> bool {
        let Some(at) = self.requests.iter().position(|(_, what)| of(what)) else {
            return false;
        };
        let first = self.requests.remove(at);
        self.requests.insert(0, first);
        self.answer_next(answer)
    }

    /// The requests under way, oldest first.
    pub fn requests(&self) -> impl Iterator<Item = &Request> {
        self.requests.iter().map(|(_, request)| request)
    }

    /// The addresses of the requests under way.
    #[must_use]
    pub fn asked(&self) -> Vec<&str> {
        self.requests
            .iter()
            .map(|(_, request)| request.url.as_str())
            .collect()
    }

    /// What was handed to the socket has left.
    pub fn flush(&mut self) {
        if let Some(socket) = self.socket {
            self.happen(Happening::Flushed(socket));
        }
    }
}
