//! What is asked of the servers beside the connection: messages, answers, the list of
//! conversations, files.
//!
//! A message goes over the socket, and by a call only where there is none, or where it is too long for
//! one: a browser makes a call again by itself where the connection is reset before the answer, and
//! the message would be there twice. One that the app server does not take because its sandbox
//! sleeps goes back into the queue.

use serde_json::{Value, json};

use super::event::text;
use super::rest::{self, app, of, sandbox};
use super::{Kind, OpenHands, message, state};
use crate::io::{Payload, Request, RequestId};
use crate::model::{
    ApprovalId, Attachment, Confirmation, ConversationId, Failure, Standing, TransactionId,
};
use crate::protocol::{AgentEvent, Command, Gone, Out, Unsupported};
use crate::wire::address::encoded;

/// So often a run is asked for while the step before it still goes on, a second apart.
const RUNS: u32 = 120;

/// The longest frame in bytes that goes over a socket; above 16 MiB the server closes it.
const LONGEST: usize = 15 << 20;

/// What is under way.
pub(super) type Errands = Vec<(RequestId, Errand)>;

/// What was asked.
#[derive(Debug)]
pub(super) enum Errand {
    /// A page of the list: the first, or a further one.
    List { first: bool, wanted: String },
    /// The kinds of sandbox.
    Templates,
    /// That a message is taken.
    Post(TransactionId),
    /// Which folder there is for files that go with a message, where that is not known.
    Home(Parcel),
    /// A place for the first of the files that go with a message.
    Upload(Parcel),
    /// That an answer is taken.
    Answer(ApprovalId),
    /// That the agent goes on.
    Run,
    /// That the agent stops at once.
    Interrupt,
    /// That the sandbox is paused.
    End,
    /// That the sandbox is deleted.
    Discard,
    /// Another title.
    Rename { id: ConversationId, title: String },
    /// That a conversation is deleted.
    Delete(ConversationId),
    /// A page of the whole log, with what came before it.
    Export(String),
    /// Anything else: only a refusal is worth telling.
    Other,
}

/// A message whose files are being brought to the agent.
#[derive(Clone, Debug)]
pub(super) struct Parcel {
    id: TransactionId,
    text: String,
    images: Vec<Attachment>,
    /// Those that are still to go, the next one last.
    files: Vec<Attachment>,
    /// Where those are that are there.
    places: Vec<String>,
}

impl Errand {
    /// Whether its answer counts although the connection was lost meanwhile.
    pub(super) const fn is_kept(&self) -> bool {
        matches!(self, Self::Post(_))
    }
}

impl OpenHands {
    fn errand(&mut self, request: Request, errand: Errand, out: &mut Out<'_>) {
        let request = Request {
            keep: errand.is_kept(),
            ..request
        };
        self.errands.push((out.fetch(request), errand));
    }

    /// Asks the agent server of the conversation for something.
    fn tell_agent(
        &mut self,
        rest: &str,
        body: Option<Value>,
        errand: Errand,
        out: &mut Out<'_>,
    ) -> Result<(), Unsupported> {
        let home = self.home.as_ref().filter(|_| self.is_direct());
        let path = of(&self.conversation, rest);
        let request = home.ok_or(Unsupported)?.post(&path, body);
        self.errand(request, errand, out);
        Ok(())
    }

    pub(super) fn command(
        &mut self,
        command: &Command,
        out: &mut Out<'_>,
    ) -> Result<(), Unsupported> {
        if matches!(command, Command::Cancel | Command::Pause) {
            self.link.run_again = 0;
        }
        match command {
            Command::Message {
                id,
                text,
                attachments,
                ..
            } => self.send(*id, text, attachments, out),
            Command::Cancel => self.tell_agent("/interrupt", None, Errand::Interrupt, out),
            Command::Pause => self.tell_agent("/pause", None, Errand::Other, out),
            Command::Resume => {
                self.link.run_again = RUNS;
                self.tell_agent("/run", None, Errand::Run, out)
            }
            Command::Answer {
                id,
                approved,
                reason,
                ..
            } => self.answer(id, *approved, reason, out),
            Command::Confirm(confirmation) => self.confirm(*confirmation, out),
            Command::Condense => self.tell_agent("/condense", None, Errand::Other, out),
            Command::Rename { id, title } => self.rename(id, title, out),
            Command::Delete(id) => self.delete(id, out),
            Command::End => self.tell_sandbox("/pause", Errand::End, out),
            Command::Discard => self.tell_sandbox("", Errand::Discard, out),
            Command::Export => self.export(None, String::new(), out),
            Command::Reset
            | Command::Typing(_)
            | Command::Listen { .. }
            | Command::Switch { .. } => Err(Unsupported),
        }
    }

