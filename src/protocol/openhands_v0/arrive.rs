//! From the first call to the open socket.
//!
//! As the server's own page does: a conversation that sleeps is started, and one that is being
//! started is connected to once its runtime is there. Connecting starts it too, but while the
//! server writes down what it starts, a connection may be left without any answer. Versions that
//! cannot be asked to start one are connected to at once.

use super::errands::Answer;
use super::rest::{self, Looked};
use super::{OpenHands, event};
use crate::io::{RequestId, SocketId};
use crate::model::{ConversationId, Duration, Standing};
use crate::protocol::{AgentEvent, Gone, Out, Reach};

/// So many looks may find nothing of what was just made.
const BLIND: u32 = 3;

/// After so many looks a conversation that is still being started is connected to nevertheless.
const LOOKS: u32 = 300;

/// What is asked beside the socket.
#[derive(Clone, Copy, Debug)]
pub(super) enum Asking {
    /// Whether the conversation is there, and runs.
    Look,
    /// The same, over a connection that has heard nothing of an agent.
    LookAgain,
    /// A new conversation.
    Create,
    /// With which providers the server was set up.
    Settings,
    /// That a conversation that sleeps is started.
    Start,
    /// The events from this number on.
    Events(u64),
}

/// One connection.
#[derive(Debug, Default)]
pub(super) struct Link {
    pub(super) asking: Option<(RequestId, Asking)>,
    pub(super) socket: Option<SocketId>,
    pub(super) patience: Option<Duration>,
    /// The longest frame that the server takes, in bytes.
    pub(super) longest: Option<u64>,
    pub(super) connected: bool,
    /// The server said that it makes or starts the conversation.
    started: bool,
    /// The agent is being started by our coming: what the log up to here says of its state is of
    /// before.
    pub(super) asleep: bool,
    /// Looks at a conversation that is being started, so far.
    looks: u32,
    /// The greatest number of an event when the connection was made.
    pub(super) joined: Option<u64>,
    /// What the connection may have missed.
    pub(super) hole: Option<Hole>,
    pub(super) too_many: bool,
}

/// A row of events that may be missing.
#[derive(Debug)]
pub(super) struct Hole {
    /// The last number before it.
    pub(super) start: Option<u64>,
    /// The first number behind it, once one came.
    pub(super) end: Option<u64>,
}

impl Hole {
    pub(super) const fn behind(start: Option<u64>) -> Self {
        Self { start, end: None }
    }
}

impl Link {
    /// Whether nothing is asked.
    pub(super) const fn is_quiet(&self) -> bool {
        self.asking.is_none()
    }
}

impl OpenHands {
    pub(super) fn ask(&mut self, asking: Asking, out: &mut Out<'_>) {
        let Self { address, .. } = self;
        let request = match asking {
            Asking::Look | Asking::LookAgain => rest::look(address, &self.conversation),
            Asking::Create => rest::create(address),
            Asking::Settings => rest::settings(address),
            Asking::Start => rest::start(address, &self.conversation, &self.providers),
            Asking::Events(start) => rest::events(address, &self.conversation, start),
        };
        self.link.asking = Some((out.fetch(request), asking));
    }

    /// A call has an answer; with status 0 none that this page may read.
    pub(super) fn answered(
        &mut self,
        request: RequestId,
        status: u16,
        body: &str,
        out: &mut Out<'_>,
    ) {
        match self.errands.answered(request, status, body, out) {
            Answer::NotOurs => {}
            Answer::Read => return,
            Answer::Send(frame) => return self.send_within_limit(frame, out),
        }
        let Some((_, asking)) = self.link.asking.take_if(|(asked, _)| *asked == request) else {
            return;
        };
        match asking {
            Asking::Look => self.looked(rest::looked(status, body), out),
            Asking::LookAgain => self.looked_again(&rest::looked(status, body), out),
            Asking::Create => self.created(rest::created(status, body), out),
            Asking::Settings => {
                self.providers = rest::providers(body);
                self.ask(Asking::Start, out);
            }
            Asking::Start => {
                self.link.started = status == 200;
                self.link.asleep = !self.link.started;
                match self.link.started {
                    true => self.ask(Asking::Look, out),
                    false => self.open(out),
                }
            }
            Asking::Events(start) => self.paged(start, rest::page(status, body), out),
        }
    }

