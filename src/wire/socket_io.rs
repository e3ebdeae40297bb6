//! Engine.IO v4 and Socket.IO v5 in text frames over one WebSocket, as a client reads and writes
//! them (`socketio/engine.io-protocol` v4, `socketio/socket.io-protocol` v5).
//!
//! A frame holds one packet of Engine.IO, or several with U+001E between them; a message packet
//! holds one of Socket.IO. Reading never fails: what cannot be read is [`Packet::Unknown`].
//!
//! The crates that servers in Rust are built of were looked at first and do not serve a client:
//! `engineioxide-core` 0.2.3 parses no open packet, and its `Sid` is exactly 16 characters long,
//! where python-engineio and the server in Node send 20; `socketioxide-parser-common` 0.17.3 has
//! the same `Sid` in the connect packet and a connect error that is always an object. Both bring
//! `http` and `rand` along.

mod open;
mod packet;

pub use open::Opened;
pub use packet::{Event, Packet, read};

use serde_json::{Value, json};

/// Asks to be connected to the main namespace.
pub const CONNECT: &str = "40";
/// Leaves the main namespace.
pub const DISCONNECT: &str = "41";

/// What a ping is answered with; `payload` is what came along with it.
#[must_use]
pub fn pong(payload: &str) -> String {
    format!("3{payload}")
}

/// An event with one argument. With an `ack` the server confirms it under that number, if it takes
/// it at all.
#[must_use]
pub fn event(name: &str, argument: &Value, ack: Option<u64>) -> String {
    let ack = ack.map(|ack| ack.to_string()).unwrap_or_default();
    format!("42{ack}{}", json!([name, argument]))
}
