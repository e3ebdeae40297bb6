//! What came of an action.

use serde_json::Value;

use super::action::pick;
use super::event::{self, Read, call};
use super::standing;
use crate::model::{Aside, Content, Said, Task, TaskState, ToolState};
use crate::wire::json;

/// What an observation says; `None` for one of a newer server.
pub(super) fn read(observation: &str, event: &Value) -> Option<Read> {
    let extras = event.get("extras").unwrap_or(&Value::Null);
    let content = json::text(event, &["content"]).unwrap_or_default();
    Some(match observation {
        "agent_state_changed" => Read::stands(standing::read(extras)?),
        "run" if json::is_true(extras, "hidden") => Read::nothing(),
        "run" => run(event, extras, content),
        "edit" | "write" => edit(observation, event, extras, content),
        "browse" => browse(event, extras, content),
        "mcp" => mcp(event, extras, content),
        "task_tracking" => answered(observation, event, ToolState::Done, tasks(extras, content)),
        "run_ipython" => answered(
            observation,
            event,
            ToolState::Done,
            ipython(extras, content),
        ),
        "error" => error(event, extras, content),
        // Where the call is not here, the words stand by themselves.
        "user_rejected" => answered("", event, ToolState::Denied, words(content)),
        "recall" => recalled(extras, content),
        "condense" => Read::aside(Aside::Summary, content),
        "think" | "null" => Read::nothing(),
        "delegate" => {
            let outputs = extras.get("outputs").filter(|outputs| !outputs.is_null());
            let content = match outputs {
                Some(outputs) => vec![Content::Json(outputs.clone())],
                None => words(content),
            };
            answered(observation, event, ToolState::Done, content)
        }
        "download" => {
            let path = json::text(extras, &["file_path"]).unwrap_or(content);
            answered(observation, event, ToolState::Done, words(path))
        }
        "read" | "success" => answered(observation, event, ToolState::Done, words(content)),
        "loop_detection" => Read::aside(Aside::Inner, content),
        _ => return None,
    })
}

fn words(content: &str) -> Vec<Content> {
    match content {
        "" => Vec::new(),
        text => vec![Content::Text(text.to_owned())],
    }
}

fn answered(name: &str, event: &Value, state: ToolState, content: Vec<Content>) -> Read {
    Read::said(Said::Answered {
        call: call(event),
        cause: event::cause(event),
        name: name.to_owned(),
        args: repeated(event),
        state,
        content,
    })
}

/// What an observation repeats of the action that it comes of.
fn repeated(event: &Value) -> Value {
    let extras = event.get("extras").unwrap_or(&Value::Null);
    match json::text(event, &["observation"]) {
        Some("run" | "task_tracking") => pick(extras, &["command"]),
        Some("run_ipython") => pick(extras, &["code"]),
        Some("read" | "edit" | "write") => pick(extras, &["path"]),
        Some("browse") => pick(extras, &["url"]),
        Some("mcp") => extras.get("arguments").cloned().unwrap_or_default(),
        _ => Value::Null,
    }
}

/// Output and exit code. -1 is none: the command had not ended when the server stopped waiting.
fn run(event: &Value, extras: &Value, content: &str) -> Read {
    let metadata = extras.get("metadata").unwrap_or(&Value::Null);
    let code = metadata.get("exit_code").and_then(Value::as_i64);
    let failed = event.get("success").and_then(Value::as_bool) == Some(false);
    let state = match code {
        Some(-1) => ToolState::Interrupted,
        Some(0) | None if !failed => ToolState::Done,
        _ => ToolState::Failed,
    };
    let mut content = words(content);
    content.extend(code.filter(|code| *code != -1).map(Content::Exit));
    answered("run", event, state, content)
}

/// A change as a diff. One that failed looks the same, but for the words that it begins with.
fn edit(name: &str, event: &Value, extras: &Value, content: &str) -> Read {
    if content.starts_with("ERROR:") {
        return answered(name, event, ToolState::Failed, words(content));
    }
    let diff = json::text(extras, &["diff"]).filter(|diff| !diff.trim().is_empty());
    let content = match diff {
        Some(diff) => vec![Content::Diff(diff.to_owned())],
        None => words(content),
    };
    answered(name, event, ToolState::Done, content)
}

