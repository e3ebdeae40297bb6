//! The calls of a client of OpenHands from 1.0, so far as a session can be asked for the same, and
//! the answers that stand in for those that no recorder asked for.

use serde_json::{Value, json};

use super::line::{Line, What};
use crate::model::{ApprovalId, Confirmation};
use crate::protocol::{Command, Protocol};
use crate::wire::json;

/// What a recorded call asked for, where there is a command for it.
pub(super) fn command(
    reader: &dyn Protocol,
    (method, path): (&str, &str),
    body: &str,
) -> Option<Command> {
    if method != "POST" || !path.contains("/conversations/") && !path.contains("-conversations/") {
        return None;
    }
    let value: Value = serde_json::from_str(body).unwrap_or_default();
    match path.rsplit('/').next()? {
        "events" | "send-message" => reader.read_back(body),
        "run" => Some(Command::Resume),
        "pause" => Some(Command::Pause),
        "interrupt" => Some(Command::Cancel),
        // The call names no question: there is one at a time.
        "respond_to_confirmation" => Some(Command::Answer {
            id: ApprovalId::new(""),
            approved: json::is_true(&value, "accept"),
            remember: false,
            reason: json::text(&value, &["reason"])
                .unwrap_or_default()
                .to_owned(),
        }),
        "confirmation_policy" => {
            let policy = value.get("policy")?;
            Some(Command::Confirm(match json::text(policy, &["kind"])? {
                "AlwaysConfirm" => Confirmation::Always,
                "ConfirmRisky" => Confirmation::Risky,
                _ => Confirmation::Never,
            }))
        }
        _ => None,
    }
}

/// The conversation that the address of a socket names.
pub(super) fn of_socket(address: &str) -> Option<String> {
    after(address, &["/sockets/events/", "/sockets/session/"])
}

/// The conversation of a recording, as the addresses and paths name it: that of its first socket,
/// else the first that is asked about.
pub(super) fn conversation(lines: &[Line]) -> Option<String> {
    let socket = lines.iter().find_map(|line| match &line.what {
        What::Open { address } | What::Tried { address } => of_socket(address),
        _ => None,
    });
    let called = || {
        lines.iter().find_map(|line| match &line.what {
            // Others are the names of calls.
            What::Asked { path, .. } => of_call(path).filter(|id| id.len() >= 32),
            _ => None,
        })
    };
    socket.or_else(called)
}

/// The conversation that a call is about.
pub(super) fn of_call(path: &str) -> Option<String> {
    let marks = [
        "/api/conversations/",
        "/api/v1/conversation/",
        "/api/v1/app-conversations/",
        "/api/v1/app-conversations?ids=",
    ];
    after(path, &marks)
}

/// Whether the app server makes the conversation of a recording.
pub(super) fn is_made_by_app(lines: &[Line]) -> bool {
    lines.iter().any(|line| {
        matches!(&line.what, What::Asked { method, path, .. }
            if method == "POST" && path == "/api/v1/app-conversations")
    })
}

/// Whether a General Bots server makes the session of a recording.
pub(super) fn is_made_by_server(lines: &[Line]) -> bool {
    lines
        .iter()
        .any(|line| matches!(&line.what, What::In(frame) if frame.contains("\"session_created\"")))
}

/// Whether a recording is of an app server.
pub(super) fn is_app(lines: &[Line]) -> bool {
    lines
        .iter()
        .any(|line| matches!(&line.what, What::Asked { path, .. } if path.starts_with("/api/v1/")))
}

/// What stands behind one of these, up to the next part.
fn after(address: &str, marks: &[&str]) -> Option<String> {
    let rest = marks.iter().find_map(|mark| address.split_once(mark))?.1;
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    rest.get(..end).map(str::to_owned)
}

/// Whether a call of ours is the recorded one: the same path, from the same page on, and with every
/// condition that the recorded one has. Identifiers are the same with and without dashes, and a
/// message is one whichever server is asked to take it.
pub(super) fn is_same(ours: &str, recorded: &str) -> bool {
    let (ours, recorded) = (plain(ours), plain(recorded));
    let (our_path, our_query) = ours.split_once('?').unwrap_or((&ours, ""));
    let (path, query) = recorded.split_once('?').unwrap_or((&recorded, ""));
    let conditions = |query: &str, keep: fn(&str) -> bool| -> Vec<String> {
        let parts = query
            .split('&')
            .filter(|part| !part.is_empty() && keep(part));
        parts.map(str::to_owned).collect()
    };
    let is_page = |part: &str| part.starts_with("page_id=");
    let is_other = |part: &str| !part.starts_with("page_id=") && !part.starts_with("limit=");
    let sends = |path: &str| path.ends_with("/events") || path.ends_with("/sendmessage");
    let here = conditions(our_query, is_other);
    (our_path.ends_with(path) || sends(our_path) && sends(path))
        && conditions(our_query, is_page) == conditions(query, is_page)
        && conditions(query, is_other)
            .iter()
            .all(|part| here.contains(part))
}

/// Without the dashes that identifiers may have.
pub(super) fn plain(text: &str) -> String {
    text.replace('-', "")
}

/// What an agent server, or an app server that is newly set up, says to a call that no recorder made.
pub(super) fn stand_in(method: &str, url: &str, is_app: bool) -> Option<(u16, String)> {
    let path = url.split('?').next().unwrap_or(url);
    let (status, body) = match () {
        () if method != "GET" => return None,
        () if path.contains("/api/v1/") && !is_app => (404, json!({"detail": "Not Found"})),
        () if path.ends_with("/sandbox-specs/search") && is_app => (200, json!({"items": []})),
        // All of the log came over the recorded socket.
        () if path.ends_with("/events/search") => (200, json!({"items": [], "next_page_id": null})),
        () => return None,
    };
    Some((status, body.to_string()))
}
