//! The shapes of events, as 1.58.0 was recorded. A field that would be null is left out.
//!
//! An event is made without `timestamp` and `parent_id`, and mostly without `id`: the log adds
//! them.

use serde_json::{Value, json};

use super::llm::Call;

/// Stands in for the system prompt, which is the largest frame of a small conversation.
const PROMPT: &str = "This text stands in for the server's own prompt. ";

/// A part of a message that is text.
pub(super) fn text(text: &str) -> Value {
    json!({"cache_prompt": false, "type": "text", "text": text})
}

/// A part of a message that is a picture.
pub(super) fn image(url: &str) -> Value {
    json!({"cache_prompt": false, "type": "image", "image_urls": [url]})
}

/// A part of the conversation's state that changed.
pub(super) fn update(key: &str, value: Value) -> Value {
    json!({
        "source": "environment", "key": key, "value": value,
        "kind": "ConversationStateUpdateEvent",
    })
}

/// The execution status.
pub(super) fn status(status: &str) -> Value {
    update("execution_status", status.into())
}

/// The prompt and the tools of the agent, which come before the first message.
pub(super) fn system() -> Value {
    let tool = |name: &str| {
        let parameters = json!({"type": "object", "properties": {}, "required": []});
        json!({"title": name, "description": PROMPT.repeat(20), "parameters": parameters})
    };
    json!({
        "source": "agent", "system_prompt": text(&PROMPT.repeat(240)),
        "tools": [tool("terminal"), tool("file_editor"), tool("task_tracker")],
        "kind": "SystemPromptEvent",
    })
}

/// A message to the model: the user's, or the environment's own.
pub(super) fn said(source: &str, content: &Value) -> Value {
    json!({
        "source": source,
        "llm_message": {"role": "user", "content": content, "thinking_blocks": []},
        "activated_skills": [], "extended_content": [], "kind": "MessageEvent",
    })
}

/// A message of the agent's; one that no model wrote names no answer of a model.
pub(super) fn reply(words: &str, reasoning: &str, response: Option<&str>) -> Value {
    let mut event = json!({
        "source": "agent",
        "llm_message": {"role": "assistant", "content": [text(words)], "thinking_blocks": []},
        "activated_skills": [], "extended_content": [], "kind": "MessageEvent",
    });
    if let Some(response) = response {
        set(&mut event, "llm_response_id", response.into());
    }
    if !reasoning.is_empty()
        && let Some(message) = event.get_mut("llm_message")
    {
        set(message, "reasoning_content", reasoning.into());
    }
    event
}

/// What surrounds a call of a tool.
pub(super) struct Around<'a> {
    pub(super) thought: &'a str,
    pub(super) reasoning: &'a str,
    pub(super) response: &'a str,
    /// As the analyzer has it; the real server writes `UNKNOWN` where there is none.
    pub(super) risk: &'a str,
}

/// A call of a tool; one that could not be read has no `action`.
pub(super) fn action(call: &Call, id: &str, around: &Around<'_>) -> Value {
    let thought: Vec<Value> = match around.thought {
        "\0" => Vec::new(),
        thought => vec![text(thought)],
    };
    let mut event = json!({
        "source": "agent", "thought": thought, "thinking_blocks": [],
        "tool_name": call.name, "tool_call_id": id,
        "tool_call": {
            "id": id, "name": call.name, "arguments": call.arguments, "origin": "completion",
        },
        "llm_response_id": around.response, "security_risk": around.risk, "kind": "ActionEvent",
    });
    if !around.reasoning.is_empty() {
        set(&mut event, "reasoning_content", around.reasoning.into());
    }
    if let Some(action) = &call.action {
        set(&mut event, "action", action.clone());
        set(&mut event, "summary", format!("calls {}", call.name).into());
    }
    event
}

/// The result of a call.
pub(super) fn observation(action: &Value, observation: &Value) -> Value {
    json!({
        "source": "environment", "tool_name": action.get("tool_name"),
        "tool_call_id": action.get("tool_call_id"), "observation": observation,
        "action_id": action.get("id"), "extended_content": [], "kind": "ObservationEvent",
    })
}

