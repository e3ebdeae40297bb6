//! From an empty page to the app's first message.

use std::cell::RefCell;
use std::rc::Rc;

use super::keeper::Keeper;
use super::{Driver, Work};
use crate::app::{Kept, Msg, Start};
use crate::io::Request;
use crate::model::Duration;
use crate::platform::channel::Channel;
use crate::platform::fetch::{Answer, Call};
use crate::platform::indexed_db::Database;
use crate::platform::page::{self, PageEvent, Place};
use crate::platform::parent;
use crate::platform::task::spawn;
use crate::platform::timer::Timer;
use crate::platform::web_storage::WebStorage;
use crate::storage::migration::{keys, v1};
use crate::storage::tables::{MemoryTables, Store, Table};
use crate::storage::{Storage, StorageError};

/// How long the page waits for `config.json`.
const PATIENCE: Duration = Duration::secs(2);
/// How long it waits for the browser's database: a visit without is worse than a late one.
const MORE_PATIENCE: Duration = Duration::secs(8);
/// The name of the database.
const DATABASE: &str = "parlor";

/// What the page begins with, as far as it is here.
#[derive(Default)]
struct Beginning {
    config: Option<Option<String>>,
    shelf: Option<Shelf>,
    /// Kept until it begins: dropping them ends them.
    waiting: Option<(Call, [Timer; 2])>,
}

/// A store, and what is in it.
struct Shelf {
    store: Rc<dyn Store>,
    kept: Kept,
    trouble: Option<StorageError>,
}

impl Driver {
    /// Asks for `config.json` beside the page and for what is kept, and begins with or without.
    pub(super) fn load(self: &Rc<Self>) {
        let beginning: Rc<RefCell<Beginning>> = Rc::default();
        let begin = {
            let driver = Rc::clone(self);
            let beginning = Rc::clone(&beginning);
            move || driver.begin_with(&beginning)
        };
        let (found, late) = (Rc::clone(&beginning), Rc::clone(&beginning));
        let later = Rc::clone(&beginning);
        let (begin_found, begin_late, begin_later) = (begin.clone(), begin.clone(), begin.clone());
        let call = Call::start(config(), move |answer| {
            found.borrow_mut().config = Some(answer.and_then(usable));
            begin_found();
        });
        let timer = Timer::after(PATIENCE, move || {
            late.borrow_mut().config.get_or_insert(None);
            begin_late();
        });
        let last_timer = Timer::after(MORE_PATIENCE, move || {
            let unavailable = || Shelf::in_memory(StorageError::Unavailable);
            later.borrow_mut().shelf.get_or_insert_with(unavailable);
            begin_later();
        });
        beginning.borrow_mut().waiting = Some((call, [timer, last_timer]));
        spawn(async move {
            let shelf = Shelf::open().await;
            beginning.borrow_mut().shelf.get_or_insert(shelf);
            begin();
        });
    }

    /// Begins once everything is here.
    fn begin_with(self: &Rc<Self>, beginning: &RefCell<Beginning>) {
        let mut found = beginning.borrow_mut();
        if found.config.is_none() || found.shelf.is_none() {
            return;
        }
        let Beginning {
            config: Some(config),
            shelf: Some(shelf),
            waiting,
        } = std::mem::take(&mut *found)
        else {
            return;
        };
        drop((waiting, found));
        self.begin(config, shelf);
    }

    fn begin(self: &Rc<Self>, config: Option<String>, shelf: Shelf) {
        let place = Place::now();
        let start = Start {
            query: place.query,
            config,
            secure: place.secure,
            origin: place.origin,
            seed: page::seed(),
            online: page::is_online(),
            hidden: !page::is_shown(),
            embedded: place.embedded,
            kept: shelf.kept,
            storage: shelf.trouble.is_none(),
            tab: kept_in_tab(),
        };
        let (failing, settled) = (Rc::clone(self), Rc::clone(self));
        let failed = move |error| failing.dispatch(Msg::NotKept(error));
        let keeper = Keeper::new(
            shelf.store,
            Box::new(failed),
            Box::new(move || settled.let_go()),
        );
        self.keeper.replace(Some(keeper));
        let mut queue = self.queue.borrow_mut();
        // What keeps the page from its storage everywhere is said on the screen already.
        let trouble = shelf
            .trouble
            .filter(|error| *error != StorageError::Unavailable);
        if let Some(error) = trouble {
            queue.push_front(Msg::NotKept(error));
        }
        queue.push_front(Msg::Started(start));
        drop(queue);
        self.at_work.set(Work::Idle);
        self.listen();
        self.work();
    }

