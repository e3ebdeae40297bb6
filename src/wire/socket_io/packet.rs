//! Reading packets.

use serde_json::Value;

use super::Opened;
use crate::wire::json;

/// Stands between the packets of one frame.
const SEPARATOR: char = '\u{1e}';

/// One packet from the server.
#[derive(Clone, Debug, PartialEq)]
pub enum Packet {
    /// Engine.IO: the connection is there; now ask to be connected.
    Opened(Opened),
    /// Engine.IO: answer with [`super::pong`] and the same payload.
    Ping(String),
    /// Engine.IO: nothing that a client on one WebSocket has to do anything about.
    Idle,
    /// Engine.IO: the server closes.
    Closed,
    /// Socket.IO: connected to the main namespace.
    Connected,
    /// Socket.IO: not connected. The WebSocket stays open, and it is for the client to close it.
    Refused {
        /// Why, in the server's words.
        why: String,
        /// What else it says, `null` where it is nothing.
        data: Value,
    },
    /// Socket.IO: out of the namespace. The WebSocket stays open, and nothing sent is heard.
    Disconnected,
    /// Socket.IO: an event.
    Event(Event),
    /// Socket.IO: the server has taken the event of that number.
    Ack(u64),
    /// A packet of bytes, of which this client has no use: counted, and otherwise passed over.
    Binary,
    /// It cannot be read, or is of another namespace.
    Unknown,
}

/// An event.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Its name.
    pub name: String,
    /// Its arguments, without the name.
    pub arguments: Vec<Value>,
    /// The server wants it confirmed under that number.
    pub ack: Option<u64>,
}

/// Reads the packets of a text frame, in order.
#[must_use]
pub fn read(frame: &str) -> Vec<Packet> {
    frame.split(SEPARATOR).map(engine).collect()
}

fn engine(packet: &str) -> Packet {
    let Some((kind, rest)) = packet.split_at_checked(1) else {
        return Packet::Unknown;
    };
    match kind {
        "0" => parsed(rest)
            .and_then(|value| Opened::read(&value))
            .map_or(Packet::Unknown, Packet::Opened),
        "1" => Packet::Closed,
        "2" => Packet::Ping(rest.to_owned()),
        "3" | "5" | "6" => Packet::Idle,
        "4" => socket(rest),
        "b" => Packet::Binary,
        _ => Packet::Unknown,
    }
}

fn socket(packet: &str) -> Packet {
    let Some((kind, rest)) = packet.split_at_checked(1) else {
        return Packet::Unknown;
    };
    // Another namespace stands before a comma; the main one has none, or its name.
    let rest = match rest.strip_prefix('/').map(|named| named.split_once(',')) {
        None => rest,
        Some(Some(("", rest))) => rest,
        Some(_) => return Packet::Unknown,
    };
    match kind {
        "0" => Packet::Connected,
        "1" => Packet::Disconnected,
        "2" => event(rest).map_or(Packet::Unknown, Packet::Event),
        "3" => numbered(rest).0.map_or(Packet::Unknown, Packet::Ack),
        "4" => refused(rest),
        "5" | "6" => Packet::Binary,
        _ => Packet::Unknown,
    }
}

fn event(packet: &str) -> Option<Event> {
    let (ack, rest) = numbered(packet);
    let Value::Array(mut arguments) = parsed(rest)? else {
        return None;
    };
    if arguments.is_empty() {
        return None;
    }
    let name = arguments.remove(0).as_str()?.to_owned();
    Some(Event {
        name,
        arguments,
        ack,
    })
}

/// The number before the data.
fn numbered(packet: &str) -> (Option<u64>, &str) {
    let end = packet
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(packet.len());
    let (number, rest) = packet.split_at_checked(end).unwrap_or(("", packet));
    (number.parse().ok(), rest)
}

/// An object with a message, or the message alone.
fn refused(data: &str) -> Packet {
    let value = parsed(data).unwrap_or_default();
    let why = value.as_str().or_else(|| json::text(&value, &["message"]));
    Packet::Refused {
        why: why.unwrap_or(data).to_owned(),
        data: value.get("data").cloned().unwrap_or_default(),
    }
}

