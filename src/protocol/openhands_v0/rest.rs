//! The calls beside the socket, as requests, and what their answers say.

use serde_json::{Value, json};

use super::address::Address;
use crate::io::{Payload, Request};
use crate::model::{Attachment, ConversationId};
use crate::protocol::{Gone, Page, Remote};
use crate::wire::{json, time};

/// The most events that one call gives; the server refuses to give more.
pub(super) const PAGE: u64 = 100;

/// Asks whether a conversation is there, and whether it runs.
pub(super) fn look(address: &Address, conversation: &str) -> Request {
    Request {
        again: true,
        ..request(address, "GET", &format!("/{conversation}"), None)
    }
}

/// Asks for a new conversation.
pub(super) fn create(address: &Address) -> Request {
    request(address, "POST", "", Some("{}".to_owned()))
}

/// Asks for the events from `start` on.
pub(super) fn events(address: &Address, conversation: &str, start: u64) -> Request {
    let path = format!("/{conversation}/events?start_id={start}&limit={PAGE}");
    Request {
        again: true,
        ..request(address, "GET", &path, None)
    }
}

/// Asks how the server is set up.
pub(super) fn settings(address: &Address) -> Request {
    let url = address.api("/settings");
    request_to(address, "GET", url, None)
}

/// Asks that a conversation be started, with what it needs for these providers.
pub(super) fn start(address: &Address, conversation: &str, providers: &str) -> Request {
    let providers: Vec<&str> = providers
        .split(',')
        .filter(|name| !name.is_empty())
        .collect();
    let body = json!({ "providers_set": providers }).to_string();
    request(
        address,
        "POST",
        &format!("/{conversation}/start"),
        Some(body),
    )
}

/// Puts files into the workspace of the conversation's agent.
pub(super) fn upload(address: &Address, conversation: &str, files: Vec<Attachment>) -> Request {
    let path = ["/", conversation, "/upload-files"].concat();
    let field = "files";
    Request {
        body: Some(Payload::Form { field, files }),
        ..request(address, "POST", &path, None)
    }
}

/// Asks that the conversation's agent be ended.
pub(super) fn end(address: &Address, conversation: &str) -> Request {
    request(
        address,
        "POST",
        &["/", conversation, "/stop"].concat(),
        None,
    )
}

/// Asks for the whole log of a conversation.
pub(super) fn export(address: &Address, conversation: &str) -> Request {
    let path = ["/", conversation, "/trajectory"].concat();
    request(address, "GET", &path, None)
}

/// Asks for a page of the conversations that the server keeps.
pub(super) fn list(address: &Address, page: Option<&str>) -> Request {
    let page = page.map_or(String::new(), |page| ["&page_id=", page].concat());
    request(address, "GET", &["?limit=20", &page].concat(), None)
}

fn request(address: &Address, method: &'static str, path: &str, body: Option<String>) -> Request {
    request_to(
        address,
        method,
        address.api(&format!("/conversations{path}")),
        body,
    )
}

fn request_to(
    address: &Address,
    method: &'static str,
    url: String,
    body: Option<String>,
) -> Request {
    let mut headers = Vec::new();
    if let Some(key) = &address.key {
        headers.push(("X-Session-API-Key".to_owned(), key.clone()));
    }
    if body.is_some() {
        headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
    }
    Request {
        method,
        url,
        headers,
        body: body.map(Payload::Text),
        again: false,
        keep: false,
    }
}

/// What the server says of a conversation.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Looked {
    /// It runs, so that its log tells what the agent does.
    Running(Option<String>),
    /// It is being started.
    Starting {
        title: Option<String>,
        /// What the server is busy with, by its name for it.
        busy: Option<String>,
    },
    /// It is there, and connecting to it starts it.
    Asleep(Option<String>),
    /// It is not there.
    Missing,
    /// The server does not answer such calls, or not now.
    Unclear,
    /// It does not answer us.
    Gone(Gone),
}

