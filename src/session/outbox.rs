//! The send queue: one message at a time while a turn runs, none while disconnected, no faster
//! than the throttle, and the truth about what became of each.

use super::change::Change;
use super::throttle::Throttle;
use super::{Policy, Run, Session};
use crate::model::{
    ApprovalState, Attachment, Body, Duration, Failure, Instant, ItemId, Notice, SendState,
    Standing, TransactionId, UserMessage,
};
use crate::protocol::{Certainty, Command, Verdict};

/// What is on its way. The queue itself is the tail of the timeline.
#[derive(Debug)]
pub(super) struct Outbox {
    throttle: Throttle,
    last: u64,
    /// The message of which the server has shown no sign yet.
    pub(super) in_flight: Option<ItemId>,
    /// Since when what goes with it is on its way, and itself not yet.
    pub(super) uploading: Option<Instant>,
    /// It goes out by a call, whose answer says what became of it.
    pub(super) posting: Option<Instant>,
    /// When the last of it left this machine: a large one takes a while.
    left_at: Option<Instant>,
    /// When messages that may have been sent, and are not in the log by then, go out again.
    pub(super) settle_at: Option<Instant>,
    /// Nothing is sent until then: the agent may say that it is being started by our coming, or the
    /// server wants to be left alone.
    pub(super) news_until: Option<Instant>,
    /// A message was in flight when the connection was lost; since the reconnect, nothing came.
    waiting_since: Option<Option<Instant>>,
    retry_at: Option<Instant>,
    /// How often in a row the server said that it is asked too often.
    refusals: u32,
    /// This one waits until the person has changed it.
    pub(super) held: Option<ItemId>,
}

impl Outbox {
    pub(super) fn new(per_second: u32) -> Self {
        Self {
            throttle: Throttle::new(per_second),
            last: 0,
            in_flight: None,
            uploading: None,
            posting: None,
            left_at: None,
            settle_at: None,
            news_until: None,
            waiting_since: None,
            retry_at: None,
            refusals: 0,
            held: None,
        }
    }

    pub(super) const fn retry_at(&self) -> Option<Instant> {
        self.retry_at
    }

    /// The connection is lost: what was in flight may have arrived, or was too large. What still
    /// waited for its files was not sent at all.
    pub(super) fn lost(&mut self, verdict: Verdict) -> Option<(ItemId, SendState)> {
        self.settle_at = None;
        self.news_until = None;
        // The answer to the call comes yet.
        if self.posting.is_some() {
            return None;
        }
        let id = self.in_flight.take()?;
        if self.uploading.take().is_some() {
            return Some((id, SendState::Queued));
        }
        self.waiting_since = Some(None);
        let state = match verdict {
            Verdict::TooLarge => SendState::Failed(Failure::TooLarge),
            Verdict::Retry | Verdict::GiveUp => SendState::MaybeSent,
        };
        Some((id, state))
    }

    /// The server has it, or has refused it.
    pub(super) fn landed(&mut self) {
        self.in_flight = None;
        self.uploading = None;
        self.posting = None;
        self.waiting_since = None;
    }

    pub(super) fn reconnected(&mut self, now: Instant) {
        if let Some(since) = &mut self.waiting_since {
            *since = Some(now);
        }
    }

    pub(super) fn unconfirmed_at(&self, policy: &Policy) -> Option<Instant> {
        self.waiting_since
            .flatten()
            .map(|since| since + policy.unconfirmed)
    }

    /// Whether it is time to stop waiting for a sign of the message that was in flight.
    pub(super) fn no_sign(&mut self, now: Instant, policy: &Policy) -> bool {
        let over = self.unconfirmed_at(policy).is_some_and(|at| now >= at);
        if over {
            self.waiting_since = None;
        }
        over
    }
}

impl Session {
    pub(super) fn queue(&mut self, text: String, attachments: Vec<Attachment>) {
        self.outbox.last += 1;
        let transaction = TransactionId(self.outbox.last);
        let state = SendState::Queued;
        self.timeline.queue(UserMessage {
            transaction,
            text,
            attachments,
            state,
        });
    }

