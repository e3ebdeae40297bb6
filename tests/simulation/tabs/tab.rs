//! One tab: the app, and what its driver does for it, step by step instead of at once.

use std::collections::VecDeque;
use std::mem::{Discriminant, discriminant};
use std::rc::Rc;

use parlor::app::{App, Intent, Kept, Loaded, Msg, Output, Start};
use parlor::io::{Action, Closed, Frame, Happening, Payload, Request, RequestId, SocketId};
use parlor::model::{Body, Instant, Item, SendState};
use parlor::session::{Change, Run};
use parlor::storage::batcher::Batcher;
use parlor::storage::record::ConversationKey;
use parlor::storage::tables::{MemoryTables, Store, Table, Write};

use super::super::support::ready;

/// Which server the tabs talk to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// OpenHands before 1.0.
    Older,
    /// OpenHands from 1.0.
    Newer,
}

impl Kind {
    const fn query(self) -> &'static str {
        match self {
            Self::Older => {
                "server=openhands-v0&url=http%3A%2F%2Fagent.test%3A3000%2F&conversation=c1"
            }
            Self::Newer => {
                "server=openhands-v1&url=http%3A%2F%2Fagent.test%3A8000%2F&conversation=c1"
            }
        }
    }
}

const CONFIG: &str = r#"{"trusted": ["http://agent.test:3000/", "http://agent.test:8000/"]}"#;

/// What the store was asked for and has not done yet: it does one after the other.
enum Work {
    Commit(Vec<Write>),
    Load(ConversationKey),
}

/// What the browser has for a tab, in the order in which it came.
#[derive(Debug)]
pub(super) enum Mail {
    Heard(String),
    Claimed(bool),
}

/// How far a connection is, by the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Asked,
    Accepted,
    Replayed,
    Joined,
}

/// A socket with what is on its way.
#[derive(Debug)]
pub(super) struct Link {
    socket: SocketId,
    pub(super) latest: i64,
    /// It brings bare events, and none of before.
    pub(super) bare: bool,
    pub(super) stage: Stage,
    pub(super) down: VecDeque<String>,
    pub(super) up: VecDeque<String>,
    pub(super) replay: Vec<String>,
}

pub(super) struct Tab {
    app: App,
    store: Rc<MemoryTables>,
    batcher: Batcher,
    work: VecDeque<Work>,
    /// What leaves the tab once a message is kept.
    held: Vec<Output>,
    pub(super) name: u64,
    pub(super) items: Vec<Item>,
    pub(super) run: Option<Discriminant<Run>>,
    pub(super) mail: VecDeque<Mail>,
    /// What it says to the other tabs, and whether it asked for the lock.
    pub(super) said: Vec<String>,
    pub(super) claim: Option<ConversationKey>,
    pub(super) wants: bool,
    pub(super) link: Option<Link>,
    pub(super) requests: VecDeque<(RequestId, Request)>,
}

impl Tab {
    pub(super) fn open(kind: Kind, store: &Rc<MemoryTables>, name: u64, now: u64) -> Self {
        let mut tab = Self {
            app: App::default(),
            store: Rc::clone(store),
            batcher: Batcher::default(),
            work: VecDeque::new(),
            held: Vec::new(),
            name,
            items: Vec::new(),
            run: None,
            mail: VecDeque::new(),
            said: Vec::new(),
            claim: None,
            wants: false,
            link: None,
            requests: VecDeque::new(),
        };
        let rows = |table| ready(store.list(table, "", None, None)).unwrap();
        let start = Start {
            query: kind.query().into(),
            config: Some(CONFIG.into()),
            origin: "http://page.test".into(),
            seed: name,
            online: true,
            storage: true,
            kept: Kept {
                settings: rows(Table::Settings),
                conversations: rows(Table::Conversations),
            },
            ..Start::default()
        };
        tab.tell(Msg::Started(start), now);
        tab
    }

