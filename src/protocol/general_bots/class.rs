//! Which dialect a frame is of. The shapes of the two cannot be confused, so every frame is told
//! apart by itself, whatever the server was taken for before.

use serde_json::Value;

use crate::wire::json;

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// The first frame of a released server, with the identifiers that it uses.
    Hello,
    /// An answer of a released server, or an event inside one.
    Native,
    /// An event of a released server that stands by itself.
    NativeEvent,
    /// A frame of the agent mode of the released servers' own page.
    Agent,
    /// Another sign of a released server, of no use here.
    NativeOther,
    /// A frame of the document.
    Documented,
    /// Neither.
    Unknown,
}

impl Class {
    /// Whether only a released server sends such a frame.
    pub(super) const fn is_native(self) -> bool {
        !matches!(self, Self::Documented | Self::Unknown)
    }
}

/// What the document's server sends.
const DOCUMENTED: [&str; 11] = [
    "message",
    "stream_start",
    "stream_chunk",
    "stream_end",
    "bot_typing",
    "tool_call",
    "tool_result",
    "error",
    "pong",
    "session_created",
    "session_closed",
];

/// The events of the released servers (A, and `change_theme` of 6.3.1).
pub(super) const EVENTS: [&str; 7] = [
    "session_start",
    "session_end",
    "thinking_start",
    "thinking_end",
    "warn",
    "context_usage",
    "change_theme",
];

/// What the released servers' page understands in its agent mode (`chat-agent-mode.js` of C).
pub(super) const AGENT: [&str; 8] = [
    "thought_process",
    "terminal_output",
    "step_progress",
    "step_complete",
    "todo_update",
    "agent_status",
    "browser_ready",
    "file_created",
];

/// Tells what a frame is.
pub(super) fn of(value: &Value) -> Class {
    let kind = json::text(value, &["type"]).unwrap_or_default();
    let event = json::text(value, &["event"]).unwrap_or_default();
    let numbered = value.get("message_type").and_then(Value::as_i64).is_some();
    if kind == "connected" {
        return match json::text(value, &["session_id"]) {
            Some(_) => Class::Hello,
            None => Class::NativeOther,
        };
    }
    if numbered {
        return Class::Native;
    }
    if DOCUMENTED.contains(&kind) {
        return Class::Documented;
    }
    if EVENTS.contains(&event) {
        return Class::NativeEvent;
    }
    if AGENT.contains(&kind) {
        return Class::Agent;
    }
    match kind {
        "keepalive" => Class::NativeOther,
        _ => Class::Unknown,
    }
}

/// Whether it is what the room socket of release C says instead of a signal.
pub(super) fn is_echo(text: &str) -> bool {
    text.starts_with("Echo: ")
}

/// A field of a documented frame, which stands flat or in the envelope of "Message Format".
pub(super) fn field<'a>(frame: &'a Value, key: &str) -> Option<&'a Value> {
    let flat = json::first(frame, &[key]);
    flat.or_else(|| json::first(frame.get("payload")?, &[key]))
}

/// The same, as a text.
pub(super) fn text<'a>(frame: &'a Value, key: &str) -> Option<&'a str> {
    field(frame, key).and_then(Value::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_shape_is_of_one_dialect() {
        for (frame, class) in [
            (
                json!({"type": "connected", "session_id": "s"}),
                Class::Hello,
            ),
            (json!({"type": "connected"}), Class::NativeOther),
            (json!({"type": "message", "message_type": 2}), Class::Native),
            (
                json!({"type": "message", "content": "x"}),
                Class::Documented,
            ),
            (json!({"type": "pong"}), Class::Documented),
            (json!({"event": "warn", "data": {}}), Class::NativeEvent),
            (json!({"event": "chunk", "data": {}}), Class::Unknown),
            (json!({"type": "todo_update"}), Class::Agent),
            (json!({"type": "keepalive"}), Class::NativeOther),
            (json!({"type": "auth"}), Class::Unknown),
            (json!([]), Class::Unknown),
        ] {
            assert_eq!(of(&frame), class, "{frame}");
        }
    }

    #[test]
    fn a_field_stands_flat_or_in_the_envelope() {
        let frame = json!({"content": null, "payload": {"content": "x"}, "code": "flat"});
        assert_eq!(text(&frame, "content"), Some("x"));
        assert_eq!(text(&frame, "code"), Some("flat"));
        assert_eq!(field(&json!({"payload": 7}), "code"), None);
    }
}
