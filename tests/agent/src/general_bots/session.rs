//! The conversations of a run, whichever server they are had with.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedSender;

use super::documented;
use super::line::Line;
use crate::ids;

/// The conversations by their ids.
#[derive(Default)]
pub(super) struct Sessions(BTreeMap<String, Session>);

/// One conversation.
#[derive(Default)]
pub(super) struct Session {
    /// What was said: `{message_id, role, content, timestamp}`.
    pub(super) said: Vec<Value>,
    pub(super) listeners: Vec<Line>,
    /// Where its messages wait for their turn.
    pub(super) turns: Option<UnboundedSender<(String, Line)>>,
    /// How often each text has come.
    times: BTreeMap<String, u64>,
}

impl Sessions {
    pub(super) fn find(&mut self, id: &str) -> Option<&mut Session> {
        self.0.get_mut(id)
    }

    /// The session of that id, made if there is none.
    pub(super) fn of(&mut self, id: &str) -> &mut Session {
        self.0.entry(id.to_owned()).or_default()
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (&String, &Session)> {
        self.0.iter()
    }

    pub(super) fn ids(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }

    /// Tells all who listen to anything.
    pub(super) fn tell(&self, frame: &Value) {
        let listeners = self.0.values().flat_map(|session| &session.listeners);
        let lines: BTreeMap<usize, &Line> = listeners.map(|line| (line.number, line)).collect();
        lines.values().for_each(|line| line.send(frame));
    }

    /// The bot says something in every session, without being asked.
    pub(super) fn say(&mut self, text: &str) {
        for (id, session) in &mut self.0 {
            let message = session.say(&ids::uuid(), "assistant", text);
            session.tell(&documented::whole(id, &message));
        }
    }

    /// Closes every session.
    pub(super) fn close(&self, reason: &str) {
        for (id, session) in &self.0 {
            session.tell(&documented::closed(id, reason));
        }
    }

    /// A connection is over.
    pub(super) fn left(&mut self, line: usize) {
        for session in self.0.values_mut() {
            session.unsubscribe(line);
        }
    }

    pub(super) fn report(&self) -> Value {
        let all = self.0.iter().map(|(id, session)| {
            json!({"id": id, "said": session.said, "listeners": session.listeners.len()})
        });
        all.collect()
    }
}

impl Session {
    pub(super) fn subscribe(&mut self, line: &Line) {
        self.unsubscribe(line.number);
        self.listeners.push(line.clone());
    }

    pub(super) fn unsubscribe(&mut self, line: usize) {
        self.listeners.retain(|listener| listener.number != line);
    }

    /// Sends a frame to all that listen.
    pub(super) fn tell(&self, frame: &Value) {
        self.listeners.iter().for_each(|line| line.send(frame));
    }

    /// Keeps what was said; gives the message.
    pub(super) fn say(&mut self, message_id: &str, role: &str, content: &str) -> Value {
        let timestamp = format!("{}Z", crate::clock::now());
        let message = json!({
            "message_id": message_id, "role": role, "content": content, "timestamp": timestamp,
        });
        self.said.push(message.clone());
        message
    }

    /// How often that text has come, this time included.
    pub(super) fn again(&mut self, text: &str) -> u64 {
        let times = self.times.entry(text.to_owned()).or_default();
        *times += 1;
        *times
    }
}
