//! The server's addresses, from the one that the person typed.

use crate::wire::address::{KEY, Place, encoded};

/// Where a server is, with what has to go along with every call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    place: Place,
    /// The key that the server wants, if it is known.
    pub(super) key: Option<String>,
}

impl Address {
    /// Reads `http`, `https`, `ws` or `wss` with a path in front of `/socket.io` and `/api`.
    pub(super) fn read(url: &str, key: Option<String>) -> Self {
        let place = Place::read(url).without("/socket.io");
        Self { place, key }
    }

    /// Where the socket is; `latest` is the newest event that is here, -1 for none.
    pub(super) fn socket(&self, conversation: &str, latest: i64, providers: &str) -> String {
        let mut url = self.place.socket(&format!(
            "/socket.io/?EIO=4&transport=websocket&conversation_id={conversation}&latest_event_id={latest}"
        ));
        if !providers.is_empty() {
            url.push_str("&providers_set=");
            url.push_str(providers);
        }
        if let Some(key) = &self.key {
            url.push_str(&["&", KEY, "=", &encoded(key)].concat());
        }
        url
    }

    /// Where the calls beside the socket are; `path` begins after `/api`.
    pub(super) fn api(&self, path: &str) -> String {
        self.place.call(&["/api", path].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_of_scheme_name_the_same_server() {
        for typed in ["http://h:3000", "ws://h:3000/", "ws://h:3000/socket.io/"] {
            let address = Address::read(typed, None);
            assert_eq!(
                address.socket("c1", -1, ""),
                "ws://h:3000/socket.io/?EIO=4&transport=websocket&conversation_id=c1&latest_event_id=-1"
            );
            assert_eq!(
                address.api("/conversations/c1"),
                "http://h:3000/api/conversations/c1"
            );
        }
    }

    #[test]
    fn a_prefix_stays_and_a_key_of_any_letters_goes_along() {
        let address = Address::read("https://h/agents/a/", Some("k 1&".to_owned()));
        assert_eq!(
            address.socket("c1", 7, "github,gitlab"),
            "wss://h/agents/a/socket.io/?EIO=4&transport=websocket&conversation_id=c1&latest_event_id=7&providers_set=github,gitlab&session_api_key=k%201%26"
        );
        assert_eq!(
            address.api("/conversations?limit=20"),
            "https://h/agents/a/api/conversations?limit=20"
        );
    }
}
