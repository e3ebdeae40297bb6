//! A recording as steps: what to send, what to wait for.

mod packet;

use serde_json::Value;

pub(crate) use self::packet::acknowledgement;
use self::packet::titled;

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
    let last = lines.iter().rposition(|line| line.what == What::Open);
    for (at, line) in lines.iter().enumerate() {
        let after = line.t.saturating_sub(before);
        before = line.t;
        match &line.what {
            what if beats(what) => {}
            What::In(frame) => steps.push(Step::Send {
                frame: frame.clone(),
                after,
            }),
            What::Out(frame) => steps.extend(expected(frame)),
            What::Close(code @ (1006 | 1009 | 1011 | 1012)) => steps.push(Step::Close(*code)),
            // The recorder left, and came back as a page does that lost its connection.
            What::Close(_) if engine(&steps) && last > Some(at) => steps.push(Step::Close(1006)),
            What::Close(_) | What::Open | What::Other => {}
        }
    }
    open_first(&mut steps);
    steps
}

/// Whether Engine.IO is spoken.
fn engine(steps: &[Step]) -> bool {
    let open = |step: &Step| matches!(step, Step::Send { frame, .. } if frame.starts_with("0{"));
    steps.iter().any(open)
}

/// Engine.IO's pings and pongs: whoever plays has his own pace.
fn beats(what: &What) -> bool {
    matches!(what, What::In(frame) | What::Out(frame) if frame == "2" || frame == "3")
}

/// The recorder sent its connect packet without waiting for Engine.IO's open packet. A client
/// that waits must get that first.
fn open_first(steps: &mut [Step]) {
    for at in 1..steps.len() {
        let (asked, open) = (steps.get(at - 1), steps.get(at));
        if let (Some(Step::Expect { kind, .. }), Some(Step::Send { frame, .. })) = (asked, open)
            && kind == "40"
            && frame.starts_with("0{")
        {
            steps.swap(at - 1, at);
        }
    }
}

/// What to wait for; nothing where no page sends such a frame.
fn expected(frame: &str) -> Option<Step> {
    if let Some(kind) = packet::kind(frame) {
        let recorded = frame.to_owned();
        return Some(Step::Expect { kind, recorded });
    }
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

/// The kind of a frame, by which one that is expected is known.
pub(crate) fn kind(frame: &str) -> Option<String> {
    let value = || serde_json::from_str::<Value>(frame).ok();
    packet::kind(frame).or_else(|| Some(value()?.get("type")?.as_str()?.to_owned()))
}

/// The session that the recorded client named, else the one that a client without one is in.
///
/// A recording of OpenHands has it in the title's status.
pub(crate) fn session(lines: &[Line]) -> String {
    let named = lines.iter().find_map(|line| match &line.what {
        What::Out(frame) => session_of(frame),
        What::In(frame) => titled(frame),
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
        (None, Some(real)) if titled(frame).is_some() => frame.replace(recorded, real),
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
