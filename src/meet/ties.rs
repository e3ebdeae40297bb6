//! The room's ties: made, negotiated, said again, and cut.

use super::negotiation::{Negotiation, Refusal, Relation};
use super::peer::{GREET, Nudge, Peer};
use super::port::{Action, Description, Happening, Ice, LinkId, Start, Tie};
use super::room::Room;
use super::signal;
use crate::model::{Duration, Instant};

impl Room {
    /// Something happened to a tie; of one that is dropped, it is nothing to us.
    pub(super) fn of_a_tie(&mut self, happening: Happening, now: Instant) {
        match happening {
            Happening::Wanted(link) => self.change(link, &mut Negotiation::want),
            Happening::Stable { link, stable } => {
                self.change(link, &mut |of| of.set_stable(stable));
            }
            Happening::Added(link) => self.change(link, &mut Negotiation::added),
            Happening::Described { link, description } => self.described(link, description, now),
            Happening::Refused { link, why } => self.refused(link, &why, now),
            Happening::Candidate { link, candidate } => {
                if let Some(at) = self.at(link) {
                    self.say(at, signal::candidate(&candidate), now);
                }
            }
            Happening::Tied { link, tie } => self.tied(link, tie, now),
            Happening::Opened | Happening::Received(_) | Happening::Closed(_) => {}
        }
    }

    fn at(&self, link: LinkId) -> Option<usize> {
        let is = |peer: &Peer| peer.negotiation.as_ref().is_some_and(|of| of.link == link);
        self.peers.iter().position(is)
    }

    fn change(&mut self, link: LinkId, change: &mut dyn FnMut(&mut Negotiation)) {
        let Some(at) = self.at(link) else { return };
        if let Some(of) = self.negotiation(at) {
            change(of);
        }
        self.go_on(at);
    }

    fn negotiation(&mut self, at: usize) -> Option<&mut Negotiation> {
        self.peers.get_mut(at)?.negotiation.as_mut()
    }

    /// Does the next thing, if nothing is under way.
    fn go_on(&mut self, at: usize) {
        let joined = self.line.is_joined();
        let Some(peer) = self.peers.get_mut(at) else {
            return;
        };
        let polite = peer.is_polite(&self.setup.me);
        let negotiation = peer.negotiation.as_mut();
        if let Some(action) = negotiation.and_then(|of| of.next(polite, joined)) {
            self.act(action);
        }
    }

    /// Makes a tie to one who has none.
    pub(super) fn make(&mut self, at: usize, start: Start, now: Instant) {
        let Some(peer) = self.peers.get_mut(at) else {
            return;
        };
        self.links += 1;
        let link = LinkId(self.links);
        peer.asked(now);
        peer.negotiation = Some(Negotiation::new(link, start == Start::Wait));
        self.act(Action::Make { link, start });
    }

    /// Cuts the tie to one who stays.
    fn cut(&mut self, at: usize, now: Instant) {
        let peer = self.peers.get_mut(at);
        if let Some(of) = peer.and_then(|peer| peer.cut(now)) {
            self.act(Action::Drop(of.link));
        }
    }

    pub(super) fn remove(&mut self, at: usize, now: Instant) {
        self.cut(at, now);
        self.peers.remove(at);
    }

    /// A description of theirs came.
    pub(super) fn description(&mut self, at: usize, theirs: Description, now: Instant) {
        let Some(peer) = self.peers.get(at) else {
            return;
        };
        let of = peer.negotiation.as_ref();
        match of.map(|of| of.relation(&theirs)) {
            None if theirs.offer => self.make(at, Start::Wait, now),
            None | Some(Relation::Old) => return,
            // They have not recognised us, and shall; unless it is our tie that is dead and does
            // not know it yet, and they offer again.
            Some(Relation::Foreign) if peer.is_tied() => {
                self.say_state(at, now);
                return;
            }
            Some(Relation::Foreign) => {
                self.cut(at, now);
                if !theirs.offer {
                    self.make(at, Start::Offer, now);
                    return;
                }
                self.make(at, Start::Wait, now);
            }
            Some(Relation::Next) => {}
        }
        if let Some(of) = self.negotiation(at) {
            of.came(theirs);
        }
        self.go_on(at);
    }

