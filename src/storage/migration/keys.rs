//! Keys out of addresses. Until there was a field for it, a key to an OpenHands server stood in
//! the address, which names everything that is kept of a conversation. It is forgotten, since
//! nobody was asked whether it may be kept, and what it named is kept under the address alone.

use serde_json::Value;

use crate::storage::record::{ConversationKey, Record, Setting};
use crate::storage::tables::{Rows, Table, Write};
use crate::wire::address::{KEY, without_key};

/// The only server that could be given a key.
const SERVER: &str = "openhands-v0";

/// Whether there may be anything to move, by all rows of these tables.
#[must_use]
pub fn are_in(settings: &Rows, conversations: &Rows) -> bool {
    let mut rows = settings.iter().chain(conversations);
    rows.any(|(key, value)| match setting(key, value) {
        Some(_) => true,
        None => clean(key).is_some(),
    })
}

/// Moves what is kept under addresses with a key in them. Given are all rows: the settings, the
/// conversations, the events and the outbox.
#[must_use]
pub fn take_out([settings, conversations, events, outbox]: [Rows; 4]) -> Vec<Write> {
    let settings = settings.iter();
    let mut writes: Vec<Write> = settings
        .filter_map(|(key, value)| setting(key, value))
        .collect();
    for (table, rows) in [
        (Table::Conversations, conversations),
        (Table::Events, events),
        (Table::Outbox, outbox),
    ] {
        for (old, value) in rows {
            if let Some(key) = clean(&old) {
                writes.push(Write::Delete { table, key: old });
                writes.push(Write::Put { table, key, value });
            }
        }
    }
    writes
}

/// The key of a conversation, or of a row of one, without the server's; `None` where it has none.
fn clean(key: &str) -> Option<String> {
    let mut parts = key.splitn(4, ' ');
    let key = [parts.next()?, " ", parts.next()?, " ", parts.next()?].concat();
    let clean = conversation(&key)?;
    Some(match parts.next() {
        Some(end) => [&clean, " ", end].concat(),
        None => clean,
    })
}

/// The key of a conversation without the server's; `None` where it has none.
fn conversation(key: &str) -> Option<String> {
    let (server, url, id) = ConversationKey::parts(key).ok()?;
    let url = address(&server, &url)?;
    Some(ConversationKey::new(&server, &url, &id).as_str().to_owned())
}

fn address(server: &str, url: &str) -> Option<String> {
    let (clean, _) = without_key(url);
    (server == SERVER && clean != url).then_some(clean)
}

/// A setting that names an address or a conversation, without the key.
fn setting(key: &str, value: &str) -> Option<Write> {
    if !value.contains(KEY) {
        return None;
    }
    let mut setting = Setting::decode(key, value).ok()?;
    setting.value = match key {
        "last" => conversation(&setting.value)?,
        "server" => last_server(&setting.value)?,
        _ => return None,
    };
    Some(setting.put())
}

fn last_server(value: &str) -> Option<String> {
    let mut last: Value = serde_json::from_str(value).ok()?;
    let clean = address(last.get("server")?.as_str()?, last.get("url")?.as_str()?)?;
    *last.get_mut("url")? = clean.into();
    Some(last.to_string())
}