    fn send(
        &mut self,
        id: TransactionId,
        text: &str,
        attachments: &[Attachment],
        out: &mut Out<'_>,
    ) -> Result<(), Unsupported> {
        let (mut images, mut files) = (Vec::new(), Vec::new());
        for attachment in attachments.iter().rev() {
            match attachment.is_image() {
                true => images.insert(0, attachment.clone()),
                false => files.push(attachment.clone()),
            }
        }
        let parcel = Parcel {
            id,
            text: text.to_owned(),
            images,
            files,
            places: Vec::new(),
        };
        if !parcel.files.is_empty() {
            if !self.is_direct() {
                return Err(Unsupported);
            }
            out.event(AgentEvent::Uploading);
        }
        self.forward(parcel, out)
    }

    /// Brings the next file to the agent, or the message once all are there.
    fn forward(&mut self, mut parcel: Parcel, out: &mut Out<'_>) -> Result<(), Unsupported> {
        let Some(file) = parcel.files.pop() else {
            return self.post(&parcel, out);
        };
        let home = self.home.as_ref().ok_or(Unsupported)?;
        if !self.folder.starts_with('/') {
            parcel.files.push(file);
            let request = home.get("/api/file/home");
            self.errand(request, Errand::Home(parcel), out);
            return Ok(());
        }
        let folder = self.folder.trim_end_matches('/');
        let place = [folder, "/", &file.name].concat();
        let path = ["/api/file/upload?path=", &encoded(&place)].concat();
        let field = "file";
        let request = Request {
            body: Some(Payload::Form {
                field,
                files: vec![file],
            }),
            ..home.post(&path, None)
        };
        parcel.places.push(place);
        self.errand(request, Errand::Upload(parcel), out);
        Ok(())
    }

    fn post(&mut self, parcel: &Parcel, out: &mut Out<'_>) -> Result<(), Unsupported> {
        if !parcel.places.is_empty() {
            out.event(AgentEvent::Uploaded);
        }
        let body = message::write(&parcel.text, &parcel.images, &parcel.places);
        let socket = self.link.socket.filter(|_| self.link.ready);
        if let Some(socket) = socket.filter(|_| body.len() <= LONGEST || self.blocked) {
            out.send(socket, body);
            return Ok(());
        }
        let (base, path) = match self.relays() {
            true => (
                &self.front,
                app(&["/", &self.conversation, "/send-message"].concat()),
            ),
            false => (
                self.home.as_ref().ok_or(Unsupported)?,
                of(&self.conversation, "/events"),
            ),
        };
        let request = Request {
            body: Some(Payload::Text(body)),
            ..base.post(&path, Some(Value::Null))
        };
        out.event(AgentEvent::Posting);
        self.errand(request, Errand::Post(parcel.id), out);
        Ok(())
    }

    /// An answer where none is waited for would begin a run.
    fn answer(
        &mut self,
        id: &ApprovalId,
        approved: bool,
        reason: &str,
        out: &mut Out<'_>,
    ) -> Result<(), Unsupported> {
        let asks = matches!(self.standing, Some((_, Standing::Asking)));
        if !asks {
            return Err(Unsupported);
        }
        let mut body = json!({"accept": approved});
        if let Some(fields) = body.as_object_mut().filter(|_| !reason.is_empty()) {
            fields.insert("reason".to_owned(), reason.into());
        }
        let errand = Errand::Answer(id.clone());
        self.tell_agent("/events/respond_to_confirmation", Some(body), errand, out)
    }

    /// Whether a call is risky is for an analyser to say, which the server is told of first.
    pub(super) fn confirm(
        &mut self,
        confirmation: Confirmation,
        out: &mut Out<'_>,
    ) -> Result<(), Unsupported> {
        if let Some(analyzer) = state::analyzer(confirmation) {
            let body = json!({"security_analyzer": analyzer});
            self.tell_agent("/security_analyzer", Some(body), Errand::Other, out)?;
        }
        let body = json!({"policy": state::policy(confirmation)});
        self.tell_agent("/confirmation_policy", Some(body), Errand::Other, out)
    }

    /// Asks that the agent goes on. Until the step before it has ended the server refuses.
    pub(super) fn run(&mut self, out: &mut Out<'_>) {
        if self.tell_agent("/run", None, Errand::Run, out).is_err() {
            self.link.run_again = 0;
        }
    }

    /// Asks for a run after a while, and again until the server agrees.
    pub(super) fn run_later(&mut self, out: &mut Out<'_>) {
        self.link.run_again = RUNS;
        out.wait(super::arrive::A_WHILE);
    }

