//! The three kinds of server that a room has to get on with, and two that are none.

use serde_json::{Value, json};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Tells who is there, under addresses of its own.
    Roster,
    /// The same, with the ids that the participants bring.
    RosterKept,
    /// Tells the others who came.
    Joincast,
    /// Sends every frame to all the others.
    Relay,
    /// Sends every frame back.
    Echo,
    /// Greets as a chat does.
    Chat,
}

/// The kinds with which a room works.
pub(crate) const ROOMS: [Kind; 4] = [Kind::Roster, Kind::RosterKept, Kind::Joincast, Kind::Relay];

#[derive(Debug)]
struct Member {
    socket: u32,
    address: String,
    name: String,
}

#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) kind: Kind,
    members: Vec<Member>,
    sockets: Vec<u32>,
    given: u32,
}

/// A frame, and the socket that it goes to.
pub(crate) type Sent = (u32, String);

impl Server {
    pub(crate) fn new(kind: Kind) -> Self {
        Self {
            kind,
            members: Vec::new(),
            sockets: Vec::new(),
            given: 0,
        }
    }

    pub(crate) fn opened(&mut self, socket: u32) -> Vec<Sent> {
        self.sockets.push(socket);
        let greeting = json!({"type": "connected", "session_id": "s", "user_id": "u", "message": "Connected to bot server", "tools": []});
        match self.kind {
            Kind::Chat => vec![(socket, greeting.to_string())],
            _ => Vec::new(),
        }
    }

    pub(crate) fn closed(&mut self, socket: u32) -> Vec<Sent> {
        self.sockets.retain(|of| *of != socket);
        self.left(socket)
    }

    pub(crate) fn received(&mut self, socket: u32, frame: &str) -> Vec<Sent> {
        match self.kind {
            Kind::Echo => return vec![(socket, format!("Echo: {frame}"))],
            Kind::Chat => return Vec::new(),
            Kind::Relay => {
                let others = self.sockets.iter().filter(|of| **of != socket);
                return others.map(|of| (*of, frame.to_owned())).collect();
            }
            _ => {}
        }
        let Ok(value) = serde_json::from_str::<Value>(frame) else {
            let error = json!({"type": "error", "code": "INVALID_FORMAT", "message": "Not JSON"});
            return vec![(socket, error.to_string())];
        };
        match value["type"].as_str().unwrap_or_default() {
            "join" => self.joined(socket, &value),
            "leave" => self.left(socket),
            "ping" => vec![(socket, json!({"type": "pong"}).to_string())],
            "signal" => self.signalled(socket, value),
            _ => Vec::new(),
        }
    }

    fn to_all(&self, but: u32, frame: &Value) -> Vec<Sent> {
        let others = self.members.iter().filter(|member| member.socket != but);
        others
            .map(|member| (member.socket, frame.to_string()))
            .collect()
    }

    fn joined(&mut self, socket: u32, frame: &Value) -> Vec<Sent> {
        self.given += 1;
        let address = match self.kind {
            Kind::RosterKept => frame["participant_id"].as_str().unwrap().to_owned(),
            _ => format!("address-{}", self.given),
        };
        let name = frame["participant_name"].as_str().unwrap().to_owned();
        // One with a kept id replaces their own dead socket.
        self.members.retain(|member| member.address != address);
        let roster: Vec<Value> = self
            .members
            .iter()
            .map(
                |member| json!({"participant_id": member.address, "participant_name": member.name}),
            )
            .collect();
        let ack = json!({"type": "joined", "participant_id": address, "participants": roster});
        let came = json!({"type": "join", "participant_id": address, "participant_name": name});
        self.members.push(Member {
            socket,
            address,
            name,
        });
        let mut sent = self.to_all(socket, &came);
        if self.kind != Kind::Joincast {
            sent.push((socket, ack.to_string()));
        }
        sent
    }

    fn left(&mut self, socket: u32) -> Vec<Sent> {
        let Some(at) = self.members.iter().position(|of| of.socket == socket) else {
            return Vec::new();
        };
        let member = self.members.remove(at);
        let went = json!({"type": "leave", "participant_id": member.address, "participant_name": member.name});
        self.to_all(socket, &went)
    }

    fn signalled(&mut self, socket: u32, mut frame: Value) -> Vec<Sent> {
        let Some(from) = self.members.iter().find(|of| of.socket == socket) else {
            return Vec::new();
        };
        frame["from_id"] = from.address.clone().into();
        let target = frame["target_id"].as_str().unwrap_or_default();
        let to = self.members.iter().find(|member| member.address == target);
        let unknown =
            json!({"type": "error", "code": "SESSION_NOT_FOUND", "message": "Unknown target"});
        match to {
            Some(member) => vec![(member.socket, frame.to_string())],
            None => vec![(socket, unknown.to_string())],
        }
    }
}
