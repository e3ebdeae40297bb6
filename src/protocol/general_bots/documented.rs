//! The document's dialect.
//!
//! What the document leaves open is read so: no answer to `auth` or `subscribe` is consent; a chunk
//! belongs to the session that its answer began in; the text at the end of an answer is the answer;
//! an error is about the newest frame of ours that can have such an error.

use serde_json::Value;

use super::class::{field, text};
use super::write::{self, Said};
use super::{GeneralBots, Tongue, wait};
use crate::model::{Content, ConversationId, Duration, Notice, ToolState};
use crate::protocol::{AgentEvent, Certainty, Out, Unsupported};
use crate::wire::json;

/// How often the connection is kept alive ("Ping interval: 30 seconds").
const PING: Duration = Duration::secs(30);

/// So many pings without any sign mean that the connection is dead.
const UNANSWERED: u32 = 2;

/// A bot that types for longer has stopped and not said so.
pub(super) const TYPES: Duration = Duration::secs(60);

/// Where a stopped answer may not even have begun, so much quiet is its end.
pub(super) const QUIET: Duration = Duration::secs(2);

/// News of other sessions are asked for after so long, once any frame shows that our own subscription
/// was taken: errors do not say which subscription they are about.
const OTHERS: Duration = Duration::secs(2);

/// A subscription without an error for so long was taken.
const TAKEN: Duration = Duration::secs(5);

/// So many messages are remembered, so that none is shown twice.
const SEEN: usize = 512;

/// So many answers that grow elsewhere are known at once.
const ELSEWHERE: usize = 64;

/// Whose a frame is.
enum Whose {
    Ours,
    /// Another conversation's that is kept here.
    Other(ConversationId),
    Nobodys,
}

impl GeneralBots {
    /// The server is one of the document's, and the socket is open.
    pub(super) fn begin(&mut self, out: &mut Out<'_>) {
        let key = self.setup.key.as_deref().filter(|_| !self.key_in_address);
        if let (Some(key), Some(socket)) = (key, self.link.socket) {
            out.send_secret(socket, write::auth(key));
            self.link.authed = true;
        }
        self.subscribe(out);
        self.ready(out);
    }

    /// Asks for what happens in the conversation, and begins to keep the connection alive.
    pub(super) fn subscribe(&mut self, out: &mut Out<'_>) {
        self.write(write::about("subscribe", &self.session), out);
        out.wait_for(wait::PING, Some(PING));
        if !self.setup.others.is_empty() && !self.link.with_others {
            out.wait_for(wait::OTHERS, Some(OTHERS));
        }
    }

    /// It is time to ask for news of the others. Where nothing came yet, a ping is asked first: errors
    /// of what went before it come before its answer.
    pub(super) fn want_others(&mut self, out: &mut Out<'_>) {
        self.link.others_due = true;
        match self.link.frames > 0 {
            true => self.others_now(out),
            false => self.ping(out),
        }
    }

    /// Asks for news of the others, once it is time to and nothing of ours goes on, of which an error
    /// of theirs would be taken for. The ping behind tells when no more errors of theirs come.
    pub(super) fn others_now(&mut self, out: &mut Out<'_>) {
        let busy = self.unanswered.is_some() || self.running;
        if busy || !std::mem::take(&mut self.link.others_due) {
            return;
        }
        self.link.with_others = true;
        for other in self.setup.others.clone() {
            self.write(write::about("subscribe", other.as_str()), out);
            self.link.others_open += 1;
        }
        out.wait_for(wait::OTHERS_TAKEN, Some(TAKEN));
        if self.link.pings == 0 {
            self.ping(out);
        }
    }

    /// Another conversation is to be told of, or no longer.
    pub(super) fn listen(&mut self, id: &ConversationId, on: bool, out: &mut Out<'_>) {
        let name = id.as_str();
        if self.is_session(name) || self.is_other(name) == on {
            return;
        }
        match on {
            true => self.setup.others.push(id.clone()),
            false => self.setup.others.retain(|other| !other.is(name)),
        }
        match (self.link.with_others, on) {
            (true, true) => {
                self.write(write::about("subscribe", name), out);
                self.link.others_open += 1;
                out.wait_for(wait::OTHERS_TAKEN, Some(TAKEN));
            }
            (true, false) => self.write(write::about("unsubscribe", name), out),
            // All that are to be told of are asked for at once, later.
            (false, _) => {}
        }
    }