/// A call that came to nothing. It does not name its action.
pub(super) fn agent_error(action: &Value, error: &str, internal: bool) -> Value {
    let classification = match internal {
        true => json!({"kind": "internal", "retryable": false, "user_action": "none"}),
        false => json!({"kind": "agent_action", "retryable": true, "user_action": "retry"}),
    };
    json!({
        "source": "agent", "tool_name": action.get("tool_name"),
        "tool_call_id": action.get("tool_call_id"), "error": error,
        "classification": classification, "kind": "AgentErrorEvent",
    })
}

/// A call that the user, or a hook, did not allow.
pub(super) fn rejection(action: &Value, reason: &str, by: &str) -> Value {
    json!({
        "source": "environment", "tool_name": action.get("tool_name"),
        "tool_call_id": action.get("tool_call_id"), "rejection_reason": reason,
        "rejection_source": by, "action_id": action.get("id"), "kind": "UserRejectObservation",
    })
}

/// What a hook said before a call, whose event comes after it.
pub(super) fn hook(action: &str, command: &str) -> Value {
    let input = json!({
        "command": command, "is_input": false, "timeout": null, "reset": false,
        "kind": "TerminalAction",
    });
    json!({
        "source": "hook", "hook_event_type": "PreToolUse",
        "hook_command": "echo blocked by hook >&2; exit 2", "tool_name": "terminal",
        "success": false, "blocked": true, "exit_code": 2, "stdout": "",
        "stderr": "blocked by hook\n", "action_id": action,
        "hook_input": {"tool_name": "terminal", "tool_input": input},
        "kind": "HookExecutionEvent",
    })
}

/// How risky the analyzer holds a call.
pub(super) fn analysis(action: &str, risk: &str, policy: &str) -> Value {
    json!({
        "source": "environment", "analyzer": "LLMSecurityAnalyzer", "policy": policy,
        "risks": {action: risk}, "details": {}, "kind": "SecurityAnalysisEvent",
    })
}

/// Why the run ended.
pub(super) fn error(code: &str, detail: &str, class: (&str, bool, &str)) -> Value {
    let (kind, retryable, user_action) = class;
    json!({
        "source": "environment", "code": code, "detail": detail,
        "classification": {"kind": kind, "retryable": retryable, "user_action": user_action},
        "kind": "ConversationErrorEvent",
    })
}

/// Why a frame of the client's was not taken. It is in no log.
pub(super) fn server_error(code: &str, detail: &str) -> Value {
    json!({"source": "environment", "code": code, "detail": detail, "kind": "ServerErrorEvent"})
}

/// What the user did to the run: `PauseEvent` or `InterruptEvent`.
pub(super) fn done_by_user(kind: &str) -> Value {
    json!({"source": "user", "kind": kind})
}

/// Earlier events give way to a summary.
pub(super) fn condensation(forgotten: &[String], response: &str) -> Value {
    json!({
        "source": "environment", "forgotten_event_ids": forgotten,
        "summary": "SUMMARY: earlier work happened.", "summary_offset": 1,
        "llm_response_id": response, "kind": "Condensation",
    })
}

/// A piece of an answer on the legacy socket, which does not say of which.
pub(super) fn delta(kind: &str, content: &str) -> Value {
    let field = match kind {
        "reasoning" => "reasoning_content",
        _ => "content",
    };
    json!({"source": "agent", field: content, "kind": "StreamingDeltaEvent"})
}

pub(super) fn set(event: &mut Value, field: &str, value: Value) {
    if let Some(fields) = event.as_object_mut() {
        fields.insert(field.to_owned(), value);
    }
}

/// A text of an event.
pub(super) fn field<'a>(event: &'a Value, name: &str) -> &'a str {
    event.get(name).and_then(Value::as_str).unwrap_or_default()
}
