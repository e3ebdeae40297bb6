//! Recordings of a server's traffic, and a player that runs one through adapter, session and
//! reducer in virtual time. The replay example and the simulation tests share it.

mod calls;
mod choice;
mod line;
mod player;

pub use choice::{choose, connections, conversation};
pub use line::{Broken, Line, What, parse};
pub use player::{Player, replay};
