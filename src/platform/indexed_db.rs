//! The Indexed Database API (W3C, 3.0) as a store of tables.
//!
//! It is spoken to through `web-sys` alone. Parlor needs little of it, one kind of transaction to
//! write and one to read, and needs that little to the end: durability, `close`, `versionchange`,
//! a transaction begun within the call. The crates in between were compared, each in the same small
//! program (release, wasm-opt, Brotli 11): `idb` 0.6.5 adds 9.3 kB to a page and cannot ask for
//! durability, `rexie` 0.6.2 is a layer over it, `indexed_db_futures` 0.6.4 adds 19.8 kB and
//! sixteen crates; this way adds 4.2 kB and none.
//!
//! A connection may end at any time, and this file says what then:
//!
//! - A newer program wants to change the tables (`versionchange`): the connection is closed, so
//!   that it can, and every later call gives [`StorageError::Outdated`].
//! - The browser closes it, or loses its own process (`close`, an abort out of nowhere): it is
//!   opened again, and what was under way is done once more on the new one, in the same order. A
//!   transaction that did not end has changed nothing, so nothing is done twice.
//! - What it held is gone when it is opened again, since the person cleared the site's data:
//!   [`StorageError::Outdated`], lest a cursor be kept without the events before it.

mod fault;
mod open;
mod transaction;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::JsValue;
use web_sys::IdbDatabase;

use super::listener::Listener;
use super::once::{Say, once};
use super::task::spawn;
use crate::storage::StorageError;
use crate::storage::tables::{Pending, Rows, Store, Table, Write};
use fault::{culprit, is_dead};
use transaction::{Begun, Work};

/// The name of Parlor's database.
pub const NAME: &str = "parlor";

/// A database of the page's origin, shared by all its pages. The connection ends once this is
/// dropped and all that was asked for is done.
pub struct Database {
    shared: Rc<Shared>,
}

impl Database {
    /// The database of that name, made where there is none.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`] in a sandboxed frame or where the person blocks it,
    /// [`StorageError::Outdated`] where a newer program has changed the tables already,
    /// [`StorageError::Blocked`] where an older one does not let go of them, and
    /// [`StorageError::Corrupt`] or [`StorageError::Full`] as the browser has it.
    pub async fn open(name: &str) -> Result<Self, StorageError> {
        let shared = Rc::new(Shared {
            name: name.to_owned(),
            state: RefCell::new(State::Opening(Vec::new())),
            jobs: Cell::new(0),
            connections: Cell::new(0),
        });
        Rc::clone(&shared).connect().await;
        match &*shared.state.borrow() {
            State::Closed(why) => return Err(*why),
            State::Opening(_) | State::Open(_) => {}
        }
        Ok(Self { shared })
    }

    /// Begins with the work within this call, if there is a connection.
    fn ask(&self, work: Work) -> impl Future<Output = Result<Rows, StorageError>> + use<> {
        let (say, heard) = once();
        let number = self.shared.jobs.get();
        self.shared.jobs.set(number + 1);
        self.shared.perform(Job {
            number,
            work,
            again: false,
            say,
        });
        heard
    }
}

impl Store for Database {
    fn commit(&self, writes: Vec<Write>) -> Pending<()> {
        let done = self.ask(Work::Write(writes));
        Box::pin(async { done.await.map(drop) })
    }

    fn get(&self, table: Table, key: &str) -> Pending<Option<String>> {
        let key = key.to_owned();
        let found = self.ask(Work::Get { table, key });
        Box::pin(async { Ok(found.await?.pop().map(|(_, value)| value)) })
    }

    fn list(
        &self,
        table: Table,
        prefix: &str,
        after: Option<&str>,
        limit: Option<u32>,
    ) -> Pending<Rows> {
        Box::pin(self.ask(Work::List {
            table,
            prefix: prefix.to_owned(),
            after: after.map(str::to_owned),
            limit,
        }))
    }
}

/// What the store, its connection and the work under way share.
struct Shared {
    name: String,
    state: RefCell<State>,
    /// How many there were; also the number of the next.
    jobs: Cell<u64>,
    connections: Cell<u64>,
}

enum State {
    /// What is asked for meanwhile waits, in the order of its numbers.
    Opening(Vec<Job>),
    Open(Connection),
    /// For good.
    Closed(StorageError),
}

/// One thing to do.
struct Job {
    number: u64,
    work: Work,
    /// It was under way already when a connection died.
    again: bool,
    say: Say<Result<Rows, StorageError>>,
}

impl Shared {
    /// Opens the database and does what has waited for it.
    async fn connect(self: Rc<Self>) {
        let first = self.connections.get() == 0;
        let state = match open::open(&self.name).await {
            Ok(opened) if opened.is_new && !first => {
                opened.database.close();
                State::Closed(StorageError::Outdated)
            }
            Ok(opened) => State::Open(Connection::new(opened.database, &self)),
            Err(why) => State::Closed(why),
        };
        if let State::Opening(waiting) = self.state.replace(state) {
            for job in waiting {
                self.perform(job);
            }
        }
    }

    fn perform(self: &Rc<Self>, job: Job) {
        let (database, connection) = match &mut *self.state.borrow_mut() {
            State::Closed(why) => return job.say.say(Err(*why)),
            State::Opening(waiting) => {
                let at = waiting.partition_point(|other| other.number < job.number);
                return waiting.insert(at, job);
            }
            State::Open(connection) => (connection.database.clone(), connection.number),
        };
        let begun = Begun::begin(&job.work, &database);
        let shared = Rc::clone(self);
        spawn(async move {
            let ended = match begun {
                Ok(begun) => begun.end().await,
                Err(thrown) => Err(thrown),
            };
            shared.ended(job, connection, ended);
        });
    }

    fn ended(self: &Rc<Self>, mut job: Job, connection: u64, ended: Result<Rows, JsValue>) {
        match ended {
            Ok(rows) => job.say.say(Ok(rows)),
            Err(thrown) if is_dead(&thrown) && !job.again => {
                self.lost(connection);
                job.again = true;
                self.perform(job);
            }
            Err(thrown) => job.say.say(Err(culprit(&thrown))),
        }
    }

    /// That connection is dead: another one is opened, unless that was done already.
    fn lost(self: &Rc<Self>, connection: u64) {
        let mut state = self.state.borrow_mut();
        if matches!(&*state, State::Open(open) if open.number == connection) {
            *state = State::Opening(Vec::new());
            spawn(Rc::clone(self).connect());
        }
    }

    /// A newer program wants the tables, or somebody deletes them.
    fn outdated(&self) {
        self.state.replace(State::Closed(StorageError::Outdated));
    }
}

/// An open connection; closed when dropped, once what it does is done.
struct Connection {
    number: u64,
    database: IdbDatabase,
    _listeners: [Listener; 2],
}

impl Connection {
    fn new(database: IdbDatabase, shared: &Rc<Shared>) -> Self {
        let number = shared.connections.get() + 1;
        shared.connections.set(number);
        let (newer, closed) = (Rc::downgrade(shared), Rc::downgrade(shared));
        let _listeners = [
            Listener::on(&database, "versionchange", move |_| {
                if let Some(shared) = newer.upgrade() {
                    shared.outdated();
                }
            }),
            Listener::on(&database, "close", move |_| {
                if let Some(shared) = closed.upgrade() {
                    shared.lost(number);
                }
            }),
        ];
        Self {
            number,
            database,
            _listeners,
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.database.close();
    }
}
