//! The negotiation of one tie: "perfect negotiation" (W3C WebRTC 1.0, section 10.7).
//!
//! There, three flags guard what runs at the same time. Here one thing runs at a time and what
//! comes meanwhile waits in a queue, so two of them are what is under way: `makingOffer` is
//! [`Doing::Describing`] and `isSettingRemoteAnswerPending` is [`Doing::Answer`]; `ignoreOffer` is
//! `ignoring`. When the queue is looked at, a collision is an offer of theirs while ours stands,
//! which is while the tie is not stable.

use std::collections::VecDeque;

use super::port::{Action, Description, Ice, LinkId};

/// What the browser is about.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Doing {
    /// It makes an offer.
    Describing,
    /// It takes an offer, and answers.
    Offer,
    /// It takes an answer.
    Answer,
    /// It takes a candidate.
    Adding,
}

#[derive(Debug)]
enum Incoming {
    Description(Description),
    Candidate(Ice),
}

/// Where a description stands in the line of those of one `RTCPeerConnection`: the session and the
/// version of its `o=` line (RFC 8829, section 5.2.1: the session stays the same, and the version
/// grows).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Origin {
    session: String,
    version: u64,
}

/// How a description of theirs relates to the last one that was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    /// It goes on from there.
    Next,
    /// It came late, and a later one was taken.
    Old,
    /// It is another `RTCPeerConnection`'s.
    Foreign,
}

/// What became of the last thing that was done.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Of a candidate.
    Candidate,
    /// Of a candidate that belongs to an offer that was ignored.
    Expected,
    /// Of a description.
    Description,
}

/// One tie's negotiation.
#[derive(Debug)]
pub(super) struct Negotiation {
    pub(super) link: LinkId,
    doing: Option<Doing>,
    /// `negotiationneeded` came and waits.
    wanted: bool,
    ignoring: bool,
    stable: bool,
    theirs: Option<Origin>,
    queue: VecDeque<Incoming>,
    /// The first offer was theirs.
    pub(super) began_there: bool,
}

impl Negotiation {
    pub(super) const fn new(link: LinkId, began_there: bool) -> Self {
        Self {
            link,
            doing: None,
            wanted: false,
            ignoring: false,
            stable: true,
            theirs: None,
            queue: VecDeque::new(),
            began_there,
        }
    }

    /// No offer of ours waits for its answer, and nothing is under way.
    pub(super) const fn is_at_rest(&self) -> bool {
        self.stable && self.doing.is_none()
    }

    pub(super) fn relation(&self, description: &Description) -> Relation {
        let (Some(known), Some(next)) = (&self.theirs, origin(&description.sdp)) else {
            return Relation::Next;
        };
        if known.session != next.session {
            Relation::Foreign
        } else if next.version < known.version {
            Relation::Old
        } else {
            Relation::Next
        }
    }

    pub(super) fn came(&mut self, description: Description) {
        self.queue.push_back(Incoming::Description(description));
    }

    /// One of an offer that was ignored is held for no description.
    pub(super) fn candidate(&mut self, candidate: Ice) {
        if self.ignoring && self.theirs.is_none() {
            return;
        }
        self.queue.push_back(Incoming::Candidate(candidate));
    }

    pub(super) const fn want(&mut self) {
        self.wanted = true;
    }

    pub(super) const fn set_stable(&mut self, stable: bool) {
        self.stable = stable;
    }

    /// An offer is made, though one may stand already: it, or its answer, may be lost.
    pub(super) fn again(&mut self) -> Option<Action> {
        self.doing.is_none().then(|| self.describing())
    }

    fn describing(&mut self) -> Action {
        self.wanted = false;
        self.doing = Some(Doing::Describing);
        Action::Describe(self.link)
    }

    /// The next thing to do, if any. No offer is made while nobody would hear it.
    pub(super) fn next(&mut self, polite: bool, joined: bool) -> Option<Action> {
        if self.doing.is_some() {
            return None;
        }
        while let Some(incoming) = self.take() {
            match incoming {
                Incoming::Description(description) if description.offer => {
                    self.ignoring = !polite && !self.stable;
                    if !self.ignoring {
                        return Some(self.taking(Doing::Offer, description));
                    }
                }
                // Else it answers an offer that has its answer, or was taken back.
                Incoming::Description(description) if !self.stable => {
                    self.ignoring = false;
                    return Some(self.taking(Doing::Answer, description));
                }
                Incoming::Description(_) => {}
                Incoming::Candidate(candidate) => {
                    self.doing = Some(Doing::Adding);
                    let link = self.link;
                    return Some(Action::Add { link, candidate });
                }
            }
        }
        (self.wanted && self.stable && joined).then(|| self.describing())
    }

    /// Candidates wait for the first description, which the browser needs before.
    fn take(&mut self) -> Option<Incoming> {
        let is_description = |of: &Incoming| matches!(of, Incoming::Description(_));
        let at = match self.theirs {
            Some(_) => 0,
            None => self.queue.iter().position(is_description)?,
        };
        self.queue.remove(at)
    }

    fn taking(&mut self, doing: Doing, description: Description) -> Action {
        self.doing = Some(doing);
        self.theirs = Some(origin(&description.sdp).unwrap_or_default());
        Action::Take {
            link: self.link,
            description,
        }
    }

    /// A description is made, or taken; what is to be sent is handed back.
    pub(super) fn described(&mut self, description: Option<Description>) -> Option<Description> {
        self.doing = None;
        self.stable = description.as_ref().is_none_or(|of| !of.offer);
        description
    }

    pub(super) fn added(&mut self) {
        self.doing = None;
    }

    pub(super) fn refused(&mut self) -> Refusal {
        match self.doing.take() {
            Some(Doing::Adding) if self.ignoring => Refusal::Expected,
            Some(Doing::Adding) => Refusal::Candidate,
            _ => Refusal::Description,
        }
    }
}

/// The second and third words of the `o=` line (RFC 8866, section 5.2).
fn origin(sdp: &str) -> Option<Origin> {
    let line = sdp.lines().find_map(|line| line.strip_prefix("o="))?;
    let mut words = line.split(' ').skip(1);
    Some(Origin {
        session: words.next()?.to_owned(),
        version: words.next()?.parse().ok()?,
    })
}
