//! Which connection and which conversation of a recording a player takes.

use super::calls;
use super::line::{Line, What};
use crate::model::ConversationId;
use crate::protocol::Protocol;

/// The names of the connections, in order of their beginnings.
#[must_use]
pub fn connections(lines: &[Line]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for line in lines {
        let is_wire = !matches!(
            line.what,
            What::Answer { .. } | What::Asked { .. } | What::Note
        );
        if is_wire && !names.contains(&line.conn) {
            names.push(line.conn.clone());
        }
    }
    names
}

/// The lines of one client: connections that follow each other are one that reconnects; where
/// several are open at once, `wanted` picks one, else the first.
#[must_use]
pub fn choose(lines: &[Line], wanted: Option<&str>) -> Vec<Line> {
    let picked = match wanted {
        Some(name) => Some(name.to_owned()),
        None => overlapping(lines),
    };
    let ours = |line: &&Line| match (&picked, &line.what) {
        (None, _) => true,
        (Some(name), What::Answer { .. } | What::Asked { .. }) => {
            line.conn.is_empty() || line.conn == *name
        }
        (Some(name), _) => line.conn == *name,
    };
    lines.iter().filter(ours).cloned().collect()
}

/// The first connection, if another begins before its last line.
fn overlapping(lines: &[Line]) -> Option<String> {
    let wire = |line: &&Line| {
        !matches!(
            line.what,
            What::Answer { .. } | What::Asked { .. } | What::Note
        )
    };
    let mut wire: Vec<&str> = lines
        .iter()
        .filter(wire)
        .map(|line| line.conn.as_str())
        .collect();
    // One name after the other, each once, unless they overlap.
    wire.dedup();
    let again = |(at, name): (usize, &&str)| wire.iter().skip(at + 1).any(|later| later == name);
    let overlap = wire.iter().enumerate().any(again);
    let mut conversations = lines.iter().filter_map(|line| match &line.what {
        What::Open { address } | What::Tried { address } => calls::of_socket(address),
        _ => None,
    });
    let first = conversations.next();
    let several = conversations.any(|other| Some(other) != first);
    wire.first()
        .filter(|_| overlap || several)
        .map(|name| (*name).to_owned())
}

/// The conversation of a recording: the one that its first outgoing frame names, or the one behind it
/// where that one holds a key; else the one that its addresses name.
#[must_use]
pub fn conversation(lines: &[Line], reader: &dyn Protocol) -> Option<ConversationId> {
    let named = lines.iter().find_map(|line| match &line.what {
        What::Out(frame) if !frame.contains("\"auth\"") => Some(reader.conversation_of(frame)),
        _ => None,
    });
    let named = named.flatten();
    named.or_else(|| calls::conversation(lines).map(ConversationId::new))
}

/// Whether the recorded client spoke before its server did: it knew how to, so ours does.
pub(super) fn speaks_first(lines: &[Line]) -> bool {
    let mut frames = lines.iter().filter_map(|line| match line.what {
        What::Out(_) => Some(true),
        What::In(_) => Some(false),
        _ => None,
    });
    frames.next().unwrap_or_default()
}
