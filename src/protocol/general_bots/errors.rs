//! The errors of the document's dialect. None says what it is about: each is taken for one of the
//! newest frame of ours that can have such an error.

use serde_json::Value;

use super::class::{field, text};
use super::rest::Errand;
use super::{GeneralBots, Sent, wait};
use crate::model::{Duration, Failure, Fault};
use crate::protocol::{AgentEvent, Certainty, Gone, Out};
use crate::wire::json;

/// So long a message is waited for that may have been refused.
const SIGN: Duration = Duration::secs(5);

/// A message whose error may have been of what went before it has a sign by then, or had the error.
const DOUBT: Duration = Duration::secs(3);

/// The same where a subscription to another session went before it: a message that is made again
/// wrongly is there twice.
const LONG_DOUBT: Duration = Duration::secs(30);

/// Whether the server refuses the key.
pub(super) fn is_unauthorized(frame: &Value) -> bool {
    text(frame, "type") == Some("error") && text(frame, "code") == Some("AUTH_FAILED")
}

impl GeneralBots {
    /// The server did not take something, which it does not name.
    pub(super) fn failed(&mut self, frame: &Value, out: &mut Out<'_>) {
        let code = text(frame, "code").unwrap_or_default();
        // What went on is being forgotten, with all that failed in it.
        if self.is_about(Errand::Anew) && code != "AUTH_FAILED" {
            return out.dropped();
        }
        if self.is_of_others(code) {
            // No message has this error.
            if code != "SUBSCRIPTION_FAILED" {
                self.doubt(frame, LONG_DOUBT, out);
            }
            return out.dropped();
        }
        if self.is_of_typing(code) {
            self.doubt(frame, DOUBT, out);
            return out.dropped();
        }
        let sent = self.unanswered.take();
        let pinged = std::mem::take(&mut self.link.pinged);
        match (code, sent) {
            ("AUTH_FAILED", sent) => self.unauthorized(sent, out),
            // Of the other sessions nobody has to know.
            ("SESSION_NOT_FOUND" | "SUBSCRIPTION_FAILED" | "RATE_LIMITED", None)
                if self.link.with_others =>
            {
                out.dropped();
            }
            ("SESSION_NOT_FOUND" | "SUBSCRIPTION_FAILED", sent) if self.can_make() => {
                self.made = true;
                // What had gone out already is refused as well, about the same session.
                self.link.owed = code == "SUBSCRIPTION_FAILED" && sent.is_some();
                self.unanswered = sent;
                self.make_session(out);
            }
            ("SESSION_NOT_FOUND", sent) if std::mem::take(&mut self.link.owed) => {
                self.unanswered = sent;
                out.dropped();
            }
            ("SESSION_NOT_FOUND", None) if self.fresh => out.dropped(),
            ("SESSION_NOT_FOUND", sent) => self.unknown_session(sent.is_some(), frame, out),
            ("SUBSCRIPTION_FAILED", sent) => {
                self.unknown = true;
                // It may be about the subscription alone, and the message be answered.
                if sent.is_some() {
                    out.wait_for(wait::SIGN, Some(SIGN));
                }
                self.unanswered = sent;
                out.event(AgentEvent::Trouble(fault(code, frame)));
            }
            ("RATE_LIMITED", Some(_)) => out.event(AgentEvent::TooOften),
            ("MESSAGE_TOO_LARGE", Some(_)) => self.not_sent(Failure::TooLarge, out),
            // Nothing else of ours can be: the session keeps the limit by itself.
            ("MESSAGE_TOO_LARGE", None) => out.dropped(),
            ("INVALID_FORMAT", Some(_)) => {
                self.not_sent(Failure::Refused, out);
                out.event(AgentEvent::RunFailed(fault(code, frame)));
            }
            ("INVALID_FORMAT", None) if pinged => {
                self.link.no_pings = true;
                self.others_now(out);
                out.dropped();
            }
            ("RATE_LIMITED" | "INVALID_FORMAT", None) => {
                out.event(AgentEvent::Trouble(fault(code, frame)));
            }
            (_, sent) => {
                let running = std::mem::take(&mut self.running);
                self.streams.doubt();
                out.event(match running || sent.is_some() {
                    true => AgentEvent::RunFailed(fault(code, frame)),
                    false => AgentEvent::Trouble(fault(code, frame)),
                });
                // That is how what was stopped has ended.
                if self.muted {
                    self.finish(Certainty::Certain, out);
                }
            }
        }
    }

