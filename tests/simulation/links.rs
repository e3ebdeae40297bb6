//! Links, configuration and what is remembered: whom the page contacts, and when.

use std::rc::Rc;

use parlor::app::{App, Intent, KEYS, Kept, Loaded, Msg, Output, Start, Theme, TraceLine, View};
use parlor::io::{Action, Closed, Frame, Happening, Request, RequestId, SocketId};
use parlor::model::{Attachment, Body, ConversationId, Instant, Item, TransactionId};
use parlor::protocol::Capabilities;
use parlor::session::{Change, Phase, Run};
use parlor::storage::StorageError;
use parlor::storage::record::{ConversationKey, Outgoing, Record};
use parlor::storage::tables::{MemoryTables, Store, Table};
use serde_json::json;

use super::support::{line, ready};

/// A page with a store in memory, and what it shows.
pub(crate) struct Page {
    app: App,
    pub(crate) now: u64,
    pub(crate) opened: Vec<String>,
    pub(crate) view: View,
    pub(crate) composed: Option<String>,
    pub(crate) store: Rc<MemoryTables>,
    socket: Option<SocketId>,
    request: Option<RequestId>,
    /// The requests under way, oldest first.
    pub(crate) asked: Vec<(RequestId, Request)>,
    /// The files that were saved, each with its name.
    pub(crate) saved: Vec<(String, String)>,
    /// What the tab keeps.
    pub(crate) tab: Vec<(String, String)>,
    /// What the page's address was changed to.
    pub(crate) query: Option<String>,
    /// The store refuses what it is given.
    pub(crate) full: bool,
    /// This tab gets the conversations that it asks for.
    pub(crate) holds: bool,
    /// Whether it does is not said.
    pub(crate) unanswered: bool,
    pub(crate) told: Vec<String>,
    pub(crate) phase: Phase,
    pub(crate) run: Run,
    /// What the server can do.
    pub(crate) can: Capabilities,
    pub(crate) traced: Vec<TraceLine>,
    pub(crate) items: Vec<Item>,
    pub(crate) spoken: Vec<String>,
    /// The frames that went out.
    pub(crate) sent: Vec<String>,
    /// What it told all tabs, and nobody has heard yet.
    pub(crate) news: Vec<String>,
}

/// A first visit.
pub(crate) fn load(query: &str, config: Option<&str>) -> Page {
    visit(query, config, &Rc::default())
}

/// A visit to a page that was there before.
pub(crate) fn visit(query: &str, config: Option<&str>, store: &Rc<MemoryTables>) -> Page {
    visit_with(5_000, Vec::new(), query, config, store)
}

/// A visit that begins so many milliseconds after time itself.
pub(crate) fn visit_at(
    now: u64,
    query: &str,
    config: Option<&str>,
    store: &Rc<MemoryTables>,
) -> Page {
    visit_with(now, Vec::new(), query, config, store)
}

/// A visit in a tab that has kept something.
pub(crate) fn visit_in(
    tab: Vec<(String, String)>,
    query: &str,
    config: Option<&str>,
    store: &Rc<MemoryTables>,
) -> Page {
    visit_with(5_000, tab, query, config, store)
}

fn visit_with(
    now: u64,
    tab: Vec<(String, String)>,
    query: &str,
    config: Option<&str>,
    store: &Rc<MemoryTables>,
) -> Page {
    let mut page = Page {
        app: App::default(),
        now,
        opened: Vec::new(),
        view: View::default(),
        composed: None,
        store: Rc::clone(store),
        socket: None,
        request: None,
        asked: Vec::new(),
        saved: Vec::new(),
        tab: tab.clone(),
        query: None,
        full: false,
        holds: true,
        unanswered: false,
        told: Vec::new(),
        phase: Phase::Idle,
        run: Run::Idle,
        can: Capabilities::default(),
        traced: Vec::new(),
        items: Vec::new(),
        spoken: Vec::new(),
        sent: Vec::new(),
        news: Vec::new(),
    };
    page.tell(Msg::Started(Start {
        query: query.to_owned(),
        config: config.map(str::to_owned),
        origin: "http://page.test".into(),
        seed: 9,
        online: true,
        storage: true,
        tab,
        kept: Kept {
            settings: ready(store.list(Table::Settings, "", None, None)).unwrap(),
            conversations: ready(store.list(Table::Conversations, "", None, None)).unwrap(),
        },
        ..Start::default()
    }));
    page
}

