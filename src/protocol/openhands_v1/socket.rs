//! What comes over the agent server's sockets.
//!
//! The session socket (since 1.45.0) numbers the events of the log and lets answers grow under the
//! identifiers that their events will have. The older one has the bare events, with what grows among
//! them, and where it is asked for old ones too, those come amid the new. Both are told apart by
//! their frames, so that a tab that follows another one reads either.

use serde_json::{Value, json};

use super::event::{self, text};
use super::{OpenHands, state};
use crate::io::Frame;
use crate::model::{Event, Failure, Notice, Said, Standing};
use crate::protocol::{AgentEvent, Out, Reach, Stream};
use crate::wire::json;

/// An answer that grows over the session socket.
#[derive(Debug)]
pub(super) struct Growing {
    /// The identifier of the event that it will be.
    item: String,
    /// How often the model was asked for it.
    attempt: u64,
    /// Which of its pieces is next; one that is not is behind a gap, and only the event has it all.
    next: u64,
}

/// The first frame of a client's, where the server wants a key.
pub(super) fn auth(key: &str) -> String {
    json!({"type": "auth", "session_api_key": key}).to_string()
}

impl OpenHands {
    pub(super) fn frame(&mut self, frame: &Frame, out: &mut Out<'_>) {
        let Ok(value) = serde_json::from_str::<Value>(&frame.text()) else {
            return out.unknown();
        };
        self.link.heard = true;
        match text(&value, "type") {
            "sync" => self.ready(out),
            "durable" => self.durable(value, out),
            "transient" => match value.get("event") {
                Some(event) => self.beside(event, out),
                None => out.unknown(),
            },
            "item_started" => self.began(&value, out),
            "delta" => self.grew(&value, out),
            "item_aborted" => {
                let item = text(&value, "item_id").to_owned();
                self.growing.retain(|known| known.item != item);
                out.event(AgentEvent::Stream(Stream::Aborted { item }));
            }
            "error" => self.refused(&value, out),
            _ if value.get("kind").is_some() => self.bare(value, out),
            _ => out.unknown(),
        }
    }

    /// The socket can be used: the server has taken the key, where it wants one. Another tab's begins
    /// where that one is, which is not where this one is.
    fn ready(&mut self, out: &mut Out<'_>) {
        if self.link.socket.is_some() && !self.link.ready {
            self.link.ready = true;
            self.link.in_order = true;
            out.ready();
            out.event(AgentEvent::InOrder);
            self.confirm_begun(out);
        }
    }

    /// The server did not do what a frame of ours asked for, which was a message. One that it keeps
    /// while too many agents run is not lost: its run is asked for again.
    fn refused(&mut self, error: &Value, out: &mut Out<'_>) {
        if text(error, "code") == "ConversationRunLimitExceeded" {
            return self.run_later(out);
        }
        out.event(AgentEvent::NotSent(Failure::Refused));
        out.event(AgentEvent::Trouble(event::fault(error)));
    }

    fn durable(&mut self, mut value: Value, out: &mut Out<'_>) {
        let number = value.get("seq").and_then(Value::as_u64);
        match value.get_mut("event").map(Value::take) {
            Some(event) => self.log(event, number, out),
            None => out.unknown(),
        }
    }

    /// A frame of the older socket.
    fn bare(&mut self, event: Value, out: &mut Out<'_>) {
        if self.link.socket.is_some() && !self.link.ready {
            self.link.ready = true;
            self.legacy = true;
            out.ready();
            self.confirm_begun(out);
        }
        if !self.beside_the_log(&event, out) {
            self.log(event, None, out);
        }
    }

    /// What is of no log, wherever it stands; `false` for what is.
    pub(super) fn beside_the_log(&mut self, event: &Value, out: &mut Out<'_>) -> bool {
        match text(event, "kind") {
            "StreamingDeltaEvent" => self.delta(event, out),
            "ServerErrorEvent" => self.refused(event, out),
            "ConversationStateUpdateEvent" if text(event, "key") == "full_state" => {
                self.beside(event, out);
            }
            _ => return false,
        }
        true
    }