    /// A candidate of theirs came; without a tie it is left over from one that was cut.
    pub(super) fn candidate(&mut self, at: usize, theirs: Ice) {
        if let Some(of) = self.negotiation(at) {
            of.candidate(theirs);
        }
        self.go_on(at);
    }

    fn described(&mut self, link: LinkId, ours: Option<Description>, now: Instant) {
        let Some(at) = self.at(link) else { return };
        let ours = self.negotiation(at).and_then(|of| of.described(ours));
        if let (Some(ours), Some(peer)) = (ours, self.peers.get_mut(at)) {
            peer.asked(now);
            if !self.say(at, signal::description(&ours), now) {
                self.cut(at, now);
            }
        }
        self.go_on(at);
    }

    fn refused(&mut self, link: LinkId, why: &str, now: Instant) {
        let Some(at) = self.at(link) else { return };
        let refusal = self.negotiation(at).map(Negotiation::refused);
        if refusal != Some(Refusal::Expected) {
            self.puzzled(why);
        }
        let tied = self.peers.get(at).is_some_and(Peer::is_tied);
        if refusal == Some(Refusal::Description) && !tied {
            // The next nudge makes another, or their next offer.
            self.cut(at, now);
        }
        self.go_on(at);
    }

    fn tied(&mut self, link: LinkId, tie: Tie, now: Instant) {
        let Some(at) = self.at(link) else { return };
        let Some(peer) = self.peers.get_mut(at) else {
            return;
        };
        let was = peer.is_tied();
        peer.tied(tie, now);
        let is = peer.is_tied();
        let silent = matches!(tie, Tie::Disconnected | Tie::Failed);
        if peer.went && silent {
            self.remove(at, now);
        } else if is && !was {
            self.no_longer_lost(at);
            self.say_state(at, now);
        } else if tie == Tie::Failed && self.line.is_joined() {
            self.act(Action::Restart(link));
        }
    }

    /// Says again what was not answered, and gives up whom nothing leads to.
    pub(super) fn nudge(&mut self, now: Instant) {
        while let Some(at) = self.peers.iter().position(|peer| peer.is_dead(now)) {
            // Else the other would still try for a while, and be met as somebody new.
            self.say(at, signal::gives_up(), now);
            self.lose(at, now);
            self.remove(at, now);
        }
        if !self.line.is_joined() {
            return;
        }
        while let Some(at) = self.peers.iter().position(|peer| peer.is_due(now)) {
            self.nudge_one(at, now);
        }
    }

    fn nudge_one(&mut self, at: usize, now: Instant) {
        let Some(peer) = self.peers.get_mut(at) else {
            return;
        };
        let nudge = peer.nudge(now);
        let action = match (nudge, &mut peer.negotiation) {
            (Nudge::Offer, Some(of)) => of.again(),
            (Nudge::Restart, Some(of)) => Some(Action::Restart(of.link)),
            (Nudge::Greet, _) => {
                self.make(at, Start::Offer, now);
                None
            }
            _ => None,
        };
        if let Some(action) = action {
            self.act(action);
        }
    }

    /// After a cut: whoever is tied to us stays so, and is told where we are now; what could not be
    /// said meanwhile is.
    pub(super) fn rejoin(&mut self, now: Instant) {
        for at in 0..self.peers.len() {
            self.say_hello(at, now);
            let Some(peer) = self.peers.get_mut(at) else {
                return;
            };
            // To whom nothing leads yet, the hello does.
            let wait = if peer.negotiation.is_some() {
                Duration(0)
            } else {
                GREET
            };
            peer.nudge_at(now + wait);
            self.go_on(at);
        }
        self.restart_broken();
    }

    /// Another way is looked for to whoever is not tied to us.
    pub(super) fn restart_broken(&mut self) {
        let broken = self.peers.iter().filter(|peer| !peer.is_tied());
        let links = broken.filter_map(|peer| Some(peer.negotiation.as_ref()?.link));
        for link in links.collect::<Vec<LinkId>>() {
            self.act(Action::Restart(link));
        }
    }

    /// Somebody who was lost is found, or says goodbye.
    pub(super) fn no_longer_lost(&mut self, at: usize) {
        let Some(peer) = self.peers.get(at) else {
            return;
        };
        let (address, pid) = (peer.target().to_owned(), peer.pid.clone());
        self.forget(&address);
        pid.iter().for_each(|pid| self.forget(pid));
    }
}
