//! The frames that go out.

use serde_json::{Value, json};

use crate::model::{Attachment, Instant, TransactionId};
use crate::protocol::{Command, Unsupported};
use crate::wire::{json, socket_io, time};

/// The name that every version since 0.30 listens to.
const NAME: &str = "oh_user_action";

/// What stands between a text and the places of the files that go with it, in the server's own page:
/// the model is told nothing else of them.
const FILES: &str = "\n\nNEW FILES ADDED: ";

/// What stands between two such places.
pub(super) const BETWEEN: &str = "\n\n";

/// A command as a frame. A message goes out under its number, so that the server confirms it:
/// what it does not understand it passes over in silence. `files` says where what goes with it is.
pub(super) fn frame(
    command: &Command,
    strict: bool,
    files: &[String],
) -> Result<String, Unsupported> {
    let argument = match command {
        Command::Message {
            text, attachments, ..
        } if strict => documented(text, attachments)?,
        Command::Message {
            text,
            attachments,
            at,
            ..
        } => message(text, attachments, files, *at)?,
        // The document has no way to say these.
        _ if strict => return Err(Unsupported),
        Command::Cancel => state("stopped"),
        Command::Pause => state("paused"),
        Command::Resume => state("running"),
        Command::Answer { approved, .. } => state(match approved {
            true => "user_confirmed",
            false => "user_rejected",
        }),
        _ => return Err(Unsupported),
    };
    let ack = match command {
        Command::Message { id, .. } if !strict => Some(id.0),
        _ => None,
    };
    Ok(socket_io::event(NAME, &argument, ack))
}

/// What the server's document says that it reads; no released server does.
fn documented(text: &str, attachments: &[Attachment]) -> Result<Value, Unsupported> {
    match attachments {
        [] => Ok(json!({"type": "message", "source": "user", "message": text})),
        _ => Err(Unsupported),
    }
}

/// As the server's own page writes it. The server keeps its own time and passes this one over.
fn message(
    text: &str,
    attachments: &[Attachment],
    files: &[String],
    at: Instant,
) -> Result<Value, Unsupported> {
    if !attachments.iter().all(Attachment::is_image) {
        return Err(Unsupported);
    }
    let images: Vec<String> = attachments.iter().map(Attachment::data_url).collect();
    let text = match files {
        [] => text.to_owned(),
        files => [text, FILES, &files.join(BETWEEN)].concat(),
    };
    Ok(json!({
        "action": "message",
        "args": {
            "content": text, "image_urls": images[..], "file_urls": files[..],
            "timestamp": time::write(at),
        },
    }))
}

fn state(word: &str) -> Value {
    json!({"action": "change_agent_state", "args": {"agent_state": word}})
}

/// Reads a frame of a client's.
pub(super) fn read_back(frame: &str) -> Option<Command> {
    let packets = socket_io::read(frame);
    let event = packets.into_iter().find_map(|packet| match packet {
        socket_io::Packet::Event(event) => Some(event),
        _ => None,
    })?;
    let known = matches!(event.name.as_str(), "oh_user_action" | "oh_action");
    let action = event.arguments.first().filter(|_| known)?;
    let args = action.get("args").unwrap_or(&Value::Null);
    match json::text(action, &["action"])? {
        "message" => Some(Command::Message {
            id: TransactionId(event.ack.unwrap_or_default()),
            text: super::action::alone(json::text(args, &["content"])?, args).to_owned(),
            attachments: super::action::attachments(args),
            at: time::read(json::text(args, &["timestamp"]).unwrap_or_default()),
        }),
        "change_agent_state" => match json::text(args, &["agent_state"])? {
            "stopped" => Some(Command::Cancel),
            "paused" => Some(Command::Pause),
            "running" => Some(Command::Resume),
            // The frame names no question: there is one at a time.
            "user_confirmed" => Some(answer(true)),
            "user_rejected" => Some(answer(false)),
            _ => None,
        },
        _ => None,
    }
}

fn answer(approved: bool) -> Command {
    Command::Answer {
        id: crate::model::ApprovalId::new(""),
        approved,
        remember: false,
        reason: String::new(),
    }
}
