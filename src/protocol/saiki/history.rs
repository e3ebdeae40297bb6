//! The conversation as Saiki's REST API remembers it (`GET /api/sessions/:id/history`, 0.3.7).
//!
//! No entry has an identifier or a time; a tool's answer is a JSON string.

use serde_json::Value;

use super::outcome;
use crate::model::{Attachment, CallId};
use crate::protocol::Past;
use crate::wire::address::encoded;
use crate::wire::json;

/// The address of the history, beside the WebSocket's.
pub(super) fn address(socket: &str, session: &str) -> Option<String> {
    if let Some(rest) = socket.strip_prefix("demo:") {
        return Some(format!("demo:{rest}/api/sessions/{session}/history"));
    }
    Some(format!(
        "{}/api/sessions/{}/history",
        origin(socket)?,
        encoded(session)
    ))
}

/// The HTTP origin of a WebSocket's address.
pub(super) fn origin(socket: &str) -> Option<String> {
    let (scheme, rest) = socket.split_once("://")?;
    let http = match scheme {
        "ws" => "http",
        "wss" => "https",
        _ => return None,
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let host = rest.get(..end)?;
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    Some(format!("{http}://{host}"))
}

/// Reads the body; `None` where it is no history.
pub(super) fn read(body: &str) -> Option<Vec<Past>> {
    let value: Value = serde_json::from_str(body).ok()?;
    let entries = value.get("history")?.as_array()?;
    let mut pasts = Vec::new();
    for entry in entries {
        match json::text(entry, &["role"]) {
            Some("user") => pasts.push(user(entry.get("content")?)),
            Some("assistant") => assistant(entry, &mut pasts),
            Some("tool") => tool_answer(entry, &mut pasts),
            _ => {}
        }
    }
    Some(pasts)
}

fn user(content: &Value) -> Past {
    Past::User {
        text: words(content),
        attachments: parts(content).filter_map(attachment).collect(),
    }
}

fn assistant(entry: &Value, pasts: &mut Vec<Past>) {
    let text = words(entry.get("content").unwrap_or(&Value::Null));
    if !text.is_empty() {
        pasts.push(Past::Agent(text));
    }
    for call in entry
        .get("toolCalls")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let function = call.get("function").unwrap_or(&Value::Null);
        let args = json::text(function, &["arguments"]).unwrap_or_default();
        pasts.push(Past::Tool {
            call: json::text(call, &["id"]).map(CallId::new),
            name: json::text(function, &["name"])
                .unwrap_or_default()
                .to_owned(),
            args: serde_json::from_str(args).unwrap_or_else(|_| Value::String(args.to_owned())),
            result: None,
        });
    }
}

fn tool_answer(entry: &Value, pasts: &mut [Past]) {
    let answered = json::text(entry, &["toolCallId"]).map(CallId::new);
    let content = entry.get("content").unwrap_or(&Value::Null);
    let parsed = content
        .as_str()
        .and_then(|text| serde_json::from_str(text).ok());
    let read = outcome::read(parsed.as_ref().unwrap_or(content), None);
    for past in pasts.iter_mut().rev() {
        if let Past::Tool { call, result, .. } = past
            && *call == answered
        {
            *result = Some((read.state, read.content));
            return;
        }
    }
}

fn words(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        _ => {
            let texts: Vec<&str> = parts(content)
                .filter_map(|part| json::text(part, &["text"]))
                .collect();
            texts.join("\n")
        }
    }
}

fn parts(content: &Value) -> impl Iterator<Item = &Value> {
    content.as_array().into_iter().flatten()
}

fn attachment(part: &Value) -> Option<Attachment> {
    let kind = json::text(part, &["type"])?;
    let base64 = json::text(part, &["image", "data"])?;
    Some(Attachment {
        name: json::text(part, &["filename"]).unwrap_or(kind).to_owned(),
        mime: json::text(part, &["mimeType"])
            .unwrap_or("image/png")
            .to_owned(),
        base64: base64.to_owned(),
    })
}
