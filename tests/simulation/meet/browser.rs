//! A small model of `RTCPeerConnection`: signalling states with rollback, `negotiationneeded`
//! that is coalesced, ICE credentials that a restart changes, and candidates that belong to them.

use parlor::meet::{Description, Start, Tie};
use serde_json::{Value, json};

/// The session description of one side, as far as the model has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sdp {
    pub(crate) session: u64,
    version: u64,
    pub(crate) ufrag: String,
    tracks: usize,
    /// Its candidates are in it, as they are once they were gathered.
    full: bool,
}

impl Sdp {
    fn text(&self) -> String {
        format!(
            "v=0\r\no=- {} {} IN IP4 127.0.0.1\r\ns=-\r\na=ice-ufrag:{}\r\na=tracks:{}\r\n{}",
            self.session,
            self.version,
            self.ufrag,
            self.tracks,
            if self.full { "a=candidate:1\r\n" } else { "" },
        )
    }

    fn read(text: &str) -> Option<Self> {
        let line = |of: &str| text.lines().find_map(|line| line.strip_prefix(of));
        let mut origin = line("o=")?.split(' ').skip(1);
        Some(Self {
            session: origin.next()?.parse().ok()?,
            version: origin.next()?.parse().ok()?,
            ufrag: line("a=ice-ufrag:")?.to_owned(),
            tracks: line("a=tracks:").unwrap_or("1").parse().ok()?,
            full: line("a=candidate:").is_some(),
        })
    }
}

/// What the browser says of its own accord, in order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Word {
    Stable(bool),
    Described(Option<Description>),
    Added,
    Refused(&'static str),
    Wanted,
    Candidate(Option<Value>),
}

#[derive(Debug)]
pub(crate) struct Connection {
    session: u64,
    version: u64,
    restarts: u64,
    /// Another round of ICE was asked for, and no description that was taken has one yet.
    restart: bool,
    start: Start,
    /// Our tracks: microphone and camera are one here, the screen another.
    pub(crate) tracks: usize,
    added: bool,
    pending: Option<Sdp>,
    pub(crate) local: Option<Sdp>,
    pub(crate) remote: Option<Sdp>,
    candidates: Vec<String>,
    gathered: String,
    /// The credentials with which no way was found: nothing but others can find one.
    failed: String,
    pub(crate) tie: Tie,
    pub(crate) rollbacks: usize,
    pub(crate) refusals: Vec<&'static str>,
    /// Something is under way.
    pub(crate) busy: bool,
    pub(crate) wanted: bool,
    /// Since when the tie is not as it should be: silent, or without a way.
    pub(crate) idle_since: Option<u64>,
}

impl Connection {
    pub(crate) fn new(session: u64, start: Start, tracks: usize) -> Self {
        Self {
            session,
            version: 1,
            restarts: 0,
            restart: false,
            added: start == Start::Offer,
            start,
            tracks,
            pending: None,
            local: None,
            remote: None,
            candidates: Vec::new(),
            gathered: String::new(),
            failed: String::new(),
            tie: Tie::Connecting,
            rollbacks: 0,
            refusals: Vec::new(),
            busy: false,
            wanted: false,
            idle_since: None,
        }
    }

    pub(crate) fn is_stable(&self) -> bool {
        self.pending.is_none()
    }

    /// Whether the two descriptions that are in force carry all our tracks.
    pub(crate) fn needs_negotiation(&self) -> bool {
        let carried = self.local.as_ref().map_or(0, |of| of.tracks);
        self.restart && self.local.is_some() || self.added && carried != self.tracks
    }

    fn own(&mut self, new: bool) -> Sdp {
        self.version += 1;
        if new {
            self.restarts += 1;
        }
        let ufrag = format!("u{}-{}", self.session, self.restarts);
        Sdp {
            session: self.session,
            version: self.version,
            full: self.gathered == ufrag,
            ufrag,
            tracks: if self.added { self.tracks } else { 0 },
        }
    }

    /// `setLocalDescription()` without an argument.
    pub(crate) fn describe(&mut self) -> Vec<Word> {
        let new = self.restart && self.pending.is_none();
        let offer = self.own(new);
        let mut words = vec![Word::Stable(false)];
        words.push(Word::Described(Some(Description {
            offer: true,
            sdp: offer.text(),
        })));
        words.extend(self.gather(&offer.ufrag));
        self.pending = Some(offer);
        words
    }

