//! Where a General Bots server is, from the address that the person typed.
//!
//! `ws://host/ws`, with a bot as the last part of the path (`/ws/NAME`) or in the query
//! (`?bot_name=NAME`); what else stands in the query goes along with every socket.

use crate::wire::address::{Place, TOKEN, decoded, encoded, segment};

/// The name of the bot that answers where none is named.
const USUAL: &str = "default";

/// What Parlor writes into the query itself.
const OURS: [&str; 4] = ["session_id", "user_id", "bot_name", TOKEN];

/// Where a server is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    /// In front of `/ws` and `/api`.
    base: Place,
    /// Where the socket is: `/ws` or `/ws/NAME`, or whatever else was typed.
    path: String,
    /// The pairs of the typed query that are not ours, each with `&` behind it.
    query: String,
    /// The bot that answers.
    pub(super) bot: String,
}

impl Address {
    /// Reads `http`, `https`, `ws` or `wss`.
    pub(super) fn read(url: &str) -> Self {
        let (place, query) = url.split_once('?').unwrap_or((url, ""));
        let typed = Place::read(place);
        let (base, path) = split(place.trim_end_matches('/'));
        let mut bot = path.strip_prefix("/ws/").and_then(decoded);
        let mut rest = String::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            if name == "bot_name" {
                bot = bot.or_else(|| decoded(value));
            } else if !OURS.contains(&name) {
                rest.push_str(&[pair, "&"].concat());
            }
        }
        Self {
            base: typed.without(base),
            path: path.to_owned(),
            query: rest,
            bot: bot
                .filter(|bot| !bot.is_empty())
                .unwrap_or_else(|| USUAL.to_owned()),
        }
    }

    /// The address of a socket: with a person and a session for servers that look there, and with
    /// the key for those that look for it nowhere else.
    pub(super) fn socket(&self, ids: Option<(&str, &str)>, key: Option<&str>) -> String {
        let mut query = self.query.clone();
        if let Some((session, user)) = ids {
            let bot = encoded(&self.bot);
            let pairs = [
                "session_id=",
                &encoded(session),
                "&user_id=",
                &encoded(user),
            ];
            query.push_str(&[&pairs.concat(), "&bot_name=", &bot, "&"].concat());
        }
        if let Some(key) = key {
            query.push_str(&[TOKEN, "=", &encoded(key), "&"].concat());
        }
        let mark = if query.is_empty() { "" } else { "?" };
        let query = query.trim_end_matches('&');
        self.base.socket(&[&self.path, mark, query].concat())
    }

    /// The address of a call; `path` begins with `/api`.
    pub(super) fn call(&self, path: &str) -> String {
        self.base.call(path)
    }
}

/// What of an address is not in front of `/ws`, to be taken off; and where the socket is.
fn split(place: &str) -> (&str, &str) {
    if let Some(named) = segment(place, "/ws").and_then(|at| place.get(at..)) {
        return (named, named);
    }
    let host = place.find("://").map_or(0, |at| at + 3);
    let path = place.get(host..).and_then(|rest| rest.find('/'));
    match path.and_then(|at| place.get(host + at..)) {
        Some(path) => (path, path),
        // A server without a path is asked where all of them are.
        None => ("", "/ws"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn socket(typed: &str) -> String {
        Address::read(typed).socket(Some(("s", "u")), None)
    }

    #[test]
    fn a_bot_is_named_by_the_path_or_by_the_query() {
        let ids = "session_id=s&user_id=u&bot_name=";
        for (typed, place, bot) in [
            ("ws://h:8080/ws", "ws://h:8080/ws", "default"),
            ("ws://h:8080/", "ws://h:8080/ws", "default"),
            ("http://h/ws/", "ws://h/ws", "default"),
            ("wss://h/ws/sales", "wss://h/ws/sales", "sales"),
            ("ws://h/bots/ws/a%20b", "ws://h/bots/ws/a%20b", "a%20b"),
            ("ws://h/ws?bot_name=sales", "ws://h/ws", "sales"),
            ("ws://h/chat", "ws://h/chat", "default"),
        ] {
            assert_eq!(socket(typed), format!("{place}?{ids}{bot}"), "{typed}");
        }
    }

    #[test]
    fn what_else_stands_in_the_query_stays_and_calls_go_beside_the_socket() {
        let address = Address::read("wss://h/a/ws/sales?tenant=1&session_id=old&token=k");
        assert_eq!(address.socket(None, None), "wss://h/a/ws/sales?tenant=1");
        assert_eq!(
            address.socket(None, Some("k 1&")),
            "wss://h/a/ws/sales?tenant=1&token=k%201%26"
        );
        assert_eq!(
            address.call("/api/auth?bot_name=sales"),
            "https://h/a/api/auth?bot_name=sales"
        );
        assert_eq!(Address::read("ws://h/ws").socket(None, None), "ws://h/ws");
    }
}