    /// Takes on a message under the number that it has; those of this session come behind it.
    pub(super) fn given(
        &mut self,
        transaction: TransactionId,
        text: String,
        attachments: Vec<Attachment>,
        state: SendState,
    ) {
        self.outbox.last = self.outbox.last.max(transaction.0);
        let waits = state == SendState::Queued;
        let message = UserMessage {
            transaction,
            text,
            attachments,
            state,
        };
        match waits {
            true => self.timeline.queue(message),
            false => self.timeline.push(Body::User(message)),
        };
    }

    pub(super) fn edit(&mut self, id: ItemId, new: String) {
        self.timeline.edit(id, |body| {
            if let Body::User(message) = body
                && message.state == SendState::Queued
            {
                message.text = new;
            }
        });
    }

    pub(super) fn withdraw(&mut self, id: ItemId) {
        let can = matches!(
            self.delivery_of(id),
            Some(SendState::Queued | SendState::Failed(_) | SendState::MaybeSent)
        );
        if can {
            self.timeline.withdraw(id);
        }
    }

    pub(super) fn send_now(&mut self, id: ItemId, now: Instant) {
        match self.delivery_of(id) {
            Some(SendState::Queued) if self.can_overtake() && !self.following => {
                self.dispatch(id, now);
            }
            Some(SendState::Failed(_) | SendState::MaybeSent) => self.queue_again(id),
            _ => {}
        }
    }

    /// Whether a message may go although it is not its turn. What would be lost for certain may not:
    /// an agent that is being started reads nothing.
    fn can_overtake(&self) -> bool {
        let open = self.connection.is_open() && self.run() != Run::Starting;
        open && self.resetting.is_none() && self.is_settled() && !self.answer_is_on_its_way()
    }

    /// Whether the agent has not heard yet what the person answered: a message that gives leave would
    /// overrule it.
    fn answer_is_on_its_way(&self) -> bool {
        let asks = matches!(self.stood, Some((_, Standing::Asking)));
        let message_allows = self.protocol.capabilities().message_allows;
        asks && message_allows && self.timeline.is_decided()
    }

    /// Whether nothing is known to be under way. In a log each message is confirmed by its copy, one
    /// after the other.
    fn is_settled(&self) -> bool {
        !self.protocol.capabilities().event_ids
            || self.outbox.in_flight.is_none() && self.outbox.settle_at.is_none()
    }

    /// A message that did not arrive goes to the end of the queue, under a new item.
    fn queue_again(&mut self, id: ItemId) {
        if let Some(Body::User(message)) = self.timeline.withdraw(id).map(|item| item.body) {
            self.queue(message.text, message.attachments);
        }
    }

    pub(super) fn delivery_of(&self, id: ItemId) -> Option<SendState> {
        match &self.timeline.get(id)?.body {
            Body::User(message) => Some(message.state.clone()),
            _ => None,
        }
    }

    /// Whether the next message may go, apart from the throttle.
    pub(super) fn can_send(&self) -> bool {
        let capabilities = self.protocol.capabilities();
        let free = match self.run() {
            Run::Idle | Run::Paused => true,
            Run::Working { .. } | Run::Stalled { .. } => capabilities.interject,
            Run::Starting | Run::Asking | Run::Muted { .. } => false,
        };
        // What is said behind a reset is for the conversation that begins with it.
        let certain = self.resetting.is_none() && self.recalling.is_none();
        let known = certain && self.outbox.news_until.is_none();
        let here = self.connection.is_open() && !self.following;
        here && free && self.is_settled() && known && !self.answer_is_on_its_way()
    }

    /// When a message of which the server ought to say that it takes it counts as refused.
    pub(super) fn refused_at(&self) -> Option<Instant> {
        let capabilities = self.protocol.capabilities();
        let waits = capabilities.acks && self.outbox.in_flight.is_some();
        let left = self
            .outbox
            .left_at
            .filter(|_| waits && self.connection.is_open());
        left.map(|left| left + self.policy.accept)
    }

