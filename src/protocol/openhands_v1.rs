//! OpenHands from 1.0 ("V1"): REST, and sockets that append to one log of events.
//!
//! Written against agent server 1.58.0 (`openhands/agent_server`) and app server 1.11.0
//! (`openhands/app_server`, which runs agent server 1.34.0). There are two servers: the app server
//! keeps conversations and wakes the sandboxes that they live in; the agent server in the sandbox has
//! the log, and pushes it. Either can be the one that the person names.
//!
//! The log is in the order of the events' times, which the server takes care of; over the session
//! socket events are numbered too, and a connection goes on behind the last number that is here.

mod action;
mod arrive;
mod diff;
mod errands;
mod event;
mod history;
mod making;
mod message;
mod observation;
mod rest;
mod socket;
mod state;

use serde_json::Value;

use super::{ANY, Capabilities, Command, Out, Protocol, Setup, Start, Unsupported, Verdict};
use crate::io::{Closed, Happening};
use crate::model::{
    ConversationId, Cursor, Event, EventKey, Instant, Said, Standing, TransactionId,
};
use crate::wire::address::Place;
use crate::wire::json;
use arrive::Link;
use errands::Errands;
use rest::Base;
use socket::Growing;

/// Which server the person named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The one that keeps conversations and sandboxes.
    App,
    /// The one that the agent lives in.
    Agent,
}

/// Makes the adapter.
#[must_use]
pub fn make(setup: Setup) -> Box<dyn Protocol> {
    Box::new(OpenHands {
        front: Base {
            place: Place::read(&setup.url).without("/api/v1").without("/api"),
            key: setup.key,
        },
        kind: None,
        conversation: setup.conversation.as_str().to_owned(),
        fresh: setup.fresh,
        key_in_address: setup.strict,
        start: setup.start,
        told_model: false,
        profile: None,
        settings: Value::Null,
        home: None,
        sandbox: None,
        folder: String::new(),
        link: Link::default(),
        errands: Errands::new(),
        cursor: Cursor::default(),
        growing: Vec::new(),
        standing: None,
        legacy: false,
        blocked: false,
        asleep: false,
        unreachable: 0,
    })
}

struct OpenHands {
    /// The server that the person named.
    front: Base,
    /// Which it is, once it has answered.
    kind: Option<Kind>,
    conversation: String,
    /// The server knows nothing of the conversation yet; its name is ours.
    fresh: bool,
    /// The person lets the key stand in the address of a socket.
    key_in_address: bool,
    /// What a new one begins with.
    start: Start,
    /// The server was told of another model.
    told_model: bool,
    /// The agent server's own name for the agent that it begins with.
    profile: Option<String>,
    /// How the agent server is set up, for a new conversation, its secrets readable only by itself.
    settings: Value,
    /// The agent server of the conversation.
    home: Option<Base>,
    sandbox: Option<String>,
    /// The folder that the agent works in.
    folder: String,
    link: Link,
    errands: Errands,
    /// How far the log is here.
    cursor: Cursor,
    growing: Vec<Growing>,
    /// The newest that the log said of what the agent does.
    standing: Option<(EventKey, Standing)>,
    /// The agent server has no session socket, or one that an event does not fit through.
    legacy: bool,
    /// The agent server lets no page of this origin read its answers.
    blocked: bool,
    /// The sandbox was found paused: the next connection wakes it, which is the person's doing.
    asleep: bool,
    /// So many connections in a row found no socket.
    unreachable: u32,
}

impl OpenHands {
    /// Whether the agent server can be asked for things.
    fn is_direct(&self) -> bool {
        self.home.is_some() && !self.blocked && !self.relays()
    }
}

impl Protocol for OpenHands {
    fn capabilities(&self) -> Capabilities {
        let direct = self.is_direct();
        let keeps = self.sandbox.is_some();
        let known = self.kind.is_some();
        Capabilities {
            images: true,
            files: if direct { &[ANY] } else { &[] },
            attachments: 10,
            reset: false,
            cancel: direct,
            history: true,
            event_ids: true,
            interject: true,
            pause: direct,
            lists: !self.blocked,
            ends: keeps,
            exports: known && !self.blocked,
            acks: false,
            defers: true,
            message_allows: true,
            reasons: direct,
            confirms: direct,
            keeps_list: known && !self.blocked,
            searches: self.kind == Some(Kind::App),
            discards: keeps,
            condenses: direct,
            folders: self.kind == Some(Kind::Agent),
            ..Capabilities::default()
        }
    }

    fn connect(&mut self, cursor: &Cursor, out: &mut Out<'_>) {
        // Where the sandbox could not be reached, it may be now.
        if self.relays() && self.link.ready {
            self.unreachable = 1;
        }
        self.link = Link::default();
        self.drop_unnamed(out);
        self.errands.retain(|(_, errand)| errand.is_kept());
        self.cursor = cursor.clone();
        self.begin(out);
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
            Happening::Opened(socket) => self.opened(*socket, out),
            Happening::Closed(closed) => self.closed(closed, out),
            Happening::Waited(_) => self.waited(out),
            Happening::Flushed(_) => {}
        }
    }

    fn submit(&mut self, command: &Command, out: &mut Out<'_>) -> Result<(), Unsupported> {
        self.command(command, out)
    }

    fn recall(&mut self, cursor: &Cursor, out: &mut Out<'_>) {
        self.cursor = cursor.clone();
        self.read_log(out);
    }

    fn list(&mut self, wanted: &str, page: Option<&str>, out: &mut Out<'_>) {
        self.ask_for_list(wanted, page, out);
    }

    fn tell(&self, _key: &str, json: &str) -> Option<Event> {
        let event = serde_json::from_str(json).ok()?;
        event::read(event, None).map(|(event, _)| event)
    }

    /// A retry after a message that was too large would end the same.
    fn verdict(&self, closed: &Closed) -> Verdict {
        match closed.code {
            1009 => Verdict::TooLarge,
            _ => Verdict::Retry,
        }
    }

    fn read_back(&self, frame: &str) -> Option<Command> {
        let value: Value = serde_json::from_str(frame).ok()?;
        json::text(&value, &["role"]).filter(|role| *role == "user")?;
        let content = value.get("content").unwrap_or(&Value::Null);
        let Said::User { text, attachments } = message::spoken(content) else {
            return None;
        };
        Some(Command::Message {
            id: TransactionId(0),
            text,
            attachments,
            at: Instant(0),
        })
    }

    /// It stands in the address, not in the frames.
    fn conversation_of(&self, _frame: &str) -> Option<ConversationId> {
        None
    }
}
