//! What the room makes of the frames that come, and who sends them.

use super::peer::{GREET, Peer, cut};
use super::port::{Signalling, Start};
use super::room::{MOST_PEOPLE, Room};
use super::signal::{self, Heard, Payload, Signal};
use crate::model::{Duration, Instant};

/// One who has the name of somebody we know may be them, with a new address, and is asked; who has
/// not answered by then is greeted.
const NAMESAKE: Duration = Duration::secs(1);

impl Room {
    pub(super) fn received(&mut self, frame: &str, now: Instant) {
        let heard = signal::read(frame, &self.setup.room);
        if !matches!(heard, Heard::Error { .. } | Heard::Echo | Heard::Chat) {
            self.line.heard();
        }
        match heard {
            Heard::Roster { me, name, others } => self.roster(me, name, others, now),
            Heard::Came { id, name } => self.came_now(&id, &name, now),
            Heard::Went { id } => self.went(&id, now),
            Heard::Signal(signal) => self.signal(*signal, frame, now),
            Heard::Error { code, message } => self.error(&code, message, now),
            Heard::Pong => self.line.pong(),
            Heard::Echo => self.end(Signalling::NoRooms { echo: true }, now),
            Heard::Chat => self.end(Signalling::NoRooms { echo: false }, now),
            Heard::Nothing => {}
            Heard::Unknown => self.puzzled(frame),
        }
    }

    /// An error does not say what it is about. If nothing but `join` was sent, it is about that.
    fn error(&mut self, code: &str, message: String, now: Instant) {
        let about_join = self.line.is_joined() && !self.entered;
        self.garbled += u32::from(code == "INVALID_FORMAT");
        match code {
            // It reads a key, and nothing of a room.
            "INVALID_FORMAT"
                if self.garbled >= 2 && self.garbled + 1 >= self.sent && !self.line.is_proven() =>
            {
                self.end(Signalling::NoRooms { echo: false }, now);
            }
            "AUTH_FAILED" if self.try_other_way(now) => {}
            // One that does not know the frame with the key needs none, or says so next.
            "INVALID_FORMAT" if std::mem::take(&mut self.authed) => {}
            "RATE_LIMITED" if about_join => self.give_up(now),
            _ if about_join || code == "AUTH_FAILED" => {
                self.end(Signalling::Refused(message), now);
            }
            "INVALID_FORMAT" => self.line.no_pings(),
            _ => {}
        }
    }

    fn is_me(&self, id: &str) -> bool {
        id == self.setup.me || self.address.as_deref() == Some(id)
    }

    fn known(&self, id: &str) -> Option<usize> {
        self.peers.iter().position(|peer| peer.is(id))
    }

    /// The server calls us this; who was taken for somebody else by that name is nobody.
    fn called(&mut self, me: String, now: Instant) {
        let same = |peer: &Peer| peer.pid.is_none() && peer.address.as_ref() == Some(&me);
        if let Some(at) = self.peers.iter().position(same) {
            self.remove(at, now);
        }
        self.address = Some(me);
    }

    fn roster(
        &mut self,
        me: Option<String>,
        name: Option<String>,
        others: Option<Vec<(String, String)>>,
        now: Instant,
    ) {
        self.entered = true;
        let other = name.filter(|name| *name != self.setup.name || self.address.is_some());
        match (me, other, &others) {
            // The arrival of somebody else, under the name of an acknowledgement.
            (Some(id), Some(name), None) => self.came_now(&id, &name, now),
            (Some(me), ..) => self.called(me, now),
            _ => {}
        }
        let Some(others) = others else { return };
        // Who was there before us greets; who is on a later roster came after us.
        let known = std::mem::replace(&mut self.rostered, true);
        let former = self.former.take();
        for (id, name) in others {
            if former.as_ref() == Some(&id) {
                continue;
            }
            match known {
                true => self.came_now(&id, &name, now),
                false => self.came(&id, &name, GREET, now),
            }
        }
        self.leave_if_full(now);
    }

    /// Somebody came after us, and is to be greeted. Who came before we have joined sees us come, and
    /// greets.
    fn came_now(&mut self, id: &str, name: &str, now: Instant) {
        if !self.line.is_joined() {
            return self.came(id, name, GREET, now);
        }
        let before = self.peers.len();
        self.came(id, name, Duration(0), now);
        let crossed = self.line.may_cross(now);
        for peer in self.peers.iter_mut().skip(before) {
            peer.later = true;
            peer.crossed = crossed;
        }
    }

    /// Somebody is there, and is to be greeted after `wait`.
    fn came(&mut self, id: &str, name: &str, wait: Duration, now: Instant) {
        if self.is_me(id) {
            return;
        }
        self.seen(id);
        let name = cut(name);
        if let Some(peer) = self.known(id).and_then(|at| self.peers.get_mut(at)) {
            peer.went = false;
            peer.named(name);
            return;
        }
        let is_namesake = |peer: &Peer| peer.name == name && peer.negotiation.is_some();
        let unsure = self.peers.iter().any(is_namesake);
        if !self.holds(unsure) {
            return;
        }
        let wait = if unsure { wait.max(NAMESAKE) } else { wait };
        let mut peer = Peer::new(self.unused(id), now);
        peer.address = Some(id.to_owned());
        peer.named(name);
        peer.unsure = unsure;
        peer.nudge_at(now + wait);
        self.peers.push(peer);
        if unsure {
            self.say_hello(self.peers.len() - 1, now);
        }
    }

    /// Whether one more can be tied to us: one more than there is place for, since some newcomers
    /// learn only from us that there is none. Who may be one of those that we know is given the time
    /// to say so, but no crowd of them is.
    fn holds(&self, unsure: bool) -> bool {
        (unsure || self.others() < MOST_PEOPLE) && self.peers.len() < 2 * MOST_PEOPLE
    }

