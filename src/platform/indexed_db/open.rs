//! Opening a database, with all tables in it.

use std::cell::Cell;
use std::rc::Rc;

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{IdbDatabase, IdbOpenDbRequest};

use super::fault::culprit;
use crate::model::Duration;
use crate::platform::listener::Listener;
use crate::platform::once::first_of;
use crate::platform::task::spawn;
use crate::platform::window;
use crate::storage::StorageError;
use crate::storage::tables::Table;

/// The version of the set of tables, one higher with every new one. What the records in them look
/// like is no concern of it.
const VERSION: u32 = 1;
/// How long to wait for other pages, of which one may never answer.
const PATIENCE: Duration = Duration::secs(10);

/// A database that was opened.
pub(super) struct Opened {
    pub(super) database: IdbDatabase,
    /// It was made by this.
    pub(super) is_new: bool,
}

pub(super) async fn open(name: &str) -> Result<Opened, StorageError> {
    // Reading the property throws in some browsers where the page has an opaque origin, opening
    // throws in the others.
    let factory = window().and_then(|window| window.indexed_db().ok().flatten());
    let factory = factory.ok_or(StorageError::Unavailable)?;
    let request = factory
        .open_with_u32(name, VERSION)
        .map_err(|thrown| culprit(&thrown))?;
    let is_new = Rc::new(Cell::new(false));
    let upgrade = {
        let (request, is_new) = (request.clone(), Rc::clone(&is_new));
        move |_| is_new.set(make_tables(&request).is_ok())
    };
    let _upgrade = Listener::on(&request, "upgradeneeded", upgrade);
    let events = first_of(&request, &["success", "error", "blocked"], Some(PATIENCE));
    match events.await.as_str() {
        "success" => Ok(Opened {
            database: database(&request).map_err(|thrown| culprit(&thrown))?,
            is_new: is_new.get(),
        }),
        "blocked" | "" => {
            spawn(let_go(request));
            Err(StorageError::Blocked)
        }
        _ => {
            let error = request.error().ok().flatten();
            Err(error.map_or(StorageError::Unavailable, |error| culprit(&error)))
        }
    }
}

fn database(request: &IdbOpenDbRequest) -> Result<IdbDatabase, JsValue> {
    request.result().map(JsCast::unchecked_into)
}

/// Makes the tables that are missing; a failure aborts the opening.
fn make_tables(request: &IdbOpenDbRequest) -> Result<(), JsValue> {
    let database = database(request)?;
    let there = database.object_store_names();
    for table in Table::ALL {
        if !there.contains(table.name()) {
            database.create_object_store(table.name())?;
        }
    }
    Ok(())
}

/// An opening that nobody waits for any more may still succeed, and would be in the way of others.
async fn let_go(request: IdbOpenDbRequest) {
    if first_of(&request, &["success", "error"], None).await == "success"
        && let Ok(database) = database(&request)
    {
        database.close();
    }
}
