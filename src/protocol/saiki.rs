//! Saiki, later called Dexto: one WebSocket with JSON frames, and a little REST beside it.
//!
//! Read are the document's names and those that the released servers send:
//!
//! | what | document | up to 0.2.5 | 0.2.6 to 0.3.7 | Dexto 1.1 to 1.2.4 |
//! |---|---|---|---|---|
//! | answer, piece | `content` | none | `text` | `content`, `type` |
//! | answer, whole | `content` | `text` | `text` | `text` |
//! | arguments | `arguments` | `args` | `args` | `args` |
//! | result | `result` | `result` | `result` | `result`, later `sanitized` |
//! | `data` | object | may be `null` | object | object |
//!
//! Frames carry no identifiers and are sent to every client of the server, so frames of other
//! sessions are dropped, and what a cut connection missed can only come from the history.

mod fault;
mod frame;
mod history;
mod outcome;
mod turn;
mod write;

use super::{AgentEvent, Capabilities, Command, Out, Protocol, Setup, Unsupported, Verdict};
use crate::io::{Closed, Frame, Happening, Request, RequestId, SocketId};
use crate::model::{ApprovalId, ConversationId, Cursor, Notice};
use frame::{Ask, AskDialect, Generation, Said};
use turn::Turn;
use write::Writer;

/// The files that Saiki takes since 0.3.7; which of them a model takes, only it knows.
const FILES: &[&str] = &["application/pdf", "audio/"];

/// The session of clients that name none.
const SHARED_SESSION: &str = "default";

/// Makes the adapter.
#[must_use]
pub fn make(setup: Setup) -> Box<dyn Protocol> {
    Box::new(Saiki {
        setup,
        socket: None,
        recalling: None,
        generation: None,
        asks: Vec::new(),
        turn: Turn::joined(),
        just_reset: false,
    })
}

struct Saiki {
    setup: Setup,
    socket: Option<SocketId>,
    recalling: Option<RequestId>,
    generation: Option<Generation>,
    /// The questions so far, oldest first, and how each was asked.
    asks: Vec<(ApprovalId, AskDialect)>,
    turn: Turn,
    /// The last frame of ours was a `conversationReset`: the second one is its double.
    just_reset: bool,
}

impl Protocol for Saiki {
    fn capabilities(&self) -> Capabilities {
        let old = matches!(self.generation, Some(Generation::G1 | Generation::Document));
        Capabilities {
            images: true,
            files: if self.setup.strict || old { &[] } else { FILES },
            attachments: 1,
            reset: true,
            cancel: !self.setup.strict && self.generation == Some(Generation::G3),
            history: !self.setup.strict,
            ..Capabilities::default()
        }
    }

    fn connect(&mut self, _cursor: &Cursor, out: &mut Out<'_>) {
        // Frames are missed between two sockets, whoever closed the first.
        self.turn.cut();
        self.socket = Some(out.open(self.setup.url.clone()));
    }

    fn receive(&mut self, happening: &Happening, out: &mut Out<'_>) {
        match happening {
            Happening::Opened(_) => out.ready(),
            Happening::Received { frame, .. } => self.frame(frame, out),
            Happening::Flushed(_) | Happening::Waited(_) => {}
            Happening::Closed(_) => self.turn.cut(),
            Happening::Answered {
                request,
                status,
                body,
                ..
            } => {
                self.answered(*request, *status, body, out);
            }
            Happening::Failed { request } => self.unanswered(*request, out),
        }
    }

    fn submit(&mut self, command: &Command, out: &mut Out<'_>) -> Result<(), Unsupported> {
        let socket = self.socket.ok_or(Unsupported)?;
        let frame = self.written(command)?;
        match command {
            Command::Message { .. } => self.turn = Turn::default(),
            Command::Reset => self.just_reset = false,
            _ => {}
        }
        out.send(socket, frame);
        Ok(())
    }

    fn overhear(&mut self, command: &Command) {
        if matches!(command, Command::Message { .. }) {
            self.turn = Turn::default();
        }
    }

    fn recall(&mut self, _cursor: &Cursor, out: &mut Out<'_>) {
        let session = self.setup.conversation.as_str();
        match history::address(&self.setup.url, session) {
            Some(url) if !self.setup.strict => {
                self.recalling = Some(out.fetch(Request {
                    method: "GET",
                    url,
                    headers: Vec::new(),
                    body: None,
                    again: true,
                    keep: false,
                }));
            }
            _ => out.event(AgentEvent::HistoryMissing),
        }
    }

    fn verdict(&self, closed: &Closed) -> Verdict {
        match closed.code {
            1009 => Verdict::TooLarge,
            _ => Verdict::Retry,
        }
    }

    fn read_back(&self, frame: &str) -> Option<Command> {
        write::read_back(frame)
    }

