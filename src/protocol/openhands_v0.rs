//! OpenHands before 1.0 ("V0"): Socket.IO with whole events, and REST beside it.
//!
//! Written against openhands-ai 0.59.0 (`openhands/server/listen_socket.py`). The server keeps a
//! numbered log of each conversation; a connection first gets what is behind `latest_event_id`,
//! then its connect packet, then what happens live. Between the two it loses what is created just
//! then, so that much is asked for over REST after each connect. Of the agent's states a replay
//! tells only the last, behind events with greater numbers; the newest by number counts.
//!
//! The document sends `{type, source, message}`, which every released server passes over in
//! silence; it is sent in strict mode only.

mod action;
mod address;
mod event;
mod observation;
mod rest;
mod standing;
mod status;
mod time;
mod write;

use serde_json::Value;

use super::{AgentEvent, Capabilities, Command, Gone, Out, Protocol, Setup, Unsupported, Verdict};
use crate::io::{Closed, Frame, Happening, RequestId, SocketId};
use crate::model::{
    ConversationId, Cursor, Duration, Event, EventKey, Notice, Standing, TransactionId,
};
use crate::wire::socket_io::{self, Packet};
use address::Address;
use rest::Looked;
use status::Status;

/// Holes up to this many numbers are made by events that the server sends to nobody.
const USUAL_HOLE: u64 = 3;

/// No more events than this are asked for again after a connect.
const MOST: u64 = 1_000;

/// Makes the adapter.
#[must_use]
pub fn make(setup: Setup) -> Box<dyn Protocol> {
    Box::new(OpenHands {
        address: Address::read(&setup.url, setup.key),
        conversation: setup.conversation.as_str().to_owned(),
        fresh: setup.fresh,
        strict: setup.strict,
        link: Link::default(),

        highest: None,
        strays: 0,
        stood: false,
        standing: None,
    })
}

struct OpenHands {
    address: Address,
    conversation: String,
    /// The server knows nothing of the conversation yet.
    fresh: bool,
    strict: bool,
    link: Link,
    /// The greatest number of an event so far.
    highest: Option<u64>,
    /// Events without a number so far.
    strays: u64,
    /// The log has said what the agent does.
    stood: bool,
    /// The newest that it said of it since this was made.
    standing: Option<(EventKey, Standing)>,
}

/// One connection.
#[derive(Debug, Default)]
struct Link {
    asking: Option<(RequestId, Asking)>,
    socket: Option<SocketId>,
    patience: Option<Duration>,
    connected: bool,
    /// The agent is being started by our coming: what the log up to here says of its state is of
    /// before.
    asleep: bool,
    /// The greatest number of an event when the connection was made.
    joined: Option<u64>,
    /// Up to this number there can be no hole that the connection made; beyond it nobody could be
    /// asked.
    unverified: Option<Option<u64>>,
    too_many: bool,
}

fn number(key: &Option<EventKey>) -> Option<u64> {
    key.as_ref().and_then(event::number_of)
}

/// What was asked.
#[derive(Clone, Copy, Debug)]
enum Asking {
    Look,
    LookAgain,
    Create,
    Events,
}

impl Protocol for OpenHands {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            images: !self.strict,
            files: &[],
            attachments: 5,
            reset: false,
            cancel: !self.strict,
            history: true,
            event_ids: true,
            interject: true,
            pause: !self.strict,
        }
    }

    fn connect(&mut self, cursor: &Cursor, out: &mut Out<'_>) {
        self.link = Link::default();
        self.highest = self.highest.max(number(&cursor.newest));
        // What is here already told a state, and where nothing came since, no replay tells it again.
        self.stood |= cursor.newest.is_some();
        let (request, asking) = match self.fresh {
            true => (rest::create(&self.address), Asking::Create),
            false => (rest::look(&self.address, &self.conversation), Asking::Look),
        };
        self.link.asking = Some((out.fetch(request), asking));
    }

    fn receive(&mut self, happening: &Happening, out: &mut Out<'_>) {
        match happening {
            Happening::Received { frame, .. } => self.frame(frame, out),
            Happening::Answered {
                request,
                status,
                body,
            } => self.answered(*request, Some((*status, body)), out),
            Happening::Failed { request } => self.answered(*request, None, out),
            Happening::Closed(_) => self.link.socket = None,
            Happening::Opened(_) | Happening::Flushed(_) => {}
        }
    }

    fn submit(&mut self, command: &Command, out: &mut Out<'_>) -> Result<(), Unsupported> {
        let socket = self.link.socket.ok_or(Unsupported)?;
        out.send(socket, write::frame(command, self.strict)?);
        Ok(())
    }

    /// What was created while the connection was made was sent to nobody, and of the agent's
    /// states only the last was told: what came since nothing was missing is asked for again, or,
    /// where that is too much, what came since this one was made.
    fn recall(&mut self, cursor: &Cursor, out: &mut Out<'_>) {
        self.highest = self.highest.max(number(&cursor.newest));
        let next = self.highest.map_or(0, |highest| highest + 1);
        let since = number(&cursor.whole).map_or(0, |whole| whole + 1);
        let start = if next.saturating_sub(since) > MOST {
            next
        } else {
            since
        };
        let request = rest::events(&self.address, &self.conversation, start);
        self.link.unverified = Some(self.highest);
        self.link.asking = Some((out.fetch(request), Asking::Events));
    }

    fn tell(&self, key: &str, json: &str) -> Option<Event> {
        let event = serde_json::from_str(json).ok()?;
        let (event, _) = event::read(event, EventKey::new(key))?;
        Some(event)
    }

    fn patience(&self) -> Option<Duration> {
        self.link.patience
    }

    fn verdict(&self, _closed: &Closed) -> Verdict {
        Verdict::Retry
    }

    fn read_back(&self, frame: &str) -> Option<Command> {
        write::read_back(frame)
    }

    /// It stands in the address, not in the frames.
    fn conversation_of(&self, _frame: &str) -> Option<ConversationId> {
        None
    }
}