    pub(super) fn ping(&mut self, out: &mut Out<'_>) {
        if self.link.pings >= UNANSWERED {
            return out.lost(None);
        }
        if !self.link.no_pings {
            self.link.pings += 1;
            self.link.pinged = true;
            self.write(write::ping(), out);
            out.wait_for(wait::PING, Some(PING));
        }
    }

    pub(super) fn typing(&mut self, writes: bool, out: &mut Out<'_>) -> Result<(), Unsupported> {
        if self.tongue != Tongue::Documented {
            return Err(Unsupported);
        }
        let kind = if writes {
            "typing_start"
        } else {
            "typing_stop"
        };
        self.write(write::about(kind, &self.session), out);
        self.link.typed += 1;
        Ok(())
    }

    fn whose(&self, frame: &Value) -> Whose {
        match text(frame, "session_id") {
            None => Whose::Ours,
            Some(id) if self.is_session(id) => Whose::Ours,
            Some(id) => self.other(id).cloned().map_or(Whose::Nobodys, Whose::Other),
        }
    }

    pub(super) fn documented(&mut self, frame: &Value, out: &mut Out<'_>) {
        let kind = text(frame, "type").unwrap_or_default();
        if kind == "error" {
            return self.failed(frame, out);
        }
        self.key_taken = true;
        match kind {
            "stream_start" => self.stream_start(frame, out),
            "stream_chunk" => self.stream_chunk(frame, out),
            "stream_end" => self.stream_end(frame, out),
            "message" => self.said(frame, out),
            "session_created" => self.created(frame, out),
            "session_closed" => self.closed(frame, out),
            "pong" => {
                self.link.pinged = false;
                self.link.typed = 0;
                self.link.others_open = 0;
            }
            _ => match self.whose(frame) {
                Whose::Ours => self.worked(kind, frame, out),
                _ => out.dropped(),
            },
        }
        self.others_now(out);
    }

    fn stream_start(&mut self, frame: &Value, out: &mut Out<'_>) {
        let Some(id) = text(frame, "message_id") else {
            return out.unknown();
        };
        match self.whose(frame) {
            Whose::Ours if self.streams.is_over(id) || self.is_seen(id) => out.dropped(),
            Whose::Ours if self.muted => {
                self.streams.stop(id);
                self.goes_on(out);
            }
            Whose::Ours => {
                out.wait_for(wait::TYPING, None);
                self.began(out);
                self.streams.begin(id);
            }
            Whose::Other(other) => {
                self.elsewhere.retain(|(known, ..)| known != id);
                if self.elsewhere.len() == ELSEWHERE {
                    self.elsewhere.remove(0);
                }
                self.elsewhere.push((id.to_owned(), other, String::new()));
                out.dropped();
            }
            Whose::Nobodys => {
                self.streams.forget(id);
                out.dropped();
            }
        }
    }

    fn stream_chunk(&mut self, frame: &Value, out: &mut Out<'_>) {
        let (Some(id), Some(piece)) = (text(frame, "message_id"), text(frame, "content")) else {
            return out.unknown();
        };
        if let Some((.., text)) = self.elsewhere.iter_mut().find(|(known, ..)| known == id) {
            text.push_str(piece);
            return out.dropped();
        }
        if !self.is_shown(id, frame) {
            let ours = matches!(self.whose(frame), Whose::Ours);
            if !self.muted || !ours || self.is_past(id) {
                return out.dropped();
            }
            // Its beginning was missed, or it was stopped.
            self.streams.stop(id);
            return self.goes_on(out);
        }
        // One of which the beginning was missed is of the conversation that is open.
        self.began(out);
        if let Some(event) = self.streams.grow(id, piece) {
            out.event(event);
        }
    }

    /// What was stopped is not over yet.
    fn goes_on(&mut self, out: &mut Out<'_>) {
        out.wait_for(wait::TYPING, Some(TYPES));
        out.dropped();
    }

