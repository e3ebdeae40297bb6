//! Keys out of addresses. Until there was a field for it, a key to an OpenHands server stood in
//! the address, which names everything that is kept of a conversation. It is forgotten, since
//! nobody was asked whether it may be kept, and what it named is kept under the address alone.

use serde_json::Value;

use crate::storage::StorageError;
use crate::storage::record::{ConversationKey, Record, Setting};
use crate::storage::tables::{Rows, Store, Table, Write};
use crate::wire::address::{KEY, without_key};

/// The only server that could be given a key.
const SERVER: &str = "openhands-v0";

/// Moves what is kept under addresses with a key in them; `true` where there was any. `settings`
/// and `conversations` are all rows of these tables.
///
/// # Errors
/// Any [`StorageError`]; nothing was changed then.
pub async fn take_out(
    store: &dyn Store,
    settings: &Rows,
    conversations: &Rows,
) -> Result<bool, StorageError> {
    let mut writes = Vec::new();
    for (key, value) in conversations {
        if let Some(clean) = conversation(key) {
            for table in [Table::Events, Table::Outbox] {
                move_rows(store, table, key, &clean, &mut writes).await?;
            }
            let table = Table::Conversations;
            writes.extend(moved(table, key.clone(), clean, value.clone()));
        }
    }
    writes.extend(
        settings
            .iter()
            .filter_map(|(key, value)| setting(key, value)),
    );
    let any = !writes.is_empty();
    if any {
        store.commit(writes).await?;
    }
    Ok(any)
}

async fn move_rows(
    store: &dyn Store,
    table: Table,
    old: &str,
    new: &str,
    writes: &mut Vec<Write>,
) -> Result<(), StorageError> {
    let prefix = [old, " "].concat();
    for (key, value) in store.list(table, &prefix, None, None).await? {
        if let Some(end) = key.strip_prefix(old) {
            let clean = [new, end].concat();
            writes.extend(moved(table, key, clean, value));
        }
    }
    Ok(())
}

fn moved(table: Table, old: String, key: String, value: String) -> [Write; 2] {
    [
        Write::Delete { table, key: old },
        Write::Put { table, key, value },
    ]
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
