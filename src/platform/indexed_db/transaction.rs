//! One transaction: begun at once, ended later.

use js_sys::{Array, Function, JsString, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{IdbDatabase, IdbKeyRange, IdbObjectStore, IdbRequest, IdbTransaction};

use crate::platform::once::first_of;
use crate::storage::tables::{Bounds, Rows, Table, Write};

/// What is to be done in one transaction.
pub(super) enum Work {
    Write(Vec<Write>),
    Get {
        table: Table,
        key: String,
    },
    List {
        table: Table,
        prefix: String,
        after: Option<String>,
        limit: Option<u32>,
    },
}

/// Work under way.
pub(super) enum Begun {
    /// There was nothing to ask the database for.
    Nothing,
    Writing(IdbTransaction),
    /// The requests for the keys and for the values, which come in the same order.
    Reading(IdbTransaction, IdbRequest, IdbRequest),
}

impl Begun {
    /// Begins the transaction within this call, which gives it its place among the others.
    pub(super) fn begin(work: &Work, database: &IdbDatabase) -> Result<Self, JsValue> {
        match work {
            Work::Write(writes) => begin_writes(database, writes),
            Work::Get { table, key } => begin_read(database, *table, &text(key), 0),
            Work::List { limit: Some(0), .. } => Ok(Self::Nothing),
            Work::List {
                table,
                prefix,
                after,
                limit,
            } => match Bounds::under(prefix, after.as_deref()) {
                None => Ok(Self::Nothing),
                // To the database, 0 is no limit.
                Some(bounds) => begin_read(database, *table, &range(&bounds)?, limit.unwrap_or(0)),
            },
        }
    }

    /// What was read, once the transaction is complete.
    pub(super) async fn end(self) -> Result<Rows, JsValue> {
        match self {
            Self::Nothing => Ok(Rows::new()),
            Self::Writing(transaction) => ended(&transaction).await.map(|()| Rows::new()),
            Self::Reading(transaction, keys, values) => {
                ended(&transaction).await?;
                rows(&keys, &values)
            }
        }
    }
}

fn text(text: &str) -> JsValue {
    JsValue::from_str(text)
}

fn begin_writes(database: &IdbDatabase, writes: &[Write]) -> Result<Begun, JsValue> {
    if writes.is_empty() {
        return Ok(Begun::Nothing);
    }
    let transaction = for_writing(database, writes.iter().any(must_last))?;
    for write in writes {
        if let Err(thrown) = make(&transaction, write) {
            let _ = transaction.abort();
            return Err(thrown);
        }
    }
    commit(&transaction);
    Ok(Begun::Writing(transaction))
}

/// It would commit by itself, a little later; a page on its way out may not see that.
#[expect(
    deprecated,
    reason = "for web-sys, it is still Mozilla's method of old"
)]
fn commit(transaction: &IdbTransaction) {
    let _ = transaction.commit();
}

/// What is put into the outbox is nowhere else yet; see [`Store::commit`].
///
/// [`Store::commit`]: crate::storage::tables::Store::commit
fn must_last(write: &Write) -> bool {
    match write {
        Write::Add { table, .. } | Write::Put { table, .. } => *table == Table::Outbox,
        Write::Delete { .. } | Write::DeleteUnder { .. } => false,
    }
}

/// A transaction over all tables. `web-sys` counts the options among the unstable ones, though
/// every browser has them.
fn for_writing(database: &IdbDatabase, must_last: bool) -> Result<IdbTransaction, JsValue> {
    let tables = Array::new();
    for table in Table::ALL {
        tables.push(&text(table.name()));
    }
    let options = Object::new();
    let durability = if must_last { "strict" } else { "relaxed" };
    Reflect::set(&options, &text("durability"), &text(durability))?;
    let begin: Function = Reflect::get(database, &text("transaction"))?.dyn_into()?;
    let transaction = begin.call3(database, &tables, &text("readwrite"), &options)?;
    Ok(transaction.unchecked_into())
}

fn make(transaction: &IdbTransaction, write: &Write) -> Result<IdbRequest, JsValue> {
    let table = |table: &Table| transaction.object_store(table.name());
    match write {
        Write::Add {
            table: at,
            key,
            value,
        } => table(at)?.add_with_key(&text(value), &text(key)),
        Write::Put {
            table: at,
            key,
            value,
        } => table(at)?.put_with_key(&text(value), &text(key)),
        Write::Delete { table: at, key } => table(at)?.delete(&text(key)),
        Write::DeleteUnder { table: at, prefix } => match Bounds::under(prefix, None) {
            Some(bounds) => table(at)?.delete(&range(&bounds)?),
            None => Err(JsValue::NULL),
        },
    }
}

fn begin_read(
    database: &IdbDatabase,
    table: Table,
    query: &JsValue,
    limit: u32,
) -> Result<Begun, JsValue> {
    let transaction = database.transaction_with_str(table.name())?;
    let store: IdbObjectStore = transaction.object_store(table.name())?;
    let keys = store.get_all_keys_with_key_and_limit(query, limit)?;
    let values = store.get_all_with_key_and_limit(query, limit)?;
    Ok(Begun::Reading(transaction, keys, values))
}

fn range(bounds: &Bounds<'_>) -> Result<JsValue, JsValue> {
    let lower = text(bounds.lower);
    let range = match &bounds.upper {
        None => IdbKeyRange::lower_bound_with_open(&lower, bounds.open),
        Some(units) => {
            let upper = JsString::from_char_code(units);
            IdbKeyRange::bound_with_lower_open_and_upper_open(&lower, &upper, bounds.open, true)
        }
    };
    range.map(JsValue::from)
}

async fn ended(transaction: &IdbTransaction) -> Result<(), JsValue> {
    match first_of(transaction, &["complete", "abort"], None)
        .await
        .as_str()
    {
        "complete" => Ok(()),
        _ => Err(transaction.error().map_or(JsValue::NULL, JsValue::from)),
    }
}

fn rows(keys: &IdbRequest, values: &IdbRequest) -> Result<Rows, JsValue> {
    let (keys, values) = (keys.result()?, values.result()?);
    let (keys, values): (&Array, &Array) = (keys.unchecked_ref(), values.unchecked_ref());
    // What is no text was not put there by this program; read as nothing, it is damage.
    let text = |value: JsValue| value.as_string().unwrap_or_default();
    let pairs = keys.iter().zip(values.iter());
    Ok(pairs.map(|(key, value)| (text(key), text(value))).collect())
}