impl Page {
    /// How large the frame of a message with that text would be.
    pub(crate) fn weigh(&self, text: &str) -> usize {
        self.app.weigh(text, &[])
    }

    pub(crate) fn tell(&mut self, msg: Msg) {
        self.app.update(msg, Instant(self.now));
        while let Some(output) = self.app.poll() {
            match output {
                Output::Io(Action::Open { url, socket }) => {
                    self.socket = Some(socket);
                    self.opened.push(url);
                }
                Output::Io(Action::Fetch { request, what }) => {
                    self.request = Some(request);
                    self.asked.push((request, what));
                }
                Output::Io(Action::Abort(request)) => {
                    self.asked.retain(|(known, _)| *known != request);
                }
                Output::KeepInTab { name, key } => {
                    self.tab.retain(|(known, _)| *known != name);
                    self.tab.extend(key.map(|key| (name, key)));
                }
                Output::Trace(Some(line)) => self.traced.push(line),
                Output::Query(query) => self.query = Some(query),
                Output::Tell(news) => self.told.push(news),
                Output::Io(Action::Send { frame, .. }) => self.sent.push(frame.text().into()),
                Output::Session(change) => self.changed(change),
                Output::Announce(text) => self.spoken.push(text),
                Output::Show(view) => self.view = *view,
                Output::Compose(text) => self.composed = Some(text),
                Output::TellAll(news) => self.news.push(news),
                Output::Keep(_) if self.full => self.tell(Msg::NotKept(StorageError::Full)),
                Output::Keep(writes) => ready(self.store.commit(writes)).unwrap(),
                Output::Save { name, json } => self.saved.push((name, json)),
                Output::Load(conversation) => self.read(conversation),
                Output::Claim(Some(_)) if self.unanswered => {}
                Output::Claim(Some(conversation)) => self.claimed(conversation),
                Output::Rename { to, news } => {
                    self.told.push(news);
                    if !self.unanswered {
                        self.claimed(to);
                    }
                }
                _ => {}
            }
        }
    }

    fn read(&mut self, conversation: ConversationKey) {
        let prefix = conversation.prefix();
        let rows = |table| ready(self.store.list(table, &prefix, None, None)).unwrap();
        let loaded = Loaded {
            record: ready(self.store.get(Table::Conversations, conversation.as_str())).unwrap(),
            events: rows(Table::Events),
            outbox: rows(Table::Outbox),
            keys: ready(self.store.list(Table::Settings, KEYS, None, None)).ok(),
            conversation,
        };
        self.tell(Msg::Loaded(Box::new(loaded)));
    }

