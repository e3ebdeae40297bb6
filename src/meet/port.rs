//! The port between a room and the browser: what to do, and what happened.

use serde_json::Value;

use crate::model::Instant;

/// What a room is made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setup {
    /// The address of the signalling socket (`wss://host/ws/meet`), without a key.
    pub url: String,
    /// The room's identifier.
    pub room: String,
    /// The name that the others see.
    pub name: String,
    /// Our participant id: made by us, the same for as long as the page stays in the room.
    pub me: String,
    /// The `MediaStream.id` of the stream that our screen goes out in. Theirs has the same (RFC 8830).
    pub screen: String,
    /// For the waits between two tries to connect.
    pub seed: u64,
    /// The key that the server wants, where there is one. A first frame says it, and the address of
    /// the socket does after the server has refused that, or opens no socket; a released server is
    /// told it by neither.
    pub token: Option<String>,
    /// What the chat beside the rooms was found to be.
    pub chat: Chat,
}

/// Which kind of server the chat has found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Chat {
    /// It has not found out.
    #[default]
    Unknown,
    /// One that speaks as the document says.
    Documented,
    /// A released one. It takes every frame for a message, whatever the path.
    Released,
}

/// One tie to another participant, which is one `RTCPeerConnection`. Numbers never repeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LinkId(pub u32);

/// A session description (`RTCSessionDescriptionInit`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// It is an offer, and no answer.
    pub offer: bool,
    /// The SDP.
    pub sdp: String,
}

/// An ICE candidate (`RTCIceCandidateInit`) as JSON; `None` ends the candidates.
pub type Ice = Option<Value>;

/// An ICE server that the operator names in `config.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IceServer {
    /// `stun:` and `turn:` addresses.
    pub urls: Vec<String>,
    /// For `turn:`; empty where there is none.
    pub username: String,
    /// For `turn:`; empty where there is none.
    pub credential: String,
}

/// Who asks to begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// Our tracks are added at once, and the offer that follows is ours.
    Offer,
    /// Our tracks are added when the first offer of theirs comes, before it is answered.
    Wait,
}

/// One thing a room is told.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// Connect, join, and stay joined.
    Join,
    /// Say goodbye to everybody, and close.
    Leave,
    /// Try again now.
    RetryNow,
    /// The browser says that the network is there, or gone.
    Online(bool),
    /// The deadline has passed.
    Woke,
    /// The browser half did something.
    Happened(Happening),
    /// What we send has changed: whether microphone, camera and screen are on. The others are told.
    Sends {
        /// The microphone is on.
        audio: bool,
        /// The camera is on.
        video: bool,
        /// The screen is shared.
        screen: bool,
    },
}

/// What happened in the browser half.
#[derive(Clone, Debug, PartialEq)]
pub enum Happening {
    /// The signalling socket is open.
    Opened,
    /// A frame came.
    Received(String),
    /// The socket is closed, with the close code; not told of one that [`Action::Open`] or
    /// [`Action::Close`] closed.
    Closed(u16),
    /// A tie wants to be negotiated (`negotiationneeded`).
    Wanted(LinkId),
    /// [`Action::Describe`] or [`Action::Take`] is done: this is the local description now. `None`
    /// where there is nothing to send (an answer of theirs was taken).
    Described {
        /// Which.
        link: LinkId,
        /// `RTCPeerConnection.localDescription`.
        description: Option<Description>,
    },
    /// [`Action::Add`] is done.
    Added(LinkId),
    /// The browser refused what it was asked last for this tie: [`Action::Describe`],
    /// [`Action::Take`] or [`Action::Add`]. One of them is under way at a time, and each ends in
    /// [`Happening::Described`], [`Happening::Added`] or this.
    Refused {
        /// Which.
        link: LinkId,
        /// In the browser's words, for the inspector.
        why: String,
    },
    /// A candidate of ours.
    Candidate {
        /// Which.
        link: LinkId,
        /// The candidate.
        candidate: Ice,
    },
    /// `RTCPeerConnection.signalingState` is `stable`, or not.
    Stable {
        /// Which.
        link: LinkId,
        /// It is.
        stable: bool,
    },
    /// `RTCPeerConnection.connectionState` moved.
    Tied {
        /// Which.
        link: LinkId,
        /// To this.
        tie: Tie,
    },
}

/// `RTCPeerConnection.connectionState`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tie {
    /// `new` or `connecting`.
    #[default]
    Connecting,
    /// `connected`.
    Connected,
    /// `disconnected`: it may come back by itself.
    Disconnected,
    /// `failed`: it does not.
    Failed,
}

/// One thing to do or to know, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Do this.
    Act(Action),
    /// The signalling is like this now.
    Signalling(Signalling),
    /// The others in the room, in the order in which they came.
    Others(Vec<Participant>),
    /// The first frame that was not understood since the last connection, for the inspector.
    Unknown(String),
    /// A frame of so many bytes was not sent, since the server takes 65,536 at most. A tie that it
    /// was to describe is made anew.
    TooLarge(usize),
}

/// What the browser half is asked to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Open the signalling socket; one that was open is closed. The address may hold the key.
    Open(String),
    /// Send a text frame.
    Send(String),
    /// Close the socket with 1000.
    Close,
    /// Make an `RTCPeerConnection`.
    Make {
        /// Its number from now on.
        link: LinkId,
        /// When our tracks are added.
        start: Start,
    },
    /// `setLocalDescription()` without an argument, then [`Happening::Described`].
    Describe(LinkId),
    /// `setRemoteDescription()`; for an offer, our tracks are added and `setLocalDescription()`
    /// follows; then [`Happening::Described`].
    Take {
        /// Which.
        link: LinkId,
        /// Theirs.
        description: Description,
    },
    /// `addIceCandidate()`.
    Add {
        /// Which.
        link: LinkId,
        /// Theirs.
        candidate: Ice,
    },
    /// `restartIce()`, which leads to [`Happening::Wanted`].
    Restart(LinkId),
    /// Close it; nothing more is heard of it.
    Drop(LinkId),
}

/// Where the signalling is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Signalling {
    /// Nobody asked for any.
    #[default]
    Idle,
    /// The socket is being opened.
    Connecting,
    /// In the room.
    Joined,
    /// Between two tries; who is tied to us stays so.
    Waiting {
        /// When the next try is.
        until: Instant,
    },
    /// What answers is no server for video rooms; no further try is made.
    NoRooms {
        /// It only sends back what it gets; else it answers as a chat does.
        echo: bool,
    },
    /// No socket could be opened, in several tries; no further one is made.
    Unreachable,
    /// The room is full: as many as a mesh can hold.
    Full,
    /// The server refused, in its own words, which may be none.
    Refused(String),
}

impl Signalling {
    /// No further try is made by itself.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        matches!(
            self,
            Self::NoRooms { .. } | Self::Unreachable | Self::Full | Self::Refused(_)
        )
    }
}

/// Somebody else in the room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Participant {
    /// The participant id.
    pub id: String,
    /// The name; empty where it is not known yet.
    pub name: String,
    /// The tie to them, where there is one.
    pub link: Option<LinkId>,
    /// How the tie is.
    pub tie: Tie,
    /// Their microphone is on, unless they say that it is not.
    pub audio: bool,
    /// Their camera is on, unless they say that it is not.
    pub video: bool,
    /// They say that they share their screen.
    pub screen: bool,
    /// The `MediaStream.id` of the stream that their screen comes in; empty where they do not say.
    pub screen_stream: String,
}
