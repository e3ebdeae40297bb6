//! Events of a server that numbers them: each once, in its order, and kept.

use super::Session;
use super::change::{Change, Output, Run};
use super::log::Place;
use crate::model::{
    ApprovalState, Body, Event, EventKey, Failure, Instant, Item, ItemId, Said, SendState,
    Standing, Told, TransactionId,
};
use crate::protocol::{Command, Reach};

impl Session {
    /// Takes an event of the log; false where it is known already.
    pub(super) fn logged(&mut self, event: Event, now: Instant) -> bool {
        self.connection.progress(now);
        self.run.sign(now);
        let Event { key, told, .. } = &event;
        self.count(key, told.number);
        // A log that is long comes for a while.
        if let Some(since) = &mut self.recalling {
            *since = now;
        }
        if !self.told(key, told.clone()) {
            return false;
        }
        self.stand_by(key, told, now);
        if let Some(cost) = &told.cost {
            self.timeline.say(Change::Cost(cost.clone()));
        }
        self.confirm_in_flight();
        self.known();
        self.timeline
            .outputs
            .push_back(Output::Logged(Box::new(event)));
        self.mark_whole();
        true
    }

    /// Says up to where nothing is missing, where that moved.
    fn mark_whole(&mut self) {
        if self.in_order && self.whole.as_ref() != self.log.newest() {
            self.whole_number = self.newest_number;
            self.is_whole(self.log.newest().cloned());
        }
    }

    /// The connection brings the log from the last whole mark on. What is here beyond that may have
    /// holes, which are filled only once all has come.
    pub(super) fn comes_in_order(&mut self) {
        self.in_order |= !self.following && self.whole.as_ref() == self.log.newest();
    }

    fn is_whole(&mut self, to: Option<EventKey>) {
        self.whole.clone_from(&to);
        self.timeline.outputs.extend(to.map(Output::Whole));
    }

    /// Lays in what was stored of the log, oldest first.
    pub(super) fn lay_in(&mut self, stored: Vec<Event>, now: Instant) {
        for Event { key, told, .. } in stored {
            self.stand_by(&key, &told, now);
            self.count(&key, told.number);
            if let Some(cost) = &told.cost {
                self.timeline.say(Change::Cost(cost.clone()));
            }
            self.told(&key, told);
        }
        self.catch_up_telling();
    }

    /// Takes note of the server's number of an event, and of what is stored up to the last whole mark.
    fn count(&mut self, key: &EventKey, number: Option<u64>) {
        self.newest_number = self.newest_number.max(number);
        if self.whole.as_ref().is_some_and(|whole| key <= whole) {
            self.whole_number = self.whole_number.max(number);
        }
    }

    fn told(&mut self, key: &EventKey, told: Told) -> bool {
        let moves = self.timeline.is_moved_by(&told);
        match self.log.add(key.clone(), told.clone()) {
            Place::Known => return false,
            Place::Last => {
                self.timeline.tell(key, &told);
                self.timeline.end_streams(told.standing);
            }
            Place::Between => {
                if self.recalling.is_none() {
                    self.timeline.drop_unnamed(key, &told);
                }
                self.untold |= moves;
            }
        }
        true
    }

    /// Tells everything anew where an event came that belongs before others.
    pub(super) fn catch_up_telling(&mut self) {
        if std::mem::take(&mut self.untold) {
            self.timeline.retell(&self.log);
            self.confirm_in_flight();
        }
    }

    /// The newest word on what the agent does counts, whenever it comes.
    fn stand_by(&mut self, key: &EventKey, told: &Told, now: Instant) {
        if let Some(standing) = told.standing
            && self.stood.as_ref().is_none_or(|(stood, _)| stood <= key)
        {
            self.stood = Some((key.clone(), standing));
            self.stands(standing, now);
        }
    }

    pub(super) fn stands(&mut self, standing: Standing, now: Instant) {
        match standing {
            Standing::Starting => self.run.set(Run::Starting, now),
            Standing::Working | Standing::Asking => self.run.works(now),
            Standing::Idle => self.run.idle(),
            Standing::Paused => self.run.set(Run::Paused, now),
        }
    }

