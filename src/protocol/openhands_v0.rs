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
mod arrive;
mod errands;
mod event;
mod observation;
mod rest;
mod standing;
mod status;
mod write;

use serde_json::Value;

use super::{
    ANY_TEXT, AgentEvent, Capabilities, Command, Gone, Out, Protocol, Setup, Unsupported, Verdict,
};
use crate::io::{Closed, Frame, Happening};
use crate::model::{
    ConversationId, Cursor, Duration, Event, EventKey, Failure, Notice, Standing, TransactionId,
};
use crate::wire::socket_io::{self, Packet};
use address::Address;
use arrive::{Asking, Hole, Link};
use errands::Errands;
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
        providers: String::new(),
        errands: Errands::default(),
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
    /// The providers that the server was set up with, as it wants them said; empty where that is
    /// not known.
    providers: String,
    errands: Errands,
    /// The greatest number of an event so far.
    highest: Option<u64>,
    /// Events without a number so far.
    strays: u64,
    /// The log has said what the agent does.
    stood: bool,
    /// The newest that it said of it since this was made.
    standing: Option<(EventKey, Standing)>,
}

fn number(key: &Option<EventKey>) -> Option<u64> {
    key.as_ref().and_then(event::number_of)
}

impl Protocol for OpenHands {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            images: !self.strict,
            files: if self.strict { &[] } else { &[ANY_TEXT] },
            attachments: 5,
            reset: false,
            cancel: !self.strict,
            history: true,
            event_ids: true,
            interject: true,
            pause: !self.strict,
            lists: true,
            ends: true,
            exports: true,
            acks: true,
            ..Capabilities::default()
        }
    }

    fn connect(&mut self, cursor: &Cursor, out: &mut Out<'_>) {
        self.link = Link::default();
        self.errands = Errands::default();
        self.begin_behind(cursor);
        let asking = match self.fresh {
            true => Asking::Create,
            false => Asking::Look,
        };
        self.ask(asking, out);
    }

    fn receive(&mut self, happening: &Happening, out: &mut Out<'_>) {
        match happening {
            Happening::Received { frame, .. } => self.frame(frame, out),
            Happening::Answered {
                request,
                status,
                body,
                ..
            } => self.answered(*request, *status, body, out),
            Happening::Failed { request } => self.answered(*request, 0, "", out),
            Happening::Closed(_) => self.link.socket = None,
            Happening::Waited(_) => self.ask(Asking::Look, out),
            Happening::Opened(_) | Happening::Flushed(_) => {}
        }
    }

    fn submit(&mut self, command: &Command, out: &mut Out<'_>) -> Result<(), Unsupported> {
        let Self {
            address, errands, ..
        } = self;
        if errands.take(command, self.strict, (address, &self.conversation), out) {
            return Ok(());
        }
        self.link.socket.ok_or(Unsupported)?;
        let frame = write::frame(command, self.strict, &[])?;
        self.send_within_limit(frame, out);
        Ok(())
    }

    /// What was created while the connection was made was sent to nobody, and of the agent's
    /// states only the last was told: what came since nothing was missing is asked for again, or,
    /// where that is too much, what came since this one was made.
    fn recall(&mut self, cursor: &Cursor, out: &mut Out<'_>) {
        self.begin_behind(cursor);
        let next = self.highest.map_or(0, |highest| highest + 1);
        let since = number(&cursor.whole).map_or(0, |whole| whole + 1);
        let start = if next.saturating_sub(since) > MOST {
            next
        } else {
            since
        };
        self.link.hole = Some(Hole::behind(self.highest));
        self.ask(Asking::Events(start), out);
    }

    fn list(&mut self, _wanted: &str, page: Option<&str>, out: &mut Out<'_>) {
        self.errands.list(&self.address, page, out);
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
    /// What is here already told a state, and where nothing came since, no replay tells it again.
    fn begin_behind(&mut self, cursor: &Cursor) {
        self.highest = self.highest.max(number(&cursor.newest));
        self.stood |= cursor.newest.is_some();
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
                self.link.longest = opened.max_payload;
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

    /// Sends what the person says, unless it is longer than the server takes: that one closes the
    /// connection without a word, and would do so each time that the message came.
    fn send_within_limit(&self, frame: String, out: &mut Out<'_>) {
        let longest = self.link.longest.unwrap_or(u64::MAX);
        match u64::try_from(frame.len()) {
            Ok(length) if length <= longest => self.send(frame, out),
            _ => out.event(AgentEvent::NotSent(Failure::TooLarge)),
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
            Some(Status::Failed(words)) if self.is_starting() => out.lost(Some(Gone::Said(words))),
            Some(Status::Failed(words)) => {
                out.event(AgentEvent::Trouble(standing::fault(&words, "STATUS$ERROR")));
            }
            None => self.live(event, out),
        }
    }

    /// An event of the log over the socket. Behind the connect packet it is live, and a hole before
    /// the first of them can be of what the connection missed.
    fn live(&mut self, event: Value, out: &mut Out<'_>) {
        let number = event::number(&event);
        if let (true, Some(hole)) = (self.link.connected, &mut self.link.hole) {
            hole.end = hole.end.or(number.filter(|_| number > hole.start));
        }
        self.missing(out);
        self.log(event, out);
    }

    /// Says how much may be missing, once that is known and nobody can be asked for it any more.
    pub(super) fn missing(&mut self, out: &mut Out<'_>) {
        let known = |hole: &mut Hole| hole.end.is_some();
        let quiet = self.link.is_quiet();
        if let Some(hole) = self.link.hole.take_if(|hole| quiet && known(hole)) {
            let next = hole.start.map_or(0, |start| start + 1);
            let count = hole.end.unwrap_or_default().saturating_sub(next);
            if count > USUAL_HOLE {
                out.event(AgentEvent::Notice(Notice::MayBeMissing { count }));
            }
        }
    }

    /// Whether nothing says yet that there is an agent. An error then means that there will be none.
    fn is_starting(&self) -> bool {
        let starting = |(_, standing): &(EventKey, Standing)| *standing == Standing::Starting;
        self.link.asleep || !self.stood || self.standing.as_ref().is_some_and(starting)
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