    fn listen(self: &Rc<Self>) {
        let driver = Rc::clone(self);
        let mut listeners = page::watch(move |event| match event {
            PageEvent::Online(online) => driver.dispatch(Msg::Online(online)),
            PageEvent::Shown => driver.dispatch(Msg::Shown),
            PageEvent::Hidden => {
                driver.dispatch(Msg::Hidden);
                driver.hurry();
            }
        });
        let driver = Rc::clone(self);
        let channel = Channel::open("parlor", move |news| driver.dispatch(Msg::HeardByAll(news)));
        self.all_tabs.replace(Some(channel));
        let driver = Rc::clone(self);
        listeners.extend(parent::listen(move |origin, data| {
            driver.dispatch(Msg::Host { origin, data });
        }));
        self.listeners.replace(listeners);
    }
}

impl Shelf {
    /// The browser's database and what is in it; memory where there is none.
    async fn open() -> Self {
        match Self::read().await {
            Ok(shelf) => shelf,
            Err(error) => Self::in_memory(error),
        }
    }

    fn in_memory(error: StorageError) -> Self {
        Self {
            store: Rc::new(MemoryTables::default()),
            kept: Kept::default(),
            trouble: Some(error),
        }
    }

    async fn read() -> Result<Self, StorageError> {
        let store: Rc<dyn Store> = Rc::new(Database::open(DATABASE).await?);
        move_in(store.as_ref()).await;
        let mut moved = false;
        let kept = loop {
            let settings = store.list(Table::Settings, "", None, None);
            let conversations = store.list(Table::Conversations, "", None, None);
            let kept = Kept {
                settings: settings.await?,
                conversations: conversations.await?,
            };
            if moved || !keys::are_in(&kept.settings, &kept.conversations) {
                break kept;
            }
            let rest = [Table::Events, Table::Outbox];
            let [events, outbox] = rest.map(|table| store.list(table, "", None, None));
            let [events, outbox] = [events.await?, outbox.await?];
            let rows = [kept.settings, kept.conversations, events, outbox];
            // Where this fails, the page goes on with what there is.
            let _ = store.commit(keys::take_out(rows)).await;
            moved = true;
        };
        Ok(Self {
            store,
            kept,
            trouble: None,
        })
    }
}

/// What this tab has kept; nothing where it can keep nothing.
fn kept_in_tab() -> Vec<(String, String)> {
    let kept = WebStorage::session().and_then(|tab| tab.entries(""));
    kept.unwrap_or_default()
}

/// Moves what the first version kept in local storage. Where that does not work it stays there.
async fn move_in(store: &dyn Store) {
    let Ok(mut old) = WebStorage::local() else {
        return;
    };
    let entries = old.entries("").unwrap_or_default();
    if entries.is_empty() {
        return;
    }
    let moved = v1::from_local_storage(&entries, page::now());
    if store.commit(moved.writes).await.is_ok() {
        for key in moved.taken {
            // It would be moved again otherwise, and then it is known already.
            let _ = old.remove(&key);
        }
    }
}

fn config() -> Request {
    Request {
        method: "GET",
        url: "config.json".to_owned(),
        headers: Vec::new(),
        body: None,
        again: false,
        keep: false,
    }
}

/// Hosts of single-page apps answer any path with the page itself: that is no file.
fn usable(answer: Answer) -> Option<String> {
    let found = (200..300).contains(&answer.status) && !answer.media.contains("html");
    found.then_some(answer.body)
}