    /// Something of what was stopped came to its end.
    fn came_to_rest(&mut self, id: &str, out: &mut Out<'_>) {
        if self.muted && self.streams.came_to_rest(id) {
            self.finish(Certainty::Certain, out);
        }
        out.dropped();
    }

    /// Whether it was over before the person stopped anything, or is of no session of ours.
    fn is_past(&self, id: &str) -> bool {
        self.is_seen(id) || self.streams.is_over(id) && !self.streams.is_stopped(id)
    }

    fn is_elsewhere(&self, id: &str) -> bool {
        self.elsewhere.iter().any(|(known, ..)| known == id)
    }

    /// Whether a piece, or the end, of that answer is to be shown.
    fn is_shown(&self, id: &str, frame: &Value) -> bool {
        let elsewhere = self.is_elsewhere(id);
        let known = self.streams.knows(id);
        let ours = known || matches!(self.whose(frame), Whose::Ours);
        let over = self.streams.is_over(id) || !known && (self.muted || self.is_seen(id));
        ours && !elsewhere && !over
    }

    fn stream_end(&mut self, frame: &Value, out: &mut Out<'_>) {
        let Some(id) = text(frame, "message_id") else {
            return out.unknown();
        };
        if let Some(at) = self.elsewhere.iter().position(|(known, ..)| known == id) {
            let (name, other, pieces) = self.elsewhere.remove(at);
            self.streams.forget(id);
            let text = text(frame, "content").filter(|text| !text.is_empty());
            return out.event(AgentEvent::Elsewhere {
                id: other,
                name,
                text: text.map_or(pieces, str::to_owned),
            });
        }
        if !self.is_shown(id, frame) {
            return match self.muted && !self.is_past(id) {
                true => self.came_to_rest(id, out),
                false => out.dropped(),
            };
        }
        self.whole(id, text(frame, "content"), out);
    }

    /// An answer is whole.
    fn whole(&mut self, id: &str, text: Option<&str>, out: &mut Out<'_>) {
        self.began(out);
        self.see(id, out);
        for event in self.streams.end(id, text) {
            out.event(event);
        }
        if !self.streams.is_live() {
            self.finish(Certainty::Likely, out);
        }
    }

    fn is_seen(&self, id: &str) -> bool {
        !id.is_empty() && self.seen.iter().any(|known| known == id)
    }

    fn see(&mut self, id: &str, out: &mut Out<'_>) {
        if !id.is_empty() {
            out.event(AgentEvent::Came(id.to_owned()));
            if self.seen.len() == SEEN {
                self.seen.remove(0);
            }
            self.seen.push(id.to_owned());
        }
    }

    /// A message, whoever's it is.
    fn said(&mut self, frame: &Value, out: &mut Out<'_>) {
        let id = text(frame, "message_id").unwrap_or_default();
        let words = text(frame, "content").filter(|words| !words.is_empty());
        let Some(words) = words.map(str::to_owned) else {
            return out.unknown();
        };
        let role = text(frame, "role").unwrap_or("assistant");
        match self.whose(frame) {
            Whose::Ours if self.is_seen(id) || self.streams.is_over(id) => out.dropped(),
            Whose::Ours if role == "user" => {
                self.see(id, out);
                self.heard(words, out);
            }
            Whose::Ours if role == "system" => {
                self.see(id, out);
                out.event(AgentEvent::Notice(Notice::Said { text: words }));
            }
            Whose::Ours if self.muted => {
                self.see(id, out);
                self.came_to_rest(id, out);
            }
            Whose::Ours => self.whole(id, Some(&words), out),
            Whose::Other(other) if role != "user" => {
                out.event(AgentEvent::Elsewhere {
                    id: other,
                    name: id.to_owned(),
                    text: words,
                });
            }
            _ => out.dropped(),
        }
    }

    /// A message of the person's: ours that the server repeats, or one from elsewhere.
    fn heard(&mut self, words: String, out: &mut Out<'_>) {
        let echo = self.echoes.iter().position(|(text, _)| *text == words);
        if let Some(at) = echo {
            self.echoes.remove(at);
            if self.unanswered.is_none() {
                return out.dropped();
            }
        }
        self.unanswered = None;
        self.is_known();
        out.event(AgentEvent::Overheard(words));
    }