    /// When a call that a message goes out by is no longer waited for.
    pub(super) fn post_due(&self) -> Option<Instant> {
        let since = self.outbox.posting?;
        Some(since + self.policy.post)
    }

    /// The call that a message went out by says nothing of it: it may have arrived, which the log
    /// tells.
    pub(super) fn unclear(&mut self, now: Instant) {
        if let Some(id) = self.outbox.in_flight {
            self.outbox.landed();
            self.timeline.delivery(id, SendState::MaybeSent);
            if self.level && self.connection.is_open() {
                self.outbox.settle_at = Some(now + self.policy.late);
            }
        }
    }

    /// The message in flight goes out again, before what waits behind it.
    pub(super) fn not_taken(&mut self, transaction: TransactionId) {
        if let Some(id) = self.outbox.in_flight
            && self.is_transaction(id, transaction)
        {
            self.outbox.landed();
            self.timeline.delivery(id, SendState::Queued);
            self.timeline.move_to_frontier(id);
        }
    }

    /// The message in flight was one too many: it goes out again after a wait that doubles.
    pub(super) fn too_often(&mut self, now: Instant) {
        let Some(id) = self.outbox.in_flight else {
            return;
        };
        self.outbox.landed();
        self.timeline.delivery(id, SendState::Queued);
        self.timeline.move_to_frontier(id);
        self.run.idle();
        let wait = Duration(self.policy.busy.0 << self.outbox.refusals.min(10));
        let until = now + wait.min(self.policy.too_often);
        self.outbox.refusals += 1;
        self.outbox.news_until = Some(until);
        self.timeline.say(Change::TooOften { until });
    }

    /// Whether it is that message of which the server has shown no sign yet.
    pub(super) fn is_in_flight(&self, transaction: TransactionId) -> bool {
        let id = self.outbox.in_flight;
        id.is_some_and(|id| self.is_transaction(id, transaction))
    }

    /// When files that are still on their way are given up with the connection.
    pub(super) fn upload_due(&self) -> Option<Instant> {
        let since = self.outbox.uploading?;
        Some(since + self.policy.upload)
    }

    /// Sends what may be sent.
    pub(super) fn pump(&mut self, now: Instant) {
        while self.can_send() {
            let next = self.queued().first().copied();
            let Some(id) = next.filter(|id| self.outbox.held != Some(*id)) else {
                self.outbox.retry_at = None;
                return;
            };
            if let Err(at) = self.outbox.throttle.take(now) {
                self.outbox.retry_at = Some(at);
                return;
            }
            self.dispatch(id, now);
            self.absorb(now);
        }
    }

    fn dispatch(&mut self, id: ItemId, now: Instant) {
        let Some(Body::User(message)) = self.timeline.get(id).map(|item| item.body.clone()) else {
            return;
        };
        let room = self.protocol.capabilities().frame;
        if room.is_some_and(|room| self.weigh(&message.text, &message.attachments) > room) {
            let state = SendState::Failed(Failure::TooLarge);
            return self.timeline.delivery(id, state);
        }
        self.typing(false, now);
        let command = Command::Message {
            id: message.transaction,
            text: message.text,
            attachments: message.attachments,
            at: now,
        };
        if !self.command(&command) {
            self.timeline
                .delivery(id, SendState::Failed(Failure::Unsupported));
            return;
        }
        self.timeline.overtake();
        self.timeline.recalled = None;
        self.outbox.waiting_since = None;
        self.outbox.in_flight = Some(id);
        self.outbox.left_at = None;
        self.timeline.delivery(id, SendState::Sending);
        // A numbered log says itself when the agent works.
        if !self.protocol.capabilities().event_ids {
            self.run.sent(now);
        }
    }

