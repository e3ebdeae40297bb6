//! The app in the Elm manner: a model, messages, one `update`, outputs.
//!
//! The driver hands it every message and drains [`App::poll`] after each; [`App::deadline`] says
//! when to send [`Msg::Woke`]. The demo agent is answered in here, so that the browser half knows
//! only real sockets.

mod catalogue;
mod elsewhere;
mod exchange;
mod export;
mod intent;
mod keys;
mod link;
mod list;
mod meeting;
mod msg;
mod note;
mod others;
mod paint;
mod place;
mod portions;
mod remote;
mod said;
mod search;
mod shelf;
mod start;
mod tabs;
mod there;
mod tracer;
mod transcript;
mod view;

use std::collections::VecDeque;

use crate::demo::DemoAgent;
use crate::io::SocketId;
use crate::model::{Attachment, ConversationId, IdSet, Instant};
use crate::protocol::{Descriptor, Dialect};
use crate::random::Random;
use crate::session::{Input, Session};
use crate::storage::StorageError;
use crate::storage::record::{Conversation, Outgoing};
use crate::wire::address::without_key;
use crate::words::asides;
pub use keys::KEYS;
use keys::Keys;
use link::Config;
pub use list::{Entry, Listing};
pub use meeting::Meeting;
pub use msg::{Intent, Kept, Loaded, Msg, Output, Start, Theme};
use note::Note;
pub use paint::{PROPERTIES, paint};
use place::Mark;
pub use place::Place;
pub use portions::portions;
use remote::Remotes;
use said::Said;
pub use search::Found;
use search::Wanted;
use shelf::Shelf;
use tabs::Tab;
use tracer::Tracer;
use transcript::Opening;
pub use view::{Link, Toast, TraceLine, View, Window};

/// The whole application, without a browser.
pub struct App {
    outputs: VecDeque<Output>,
    random: Random,
    secure: bool,
    online: bool,
    hidden: bool,
    shelf: Shelf,
    keys: Keys,
    config: Config,
    view: View,
    /// The view as the outside last saw it.
    shown: Option<View>,
    pending: Option<Pending>,
    session: Option<Session>,
    target: Option<Target>,
    conversation: Conversation,
    /// The messages that no sign has come of, as they were kept last.
    outgoing: Vec<Outgoing>,
    /// What was said in the open conversation, as it was kept last.
    said: Said,
    /// What was kept of the open conversation was swept away since it was read.
    swept: bool,
    /// A conversation is being read; what the person does meanwhile is held.
    opening: Option<Opening>,
    tab: Tab,
    held: Vec<Intent>,
    /// The last number of a socket or a request of the sessions before.
    last_ids: u64,
    /// What has been said that the conversation's record does not tell yet.
    note: Note,
    /// What is looked for in the list.
    wanted: Wanted,
    /// What the server lists of the conversations that it keeps.
    remotes: Remotes,
    /// What the next conversation begins with.
    begin_with: crate::protocol::Start,
    /// The open conversation is to be saved as a file.
    exporting: bool,
    /// What stands in the message box.
    draft: String,
    /// What went wrong in storage was said.
    storage_said: Option<StorageError>,
    demo: DemoAgent,
    demo_sockets: Vec<SocketId>,
    tracer: Tracer,
    announced: IdSet,
    /// The history is being laid in: what comes of it is not spoken.
    catching_up: bool,
    /// It has been laid in once, or there was none to begin with.
    caught_up: bool,
    /// Where the reader was, until something is there.
    sought: Option<Mark>,
    last_toast: u64,
}

/// Whom to talk to.
#[derive(Clone, Debug)]
struct Target {
    protocol: &'static Descriptor,
    url: String,
    strict: bool,
    dialect: Dialect,
    conversation: Option<String>,
}

/// A link that waits for the person.
#[derive(Debug)]
struct Pending {
    target: Target,
    /// The video room that the link leads to.
    room: Option<String>,
    /// The key that the link gave. It counts from the moment that the person follows the link.
    key: Option<String>,
}

impl Default for App {
    fn default() -> Self {
        Self {
            outputs: VecDeque::new(),
            random: Random::new(0),
            secure: false,
            online: true,
            hidden: false,
            shelf: Shelf::default(),
            keys: Keys::default(),
            config: Config::default(),
            view: View::default(),
            shown: None,
            pending: None,
            session: None,
            target: None,
            conversation: Conversation::new("", "", ConversationId::new(""), Instant(0)),
            outgoing: Vec::new(),
            said: Said::default(),
            swept: false,
            opening: None,
            tab: Tab::default(),
            held: Vec::new(),
            last_ids: 0,
            note: Note::default(),
            wanted: Wanted::default(),
            remotes: Remotes::default(),
            begin_with: crate::protocol::Start::default(),
            exporting: false,
            draft: String::new(),
            storage_said: None,
            demo: DemoAgent::default(),
            demo_sockets: Vec::new(),
            tracer: Tracer::default(),
            announced: IdSet::default(),
            catching_up: false,
            caught_up: false,
            sought: None,
            last_toast: 0,
        }
    }
}

