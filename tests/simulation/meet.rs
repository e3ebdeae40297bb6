//! Video rooms: several of them in virtual time, with a server of each kind between them.

mod browser;
mod calls;
mod frames;
mod mishaps;
mod replay;
mod schedules;
mod server;
mod ties;
mod traffic;
mod world;
