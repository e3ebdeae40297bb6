//! The agent that lives in the page: a Saiki server without a network.
//!
//! It reads the frames that the adapter writes and answers with frames of Saiki 0.2.6 to 0.3.7
//! (per-step and doubled responses included), so that the demo goes the whole way that a real
//! server's frames go. Sans-IO like everything here: time is an argument.

mod script;

use std::collections::VecDeque;

use serde_json::{Value, json};

use crate::io::{Closed, Frame, Happening, RequestId, SocketId};
use crate::model::{Duration, Instant};
use crate::protocol::{Command, Protocol, Setup, saiki};
pub use script::SUGGESTIONS;
use script::Step;

/// The demo's address; [`crate::app`] sends what goes there to this agent.
pub const ADDRESS: &str = "demo:";

/// How long opening a connection takes.
const OPENING: Duration = Duration::millis(250);
/// How long the agent thinks before it begins.
const THINKING: Duration = Duration::millis(450);
/// The time between two pieces of an answer.
const PIECE: Duration = Duration::millis(18);
/// How long an approval is waited for, as Saiki does.
const PATIENCE: Duration = Duration::secs(30);

/// The agent with its one connection.
pub struct DemoAgent {
    reader: Box<dyn Protocol>,
    socket: Option<SocketId>,
    ready: VecDeque<(Instant, Happening)>,
    steps: VecDeque<Step>,
    next: Instant,
    session: String,
    segment: String,
    turn: String,
    asked: Option<Asked>,
    counter: u64,
    history: Vec<Value>,
}

/// A question that waits for its answer.
struct Asked {
    id: String,
    until: Instant,
}

impl Default for DemoAgent {
    fn default() -> Self {
        let setup = Setup {
            fresh: false,
            url: ADDRESS.to_owned(),
            key: None,
            conversation: crate::model::ConversationId::new(""),
            strict: false,
            dialect: crate::protocol::Dialect::Auto,
            others: Vec::new(),
            came: Vec::new(),
            start: crate::protocol::Start::default(),
        };
        Self {
            reader: saiki::make(setup),
            socket: None,
            ready: VecDeque::new(),
            steps: VecDeque::new(),
            next: Instant(0),
            session: String::new(),
            segment: String::new(),
            turn: String::new(),
            asked: None,
            counter: 0,
            history: Vec::new(),
        }
    }
}

impl DemoAgent {
    /// A client connects.
    pub fn connect(&mut self, socket: SocketId, now: Instant) {
        self.socket = Some(socket);
        self.ready
            .push_back((now + OPENING, Happening::Opened(socket)));
    }

    /// The client is gone.
    pub fn disconnect(&mut self, socket: SocketId) {
        if self.socket == Some(socket) {
            self.socket = None;
            self.ready.clear();
        }
    }

    /// The client sent a frame.
    pub fn receive(&mut self, socket: SocketId, frame: &Frame, now: Instant) {
        if self.socket != Some(socket) {
            return;
        }
        self.ready.push_back((now, Happening::Flushed(socket)));
        let text = frame.text();
        if let Some(session) = self.reader.conversation_of(&text) {
            self.session = session.as_str().to_owned();
        }
        match self.reader.read_back(&text) {
            Some(Command::Message {
                text, attachments, ..
            }) => {
                self.history.push(json!({"role": "user", "content": text}));
                self.steps = script::answer_to(&text, &attachments);
                self.next = now + THINKING;
                self.segment.clear();
                self.turn.clear();
            }
            Some(Command::Reset) => {
                self.steps.clear();
                self.history.clear();
                self.emit("conversationReset", json!({}), now);
                self.emit("conversationReset", json!({}), now);
            }
            Some(Command::Answer { id, approved, .. }) => self.answered(id.as_str(), approved, now),
            _ => {
                self.emit("error", json!({"message": "Unknown message type"}), now);
            }
        }
    }

    /// The client asks for its history.
    pub fn request(&mut self, request: RequestId, now: Instant) {
        let body = json!({"history": self.history}).to_string();
        let happening = Happening::Answered {
            request,
            status: 200,
            body,
            retry_after: None,
        };
        self.ready.push_back((now + OPENING, happening));
    }

