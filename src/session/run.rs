//! What the agent is doing, and when silence begins to mean something.

use super::Policy;
use super::change::Run;
use crate::model::Instant;
use crate::protocol::Certainty;

/// The run's state with its two clocks: quiet that proves the end, and quiet that is too long.
#[derive(Debug, Default)]
pub(super) struct RunClock {
    run: Run,
    since: Instant,
    heard: Instant,
    settle_from: Option<Instant>,
    /// What comes is not shown while it may be of the run that was stopped.
    gate: Gate,
}

/// Which frames of a run are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Gate {
    #[default]
    Open,
    /// Shut until the run is certainly over, or a message is sent and the agent then starts to work.
    Shut { sent: bool },
}

impl RunClock {
    pub(super) const fn run(&self) -> Run {
        self.run
    }

    /// A message went out.
    pub(super) fn sent(&mut self, now: Instant) {
        if let Gate::Shut { sent } = &mut self.gate {
            *sent = true;
        }
        self.working(now);
    }

    /// The server said that it works. A shut gate opens if that can be for a message of ours.
    pub(super) fn started(&mut self, now: Instant) {
        if self.gate == (Gate::Shut { sent: true }) {
            self.gate = Gate::Open;
        }
        if !self.is_shut() {
            self.working(now);
        }
    }

    /// Something of the run came.
    pub(super) fn heard(&mut self, now: Instant) {
        self.heard = now;
        self.settle_from = None;
        match self.run {
            Run::Idle if !self.is_shut() => self.working(now),
            Run::Stalled { .. } => self.resume(),
            _ => {}
        }
    }

    /// Something came; what the agent does is said elsewhere.
    pub(super) fn sign(&mut self, now: Instant) {
        self.heard = now;
        if matches!(self.run, Run::Stalled { .. }) {
            self.resume();
        }
    }

    /// The server says that the agent works.
    pub(super) fn works(&mut self, now: Instant) {
        self.working(now);
    }

    /// The server says that the agent does this.
    pub(super) fn set(&mut self, run: Run, now: Instant) {
        self.heard = now;
        self.settle_from = None;
        self.run = run;
    }

    /// Stops listening to the rest of the turn.
    pub(super) fn mute(&mut self) {
        self.shut();
        if self.run.busy() {
            self.run = Run::Muted { since: self.since };
        }
    }

    pub(super) fn shut(&mut self) {
        self.gate = Gate::Shut { sent: false };
    }

    /// What was stopped is over for certain, and nothing was sent since: what comes is no rest of it.
    pub(super) fn rested(&mut self) {
        if self.gate == (Gate::Shut { sent: false }) {
            self.gate = Gate::Open;
        }
    }

    /// The connection is new: what comes from now on can only be for the last message that went
    /// out, since nothing of a turn before it would have waited.
    pub(super) fn reconnected(&mut self) {
        if self.gate == (Gate::Shut { sent: true }) {
            self.gate = Gate::Open;
        }
    }

    pub(super) const fn is_shut(&self) -> bool {
        matches!(self.gate, Gate::Shut { .. })
    }

    /// The run ended, or looks so.
    pub(super) fn finished(&mut self, certainty: Certainty, now: Instant) {
        self.heard = now;
        // What ends now is the turn that was stopped or reset away, not the one asked for since.
        if self.gate == (Gate::Shut { sent: true }) {
            return;
        }
        match certainty {
            Certainty::Certain => self.idle(),
            Certainty::Likely if self.run.busy() => self.settle_from = Some(now),
            Certainty::Likely => {}
        }
    }

    /// The run ended in an error, or our last frame was refused.
    pub(super) fn failed(&mut self, now: Instant) {
        self.heard = now;
        self.idle();
    }

    pub(super) fn idle(&mut self) {
        self.run = Run::Idle;
        self.settle_from = None;
    }

    /// Silence is counted from here: the connection is back, or the person wants to wait on.
    pub(super) fn patience(&mut self, now: Instant) {
        self.heard = now;
        if matches!(self.run, Run::Stalled { .. }) {
            self.resume();
        }
    }

    /// What is due: the end after enough quiet, or the doubt after too much, where silence counts.
    /// True where it ended.
    pub(super) fn woke(&mut self, now: Instant, policy: &Policy, doubt: bool) -> bool {
        if self
            .settle_from
            .is_some_and(|from| now >= from + policy.settle)
        {
            self.idle();
            return true;
        }
        let too_long = doubt && now >= self.heard + policy.stall;
        if too_long && matches!(self.run, Run::Working { .. } | Run::Muted { .. }) {
            self.run = Run::Stalled {
                quiet_since: self.heard,
                after: policy.stall,
            };
        }
        false
    }

    /// When something is due; doubt only where the silence counts.
    pub(super) fn deadline(&self, policy: &Policy, doubt: bool) -> Option<Instant> {
        let settle = self.settle_from.map(|from| from + policy.settle);
        let running = matches!(self.run, Run::Working { .. } | Run::Muted { .. });
        settle.or_else(|| (doubt && running).then(|| self.heard + policy.stall))
    }

    fn working(&mut self, now: Instant) {
        self.heard = now;
        self.settle_from = None;
        // What was kept does not say since when.
        let unknown = self.since == Instant(0);
        if unknown || !matches!(self.run, Run::Working { .. }) {
            self.since = now;
            self.run = Run::Working { since: now };
        }
    }

    fn resume(&mut self) {
        let since = self.since;
        self.run = match self.is_shut() {
            true => Run::Muted { since },
            false => Run::Working { since },
        };
    }
}
