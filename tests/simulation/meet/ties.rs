//! What the browsers do: the work on each tie, and the ways between them.

use parlor::meet::{Happening, Input, LinkId, Tie};

use super::browser::{Connection, Word};
use super::world::{Event, World};

impl World {
    /// One thing at a time is done for each tie; it takes a while, and then the browser says how
    /// it went.
    pub(super) fn work(
        &mut self,
        at: usize,
        link: LinkId,
        work: impl FnOnce(&mut Connection) -> Vec<Word>,
    ) {
        let tie = self.pages[at].ties.get_mut(&link).expect("a tie");
        assert!(!tie.busy, "two things at a time");
        tie.busy = true;
        let words = work(tie);
        let mut when = self.soon(15);
        for word in words {
            if matches!(word, Word::Candidate(_)) {
                when += 1 + self.random.up_to(10);
            }
            let page = at;
            self.push(when, Event::Word { page, link, word });
        }
    }

    /// `negotiationneeded` comes once, however much has changed.
    pub(super) fn settle(&mut self, at: usize, link: LinkId) {
        let when = self.soon(5);
        let tie = self.pages[at].ties.get_mut(&link).unwrap();
        if tie.is_stable() && tie.needs_negotiation() && !tie.wanted {
            tie.wanted = true;
            let word = Word::Wanted;
            self.push(
                when,
                Event::Word {
                    page: at,
                    link,
                    word,
                },
            );
        }
    }

    pub(crate) fn share_screen(&mut self, at: usize, on: bool) {
        let tracks = if on { 2 } else { 1 };
        self.pages[at].tracks = tracks;
        let links: Vec<LinkId> = self.pages[at].ties.keys().copied().collect();
        for link in links {
            self.pages[at].ties.get_mut(&link).unwrap().tracks = tracks;
            self.settle(at, link);
        }
        let (audio, video, _) = self.pages[at].sends;
        let screen = on;
        self.input(
            at,
            Input::Sends {
                audio,
                video,
                screen,
            },
        );
    }

    /// One end is closed, and the other notices.
    pub(super) fn drop_tie(&mut self, at: usize, link: LinkId) {
        let dropped = self.pages[at].ties.remove(&link);
        assert!(dropped.is_some(), "a tie to drop");
        self.tick();
    }

    pub(super) fn word(&mut self, at: usize, link: LinkId, word: Word) {
        let Some(tie) = self.pages[at].ties.get_mut(&link) else {
            return;
        };
        let happening = match word {
            Word::Stable(stable) => Happening::Stable { link, stable },
            Word::Described(description) => {
                tie.busy = false;
                Happening::Described { link, description }
            }
            Word::Added => {
                tie.busy = false;
                Happening::Added(link)
            }
            Word::Refused(why) => {
                // The room knows better than to ask for anything else that is refused.
                assert_eq!(why, "a candidate of another round");
                tie.busy = false;
                let why = why.to_owned();
                Happening::Refused { link, why }
            }
            Word::Wanted => {
                tie.wanted = false;
                if !tie.is_stable() || !tie.needs_negotiation() {
                    return;
                }
                Happening::Wanted(link)
            }
            Word::Candidate(candidate) => Happening::Candidate { link, candidate },
        };
        self.input(at, Input::Happened(happening));
        if self.pages[at].ties.contains_key(&link) {
            self.settle(at, link);
        }
        self.tick();
    }

    /// Nothing goes between these any more.
    pub(crate) fn wall(&mut self, one: usize, two: usize) {
        self.walls.push((one, two));
        self.tick();
    }

    pub(super) fn tick(&mut self) {
        if !self.ticking {
            self.ticking = true;
            self.push(self.now.0 + 20, Event::Ties);
        }
    }

    pub(super) fn owner(&self, session: u64) -> Option<(usize, LinkId)> {
        let mut pages = self.pages.iter().enumerate();
        pages.find_map(|(at, page)| Some((at, page.link_of(session)?)))
    }

    /// Ways are found, and break.
    pub(super) fn look_at_ties(&mut self) {
        self.ticking = false;
        let mut moved: Vec<(usize, LinkId, Tie)> = Vec::new();
        let mut all: Vec<(usize, LinkId)> = Vec::new();
        let mut idle: Vec<(usize, LinkId, Option<u64>)> = Vec::new();
        let mut rests = true;
        let now = self.now;
        for (at, page) in self.pages.iter().enumerate() {
            all.extend(page.ties.keys().map(|link| (at, *link)));
        }
        for (one, link) in &all {
            let tie = &self.pages[*one].ties[link];
            let other = self.partner(*one, tie);
            let silent = tie.idle_since.map_or(0, |since| now.0 - since);
            let moves = match (tie.tie, other) {
                // Consent to receive runs out after some seconds (RFC 7675, section 5.1).
                (Tie::Connected, None) if silent >= 5_000 => Some(Tie::Disconnected),
                (Tie::Disconnected, None) if silent >= 15_000 => Some(Tie::Failed),
                (Tie::Connecting, None) if silent >= 15_000 => Some(Tie::Failed),
                (Tie::Connected, _) | (_, None) => None,
                _ => Some(Tie::Connected),
            };
            rests &= other.is_some();
            let since = tie.idle_since.filter(|_| other.is_none());
            idle.push((*one, *link, since.or(other.is_none().then_some(now.0))));
            moved.extend(moves.map(|tie| (*one, *link, tie)));
        }
        for (at, link, since) in idle {
            self.pages[at].ties.get_mut(&link).unwrap().idle_since = since;
        }
        if !rests {
            self.tick();
        }
        for (at, link, tie) in moved {
            if tie == Tie::Disconnected {
                self.pages[at].broken += 1;
            }
            if let Some(of) = self.pages[at].ties.get_mut(&link) {
                of.moved(tie);
                self.input(at, Input::Happened(Happening::Tied { link, tie }));
            }
        }
    }

    /// The page at the other end of a tie, if there is a way to it.
    pub(super) fn partner(&self, one: usize, tie: &Connection) -> Option<usize> {
        let theirs = tie.remote.as_ref()?.session;
        let (two, link) = self.owner(theirs)?;
        let wall = self.walls.contains(&(one, two)) || self.walls.contains(&(two, one));
        let other = &self.pages[two].ties[&link];
        let mutual = other.remote.as_ref().map(|of| of.session) == Some(tie.session());
        let connected = tie.tie == Tie::Connected && other.tie == Tie::Connected;
        let way = connected || tie.reaches(other);
        (mutual && way && !wall).then_some(two)
    }
}
