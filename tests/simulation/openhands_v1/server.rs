//! A naive model of an agent server from 1.0: a log, the calls that read it, and both sockets.

use parlor::io::Request;
use parlor::model::{ConversationId, Instant};
use parlor::protocol::{Descriptor, Setup, Start, descriptor};
use parlor::recording::Player;
use parlor::session::Birth;
use serde_json::{Value, json};

use super::super::numbered::{Stored, told};

pub(crate) fn newer() -> &'static Descriptor {
    descriptor("openhands-v1").unwrap()
}

pub(crate) const HOME: &str = "http://agent.test:8000";

pub(crate) fn setup(conversation: &str) -> Setup {
    Setup {
        url: format!("{HOME}/"),
        key: None,
        conversation: ConversationId::new(conversation),
        fresh: false,
        strict: false,
        dialect: parlor::protocol::Dialect::Auto,
        others: Vec::new(),
        came: Vec::new(),
        start: Start::default(),
    }
}

/// A page of a conversation that is known, with what was stored of it.
pub(crate) fn page(stored: Stored, now: Instant) -> Player {
    let birth = Birth {
        seed: 7,
        log: stored.events,
        whole: stored.whole,
        ..Birth::default()
    };
    Player::start(newer(), setup("c1"), birth, now)
}

#[derive(Clone, Debug)]
pub(crate) struct Server {
    pub(crate) log: Vec<Value>,
    /// The number of the first event.
    pub(crate) first: usize,
    /// It has the session socket.
    pub(crate) session: bool,
    /// No page of this origin may read its answers.
    pub(crate) blocked: bool,
    pub(crate) title: Option<String>,
    /// An app server stands before it.
    pub(crate) app: bool,
}

impl Server {
    pub(crate) const fn new(session: bool, log: Vec<Value>) -> Self {
        Self {
            log,
            first: 0,
            session,
            blocked: false,
            title: None,
            app: false,
        }
    }

    /// What it says of the conversation.
    pub(crate) fn info(&self) -> Value {
        json!({"id": "c1", "title": self.title, "execution_status": self.status(),
            "workspace": {"working_dir": "/srv/ws"}})
    }

    fn status(&self) -> &str {
        let said = |event: &&Value| event["key"] == "execution_status";
        let newest = self.log.iter().rfind(said);
        newest.map_or("idle", |event| event["value"].as_str().unwrap())
    }

    pub(crate) fn full_state(&self) -> Value {
        json!({"id": "f1", "timestamp": "2026-11-21T23:59:59.999999", "source": "environment",
            "key": "full_state", "value": self.info(), "kind": "ConversationStateUpdateEvent"})
    }

    /// What is said of an event over its sockets.
    pub(crate) fn frame(&self, at: usize) -> String {
        match self.session {
            true => json!({"type": "durable", "seq": self.first + at, "event": self.log[at]})
                .to_string(),
            false => self.log[at].to_string(),
        }
    }

    pub(crate) fn state_frame(&self) -> String {
        match self.session {
            true => json!({"type": "transient", "event": self.full_state()}).to_string(),
            false => self.full_state().to_string(),
        }
    }

    /// The answer to a call that only asks; `None` where none can be read.
    pub(crate) fn answer(&self, request: &Request) -> Option<(u16, String)> {
        if self.blocked {
            return None;
        }
        let place = request.url.split_once("//").unwrap().1;
        let path = place.split_at(place.find('/').unwrap()).1;
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let given = |name: &str| {
            let mut parts = query.split('&').filter_map(|part| part.split_once('='));
            parts.find_map(|(key, value)| (key == name).then_some(value))
        };
        let of = path.strip_prefix("/api/conversations/").unwrap_or_default();
        let (status, body) = match of.split_once('/') {
            None if !of.is_empty() => (200, self.info()),
            Some((_, "events/search")) => (200, self.page(given("page_id"))),
            _ if self.app && path == "/api/v1/app-conversations" => {
                (200, json!([running(given("ids").unwrap())]))
            }
            _ => (404, json!({"detail": "Not Found"})),
        };
        Some((status, body.to_string()))
    }