    /// What the bot does in our session.
    fn worked(&mut self, kind: &str, frame: &Value, out: &mut Out<'_>) {
        let types = field(frame, "is_typing").and_then(Value::as_bool);
        let tool = text(frame, "tool");
        match (kind, types, tool) {
            ("bot_typing", Some(true), _) => {
                self.began(out);
                out.wait_for(wait::TYPING, Some(TYPES));
            }
            // The answer that was stopped may begin yet.
            ("bot_typing", Some(false), _) if self.muted => {
                out.wait_for(wait::TYPING, Some(QUIET));
            }
            // An answer that grows says itself when it is whole.
            ("bot_typing", Some(false), _) if self.streams.is_live() => {
                out.wait_for(wait::TYPING, None);
            }
            ("bot_typing", Some(false), _) => self.finish(Certainty::Likely, out),
            ("tool_call" | "tool_result", _, Some(_)) if self.muted => self.goes_on(out),
            ("tool_call", _, Some(name)) => {
                self.began(out);
                self.streams.part();
                out.event(AgentEvent::ToolCallStarted {
                    call: None,
                    name: name.to_owned(),
                    args: arguments(field(frame, "arguments")),
                });
            }
            ("tool_result", _, Some(name)) => {
                self.began(out);
                self.streams.part();
                let result = field(frame, "result").unwrap_or(&Value::Null);
                out.event(outcome(name, result));
            }
            _ => out.unknown(),
        }
    }

    /// The server has made a session: it is ours where it never knew the one that we asked for, or has
    /// said that it does not, and nobody else's that we know of.
    fn created(&mut self, frame: &Value, out: &mut Out<'_>) {
        let Some(id) = text(frame, "session_id") else {
            return out.unknown();
        };
        let wanted = self.fresh || self.unknown;
        if self.is_session(id) || !wanted || self.is_other(id) {
            return out.dropped();
        }
        self.unknown = false;
        self.named(id, out);
        self.subscribe(out);
    }

    fn closed(&mut self, frame: &Value, out: &mut Out<'_>) {
        match self.whose(frame) {
            Whose::Ours => {
                let reason = text(frame, "reason").unwrap_or_default().to_owned();
                self.closed = true;
                self.streams.forget_all();
                if self.running || self.muted {
                    self.finish(Certainty::Certain, out);
                }
                out.event(AgentEvent::Notice(Notice::Closed { reason }));
            }
            _ => out.dropped(),
        }
    }

    /// The server was asked for a session; a message that waited for one goes out in it.
    pub(super) fn made(&mut self, id: Option<&str>, out: &mut Out<'_>) {
        let sent = self.unanswered.take();
        let Some(id) = id else {
            return self.unknown_session(sent.is_some(), &Value::Null, out);
        };
        self.named(id, out);
        self.subscribe(out);
        if let Some(sent) = sent {
            let at = self.clock;
            let frame = self.written(Said {
                text: &sent.text,
                attachments: &sent.attachments,
                at,
            });
            self.unanswered = Some(sent);
            if let Ok(frame) = frame {
                self.write(frame, out);
            }
        }
    }
}

/// The arguments of a call, which some write as a text.
pub(super) fn arguments(args: Option<&Value>) -> Value {
    match args {
        Some(Value::String(text)) => {
            serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.clone()))
        }
        Some(args) => args.clone(),
        None => Value::Null,
    }
}

/// A tool has answered: no identifier says which of its calls, so that it is the oldest.
pub(super) fn outcome(name: &str, result: &Value) -> AgentEvent {
    let failed = json::first(result, &["error"]).is_some()
        || result.get("success").and_then(Value::as_bool) == Some(false);
    let content = match result {
        Value::Null => Vec::new(),
        Value::String(text) => vec![Content::Text(text.clone())],
        other => vec![Content::Json(other.clone())],
    };
    AgentEvent::ToolCallFinished {
        call: None,
        name: name.to_owned(),
        state: if failed {
            ToolState::Failed
        } else {
            ToolState::Done
        },
        timed_out: false,
        content,
    }
}
