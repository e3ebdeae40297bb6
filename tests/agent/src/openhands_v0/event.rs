//! The shapes of what the server sends that is no tool call, as 0.59.0 was recorded.
//!
//! An event is made without `id` and `timestamp`; the conversation's log gives it both.

use serde_json::{Value, json};

/// Stands in for the system prompt, which is the largest frame of a small conversation.
const PROMPT: &str = "This text stands in for the server's own prompt. ";

/// The agent's state, as the log has it: live it is said to be the agent's own word.
pub(super) fn state(state: &str, reason: &str) -> Value {
    json!({
        "source": "environment", "message": "", "observation": "agent_state_changed",
        "content": "", "extras": {"agent_state": state, "reason": reason},
    })
}

/// Somebody wants the agent's state changed.
pub(super) fn change(source: &str, state: &str) -> Value {
    json!({
        "source": source, "message": format!("Agent state changed to {state}"),
        "action": "change_agent_state", "args": {"agent_state": state, "thought": ""},
    })
}

/// The prompt and the tools of the agent.
pub(super) fn system() -> Value {
    let prompt = PROMPT.repeat(240);
    let parameters = json!({
        "type": "object", "required": ["command", "security_risk"],
        "properties": {"command": {"type": "string"}, "security_risk": {"type": "string"}},
    });
    let function = json!({
        "name": "execute_bash", "description": PROMPT, "parameters": parameters,
    });
    json!({
        "source": "agent", "message": prompt, "action": "system",
        "args": {
            "content": prompt, "tools": [{"type": "function", "function": function}],
            "openhands_version": "0.59.0", "agent_class": "CodeActAgent",
        },
    })
}

/// What the user said.
pub(super) fn said(content: &str, images: &Value, files: &Value) -> Value {
    json!({
        "source": "user", "message": content, "action": "message",
        "args": {
            "content": content, "file_urls": files, "image_urls": images,
            "wait_for_response": false, "security_risk": -1,
        },
    })
}

/// What the agent says, after which it waits.
pub(super) fn reply(content: &str, metrics: Value) -> Value {
    json!({
        "source": "agent", "message": content, "action": "message", "llm_metrics": metrics,
        "args": {
            "content": content, "file_urls": null, "image_urls": null,
            "wait_for_response": true, "security_risk": -1,
        },
    })
}

/// The agent looks for what it knows about a message: at first about the workspace.
pub(super) fn recall(kind: &str, query: &str) -> Value {
    let start: String = query.chars().take(50).collect();
    json!({
        "source": "user", "message": format!("Retrieving content for: {start}"),
        "action": "recall", "args": {"recall_type": kind, "query": query, "thought": ""},
    })
}

/// What it found.
pub(super) fn recalled(cause: u64, date: &str) -> Value {
    json!({
        "source": "environment", "message": "Added workspace context", "cause": cause,
        "observation": "recall", "content": "Added workspace context",
        "extras": {
            "recall_type": "workspace_context", "repo_name": "", "repo_directory": "",
            "repo_branch": "", "repo_instructions": "", "runtime_hosts": {},
            "additional_agent_instructions": "", "date": date,
            "custom_secrets_descriptions": {}, "conversation_instructions": "",
            "working_dir": "/workspace", "microagent_knowledge": [],
        },
    })
}

/// It found nothing: stored, never sent, and so a hole in what a client sees.
pub(super) fn nothing(cause: u64) -> Value {
    json!({
        "source": "environment", "message": "No observation", "cause": cause,
        "observation": "null", "content": "", "extras": {},
    })
}

/// A state of the runtime. It has no place in the log.
pub(super) fn status(kind: &str, id: &str, message: &str) -> Value {
    json!({"status_update": true, "type": kind, "id": id, "message": message})
}

/// The conversation's title. It has no place in the log.
pub(super) fn title(conversation: &str, title: &str) -> Value {
    json!({
        "status_update": true, "type": "info", "message": conversation,
        "conversation_title": title,
    })
}