    /// A page from this event on; an unknown one is the beginning, without a word.
    fn page(&self, from: Option<&str>) -> Value {
        let at = |id: &str| self.log.iter().position(|event| event["id"] == id);
        let start = from.and_then(at).unwrap_or_default();
        let end = (start + 100).min(self.log.len());
        let next = self.log.get(end).map(|event| event["id"].clone());
        json!({"items": self.log[start..end], "next_page_id": next})
    }

    /// Connects a page that wants to; `late` of the log go out live amid the history.
    pub(crate) fn accept(&self, player: &mut Player, late: usize) {
        let tried = player.addresses().len();
        self.lets_try(player, tried);
        if !self.session && last_address(player).contains("/sockets/session/") {
            player.close(1006, "");
            self.lets_try(player, tried + 1);
        }
        let address = last_address(player).to_owned();
        player.open();
        match self.session {
            true => self.sync(player, &address),
            false => self.resend(player, &address, late),
        }
        while player.answer_first(asks, |request| self.answer(request)) {}
    }

    /// Answers until the page tries another socket.
    fn lets_try(&self, player: &mut Player, tried: usize) {
        let mut patience = 20;
        while player.addresses().len() == tried {
            if !player.answer_first(asks, |request| self.answer(request)) {
                let later = player.now() + parlor::model::Duration::secs(1);
                player.advance(later);
            }
            patience -= 1;
            assert!(
                patience > 0,
                "it tries no socket: {:?}",
                player.session().phase()
            );
        }
    }

    /// The session socket: what is behind the number in the address, then the state.
    fn sync(&self, player: &mut Player, address: &str) {
        let after: i64 = address.split_once("after_seq=").unwrap().1.parse().unwrap();
        player.receive(&json!({"type": "sync", "from_seq": after}).to_string());
        for at in 0..self.log.len() {
            if i64::try_from(self.first + at).unwrap() > after {
                player.receive(&self.frame(at));
            }
        }
        player.receive(&self.state_frame());
    }

    /// The older one: the state first, then what is new amid what was asked for again.
    fn resend(&self, player: &mut Player, address: &str, late: usize) {
        player.receive(&self.state_frame());
        let query = address.split_once('?').map_or("", |(_, query)| query);
        let since = query.split_once("after_timestamp=").map(|(_, since)| since);
        let again = |event: &&Value| match since {
            Some(since) => event["timestamp"].as_str().unwrap() >= since,
            None => query.contains("resend_mode=all"),
        };
        let (old, live) = self.log.split_at(self.log.len() - late.min(self.log.len()));
        let mut live = live.iter();
        for event in old.iter().filter(again) {
            if let Some(event) = live.next() {
                player.receive(&event.to_string());
            }
            player.receive(&event.to_string());
        }
        for event in live {
            player.receive(&event.to_string());
        }
    }
}

/// What an app server says of a conversation whose sandbox runs.
pub(crate) fn running(id: &str) -> Value {
    json!({"id": id, "sandbox_id": "sb1", "sandbox_status": "RUNNING", "title": "A title",
        "execution_status": "idle", "session_api_key": "inner",
        "conversation_url": format!("{HOME}/api/conversations/{id}")})
}

/// Whether a call only asks.
pub(crate) fn asks(request: &Request) -> bool {
    request.method == "GET"
}

pub(crate) fn last_address(player: &Player) -> &str {
    player.addresses().last().unwrap()
}

/// The timeline of a log that came whole and in order.
pub(crate) fn reference(log: &[Value]) -> Vec<String> {
    let mut player = page(Stored::default(), Instant(0));
    let mut server = Server::new(true, Vec::new());
    server.accept(&mut player, 0);
    for event in log {
        server.log.push(event.clone());
        player.receive(&server.frame(server.log.len() - 1));
    }
    told(player.items())
}
