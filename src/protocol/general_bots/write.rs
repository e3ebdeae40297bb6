//! Writing the client's frames, and reading them back.

use serde_json::{Map, Value, json};

use super::class;
use crate::model::{Attachment, ConversationId, Instant, TransactionId};
use crate::protocol::{Command, Unsupported};
use crate::wire::{json, time};

/// What a person writes in front of a tool's name to run it.
pub(super) const TOOL: &str = "/tool ";

/// What the released servers call a message of the person's.
pub(super) const USER: u8 = 1;
/// A suggestion that is chosen, for A'.
pub(super) const SUGGESTION: u8 = 4;
/// The run of a tool by its name, for C.
pub(super) const TOOL_EXEC: u8 = 6;
/// A way to answer turned on or off, for C.
const SWITCHER: u8 = 8;

/// Who speaks to whom, as the frames say it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Names<'a> {
    /// The session.
    pub(super) session: &'a str,
    /// The person.
    pub(super) user: &'a str,
    /// The bot.
    pub(super) bot: &'a str,
}

/// What is said.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said<'a> {
    /// The text, or the name of a tool.
    pub(super) text: &'a str,
    /// What goes with it: one picture at most.
    pub(super) attachments: &'a [Attachment],
    /// When, by this machine's clock.
    pub(super) at: Instant,
}

impl Said<'_> {
    /// The picture as an address that holds it; there is a place for one.
    fn picture(&self) -> Result<Value, Unsupported> {
        match self.attachments {
            [] => Ok(Value::Null),
            [only] if only.is_image() => Ok(only.data_url().into()),
            _ => Err(Unsupported),
        }
    }
}

/// A frame of the document that is about a session.
pub(super) fn about(kind: &str, session: &str) -> String {
    json!({"type": kind, "session_id": session}).to_string()
}

/// `{"type":"ping"}`.
pub(super) fn ping() -> String {
    json!({"type": "ping"}).to_string()
}

/// The first frame of a client's, where the server wants a key (the document's Option 2).
pub(super) fn auth(key: &str) -> String {
    json!({"type": "auth", "token": key}).to_string()
}

/// A message as the document has it.
pub(super) fn documented(session: &str, said: Said<'_>) -> Result<String, Unsupported> {
    let mut frame = Map::new();
    frame.insert("type".into(), "message".into());
    frame.insert("session_id".into(), session.into());
    frame.insert("content".into(), said.text.into());
    let picture = said.picture()?;
    if !picture.is_null() {
        frame.insert("media_url".into(), picture);
    }
    Ok(Value::Object(frame).to_string())
}

/// What the released servers need beside the plain fields.
#[derive(Clone, Copy, Debug)]
pub(super) struct Native<'a> {
    /// What it is: [`USER`] and the others.
    pub(super) kind: u8,
    /// The ways to answer that are on.
    pub(super) switchers: &'a [String],
    /// The context of a suggestion that was chosen.
    pub(super) context: Option<&'a str>,
}

/// A message as the released servers have it: with every field that one of them wants.
pub(super) fn native(
    names: Names<'_>,
    said: Said<'_>,
    native: Native<'_>,
) -> Result<String, Unsupported> {
    let mut frame = plain(names, said, native.kind);
    frame.insert("active_switchers".into(), native.switchers.into());
    frame.insert("media_url".into(), said.picture()?);
    if let Some(context) = native.context {
        frame.insert("context_name".into(), context.into());
        frame.insert("is_suggestion".into(), true.into());
    }
    Ok(Value::Object(frame).to_string())
}

/// A way to answer is turned on or off: the last message is answered again, that way.
pub(super) fn switched(names: Names<'_>, at: Instant, switchers: &[String]) -> String {
    let said = Said {
        text: "",
        attachments: &[],
        at,
    };
    let mut frame = plain(names, said, SWITCHER);
    frame.insert("active_switchers".into(), switchers.into());
    Value::Object(frame).to_string()
}

