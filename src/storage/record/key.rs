//! The keys of what belongs to a conversation.

use super::Unreadable;
use crate::model::ConversationId;

/// Between the parts of a key; escaped within them.
const SEPARATOR: char = ' ';

/// The key of a conversation: its server, address and identifier. No two are the same, and none
/// is the beginning of another's rows, whatever characters these are made of.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConversationKey(String);

impl ConversationKey {
    /// The key of one conversation.
    #[must_use]
    pub fn new(server: &str, url: &str, id: &ConversationId) -> Self {
        Self(Self::with_server(server, url) + &escaped(id.as_str()))
    }

    /// What the keys of all conversations at one address begin with.
    #[must_use]
    pub fn with_server(server: &str, url: &str) -> String {
        [&escaped(server), " ", &escaped(url), " "].concat()
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the keys of the rows of this conversation begin with.
    #[must_use]
    pub fn prefix(&self) -> String {
        self.row("")
    }

    /// The key of a row of this conversation. The end stands as it is, so that rows are in the
    /// order of their ends.
    pub(super) fn row(&self, end: &str) -> String {
        [&self.0, " ", end].concat()
    }

    /// The server, the address and the identifier that a key was made of.
    ///
    /// # Errors
    /// [`Unreadable::Corrupt`] where it was not made by [`new`](Self::new).
    pub(in crate::storage) fn parts(
        key: &str,
    ) -> Result<(String, String, ConversationId), Unreadable> {
        let mut parts = key.split(SEPARATOR).map(unescaped);
        let mut part = || parts.next().flatten().ok_or(Unreadable::Corrupt);
        let found = (part()?, part()?, ConversationId::new(part()?));
        match parts.next() {
            None => Ok(found),
            Some(_) => Err(Unreadable::Corrupt),
        }
    }

    /// A row's conversation, and the end of its key.
    pub(super) fn split_row(key: &str) -> Result<(Self, &str), Unreadable> {
        let mut separators = key.match_indices(SEPARATOR);
        let (at, _) = separators.nth(2).ok_or(Unreadable::Corrupt)?;
        let (conversation, end) = key.split_at_checked(at).ok_or(Unreadable::Corrupt)?;
        Self::parts(conversation)?;
        let end = end.strip_prefix(SEPARATOR).ok_or(Unreadable::Corrupt)?;
        Ok((Self(conversation.to_owned()), end))
    }
}

fn escaped(part: &str) -> String {
    let mut escaped = String::with_capacity(part.len());
    for letter in part.chars() {
        match letter {
            '%' => escaped.push_str("%25"),
            SEPARATOR => escaped.push_str("%20"),
            other => escaped.push(other),
        }
    }
    escaped
}

fn unescaped(part: &str) -> Option<String> {
    let mut pieces = part.split('%');
    let mut whole = pieces.next()?.to_owned();
    for piece in pieces {
        let (letter, rest) = match piece.strip_prefix("20") {
            Some(rest) => (SEPARATOR, rest),
            None => ('%', piece.strip_prefix("25")?),
        };
        whole.push(letter);
        whole.push_str(rest);
    }
    Some(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(server: &str, url: &str, id: &str) -> ConversationKey {
        ConversationKey::new(server, url, &ConversationId::new(id))
    }

    #[test]
    fn parts_of_any_text_come_back() {
        let texts = [
            "",
            " ",
            "  ",
            "%",
            "%20",
            "%2520",
            "ws://h/?a=b%20c d",
            "日本🙂\u{0}",
        ];
        for server in texts {
            for url in texts {
                for id in texts {
                    let parts = ConversationKey::parts(key(server, url, id).as_str());
                    let whole = (server.to_owned(), url.to_owned(), ConversationId::new(id));
                    assert_eq!(parts, Ok(whole));
                }
            }
        }
    }

    #[test]
    fn no_two_conversations_share_a_key_or_rows() {
        let alike = [
            key("a", "b", "c d"),
            key("a", "b c", "d"),
            key("a", "b", "c%20d"),
        ];
        for (at, one) in alike.iter().enumerate() {
            for other in alike.iter().skip(at + 1) {
                assert_ne!(one, other);
            }
        }
        let short = key("a", "b", "c");
        assert!(
            !alike
                .iter()
                .any(|other| other.row("1").starts_with(&short.prefix()))
        );
        assert!(
            short
                .as_str()
                .starts_with(&ConversationKey::with_server("a", "b"))
        );
    }

    #[test]
    fn a_row_names_its_conversation_and_keeps_its_end() {
        let whole = key("s", "u %", "i");
        let row = whole.row("a b %");
        assert_eq!(ConversationKey::split_row(&row), Ok((whole, "a b %")));
        for foreign in ["", "a", "a b c", "a%b c d 1", "a% c d 1"] {
            let refused = ConversationKey::split_row(foreign);
            assert_eq!(refused, Err(Unreadable::Corrupt), "{foreign}");
        }
    }
}
