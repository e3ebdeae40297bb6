//! The rooms of a run: who is in them, and what came of it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::line::Line;
use super::meet::Kind;

/// Somebody in a room.
#[derive(Clone)]
pub(super) struct Member {
    /// What the server calls them.
    pub(super) id: String,
    /// What they call themselves.
    pub(super) own: String,
    pub(super) name: String,
    pub(super) line: Line,
}

/// The rooms by their names.
#[derive(Default)]
pub(super) struct Rooms(BTreeMap<String, Room>);

/// One room.
pub(super) struct Room {
    pub(super) kind: Kind,
    pub(super) members: Vec<Member>,
    joins: Vec<Value>,
    leaves: Vec<Value>,
    /// How many signals came, by the type of what they hold.
    signals: BTreeMap<String, usize>,
    lost: usize,
    /// How many bytes the frames had, and how many the largest.
    bytes: usize,
    largest: usize,
}

impl Rooms {
    /// The room of that name, made if there is none.
    pub(super) fn of(&mut self, kind: Kind, name: &str) -> &mut Room {
        self.0.entry(name.to_owned()).or_insert_with(|| Room {
            kind,
            members: Vec::new(),
            joins: Vec::new(),
            leaves: Vec::new(),
            signals: BTreeMap::new(),
            lost: 0,
            bytes: 0,
            largest: 0,
        })
    }

    /// The rooms that somebody joined by that line.
    pub(super) fn joined(&self, line: usize) -> Vec<String> {
        let joined = self.0.iter().filter(|(_, room)| room.at(line).is_some());
        joined.map(|(name, _)| name.clone()).collect()
    }

    /// Cuts the sockets of the participants of that name, wherever they are.
    pub(super) fn cut(&self, name: &str) {
        let all = self.0.values().flat_map(|room| &room.members);
        let meant = all.filter(|member| member.name == name);
        meant.for_each(|member| member.line.cut());
    }

    pub(super) fn report(&self) -> Value {
        let rooms = self.0.iter();
        rooms
            .map(|(name, room)| (name.clone(), room.report()))
            .collect()
    }
}

impl Room {
    /// Who joined by that line.
    pub(super) fn at(&self, line: usize) -> Option<&Member> {
        self.members
            .iter()
            .find(|member| member.line.number == line)
    }

    /// Everybody who did not join by that line.
    pub(super) fn others(&self, line: usize) -> impl Iterator<Item = &Member> {
        let other = move |member: &&Member| member.line.number != line;
        self.members.iter().filter(other)
    }

    pub(super) fn join(&mut self, member: Member) -> Member {
        self.joins.push(noted(&member));
        self.members.push(member.clone());
        member
    }

    /// Takes out who joined by that line.
    pub(super) fn leave(&mut self, line: usize) -> Option<Member> {
        let is = |member: &Member| member.line.number == line;
        let at = self.members.iter().position(is)?;
        let member = self.members.remove(at);
        self.leaves.push(noted(&member));
        Some(member)
    }

    /// Notes a frame that came for this room, and whether it is lost on its way.
    pub(super) fn note(&mut self, frame: &Value, bytes: usize, lost: bool) {
        self.bytes += bytes;
        self.largest = self.largest.max(bytes);
        self.lost += usize::from(lost);
        if let Some(signal) = frame.get("signal") {
            let kind = signal
                .get("type")
                .and_then(Value::as_str)
                .unwrap_or("other");
            *self.signals.entry(kind.to_owned()).or_default() += 1;
        }
    }

    fn report(&self) -> Value {
        let present: Vec<&str> = self.members.iter().map(|one| one.name.as_str()).collect();
        json!({
            "kind": self.kind.word(), "present": present, "joins": self.joins,
            "leaves": self.leaves, "signals": self.signals, "lost": self.lost,
            "bytes": self.bytes, "largest": self.largest,
        })
    }
}

fn noted(member: &Member) -> Value {
    json!({"name": member.name, "id": member.id, "own": member.own})
}