    fn gather(&mut self, ufrag: &str) -> Vec<Word> {
        if self.gathered == ufrag {
            return Vec::new();
        }
        ufrag.clone_into(&mut self.gathered);
        let one = |n: u8| {
            Word::Candidate(Some(json!({
                "candidate": format!("candidate:{n} 1 udp {ufrag}"),
                "sdpMid": "0", "sdpMLineIndex": 0, "usernameFragment": ufrag,
            })))
        };
        vec![one(1), one(2), Word::Candidate(None)]
    }

    pub(crate) fn restart(&mut self) {
        self.restart = true;
    }

    /// `setRemoteDescription()`, and for an offer `setLocalDescription()` after it.
    pub(crate) fn take(&mut self, description: &Description) -> Vec<Word> {
        let Some(theirs) = Sdp::read(&description.sdp) else {
            return self.refuse("no SDP");
        };
        let known = self.remote.as_ref();
        if known.is_some_and(|known| known.session != theirs.session) {
            return self.refuse("another connection's description");
        }
        if !description.offer {
            let Some(ours) = self.pending.take() else {
                return self.refuse("an answer in the state stable");
            };
            self.restart &= self.local.as_ref().is_some_and(|of| of.ufrag == ours.ufrag);
            self.local = Some(ours);
            self.have(theirs);
            return vec![Word::Stable(true), Word::Described(None)];
        }
        let mut words = Vec::new();
        if self.pending.take().is_some() {
            self.rollbacks += 1;
            // The candidates of the offer that is taken back were those of other credentials.
            self.gathered.clear();
            words.push(Word::Stable(true));
        }
        words.push(Word::Stable(false));
        self.added |= self.start == Start::Wait;
        let anew = known.is_some_and(|known| known.ufrag != theirs.ufrag);
        let mut answer = self.own(anew);
        // An answer has room for as much as was offered.
        answer.tracks = answer.tracks.min(theirs.tracks);
        self.restart &= !anew;
        words.push(Word::Stable(true));
        words.push(Word::Described(Some(Description {
            offer: false,
            sdp: answer.text(),
        })));
        words.extend(self.gather(&answer.ufrag));
        self.local = Some(answer);
        self.have(theirs);
        words
    }

    fn have(&mut self, theirs: Sdp) {
        if theirs.full {
            self.candidates.push(theirs.ufrag.clone());
        }
        self.remote = Some(theirs);
    }

    pub(crate) fn add(&mut self, candidate: Option<&Value>) -> Vec<Word> {
        let Some(remote) = &self.remote else {
            return self.refuse("a candidate without a remote description");
        };
        if let Some(candidate) = candidate {
            let ufrag = candidate["usernameFragment"].as_str().unwrap_or_default();
            if !ufrag.is_empty() && remote.ufrag != ufrag {
                return self.refuse("a candidate of another round");
            }
            self.candidates.push(remote.ufrag.clone());
        }
        vec![Word::Added]
    }

    fn refuse(&mut self, why: &'static str) -> Vec<Word> {
        self.refusals.push(why);
        vec![Word::Refused(why)]
    }

    /// Whether a way to the other can be found: both describe each other, and each has a candidate
    /// of the other's.
    pub(crate) fn reaches(&self, other: &Self) -> bool {
        let knows = |one: &Self, two: &Self| {
            one.local.as_ref().is_some_and(|of| of.ufrag != one.failed)
                && one.remote.is_some()
                && one.remote.as_ref().map(|of| &of.ufrag) == two.local.as_ref().map(|of| &of.ufrag)
                && one
                    .remote
                    .as_ref()
                    .is_some_and(|of| one.candidates.contains(&of.ufrag))
        };
        knows(self, other) && knows(other, self)
    }

    pub(crate) fn moved(&mut self, tie: Tie) {
        self.tie = tie;
        if tie == Tie::Failed {
            let ours = self.local.as_ref().map(|of| of.ufrag.clone());
            self.failed = ours.unwrap_or_default();
        }
    }

    pub(crate) fn session(&self) -> u64 {
        self.session
    }
}
