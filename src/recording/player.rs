//! Runs a recording through adapter, session and reducer in virtual time.

use super::line::{Line, What};
use crate::io::{Action, Closed, Frame, Happening, Request, RequestId, SocketId};
use crate::model::{Body, ConversationId, Event, EventKey, Instant, Item, ItemId};
use crate::protocol::{Command, Descriptor, Protocol, Setup, Start};
use crate::session::{Birth, Change, Input, Output, Policy, Session};

/// The address that a replayed client connects to.
const ADDRESS: &str = "ws://recorded.invalid/";

/// A session that is fed from a recording.
pub struct Player {
    session: Session,
    reader: Box<dyn Protocol>,
    conversation: Option<ConversationId>,
    socket: Option<SocketId>,
    requests: Vec<(RequestId, Request)>,
    changes: Vec<Change>,
    kept: Vec<Event>,
    wholes: Vec<(usize, EventKey)>,
    sent: Vec<String>,
    opened: Vec<Instant>,
    addresses: Vec<String>,
    now: Instant,
}

/// The lines of one client: connections that follow each other are one that reconnects; where
/// several are open at once, `wanted` picks one, else the first.
#[must_use]
pub fn choose(lines: &[Line], wanted: Option<&str>) -> Vec<Line> {
    let picked = match wanted {
        Some(name) => Some(name.to_owned()),
        None => overlapping(lines),
    };
    let ours = |line: &&Line| match (&picked, &line.what) {
        (None, _) => true,
        (Some(name), What::Answer { .. }) => line.conn.is_empty() || line.conn == *name,
        (Some(name), _) => line.conn == *name,
    };
    lines.iter().filter(ours).cloned().collect()
}

/// The first connection, if another begins before its last line.
fn overlapping(lines: &[Line]) -> Option<String> {
    let wire = |line: &&Line| !matches!(line.what, What::Answer { .. } | What::Note);
    let mut wire: Vec<&str> = lines
        .iter()
        .filter(wire)
        .map(|line| line.conn.as_str())
        .collect();
    // One name after the other, each once, unless they overlap.
    wire.dedup();
    let again = |(at, name): (usize, &&str)| wire.iter().skip(at + 1).any(|later| later == name);
    let overlap = wire.iter().enumerate().any(again);
    wire.first()
        .filter(|_| overlap)
        .map(|name| (*name).to_owned())
}