    fn claimed(&mut self, conversation: ConversationKey) {
        let ours = self.holds;
        self.tell(Msg::Claimed { conversation, ours });
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
            Change::Connection(phase) => self.phase = phase,
            Change::Run(run) => self.run = run,
            Change::Capabilities(can) => self.can = can,
            _ => {}
        }
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.items.iter().map(line).collect()
    }

    pub(crate) fn send(&mut self, text: &str, attachments: Vec<Attachment>) {
        let text = text.into();
        self.tell(Msg::Did(Intent::Send { text, attachments }));
    }

    pub(crate) fn answered(&mut self, status: u16, body: &str) {
        self.happens(Happening::Answered {
            retry_after: None,
            request: self.request.unwrap(),
            status,
            body: body.to_owned(),
        });
    }

    pub(crate) fn happens(&mut self, happening: Happening) {
        self.tell(Msg::Happened(happening));
    }

    /// What was handed to the socket has left.
    pub(crate) fn flush(&mut self) {
        self.happens(Happening::Flushed(self.socket.unwrap()));
    }

    pub(crate) fn open(&mut self) {
        self.happens(Happening::Opened(self.socket.unwrap()));
    }

    pub(crate) fn hear(&mut self, event: &str, text: &str) {
        let session = self.view.conversation.clone();
        let frame = json!({"event": event, "data": {"text": text, "sessionId": session}});
        self.receive(&frame.to_string());
    }

    pub(crate) fn receive(&mut self, frame: &str) {
        self.happens(Happening::Received {
            socket: self.socket.unwrap(),
            frame: Frame::Text(frame.to_owned()),
        });
    }

    /// Answers the oldest request to an address that ends like this; a status of 0 is no answer.
    pub(crate) fn answer(&mut self, end: &str, status: u16, body: &str) -> Request {
        let fits = |(_, what): &(RequestId, Request)| what.url.ends_with(end);
        let at = self.asked.iter().position(fits);
        let at = at.unwrap_or_else(|| panic!("{end} among {:?}", self.asked));
        let (request, what) = self.asked.remove(at);
        self.happens(match status {
            0 => Happening::Failed { request },
            _ => Happening::Answered {
                retry_after: None,
                request,
                status,
                body: body.to_owned(),
            },
        });
        what
    }

    pub(crate) fn lose(&mut self) {
        self.happens(Happening::Closed(Closed {
            socket: self.socket.unwrap(),
            code: 1006,
            reason: String::new(),
            refused: false,
        }));
        self.tell(Msg::Did(Intent::RetryNow));
    }

    pub(crate) fn recall(&mut self, entries: &serde_json::Value) {
        self.happens(Happening::Answered {
            retry_after: None,
            request: self.request.unwrap(),
            status: 200,
            body: json!({"history": entries}).to_string(),
        });
    }

    pub(crate) fn connect(&mut self, server: &str, url: &str) {
        self.tell(Msg::Did(Intent::Connect {
            server: server.into(),
            url: url.into(),
            strict: false,
            dialect: parlor::protocol::Dialect::Auto,
            key: String::new(),
            remember: false,
        }));
    }
}

const LINK: &str = "server=saiki&url=ws%3A%2F%2F127.0.0.1%3A3001%2F&conversation=abc";

#[test]
fn without_parameters_the_demo_opens_and_nothing_is_contacted() {
    let page = load("", None);
    assert_eq!(page.view.server, "demo");
    assert!(page.opened.is_empty());
    assert!(page.view.toasts.is_empty());
}

#[test]
fn an_address_from_a_link_waits_for_the_person() {
    let mut page = load(LINK, None);
    assert!(page.opened.is_empty());
    let link = page.view.link.clone().expect("a dialog");
    assert_eq!(link.host, "127.0.0.1:3001");
    assert_eq!(page.view.server, "demo");
    page.connect(&link.server, &link.url);
    assert_eq!(page.opened, ["ws://127.0.0.1:3001/"]);
    assert_eq!(page.view.conversation, "abc");
    assert!(page.view.link.is_none());
}

#[test]
fn a_link_that_is_declined_is_not_contacted() {
    let mut page = load(LINK, None);
    page.tell(Msg::Did(Intent::DeclineLink));
    assert!(page.opened.is_empty());
    assert_eq!(page.view.server, "demo");
    assert!(page.view.link.is_none());
}

#[test]
fn what_the_operator_trusts_is_contacted_at_once_and_nothing_like_it() {
    let trusted = |entry: &str| format!("{{\"trusted\":[\"{entry}\"]}}");
    for (entry, opens) in [
        ("ws://127.0.0.1:3001", true),
        ("ws://127.0.0.1:3001/", true),
        ("http://127.0.0.1:3001/x", true),
        ("wss://127.0.0.1:3001", false),
        ("ws://127.0.0.1", false),
        ("ws://127.0.0.1:30010", false),
        ("", false),
    ] {
        let page = load(LINK, Some(&trusted(entry)));
        assert_eq!(!page.opened.is_empty(), opens, "{entry}");
    }
}

