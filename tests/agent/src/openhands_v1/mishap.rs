//! What kind of server a run is, and what goes wrong with it: asked for by `/control`, in the
//! words of an address.

use std::collections::HashMap;
use std::time::Duration;

use crate::fault::{Faults, Lives, number};

/// How a run's server behaves.
#[derive(Clone, Debug, Default)]
pub(super) struct Mishaps {
    pub(super) faults: Faults,
    pub(super) lives: Lives,
    /// `old=1`: before 1.45.0 there was no session socket.
    pub(super) old: bool,
    /// `nodelta=1`: answers come whole, on both sockets.
    pub(super) nodelta: bool,
    /// `nocors=1`: no origin may read an answer.
    pub(super) nocors: bool,
    /// `fail=STATUS:K`, `fail=STATUS:K:cors`: so many requests fail.
    pub(super) fail: Option<Fail>,
    /// `at=PART`: only requests whose address has this part fail, or are slow.
    pub(super) at: String,
    /// `slow=MS`: how long each request waits.
    slow: u64,
    /// `silent=N`: so many sockets open and say nothing.
    pub(super) silent: usize,
    /// `double=1`: every frame comes twice.
    pub(super) double: bool,
    /// `stats=after`: what it cost is said after the answer instead of before.
    pub(super) late_stats: bool,
    /// `pace=MS`: between two pieces of an answer.
    pub(super) pace: Option<u64>,
    /// `replay=MS`: a pause before each event of a replay.
    replay: u64,
    /// `auth=MS`: how long a socket waits for its key.
    auth: Option<u64>,
    /// `limit=1`: the app server takes 20 requests in a second, no more.
    pub(super) limit: bool,
    /// `boot=MS`: how long each step of a start takes.
    boot: Option<u64>,
    /// `boot=read`: each step of a start takes until it was asked about.
    pub(super) boot_read: bool,
    /// `start=error`: starts fail.
    pub(super) start_fails: bool,
    /// `busy=1`: the run limit is reached: messages are stored, and 429 says that no run began.
    pub(super) busy: bool,
    /// `upstream=STATUS`: what the agent server answers the app server; with 0 nothing.
    pub(super) upstream: Option<u16>,
    /// `app_key=K`: the key that the app server wants.
    pub(super) app_key: Option<String>,
}

/// Requests that fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fail {
    pub(super) status: u16,
    left: usize,
    /// The page may read that they did.
    pub(super) cors: bool,
}

impl Mishaps {
    pub(super) fn of(query: &HashMap<String, String>) -> Self {
        let on = |key: &str| query.get(key).is_some_and(|value| value != "0");
        let is = |key: &str, value: &str| query.get(key).is_some_and(|given| given == value);
        Self {
            faults: Faults::of(query),
            lives: Lives::of(query),
            old: on("old"),
            nodelta: on("nodelta"),
            nocors: on("nocors"),
            fail: query.get("fail").and_then(|text| Fail::of(text)),
            at: query.get("at").cloned().unwrap_or_default(),
            slow: number(query, "slow").unwrap_or_default(),
            silent: number(query, "silent").unwrap_or_default(),
            double: on("double"),
            late_stats: is("stats", "after"),
            pace: number(query, "pace"),
            replay: number(query, "replay").unwrap_or_default(),
            auth: number(query, "auth"),
            limit: on("limit"),
            boot: number(query, "boot"),
            boot_read: is("boot", "read"),
            start_fails: is("start", "error"),
            busy: on("busy"),
            upstream: number(query, "upstream"),
            app_key: query.get("app_key").cloned(),
        }
    }

    /// How long this request waits, and the failure that it meets; one failure is used up.
    pub(super) fn meet(&mut self, path: &str) -> (Duration, Option<Fail>) {
        if !path.contains(&self.at) {
            return (Duration::ZERO, None);
        }
        let always = self.faults.rest.map(|status| Fail {
            status,
            left: 1,
            cors: false,
        });
        let fail = self.fail.as_mut().filter(|fail| fail.left > 0);
        let met = fail.map(|fail| {
            fail.left -= 1;
            fail.clone()
        });
        (Duration::from_millis(self.slow), met.or(always))
    }

    pub(super) fn replay(&self) -> Duration {
        Duration::from_millis(self.replay)
    }

    pub(super) fn auth(&self) -> Duration {
        Duration::from_millis(self.auth.unwrap_or(10_000))
    }

    pub(super) fn boot(&self) -> Duration {
        Duration::from_millis(self.boot.unwrap_or(20))
    }
}

impl Fail {
    fn of(text: &str) -> Option<Self> {
        let mut parts = text.split(':');
        Some(Self {
            status: parts.next()?.parse().ok()?,
            left: match parts.next() {
                None => usize::MAX,
                Some(times) => times.parse().ok()?,
            },
            cors: parts.next() == Some("cors"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::parameters;

    #[test]
    fn failures_are_used_up_and_meet_only_what_they_are_for() {
        let mut mishaps = Mishaps::of(&parameters("fail=429:2:cors&at=/events"));
        let mut met = |path: &str| mishaps.meet(path).1.map(|fail| (fail.status, fail.cors));
        assert_eq!(met("/api/conversations"), None);
        assert_eq!(met("/api/conversations/x/events"), Some((429, true)));
        assert_eq!(met("/x/events/search"), Some((429, true)));
        assert_eq!(met("/x/events/search"), None);
    }
}