    /// When [`Self::poll`] will have something.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        let script = match &self.asked {
            Some(asked) => Some(asked.until),
            None => (!self.steps.is_empty()).then_some(self.next),
        };
        let ready = self.ready.front().map(|(at, _)| *at);
        [script, ready].into_iter().flatten().min()
    }

    /// The next thing that happened by now.
    pub fn poll(&mut self, now: Instant) -> Option<Happening> {
        loop {
            if let Some((at, _)) = self.ready.front()
                && *at <= now
            {
                return self.ready.pop_front().map(|(_, happening)| happening);
            }
            let expired = self.asked.as_ref().is_some_and(|asked| asked.until <= now);
            if expired {
                self.expired(now);
            } else if self.asked.is_none() && !self.steps.is_empty() && self.next <= now {
                self.step();
            } else {
                return None;
            }
        }
    }

    fn step(&mut self) {
        let at = self.next;
        let Some(step) = self.steps.pop_front() else {
            return;
        };
        match step {
            Step::Think => self.emit("thinking", json!({}), at),
            Step::Piece(text) => {
                self.segment.push_str(&text);
                self.emit("chunk", json!({"text": text, "isComplete": false}), at);
                self.next = at + PIECE;
            }
            Step::Pause(span) => self.next = at + span,
            Step::Call { name, args } => {
                self.counter += 1;
                let data = json!({"toolName": name, "args": args, "callId": self.call()});
                self.emit("toolCall", data, at);
            }
            Step::Result { name, result } => {
                let data = json!({"toolName": name, "result": result, "callId": self.call(), "success": true});
                self.emit("toolResult", data, at);
            }
            Step::Ask { name, args } => self.ask(name, args, at),
            Step::CloseSegment => self.close_segment(at),
            Step::Finish => self.finish(at),
            Step::Drop => self.drop_connection(at),
        }
    }

    fn call(&self) -> String {
        format!("call_{}", self.counter)
    }

    fn ask(&mut self, name: &str, args: Value, at: Instant) {
        self.counter += 1;
        let id = format!("execution_{}", self.counter);
        let data = json!({"toolName": name, "args": args, "executionId": id});
        self.emit("toolConfirmationRequest", data, at);
        self.asked = Some(Asked {
            id,
            until: at + PATIENCE,
        });
    }

    fn answered(&mut self, id: &str, approved: bool, now: Instant) {
        if self.asked.take_if(|asked| asked.id == id).is_some() {
            self.next = now;
            script::decided(&mut self.steps, approved, false);
        }
    }

    fn expired(&mut self, now: Instant) {
        self.asked = None;
        self.next = now;
        script::decided(&mut self.steps, false, true);
    }

    fn close_segment(&mut self, at: Instant) {
        let text = std::mem::take(&mut self.segment);
        if !text.is_empty() {
            self.turn.push_str(&text);
            self.history
                .push(json!({"role": "assistant", "content": text}));
            self.emit("response", json!({"text": text, "model": "demo"}), at);
        }
    }

    fn finish(&mut self, at: Instant) {
        self.close_segment(at);
        let whole = std::mem::take(&mut self.turn);
        self.emit("response", json!({"text": whole, "model": "demo"}), at);
    }

    fn drop_connection(&mut self, at: Instant) {
        if let Some(socket) = self.socket.take() {
            let closed = Closed {
                socket,
                code: 1006,
                reason: String::new(),
                refused: false,
            };
            self.ready.push_back((at, Happening::Closed(closed)));
        }
    }

    /// Sends a frame; without a client it is lost, as with the real server.
    fn emit(&mut self, event: &str, mut data: Value, at: Instant) {
        let Some(socket) = self.socket else {
            return;
        };
        if let Some(fields) = data.as_object_mut() {
            fields.insert("sessionId".into(), self.session.as_str().into());
        }
        let frame = Frame::Text(json!({"event": event, "data": data}).to_string());
        self.ready
            .push_back((at, Happening::Received { socket, frame }));
    }
}