    fn looked(&mut self, looked: Looked, out: &mut Out<'_>) {
        match looked {
            Looked::Running(title) => {
                self.titled(title, out);
                if self.link.looks > 0 {
                    out.event(AgentEvent::Progress(None));
                }
            }
            Looked::Starting { title, busy } if self.link.looks < LOOKS => {
                self.titled(title, out);
                out.event(AgentEvent::Stands(Standing::Starting));
                out.event(AgentEvent::Progress(busy));
                return self.look_later(out);
            }
            Looked::Starting { .. } => {}
            Looked::Asleep(title) => {
                self.titled(title, out);
                // It was started, and ended already: the connection will hear why.
                if !self.link.started {
                    return self.ask(Asking::Settings, out);
                }
            }
            // What was just made may not be written down yet.
            Looked::Missing if self.link.started && self.link.looks < BLIND => {
                return self.look_later(out);
            }
            // Connecting would make one of that name.
            Looked::Missing => return out.lost(Some(Gone::UnknownConversation)),
            Looked::Gone(gone) => return out.lost(Some(gone)),
            Looked::Unclear => {}
        }
        self.open(out);
    }

    fn look_later(&mut self, out: &mut Out<'_>) {
        out.wait(Duration::millis(125 << self.link.looks.min(3)));
        self.link.looks += 1;
    }

    /// A conversation that slept runs, and its log has no news: somebody else had started it before
    /// the connection was made, and what the log said then is true.
    fn looked_again(&mut self, looked: &Looked, out: &mut Out<'_>) {
        if let Looked::Running(_) | Looked::Starting { .. } = looked
            && std::mem::take(&mut self.link.asleep)
            && let Some((_, standing)) = &self.standing
        {
            out.event(AgentEvent::Stands(*standing));
        }
    }

    /// Asks whether a conversation still sleeps of which nothing was heard for a while.
    pub(super) fn look_again(&mut self, out: &mut Out<'_>) {
        if self.link.connected && self.link.asleep && self.link.is_quiet() {
            self.ask(Asking::LookAgain, out);
        }
    }

    fn titled(&self, title: Option<String>, out: &mut Out<'_>) {
        if let Some(title) = title {
            out.event(AgentEvent::Titled(title));
        }
    }

    /// Where the server cannot be asked for a conversation, one of our own name will do: connecting
    /// makes it. If that fails as well, the server was away, and is asked again the next time.
    fn created(&mut self, created: Result<Option<String>, Gone>, out: &mut Out<'_>) {
        match created {
            Err(gone) => out.lost(Some(gone)),
            Ok(Some(id)) => {
                self.named(id, out);
                self.link.started = true;
                self.ask(Asking::Look, out);
            }
            Ok(None) => {
                self.conversation.retain(|c| c != '-');
                self.open(out);
            }
        }
    }

    pub(super) fn named(&mut self, id: String, out: &mut Out<'_>) {
        self.fresh = false;
        self.conversation.clone_from(&id);
        out.event(AgentEvent::Named(ConversationId::new(id)));
    }

    fn open(&mut self, out: &mut Out<'_>) {
        let latest = self.highest.and_then(|highest| i64::try_from(highest).ok());
        let latest = latest.unwrap_or(-1);
        let url = self
            .address
            .socket(&self.conversation, latest, &self.providers);
        self.link.socket = Some(out.open(url));
    }

    /// A page of the log from `start` on; `None` where it cannot be had.
    fn paged(
        &mut self,
        start: u64,
        page: Option<(Vec<serde_json::Value>, bool)>,
        out: &mut Out<'_>,
    ) {
        let Some((events, more)) = page else {
            self.missing(out);
            return out.event(AgentEvent::CaughtUp(Reach::Part));
        };
        let last = events.iter().filter_map(event::number).max();
        for event in events {
            self.log(event, out);
        }
        match last.filter(|last| more && *last >= start) {
            Some(last) => self.ask(Asking::Events(last + 1), out),
            None => {
                self.link.hole = None;
                out.event(AgentEvent::CaughtUp(Reach::All));
            }
        }
    }
}
