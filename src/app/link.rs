//! What the page is given from outside: the query of its address, `config.json`, addresses typed.
//!
//! Everything here may come from a stranger: nothing is contacted on its word alone, and what
//! cannot be read becomes a sentence.

use serde_json::Value;

use super::msg::Theme;
use crate::meet::IceServer;
use crate::protocol::{Descriptor, Dialect, descriptor};
use crate::wire::address::{KEY, decoded, encoded, without_key};
use crate::wire::json;
use crate::words::asides;

/// The longest conversation identifier taken from a link, in bytes.
const LONGEST_ID: usize = 200;
/// The longest prompt taken from a link, in characters.
const LONGEST_PROMPT: usize = 20_000;

/// What a link asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) server: Option<String>,
    pub(super) url: Option<String>,
    /// A key that stands beside the address, or did before somebody encoded the link badly.
    pub(super) key: Option<String>,
    pub(super) conversation: Option<String>,
    pub(super) prompt: Option<String>,
    /// A video room.
    pub(super) room: Option<String>,
    pub(super) theme: Option<Theme>,
    pub(super) strict: bool,
    pub(super) dialect: Dialect,
    /// What could not be understood, as sentences.
    pub(super) trouble: Vec<String>,
}

/// Reads the query of the page's address (WHATWG URL, `application/x-www-form-urlencoded`).
pub(super) fn query(query: &str) -> Asked {
    let mut asked = Asked::default();
    let pairs = query.trim_start_matches('?').split('&');
    for pair in pairs.filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        match decoded(value) {
            Some(value) => take(&mut asked, key, value),
            None => asked.trouble.push(asides::broken_parameter(key)),
        }
    }
    asked
}

fn take(asked: &mut Asked, key: &str, value: String) {
    match key {
        "server" => asked.server = Some(value),
        "url" => asked.url = Some(value),
        KEY => asked.key = Some(value).filter(|key| !key.is_empty()),
        "conversation" | "room"
            if value.is_empty() || value.len() > LONGEST_ID || value.contains(char::is_control) =>
        {
            asked.trouble.push(asides::broken_parameter(key));
        }
        "conversation" => asked.conversation = Some(value),
        "room" => asked.room = Some(value),
        "prompt" => asked.prompt = Some(value.chars().take(LONGEST_PROMPT).collect()),
        "strict" => asked.strict = value != "0" && value != "false",
        "dialect" => match Dialect::parse(&value) {
            Some(dialect) => asked.dialect = dialect,
            None => asked.trouble.push(asides::broken_parameter(key)),
        },
        "theme" => match Theme::parse(&value) {
            Some(theme) => asked.theme = Some(theme),
            None => asked.trouble.push(asides::broken_parameter(key)),
        },
        _ => asked.trouble.push(asides::unknown_parameter(key)),
    }
}

/// The query, with its `?`, without the key that it holds; `None` where it holds none.
pub(super) fn without_secrets(query: &str, asked: &Asked) -> Option<String> {
    let protocol = asked.server.as_deref().and_then(descriptor);
    if protocol.is_some_and(|protocol| !protocol.key) {
        return None;
    }
    let (mut clean, mut found) = (String::new(), false);
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let url = Some(value).filter(|_| name == "url").and_then(decoded);
        let url = match url.map(|url| without_key(&url)) {
            Some((url, Some(_))) => Some(encoded(&url)),
            _ => None,
        };
        found |= name == KEY || url.is_some();
        if name != KEY {
            clean.push(if clean.is_empty() { '?' } else { '&' });
            match url {
                Some(url) => clean.push_str(&["url=", &url].concat()),
                None => clean.push_str(pair),
            }
        }
    }
    found.then_some(clean)
}

/// What `config.json` beside the page says; the operator wrote it, so it is believed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Config {
    pub(super) title: Option<String>,
    pub(super) server: Option<String>,
    pub(super) url: Option<String>,
    /// Origins that a link may connect to without asking, such as `wss://agents.example`.
    pub(super) trusted: Vec<String>,
    /// Origins of pages that may embed this one and talk to it.
    pub(super) hosts: Vec<String>,
    /// By which browsers behind a router find each other in a video room.
    pub(super) ice: Vec<IceServer>,
    /// What could not be understood, as sentences.
    pub(super) trouble: Vec<String>,
}

/// Reads `config.json`; `Err` is a sentence.
pub(super) fn config(text: &str) -> Result<Config, String> {
    let value: Value =
        serde_json::from_str(text).map_err(|error| asides::broken_config(&error.to_string()))?;
    let list = |key: &str| -> Vec<String> {
        let entries = value
            .get(key)
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        entries
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect()
    };
    let own = |key: &str| {
        json::text(&value, &[key])
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    };
    let mut trouble = Vec::new();
    Ok(Config {
        title: own("title"),
        server: own("server"),
        url: own("url"),
        trusted: list("trusted"),
        hosts: list("hosts"),
        ice: ice(&value, &mut trouble),
        trouble,
    })
}

/// The ICE servers (`RTCIceServer` of W3C WebRTC 1.0). One without an address that a browser takes is
/// left out: it would not make a connection with it.
fn ice(config: &Value, trouble: &mut Vec<String>) -> Vec<IceServer> {
    let list = match config.get("ice_servers") {
        None | Some(Value::Null) => return Vec::new(),
        Some(Value::Array(list)) => list.as_slice(),
        Some(one) => std::slice::from_ref(one),
    };
    let mut servers = Vec::new();
    for (at, entry) in list.iter().enumerate() {
        match ice_server(entry) {
            Some(server) => servers.push(server),
            None => trouble.push(asides::broken_ice_server(at + 1)),
        }
    }
    servers
}