impl OpenHands {
    fn answered(&mut self, request: RequestId, answer: Option<(u16, &String)>, out: &mut Out<'_>) {
        let asked = self.link.asking.take_if(|(asked, _)| *asked == request);
        let (status, body) = answer.map_or((0, ""), |(status, body)| (status, body.as_str()));
        match asked.map(|(_, asking)| asking) {
            Some(Asking::Look) => self.looked(&rest::looked(status, body), out),
            Some(Asking::LookAgain) => self.looked_again(&rest::looked(status, body), out),
            Some(Asking::Create) => self.created(rest::created(status, body), out),
            Some(Asking::Events) => self.paged(rest::page(status, body), out),
            None => {}
        }
    }

    fn looked(&mut self, looked: &Looked, out: &mut Out<'_>) {
        match looked {
            Looked::Running(title) => self.titled(title.as_ref(), out),
            Looked::Asleep(title) => {
                self.link.asleep = true;
                self.titled(title.as_ref(), out);
            }
            // Connecting would make one of that name.
            Looked::Missing => return out.lost(Some(Gone::UnknownConversation)),
            Looked::Gone(gone) => return out.lost(Some(gone.clone())),
            Looked::Unclear => {}
        }
        self.open(out);
    }

    /// A conversation that slept runs, and its log has no news: somebody else had started it before
    /// the connection was made, and what the log said then is true.
    fn looked_again(&mut self, looked: &Looked, out: &mut Out<'_>) {
        if let Looked::Running(_) = looked
            && std::mem::take(&mut self.link.asleep)
            && let Some((_, standing)) = &self.standing
        {
            out.event(AgentEvent::Stands(*standing));
        }
    }

    /// Asks whether a conversation still sleeps of which nothing was heard for a while.
    fn look_again(&mut self, out: &mut Out<'_>) {
        if self.link.connected && self.link.asleep && self.link.asking.is_none() {
            let request = rest::look(&self.address, &self.conversation);
            self.link.asking = Some((out.fetch(request), Asking::LookAgain));
        }
    }

    fn titled(&self, title: Option<&String>, out: &mut Out<'_>) {
        if let Some(title) = title {
            out.event(AgentEvent::Titled(title.clone()));
        }
    }

    /// Where the server cannot be asked for a conversation, one of our own name will do: connecting
    /// makes it. If that fails as well, the server was away, and is asked again the next time.
    fn created(&mut self, created: Result<Option<String>, Gone>, out: &mut Out<'_>) {
        match created {
            Err(gone) => return out.lost(Some(gone)),
            Ok(Some(id)) => self.named(id, out),
            Ok(None) => self.conversation.retain(|c| c != '-'),
        }
        self.open(out);
    }

    fn named(&mut self, id: String, out: &mut Out<'_>) {
        self.fresh = false;
        self.conversation.clone_from(&id);
        out.event(AgentEvent::Named(ConversationId::new(id)));
    }

    fn open(&mut self, out: &mut Out<'_>) {
        let latest = self.highest.and_then(|highest| i64::try_from(highest).ok());
        let url = self
            .address
            .socket(&self.conversation, latest.unwrap_or(-1));
        self.link.socket = Some(out.open(url));
    }