fn parsed(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::Duration;

    fn one(frame: &str) -> Packet {
        let mut packets = read(frame);
        assert_eq!(packets.len(), 1, "{frame}");
        packets.remove(0)
    }

    fn told(name: &str, argument: Value, ack: Option<u64>) -> Packet {
        Packet::Event(Event {
            name: name.into(),
            arguments: vec![argument],
            ack,
        })
    }

    #[test]
    fn the_first_packet_tells_how_long_to_wait() {
        let frame = r#"0{"sid":"9MmzAZxub74GbcTIAAEI","upgrades":[],"pingTimeout":20000,"pingInterval":25000,"maxPayload":4194304}"#;
        let Packet::Opened(opened) = one(frame) else {
            panic!("not opened");
        };
        assert_eq!(opened.sid, "9MmzAZxub74GbcTIAAEI");
        assert_eq!(opened.patience(), Duration::secs(45));
        assert_eq!(opened.max_payload, Some(4_194_304));
        let Packet::Opened(bare) = one(r#"0{"sid":"x"}"#) else {
            panic!("not opened");
        };
        assert_eq!(bare.patience(), Duration::secs(45));
        assert_eq!(one("0{}"), Packet::Unknown);
    }

    #[test]
    fn pings_carry_what_came_along() {
        assert_eq!(one("2"), Packet::Ping(String::new()));
        assert_eq!(one("2probe"), Packet::Ping("probe".into()));
        assert_eq!(super::super::pong("probe"), "3probe");
        assert_eq!(one("6"), Packet::Idle);
        assert_eq!(one("1"), Packet::Closed);
    }

    #[test]
    fn connecting_is_confirmed_or_refused_in_two_shapes() {
        assert_eq!(one("40"), Packet::Connected);
        assert_eq!(one(r#"40{"sid":"a"}"#), Packet::Connected);
        assert_eq!(one("41"), Packet::Disconnected);
        let refused = |why: &str, data: Value| Packet::Refused {
            why: why.into(),
            data,
        };
        assert_eq!(
            one(r#"44{"message":"Settings not found","data":{"msg_id":"CONFIGURATION$X"}}"#),
            refused("Settings not found", json!({"msg_id": "CONFIGURATION$X"}))
        );
        assert_eq!(
            one(r#"44"Unable to connect""#),
            refused("Unable to connect", Value::Null)
        );
        assert_eq!(one("44{oops"), refused("{oops", Value::Null));
    }

    #[test]
    fn events_and_acks_are_read_with_their_numbers() {
        assert_eq!(
            one(r#"42["oh_event",{"id":1}]"#),
            told("oh_event", json!({"id": 1}), None)
        );
        assert_eq!(
            one(r#"4217["x","\u00fc"]"#),
            told("x", json!("ü"), Some(17))
        );
        assert_eq!(one("432[]"), Packet::Ack(2));
        assert_eq!(one(r#"42/,["x",1]"#), told("x", json!(1), None));
        for broken in [
            "", "4", "42", "42{}", "42[]", "42[1]", "42[\"x\"", "43[]", "49", "x", "é",
        ] {
            assert_eq!(one(broken), Packet::Unknown, "{broken}");
        }
        assert_eq!(one(r#"42/admin,["x",1]"#), Packet::Unknown);
        assert_eq!(one("44/admin,\"no\""), Packet::Unknown);
    }

    #[test]
    fn bytes_are_named_as_such() {
        for frame in [
            "bAQID",
            r#"451-["x",{"_placeholder":true,"num":0}]"#,
            "461-1[]",
        ] {
            assert_eq!(one(frame), Packet::Binary, "{frame}");
        }
    }

    #[test]
    fn several_packets_in_a_frame_come_in_order() {
        let frame = "2\u{1e}40{\"sid\":\"a\"}\u{1e}42[\"x\",1]";
        assert_eq!(
            read(frame),
            [
                Packet::Ping(String::new()),
                Packet::Connected,
                told("x", json!(1), None)
            ]
        );
    }

    #[test]
    fn what_is_written_is_what_the_server_reads() {
        let argument = json!({"action": "message", "args": {"content": "hé \"x\""}});
        let frame = super::super::event("oh_user_action", &argument, Some(5));
        assert_eq!(
            one(&frame),
            told("oh_user_action", argument.clone(), Some(5))
        );
        let frame = super::super::event("oh_user_action", &argument, None);
        assert!(frame.starts_with("42[\"oh_user_action\",{"));
    }
}
