//! What is asked of the server beside the conversation: the list of all that it keeps, and an end of
//! the agent.

use crate::io::RequestId;
use crate::model::Notice;
use crate::protocol::{AgentEvent, Gone, Out};

use super::address::Address;
use super::rest;

/// What is under way.
#[derive(Debug, Default)]
pub(super) struct Errands(Vec<(RequestId, Errand)>);

/// What was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Errand {
    /// A page of the list: the first, or a further one.
    List { first: bool },
    /// An end of the agent.
    End,
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

    /// Asks that the conversation's agent be ended. The connection goes with it.
    pub(super) fn end(&mut self, address: &Address, conversation: &str, out: &mut Out<'_>) {
        let request = out.fetch(rest::end(address, conversation));
        self.0.push((request, Errand::End));
    }

    /// Reads an answer; `false` where the question was not asked from here.
    pub(super) fn answered(
        &mut self,
        request: RequestId,
        status: u16,
        body: &str,
        out: &mut Out<'_>,
    ) -> bool {
        let Some(at) = self.0.iter().position(|(known, _)| *known == request) else {
            return false;
        };
        match self.0.remove(at).1 {
            Errand::List { first } => {
                if let Some(page) = rest::listed(status, body, first) {
                    out.event(AgentEvent::Listed(page));
                }
            }
            // The socket says so as well, sooner or later, where it is there.
            Errand::End if status == 200 => out.lost(Some(Gone::Ended)),
            Errand::End => out.event(AgentEvent::Notice(Notice::NotEnded)),
        }
        true
    }
}