fn ice_server(entry: &Value) -> Option<IceServer> {
    let urls = match entry
        .get("urls")
        .or_else(|| entry.get("url"))
        .unwrap_or(entry)
    {
        Value::Array(urls) => urls.iter().filter_map(Value::as_str).collect(),
        Value::String(url) => vec![url.as_str()],
        _ => Vec::new(),
    };
    let text = |key: &str| json::text(entry, &[key]).unwrap_or_default().to_owned();
    let (username, credential) = (text("username"), text("credential"));
    let taken = |url: &&str| match url.split_once(':') {
        Some(("stun" | "stuns", host)) => !host.is_empty(),
        Some(("turn" | "turns", host)) => !host.is_empty() && !username.is_empty(),
        _ => false,
    };
    let urls: Vec<String> = urls.into_iter().filter(taken).map(str::to_owned).collect();
    (!urls.is_empty()).then_some(IceServer {
        urls,
        username,
        credential,
    })
}

/// A server's address, as the browser will take it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    /// The whole of it, with `ws:` or `wss:`.
    pub(super) url: String,
    /// Host and port.
    pub(super) host: String,
    /// The key that stood in it, where the protocol has keys.
    pub(super) key: Option<String>,
}

/// Reads the address of a server that speaks this protocol.
pub(super) fn place(protocol: &Descriptor, typed: &str, secure: bool) -> Result<Address, String> {
    if !protocol.key {
        return address(typed, secure);
    }
    let (typed, key) = without_key(typed);
    Ok(Address {
        key,
        ..address(&typed, secure)?
    })
}

/// Reads an address as a person types it: `http:` and a missing scheme are understood.
pub(super) fn address(typed: &str, secure: bool) -> Result<Address, String> {
    let typed = typed.trim();
    let (scheme, rest) = match typed.split_once("://") {
        Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest),
        None => (if secure { "wss" } else { "ws" }.to_owned(), typed),
    };
    let scheme = match scheme.as_str() {
        "ws" | "http" => "ws",
        "wss" | "https" => "wss",
        other => return Err(asides::wrong_scheme(other)),
    };
    let rest = rest.split('#').next().unwrap_or(rest);
    let end = rest.find(['/', '?', '\\']).unwrap_or(rest.len());
    let (host, path) = rest.split_at_checked(end).unwrap_or((rest, ""));
    if host.contains('@') {
        return Err(asides::credentials_in_address().to_owned());
    }
    if host.is_empty()
        || host.starts_with(':')
        || host.contains(|c: char| c.is_whitespace() || c.is_control())
        || path.contains('\\')
    {
        return Err(asides::no_host(typed));
    }
    let host = host.to_ascii_lowercase();
    let slash = if path.starts_with('/') { "" } else { "/" };
    Ok(Address {
        url: format!("{scheme}://{host}{slash}{path}"),
        host,
        key: None,
    })
}

/// The protocol that a link names, and its address where it needs one.
pub(super) fn target(
    asked: &Asked,
    secure: bool,
) -> Result<Option<(&'static Descriptor, Option<Address>)>, String> {
    let Some(name) = &asked.server else {
        return match &asked.url {
            Some(_) => Err(asides::no_server().to_owned()),
            None => Ok(None),
        };
    };
    let protocol = descriptor(name).ok_or_else(|| asides::unknown_server(name))?;
    match (&asked.url, protocol.has_address()) {
        (_, false) => Ok(Some((protocol, None))),
        (Some(url), true) => Ok(Some((protocol, Some(place(protocol, url, secure)?)))),
        (None, true) => Err(asides::no_address(protocol.label)),
    }
}

/// Whether the operator lets links connect there unasked: same scheme, host and port.
pub(super) fn is_trusted(address: &Address, trusted: &[String]) -> bool {
    let Some((scheme, _)) = address.url.split_once("://") else {
        return false;
    };
    trusted
        .iter()
        .any(|entry| match self::address(entry, true) {
            Ok(known) => {
                known.host == address.host
                    && known
                        .url
                        .split_once("://")
                        .is_some_and(|(known, _)| known == scheme)
            }
            Err(_) => false,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ice_servers_are_read_as_operators_write_them() {
        let read = |text: &str| {
            let config = config(&[r#"{"ice_servers":"#, text, "}"].concat()).unwrap_or_default();
            (config.ice, config.trouble.len())
        };
        let server = |urls: &[&str], username: &str, credential: &str| IceServer {
            urls: urls.iter().map(|url| (*url).to_owned()).collect(),
            username: username.into(),
            credential: credential.into(),
        };
        let stun = server(&["stun:s.example"], "", "");
        for (text, wanted, troubles) in [
            ("[]", vec![], 0),
            ("null", vec![], 0),
            (r#"[{"urls":["stun:s.example"]}]"#, vec![stun.clone()], 0),
            (r#"[{"urls":"stun:s.example"}]"#, vec![stun.clone()], 0),
            (r#"["stun:s.example"]"#, vec![stun.clone()], 0),
            (r#"{"urls":"stun:s.example"}"#, vec![stun.clone()], 0),
            (
                r#"[{"urls":["turn:t.example","turns:t.example"],"username":"u","credential":"c"}]"#,
                vec![server(&["turn:t.example", "turns:t.example"], "u", "c")],
                0,
            ),
            // A browser makes no connection at all with one of these.
            (
                r#"[{"urls":"turn:t.example"},"stun:s.example"]"#,
                vec![stun.clone()],
                1,
            ),
            (r#"[{"urls":"https://s.example"}, 7, {}]"#, vec![], 3),
            (r#""stun:""#, vec![], 1),
        ] {
            assert_eq!(read(text), (wanted, troubles), "{text}");
        }
        assert!(
            config("{}").unwrap_or_default().ice.is_empty(),
            "none by default"
        );
    }
}
