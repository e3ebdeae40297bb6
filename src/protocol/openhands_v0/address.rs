//! The server's addresses, from the one that the person typed.

/// Where a server is, with what has to go along in every query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    /// `//host:port/prefix`, without a scheme and without `/` at the end.
    place: String,
    secure: bool,
    /// `session_api_key`, where the address has one.
    pub(super) key: Option<String>,
}

impl Address {
    /// Reads `http`, `https`, `ws` or `wss` with a path in front of `/socket.io` and `/api`.
    pub(super) fn read(url: &str) -> Self {
        let (url, query) = url.split_once('?').unwrap_or((url, ""));
        let (scheme, place) = url.split_once(':').unwrap_or(("http", url));
        let place = place.trim_end_matches('/');
        let place = place.strip_suffix("/socket.io").unwrap_or(place);
        let key = query
            .split('&')
            .find_map(|pair| pair.strip_prefix("session_api_key="));
        Self {
            place: place.to_owned(),
            secure: matches!(scheme, "https" | "wss"),
            key: key.filter(|key| !key.is_empty()).map(str::to_owned),
        }
    }

    /// Where the socket is; `latest` is the newest event that is here, -1 for none.
    pub(super) fn socket(&self, conversation: &str, latest: i64, providers: &str) -> String {
        let scheme = if self.secure { "wss:" } else { "ws:" };
        let Self { place, .. } = self;
        let mut url = format!(
            "{scheme}{place}/socket.io/?EIO=4&transport=websocket&conversation_id={conversation}&latest_event_id={latest}"
        );
        let more = [
            ("&providers_set=", Some(providers)),
            ("&session_api_key=", self.key.as_deref()),
        ];
        for (name, value) in more {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                url.push_str(name);
                url.push_str(value);
            }
        }
        url
    }

    /// Where the calls beside the socket are; `path` begins after `/api`.
    pub(super) fn api(&self, path: &str) -> String {
        let scheme = if self.secure { "https:" } else { "http:" };
        format!("{scheme}{}/api{path}", self.place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_of_scheme_name_the_same_server() {
        for typed in ["http://h:3000", "ws://h:3000/", "ws://h:3000/socket.io/"] {
            let address = Address::read(typed);
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
    fn a_prefix_and_a_key_stay() {
        let address = Address::read("https://h/agents/a/?session_api_key=k1");
        assert_eq!(address.key.as_deref(), Some("k1"));
        assert_eq!(
            address.socket("c1", 7, "github,gitlab"),
            "wss://h/agents/a/socket.io/?EIO=4&transport=websocket&conversation_id=c1&latest_event_id=7&providers_set=github,gitlab&session_api_key=k1"
        );
        assert_eq!(
            address.api("/conversations?limit=20"),
            "https://h/agents/a/api/conversations?limit=20"
        );
    }
}
