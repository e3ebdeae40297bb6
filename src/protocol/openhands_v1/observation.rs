//! What came of an action.

use serde_json::Value;

use super::action::call;
use super::event::{Read, text};
use super::{diff, message};
use crate::model::{ApprovalId, ApprovalState, Content, Said, Task, TaskState, ToolState};
use crate::wire::json;

/// What an observation says. The words that a run ends with stand in its action already.
pub(super) fn read(event: &Value) -> Read {
    let seen = event.get("observation").unwrap_or(&Value::Null);
    let content = || {
        let content = json::first(seen, &["content", "output"]);
        message::blocks(content.unwrap_or(&Value::Null))
    };
    let failed = json::is_true(seen, "is_error") || json::is_true(seen, "error");
    let state = match failed {
        true => ToolState::Failed,
        false => ToolState::Done,
    };
    let (state, content) = match text(seen, "kind") {
        "FinishObservation" | "ThinkObservation" => return Read::nothing(),
        "TerminalObservation" | "ExecuteBashObservation" => ran(seen, state, content()),
        "FileEditorObservation" if !failed => (state, edited(seen).unwrap_or_else(content)),
        "TaskTrackerObservation" => (state, tasks(seen).unwrap_or_else(content)),
        "BrowserObservation" => (state, browsed(seen, content())),
        _ => (state, content()),
    };
    answered(event, text(event, "tool_name"), state, content)
}

fn answered(event: &Value, name: &str, state: ToolState, content: Vec<Content>) -> Read {
    Read::said(Said::Answered {
        call: call(event),
        cause: None,
        name: name.to_owned(),
        args: Value::Null,
        state,
        content,
    })
}

/// The call could not be made, or was cut off. Where the call is not here, the error stands by
/// itself.
pub(super) fn failed(event: &Value) -> Read {
    let words = Content::Text(text(event, "error").to_owned());
    answered(event, "", ToolState::Failed, vec![words])
}

/// The person, or a hook for the person, refused a call.
pub(super) fn rejected(event: &Value) -> Read {
    let reason = text(event, "rejection_reason");
    let content = match reason {
        "" => Vec::new(),
        reason => vec![Content::Text(reason.to_owned())],
    };
    let name = text(event, "tool_name");
    let mut read = answered(event, name, ToolState::Denied, content);
    let settled = json::text(event, &["tool_call_id"]).map(|id| Said::Settled {
        id: ApprovalId::new(id),
        state: ApprovalState::Denied,
    });
    read.said.splice(0..0, settled);
    read
}

/// Output and exit code. A command that failed is no error to the server; -1 is none: the command
/// had not ended when the server stopped waiting.
fn ran(seen: &Value, state: ToolState, mut content: Vec<Content>) -> (ToolState, Vec<Content>) {
    let metadata = seen.get("metadata").unwrap_or(&Value::Null);
    let code = |from: &Value| from.get("exit_code").and_then(Value::as_i64);
    let code = code(seen).or_else(|| code(metadata));
    let state = match code {
        Some(-1) => ToolState::Interrupted,
        Some(0) | None => state,
        Some(_) => ToolState::Failed,
    };
    content.extend(code.filter(|code| *code != -1).map(Content::Exit));
    (state, content)
}

/// A change to a file; nothing where it was only looked at.
fn edited(seen: &Value) -> Option<Vec<Content>> {
    let new = json::text(seen, &["new_content"]).filter(|_| text(seen, "command") != "view")?;
    let diff = diff::unified(text(seen, "path"), text(seen, "old_content"), new);
    (!diff.is_empty()).then(|| vec![Content::Diff(diff)])
}

fn tasks(seen: &Value) -> Option<Vec<Content>> {
    let list = seen.get("task_list")?.as_array()?;
    (!list.is_empty()).then(|| vec![Content::Tasks(list.iter().map(task).collect())])
}

fn task(task: &Value) -> Task {
    Task {
        title: text(task, "title").to_owned(),
        state: match text(task, "status") {
            "done" => TaskState::Done,
            "in_progress" => TaskState::Doing,
            _ => TaskState::Open,
        },
    }
}

/// What the browser looks like, and what it says.
fn browsed(seen: &Value, content: Vec<Content>) -> Vec<Content> {
    let picture = json::text(seen, &["screenshot_data"]).map(|base64| Content::Image {
        mime: "image/png".to_owned(),
        base64: base64.to_owned(),
    });
    let has_picture = content
        .iter()
        .any(|block| matches!(block, Content::Image { .. }));
    let picture = picture.filter(|_| !has_picture);
    picture.into_iter().chain(content).collect()
}

/// The blocks of a call over the Agent Client Protocol: texts and changes; where there are none, its
/// raw output.
pub(super) fn foreign(event: &Value) -> Vec<Content> {
    let mut shown = Vec::new();
    let blocks = event.get("content").and_then(Value::as_array);
    for block in blocks.into_iter().flatten() {
        let either = |names: &[&str]| json::text(block, names).unwrap_or_default();
        let inner = block.get("content").unwrap_or(&Value::Null);
        shown.push(match text(block, "type") {
            "diff" => Content::Diff(diff::unified(
                either(&["path"]),
                either(&["old_text", "oldText"]),
                either(&["new_text", "newText"]),
            )),
            "content" if inner.get("text").is_some() => {
                Content::Text(text(inner, "text").to_owned())
            }
            _ => Content::Json(block.clone()),
        });
    }
    let raw = json::first(event, &["raw_output"]).filter(|_| shown.is_empty());
    shown.extend(raw.map(|raw| match raw.as_str() {
        Some(text) => Content::Text(text.to_owned()),
        None => Content::Json(raw.clone()),
    }));
    shown
}
