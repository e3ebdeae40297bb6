//! Identifiers, each a type of its own so that none is passed where another is meant.

use std::fmt;

/// A timeline item's identifier: ours, stable from the local echo to the confirmed message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ItemId(pub u64);

/// A sent message's identifier: ours, never repeated within a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TransactionId(pub u64);

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// Wraps the text as the server or the person gave it.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The text as it goes over the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_id!(
    /// A conversation's identifier: chosen by us where the server lets us, else by the server.
    ConversationId
);
impl ConversationId {
    /// Whether both name one conversation of a server: a UUID is the same with dashes and without,
    /// in small letters and in large ones (RFC 9562, section 4).
    #[must_use]
    pub fn is(&self, other: &str) -> bool {
        let id = self.as_str();
        id == other || is_uuid(id) && digits(id).eq(digits(other))
    }
}

fn is_uuid(id: &str) -> bool {
    digits(id).count() == 32 && digits(id).all(|digit| digit.is_ascii_hexdigit())
}

fn digits(id: &str) -> impl Iterator<Item = u8> {
    let digits = id.bytes().filter(|byte| *byte != b'-');
    digits.map(|byte| byte.to_ascii_lowercase())
}

text_id!(
    /// An event's place in its conversation's log: these texts sort as the events do.
    EventKey
);
text_id!(
    /// The server's identifier of one tool call.
    CallId
);
text_id!(
    /// The server's identifier of one request for approval.
    ApprovalId
);