fn plain(names: Names<'_>, said: Said<'_>, kind: u8) -> Map<String, Value> {
    let mut frame = Map::new();
    let fields = [
        ("bot_id", names.bot),
        ("user_id", names.user),
        ("session_id", names.session),
        ("channel", "web"),
        ("content", said.text),
        ("timestamp", &time::write(said.at)),
    ];
    for (key, value) in fields {
        frame.insert(key.into(), value.into());
    }
    frame.insert("message_type".into(), kind.into());
    frame
}

/// Reads a client's frame; `None` where no server would take it as a command.
pub(super) fn read_back(frame: &str) -> Option<Command> {
    let value: Value = serde_json::from_str(frame).ok()?;
    if let Some(kind) = value.get("message_type").and_then(Value::as_u64) {
        return numbered(kind, &value);
    }
    match json::text(&value, &["type"])? {
        "message" => said(&value, class::text(&value, "content")?.to_owned()),
        "typing_start" => Some(Command::Typing(true)),
        "typing_stop" => Some(Command::Typing(false)),
        _ => None,
    }
}

fn numbered(kind: u64, value: &Value) -> Option<Command> {
    let content = json::text(value, &["content", "text"]).unwrap_or_default();
    match kind {
        1 | 3 | 4 => said(value, content.to_owned()),
        6 => said(value, [TOOL, content].concat()),
        8 => {
            let on = value.get("active_switchers").and_then(Value::as_array);
            let last = on.and_then(|on| on.last()).and_then(Value::as_str);
            Some(Command::Switch {
                id: last.unwrap_or_default().to_owned(),
                on: last.is_some(),
            })
        }
        _ => None,
    }
}

fn said(value: &Value, text: String) -> Option<Command> {
    let picture = class::text(value, "media_url").and_then(|url| url.strip_prefix("data:"));
    let picture = picture.and_then(|data| data.split_once(";base64,"));
    let attachments = picture.map(|(mime, base64)| Attachment {
        name: "image".to_owned(),
        mime: mime.to_owned(),
        base64: base64.to_owned(),
    });
    let attachments: Vec<Attachment> = attachments.into_iter().collect();
    let empty = text.is_empty() && attachments.is_empty();
    (!empty).then_some(Command::Message {
        id: TransactionId(0),
        text,
        attachments,
        at: Instant(0),
    })
}

/// The session that a client's frame names.
pub(super) fn session_of(frame: &str) -> Option<ConversationId> {
    let value: Value = serde_json::from_str(frame).ok()?;
    class::text(&value, "session_id").map(ConversationId::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: Names<'_> = Names {
        session: "s",
        user: "u",
        bot: "b",
    };

    fn said<'a>(text: &'a str, attachments: &'a [Attachment]) -> Said<'a> {
        Said {
            text,
            attachments,
            at: Instant(0),
        }
    }

    fn picture() -> Attachment {
        Attachment {
            name: "image".to_owned(),
            mime: "image/png".to_owned(),
            base64: "AAAA".to_owned(),
        }
    }

    #[test]
    fn every_form_of_a_message_is_read_back_as_what_was_said() {
        let with = [picture()];
        let native = |text, attachments| {
            let kind = Native {
                kind: USER,
                switchers: &[],
                context: None,
            };
            super::native(NAMES, said(text, attachments), kind)
        };
        for attachments in [&[][..], &with] {
            let written = [
                documented("s", said("hi", attachments)),
                native("hi", attachments),
            ];
            for frame in written {
                let frame = frame.unwrap_or_default();
                let read = read_back(&frame);
                let Some(Command::Message {
                    text,
                    attachments: read,
                    ..
                }) = read
                else {
                    panic!("{frame}");
                };
                assert_eq!((text.as_str(), read.as_slice()), ("hi", attachments));
                assert_eq!(session_of(&frame), Some(ConversationId::new("s")));
            }
        }
    }

    #[test]
    fn what_a_frame_has_no_place_for_is_not_written() {
        let two = [picture(), picture()];
        let pdf = [Attachment {
            mime: "application/pdf".to_owned(),
            ..picture()
        }];
        for attachments in [&two[..], &pdf] {
            assert_eq!(documented("s", said("", attachments)), Err(Unsupported));
        }
    }
}