    fn others(&self) -> usize {
        self.peers.iter().filter(|peer| peer.counts()).count()
    }

    /// The server says that somebody went. It may have lost no more than their socket, and one of
    /// us keeps the ties then; who leaves says so, and who is killed falls silent.
    fn went(&mut self, id: &str, now: Instant) {
        self.forget(id);
        let Some(at) = self.known(id) else { return };
        let Some(peer) = self.peers.get_mut(at) else {
            return;
        };
        if peer.pid.is_some() && peer.is_tied() {
            peer.went = true;
        } else {
            self.remove(at, now);
        }
    }

    fn signal(&mut self, signal: Signal, frame: &str, now: Instant) {
        if !self.is_for_us(&signal, now) {
            return;
        }
        let is_offer = matches!(&signal.payload, Payload::Description(of) if of.offer);
        // What else comes from a stranger is left over from one who went.
        let invites = is_offer || signal.payload == Payload::Hello;
        let Some(at) = self.who(&signal, invites, now) else {
            return;
        };
        let Some(peer) = self.peers.get_mut(at) else {
            return;
        };
        peer.went = false;
        peer.unsure = false;
        // They offer to one whom they saw come, so that each came after the other: who has the lower
        // id was first.
        let was_first = peer.pid.as_ref().is_some_and(|pid| *pid < self.setup.me);
        peer.later &= !(peer.crossed && is_offer && was_first);
        peer.named(signal.name.as_deref().unwrap_or_default());
        peer.sends = signal.sends.unwrap_or(peer.sends);
        if let Some(stream) = signal.screen_stream {
            peer.screen_stream = stream;
        }
        let tied = peer.negotiation.is_some();
        match signal.payload {
            Payload::Description(description) => self.description(at, description, now),
            Payload::Candidate(candidate) => self.candidate(at, candidate),
            Payload::Hello if tied => self.say_state(at, now),
            Payload::Hello => self.make(at, Start::Offer, now),
            Payload::Bye { again: true } => {
                self.lose(at, now);
                self.remove(at, now);
            }
            Payload::Bye { again: false } => {
                self.no_longer_lost(at);
                self.remove(at, now);
            }
            Payload::State => {}
            Payload::Unknown => self.puzzled(frame),
        }
        if is_offer {
            self.leave_if_full(now);
        }
    }

    /// A relay hands everything to everybody, and some servers do with what they know the sender
    /// of.
    fn is_for_us(&mut self, signal: &Signal, now: Instant) -> bool {
        let sender = signal.sender.as_deref();
        if signal.from.as_deref() == Some(&*self.setup.me) {
            if let Some(sender) = sender.filter(|sender| !self.is_me(sender)) {
                self.called(sender.to_owned(), now);
            }
            return false;
        }
        if sender.is_some_and(|sender| self.is_me(sender)) {
            return false;
        }
        match signal.target.as_deref() {
            None | Some("*") => true,
            Some(target) if self.is_me(target) => true,
            // Servers that tell us no address of ours deliver to the right one.
            Some(target) => sender.is_some() && self.known(target).is_none(),
        }
    }

    /// Who says this. Somebody new is added if they invite us.
    fn who(&mut self, signal: &Signal, invites: bool, now: Instant) -> Option<usize> {
        let from = signal.from.as_ref();
        let address = signal.sender.as_ref().or(from)?;
        let by_pid = from.and_then(|from| {
            let is = |peer: &Peer| peer.pid.as_ref() == Some(from);
            self.peers.iter().position(is)
        });
        let has = |peer: &Peer| peer.address.as_ref() == Some(address);
        let mut by_address = self.peers.iter().position(has);
        // The server gave an address of old to somebody else.
        let other = by_address.and_then(|at| self.peers.get_mut(at));
        if let Some(other) =
            other.filter(|of| from.is_some() && of.pid.is_some() && of.pid.as_ref() != from)
        {
            other.address = None;
            by_address = None;
        }
        let at = match (by_pid, by_address) {
            (Some(at), Some(same)) if at != same => self.merge(at, same),
            (Some(at), _) | (None, Some(at)) => at,
            (None, None) if invites && self.holds(false) => {
                let id = self.unused(from.unwrap_or(address));
                self.peers.push(Peer::new(id, now));
                self.peers.len() - 1
            }
            (None, None) => return None,
        };
        self.seen(address);
        let peer = self.peers.get_mut(at)?;
        peer.writes_from(address, signal.payload == Payload::Hello);
        peer.pid = from.or(peer.pid.as_ref()).cloned();
        Some(at)
    }

    /// Two that we know are one: the second is the first with a new address.
    fn merge(&mut self, at: usize, same: usize) -> usize {
        let mut other = self.peers.remove(same);
        let at = if same < at { at - 1 } else { at };
        if let Some(peer) = self.peers.get_mut(at) {
            peer.absorb(&mut other);
        }
        self.untie(other);
        at
    }

    /// An id that nobody else has: a server may give one of old to somebody new.
    fn unused(&self, id: &str) -> String {
        let mut id = id.to_owned();
        while self.peers.iter().any(|peer| peer.id == id) {
            id.push('+');
        }
        id
    }

    /// One who comes to a room that has all the people it can hold goes again; those who came later
    /// go before.
    fn leave_if_full(&mut self, now: Instant) {
        let before = self
            .peers
            .iter()
            .filter(|peer| peer.counts() && !peer.later);
        if before.count() >= MOST_PEOPLE && self.line.is_newcomer(now) {
            self.end(Signalling::Full, now);
        }
    }
}