    /// Whether that is asked for now.
    pub(super) fn runs(&self) -> bool {
        let mut errands = self.errands.iter();
        errands.any(|(_, errand)| matches!(errand, Errand::Run))
    }

    fn rename(
        &mut self,
        id: &ConversationId,
        title: &str,
        out: &mut Out<'_>,
    ) -> Result<(), Unsupported> {
        let path = self.listed(id)?;
        let body = json!({"title": title});
        let request = self.front.call("PATCH", &path, Some(body));
        let errand = Errand::Rename {
            id: id.clone(),
            title: title.to_owned(),
        };
        self.errand(request, errand, out);
        Ok(())
    }

    fn delete(&mut self, id: &ConversationId, out: &mut Out<'_>) -> Result<(), Unsupported> {
        let path = self.listed(id)?;
        let request = self.front.call("DELETE", &path, None);
        self.errand(request, Errand::Delete(id.clone()), out);
        Ok(())
    }

    /// The path of a conversation of the server's list.
    fn listed(&self, id: &ConversationId) -> Result<String, Unsupported> {
        match self.kind {
            Some(Kind::App) => Ok(app(&["/", id.as_str()].concat())),
            Some(Kind::Agent) => Ok(of(id.as_str(), "")),
            None => Err(Unsupported),
        }
    }

    fn tell_sandbox(
        &mut self,
        rest: &str,
        errand: Errand,
        out: &mut Out<'_>,
    ) -> Result<(), Unsupported> {
        let id = self.sandbox.as_deref().ok_or(Unsupported)?;
        let path = sandbox(id, rest);
        let request = match errand {
            // Version 1.11.0 reads it from the query alone.
            Errand::Discard => {
                let path = [&path, "?sandbox_id=", &encoded(id)].concat();
                self.front.call("DELETE", &path, None)
            }
            _ => self.front.post(&path, None),
        };
        self.errand(request, errand, out);
        Ok(())
    }

    /// Asks for a page of the server's list. Where the server does not answer there is none, which
    /// nobody needs to be told.
    pub(super) fn ask_for_list(&mut self, wanted: &str, page: Option<&str>, out: &mut Out<'_>) {
        // What is asked for now takes the place of what was.
        let is_list = |errand: &Errand| matches!(errand, Errand::List { .. });
        self.errands.retain(|(_, errand)| !is_list(errand));
        let first = page.is_none();
        let page = page.map_or(String::new(), |page| ["&page_id=", page].concat());
        let path = match self.kind {
            Some(Kind::Agent) => [
                "/api/conversations/search?limit=20&sort_order=UPDATED_AT_DESC",
                &page,
            ]
            .concat(),
            _ => {
                let title = match wanted {
                    "" => String::new(),
                    wanted => ["&title__contains=", &encoded(wanted)].concat(),
                };
                app(&["/search?limit=20", &title, &page].concat())
            }
        };
        let wanted = wanted.to_owned();
        let request = self.front.get(&path);
        self.errand(request, Errand::List { first, wanted }, out);
        if first && self.kind == Some(Kind::App) {
            let request = self.front.get("/api/v1/sandbox-specs/search?limit=100");
            self.errand(request, Errand::Templates, out);
        }
    }

    fn export(
        &mut self,
        page: Option<&str>,
        before: String,
        out: &mut Out<'_>,
    ) -> Result<(), Unsupported> {
        let id = &self.conversation;
        let page = page.map_or(String::new(), |page| ["&page_id=", page].concat());
        let rest = ["/events/search?limit=100", &page].concat();
        let home = self.home.as_ref().filter(|_| self.is_direct());
        let request = match (home, self.kind) {
            (Some(home), _) => home.get(&of(id, &rest)),
            (None, Some(Kind::App)) => self
                .front
                .get(&["/api/v1/conversation/", id, &rest].concat()),
            _ => return Err(Unsupported),
        };
        self.errand(request, Errand::Export(before), out);
        Ok(())
    }

