//! Reading one frame of the server's, whatever its generation.
//!
//! Each field is looked for under every name that a generation or the document has for it; the
//! table stands in `saiki.rs`.

use serde_json::Value;

use super::{fault, outcome};
use crate::io::Frame;
use crate::model::{ApprovalId, CallId, Content, Duration, Fault, ToolState};
use crate::wire::json;

/// How long Saiki waits for a confirmation unless configured otherwise (0.3.1 to Dexto 1.1).
const CONFIRMATION_TIMEOUT: Duration = Duration::secs(30);

/// Which generation of the server a frame gives away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Generation {
    /// Up to 0.2.5: `data` is `null` for thinking, no streaming.
    G1,
    /// The document's names; no released server sent them.
    Document,
    /// 0.2.6 to 0.3.7 and Dexto 1.0.
    G2,
    /// Dexto 1.1 to 1.2.4.
    G3,
}

/// One frame, read.
pub(super) struct Incoming {
    /// The session it belongs to, where it says so.
    pub(super) session: Option<String>,
    /// The generation it gives away, where it does.
    pub(super) generation: Option<Generation>,
    /// What it says; `None` for an event of no known name or shape.
    pub(super) said: Option<Said>,
}

/// What a frame says.
pub(super) enum Said {
    Thinking,
    Chunk {
        text: String,
        reasoning: bool,
    },
    ToolCall {
        call: Option<CallId>,
        name: String,
        args: Value,
    },
    ToolResult {
        call: Option<CallId>,
        name: String,
        state: ToolState,
        timed_out: bool,
        content: Vec<Content>,
    },
    Response {
        text: String,
        reasoning: Option<String>,
    },
    Error(Fault),
    Reset,
    Ask(Ask),
    ToolServer {
        name: String,
        error: Option<String>,
    },
    Tools(usize),
    Titled(String),
}

/// A request for approval in either dialect.
pub(super) struct Ask {
    pub(super) id: ApprovalId,
    pub(super) dialect: AskDialect,
    pub(super) tool: String,
    pub(super) args: Value,
    pub(super) description: Option<String>,
    pub(super) can_remember: bool,
    pub(super) timeout: Duration,
}

/// How the answer has to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AskDialect {
    /// `toolConfirmationResponse` with `executionId` (0.3.1 to October 2025).
    Execution,
    /// `approvalResponse` with `approvalId` (since October 2025).
    Approval,
}

/// Reads a frame; `None` where it is no JSON object with an `event`.
pub(super) fn read(frame: &Frame) -> Option<Incoming> {
    let value: Value = serde_json::from_str(&frame.text()).ok()?;
    let event = json::text(&value, &["event"])?;
    let data = value.get("data").unwrap_or(&Value::Null);
    Some(Incoming {
        session: json::text(data, &["sessionId"]).map(str::to_owned),
        generation: generation(event, data),
        said: said(event, data),
    })
}

fn said(event: &str, data: &Value) -> Option<Said> {
    Some(match event {
        "thinking" => Said::Thinking,
        "chunk" => chunk(data)?,
        "toolCall" => tool_call(data)?,
        "toolResult" => tool_result(data)?,
        "response" => response(data)?,
        "error" => Said::Error(fault::read(data)),
        "conversationReset" => Said::Reset,
        "toolConfirmationRequest" => Said::Ask(confirmation(data)?),
        "approvalRequest" => Said::Ask(approval(data)?),
        "mcpServerConnected" => tool_server(data)?,
        "availableToolsUpdated" => Said::Tools(data.get("tools")?.as_array()?.len()),
        "sessionTitleUpdated" => Said::Titled(json::text(data, &["title"])?.to_owned()),
        _ => return None,
    })
}

fn chunk(data: &Value) -> Option<Said> {
    let text = json::text(data, &["content", "text"])?.to_owned();
    let reasoning = json::text(data, &["type", "chunkType"]) == Some("reasoning");
    Some(Said::Chunk { text, reasoning })
}

