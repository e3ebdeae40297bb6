//! What a tool result says: done, failed or denied, and its blocks.
//!
//! The default router of Saiki says `success:true` of everything; a failure stands inside the
//! result, in one of four shapes (recorded: tool_fail_stream, deny, confirm_timeout_doc).

use serde_json::Value;

use crate::model::{Content, ToolState};
use crate::wire::json;

/// A tool result, read.
pub(super) struct Outcome {
    pub(super) state: ToolState,
    pub(super) timed_out: bool,
    pub(super) content: Vec<Content>,
}

/// Reads a result; `success` is what the frame itself says.
pub(super) fn read(result: &Value, success: Option<bool>) -> Outcome {
    let error = json::first(result, &["error"]);
    let words = error.map(json::readable).unwrap_or_default();
    let failed = success == Some(false) || error.is_some() || json::is_true(result, "isError");
    // The in-built router has no flag for it, only this sentence.
    let refused = words.ends_with("was denied by the user.");
    let state = match failed {
        _ if json::is_true(result, "denied") || refused => ToolState::Denied,
        true => ToolState::Failed,
        false => ToolState::Done,
    };
    Outcome {
        state,
        timed_out: words.contains("confirmation timeout") || words.contains("approval timeout"),
        content: match error {
            Some(_) => vec![Content::Text(words)],
            None => blocks(result),
        },
    }
}

/// The blocks of a result in MCP's form (`content: [{type, ..}]`), else the value itself.
pub(super) fn blocks(result: &Value) -> Vec<Content> {
    match result {
        Value::Null => Vec::new(),
        Value::String(text) => vec![Content::Text(text.clone())],
        Value::Object(_) => match result.get("content") {
            Some(Value::Array(parts)) => parts.iter().map(block).collect(),
            Some(Value::String(text)) => vec![Content::Text(text.clone())],
            _ => vec![Content::Json(result.clone())],
        },
        Value::Array(parts) if parts.iter().all(|part| part.get("type").is_some()) => {
            parts.iter().map(block).collect()
        }
        other => vec![Content::Json(other.clone())],
    }
}

fn block(part: &Value) -> Content {
    let text = json::text(part, &["text"]).map(|text| Content::Text(text.to_owned()));
    match json::text(part, &["type"]) {
        Some("image") => image(part).or(text),
        Some("text") => text,
        _ => None,
    }
    .unwrap_or_else(|| Content::Json(part.clone()))
}

fn image(part: &Value) -> Option<Content> {
    let base64 = json::text(part, &["data", "image", "base64"])?;
    let mime = json::text(part, &["mimeType", "mediaType"]).unwrap_or("image/png");
    let (mime, base64) = match base64
        .strip_prefix("data:")
        .and_then(|rest| rest.split_once(','))
    {
        Some((head, bytes)) => (head.split(';').next().unwrap_or(mime), bytes),
        None => (mime, base64),
    };
    Some(Content::Image {
        mime: mime.to_owned(),
        base64: base64.to_owned(),
    })
}
