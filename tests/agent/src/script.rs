//! A recording as steps: what to send, what to wait for.

use serde_json::Value;

use crate::recording::{Line, What};

/// One step.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Step {
    /// Send this frame, so long after the step before.
    Send { frame: String, after: u64 },
    /// Wait for a frame of this type.
    Expect { kind: String, recorded: String },
    /// End the connection: the recorded server did, or its network.
    Close(u16),
}

/// What a client of the recorded kind can send.
const KINDS: [&str; 5] = [
    "message",
    "reset",
    "cancel",
    "toolConfirmationResponse",
    "approvalResponse",
];

/// The steps of a recording, all connections in a row.
pub(crate) fn steps(lines: &[Line]) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut before = lines.first().map_or(0, |line| line.t);
    for line in lines {
        let after = line.t.saturating_sub(before);
        before = line.t;
        match &line.what {
            What::In(frame) => steps.push(Step::Send {
                frame: frame.clone(),
                after,
            }),
            What::Out(frame) => steps.extend(expected(frame)),
            What::Close(code @ (1006 | 1009 | 1011)) => steps.push(Step::Close(*code)),
            What::Close(_) | What::Open | What::Other => {}
        }
    }
    steps
}

/// What to wait for; nothing where no page sends such a frame.
fn expected(frame: &str) -> Option<Step> {
    let value: Value = serde_json::from_str(frame).ok()?;
    let kind = value.get("type")?.as_str()?.to_owned();
    let words = value
        .get("content")
        .is_some_and(|content| content.is_string() && content != "");
    let sent = KINDS.contains(&kind.as_str()) && (kind != "message" || words);
    sent.then(|| Step::Expect {
        kind,
        recorded: frame.to_owned(),
    })
}

/// The session that the recorded client named, else the one that a client without one is in.
pub(crate) fn session(lines: &[Line]) -> String {
    let named = lines.iter().find_map(|line| match &line.what {
        What::Out(frame) => session_of(frame),
        _ => None,
    });
    named.unwrap_or_else(|| "default".to_owned())
}

/// The session that a frame names.
pub(crate) fn session_of(frame: &str) -> Option<String> {
    let value: Value = serde_json::from_str(frame).ok()?;
    let data = value.get("data").unwrap_or(&Value::Null);
    let named = value.get("sessionId").or_else(|| data.get("sessionId"));
    named.and_then(Value::as_str).map(str::to_owned)
}

/// A recorded frame as this client is to get it: its own session in place of the recorded one.
pub(crate) fn address(frame: &str, recorded: &str, real: Option<&str>) -> String {
    let parsed = serde_json::from_str::<Value>(frame).ok();
    match (parsed, real) {
        (Some(mut value), Some(real)) => {
            if let Some(session) = value.pointer_mut("/data/sessionId")
                && session == recorded
            {
                *session = real.into();
            }
            value.to_string()
        }
        _ => frame.to_owned(),
    }
}