/// Reads what the server says of a conversation.
pub(super) fn looked(status: u16, body: &str) -> Looked {
    match (status, serde_json::from_str::<Value>(body)) {
        (401 | 403, _) => Looked::Gone(Gone::Unauthorized),
        // A page of somebody else's at that address knows nothing of conversations.
        (404, Ok(Value::Object(_))) | (200, Ok(Value::Null)) => Looked::Missing,
        (200, Ok(known @ Value::Object(_))) => {
            let title = json::text(&known, &["title"]).map(str::to_owned);
            let busy = json::text(&known, &["runtime_status"]).map(str::to_owned);
            // Before 0.50 there is no word of the runtime.
            let ready = busy.is_some() || known.get("runtime_status").is_none();
            match json::text(&known, &["status"]) {
                Some("RUNNING") if ready => Looked::Running(title),
                Some("RUNNING" | "STARTING") => Looked::Starting { title, busy },
                _ => Looked::Asleep(title),
            }
        }
        _ => Looked::Unclear,
    }
}

/// The new conversation's identifier, or why there is none; `Ok(None)` where that is not clear.
pub(super) fn created(status: u16, body: &str) -> Result<Option<String>, Gone> {
    let answer: Value = serde_json::from_str(body).unwrap_or_default();
    if let Some(id) = json::text(&answer, &["conversation_id"]) {
        return Ok(Some(id.to_owned()));
    }
    let words = json::text(&answer, &["message", "detail"]).unwrap_or_default();
    match (status, json::text(&answer, &["msg_id"])) {
        (401 | 403, _) => Err(Gone::Unauthorized),
        (_, Some("CONFIGURATION$SETTINGS_NOT_FOUND" | "STATUS$ERROR_LLM_AUTHENTICATION")) => {
            Err(Gone::NotSetUp)
        }
        (400..500, _) if !words.is_empty() => Err(Gone::Said(words.to_owned())),
        _ => Ok(None),
    }
}

/// The providers that the server was set up with, parted by commas; a name that it does not know
/// would keep it from answering.
pub(super) fn providers(body: &str) -> String {
    let settings: Value = serde_json::from_str(body).unwrap_or_default();
    let known = settings
        .get("provider_tokens_set")
        .and_then(Value::as_object);
    let plain = |name: &&String| name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    let names: Vec<&str> = known
        .into_iter()
        .flat_map(serde_json::Map::keys)
        .filter(plain)
        .map(String::as_str)
        .collect();
    names.join(",")
}

/// A page of events, and whether there are more.
pub(super) fn page(status: u16, body: &str) -> Option<(Vec<Value>, bool)> {
    if status != 200 {
        return None;
    }
    let mut answer: Value = serde_json::from_str(body).ok()?;
    let more = json::is_true(&answer, "has_more");
    match answer.get_mut("events")?.take() {
        Value::Array(events) => Some((events, more)),
        _ => None,
    }
}

/// A page of the conversations that the server keeps; `None` where the answer is none.
pub(super) fn listed(answer: &Value, first: bool) -> Option<Page> {
    let mut conversations = Vec::new();
    for result in answer.get("results")?.as_array()? {
        if let Some(remote) = remote(result) {
            conversations.push(remote);
        }
    }
    Some(Page {
        conversations,
        first,
        next: json::text(answer, &["next_page_id"]).map(str::to_owned),
    })
}

fn remote(result: &Value) -> Option<Remote> {
    let text = |name| json::text(result, &[name]);
    let at = json::text(result, &["last_updated_at", "created_at"]);
    Some(Remote {
        id: ConversationId::new(text("conversation_id")?),
        title: text("title").unwrap_or_default().trim().to_owned(),
        at: time::read(at.unwrap_or_default()),
        running: matches!(text("status"), Some("RUNNING" | "STARTING")),
    })
}

/// Where the files are that were put into the workspace; `None` where one of them is not.
pub(super) fn uploaded(answer: &Value, count: usize) -> Option<Vec<String>> {
    let mut paths = Vec::new();
    for path in answer.get("uploaded_files")?.as_array()? {
        paths.push(path.as_str()?.to_owned());
    }
    (paths.len() == count).then_some(paths)
}

/// The whole log, as the list of events that the server's own page makes a file of.
pub(super) fn exported(answer: &Value) -> Option<String> {
    let events = answer
        .get("trajectory")
        .filter(|events| events.is_array())?;
    Some(events.to_string())
}

/// What a call gave; `null` where it failed.
pub(super) fn read(status: u16, body: &str) -> Value {
    match status {
        200 => serde_json::from_str(body).unwrap_or_default(),
        _ => Value::Null,
    }
}