    fn conversation_of(&self, frame: &str) -> Option<ConversationId> {
        write::session_of(frame).map(ConversationId::new)
    }
}

impl Saiki {
    fn written(&self, command: &Command) -> Result<String, Unsupported> {
        let session = (!self.setup.strict).then(|| self.setup.conversation.as_str());
        let writer = Writer { session };
        match command {
            Command::Message {
                text, attachments, ..
            } => writer.message(text, attachments),
            Command::Reset => Ok(writer.bare("reset")),
            Command::Cancel if self.capabilities().cancel => Ok(writer.bare("cancel")),
            // The document has no questions, and so no answers.
            Command::Answer { .. } if self.setup.strict => Err(Unsupported),
            Command::Answer {
                id,
                approved,
                remember,
                ..
            } => {
                let ask = self.asks.iter().rev().find(|(known, _)| known == id);
                let dialect = ask.map_or(AskDialect::Execution, |(_, dialect)| *dialect);
                Ok(writer.answer(id, dialect, *approved, *remember))
            }
            _ => Err(Unsupported),
        }
    }

    fn frame(&mut self, frame: &Frame, out: &mut Out<'_>) {
        let Some(incoming) = frame::read(frame) else {
            return out.unknown();
        };
        if !self.is_mine(incoming.session.as_deref()) {
            return out.dropped();
        }
        if let Some(seen) = incoming.generation {
            self.generation = self.generation.max(Some(seen));
        }
        match incoming.said {
            Some(said) => self.said(said, out),
            None => out.unknown(),
        }
    }

    /// Without a session every frame is ours; a client that names none is in the shared one.
    fn is_mine(&self, session: Option<&str>) -> bool {
        let ours = self.setup.conversation.as_str();
        session.is_none_or(|theirs| theirs == ours || self.setup.strict && theirs == SHARED_SESSION)
    }

    fn said(&mut self, said: Said, out: &mut Out<'_>) {
        let doubled_reset = self.just_reset && matches!(said, Said::Reset);
        self.just_reset = matches!(said, Said::Reset);
        match said {
            Said::Thinking => {
                self.turn.thinking();
                out.event(AgentEvent::RunStarted);
            }
            Said::Chunk { text, reasoning } => out.event(self.turn.chunk(text, reasoning)),
            Said::ToolCall { call, name, args } => {
                self.tool(AgentEvent::ToolCallStarted { call, name, args }, out);
            }
            Said::ToolResult {
                call,
                name,
                state,
                timed_out,
                content,
            } => {
                let event = AgentEvent::ToolCallFinished {
                    call,
                    name,
                    state,
                    timed_out,
                    content,
                };
                self.tool(event, out);
            }
            Said::Response { text, reasoning } => {
                let events = self.turn.response(&text, reasoning);
                events.into_iter().for_each(|event| out.event(event));
            }
            Said::Error(fault) => {
                self.turn = Turn::default();
                out.event(AgentEvent::RunFailed(fault));
            }
            Said::Reset if doubled_reset => {}
            Said::Reset => {
                self.turn = Turn::default();
                out.event(AgentEvent::Reset);
            }
            Said::Ask(ask) => self.asked(ask, out),
            Said::ToolServer { name, error } => {
                out.event(AgentEvent::Notice(Notice::ToolServer { name, error }));
            }
            Said::Tools(count) => out.event(AgentEvent::Notice(Notice::Tools { count })),
            Said::Titled(title) => out.event(AgentEvent::Titled(title)),
        }
    }

    fn tool(&mut self, event: AgentEvent, out: &mut Out<'_>) {
        if let Some(closing) = self.turn.tool() {
            out.event(closing);
        }
        out.event(event);
    }

    fn asked(&mut self, ask: Ask, out: &mut Out<'_>) {
        self.asks.push((ask.id.clone(), ask.dialect));
        out.event(AgentEvent::ApprovalRequested {
            id: ask.id,
            tool: ask.tool,
            args: ask.args,
            description: ask.description,
            can_remember: ask.can_remember,
            timeout: Some(ask.timeout),
        });
    }

    fn answered(&mut self, request: RequestId, status: u16, body: &str, out: &mut Out<'_>) {
        if self
            .recalling
            .take_if(|recalling| *recalling == request)
            .is_none()
        {
            return;
        }
        match history::read(body) {
            Some(pasts) if status == 200 => out.event(AgentEvent::History(pasts)),
            _ => out.event(AgentEvent::HistoryMissing),
        }
    }

    fn unanswered(&mut self, request: RequestId, out: &mut Out<'_>) {
        if self
            .recalling
            .take_if(|recalling| *recalling == request)
            .is_none()
        {
            return;
        }
        let origin = history::origin(&self.setup.url).unwrap_or_default();
        out.event(AgentEvent::HistoryBlocked {
            remedy: format!("location /api/ {{ proxy_pass {origin}; }}"),
        });
    }
}
