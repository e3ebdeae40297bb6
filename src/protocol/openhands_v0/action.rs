//! What the agent, or the person, does.

use serde_json::{Map, Value, json};

use super::event::{Read, call};
use super::write;
use crate::model::{ApprovalId, ApprovalState, Aside, Attachment, EventKey, Notice, Risk, Said};
use crate::wire::json;

/// What an action says; `None` for one of a newer server.
pub(super) fn read(action: &str, event: &Value, key: &EventKey) -> Option<Read> {
    let args = event.get("args").unwrap_or(&Value::Null);
    let text = |key: &str| json::text(args, &[key]).unwrap_or_default();
    Some(match action {
        "message" => message(event, args),
        "system" => Read::aside(Aside::SystemPrompt, text("content")),
        "think" => Read::said(Said::Reasoning(text("thought").to_owned())),
        "finish" => finish(event, args),
        "reject" => {
            let outputs = args.get("outputs").unwrap_or(&Value::Null);
            let reason = json::text(outputs, &["reason"]).unwrap_or_else(|| words(event));
            Read::said(Said::Agent(reason.to_owned()))
        }
        "change_agent_state" => changed(event, text("agent_state")),
        "condensation" => match text("summary") {
            "" => Read::nothing(),
            summary => Read::aside(Aside::Summary, summary),
        },
        // Only a live connection sees these, so nothing of the timeline may hang on them.
        "recall" | "condensation_request" | "null" | "loop_recovery" => Read::nothing(),
        "run" if json::is_true(args, "hidden") => Read::aside(Aside::Inner, text("command")),
        "run" => tool(action, event, key, pick(args, &["command"])),
        "run_ipython" => tool(action, event, key, pick(args, &["code"])),
        "read" => tool(action, event, key, pick(args, &["path", "view_range"])),
        "write" => tool(action, event, key, pick(args, &["path", "content"])),
        "edit" => tool(action, event, key, edit(args)),
        "browse" => tool(action, event, key, pick(args, &["url"])),
        "browse_interactive" => tool(action, event, key, pick(args, &["browser_actions"])),
        "delegate" => tool(action, event, key, pick(args, &["agent", "inputs"])),
        "task_tracking" => tool(action, event, key, pick(args, &["command"])),
        "call_tool_mcp" => {
            let arguments = args.get("arguments").cloned().unwrap_or_default();
            tool(text("name"), event, key, arguments)
        }
        _ => return None,
    })
}

/// The text that the server writes beside the arguments, for people.
fn words(event: &Value) -> &str {
    json::text(event, &["message"]).unwrap_or_default()
}

fn message(event: &Value, args: &Value) -> Read {
    let text = json::text(args, &["content"]).unwrap_or_else(|| words(event));
    if is_user(event) {
        let attachments = attachments(args);
        let text = alone(text, args).to_owned();
        return Read::said(Said::User { text, attachments });
    }
    let shown = images(args).map(|url| format!("\n\n![]({url})"));
    Read::said(Said::Agent(text.to_owned() + &shown.collect::<String>()))
}

fn images(args: &Value) -> impl Iterator<Item = &str> {
    urls(args, "image_urls")
}

fn urls<'a>(args: &'a Value, name: &str) -> impl Iterator<Item = &'a str> {
    let urls = args.get(name).and_then(Value::as_array);
    urls.into_iter().flatten().filter_map(Value::as_str)
}

/// The text of a message without the places of its files, which a page puts behind it under a
/// heading in the person's language.
pub(super) fn alone<'a>(text: &'a str, args: &Value) -> &'a str {
    let mut places = String::new();
    for path in urls(args, "file_urls") {
        if !places.is_empty() {
            places.push_str(write::BETWEEN);
        }
        places.push_str(path);
    }
    let head = text.strip_suffix(&places).filter(|_| !places.is_empty());
    let blank = |two: &[u8]| two == b"\n\n";
    let end = head.and_then(|head| head.as_bytes().windows(2).rposition(blank));
    end.and_then(|end| text.get(..end)).unwrap_or(text)
}

/// The pictures that came with a message, and the names of the files.
pub(super) fn attachments(args: &Value) -> Vec<Attachment> {
    let mut attachments = Vec::new();
    for url in images(args) {
        if let Some(picture) = attachment(url) {
            attachments.push(picture);
        }
    }
    for path in urls(args, "file_urls") {
        let name = path.rfind('/').map_or(0, |at| at + 1);
        attachments.push(Attachment {
            name: path.get(name..).unwrap_or(path).to_owned(),
            // The server keeps nothing else whole.
            mime: "text/plain".to_owned(),
            base64: String::new(),
        });
    }
    attachments
}

