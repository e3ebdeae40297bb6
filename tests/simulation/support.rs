//! What the modules share: a Saiki session with its hand on the wire, and words about items.

use std::task::{Context, Poll, Waker};

use parlor::model::{ConversationId, Duration, Instant, Item, ItemId};
use parlor::protocol::{Descriptor, Setup, descriptor};
use parlor::recording::Player;
use parlor::session::{Birth, Input, Policy};
use serde_json::{Value, json};

pub(crate) const CONVERSATION: &str = "c1";
pub(crate) const START: Instant = Instant(1_000_000);

pub(crate) fn saiki() -> &'static Descriptor {
    descriptor("saiki").unwrap()
}

pub(crate) fn setup() -> Setup {
    Setup {
        url: "ws://agent.test:3001/".into(),
        key: None,
        conversation: ConversationId::new(CONVERSATION),
        fresh: false,
        strict: false,
        dialect: parlor::protocol::Dialect::Auto,
        others: Vec::new(),
        came: Vec::new(),
        start: parlor::protocol::Start::default(),
    }
}

/// A session that is being connected.
pub(crate) fn connecting(seed: u64) -> Player {
    Player::start(
        saiki(),
        setup(),
        Birth {
            seed,
            ..Birth::default()
        },
        START,
    )
}

/// A session that is connected.
pub(crate) fn connected() -> Player {
    let mut player = connecting(7);
    player.open();
    player
}

/// A session that is connected and has sent one message.
pub(crate) fn asked() -> Player {
    let mut player = connected();
    player.say("hello");
    player.flush();
    player
}

pub(crate) trait Wire {
    fn say(&mut self, text: &str);
    fn event(&mut self, event: &str, data: Value);
    fn thinking(&mut self);
    fn chunk(&mut self, text: &str);
    fn response(&mut self, text: &str);
    fn wait(&mut self, span: Duration);
    fn reconnect(&mut self);
    fn lines(&self) -> Vec<String>;
    fn messages_sent(&self) -> Vec<String>;
    fn last(&self) -> ItemId;
}

impl Wire for Player {
    fn say(&mut self, text: &str) {
        let text = text.to_owned();
        self.input(Input::Send {
            text,
            attachments: Vec::new(),
        });
    }

    fn event(&mut self, event: &str, mut data: Value) {
        if let Some(fields) = data.as_object_mut() {
            fields.entry("sessionId").or_insert(json!(CONVERSATION));
        }
        self.receive(&json!({"event": event, "data": data}).to_string());
    }

    fn thinking(&mut self) {
        self.event("thinking", json!({}));
    }

    fn chunk(&mut self, text: &str) {
        self.event("chunk", json!({"text": text, "isComplete": false}));
    }

    fn response(&mut self, text: &str) {
        self.event("response", json!({"text": text, "model": "m"}));
    }

    fn wait(&mut self, span: Duration) {
        let to = self.now() + span;
        self.advance(to);
    }

    /// Cut off, and back again with nothing missed on the wire; the history is not there.
    fn reconnect(&mut self) {
        self.close(1006, "");
        self.open();
        self.answer_all(501, "");
    }

    fn lines(&self) -> Vec<String> {
        self.items().iter().map(line).collect()
    }

    fn messages_sent(&self) -> Vec<String> {
        let frames = self
            .sent()
            .iter()
            .map(|frame| serde_json::from_str::<Value>(frame).unwrap());
        let messages = frames.filter(|frame| frame["type"] == "message");
        messages
            .map(|frame| frame["content"].as_str().unwrap().to_owned())
            .collect()
    }

    fn last(&self) -> ItemId {
        self.items().last().unwrap().id
    }
}

/// An item in one line: `agent done: the text`.
pub(crate) fn line(item: &Item) -> String {
    let text = parlor::words::text(&item.body);
    format!("{} {}: {text}", item.kind().word(), item.state().word())
}

pub(crate) const fn policy() -> Policy {
    Policy {
        connect_timeout: Duration::secs(20),
        backoff_base: Duration::secs(1),
        backoff_floor: Duration::millis(150),
        backoff_ceiling: Duration::secs(30),
        stable_after: Duration::secs(5),
        stall: Duration::secs(120),
        settle: Duration::millis(1_500),
        unconfirmed: Duration::secs(3),
        recall: Duration::secs(5),
        reset: Duration::secs(10),
        late: Duration::millis(500),
        accept: Duration::secs(5),
        upload: Duration::secs(300),
        busy: Duration::secs(1),
        post: Duration::secs(60),
        too_often: Duration::secs(30),
        typing: Duration::secs(5),
        messages_per_second: 10,
    }
}

/// What a store in memory answers: it waits for nobody.
pub(crate) fn ready<T>(future: impl Future<Output = T>) -> T {
    let mut context = Context::from_waker(Waker::noop());
    match std::pin::pin!(future).poll(&mut context) {
        Poll::Ready(answer) => answer,
        Poll::Pending => panic!("it waits"),
    }
}