/// Why a server cannot be reached at an address as it was typed; `None` where it may be. `secure`
/// says that the page came over `https:`.
#[must_use]
pub fn address_trouble(typed: &str, secure: bool) -> Option<String> {
    // What is wrong with it is said with its words, and a key is none of them.
    link::address(&without_key(typed).0, secure).err()
}

impl App {
    /// Takes one message; drain [`Self::poll`] afterwards.
    pub fn update(&mut self, msg: Msg, now: Instant) {
        match msg {
            Msg::Started(start) => self.started(start, now),
            Msg::Loaded(loaded) => self.loaded(&loaded, now),
            Msg::NotKept(error) => self.not_kept(error),
            Msg::Claimed { conversation, ours } => self.claimed(&conversation, ours, now),
            Msg::Heard(news) => self.heard(&news, now),
            Msg::HeardByAll(news) => self.changed_elsewhere(&news),
            Msg::Happened(happening) => self.happened(happening, now),
            Msg::Online(online) => self.online(online, now),
            Msg::Hidden => self.seen(false),
            Msg::Shown => self.shown(now),
            Msg::Woke => self.woke(now),
            Msg::Did(intent) => self.did(intent, now),
            Msg::Host { origin, data } => self.hosted(&origin, &data),
        }
        self.view.too_often.take_if(|until| now >= *until);
        self.run_demo(now);
        self.ask_for_list(now);
        self.take_note(now);
        self.keep();
        self.tell_all();
        self.relist();
        self.show();
    }

    /// The next thing to do, in order; `None` when all is done.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When [`Msg::Woke`] is wanted; changes with every message.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        let session = self
            .session
            .as_ref()
            .and_then(Session::deadline)
            .map(|(at, _)| at);
        let search = self.remotes.search_at();
        [session, self.demo.deadline(), search]
            .into_iter()
            .flatten()
            .min()
    }

    /// How large the frame of a message would be, in bytes; 0 where that does not matter, or where
    /// there is nothing to send.
    #[must_use]
    pub fn weigh(&self, text: &str, attachments: &[Attachment]) -> usize {
        let session = self.session.as_ref();
        let text = intent::sendable(text, attachments);
        let weight = session
            .zip(text)
            .map(|(session, text)| session.weigh(&text, attachments));
        weight.unwrap_or(0)
    }

    /// Whether the server's answers may be fragments of HTML.
    fn has_fragments(&self) -> bool {
        let session = self.session.as_ref();
        session.is_some_and(|session| session.capabilities().fragments)
    }

    fn woke(&mut self, now: Instant) {
        let due = self.session.as_ref().and_then(Session::deadline);
        if due.is_some_and(|(at, _)| at <= now) {
            self.tell(Input::Woke, now);
        }
    }

    fn shown(&mut self, now: Instant) {
        self.seen(true);
        self.tell(Input::Shown, now);
    }

    fn online(&mut self, online: bool, now: Instant) {
        self.online = online;
        if !self.is_demo() {
            self.tell(Input::Online(online), now);
        }
    }

    fn is_demo(&self) -> bool {
        self.target
            .as_ref()
            .is_none_or(|target| !target.protocol.has_address())
    }

    /// The chat goes on in memory; each kind of trouble is said once.
    fn not_kept(&mut self, error: StorageError) {
        if self.storage_said.replace(error) != Some(error) {
            self.toast(asides::not_kept(&error.to_string()));
        }
    }

    fn toast(&mut self, text: String) {
        self.last_toast += 1;
        let id = self.last_toast;
        self.view.toasts.push(Toast {
            id,
            text,
            undo: None,
            there: false,
        });
    }

    /// Shows the view where it moved.
    fn show(&mut self) {
        if let Some(session) = &self.session {
            self.view.unknown = session.unknown();
            self.view.dropped = session.dropped();
        }
        if self.shown.as_ref() != Some(&self.view) {
            self.shown = Some(self.view.clone());
            self.outputs
                .push_back(Output::Show(Box::new(self.view.clone())));
        }
    }
}