    /// Reads an answer; `false` where the question was not asked from here.
    pub(super) fn errand_answered(
        &mut self,
        request: RequestId,
        status: u16,
        body: &str,
        out: &mut Out<'_>,
    ) -> bool {
        let Some(at) = self.errands.iter().position(|(known, _)| *known == request) else {
            return false;
        };
        let done = (200..300).contains(&status);
        match self.errands.remove(at).1 {
            Errand::List { first, wanted } => self.read_list(first, &wanted, (status, body), out),
            Errand::Templates => {
                let mut answer = rest::body(status, body);
                if let Some((items, _)) = rest::page(&mut answer) {
                    out.event(AgentEvent::Templates(rest::names(&items)));
                }
            }
            Errand::Post(id) => self.posted(id, status, out),
            Errand::Home(parcel) => {
                let answer = rest::body(status, body);
                self.folder = [text(&answer, "home"), "/uploads"].concat();
                if !done || self.forward(parcel, out).is_err() {
                    out.event(AgentEvent::NotSent(Failure::NotUploaded));
                }
            }
            Errand::Upload(parcel) => {
                let gone_on = done && self.forward(parcel, out).is_ok();
                if !gone_on {
                    out.event(AgentEvent::NotSent(match status {
                        413 => Failure::TooLarge,
                        _ => Failure::NotUploaded,
                    }));
                }
            }
            Errand::Answer(id) if !done => {
                out.event(AgentEvent::NotAnswered(id));
                out.event(AgentEvent::NotDone(rest::detail(body)));
            }
            Errand::Run => match status {
                409 | 429 if self.link.run_again > 0 => out.wait(super::arrive::A_WHILE),
                _ => {
                    self.link.run_again = 0;
                    if !done {
                        out.event(AgentEvent::NotDone(rest::detail(body)));
                    }
                }
            },
            // Older versions know only the pause, which lets the step in hand end.
            Errand::Interrupt if status == 404 => {
                let _ = self.tell_agent("/pause", None, Errand::Other, out);
            }
            Errand::End if done => {
                self.asleep = true;
                out.lost(Some(Gone::Ended));
            }
            Errand::Discard if done => out.lost(Some(Gone::Archived)),
            Errand::Rename { id, title } if done => {
                out.event(AgentEvent::Renamed { id, title });
            }
            Errand::Delete(id) if done => out.event(AgentEvent::Deleted(id)),
            Errand::Export(before) => self.exported(before, status, body, out),
            _ if done => {}
            _ => out.event(AgentEvent::NotDone(rest::detail(body))),
        }
        true
    }

    fn read_list(
        &mut self,
        first: bool,
        wanted: &str,
        (status, body): (u16, &str),
        out: &mut Out<'_>,
    ) {
        // An agent server knows nothing at an app server's address.
        if status == 404 && self.kind.is_none() {
            self.kind = Some(Kind::Agent);
            return self.ask_for_list(wanted, None, out);
        }
        let mut answer = rest::body(status, body);
        if let Some(page) = rest::listed(&mut answer, first) {
            out.event(AgentEvent::Listed(page));
        }
    }

    /// What became of a message, by the answer to its call.
    fn posted(&mut self, id: TransactionId, status: u16, out: &mut Out<'_>) {
        match status {
            200..300 => out.event(AgentEvent::Accepted(id)),
            // It is saved, and too many agents run: asking for the run is all that is left to do.
            429 if !self.relays() => {
                out.event(AgentEvent::Accepted(id));
                self.run_later(out);
            }
            // The session knows until when.
            429 => out.event(AgentEvent::NotTaken(id)),
            409 | 503 | 401 | 403 => {
                out.event(AgentEvent::NotTaken(id));
                // A message is for an agent that is awake: the next connection wakes it.
                self.asleep |= status == 409;
                out.lost(Some(Gone::Unauthorized).filter(|_| matches!(status, 401 | 403)));
            }
            404 | 410 => {
                out.event(AgentEvent::NotSent(Failure::Refused));
                out.lost(Some(match status {
                    410 => Gone::Archived,
                    _ => Gone::UnknownConversation,
                }));
            }
            413 => out.event(AgentEvent::NotSent(Failure::TooLarge)),
            400..500 => out.event(AgentEvent::NotSent(Failure::Refused)),
            _ => out.event(AgentEvent::Unclear(id)),
        }
    }

    /// The whole log as one list, a page behind the other.
    fn exported(&mut self, mut before: String, status: u16, body: &str, out: &mut Out<'_>) {
        let mut answer = rest::body(status, body);
        let Some((items, next)) = rest::page(&mut answer) else {
            return out.event(AgentEvent::Exported(None));
        };
        for item in items {
            if text(&item, "kind") != "StreamingDeltaEvent" {
                before.push(if before.is_empty() { '[' } else { ',' });
                before.push_str(&item.to_string());
            }
        }
        match next {
            Some(next) => {
                let _ = self.export(Some(&next), before, out);
            }
            None if before.is_empty() => out.event(AgentEvent::Exported(Some("[]".to_owned()))),
            None => out.event(AgentEvent::Exported(Some(before + "]"))),
        }
    }
}
