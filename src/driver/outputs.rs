//! What the app asks for, done.

use std::cell::RefCell;
use std::rc::Rc;

use super::Driver;
use super::tab::Tab;
use reactive_graph::prelude::*;

use crate::app::{Msg, Output, View};
use crate::io::{Action, Happening, Request, RequestId, SocketId};
use crate::model::Duration;
use crate::platform::fetch::Call;
use crate::platform::socket::Socket;
use crate::platform::timer::Timer;
use crate::platform::web_storage::WebStorage;
use crate::platform::{file, page, parent};
use crate::storage::Storage;
use crate::storage::record::ConversationKey;
use crate::storage::tables::Write;

/// How long what leaves the page waits for the store: one that hangs does not end the conversation.
const PATIENCE: Duration = Duration::secs(2);

impl Driver {
    /// Does one thing that the app asked for. What leaves the page waits, in order, while a message
    /// on its way out is not kept yet: one that went out, and is kept as waiting, would go out again
    /// from whoever finds it after a crash.
    pub(super) fn perform(self: &Rc<Self>, output: Output) {
        let leaves = match &output {
            Output::Io(Action::Send { .. }) | Output::Tell(_) | Output::Claim(_) => true,
            Output::Rename { .. } => true,
            // A message that goes out by a call.
            Output::Io(Action::Fetch { what, .. }) => what.keep,
            _ => false,
        };
        let mut held = self.held.borrow_mut();
        if leaves && (self.holds() || held.is_some()) {
            let driver = Rc::clone(self);
            let begin = || (Vec::new(), Timer::after(PATIENCE, move || driver.release()));
            return held.get_or_insert_with(begin).0.push(output);
        }
        drop(held);
        self.do_now(output);
    }

    fn holds(&self) -> bool {
        let keeper = self.keeper.borrow();
        keeper.as_ref().is_some_and(|keeper| keeper.holds())
    }

    /// A commit has ended: what waited for it goes.
    pub(super) fn let_go(self: &Rc<Self>) {
        if !self.holds() {
            self.release();
        }
    }

    fn release(self: &Rc<Self>) {
        let held = self.held.take();
        for output in held.into_iter().flat_map(|(outputs, _)| outputs) {
            self.do_now(output);
        }
    }

    fn do_now(self: &Rc<Self>, output: Output) {
        match output {
            Output::Io(action) => self.act(action),
            Output::Keep(writes) => self.keep(writes),
            Output::Claim(conversation) => {
                // Whoever holds it next is to find it kept.
                self.hurry();
                let tab = conversation.map(|conversation| Tab::open(self, conversation));
                self.former.borrow_mut().clear();
                self.tab.replace(tab);
            }
            Output::LeaveRoom => {
                if let Some(meet) = &*self.meet.borrow() {
                    meet.leave();
                }
            }
            Output::Rename { to, news } => {
                self.hurry();
                let before = self.tab.replace(Some(Tab::open(self, to)));
                if let Some(before) = before {
                    before.send_on(news);
                    self.former.borrow_mut().push(before);
                }
            }
            Output::Tell(news) => {
                if let Some(tab) = &*self.tab.borrow() {
                    tab.say(&news);
                }
            }
            Output::TellAll(news) => {
                if let Some(channel) = &*self.all_tabs.borrow() {
                    channel.post(&news);
                }
            }
            Output::KeepInTab { name, key } => keep_in_tab(&name, key.as_deref()),
            Output::Query(query) => page::set_query(&query),
            Output::Load(conversation) => self.load_conversation(conversation),
            Output::Save { name, json } => file::save(&name, &json),
            Output::Post { origin, data } => parent::post(&origin, &data),
            Output::Show(view) => {
                dress(&view);
                self.show(&Output::Show(view));
            }
            Output::Invite(room) => {
                if let Some(meet) = &*self.meet.borrow() {
                    meet.shows.invited.set(Some(room));
                }
            }
            Output::Session(_) | Output::Announce(_) | Output::Compose(_) | Output::Trace(_) => {
                self.show(&output);
            }
        }
    }

