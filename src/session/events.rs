//! What an adapter's event does to timeline, run and outbox.

use super::Session;
use super::change::{Change, Run};
use super::reconcile::reconcile;
use super::timeline::{Answered, Voice};
use crate::model::{Approval, ApprovalState, Fault, Instant, Notice, ProseState};
use crate::protocol::{AgentEvent, Certainty, Past};

impl Session {
    /// Takes one event; false where it is late: of a turn that was stopped or reset away.
    pub(super) fn event(&mut self, event: AgentEvent, now: Instant) -> bool {
        match event {
            AgentEvent::RunStarted => self.run_started(now),
            AgentEvent::RunFinished(certainty) => self.run_finished(certainty, now),
            AgentEvent::RunFailed(fault) => self.run_failed(fault, now),
            AgentEvent::Reset => self.was_reset(),
            AgentEvent::History(pasts) => self.history(pasts, now),
            AgentEvent::HistoryMissing => self.recalling = None,
            AgentEvent::HistoryBlocked { remedy } => self.blocked(remedy),
            AgentEvent::CaughtUp(reach) => self.caught_up(&reach, now),
            // Another tab's connection may have begun behind what is here.
            AgentEvent::InOrder => self.comes_in_order(),
            AgentEvent::Stream(stream) => {
                self.run.sign(now);
                self.timeline.stream(stream);
            }
            AgentEvent::Posting => self.outbox.posting = Some(now),
            AgentEvent::NotTaken(id) => self.not_taken(id),
            AgentEvent::Unclear(id) if self.is_in_flight(id) => self.unclear(now),
            AgentEvent::Unclear(_) => {}
            AgentEvent::NotAnswered(id) => self.timeline.not_answered(&id),
            AgentEvent::Accepted(id) => self.accepted(id),
            AgentEvent::Uploading => self.outbox.uploading = Some(now),
            AgentEvent::Uploaded => self.outbox.uploading = None,
            AgentEvent::NotSent(why) => self.not_sent(why),
            AgentEvent::Stands(standing) => self.stands(standing, now),
            AgentEvent::Trouble(fault) => self.timeline.trouble(fault),
            AgentEvent::Progress(what) => self.timeline.say(Change::Progress(what)),
            AgentEvent::Named(id) => self.timeline.say(Change::Named(id)),
            AgentEvent::Titled(title) => self.timeline.say(Change::Titled(title)),
            AgentEvent::Exported(json) => self.timeline.say(Change::Exported(json)),
            AgentEvent::Listed(page) => self.timeline.say(Change::Listed(page)),
            AgentEvent::Renamed { id, title } => self.timeline.say(Change::Renamed { id, title }),
            AgentEvent::Deleted(id) => self.timeline.say(Change::Deleted(id)),
            AgentEvent::NotDone(why) => self.timeline.say(Change::NotDone(why)),
            AgentEvent::Confirms(what) => self.timeline.say(Change::Confirms(what)),
            AgentEvent::Costs(cost) => self.timeline.say(Change::Cost(cost)),
            AgentEvent::Suggests(what) => self.timeline.say(Change::Suggests(what)),
            AgentEvent::Switchers(what) => self.timeline.say(Change::Switchers(what)),
            AgentEvent::Dressed(dress) => self.timeline.say(Change::Dressed(dress)),
            AgentEvent::Overheard(text) => self.witness(text, Vec::new()),
            AgentEvent::Came(name) => self.timeline.say(Change::Came(name)),
            AgentEvent::Elsewhere { id, name, text } => {
                self.timeline.say(Change::Elsewhere { id, name, text });
            }
            AgentEvent::TooOften => self.too_often(now),
            AgentEvent::AnswersAgain => self.run.sent(now),
            AgentEvent::Templates(names) => self.timeline.say(Change::Templates(names)),
            AgentEvent::Notice(notice) => return self.notice(notice),
            of_the_run => return self.of_the_run(of_the_run, now),
        }
        true
    }