#[test]
fn the_operator_sets_server_address_and_title() {
    let config = r#"{"title":"Ours","server":"saiki","url":"wss://agent.example/ws"}"#;
    let page = load("", Some(config));
    assert_eq!(page.opened, ["wss://agent.example/ws"]);
    assert_eq!(page.view.title, "Ours");
}

#[test]
fn broken_parameters_are_said_and_the_demo_stays() {
    for query in [
        "server=nobody&url=ws://h/",
        "server=saiki",
        "url=ws://h/",
        "server=saiki&url=javascript://alert(1)",
        "server=saiki&url=ws://",
        "server=saiki&url=ws://user:secret@h/",
        "server=saiki&url=%zz",
        "nonsense=1",
        "theme=pink",
        "conversation=",
    ] {
        let page = load(query, None);
        assert_eq!(page.view.server, "demo", "{query}");
        assert!(page.opened.is_empty(), "{query}");
        assert!(!page.view.toasts.is_empty(), "{query}");
    }
    let page = load("", Some("{not json"));
    assert_eq!(page.view.toasts.len(), 1);
}

#[test]
fn a_prompt_is_prefilled_and_never_sent() {
    let page = load("prompt=rm%20-rf%20%2F+please", None);
    assert_eq!(page.composed.as_deref(), Some("rm -rf / please"));
}

#[test]
fn the_last_server_conversation_draft_and_theme_come_back() {
    let mut page = load("", None);
    page.connect("saiki", "localhost:3001");
    page.tell(Msg::Did(Intent::Draft("half a thou".into())));
    page.tell(Msg::Did(Intent::Theme(Theme::Dark)));
    page.tell(Msg::Did(Intent::Send {
        text: "queued".into(),
        attachments: Vec::new(),
    }));
    page.tell(Msg::Did(Intent::Draft("half a thought".into())));
    let conversation = page.view.conversation.clone();
    let again = visit("", None, &page.store);
    assert_eq!(again.opened, ["ws://localhost:3001/"]);
    assert_eq!(again.view.conversation, conversation);
    assert_eq!(again.view.theme, Theme::Dark);
    assert_eq!(again.composed.as_deref(), Some("half a thought"));
    assert_eq!(again.lines(), ["user queued: queued"]);
}

#[test]
fn a_new_conversation_has_a_new_identifier_and_keeps_the_server() {
    let mut page = load("", None);
    page.connect("saiki", "ws://h:1/");
    let before = page.view.conversation.clone();
    page.tell(Msg::Did(Intent::NewConversation));
    assert_ne!(page.view.conversation, before);
    assert_eq!(page.opened, ["ws://h:1/", "ws://h:1/"]);
    let again = visit("", None, &page.store);
    assert_eq!(again.view.conversation, page.view.conversation);
}

#[test]
fn a_wrong_address_in_the_settings_is_a_sentence() {
    let mut page = load("", None);
    page.connect("saiki", "ftp://h/");
    assert!(page.view.toasts[0].text.contains("ftp://"));
    page.connect("saiki", "   ");
    assert_eq!(page.view.toasts.len(), 2);
    assert!(page.opened.is_empty());
}

fn picture() -> Attachment {
    Attachment {
        name: "cat.png".into(),
        mime: "image/png".into(),
        base64: "AAAA".into(),
    }
}

fn visited() -> Page {
    let mut page = load("", None);
    page.connect("saiki", "ws://h:1/");
    page
}

