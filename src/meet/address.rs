//! Where the signalling socket is.

use crate::wire::address::{KEY, TOKEN, encoded, segment};

/// The address of the signalling socket, from that of the chat server: its last `/ws…` gives way to
/// `/ws/meet`. What else its query says is kept, and no key.
#[must_use]
pub fn signalling(chat: &str) -> String {
    let (place, query) = chat.split_once('?').unwrap_or((chat, ""));
    let trimmed = place.trim_end_matches('/');
    let end = segment(trimmed, "/ws").unwrap_or(trimmed.len());
    let mut url = [trimmed.get(..end).unwrap_or(trimmed), "/ws/meet"].concat();
    let mut before = '?';
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let name = pair.split_once('=').map_or(pair, |(name, _)| name);
        if name != KEY && name != TOKEN {
            url.push(before);
            url.push_str(pair);
            before = '&';
        }
    }
    url
}

/// The same with the key that the server wants.
#[must_use]
pub fn with_token(url: &str, token: &str) -> String {
    let before = if url.contains('?') { "&" } else { "?" };
    [url, before, TOKEN, "=", &encoded(token)].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rooms_stand_beside_the_chat() {
        for (chat, meet) in [
            ("ws://localhost:8080/ws", "ws://localhost:8080/ws/meet"),
            ("ws://localhost:8080/ws/", "ws://localhost:8080/ws/meet"),
            ("wss://h/ws/default", "wss://h/ws/meet"),
            (
                "ws://h/general-bots/RUN/c/ws",
                "ws://h/general-bots/RUN/c/ws/meet",
            ),
            ("wss://h/", "wss://h/ws/meet"),
            ("wss://h", "wss://h/ws/meet"),
            ("wss://h/bots", "wss://h/bots/ws/meet"),
            ("wss://h/wsx", "wss://h/wsx/ws/meet"),
            ("ws://ws/ws", "ws://ws/ws/meet"),
            ("ws://h/ws/a/ws/b", "ws://h/ws/a/ws/meet"),
        ] {
            assert_eq!(signalling(chat), meet, "{chat}");
        }
    }

    #[test]
    fn the_query_is_kept_without_a_key() {
        for (chat, meet) in [
            ("ws://h/ws?bot_name=a", "ws://h/ws/meet?bot_name=a"),
            ("ws://h/ws?token=k&bot_name=a", "ws://h/ws/meet?bot_name=a"),
            ("ws://h/ws?a=b&token=k", "ws://h/ws/meet?a=b"),
            ("ws://h/ws?session_api_key=k", "ws://h/ws/meet"),
        ] {
            assert_eq!(signalling(chat), meet, "{chat}");
        }
    }

    #[test]
    fn a_key_goes_where_the_document_says() {
        assert_eq!(
            with_token("ws://h/ws/meet", "a b"),
            "ws://h/ws/meet?token=a%20b"
        );
        assert_eq!(
            with_token("ws://h/ws/meet?x=1", "k"),
            "ws://h/ws/meet?x=1&token=k"
        );
    }
}
