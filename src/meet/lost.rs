//! Those to whom nothing led for half a minute: they are on no screen any more, and are asked for again,
//! ever more rarely, since a network that was away comes back.

use super::peer::Peer;
use super::room::{MOST_PEOPLE, Room};
use crate::model::{Duration, Instant};

/// How long after they were given up they are first asked for.
const FIRST: Duration = Duration::secs(30);

/// No wait is longer.
const LONGEST: Duration = Duration::secs(300);

/// One to whom nothing led.
#[derive(Debug)]
pub(super) struct Lost {
    address: String,
    pid: Option<String>,
    wait: Duration,
    /// When they are asked for; not while they are there again, and may be lost once more.
    at: Option<Instant>,
}

impl Lost {
    fn is(&self, id: &str) -> bool {
        self.address == id || self.pid.as_deref() == Some(id)
    }

    fn is_of(&self, peer: &Peer) -> bool {
        self.is(peer.target()) || peer.pid.as_deref().is_some_and(|pid| self.is(pid))
    }
}

impl Room {
    /// Nothing leads to them; twice as long is waited as the time before.
    pub(super) fn lose(&mut self, at: usize, now: Instant) {
        let Some(peer) = self.peers.get(at).filter(|peer| !peer.went) else {
            return;
        };
        let known = self.lost.iter().position(|lost| lost.is_of(peer));
        let before = known.map(|known| self.lost.remove(known).wait);
        let wait = before.map_or(FIRST, |wait| Duration((wait.0 * 2).min(LONGEST.0)));
        if self.lost.len() == MOST_PEOPLE {
            self.lost.remove(0);
        }
        self.lost.push(Lost {
            address: peer.target().to_owned(),
            pid: peer.pid.clone(),
            wait,
            at: Some(now + wait),
        });
    }

    /// They are there again, or are seen to: they need not be asked for.
    pub(super) fn seen(&mut self, id: &str) {
        for lost in self.lost.iter_mut().filter(|lost| lost.is(id)) {
            lost.at = None;
        }
    }

    /// They are tied to us, or are gone.
    pub(super) fn forget(&mut self, id: &str) {
        self.lost.retain(|lost| !lost.is(id));
    }

    /// When the next of them is asked for.
    pub(super) fn asks_at(&self) -> Option<Instant> {
        let asks = self.lost.iter().filter_map(|lost| lost.at);
        asks.min().filter(|_| self.line.is_joined())
    }

    /// Asks for those whose time has come.
    pub(super) fn ask_for_lost(&mut self, now: Instant) {
        if self.asks_at().is_none_or(|at| at > now) {
            return;
        }
        let mut asked = Vec::new();
        for lost in &mut self.lost {
            if lost.at.is_some_and(|at| at <= now) {
                lost.wait = Duration((lost.wait.0 * 2).min(LONGEST.0));
                lost.at = Some(now + lost.wait);
                asked.push(lost.address.clone());
            }
        }
        for address in asked {
            let hello = self.hello();
            self.say_to(&address, hello, now);
        }
    }

    /// The network is there: whoever is not tied to us is looked for at once.
    pub(super) fn look_again(&mut self, now: Instant) {
        for lost in self.lost.iter_mut().filter(|lost| lost.at.is_some()) {
            lost.at = Some(now);
        }
        self.restart_broken();
    }
}
