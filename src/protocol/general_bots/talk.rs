//! What the person says, and whose turn it is.

use super::documented::{QUIET, TYPES};
use super::rest::Errand;
use super::write::{self, Names, Said};
use super::{ECHOES, GeneralBots, Link, Sent, Tongue, ids, wait};
use crate::model::{Attachment, ConversationId, TransactionId};
use crate::protocol::{AgentEvent, Certainty, Out, Unsupported};

impl GeneralBots {
    pub(super) fn written(&self, said: Said<'_>) -> Result<String, Unsupported> {
        match self.tongue {
            Tongue::Documented | Tongue::Unknown => write::documented(&self.session, said),
            Tongue::Native => self.native.written(self.names(), said),
        }
    }

    pub(super) fn names(&self) -> Names<'_> {
        Names {
            session: &self.session,
            user: &self.user,
            bot: &self.bot,
        }
    }

    pub(super) fn send(
        &mut self,
        id: TransactionId,
        text: &str,
        attachments: &[Attachment],
        out: &mut Out<'_>,
    ) -> Result<(), Unsupported> {
        let at = self.clock;
        let frame = self.written(Said {
            text,
            attachments,
            at,
        })?;
        if std::mem::take(&mut self.closed) && self.tongue == Tongue::Documented {
            self.write(write::about("subscribe", &self.session), out);
        }
        if self.muted {
            out.wait_for(wait::TYPING, None);
        }
        self.turn_over(text);
        out.wait_for(wait::SIGN, None);
        self.link.doubtful = None;
        self.unanswered = Some(Sent {
            id,
            text: text.to_owned(),
            attachments: attachments.to_vec(),
        });
        // A message waits for the session that is being made.
        if !self.is_about(Errand::Make) {
            self.write(frame, out);
        }
        Ok(())
    }

    /// The person has sent on: what comes is for that, unless a released server, which does one after
    /// the other, is still at the one before.
    pub(super) fn turn_over(&mut self, text: &str) {
        if self.echoes.len() == ECHOES {
            self.echoes.remove(0);
        }
        self.echoes.push((text.to_owned(), self.running));
        self.muted = false;
        self.native.spoken = true;
        if self.tongue != Tongue::Native && !self.streams.is_live() {
            self.running = false;
        }
        self.streams.overtake();
    }

    /// The rest of the run is not to be shown, up to its end: what comes behind that is. Where nothing
    /// is known to go on, a little quiet is the end.
    pub(super) fn mute(&mut self, out: &mut Out<'_>) {
        let goes_on = self.unanswered.take().is_some() || self.running;
        self.muted = true;
        self.streams.stop_all();
        if self.tongue == Tongue::Native {
            self.native.skip(goes_on);
        } else {
            self.running = false;
        }
        if !self.native.skips() {
            out.wait_for(wait::TYPING, Some(if goes_on { TYPES } else { QUIET }));
        }
    }

    /// The server speaks of the session.
    pub(super) const fn is_known(&mut self) {
        self.fresh = false;
        self.unknown = false;
    }

    /// The server is seen to work.
    pub(super) fn began(&mut self, out: &mut Out<'_>) {
        self.unanswered = None;
        self.link.typed = 0;
        self.is_known();
        if !std::mem::replace(&mut self.running, true) {
            out.event(AgentEvent::RunStarted);
        }
    }

    pub(super) fn finish(&mut self, certainty: Certainty, out: &mut Out<'_>) {
        self.running = false;
        // A server that does not repeat them now does not at all.
        self.echoes.retain_mut(|(_, behind)| std::mem::take(behind));
        out.wait_for(wait::TYPING, None);
        // What was stopped is over: nothing more is held back.
        let over = !self.native.skips() && std::mem::take(&mut self.muted);
        out.event(AgentEvent::RunFinished(match over {
            true => Certainty::Certain,
            false => certainty,
        }));
    }

    /// The conversation begins anew, in a session of this identifier or of one of ours. A released
    /// server knows the session from the socket's address, so that it takes another socket.
    pub(super) fn reset_to(&mut self, id: Option<&str>, out: &mut Out<'_>) {
        let id = id.filter(|id| !self.is_session(id) && !self.is_other(id));
        let new = id.map_or_else(|| ids::follows(&self.session, self.clock.0), str::to_owned);
        let old = std::mem::replace(&mut self.session, new);
        self.streams.forget_all();
        self.echoes.clear();
        self.unanswered = None;
        self.running = false;
        self.fresh = true;
        self.made = false;
        self.unknown = false;
        self.closed = false;
        self.reads = 0;
        self.muted = false;
        // The session gives up every call with what is forgotten.
        self.errands.clear();
        out.wait_for(wait::ANEW, None);
        out.wait_for(wait::REST, None);
        out.event(AgentEvent::Reset);
        // Nothing of what went on there comes in another session.
        out.event(AgentEvent::RunFinished(Certainty::Certain));
        out.event(AgentEvent::Named(ConversationId::new(
            self.session.as_str(),
        )));
        if self.tongue == Tongue::Documented {
            self.write(write::about("unsubscribe", &old), out);
            return self.subscribe(out);
        }
        self.native.forget(out);
        if let Some(socket) = self.link.socket.take() {
            out.shut(socket);
            self.link = Link {
                ready: self.link.ready,
                ..Link::default()
            };
            self.open(out);
        }
    }
}