    /// It may have been about the message behind after all.
    fn doubt(&mut self, frame: &Value, until: Duration, out: &mut Out<'_>) {
        if self.unanswered.is_some() {
            self.link.doubtful = Some(frame.clone());
            out.wait_for(wait::DOUBT, Some(until));
        }
    }

    /// Whether an error is taken for one of a subscription to another session: errors come in the
    /// order of what they are about, and no sign has shown yet that those were taken.
    fn is_of_others(&mut self, code: &str) -> bool {
        let like = matches!(
            code,
            "SESSION_NOT_FOUND" | "SUBSCRIPTION_FAILED" | "RATE_LIMITED"
        );
        let can = like && self.link.others_open > 0;
        if can {
            self.link.others_open -= 1;
        }
        can
    }

    /// Whether an error is taken for one of a frame that says whether the person writes: those go
    /// out right before the message, and errors come in the order of what they are about.
    fn is_of_typing(&mut self, code: &str) -> bool {
        let garbled = code == "INVALID_FORMAT";
        let can = (garbled || code == "RATE_LIMITED") && self.link.typed > 0;
        if can {
            self.link.typed -= 1;
            self.link.no_typing |= garbled;
        }
        can
    }

    /// The message behind has had no sign either: the error was its own.
    pub(super) fn doubted(&mut self, out: &mut Out<'_>) {
        if let Some(frame) = self
            .link
            .doubtful
            .take()
            .filter(|_| self.unanswered.is_some())
        {
            self.link.typed = 0;
            self.link.others_open = 0;
            self.failed(&frame, out);
        }
    }

    /// Whether the server may want to be asked for a session first.
    fn can_make(&self) -> bool {
        self.fresh && !self.made && self.link.open
    }

    fn not_sent(&mut self, why: Failure, out: &mut Out<'_>) {
        out.event(AgentEvent::NotSent(why));
        self.finish(Certainty::Certain, out);
    }

    /// A message goes out again once the server knows who sends it.
    pub(super) fn not_taken(&mut self, sent: &Sent, out: &mut Out<'_>) {
        out.event(AgentEvent::NotTaken(sent.id));
        self.finish(Certainty::Certain, out);
    }

    /// The key is refused: it is given the other way, or there is no use in going on without another.
    fn unauthorized(&mut self, sent: Option<Sent>, out: &mut Out<'_>) {
        if let Some(sent) = sent {
            self.not_taken(&sent, out);
        }
        if self.can_try_other_way() {
            self.key_is_refused();
            return out.lost(None);
        }
        out.lost(Some(Gone::Unauthorized));
    }

    /// The server knows no such session: the message has failed, and the next one may be sent.
    pub(super) fn unknown_session(&mut self, was_sent: bool, frame: &Value, out: &mut Out<'_>) {
        self.unknown = true;
        if was_sent {
            self.not_sent(Failure::Refused, out);
        }
        out.event(AgentEvent::Trouble(fault("SESSION_NOT_FOUND", frame)));
    }

    /// A message that the server may have refused has had no answer.
    pub(super) fn no_sign(&mut self, out: &mut Out<'_>) {
        if self.unanswered.take().is_some() {
            self.not_sent(Failure::NotAccepted, out);
        }
    }
}

/// An error in words: those of the document have sentences of ours, with the next step.
fn fault(code: &str, frame: &Value) -> Fault {
    let known = matches!(
        code,
        "RATE_LIMITED" | "INVALID_FORMAT" | "SUBSCRIPTION_FAILED" | "SESSION_NOT_FOUND"
    );
    let said = text(frame, "message").unwrap_or_default().to_owned();
    let details = field(frame, "details").map(json::readable);
    let code = Some(code.to_owned()).filter(|code| !code.is_empty());
    match known {
        true => Fault {
            message: String::new(),
            detail: Some(said).filter(|said| !said.is_empty()),
            code,
        },
        false => Fault {
            message: said,
            detail: details,
            code,
        },
    }
}
