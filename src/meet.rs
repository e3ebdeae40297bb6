//! Video rooms of General Bots: who is in the room, and the tie to each of them.
//!
//! Sans-IO like [`crate::session`]: hand [`Room::handle`] one [`Input`], then drain [`Room::poll`], and
//! hand it [`Input::Woke`] when [`Room::deadline`] has passed. The signalling frames are those of the
//! General Bots document (`join`, `leave`, `signal`), read tolerantly, since the document leaves out
//! how ids are learned and who is told of what; the negotiation of each tie is the "perfect
//! negotiation" of W3C WebRTC 1.0, section 10.7. Pictures and sound go from browser to browser and
//! never pass here.

pub mod address;
mod hearing;
mod line;
mod lost;
mod media;
pub mod name;
mod negotiation;
mod peer;
mod port;
mod room;
mod signal;
mod ties;
pub mod tile;
pub mod voice;

pub use media::{Device, DeviceKind, Lack, On};
pub use port::{
    Action, Chat, Description, Happening, Ice, IceServer, Input, LinkId, Output, Participant,
    Setup, Signalling, Start, Tie,
};
pub use room::{MOST_PEOPLE, Room};
