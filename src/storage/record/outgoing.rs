//! One message that the server has not shown a sign of yet.

use serde_json::{Value, json};

use super::form::{Form, Sheet};
use super::{ConversationKey, Record, Unreadable};
use crate::model::{Attachment, Failure, SendState, TransactionId};
use crate::storage::tables::Table;

/// A message that waits, or may have arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// Whose it is.
    pub conversation: ConversationKey,
    /// Where it stands in the queue of its conversation.
    pub seq: u64,
    /// What it says.
    pub text: String,
    /// What goes with it.
    pub attachments: Vec<Attachment>,
    /// More went with it than is kept: it must not be sent as if it were whole.
    pub incomplete: bool,
    /// It was sent, and may have arrived.
    pub doubtful: bool,
    /// It did not arrive, as the person was told: it is not sent again unasked.
    pub failed: bool,
    /// The identifier under which it was or will be sent.
    pub transaction: TransactionId,
}

impl Record for Outgoing {
    const TABLE: Table = Table::Outbox;

    fn key(&self) -> String {
        // As wide as the largest number, so that the keys sort as the numbers do.
        self.conversation.row(&format!("{:020}", self.seq))
    }

    fn value(&self) -> String {
        let attachments: Vec<Value> = self.attachments.iter().map(attachment_json).collect();
        Sheet::new()
            .with("text", self.text.as_str())
            .with("attachments", attachments)
            .with("incomplete", self.incomplete)
            .with("doubtful", self.doubtful)
            .with("failed", self.failed)
            .with("transaction", self.transaction.0)
            .finish()
    }

    fn decode(key: &str, value: &str) -> Result<Self, Unreadable> {
        let mut form = Form::read(Self::TABLE, value)?;
        let (conversation, seq) = ConversationKey::split_row(key)?;
        let outgoing = Self {
            conversation,
            seq: seq.parse().map_err(|_| Unreadable::Corrupt)?,
            text: form.text("text"),
            attachments: form.list("attachments", attachment),
            incomplete: form.flag("incomplete"),
            doubtful: form.flag("doubtful"),
            failed: form.flag("failed"),
            transaction: TransactionId(form.number("transaction")),
        };
        form.whole(outgoing)
    }
}

impl Outgoing {
    /// What is known to have become of it.
    #[must_use]
    pub const fn state(&self) -> SendState {
        match (self.failed, self.doubtful) {
            (true, _) => SendState::Failed(Failure::NotAccepted),
            (false, true) => SendState::MaybeSent,
            (false, false) => SendState::Queued,
        }
    }
}

/// An attachment as JSON, as it is kept and as one tab hands it to another.
pub(crate) fn attachment_json(attachment: &Attachment) -> Value {
    let Attachment { name, mime, base64 } = attachment;
    json!({"name": name, "mime": mime, "base64": base64})
}

/// Reads such an attachment.
pub(crate) fn attachment(value: &Value) -> Option<Attachment> {
    let text = |name| Some(value.get(name)?.as_str()?.to_owned());
    Some(Attachment {
        name: text("name")?,
        mime: text("mime")?,
        base64: text("base64")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ConversationId;

    fn outgoing(seq: u64) -> Outgoing {
        Outgoing {
            conversation: ConversationKey::new("saiki", "ws://h", &ConversationId::new("1")),
            seq,
            text: "see \"this\"\n".to_owned(),
            attachments: vec![Attachment {
                name: "a b.png".to_owned(),
                mime: "image/png".to_owned(),
                base64: "AAAA".to_owned(),
            }],
            incomplete: false,
            doubtful: true,
            failed: false,
            transaction: TransactionId(u64::MAX),
        }
    }

    #[test]
    fn everything_comes_back() {
        for outgoing in [outgoing(0), outgoing(u64::MAX)] {
            let (key, value) = outgoing.encode();
            assert_eq!(Outgoing::decode(&key, &value), Ok(outgoing));
        }
    }

    #[test]
    fn the_keys_are_in_the_order_of_the_queue() {
        assert!(outgoing(9).key() < outgoing(10).key());
        assert!(outgoing(10).key() < outgoing(u64::MAX).key());
    }

    #[test]
    fn a_message_without_its_text_or_with_half_an_attachment_is_none() {
        let (key, value) = outgoing(1).encode();
        for (right, wrong) in [("\"text\"", "\"words\""), ("\"mime\"", "\"type\"")] {
            let read = Outgoing::decode(&key, &value.replace(right, wrong));
            assert_eq!(read, Err(Unreadable::Corrupt), "{wrong}");
        }
        let read = Outgoing::decode(&outgoing(1).conversation.row("first"), &value);
        assert_eq!(read, Err(Unreadable::Corrupt));
    }
}
