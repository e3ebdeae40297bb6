//! Addresses: percent-encoding, and the key that may stand in one.

/// The name that a key has in an address (OpenHands, `listen_socket.py` of 0.59.0).
pub const KEY: &str = "session_api_key";

/// The name that a key has in an address of General Bots (its `docs/api/websocket.md`).
pub const TOKEN: &str = "token";

/// Where a server is: the same for its sockets and for its calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// `//host:port/prefix`, without a scheme and without `/` at the end.
    place: String,
    secure: bool,
}

impl Place {
    /// Reads `http`, `https`, `ws` or `wss` with a path; what stands in its query is left out.
    #[must_use]
    pub fn read(url: &str) -> Self {
        let (url, _) = url.split_once('?').unwrap_or((url, ""));
        let (scheme, place) = url.split_once(':').unwrap_or(("http", url));
        Self {
            place: place.trim_end_matches('/').to_owned(),
            secure: matches!(scheme, "https" | "wss"),
        }
    }

    /// The place above this one, where its path ends in `end`.
    #[must_use]
    pub fn without(mut self, end: &str) -> Self {
        if let Some(above) = self.place.strip_suffix(end) {
            self.place = above.trim_end_matches('/').to_owned();
        }
        self
    }

    /// The address of a socket; `path` begins with `/`.
    #[must_use]
    pub fn socket(&self, path: &str) -> String {
        let scheme = if self.secure { "wss:" } else { "ws:" };
        [scheme, &self.place, path].concat()
    }

    /// The address of a call; `path` begins with `/`.
    #[must_use]
    pub fn call(&self, path: &str) -> String {
        let scheme = if self.secure { "https:" } else { "http:" };
        [scheme, &self.place, path].concat()
    }
}

/// Where the last part of the path that is called so begins, with the `/` in front of it; `name` has
/// that `/` too.
#[must_use]
pub fn segment(place: &str, name: &str) -> Option<usize> {
    // Behind `://`: a host may be called so as well.
    let host = place.find("://").map_or(0, |at| at + 3);
    let path = place.get(host..)?;
    let whole = |(at, found): &(usize, &str)| {
        let rest = path.get(at + found.len()..).unwrap_or_default();
        rest.is_empty() || rest.starts_with('/')
    };
    let (at, _) = path.match_indices(name).filter(whole).last()?;
    Some(host + at)
}

/// Percent-encodes all but RFC 3986's unreserved characters.
#[must_use]
pub fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
        out
    })
}

/// Reads a value of a query (WHATWG URL, `application/x-www-form-urlencoded`); `None` where it is
/// none.
#[must_use]
pub fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let high = char::from(rest.next()?).to_digit(16)?;
                let low = char::from(rest.next()?).to_digit(16)?;
                u8::try_from(high * 16 + low).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

/// An address without the key in its query, and the key.
#[must_use]
pub fn without_key(url: &str) -> (String, Option<String>) {
    let Some((place, query)) = url.split_once('?') else {
        return (url.to_owned(), None);
    };
    let (mut clean, mut key) = (place.to_owned(), None);
    let mut before = '?';
    for pair in query.split('&') {
        match pair.split_once('=') {
            Some((KEY | TOKEN, value)) => key = decoded(value).filter(|key| !key.is_empty()),
            _ => {
                clean.push(before);
                clean.push_str(pair);
                before = '&';
            }
        }
    }
    (clean, key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_any_letters_comes_back() {
        for text in ["", "plain-._~", "a b+c%&=?#/", "ü🙂\u{0}"] {
            assert_eq!(decoded(&encoded(text)).as_deref(), Some(text));
        }
        assert_eq!(decoded("a+b%20c").as_deref(), Some("a b c"));
        for broken in ["%", "%2", "%zz", "%ff"] {
            assert_eq!(decoded(broken), None, "{broken}");
        }
    }

    #[test]
    fn a_key_is_taken_out_wherever_it_stands_and_nothing_else_is() {
        for (typed, clean, key) in [
            ("http://h/?session_api_key=k1", "http://h/", Some("k1")),
            ("ws://h/ws?a=b&token=k1", "ws://h/ws?a=b", Some("k1")),
            ("h?a=b&session_api_key=k%26+1&c", "h?a=b&c", Some("k& 1")),
            ("h/?session_api_key=k&a=b", "h/?a=b", Some("k")),
            ("h/?session_api_key=", "h/", None),
            ("h/?my_session_api_key=k", "h/?my_session_api_key=k", None),
            ("h/session_api_key=k", "h/session_api_key=k", None),
            ("h/?", "h/?", None),
            ("", "", None),
        ] {
            let found = without_key(typed);
            assert_eq!(found, (clean.to_owned(), key.map(str::to_owned)), "{typed}");
        }
    }
}