fn tool_call(data: &Value) -> Option<Said> {
    let args = json::first(data, &["arguments", "args", "input"]);
    Some(Said::ToolCall {
        call: call(data),
        name: json::text(data, &["toolName", "name"])?.to_owned(),
        args: args.cloned().unwrap_or(Value::Null),
    })
}

fn tool_result(data: &Value) -> Option<Said> {
    let result = json::first(data, &["result", "sanitized", "rawResult"]).unwrap_or(&Value::Null);
    let outcome = outcome::read(result, data.get("success").and_then(Value::as_bool));
    let name = json::text(data, &["toolName", "name"]);
    let call = call(data);
    Some(Said::ToolResult {
        name: match (name, &call) {
            (Some(name), _) => name.to_owned(),
            (None, Some(_)) => String::new(),
            (None, None) => return None,
        },
        call,
        state: outcome.state,
        timed_out: outcome.timed_out,
        content: outcome.content,
    })
}

fn call(data: &Value) -> Option<CallId> {
    json::text(data, &["callId"]).map(CallId::new)
}

fn response(data: &Value) -> Option<Said> {
    Some(Said::Response {
        text: json::text(data, &["content", "text"])?.to_owned(),
        reasoning: json::text(data, &["reasoning"]).map(str::to_owned),
    })
}

fn confirmation(data: &Value) -> Option<Ask> {
    Some(Ask {
        id: ApprovalId::new(json::text(data, &["executionId"])?),
        dialect: AskDialect::Execution,
        tool: json::text(data, &["toolName"])
            .unwrap_or_default()
            .to_owned(),
        args: json::first(data, &["args", "arguments"])
            .cloned()
            .unwrap_or(Value::Null),
        description: json::text(data, &["description"]).map(str::to_owned),
        can_remember: true,
        timeout: CONFIRMATION_TIMEOUT,
    })
}

fn approval(data: &Value) -> Option<Ask> {
    let id = ApprovalId::new(json::text(data, &["approvalId"])?);
    let about = data.get("metadata").unwrap_or(&Value::Null);
    let kind = json::text(data, &["type"]).unwrap_or_default();
    let args = json::first(about, &["args", "command", "schema"]).unwrap_or(about);
    let timeout = data.get("timeout").and_then(Value::as_u64);
    Some(Ask {
        id,
        dialect: AskDialect::Approval,
        tool: json::text(about, &["toolName", "serverName"])
            .unwrap_or_default()
            .to_owned(),
        args: args.clone(),
        description: json::text(about, &["description", "prompt"]).map(str::to_owned),
        can_remember: kind != "elicitation",
        timeout: timeout.map_or(CONFIRMATION_TIMEOUT, Duration::millis),
    })
}

fn tool_server(data: &Value) -> Option<Said> {
    let failed = data.get("success").and_then(Value::as_bool) == Some(false);
    let error = json::first(data, &["error"]).map(json::readable);
    Some(Said::ToolServer {
        name: json::text(data, &["name"])?.to_owned(),
        error: error.or_else(|| failed.then(String::new)),
    })
}

fn generation(event: &str, data: &Value) -> Option<Generation> {
    let has = |key: &str| data.get(key).is_some();
    match event {
        "approvalRequest" => Some(Generation::G3),
        "chunk" if has("text") => Some(Generation::G2),
        "chunk" if has("type") || has("sessionId") => Some(Generation::G3),
        "chunk" | "response" | "thinking" if has("content") || has("message") => {
            Some(Generation::Document)
        }
        "toolCall" if has("arguments") || has("serverId") => Some(Generation::Document),
        "response" if has("tokenUsage") || has("router") => Some(Generation::G3),
        "thinking" if data.is_null() => Some(Generation::G1),
        "thinking" | "response" | "toolCall" if has("sessionId") => Some(Generation::G2),
        _ => None,
    }
}