/// Anything but the person is the agent: the word differs between a live event and its replay.
pub(super) fn is_user(event: &Value) -> bool {
    json::text(event, &["source"]) == Some("user")
}

/// A picture in a `data:` address (RFC 2397); one elsewhere is not fetched.
fn attachment(url: &str) -> Option<Attachment> {
    let (mime, base64) = url.strip_prefix("data:")?.split_once(";base64,")?;
    Some(Attachment {
        name: "image".to_owned(),
        mime: mime.to_owned(),
        base64: base64.to_owned(),
    })
}

/// What the agent thinks of it, where that is more, and the words to end with.
fn finish(event: &Value, args: &Value) -> Read {
    let said = |key: &str| json::text(args, &[key]).filter(|text| !text.trim().is_empty());
    let texts = match (said("thought"), said("final_thought")) {
        (Some(thought), Some(last)) if thought.trim() != last.trim() => vec![thought, last],
        (_, Some(last)) => vec![last],
        (Some(thought), None) => vec![thought],
        (None, None) => vec![words(event)],
    };
    Read::all(
        texts
            .into_iter()
            .map(|text| Said::Agent(text.to_owned()))
            .collect(),
    )
}

/// The person's own changes are told again in a replay; those of the environment only there.
fn changed(event: &Value, state: &str) -> Read {
    match state {
        "stopped" if is_user(event) => Read::said(Said::Notice(Notice::Stopped)),
        "paused" if is_user(event) => Read::said(Said::Notice(Notice::Paused)),
        "running" if is_user(event) => Read::said(Said::Notice(Notice::Resumed)),
        _ => Read::nothing(),
    }
}

fn edit(args: &Value) -> Value {
    let used = ["command", "path", "view_range", "insert_line"];
    pick(args, &used)
}

/// The arguments that say something; the rest is the same in every call.
pub(super) fn pick(args: &Value, keys: &[&str]) -> Value {
    let mut said = Map::new();
    for key in keys {
        let value = args.get(key).filter(|value| value.as_str() != Some(""));
        if let Some(value) = value.filter(|value| !value.is_null()) {
            said.insert((*key).to_owned(), value.clone());
        }
    }
    Value::Object(said)
}

/// A call: what the agent thinks of it, the call, and a question where it has to wait.
fn tool(name: &str, event: &Value, key: &EventKey, args: Value) -> Read {
    let given = event.get("args").unwrap_or(&Value::Null);
    let call = call(event);
    let mut said = Vec::new();
    if let Some(thought) = json::text(given, &["thought"]).filter(|text| !text.trim().is_empty()) {
        said.push(Said::Agent(thought.to_owned()));
    }
    said.push(Said::Called {
        call: call.clone(),
        name: name.to_owned(),
        args: args.clone(),
        risk: risk(given),
    });
    let id = call.map_or_else(|| key.as_str().to_owned(), |call| call.as_str().to_owned());
    let id = ApprovalId::new(id);
    match json::text(given, &["confirmation_state"]) {
        Some("awaiting_confirmation") => said.push(Said::Asked {
            id,
            tool: name.to_owned(),
            args,
            risk: risk(given),
        }),
        Some("confirmed") => said.push(Said::Settled {
            id,
            state: ApprovalState::Approved,
        }),
        Some("rejected") => said.push(Said::Settled {
            id,
            state: ApprovalState::Denied,
        }),
        _ => {}
    }
    Read::all(said)
}

/// How dangerous the server's analyser finds it.
fn risk(args: &Value) -> Option<Risk> {
    match args.get("security_risk").and_then(Value::as_i64)? {
        0 => Some(Risk::Low),
        1 => Some(Risk::Medium),
        2 => Some(Risk::High),
        _ => None,
    }
}

/// What the document calls an action: a text, and the result beside the arguments.
pub(super) fn documented(event: &Value, key: &EventKey) -> Option<Read> {
    if json::text(event, &["type"]) == Some("message") {
        return Some(message(event, &Value::Null));
    }
    let action = json::text(event, &["action"])?;
    let result = event.get("result").filter(|result| !result.is_null())?;
    let read = read(action, event, key)?;
    let call = call(event);
    let content = vec![crate::model::Content::Text(json::readable(result))];
    let mut said = read.said;
    said.push(Said::Answered {
        call,
        cause: Some(key.clone()),
        name: action.to_owned(),
        args: Value::Null,
        state: crate::model::ToolState::Done,
        content,
    });
    Some(Read::all(said))
}

/// An event of a kind that is not known here, whole.
pub(super) fn strange(event: &Value) -> Read {
    Read::aside(Aside::Inner, &json::readable(&json!(event)))
}
