//! Recordings of a server's traffic, and a player that runs one through adapter, session and
//! reducer in virtual time. The replay example and the simulation tests share it.

mod calls;
mod line;
mod player;

pub use line::{Broken, Line, What, parse};
pub use player::{Player, choose, connections, conversation, replay};
