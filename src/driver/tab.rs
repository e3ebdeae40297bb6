//! This tab's hold on a conversation, and its way to the other tabs.

use std::cell::RefCell;
use std::rc::Rc;

use super::Driver;
use crate::app::Msg;
use crate::platform::channel::Channel;
use crate::platform::lock::Lock;
use crate::storage::record::ConversationKey;

/// A conversation's lock, held or waited for, and its channel.
pub(super) struct Tab {
    _lock: Rc<RefCell<Option<Lock>>>,
    channel: Rc<RefCell<Option<Channel>>>,
    /// What whoever speaks here is told instead of being heard.
    elsewhere: Rc<RefCell<Option<String>>>,
}

impl Tab {
    /// Asks for the lock and listens to the channel; what comes of both goes to the app.
    pub(super) fn open(driver: &Rc<Driver>, conversation: ConversationKey) -> Self {
        let name = ["parlor ", conversation.as_str()].concat();
        let hearing = Rc::clone(driver);
        let elsewhere: Rc<RefCell<Option<String>>> = Rc::default();
        let channel: Rc<RefCell<Option<Channel>>> = Rc::default();
        let (moved, answering) = (Rc::clone(&elsewhere), Rc::downgrade(&channel));
        let opened = Channel::open(&name, move |news| {
            let Some(answer) = moved.borrow().clone() else {
                return hearing.dispatch(Msg::Heard(news));
            };
            if let Some(channel) = answering.upgrade() {
                post(&channel, &answer);
            }
        });
        channel.replace(Some(opened));
        let lock: Rc<RefCell<Option<Lock>>> = Rc::default();
        let (driver, later) = (Rc::clone(driver), Rc::downgrade(&lock));
        let first = Lock::if_available(&name.clone(), move |ours| {
            let claimed = move |driver: &Rc<Driver>, ours| {
                let conversation = conversation.clone();
                driver.dispatch(Msg::Claimed { conversation, ours });
            };
            claimed(&driver, ours);
            if !ours && let Some(lock) = later.upgrade() {
                let waiting = Lock::request(&name, move || claimed(&driver, true));
                lock.replace(Some(waiting));
            }
        });
        lock.replace(Some(first));
        Self {
            _lock: lock,
            channel,
            elsewhere,
        }
    }

    pub(super) fn say(&self, news: &str) {
        post(&self.channel, news);
    }

    /// Tells whoever listens or speaks here this, and hears nothing here any more.
    pub(super) fn send_on(&self, news: String) {
        self.say(&news);
        self.elsewhere.replace(Some(news));
    }
}

fn post(channel: &RefCell<Option<Channel>>, news: &str) {
    if let Some(channel) = &*channel.borrow() {
        channel.post(news);
    }
}
