//! The calls of both servers, as requests, and what their answers say.

use serde_json::{Map, Value, json};

use super::event::text;
use crate::io::{Payload, Request};
use crate::model::ConversationId;
use crate::protocol::{Gone, Model, Page, Remote};
use crate::wire::address::{Place, encoded};
use crate::wire::{json, time};

/// A server with the key that it wants. The key goes nowhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Base {
    pub(super) place: Place,
    pub(super) key: Option<String>,
}

impl Base {
    /// A call that only asks; it is made again where it fails in passing.
    pub(super) fn get(&self, path: &str) -> Request {
        Request {
            again: true,
            ..self.call("GET", path, None)
        }
    }

    /// A call that changes something, with a body where it has one.
    pub(super) fn call(&self, method: &'static str, path: &str, body: Option<Value>) -> Request {
        let mut headers = Vec::new();
        if let Some(key) = &self.key {
            headers.push(("X-Session-API-Key".to_owned(), key.clone()));
        }
        if body.is_some() {
            headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
        }
        Request {
            method,
            url: self.place.call(path),
            headers,
            body: body.map(|body| Payload::Text(body.to_string())),
            again: false,
            keep: false,
        }
    }

    pub(super) fn post(&self, path: &str, body: Option<Value>) -> Request {
        self.call("POST", path, body)
    }
}

/// The path of a conversation on the agent server.
pub(super) fn of(conversation: &str, rest: &str) -> String {
    ["/api/conversations/", conversation, rest].concat()
}

/// The path of the conversations that the app server keeps.
pub(super) fn app(rest: &str) -> String {
    ["/api/v1/app-conversations", rest].concat()
}

/// The path of a sandbox.
pub(super) fn sandbox(id: &str, rest: &str) -> String {
    ["/api/v1/sandboxes/", &encoded(id), rest].concat()
}

/// An answer as JSON; `null` where it failed.
pub(super) fn body(status: u16, body: &str) -> Value {
    match status {
        200..300 => serde_json::from_str(body).unwrap_or_default(),
        _ => Value::Null,
    }
}

/// What the server says of a call that it did not carry out: its words, or none.
pub(super) fn detail(body: &str) -> String {
    let answer: Value = serde_json::from_str(body).unwrap_or_default();
    let words = json::text(&answer, &["detail", "message", "exception"]);
    let listed = || {
        let first = answer.get("detail")?.as_array()?.first()?;
        json::text(first, &["msg"])
    };
    words.or_else(listed).unwrap_or_default().to_owned()
}

/// Why the server does not go on with us, by the status of its answer.
pub(super) fn gone(status: u16, body: &str) -> Option<Gone> {
    match status {
        401 | 403 => Some(Gone::Unauthorized),
        404 | 410 => Some(Gone::UnknownConversation),
        400..500 if status != 429 => Some(Gone::Said(detail(body))),
        _ => None,
    }
}

/// The model as both servers are told of it. Without streaming an answer would come at once.
pub(super) fn model(model: &Model) -> Value {
    let mut llm = Map::new();
    for (name, value) in [
        ("model", &model.name),
        ("base_url", &model.url),
        ("api_key", &model.key),
    ] {
        if !value.is_empty() {
            llm.insert(name.to_owned(), value.clone().into());
        }
    }
    llm.insert("stream".to_owned(), true.into());
    json!({"agent_settings_diff": {"llm": llm}})
}

/// The only one that an app server was asked for by its identifier; `None` where it has none.
pub(super) fn only(status: u16, body: &str) -> Option<Value> {
    match self::body(status, body) {
        Value::Array(list) => list.into_iter().next().filter(Value::is_object),
        _ => None,
    }
}

/// A page of a list: what is on it, and what to ask for the next one with.
pub(super) fn page(answer: &mut Value) -> Option<(Vec<Value>, Option<String>)> {
    let next = json::text(answer, &["next_page_id"]).map(str::to_owned);
    match answer.get_mut("items")?.take() {
        Value::Array(items) => Some((items, next)),
        _ => None,
    }
}

/// A page of the conversations that a server keeps.
pub(super) fn listed(answer: &mut Value, first: bool) -> Option<Page> {
    let (items, next) = page(answer)?;
    let mut conversations = Vec::new();
    for item in &items {
        if let Some(remote) = remote(item) {
            conversations.push(remote);
        }
    }
    Some(Page {
        conversations,
        first,
        next,
    })
}

fn remote(item: &Value) -> Option<Remote> {
    let at = json::text(item, &["updated_at", "created_at"]);
    let running = matches!(
        text(item, "execution_status"),
        "running" | "waiting_for_confirmation"
    );
    Some(Remote {
        id: ConversationId::new(json::text(item, &["id"])?),
        title: text(item, "title").trim().to_owned(),
        at: time::read(at.unwrap_or_default()),
        running,
    })
}

/// Whether an agent server would begin with the agent that every such server has.
pub(super) fn is_usual(profiles: &Value) -> bool {
    let active = text(profiles, "active_agent_profile_id");
    let list = profiles.get("profiles").and_then(Value::as_array);
    let mut own = list
        .into_iter()
        .flatten()
        .filter(|profile| text(profile, "name") != "default");
    !own.any(|profile| text(profile, "id") == active && !active.is_empty())
}

/// The names of what is listed.
pub(super) fn names(items: &[Value]) -> Vec<String> {
    let names = items.iter().map(|item| text(item, "id").to_owned());
    names.collect()
}
