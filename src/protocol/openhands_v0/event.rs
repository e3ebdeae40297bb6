//! One event of the server's log: its place, and what it tells.

use serde_json::Value;

use super::{action, observation};
use crate::model::{Aside, CallId, Cost, Event, EventKey, Fault, Notice, Said, Standing, Told};
use crate::wire::{json, time};

/// What an event was found to say.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) said: Vec<Said>,
    standing: Option<Standing>,
}

impl Read {
    pub(super) fn nothing() -> Self {
        Self::default()
    }

    pub(super) fn said(said: Said) -> Self {
        Self::all(vec![said])
    }

    pub(super) fn all(said: Vec<Said>) -> Self {
        Self {
            said,
            standing: None,
        }
    }

    pub(super) fn stands((standing, fault): (Standing, Option<Fault>)) -> Self {
        Self {
            said: fault.into_iter().map(Said::Fault).collect(),
            standing: Some(standing),
        }
    }

    pub(super) fn aside(what: Aside, text: &str) -> Self {
        let text = text.to_owned();
        Self::said(Said::Notice(Notice::Aside { what, text }))
    }
}

/// Reads an event; `beyond` is the key for one without an identifier. The flag says whether it is
/// of a kind that is known.
pub(super) fn read(mut event: Value, beyond: EventKey) -> Option<(Event, bool)> {
    if !event.is_object() {
        return None;
    }
    slim(&mut event);
    let key = number(&event).map_or(beyond, key);
    let (read, known) = match found(&event, &key) {
        Some(read) => (read, true),
        None => (action::strange(&event), false),
    };
    let told = Told {
        at: time::read(json::text(&event, &["timestamp"]).unwrap_or_default()),
        said: read.said,
        standing: read.standing,
        cost: cost(&event),
        number: None,
    };
    let json = event.to_string();
    Some((Event { key, json, told }, known))
}

fn found(event: &Value, key: &EventKey) -> Option<Read> {
    if let Some(read) = action::documented(event, key) {
        return Some(read);
    }
    if let Some(name) = json::text(event, &["action"]) {
        return action::read(name, event, key);
    }
    observation::read(json::text(event, &["observation"])?, event)
}

/// Each call repeats the model's whole response, which nothing here has a use for.
fn slim(event: &mut Value) {
    if let Some(metadata) = event
        .get_mut("tool_call_metadata")
        .and_then(Value::as_object_mut)
    {
        metadata.remove("model_response");
    }
}

/// The key of an event's number: numbers sort as texts of one length.
pub(super) fn key(number: u64) -> EventKey {
    EventKey::new(format!("{number:012}"))
}

/// A key behind that of `number`, for events without one.
pub(super) fn behind(number: Option<u64>, count: u64) -> EventKey {
    EventKey::new(format!("{:012}+{count:06}", number.unwrap_or_default()))
}

/// The number in a key.
pub(super) fn number_of(key: &EventKey) -> Option<u64> {
    key.as_str().split('+').next()?.parse().ok()
}

/// The event's number: the document has it as a text.
pub(super) fn number(event: &Value) -> Option<u64> {
    let id = event.get("id")?;
    id.as_u64().or_else(|| id.as_str()?.parse().ok())
}

/// The call that the event is part of: several may be of one response.
pub(super) fn call(event: &Value) -> Option<CallId> {
    let metadata = event.get("tool_call_metadata")?;
    json::text(metadata, &["tool_call_id"]).map(CallId::new)
}

/// The event that this one is the answer to.
pub(super) fn cause(event: &Value) -> Option<EventKey> {
    event.get("cause").and_then(Value::as_u64).map(key)
}

/// What the conversation has cost so far, reckoned up.
fn cost(event: &Value) -> Option<Cost> {
    let metrics = event.get("llm_metrics")?;
    let usage = metrics
        .get("accumulated_token_usage")
        .unwrap_or(&Value::Null);
    let tokens = |key: &str| usage.get(key).and_then(Value::as_u64).unwrap_or_default();
    Some(Cost {
        micros: json::millionths(metrics.get("accumulated_cost")?)?,
        prompt: tokens("prompt_tokens"),
        completion: tokens("completion_tokens"),
        context: tokens("per_turn_token"),
        window: tokens("context_window"),
    })
}
