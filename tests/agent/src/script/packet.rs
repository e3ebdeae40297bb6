//! Socket.IO packets in recordings of OpenHands V0.

use serde_json::Value;

/// What a page wants of the agent at OpenHands.
const STATES: [&str; 5] = [
    "stopped",
    "paused",
    "running",
    "user_confirmed",
    "user_rejected",
];

/// The kind of a Socket.IO packet that a page sends: `40`, or an action of OpenHands.
pub(super) fn kind(frame: &str) -> Option<String> {
    if frame == "40" || frame.starts_with("40{") {
        return Some("40".to_owned());
    }
    let body = frame.strip_prefix("42")?;
    let body = body.trim_start_matches(|c: char| c.is_ascii_digit());
    let packet: Value = serde_json::from_str(body).ok()?;
    let args = packet.pointer("/1/args")?;
    let text = |key: &str| args.get(key).and_then(Value::as_str);
    match packet.pointer("/1/action")?.as_str()? {
        "message" => text("content").map(|_| "message".to_owned()),
        "change_agent_state" => text("agent_state")
            .filter(|state| STATES.contains(state))
            .map(str::to_owned),
        _ => None,
    }
}

/// What OpenHands answers to a packet that asks to be acknowledged.
pub(crate) fn acknowledgement(frame: &str) -> Option<String> {
    let body = frame.strip_prefix("42")?;
    let id = body.split_once('[').map(|(id, _)| id)?;
    (!id.is_empty()).then(|| format!("43{id}[]"))
}

/// The conversation whose title a packet brings.
pub(super) fn titled(frame: &str) -> Option<String> {
    let packet: Value = serde_json::from_str(frame.strip_prefix("42")?).ok()?;
    packet.pointer("/1/conversation_title")?;
    Some(packet.pointer("/1/message")?.as_str()?.to_owned())
}
