//! Video rooms: several of them in virtual time, with a server of each kind between them.

mod alone;
mod browser;
mod calls;
mod frames;
mod line;
mod mishaps;
mod negotiation;
mod replay;
mod schedules;
mod server;
mod ties;
mod traffic;
mod world;
