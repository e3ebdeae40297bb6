//! What the app wants kept, on its way to the store.

use std::cell::RefCell;
use std::rc::Rc;

use crate::app::{KEYS, Loaded};
use crate::platform::page;
use crate::platform::task::spawn;
use crate::platform::timer::Timer;
use crate::storage::StorageError;
use crate::storage::batcher::Batcher;
use crate::storage::record::ConversationKey;
use crate::storage::tables::{Store, Table, Write};

/// Keeps what it is given, some at a time, and reads it back.
pub(super) struct Keeper {
    store: Rc<dyn Store>,
    batcher: RefCell<Batcher>,
    timer: RefCell<Option<Timer>>,
    /// Is told why something was not kept.
    failed: Box<dyn Fn(StorageError)>,
    /// Is told when a commit has ended, well or not.
    settled: Box<dyn Fn()>,
}

impl Keeper {
    pub(super) fn new(
        store: Rc<dyn Store>,
        failed: Box<dyn Fn(StorageError)>,
        settled: Box<dyn Fn()>,
    ) -> Rc<Self> {
        Rc::new(Self {
            store,
            batcher: RefCell::default(),
            timer: RefCell::default(),
            failed,
            settled,
        })
    }

    /// Keeps these changes, in one commit with those close before and after.
    pub(super) fn keep(self: &Rc<Self>, writes: Vec<Write>) {
        self.batcher.borrow_mut().push(writes, page::now());
        self.wait();
    }

    /// Whether a message on its way out is not known to be kept yet.
    pub(super) fn holds(&self) -> bool {
        self.batcher.borrow().holds()
    }

    /// Keeps everything now: the page may not be called again.
    pub(super) fn hurry(self: &Rc<Self>) {
        let writes = self.batcher.borrow_mut().take_all();
        self.commit(writes);
    }

    /// Reads what is kept of a conversation. Where nothing can be read there is nothing.
    pub(super) fn load(
        self: &Rc<Self>,
        conversation: ConversationKey,
        then: impl FnOnce(Loaded) + 'static,
    ) {
        let prefix = conversation.prefix();
        let events = self.store.list(Table::Events, &prefix, None, None);
        let outbox = self.store.list(Table::Outbox, &prefix, None, None);
        let keys = self.store.list(Table::Settings, KEYS, None, None);
        let record = self.store.get(Table::Conversations, conversation.as_str());
        let keeper = Rc::clone(self);
        spawn(async move {
            let (events, outbox) = (events.await, outbox.await);
            let (keys, record) = (keys.await, record.await);
            for error in [events.as_ref().err(), outbox.as_ref().err()]
                .into_iter()
                .flatten()
            {
                (keeper.failed)(*error);
            }
            then(Loaded {
                conversation,
                record: record.unwrap_or_default(),
                events: events.unwrap_or_default(),
                outbox: outbox.unwrap_or_default(),
                keys: keys.ok(),
            });
        });
    }

    fn wait(self: &Rc<Self>) {
        let Some(due) = self.batcher.borrow().deadline() else {
            return;
        };
        if due <= page::now() {
            return self.take();
        }
        let keeper = Rc::clone(self);
        let timer = Timer::after(due.since(page::now()), move || keeper.take());
        self.timer.replace(Some(timer));
    }

    fn take(self: &Rc<Self>) {
        let writes = self.batcher.borrow_mut().take(page::now());
        self.commit(writes);
    }

    fn commit(self: &Rc<Self>, writes: Vec<Write>) {
        if writes.is_empty() {
            return self.wait();
        }
        let done = self.store.commit(writes);
        let keeper = Rc::clone(self);
        spawn(async move {
            let outcome = done.await;
            keeper.batcher.borrow_mut().settled(outcome, page::now());
            if let Err(error) = outcome {
                (keeper.failed)(error);
            }
            (keeper.settled)();
            keeper.wait();
        });
    }
}