#[test]
fn a_message_of_which_no_sign_came_is_there_after_a_reload() {
    let mut page = visited();
    page.open();
    page.send("sent", Vec::new());
    page.send("waits", Vec::new());
    let again = visit("", None, &page.store);
    assert_eq!(
        again.lines(),
        ["user maybe-sent: sent", "user queued: waits"]
    );
    page.hear("thinking", "");
    page.hear("response", "Hi");
    let settled = visit("", None, &page.store);
    assert_eq!(settled.lines(), ["user queued: waits"]);
}

#[test]
fn a_waiting_message_keeps_what_goes_with_it() {
    let mut page = visited();
    page.send("look at this", vec![picture()]);
    let again = visit("", None, &page.store);
    assert_eq!(again.lines(), ["user queued: look at this"]);
    let message = match &again.items[0].body {
        Body::User(message) => message,
        other => panic!("{other:?}"),
    };
    assert_eq!(message.attachments, [picture()]);
}

#[test]
fn a_message_whose_picture_was_never_kept_does_not_go_out_without_it() {
    let page = visited();
    let mut message = outgoing(&page);
    message.incomplete = true;
    ready(page.store.commit(vec![message.put()])).unwrap();
    let mut again = visit("", None, &page.store);
    again.open();
    assert_eq!(again.lines(), [""; 0]);
    assert_eq!(again.composed.as_deref(), Some("look at this"));
    assert!(again.view.toasts[0].text.contains("Attach it again"));
    let once_more = visit("", None, &again.store);
    assert_eq!(once_more.composed.as_deref(), Some("look at this"));
}

fn outgoing(page: &Page) -> Outgoing {
    let id = ConversationId::new(page.view.conversation.clone());
    Outgoing {
        conversation: ConversationKey::new("saiki", "ws://h:1/", &id),
        seq: 1,
        text: "look at this".into(),
        attachments: Vec::new(),
        incomplete: false,
        failed: false,
        doubtful: false,
        transaction: TransactionId(1),
    }
}

#[test]
fn what_waits_in_a_conversation_that_is_left_waits_there() {
    let mut page = visited();
    page.send("one", Vec::new());
    let link = "server=saiki&url=ws%3A%2F%2Fh%3A1%2F&conversation=other";
    let mut again = visit(link, None, &page.store);
    again.connect("saiki", "ws://h:1/");
    assert_eq!(again.view.conversation, "other");
    assert_eq!(again.lines(), [""; 0]);
    let link = link.replace("other", &page.view.conversation);
    let mut back = visit(&link, None, &again.store);
    back.connect("saiki", "ws://h:1/");
    assert_eq!(
        back.lines(),
        ["user queued: one"],
        "it waits where it was written"
    );
}

#[test]
fn a_strict_link_stays_strict_when_it_is_confirmed() {
    let page = load(&format!("{LINK}&strict=1"), None);
    assert!(page.view.link.as_ref().unwrap().strict);
    let page = load(LINK, None);
    assert!(!page.view.link.as_ref().unwrap().strict);
}

#[test]
fn what_a_gap_kept_back_is_spoken_and_what_was_said_before_the_visit_is_not() {
    let said = |role: &str, content: &str| json!({"role": role, "content": content});
    let mut page = visited();
    page.open();
    page.send("a", Vec::new());
    page.hear("thinking", "");
    page.hear("response", "A");
    assert_eq!(page.spoken, ["A"]);
    page.lose();
    page.open();
    let before = [said("user", "a"), said("assistant", "A")];
    let later = [said("user", "b"), said("assistant", "B")];
    page.recall(&json!([before.clone(), later].concat()));
    assert_eq!(page.spoken, ["A", "B"]);

    let mut again = visit("", None, &page.store);
    again.open();
    again.recall(&json!(before));
    assert_eq!(again.lines().len(), 2);
    assert_eq!(again.spoken, [""; 0]);
}

/// What a switch allows may be more than the person would.
#[test]
fn a_link_cannot_let_the_key_stand_in_an_address() {
    let link = "server=openhands-v1&url=http://agent.test&strict=1";
    let page = load(link, None);
    assert!(!page.view.link.as_ref().unwrap().strict);
}