    fn confirm_in_flight(&mut self) {
        let confirmed = |id: ItemId| self.delivery_of(id) == Some(SendState::Confirmed);
        if self.outbox.in_flight.is_some_and(confirmed) {
            self.outbox.landed();
        }
    }

    /// The server takes a message; its copy in the log may take a while.
    pub(super) fn accepted(&mut self, transaction: TransactionId) {
        let Some(id) = self.outbox.in_flight else {
            return;
        };
        if self.is_transaction(id, transaction) {
            self.outbox.landed();
            self.timeline.delivery(id, SendState::Sent);
        }
    }

    /// The server has not taken the message in time.
    pub(super) fn refused(&mut self) {
        self.not_sent(Failure::NotAccepted);
    }

    /// The message in flight did not arrive, for this reason.
    pub(super) fn not_sent(&mut self, why: Failure) {
        if let Some(id) = self.outbox.in_flight {
            self.outbox.landed();
            self.timeline.delivery(id, SendState::Failed(why));
        }
    }

    /// The log is here up to now. Where something may be missing, a message that was sent may be in
    /// it: that one is left to the person.
    pub(super) fn caught_up(&mut self, reach: &Reach, now: Instant) {
        self.recalling = None;
        self.has_read = true;
        if *reach != Reach::Part {
            self.level = true;
            match reach {
                Reach::To(to) if *to > self.whole => self.is_whole(to.clone()),
                Reach::To(_) => {}
                _ => self.in_order = true,
            }
            self.mark_whole();
            let doubtful = |id: &ItemId| self.delivery_of(*id) == Some(SendState::MaybeSent);
            let wait = self.timeline.unsettled.iter().any(doubtful);
            self.outbox.settle_at = wait.then(|| now + self.policy.late);
        } else if self.protocol.capabilities().event_ids {
            // Nobody could be asked whether the agent is being started: it says so at once.
            self.outbox.news_until = Some(now + self.policy.late);
        }
        let asks = matches!(self.stood, Some((_, Standing::Asking)));
        if *reach != Reach::Part && asks && !self.answered && self.answers.is_empty() {
            self.timeline.ask_again();
        }
        self.answer_late();
    }

    /// Gives the answers that were given while the connection was away, as far as they are still
    /// waited for: a frame that names no question would answer another one.
    pub(super) fn answer_late(&mut self) {
        let numbered = self.protocol.capabilities().event_ids;
        for (id, answer) in std::mem::take(&mut self.answers) {
            let asked = !numbered || self.is_asked(id);
            let given = asked && self.command(&answer);
            if numbered && !given && !self.is_settled_in_log(&answer) {
                self.timeline.edit(id, |body| {
                    if let Body::Approval(approval) = body {
                        approval.state = ApprovalState::Expired;
                    }
                });
            }
        }
    }

    /// Whether the agent waits for the answer to this question, which is then the newest.
    fn is_asked(&self, id: ItemId) -> bool {
        let is_question = |item: &&Item| matches!(item.body, Body::Approval(_));
        let newest = self.items().iter().rfind(is_question);
        let asking = matches!(self.stood, Some((_, Standing::Asking)));
        asking && self.run() != Run::Starting && newest.is_some_and(|item| item.id == id)
    }

    fn is_settled_in_log(&self, answer: &Command) -> bool {
        let settles = |said: &Said| match (said, answer) {
            (Said::Settled { id, .. }, Command::Answer { id: asked, .. }) => id == asked,
            _ => false,
        };
        let mut events = self.log.events().iter();
        events.any(|(_, told)| told.said.iter().any(settles))
    }

    /// What was sent over a connection that was lost, and is not in the log even now, did not
    /// arrive: it goes out again, before what waits behind it.
    pub(super) fn send_again(&mut self, now: Instant) {
        if self.outbox.settle_at.is_none_or(|at| now < at) {
            return;
        }
        // Until the agent rests, the server may have it and say nothing.
        if self.protocol.capabilities().defers && self.run.run().busy() {
            self.outbox.settle_at = Some(now + self.policy.late);
            return;
        }
        self.outbox.settle_at = None;
        for id in self.timeline.unsettled.clone().into_iter().rev() {
            if self.delivery_of(id) == Some(SendState::MaybeSent) {
                self.timeline.delivery(id, SendState::Queued);
                self.timeline.move_to_frontier(id);
            }
        }
    }
}
