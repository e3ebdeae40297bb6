//! What is asked of the server beside the conversation: the list of all that it keeps, an end of the
//! agent, the whole log, and a place for files.
//!
//! Files are put into the agent's workspace before the message that they go with: its frame says
//! where they are. The server (0.59.0, `routes/files.py`) reads each as UTF-8 and puts a replacement
//! in the place of what is none, so a file that is no text would arrive damaged.

use crate::io::RequestId;
use crate::model::{Failure, Notice};
use crate::protocol::{AgentEvent, Command, Gone, Out};

use super::address::Address;
use super::{rest, write};

/// What is under way.
#[derive(Debug, Default)]
pub(super) struct Errands(Vec<(RequestId, Errand)>);

/// What was asked.
#[derive(Debug)]
enum Errand {
    /// A page of the list: the first, or a further one.
    List { first: bool },
    /// An end of the agent.
    End,
    /// The whole log.
    Export,
    /// A place for so many files, which go with this message.
    Upload { command: Command, count: usize },
}

/// What became of an answer.
pub(super) enum Answer {
    /// It is to another question.
    NotOurs,
    /// It was read.
    Read,
    /// It was read, and this frame waited for it.
    Send(String),
}

impl Errands {
    /// Asks for a page of the server's list. Where the server does not answer there is none, which
    /// nobody needs to be told.
    pub(super) fn list(&mut self, address: &Address, page: Option<&str>, out: &mut Out<'_>) {
        let first = page.is_none();
        // What is asked for now takes the place of what was.
        self.0
            .retain(|(_, errand)| !matches!(errand, Errand::List { .. }));
        let request = out.fetch(rest::list(address, page));
        self.0.push((request, Errand::List { first }));
    }

    /// Does what is not done by a frame alone; `false` where a frame is all that it takes. The
    /// document that strict mode goes by has frames only for messages, and those without files.
    pub(super) fn take(
        &mut self,
        command: &Command,
        strict: bool,
        (address, conversation): (&Address, &str),
        out: &mut Out<'_>,
    ) -> bool {
        let (request, errand) = match command {
            Command::End => (rest::end(address, conversation), Errand::End),
            Command::Export => (rest::export(address, conversation), Errand::Export),
            Command::Message {
                id,
                text,
                attachments,
                at,
            } if !strict => {
                let (mut images, mut files) = (Vec::new(), Vec::new());
                for attachment in attachments {
                    let kind = match attachment.is_image() {
                        true => &mut images,
                        false => &mut files,
                    };
                    kind.push(attachment.clone());
                }
                let count = files.len();
                if count == 0 {
                    return false;
                }
                out.event(AgentEvent::Uploading);
                let command = Command::Message {
                    id: *id,
                    text: text.clone(),
                    attachments: images,
                    at: *at,
                };
                let request = rest::upload(address, conversation, files);
                (request, Errand::Upload { command, count })
            }
            _ => return false,
        };
        self.0.push((out.fetch(request), errand));
        true
    }

    /// Reads an answer; tells whether the question was asked from here, and what is to be sent now.
    pub(super) fn answered(
        &mut self,
        request: RequestId,
        status: u16,
        body: &str,
        out: &mut Out<'_>,
    ) -> Answer {
        let Some(at) = self.0.iter().position(|(known, _)| *known == request) else {
            return Answer::NotOurs;
        };
        let answer = rest::read(status, body);
        match self.0.remove(at).1 {
            Errand::List { first } => {
                if let Some(page) = rest::listed(&answer, first) {
                    out.event(AgentEvent::Listed(page));
                }
            }
            // The socket says so as well, sooner or later, where it is there.
            Errand::End if status == 200 => out.lost(Some(Gone::Ended)),
            Errand::End => out.event(AgentEvent::Notice(Notice::NotEnded)),
            Errand::Export => out.event(AgentEvent::Exported(rest::exported(&answer))),
            Errand::Upload { command, count } => {
                let paths = rest::uploaded(&answer, count);
                let frame = paths.and_then(|paths| write::frame(&command, false, &paths).ok());
                if let Some(frame) = frame {
                    out.event(AgentEvent::Uploaded);
                    return Answer::Send(frame);
                }
                out.event(AgentEvent::NotSent(match status {
                    413 => Failure::TooLarge,
                    _ => Failure::NotUploaded,
                }));
            }
        }
        Answer::Read
    }
}
