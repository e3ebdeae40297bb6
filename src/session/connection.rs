//! The connection's phases, and when the next one is due.

use super::Policy;
use super::change::{Phase, Refusal};
use crate::io::Closed;
use crate::model::Instant;
use crate::protocol::{Gone, Verdict};
use crate::random::Random;

/// The phase machine; it says when, the session does.
#[derive(Debug)]
pub(super) struct Connection {
    phase: Phase,
    attempt: u32,
    online: bool,
    since: Instant,
    /// When anything last came.
    pub(super) heard: Instant,
    /// The connection was usable once: whatever comes after may have a gap before it.
    pub(super) was_open: bool,
}

impl Connection {
    pub(super) const fn new() -> Self {
        Self {
            phase: Phase::Idle,
            attempt: 0,
            online: true,
            since: Instant(0),
            heard: Instant(0),
            was_open: false,
        }
    }

    pub(super) const fn phase(&self) -> &Phase {
        &self.phase
    }

    pub(super) const fn is_open(&self) -> bool {
        matches!(self.phase, Phase::Open { .. })
    }

    /// A socket is being opened.
    pub(super) fn connecting(&mut self, now: Instant) {
        self.since = now;
        self.heard = now;
        self.phase = Phase::Connecting {
            attempt: self.attempt,
        };
    }

    /// The connection can be used.
    pub(super) fn ready(&mut self, now: Instant) {
        self.since = now;
        self.was_open = true;
        self.phase = Phase::Open { since: now };
    }

    /// The person closed it.
    pub(super) fn idle(&mut self) {
        self.attempt = 0;
        self.phase = Phase::Idle;
    }

    /// It ended by itself.
    pub(super) fn closed(
        &mut self,
        closed: &Closed,
        verdict: Verdict,
        now: Instant,
        policy: &Policy,
        random: &mut Random,
    ) {
        let reason = closed.reason.clone();
        if closed.refused {
            self.phase = Phase::Refused {
                why: Refusal::Address { reason },
            };
            return;
        }
        if verdict == Verdict::GiveUp {
            let code = closed.code;
            self.phase = Phase::Refused {
                why: Refusal::Server { code, reason },
            };
            return;
        }
        if self.is_open() && now.since(self.since) >= policy.stable_after {
            self.attempt = 0;
        }
        let wait = random.backoff(
            self.attempt,
            policy.backoff_base,
            policy.backoff_floor,
            policy.backoff_ceiling,
        );
        self.attempt = self.attempt.saturating_add(1);
        self.since = now;
        self.phase = match self.online {
            true => Phase::Waiting {
                until: now + wait,
                attempt: self.attempt,
                code: closed.code,
                ever: self.was_open,
            },
            false => Phase::Offline,
        };
    }

    /// The browser says that the network is there, or gone. True where a try is due at once.
    pub(super) fn online(&mut self, online: bool, now: Instant) -> bool {
        self.online = online;
        match (&self.phase, online) {
            (Phase::Open { .. } | Phase::Waiting { .. }, false) => {
                self.since = now;
                self.phase = Phase::Offline;
                false
            }
            (Phase::Waiting { .. } | Phase::Offline, true) => true,
            _ => false,
        }
    }

    /// A frame came, so there is a network, whatever the browser says. True where that is news.
    pub(super) fn heard(&mut self, now: Instant) -> bool {
        self.heard = now;
        let was_offline = self.phase == Phase::Offline;
        if was_offline {
            self.phase = Phase::Open { since: self.since };
        }
        was_offline
    }

    /// What comes while the connection is being made is worth waiting on.
    pub(super) fn progress(&mut self, now: Instant) {
        if matches!(self.phase, Phase::Connecting { .. }) {
            self.since = now;
        }
    }

    /// It is of no use to try again.
    pub(super) fn gone(&mut self, gone: Gone) {
        self.phase = Phase::Refused {
            why: Refusal::Gone(gone),
        };
    }

    /// The server ended the run, because somebody asked it to.
    pub(super) const fn was_ended(&self) -> bool {
        matches!(
            self.phase,
            Phase::Refused {
                why: Refusal::Gone(Gone::Ended | Gone::Asleep)
            }
        )
    }

    /// Whether no further try is made without the person.
    pub(super) const fn is_refused(&self) -> bool {
        matches!(self.phase, Phase::Refused { .. })
    }

    /// Whether waiting can be cut short.
    pub(super) const fn is_waiting(&self) -> bool {
        matches!(self.phase, Phase::Waiting { .. } | Phase::Offline)
    }

    /// When the next try, or the end of this one, is due. The browser's word on the network is
    /// not always right, so a try is made now and then even while it says that there is none.
    pub(super) fn deadline(&self, policy: &Policy) -> Option<Instant> {
        match self.phase {
            Phase::Connecting { .. } => Some(self.since + policy.connect_timeout),
            Phase::Waiting { until, .. } => Some(until),
            Phase::Offline => Some(self.since + policy.backoff_ceiling),
            Phase::Idle | Phase::Open { .. } | Phase::Refused { .. } => None,
        }
    }
}