    /// The browser's buffer is empty: what was handed over has left.
    pub(super) fn flushed(&mut self, now: Instant) {
        if let Some(id) = self.outbox.in_flight
            && self.outbox.uploading.is_none()
            && self.outbox.posting.is_none()
            && self.delivery_of(id) == Some(SendState::Sending)
        {
            self.timeline.delivery(id, SendState::Sent);
            self.outbox.left_at = Some(now);
        }
    }

    /// The server gave a sign that it has our last message.
    pub(super) fn confirmed(&mut self) {
        self.outbox.waiting_since = None;
        self.outbox.refusals = 0;
        let id = self.outbox.in_flight.take().or_else(|| self.maybe_sent());
        if let Some(id) = id {
            self.timeline.delivery(id, SendState::Confirmed);
        }
        self.known();
    }

    /// The newest message, if it is one that may have been sent.
    fn maybe_sent(&self) -> Option<ItemId> {
        let messages = self
            .items()
            .iter()
            .rev()
            .filter_map(|item| match &item.body {
                Body::User(message) if message.state != SendState::Queued => {
                    Some((item.id, &message.state))
                }
                _ => None,
            });
        let (id, state) = messages.into_iter().next()?;
        (*state == SendState::MaybeSent).then_some(id)
    }

    pub(super) const fn in_flight(&self) -> bool {
        self.outbox.in_flight.is_some()
    }

    /// Nothing of the conversation is waited for any more.
    pub(super) fn outbox_forget(&mut self) {
        self.outbox.in_flight = None;
        self.outbox.waiting_since = None;
    }

    pub(super) fn answer(&mut self, id: ItemId, approved: bool, remember: bool, reason: String) {
        let Some(Body::Approval(approval)) = self.timeline.get(id).map(|item| item.body.clone())
        else {
            return;
        };
        let ApprovalState::Pending { .. } = approval.state else {
            return;
        };
        let answer = Command::Answer {
            id: approval.id,
            approved,
            remember,
            reason,
        };
        if !self.connection.is_open() {
            self.answers.push((id, answer));
        } else if !self.command(&answer) {
            let asked = matches!(self.stood, Some((_, Standing::Asking)));
            match self.protocol.capabilities().event_ids {
                // It is waited for, and cannot be given from here.
                true if asked => self.timeline.say(Change::NotDone(String::new())),
                // Nobody waits for it any more.
                true => self.timeline.decide(id, ApprovalState::Expired),
                false => {
                    self.timeline.notice(Notice::CannotAnswer);
                }
            }
            return;
        } else {
            self.answered = true;
        }
        let state = if approved {
            ApprovalState::Approved
        } else {
            ApprovalState::Denied
        };
        self.timeline.decide(id, state);
    }

    pub(super) fn stop(&mut self, now: Instant) {
        if !self.run.run().busy() {
            return;
        }
        let told = self.connection.is_open() && self.command(&Command::Cancel);
        // A numbered log says itself what came of it, and nothing of it can be hidden.
        if self.protocol.capabilities().event_ids {
            if !told {
                self.timeline.notice(Notice::NotStopped);
            }
            return;
        }
        self.timeline.interrupt(true);
        self.timeline
            .notice(if told { Notice::Stopped } else { Notice::Muted });
        self.run.patience(now);
        self.run.mute();
    }

    pub(super) fn pause(&mut self, paused: bool) {
        if self.connection.is_open() {
            self.command(&match paused {
                true => Command::Pause,
                false => Command::Resume,
            });
        }
    }

    pub(super) fn give_up(&mut self, now: Instant) {
        let Run::Stalled { quiet_since, .. } = self.run.run() else {
            return;
        };
        let after = now.since(quiet_since);
        // Its late answer goes on where it is.
        self.timeline.overtake();
        self.timeline.interrupt(true);
        self.timeline.notice(Notice::GaveUp { after });
        self.run.finished(Certainty::Certain, now);
    }

    pub(super) fn reset(&mut self, now: Instant) {
        if !self.protocol.capabilities().reset {
            return;
        }
        if !self.connection.is_open() {
            self.resetting = Some(None);
        } else if self.command(&Command::Reset) {
            self.resetting = Some(Some(now));
        }
    }
}