    pub(super) fn tell(&mut self, msg: Msg, now: u64) {
        self.app.update(msg, Instant(now));
        let outputs: Vec<Output> = std::iter::from_fn(|| self.app.poll()).collect();
        for output in outputs {
            let leaves = match &output {
                Output::Io(Action::Send { .. }) | Output::Tell(_) | Output::Claim(_) => true,
                Output::Rename { .. } => true,
                Output::Io(Action::Fetch { what, .. }) => what.keep,
                _ => false,
            };
            match leaves && (self.batcher.holds() || !self.held.is_empty()) {
                true => self.held.push(output),
                false => self.perform(output, now),
            }
        }
    }

    pub(super) fn happens(&mut self, happening: Happening, now: u64) {
        self.tell(Msg::Happened(happening), now);
    }

    fn perform(&mut self, output: Output, now: u64) {
        match output {
            Output::Keep(writes) => {
                self.batcher.push(writes, Instant(now));
                self.begin(false, now);
            }
            Output::Load(conversation) => {
                self.begin(true, now);
                self.work.push_back(Work::Load(conversation));
            }
            Output::Claim(conversation) => {
                self.begin(true, now);
                self.wants = conversation.is_some();
                self.claim = conversation;
            }
            Output::Rename { to, news } => {
                self.begin(true, now);
                self.said.push(news);
                self.claim = Some(to);
            }
            Output::Tell(news) => self.said.push(news),
            Output::Io(action) => self.act(action),
            Output::Session(change) => self.changed(change),
            _ => {}
        }
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Open { socket, url } => {
                let after = ["latest_event_id=", "after_seq="];
                let after = after.iter().find_map(|name| url.split_once(name));
                // The older socket of a server from 1.0 is told nothing.
                let latest = after.map_or("-1", |(_, latest)| latest);
                let latest = latest.split('&').next().unwrap().parse().unwrap();
                self.link = Some(Link {
                    socket,
                    latest,
                    bare: url.contains("/sockets/events/"),
                    stage: Stage::Asked,
                    down: VecDeque::new(),
                    up: VecDeque::new(),
                    replay: Vec::new(),
                });
            }
            Action::Send { socket, frame } => {
                let link = self.link.iter_mut().find(|link| link.socket == socket);
                link.into_iter()
                    .for_each(|link| link.up.push_back(frame.text().into_owned()));
            }
            Action::Close { socket, .. } => {
                self.link.take_if(|link| link.socket == socket);
            }
            Action::Fetch { request, what } => self.requests.push_back((request, what)),
            Action::Abort(request) => self.requests.retain(|(known, _)| *known != request),
        }
    }

    fn changed(&mut self, change: Change) {
        match change {
            Change::Inserted { at, item } => self.items.insert(at, item),
            Change::Updated(item) => {
                let known = self.items.iter_mut().find(|known| known.id == item.id);
                *known.unwrap() = item;
            }
            Change::Removed(id) => self.items.retain(|item| item.id != id),
            Change::Cleared => self.items.clear(),
            Change::Run(run) => self.run = Some(discriminant(&run)),
            _ => {}
        }
    }

    /// Hands the store what is due, or all that there is.
    fn begin(&mut self, all: bool, now: u64) {
        let writes = match all {
            true => self.batcher.take_all(),
            false => self.batcher.take(Instant(now)),
        };
        if !writes.is_empty() {
            self.work.push_back(Work::Commit(writes));
        }
    }

    pub(super) fn has_work(&self) -> bool {
        !self.work.is_empty()
    }

    /// The store does the next thing.
    pub(super) fn work(&mut self, now: u64) {
        match self.work.pop_front() {
            Some(Work::Commit(writes)) => {
                let outcome = ready(self.store.commit(writes));
                self.batcher.settled(outcome, Instant(now));
                self.begin(false, now);
                if !self.batcher.holds() {
                    for output in std::mem::take(&mut self.held) {
                        self.perform(output, now);
                    }
                }
            }
            Some(Work::Load(conversation)) => self.load(conversation, now),
            None => {}
        }
    }

    fn load(&mut self, conversation: ConversationKey, now: u64) {
        let prefix = conversation.prefix();
        let rows = |table| ready(self.store.list(table, &prefix, None, None)).unwrap();
        let loaded = Loaded {
            record: ready(self.store.get(Table::Conversations, conversation.as_str())).unwrap(),
            events: rows(Table::Events),
            outbox: rows(Table::Outbox),
            keys: None,
            conversation,
        };
        self.tell(Msg::Loaded(Box::new(loaded)), now);
    }

    /// Wakes what wants to be woken.
    pub(super) fn wake(&mut self, now: u64) {
        self.begin(false, now);
        for _ in 0..100 {
            if self.app.deadline().is_none_or(|at| at > Instant(now)) {
                return;
            }
            self.tell(Msg::Woke, now);
        }
        panic!("it is never done with what is due");
    }

    pub(super) fn says(&mut self, text: &str, now: u64) {
        let text = text.to_owned();
        let attachments = Vec::new();
        self.tell(Msg::Did(Intent::Send { text, attachments }), now);
    }

    pub(super) fn opened(&mut self, now: u64) {
        let link = self.link.as_mut().unwrap();
        link.stage = Stage::Accepted;
        let opened = r#"0{"sid":"s","upgrades":[],"pingTimeout":20000,"pingInterval":25000}"#;
        link.down.push_back(opened.to_owned());
        let socket = link.socket;
        self.happens(Happening::Opened(socket), now);
    }

    /// The socket is open, and the client was let in.
    pub(super) fn joined(&mut self, now: u64) {
        let socket = self.link.as_ref().unwrap().socket;
        self.happens(Happening::Opened(socket), now);
    }

    /// The message that a call brings, where it brings one.
    pub(super) fn posted(what: &Request) -> Option<String> {
        let Some(Payload::Text(body)) = &what.body else {
            return None;
        };
        let body: serde_json::Value = serde_json::from_str(body).ok()?;
        body["content"][0]["text"].as_str().map(str::to_owned)
    }

    /// The messages that are on their way by calls.
    pub(super) fn posts(&self) -> Vec<String> {
        let requests = self.requests.iter();
        requests
            .filter_map(|(_, what)| Self::posted(what))
            .collect()
    }

    pub(super) fn receive(&mut self, now: u64) {
        let link = self.link.as_mut().unwrap();
        let (socket, frame) = (link.socket, link.down.pop_front().unwrap());
        let frame = Frame::Text(frame);
        self.happens(Happening::Received { socket, frame }, now);
    }

    /// The next frame has left the tab.
    pub(super) fn sends(&mut self, now: u64) -> String {
        let link = self.link.as_mut().unwrap();
        let (socket, frame) = (link.socket, link.up.pop_front().unwrap());
        self.happens(Happening::Flushed(socket), now);
        frame
    }

    /// The connection ends.
    pub(super) fn cut(&mut self, now: u64) {
        if let Some(link) = self.link.take() {
            let closed = Closed {
                socket: link.socket,
                code: 1006,
                reason: String::new(),
                refused: false,
            };
            self.happens(Happening::Closed(closed), now);
        }
    }

    /// The tab is killed, and the store does so much more of what it was asked.
    pub(super) fn killed(mut self, kept: usize) {
        for work in self.work.drain(..).take(kept) {
            if let Work::Commit(writes) = work {
                ready(self.store.commit(writes)).unwrap();
            }
        }
    }

    pub(super) fn shows(&self, text: &str) -> bool {
        let same = |item: &Item| matches!(&item.body, Body::User(m) if m.text == text);
        self.items.iter().any(same)
    }

    /// Whether a message waits for a sign.
    pub(super) fn waits(&self) -> bool {
        let waits =
            |item: &Item| matches!(&item.body, Body::User(m) if m.state != SendState::Confirmed);
        self.items.iter().any(waits)
    }
}