    fn paged(&mut self, page: Option<(Vec<Value>, bool)>, out: &mut Out<'_>) {
        let Some((events, more)) = page else {
            return out.event(AgentEvent::CaughtUp { whole: false });
        };
        let last = events.iter().filter_map(event::number).max();
        for event in events {
            self.log(event, out);
        }
        match last.filter(|_| more) {
            Some(last) => {
                let request = rest::events(&self.address, &self.conversation, last + 1);
                self.link.asking = Some((out.fetch(request), Asking::Events));
            }
            None => {
                self.link.unverified = None;
                out.event(AgentEvent::CaughtUp { whole: true });
            }
        }
    }

    fn frame(&mut self, frame: &Frame, out: &mut Out<'_>) {
        let Frame::Text(text) = frame else {
            return out.unknown();
        };
        for packet in socket_io::read(text) {
            self.packet(packet, out);
        }
    }

    fn packet(&mut self, packet: Packet, out: &mut Out<'_>) {
        match packet {
            Packet::Opened(opened) => {
                self.link.patience = Some(opened.patience());
                self.send(socket_io::CONNECT.to_owned(), out);
            }
            Packet::Ping(payload) => {
                self.send(socket_io::pong(&payload), out);
                self.look_again(out);
            }
            Packet::Connected => self.connected(out),
            Packet::Refused { why, data } if !self.link.connected => {
                self.refused(&why, &data, out);
            }
            // The socket stays open, but nobody listens. Coming back would start the agent anew.
            Packet::Disconnected => out.lost(Some(match self.link.too_many {
                true => Gone::TooMany,
                false => Gone::Ended,
            })),
            Packet::Closed => out.lost(None),
            Packet::Ack(id) => out.event(AgentEvent::Accepted(TransactionId(id))),
            Packet::Event(event) if event.name == "oh_event" => {
                match event.arguments.into_iter().next() {
                    Some(event) => self.event(event, out),
                    None => out.unknown(),
                }
            }
            Packet::Idle => {}
            Packet::Event(_) | Packet::Refused { .. } | Packet::Binary | Packet::Unknown => {
                out.unknown();
            }
        }
    }

    fn send(&self, frame: String, out: &mut Out<'_>) {
        if let Some(socket) = self.link.socket {
            out.send(socket, frame);
        }
    }

    fn connected(&mut self, out: &mut Out<'_>) {
        if self.fresh {
            self.named(self.conversation.clone(), out);
        }
        self.link.connected = true;
        self.link.joined = self.highest;
        out.ready();
        if self.link.asleep || !self.stood {
            out.event(AgentEvent::Stands(Standing::Starting));
        }
    }

    fn refused(&mut self, why: &str, data: &Value, out: &mut Out<'_>) {
        let name = data.get("msg_id").and_then(Value::as_str);
        out.lost(match (why, name) {
            ("invalid_session_api_key", _) => Some(Gone::Unauthorized),
            (_, Some("CONFIGURATION$SETTINGS_NOT_FOUND")) | ("Settings not found", _) => {
                Some(Gone::NotSetUp)
            }
            ("Unable to connect", _) => None,
            _ => Some(Gone::Said(why.to_owned())),
        });
    }

    fn event(&mut self, event: Value, out: &mut Out<'_>) {
        match status::read(&event) {
            Some(Status::Said(said)) => out.event(said),
            Some(Status::TooMany) => self.link.too_many = true,
            None => self.live(event, out),
        }
    }

    /// An event of the log over the socket. Behind the connect packet it is live, and a hole before
    /// it can be of what the connection missed.
    fn live(&mut self, event: Value, out: &mut Out<'_>) {
        let number = event::number(&event);
        if let (true, Some(Some(upto)), Some(number), None) = (
            self.link.connected,
            self.link.unverified,
            number,
            &self.link.asking,
        ) {
            self.link.unverified = None;
            let count = number.saturating_sub(upto + 1);
            if count > USUAL_HOLE {
                out.event(AgentEvent::Notice(Notice::MayBeMissing { count }));
            }
        }
        self.log(event, out);
    }

    fn stands(&mut self, key: &EventKey, standing: Option<Standing>) {
        let newest = self
            .standing
            .as_ref()
            .is_none_or(|(newest, _)| newest <= key);
        if let Some(standing) = standing.filter(|_| newest) {
            self.stood = true;
            self.standing = Some((key.clone(), standing));
        }
    }

    fn log(&mut self, event: Value, out: &mut Out<'_>) {
        self.strays += 1;
        let beyond = event::behind(self.highest, self.strays);
        self.highest = self.highest.max(event::number(&event));
        let news = event::number(&event) > self.link.joined;
        let Some((event, known)) = event::read(event, beyond) else {
            return out.unknown();
        };
        let standing = event.told.standing;
        self.stands(&event.key, standing);
        out.logged(event);
        if standing.is_some() && self.link.connected && self.link.asleep {
            self.link.asleep = !news;
            if !news {
                out.event(AgentEvent::Stands(Standing::Starting));
            }
        }
        if !known {
            out.unknown();
        }
    }
}