    /// All of the conversation's state, which follows a replay and the end of each step.
    fn beside(&mut self, event: &Value, out: &mut Out<'_>) {
        let value = event.get("value").unwrap_or(&Value::Null);
        if let Some(policy) = value
            .get("confirmation_policy")
            .and_then(state::confirmation)
        {
            out.event(AgentEvent::Confirms(policy));
        }
        // What the log says of it may be of before, or nothing.
        if !std::mem::replace(&mut self.link.stood, true)
            && let Some(standing) = state::standing(text(value, "execution_status"))
        {
            // What is here already does not come again, and may hold the question it waits with.
            let said = self.standing.take().map(|(key, _)| key);
            let newest = said.max(self.cursor.newest.clone());
            self.standing = newest.map(|key| (key, standing));
            out.event(AgentEvent::Stands(standing));
        }
        if self.link.in_order && !self.link.read {
            self.link.read = true;
            out.event(AgentEvent::CaughtUp(Reach::All));
            self.begin_beating(out);
        }
    }

    /// A piece of an answer over the older socket; an empty one begins it.
    fn delta(&mut self, event: &Value, out: &mut Out<'_>) {
        let item = String::new();
        let reasoning = json::text(event, &["reasoning_content"]);
        let text = reasoning.unwrap_or_else(|| text(event, "content"));
        out.event(AgentEvent::Stream(match text {
            "" => Stream::Began { item },
            text => Stream::Grew {
                item,
                reasoning: reasoning.is_some(),
                text: text.to_owned(),
            },
        }));
    }

    fn began(&mut self, value: &Value, out: &mut Out<'_>) {
        let item = text(value, "item_id").to_owned();
        if item.is_empty() {
            return out.unknown();
        }
        self.growing.retain(|known| known.item != item);
        self.growing.push(Growing {
            item: item.clone(),
            attempt: number(value, "attempt"),
            next: 0,
        });
        out.event(AgentEvent::Stream(Stream::Began { item }));
    }

    fn grew(&mut self, value: &Value, out: &mut Out<'_>) {
        let item = text(value, "item_id");
        let (attempt, order) = (number(value, "attempt"), number(value, "order"));
        let known = self.growing.iter_mut().find(|known| known.item == item);
        let Some(known) = known.filter(|known| known.attempt == attempt && known.next == order)
        else {
            return out.dropped();
        };
        known.next += 1;
        out.event(AgentEvent::Stream(Stream::Grew {
            item: item.to_owned(),
            reasoning: text(value, "kind") == "reasoning",
            text: text(value, "content").to_owned(),
        }));
    }

    /// An event of the log.
    pub(super) fn log(&mut self, event: Value, number: Option<u64>, out: &mut Out<'_>) {
        let Some((event, known)) = event::read(event, number) else {
            return out.unknown();
        };
        let id = event::id_of(&event.key);
        self.growing.retain(|known| known.item != id);
        self.notice(&event, out);
        out.logged(event);
        if !known {
            out.unknown();
        }
    }

    /// What of an event is of use here.
    fn notice(&mut self, event: &Event, out: &mut Out<'_>) {
        for said in &event.told.said {
            if let Said::Notice(Notice::Confirms(policy)) = said {
                out.event(AgentEvent::Confirms(*policy));
            }
        }
        if let Some(standing) = event.told.standing
            && self
                .standing
                .as_ref()
                .is_none_or(|(key, _)| *key <= event.key)
        {
            self.standing = Some((event.key.clone(), standing));
            // A title is made after the first answer, and nothing tells of it.
            if standing == Standing::Idle && self.link.read {
                self.beat_soon(out);
            }
        }
    }
}

fn number(value: &Value, key: &str) -> u64 {
    value.get(key).and_then(Value::as_u64).unwrap_or_default()
}