    /// Events that show something of the running turn.
    fn of_the_run(&mut self, event: AgentEvent, now: Instant) -> bool {
        self.run.heard(now);
        if self.run.is_shut() {
            return false;
        }
        self.confirmed();
        match event {
            AgentEvent::TextDelta(text) => self.timeline.grow(Voice::Answer, &text),
            AgentEvent::ReasoningDelta(text) => self.timeline.grow(Voice::Reasoning, &text),
            AgentEvent::TextFinished(text) => self.text_finished(text),
            AgentEvent::ReasoningFinished(text) => self.timeline.finish(Voice::Reasoning, text),
            AgentEvent::TextRecovered(text) => self.timeline.recover(text),
            AgentEvent::TextMended { pieces, whole } => self.timeline.mend(&pieces, whole),
            AgentEvent::ToolCallStarted { call, name, args } => {
                self.timeline.tool_started(call, name, args, now);
            }
            AgentEvent::ToolCallFinished {
                call,
                name,
                state,
                timed_out,
                content,
            } => {
                let answered = Answered {
                    state,
                    timed_out,
                    content,
                };
                self.timeline.tool_finished(call, name, answered, now);
            }
            AgentEvent::ApprovalRequested {
                id,
                tool,
                args,
                description,
                can_remember,
                timeout,
            } => {
                let until = timeout.map(|timeout| now + timeout);
                let state = ApprovalState::Pending { until };
                self.timeline.asked(Approval {
                    id,
                    tool,
                    args,
                    description,
                    risk: None,
                    can_remember,
                    state,
                });
            }
            _ => {}
        }
        true
    }

    fn text_finished(&mut self, text: String) {
        self.timeline.close(Voice::Reasoning, ProseState::Done);
        self.timeline.finish(Voice::Answer, text);
    }

    fn run_started(&mut self, now: Instant) {
        self.run.started(now);
        self.timeline.recalled = None;
        if !self.run.is_shut() {
            self.confirmed();
            self.timeline.interrupt(false);
        }
    }

    fn run_finished(&mut self, certainty: Certainty, now: Instant) {
        if !self.run.is_shut() {
            self.confirmed();
        }
        self.run.finished(certainty, now);
        if certainty == Certainty::Certain {
            self.run.rested();
        }
    }

    /// An error ends the turn; after a Stop it is only the echo of it.
    fn run_failed(&mut self, fault: Fault, now: Instant) {
        self.confirmed();
        // If it was the reset that the server refused, there is nothing more to wait for. An error
        // of what is going on is none.
        if !self.run.run().busy() {
            self.resetting = None;
        }
        let stopped = matches!(self.run.run(), Run::Muted { .. });
        self.run.failed(now);
        self.timeline.interrupt(true);
        if !stopped {
            self.timeline.fault(fault);
        }
    }

    fn was_reset(&mut self) {
        self.resetting = None;
        self.outbox_forget();
        self.answers.clear();
        // A history that was asked for before is one of what is gone now.
        self.abort();
        self.timeline.clear();
        self.timeline.notice(Notice::Reset);
        // Of a turn that goes on, the rest may still come.
        if self.run.run().busy() {
            self.run.shut();
        }
        self.run.idle();
    }

    fn history(&mut self, pasts: Vec<Past>, now: Instant) {
        self.recalling = None;
        if !pasts.is_empty() {
            self.known();
        }
        let outcome = reconcile(&mut self.timeline, pasts, now);
        self.timeline.recalled = self.timeline.newest_answer();
        if outcome.answered && !self.in_flight() {
            self.run.idle();
        }
        if outcome.forgotten {
            self.timeline.notice(Notice::Forgotten);
        }
    }

    fn blocked(&mut self, remedy: String) {
        self.recalling = None;
        // Said once. It is asked again after the next gap: a network that is away looks the same.
        if !std::mem::replace(&mut self.history_blocked, true) {
            self.timeline.notice(Notice::HistoryBlocked { remedy });
        }
    }

    fn notice(&mut self, notice: Notice) -> bool {
        let shown = !(self.run.is_shut() && notice == Notice::EmptyReply);
        if shown {
            self.timeline.notice(notice);
        }
        shown
    }
}
