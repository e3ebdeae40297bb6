//! Writing the client's frames, and reading them back.

use serde_json::{Map, Value, json};

use super::frame::AskDialect;
use crate::model::{ApprovalId, Attachment, Instant, TransactionId};
use crate::protocol::{Command, Unsupported};
use crate::wire::json;

/// What every frame is written with.
pub(super) struct Writer<'a> {
    /// The session's identifier; `None` in strict mode, where only the document's fields go out.
    pub(super) session: Option<&'a str>,
}

impl Writer<'_> {
    /// `{"type":"message",..}`: one picture and one file at most, and never without text, which
    /// 0.2.8 refuses.
    pub(super) fn message(
        &self,
        text: &str,
        attachments: &[Attachment],
    ) -> Result<String, Unsupported> {
        let mut frame = self.frame("message");
        frame.insert("content".into(), text.into());
        for attachment in attachments {
            let (key, value) = carried(attachment);
            if self.session.is_none() && key == "fileData"
                || frame.insert(key.into(), value).is_some()
            {
                return Err(Unsupported);
            }
        }
        if self.session.is_some() {
            frame.insert("stream".into(), true.into());
        }
        Ok(Value::Object(frame).to_string())
    }

    /// A frame that has no content of its own: `reset`, `cancel`.
    pub(super) fn bare(&self, kind: &str) -> String {
        Value::Object(self.frame(kind)).to_string()
    }

    /// The answer to a request for approval.
    pub(super) fn answer(
        &self,
        id: &ApprovalId,
        dialect: AskDialect,
        approved: bool,
        remember: bool,
    ) -> String {
        let mut data = Map::new();
        let kind = match dialect {
            AskDialect::Execution => {
                data.insert("executionId".into(), id.as_str().into());
                data.insert("approved".into(), approved.into());
                data.insert("rememberChoice".into(), remember.into());
                "toolConfirmationResponse"
            }
            AskDialect::Approval => {
                let status = if approved { "approved" } else { "denied" };
                data.insert("approvalId".into(), id.as_str().into());
                data.insert("status".into(), status.into());
                data.insert("data".into(), json!({"rememberChoice": remember}));
                "approvalResponse"
            }
        };
        if let Some(session) = self.session {
            data.insert("sessionId".into(), session.into());
        }
        json!({"type": kind, "data": data}).to_string()
    }

    fn frame(&self, kind: &str) -> Map<String, Value> {
        let mut frame = Map::new();
        frame.insert("type".into(), kind.into());
        if let Some(session) = self.session {
            frame.insert("sessionId".into(), session.into());
        }
        frame
    }
}

fn carried(attachment: &Attachment) -> (&'static str, Value) {
    let Attachment { name, mime, base64 } = attachment;
    match attachment.is_image() {
        true => ("imageData", json!({"base64": base64, "mimeType": mime})),
        false => (
            "fileData",
            json!({"base64": base64, "mimeType": mime, "filename": name}),
        ),
    }
}

/// Reads a client's frame; `None` where no server would take it as a command.
pub(super) fn read_back(frame: &str) -> Option<Command> {
    let value: Value = serde_json::from_str(frame).ok()?;
    match json::text(&value, &["type"])? {
        "message" => message(&value),
        "reset" => Some(Command::Reset),
        "cancel" => Some(Command::Cancel),
        "toolConfirmationResponse" => {
            let data = value.get("data")?;
            Some(Command::Answer {
                id: ApprovalId::new(json::text(data, &["executionId"])?),
                approved: data.get("approved")?.as_bool()?,
                remember: json::is_true(data, "rememberChoice"),
                reason: String::new(),
            })
        }
        "approvalResponse" => {
            let data = value.get("data")?;
            let more = data.get("data").unwrap_or(&Value::Null);
            Some(Command::Answer {
                id: ApprovalId::new(json::text(data, &["approvalId"])?),
                approved: json::text(data, &["status"])? == "approved",
                remember: json::is_true(more, "rememberChoice"),
                reason: String::new(),
            })
        }
        _ => None,
    }
}

fn message(value: &Value) -> Option<Command> {
    let text = match value.get("content") {
        Some(content) => content.as_str()?.to_owned(),
        None => String::new(),
    };
    let picture = value.get("imageData").and_then(|data| taken(data, "image"));
    let file = value.get("fileData").and_then(|data| taken(data, "file"));
    let attachments: Vec<Attachment> = picture.into_iter().chain(file).collect();
    let empty = text.is_empty() && attachments.is_empty();
    let id = TransactionId(0);
    (!empty).then_some(Command::Message {
        id,
        text,
        attachments,
        at: Instant(0),
    })
}

fn taken(data: &Value, name: &str) -> Option<Attachment> {
    Some(Attachment {
        name: json::text(data, &["filename"]).unwrap_or(name).to_owned(),
        mime: json::text(data, &["mimeType"])?.to_owned(),
        base64: json::text(data, &["base64"])?.to_owned(),
    })
}

/// The session that a client's frame names.
pub(super) fn session_of(frame: &str) -> Option<String> {
    let value: Value = serde_json::from_str(frame).ok()?;
    let data = value.get("data").unwrap_or(&Value::Null);
    json::text(&value, &["sessionId"])
        .or_else(|| json::text(data, &["sessionId"]))
        .map(str::to_owned)
}
