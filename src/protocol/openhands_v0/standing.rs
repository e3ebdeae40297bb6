//! What the agent is doing, by the server's words (`AgentState` of openhands-ai 0.59.0).

use serde_json::Value;

use crate::model::{Fault, Standing};
use crate::wire::json;

/// What `agent_state_changed` says; `None` for a word of a newer server.
pub(super) fn read(extras: &Value) -> Option<(Standing, Option<Fault>)> {
    let reason = json::text(extras, &["reason"]).unwrap_or_default();
    let standing = match json::text(extras, &["agent_state"])? {
        "loading" | "init" => Standing::Starting,
        "running" | "user_confirmed" | "user_rejected" => Standing::Working,
        "awaiting_user_confirmation" => Standing::Asking,
        "paused" => Standing::Paused,
        "awaiting_user_input" | "stopped" | "finished" | "rejected" => Standing::Idle,
        "error" => return Some((Standing::Idle, Some(fault(reason, "STATUS$ERROR")))),
        "rate_limited" => return Some((Standing::Idle, Some(fault(reason, RATE_LIMITED)))),
        _ => return None,
    };
    Some((standing, None))
}

/// The server's own name for having been refused by the model for a while.
const RATE_LIMITED: &str = "CHAT_INTERFACE$AGENT_RATE_LIMITED_MESSAGE";

/// What is wrong, by a name such as `STATUS$ERROR_LLM_AUTHENTICATION`, or in words.
pub(super) fn fault(words: &str, usual: &str) -> Fault {
    let named = is_name(words);
    let code = match words {
        "" => Some(usual),
        name if named => Some(name),
        _ => None,
    };
    Fault {
        message: if named {
            String::new()
        } else {
            words.to_owned()
        },
        detail: None,
        code: code.map(str::to_owned),
    }
}

/// The server's web page translates such names.
pub(super) fn is_name(words: &str) -> bool {
    let name = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_' || c == '$';
    words.contains('$') && words.chars().all(name)
}
