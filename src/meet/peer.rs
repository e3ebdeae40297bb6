//! One of the others: who they are, and the tie to them.

use super::negotiation::Negotiation;
use super::port::{Participant, Tie};
use super::signal::Sends;
use crate::model::{Duration, Instant};

/// A newcomer who is not greeted by then greets; and what is not answered is said again.
pub(super) const GREET: Duration = Duration::secs(3);

/// A tie that has not come about by then will not, and who is not tied to us is not there.
const DEAD: Duration = Duration::secs(30);

/// Every so many times that something is said again, the way to the other is looked for anew.
const ANEW: u32 = 3;

/// No name that is shown is longer, in letters.
const LONGEST_NAME: usize = 100;

/// As much of a name as is shown.
pub(super) fn cut(name: &str) -> &str {
    let end = name.char_indices().nth(LONGEST_NAME);
    end.and_then(|(at, _)| name.get(..at)).unwrap_or(name)
}

/// What is due for a tie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nudge {
    /// There is none: it is to be made.
    Greet,
    /// An offer is to be made (again).
    Offer,
    /// The candidates led to nothing.
    Restart,
    /// What is under way is waited for.
    Wait,
}

/// One of the others.
#[derive(Debug)]
pub(super) struct Peer {
    /// What the screen knows them by, and nobody else in the room: the first id that was heard, if
    /// no other one is called that.
    pub(super) id: String,
    /// The id that they gave themselves, once they have said it.
    pub(super) pid: Option<String>,
    /// What the server calls them.
    pub(super) address: Option<String>,
    /// What it called them before.
    former: Option<String>,
    pub(super) name: String,
    pub(super) sends: Sends,
    pub(super) screen_stream: String,
    pub(super) tie: Tie,
    pub(super) negotiation: Option<Negotiation>,
    /// The server says that they went, while their pictures still come.
    pub(super) went: bool,
    /// They may be one of those that we know, with another address.
    pub(super) unsure: bool,
    /// They came after us.
    pub(super) later: bool,
    /// Or at the same moment: each may have seen the other come.
    pub(super) crossed: bool,
    /// Since when there is no tie.
    since: Instant,
    nudge_at: Instant,
    nudges: u32,
}

impl Peer {
    pub(super) fn new(id: String, now: Instant) -> Self {
        Self {
            id,
            pid: None,
            address: None,
            former: None,
            name: String::new(),
            sends: Sends::default(),
            screen_stream: String::new(),
            tie: Tie::Connecting,
            negotiation: None,
            went: false,
            unsure: false,
            later: false,
            crossed: false,
            since: now,
            nudge_at: now + GREET,
            nudges: 0,
        }
    }

    /// Where to write to them.
    pub(super) fn target(&self) -> &str {
        let known = self.address.as_ref().or(self.pid.as_ref());
        known.unwrap_or(&self.id)
    }

    /// Something of theirs came from this address. They say hello where they have a new one; what
    /// else comes from the one before was late.
    pub(super) fn writes_from(&mut self, address: &str, hello: bool) {
        let same = self.address.as_deref() == Some(address);
        if same || !hello && self.former.as_deref() == Some(address) {
            return;
        }
        self.former = self.address.replace(address.to_owned());
    }

    /// Whether one of their names is this.
    pub(super) fn is(&self, id: &str) -> bool {
        self.pid.as_deref() == Some(id) || self.address.as_deref() == Some(id)
    }

    pub(super) fn is_tied(&self) -> bool {
        self.tie == Tie::Connected
    }

    /// Both of a pair find the same one polite: the one with the lower id, or who was offered to
    /// first, where the ids are not known.
    pub(super) fn is_polite(&self, me: &str) -> bool {
        match &self.pid {
            Some(theirs) => me < &**theirs,
            None => self.negotiation.as_ref().is_some_and(|of| of.began_there),
        }
    }

    /// They are called this, where they say so.
    pub(super) fn named(&mut self, name: &str) {
        if !name.is_empty() {
            cut(name).clone_into(&mut self.name);
        }
    }

    /// The tie is cut from here.
    pub(super) fn cut(&mut self, now: Instant) -> Option<Negotiation> {
        self.tied(Tie::Connecting, now);
        self.asked(now);
        self.negotiation.take()
    }

    /// The other turned out to be the same: the tie that is alive is kept, else the newer one.
    pub(super) fn absorb(&mut self, other: &mut Self) {
        if !self.is_tied() && other.negotiation.is_some() {
            std::mem::swap(&mut self.negotiation, &mut other.negotiation);
            std::mem::swap(&mut self.tie, &mut other.tie);
        }
    }

    /// Not one who may be there already, under another address.
    pub(super) const fn counts(&self) -> bool {
        self.negotiation.is_some() || !self.unsure
    }

    /// What the screen is told.
    pub(super) fn shown(&self) -> Option<Participant> {
        let link = self.negotiation.as_ref().map(|of| of.link);
        self.counts().then(|| Participant {
            id: self.id.clone(),
            name: self.name.clone(),
            link,
            tie: self.tie,
            audio: self.sends.audio,
            video: self.sends.video,
            screen: self.sends.screen,
            screen_stream: self.screen_stream.clone(),
        })
    }

    /// The tie is like this now.
    pub(super) fn tied(&mut self, tie: Tie, now: Instant) {
        if self.is_tied() && tie != Tie::Connected {
            self.since = now;
            // A broken tie comes back by itself, or by the next nudge.
            self.nudges = ANEW - 1;
            self.nudge_at = now + GREET;
        }
        if tie == Tie::Connected {
            self.nudges = 0;
        }
        self.tie = tie;
    }

    /// Something was said that waits for an answer.
    pub(super) fn asked(&mut self, now: Instant) {
        let patience = if self.is_tied() {
            self.nudges.min(4)
        } else {
            0
        };
        self.nudge_at = now + Duration(GREET.0 << patience);
    }

    /// The next nudge comes at this time.
    pub(super) const fn nudge_at(&mut self, at: Instant) {
        self.nudge_at = at;
    }

    /// What is due at the next nudge, and counts it.
    pub(super) fn nudge(&mut self, now: Instant) -> Nudge {
        self.nudges = self.nudges.saturating_add(1);
        self.asked(now);
        match &self.negotiation {
            None => Nudge::Greet,
            Some(of) if !of.is_at_rest() => Nudge::Offer,
            Some(_) if self.nudges.is_multiple_of(ANEW) => Nudge::Restart,
            Some(_) => Nudge::Wait,
        }
    }

    /// Whether the time for a tie is over.
    pub(super) fn is_dead(&self, now: Instant) -> bool {
        !self.is_tied() && now.since(self.since) >= DEAD
    }

    /// Whether something may be lost between us.
    fn is_open(&self) -> bool {
        let rests = self
            .negotiation
            .as_ref()
            .is_some_and(Negotiation::is_at_rest);
        !self.is_tied() || !rests
    }

    /// Whether a nudge is due.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.is_open() && self.nudge_at <= now
    }

    /// When the next thing is due.
    pub(super) fn deadline(&self, joined: bool) -> Option<Instant> {
        let dead = (!self.is_tied()).then_some(self.since + DEAD);
        let nudge = (joined && self.is_open()).then_some(self.nudge_at);
        dead.into_iter().chain(nudge).min()
    }
}