    fn show(self: &Rc<Self>, output: &Output) {
        self.projection.apply(output);
        self.want_frame();
    }

    fn keep(&self, writes: Vec<Write>) {
        if let Some(keeper) = &*self.keeper.borrow() {
            keeper.keep(writes);
        }
    }

    fn load_conversation(self: &Rc<Self>, conversation: ConversationKey) {
        let driver = Rc::clone(self);
        if let Some(keeper) = &*self.keeper.borrow() {
            // What was just kept of it is to be found.
            keeper.hurry();
            keeper.load(conversation, move |loaded| {
                driver.dispatch(Msg::Loaded(Box::new(loaded)));
            });
        }
    }

    fn act(self: &Rc<Self>, action: Action) {
        match action {
            Action::Open { socket, url } => self.open(socket, &url),
            Action::Send { socket, frame } => {
                let sockets = self.sockets.borrow();
                if let Some((_, open)) = sockets.iter().find(|(id, _)| *id == socket) {
                    open.send(&frame);
                }
            }
            Action::Close { socket, code } => {
                let open = take(&self.sockets, socket);
                open.into_iter().for_each(|open| open.close(code));
            }
            Action::Fetch { request, what } => self.fetch(request, what),
            Action::Abort(request) => {
                let _aborted = take(&self.calls, request);
            }
        }
    }

    fn open(self: &Rc<Self>, id: SocketId, url: &str) {
        let driver = Rc::clone(self);
        let opened = Socket::open(id, url, move |happening| driver.happened(happening));
        match opened {
            Ok(socket) => {
                self.sockets.borrow_mut().push((id, socket));
            }
            Err(closed) => self.happened(Happening::Closed(closed)),
        }
    }

    fn fetch(self: &Rc<Self>, request: RequestId, what: Request) {
        let driver = Rc::clone(self);
        let call = Call::start(what, move |answer| {
            driver.happened(match answer {
                Some(answer) => Happening::Answered {
                    request,
                    status: answer.status,
                    body: answer.body,
                    retry_after: answer.retry_after,
                },
                None => Happening::Failed { request },
            });
        });
        self.calls.borrow_mut().push((request, call));
    }

    /// Lets go of what has ended, and tells the app.
    fn happened(self: &Rc<Self>, happening: Happening) {
        match &happening {
            Happening::Closed(closed) => {
                let _ended = take(&self.sockets, closed.socket);
            }
            Happening::Answered { request, .. } | Happening::Failed { request } => {
                let _ended = take(&self.calls, *request);
            }
            Happening::Opened(_)
            | Happening::Received { .. }
            | Happening::Flushed(_)
            | Happening::Waited(_) => {}
        }
        self.dispatch(Msg::Happened(happening));
    }
}

/// Where the browser keeps nothing, the app remembers it for as long as the page is there.
fn keep_in_tab(name: &str, what: Option<&str>) {
    let _ = WebStorage::session().and_then(|mut tab| match what {
        Some(what) => tab.save(name, what),
        None => tab.remove(name),
    });
}

/// Takes out of the few that are open the one of that name.
fn take<K: PartialEq, V>(open: &RefCell<Vec<(K, V)>>, name: K) -> Option<V> {
    let mut open = open.borrow_mut();
    let at = open.iter().position(|(known, _)| *known == name)?;
    Some(open.swap_remove(at).1)
}

/// What of the view stands outside of the app's elements.
fn dress(view: &View) {
    page::set_theme(view.theme.word());
    let mut title = view.title.clone();
    if let Some(subject) = &view.subject {
        title = [subject, " – ", &title].concat();
    }
    if view.unread > 0 {
        title = ["(", &view.unread.to_string(), ") ", &title].concat();
    }
    page::set_title(&title);
}