/// The conversation of a recording: the one that its first outgoing frame names.
#[must_use]
pub fn conversation(lines: &[Line], reader: &dyn Protocol) -> Option<ConversationId> {
    lines.iter().find_map(|line| match &line.what {
        What::Out(frame) => Some(reader.conversation_of(frame)),
        _ => None,
    })?
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
        let setup = |conversation: Option<&ConversationId>| Setup {
            url: ADDRESS.to_owned(),
            key: None,
            conversation: conversation
                .cloned()
                .unwrap_or_else(|| ConversationId::new("default")),
            fresh: false,
            strict: conversation.is_none() && protocol.names_conversation,
            start: Start::default(),
        };
        let reader = (protocol.make)(setup(None));
        let conversation = conversation(lines, reader.as_ref());
        let start = Instant(lines.first().map_or(0, |line| line.t));
        let mut player = Self::start(
            protocol,
            setup(conversation.as_ref()),
            Birth::default(),
            start,
        );
        player.conversation = conversation;
        player
    }

    /// A player that is not bound to a recording, connecting at `now`.
    #[must_use]
    pub fn start(protocol: &Descriptor, setup: Setup, birth: Birth, now: Instant) -> Self {
        let conversation = Some(setup.conversation.clone());
        let reader = (protocol.make)(setup.clone());
        let session = Session::new((protocol.make)(setup), Policy::default(), birth);
        let mut player = Self {
            session,
            reader,
            conversation,
            socket: None,
            requests: Vec::new(),
            changes: Vec::new(),
            kept: Vec::new(),
            wholes: Vec::new(),
            sent: Vec::new(),
            opened: Vec::new(),
            addresses: Vec::new(),
            now,
        };
        player.input(Input::Connect);
        player
    }

    /// Runs one line.
    pub fn step(&mut self, line: &Line) {
        self.advance(Instant(line.t));
        match &line.what {
            What::Open => self.open(),
            What::In(frame) => {
                // Some recordings begin in the middle.
                if self.opened.is_empty() {
                    self.open();
                }
                self.receive(frame);
            }
            What::Out(frame) => self.repeat(frame),
            What::Close { code, reason } => self.close(*code, reason),
            What::Answer {
                method,
                path,
                status,
                body,
            } => self.answer(method, path, *status, body),
            What::Note => {}
        }
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
        match self.reader.read_back(frame) {
            Some(Command::Message {
                text, attachments, ..
            }) => {
                self.input(Input::Send { text, attachments });
                for id in self.session.queued() {
                    self.input(Input::SendNow(id));
                }
                self.flush();
                // Ours would wait where the recorded one did not: its copy in the log stands for it.
                if self.session.phase().word() == "open" {
                    for id in self.session.queued() {
                        self.input(Input::Withdraw(id));
                    }
                }
            }
            Some(Command::Reset) => self.input(Input::Reset),
            Some(Command::Cancel) => self.input(Input::Stop),
            Some(Command::Answer {
                id,
                approved,
                remember,
                reason,
            }) => {
                let card = self
                    .session
                    .items()
                    .iter()
                    .find_map(|item| match &item.body {
                        Body::Approval(approval) if approval.id == id => Some(item.id),
                        _ => None,
                    });
                if let Some(id) = card {
                    self.input(Input::Answer {
                        id,
                        approved,
                        remember,
                        reason,
                    });
                }
            }
            Some(Command::Pause) => self.input(Input::Pause(true)),
            Some(Command::Resume) => self.input(Input::Pause(false)),
            _ => {}
        }
    }

    /// A request was answered in the recording: it is the answer to ours, which is made now where
    /// none is under way.
    fn answer(&mut self, method: &str, path: &str, status: u16, body: &str) {
        let fits = |request: &Request| request.method == method && request.url.ends_with(path);
        if method == "GET" && !self.requests.iter().any(|(_, request)| fits(request)) {
            self.input(Input::Recall);
        }
        let at = self.requests.iter().position(|(_, request)| fits(request));
        if let Some(at) = at {
            let (request, _) = self.requests.remove(at);
            let body = body.to_owned();
            self.happen(Happening::Answered {
                request,
                status,
                body,
            });
        }
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
                Output::Changed(change) => self.changes.push(change),
                Output::Logged(event) => self.kept.push(*event),
                Output::Whole(key) => self.wholes.push((self.kept.len(), key)),
                Output::Io(_) | Output::Traced(_) => {}
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
            });
        }
    }

    /// No request under way gets an answer.
    pub fn fail_all(&mut self) {
        for (request, _) in std::mem::take(&mut self.requests) {
            self.happen(Happening::Failed { request });
        }
    }

    /// The timeline so far.
    #[must_use]
    pub fn items(&self) -> &[Item] {
        self.session.items()
    }

    /// The session, to look at.
    #[must_use]
    pub const fn session(&self) -> &Session {
        &self.session
    }

    /// Every event of the server's log so far, in the order in which they are kept.
    #[must_use]
    pub fn kept(&self) -> &[Event] {
        &self.kept
    }

    /// Up to where nothing of the log is missing, each with how many events were kept by then.
    #[must_use]
    pub fn wholes(&self) -> &[(usize, EventKey)] {
        &self.wholes
    }

    /// Every change so far, in order.
    #[must_use]
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Every frame that was sent so far.
    #[must_use]
    pub fn sent(&self) -> &[String] {
        &self.sent
    }

    /// When a connection was tried so far.
    #[must_use]
    pub fn opened(&self) -> &[Instant] {
        &self.opened
    }

    /// The addresses that a connection was tried to so far.
    #[must_use]
    pub fn addresses(&self) -> &[String] {
        &self.addresses
    }

    /// Answers the oldest request under way; `false` where there is none.
    pub fn answer_next(&mut self, answer: impl FnOnce(&Request) -> Option<(u16, String)>) -> bool {
        if self.requests.is_empty() {
            return false;
        }
        let (request, what) = self.requests.remove(0);
        self.happen(match answer(&what) {
            Some((status, body)) => Happening::Answered {
                request,
                status,
                body,
            },
            None => Happening::Failed { request },
        });
        true
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

    /// The virtual time.
    #[must_use]
    pub const fn now(&self) -> Instant {
        self.now
    }

    /// The timeline that the changes alone lead to: what the screen shows.
    #[must_use]
    pub fn projected(&self) -> Vec<Item> {
        let mut shown: Vec<Item> = Vec::new();
        for change in &self.changes {
            project(&mut shown, change);
        }
        shown
    }
}

fn project(shown: &mut Vec<Item>, change: &Change) {
    let place = |shown: &[Item], id: ItemId| shown.iter().position(|item| item.id == id);
    match change {
        Change::Inserted { at, item } => shown.insert((*at).min(shown.len()), item.clone()),
        Change::Grew { id, delta } => {
            let grown = shown.iter_mut().find(|item| item.id == *id);
            if let Some(Body::Agent(prose) | Body::Reasoning(prose)) =
                grown.map(|item| &mut item.body)
            {
                prose.text.push_str(delta);
            }
        }
        Change::Updated(item) => {
            if let Some(old) = shown.iter_mut().find(|old| old.id == item.id) {
                *old = item.clone();
            }
        }
        Change::Removed(id) => {
            if let Some(at) = place(shown, *id) {
                shown.remove(at);
            }
        }
        Change::Cleared => shown.clear(),
        Change::Connection(_)
        | Change::Run(_)
        | Change::Capabilities(_)
        | Change::Titled(_)
        | Change::Named(_)
        | Change::Progress(_)
        | Change::Cost(_)
        | Change::Listed(_)
        | Change::Exported(_)
        | Change::Renamed { .. }
        | Change::Deleted(_)
        | Change::NotDone(_)
        | Change::Confirms(_)
        | Change::Templates(_)
        | Change::Known => {}
    }
}