/// Where the browser is, if what it says does not begin with that; what it looks like, and what it
/// says.
fn browse(event: &Value, extras: &Value, content: &str) -> Read {
    let said = |url: &&str| {
        content
            .lines()
            .next()
            .is_some_and(|line| line.contains(url))
    };
    let url = json::text(extras, &["url"]).filter(|url| !said(url));
    let mut shown = words(url.unwrap_or_default());
    shown.extend(json::text(extras, &["screenshot"]).and_then(picture));
    shown.extend(words(content));
    let state = match json::is_true(extras, "error") {
        true => ToolState::Failed,
        false => ToolState::Done,
    };
    answered("browse", event, state, shown)
}

/// A picture in a `data:` address; one elsewhere is not fetched.
fn picture(url: &str) -> Option<Content> {
    let (mime, base64) = url.strip_prefix("data:")?.split_once(";base64,")?;
    Some(Content::Image {
        mime: mime.to_owned(),
        base64: base64.to_owned(),
    })
}

fn ipython(extras: &Value, content: &str) -> Vec<Content> {
    let images = extras.get("image_urls").and_then(Value::as_array);
    let images = images.into_iter().flatten().filter_map(Value::as_str);
    let mut shown = words(content);
    shown.extend(images.filter_map(picture));
    shown
}

/// The text of an MCP `CallToolResult` (Model Context Protocol 2025-03-26).
fn mcp(event: &Value, extras: &Value, content: &str) -> Read {
    let name = json::text(extras, &["name"]).unwrap_or("mcp");
    let result: Value = serde_json::from_str(content).unwrap_or_default();
    let blocks = result.get("content").and_then(Value::as_array);
    let shown = match blocks {
        Some(blocks) => blocks.iter().map(block).collect(),
        None => words(content),
    };
    let state = match json::is_true(&result, "isError") {
        true => ToolState::Failed,
        false => ToolState::Done,
    };
    answered(name, event, state, shown)
}

fn block(block: &Value) -> Content {
    let text = |key: &str| json::text(block, &[key]).map(str::to_owned);
    match (text("text"), text("data"), text("mimeType")) {
        (Some(text), _, _) => Content::Text(text),
        (None, Some(base64), Some(mime)) => Content::Image { mime, base64 },
        _ => Content::Json(block.clone()),
    }
}

fn tasks(extras: &Value, content: &str) -> Vec<Content> {
    let list = extras.get("task_list").and_then(Value::as_array);
    match list.map(Vec::as_slice) {
        Some([]) | None => words(content),
        Some(list) => vec![Content::Tasks(list.iter().map(task).collect())],
    }
}

fn task(task: &Value) -> Task {
    Task {
        title: json::text(task, &["title", "id"])
            .unwrap_or_default()
            .to_owned(),
        state: match json::text(task, &["status"]) {
            Some("done") => TaskState::Done,
            Some("in_progress") => TaskState::Doing,
            _ => TaskState::Open,
        },
    }
}

/// An error of an action ends its card; any other stands by itself.
fn error(event: &Value, extras: &Value, content: &str) -> Read {
    let id = json::text(extras, &["error_id"]).unwrap_or_default();
    if event::cause(event).is_none() && call(event).is_none() {
        return Read::said(Said::Fault(standing::fault(content, id)));
    }
    let state = match id {
        "AGENT_ERROR$ERROR_ACTION_NOT_EXECUTED_STOPPED" => ToolState::Interrupted,
        _ => ToolState::Failed,
    };
    // Where the call is not here, the error stands by itself.
    answered("", event, state, words(content))
}

/// What the agent is given to know, with all of it folded away.
fn recalled(extras: &Value, content: &str) -> Read {
    let what = match json::text(extras, &["recall_type"]) {
        Some("knowledge") => Aside::Knowledge,
        _ => Aside::Workspace,
    };
    let told = json::without_empty(extras);
    Read::aside(what, &format!("{content}\n{}", json::readable(&told)))
}
