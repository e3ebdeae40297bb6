//! One room, with neither a server nor the others.

use parlor::meet::{
    Action, Chat, Description, Happening, Input, LinkId, Output, Participant, Room, Setup,
    Signalling,
};
use parlor::model::Instant;
use serde_json::{Value, json};

/// A room alone, and what it put out.
pub(super) struct Alone {
    pub(super) room: Room,
    pub(super) now: Instant,
    pub(super) actions: Vec<Action>,
    pub(super) signalling: Vec<Signalling>,
    pub(super) others: Vec<Participant>,
    pub(super) unknown: Vec<String>,
    pub(super) large: Vec<usize>,
}

impl Alone {
    /// In the room, by the id `m`.
    pub(super) fn new() -> Self {
        let mut alone = Self::with(None, Chat::Documented);
        alone.wait(300);
        assert_eq!(alone.signalling.last(), Some(&Signalling::Joined));
        alone.actions.clear();
        alone
    }

    /// The socket has just opened.
    pub(super) fn with(token: Option<&str>, chat: Chat) -> Self {
        let mut alone = Self::connecting(token, chat);
        alone.happened(Happening::Opened);
        alone
    }

    /// The socket is being opened.
    pub(super) fn connecting(token: Option<&str>, chat: Chat) -> Self {
        let setup = Setup {
            url: "wss://rooms.invalid/ws/meet".to_owned(),
            room: "R".to_owned(),
            name: "Ana".to_owned(),
            me: "m".to_owned(),
            screen: "ours".to_owned(),
            seed: 1,
            token: token.map(str::to_owned),
            chat,
        };
        let mut alone = Self {
            room: Room::new(setup),
            now: Instant(1_000),
            actions: Vec::new(),
            signalling: Vec::new(),
            others: Vec::new(),
            unknown: Vec::new(),
            large: Vec::new(),
        };
        alone.input(Input::Join);
        alone
    }

    pub(super) fn input(&mut self, input: Input) {
        self.room.handle(input, self.now);
        while let Some(output) = self.room.poll() {
            match output {
                Output::Act(action) => self.actions.push(action),
                Output::Signalling(phase) => self.signalling.push(phase),
                Output::Others(others) => self.others = others,
                Output::Unknown(text) => self.unknown.push(text),
                Output::TooLarge(bytes) => self.large.push(bytes),
            }
        }
    }

    pub(super) fn happened(&mut self, happening: Happening) {
        self.input(Input::Happened(happening));
    }

    pub(super) fn hears(&mut self, frame: &Value) {
        self.happened(Happening::Received(frame.to_string()));
    }

    pub(super) fn wait(&mut self, millis: u64) {
        let until = Instant(self.now.0 + millis);
        while let Some(at) = self.room.deadline().filter(|at| *at <= until) {
            self.now = self.now.max(at);
            self.input(Input::Woke);
        }
        self.now = until;
    }

    pub(super) fn sent(&self) -> Vec<Value> {
        let frames = self.actions.iter().filter_map(|action| match action {
            Action::Send(frame) => serde_json::from_str(frame).ok(),
            _ => None,
        });
        frames.collect()
    }

    /// The types of the frames that went out.
    pub(super) fn kinds(&self) -> Vec<String> {
        let kind = |frame: &Value| frame["type"].as_str().unwrap_or_default().to_owned();
        self.sent().iter().map(kind).collect()
    }

    /// The addresses that were opened.
    pub(super) fn opened(&self) -> Vec<&str> {
        let urls = self.actions.iter().filter_map(|action| match action {
            Action::Open(url) => Some(url.as_str()),
            _ => None,
        });
        urls.collect()
    }

    /// What the last tie was told to take.
    pub(super) fn taken(&self) -> Option<Description> {
        self.actions.iter().rev().find_map(|action| match action {
            Action::Take { description, .. } => Some(description.clone()),
            _ => None,
        })
    }

    pub(super) fn described(&mut self, link: u32, offer: bool, sdp: &str) {
        let sdp = sdp.to_owned();
        self.happened(Happening::Described {
            link: LinkId(link),
            description: Some(Description { offer, sdp }),
        });
    }
}

pub(super) const SDP: &str = "v=0\r\no=- 7 1 IN IP4 127.0.0.1\r\n";

pub(super) fn offer() -> Value {
    json!({"type": "offer", "sdp": SDP})
}

pub(super) fn from(sender: &str, signal: &Value) -> Value {
    json!({"type": "signal", "room_id": "R", "from_id": sender, "target_id": "m", "signal": signal})
}
