//! The protocols Parlor speaks. A new one is one word here and one file beside this one.

use super::{Protocol, general_bots, openhands_v0, openhands_v1, saiki};
use crate::model::{Confirmation, ConversationId};

/// What an adapter is made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setup {
    /// The server's address as the person gave it, without a key.
    pub url: String,
    /// The key that the server wants, where there is one.
    pub key: Option<String>,
    /// The conversation.
    pub conversation: ConversationId,
    /// The server knows nothing of the conversation yet; the identifier is ours, and it may give
    /// another.
    pub fresh: bool,
    /// The protocol's switch is on; [`Descriptor::switch`] says what it does.
    pub strict: bool,
    /// Which of its dialects the server speaks, where the person says so.
    pub dialect: Dialect,
    /// The names of messages that came before, of [`super::AgentEvent::Came`], oldest first.
    pub came: Vec<String>,
    /// The other conversations with this server that are kept here, newest first: news of them can be
    /// asked for.
    pub others: Vec<ConversationId>,
    /// What a new conversation begins with.
    pub start: Start,
}

/// What a new conversation begins with, as far as the person said; the rest is the server's choice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Start {
    /// The folder that the agent works in, on the server's machine; empty for the usual one.
    pub folder: String,
    /// The kind of sandbox, by the server's name; empty for the usual one.
    pub template: String,
    /// For which calls the agent waits for the person.
    pub confirmation: Option<Confirmation>,
    /// The model, where it is to be another one from now on.
    pub model: Option<Model>,
}

/// A model, as the server is set up with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Model {
    /// Its name, with its maker in front (`openai/gpt-5`).
    pub name: String,
    /// Where it is; empty for its maker's own address.
    pub url: String,
    /// The key to it. The server keeps it; here it is kept nowhere.
    pub key: String,
}

/// Which of a protocol's two dialects a server speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// The adapter finds out.
    #[default]
    Auto,
    /// That of the protocol's document.
    Documented,
    /// That of the released servers.
    Native,
}

impl Dialect {
    /// Every one, in the order of the settings form.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Documented, Self::Native];

    /// The word in links and settings.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Documented => "documented",
            Self::Native => "native",
        }
    }

    /// The one of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dialect| dialect.word() == word)
    }
}

/// What a person can switch on for a protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// Send only what the server's document knows.
    Strict,
    /// Let the key stand in the address of a socket, for servers that look for it nowhere else.
    /// Whoever passes addresses on may write them down, so no link can switch it on.
    KeyInAddress,
    /// Choose which [`Dialect`] is spoken.
    Dialect,
}

/// A protocol as the settings form shows it.
#[derive(Clone, Copy, Debug)]
pub struct Descriptor {
    /// The name in links and on the command line, such as `saiki`.
    pub name: &'static str,
    /// The name a person reads.
    pub label: &'static str,
    /// One sentence for the settings form.
    pub about: &'static str,
    /// The address to start from; `None` where there is none to type.
    pub address: Option<&'static str>,
    /// Whether the server may want a key.
    pub key: bool,
    /// Whether every frame names its conversation, as a client writes them.
    pub names_conversation: bool,
    /// What can be switched on.
    pub switch: Option<Switch>,
    /// Whether a new conversation can begin with what [`Start`] says.
    pub starts: bool,
    /// Whether the server may keep nothing of a conversation, so that what is said is kept here.
    pub forgets: bool,
    /// Makes the adapter.
    pub make: fn(Setup) -> Box<dyn Protocol>,
}

impl Descriptor {
    /// Whether there is an address to type and to connect to.
    #[must_use]
    pub const fn has_address(&self) -> bool {
        self.address.is_some()
    }
}

/// Every protocol, in the order of the settings form.
pub const PROTOCOLS: &[Descriptor] = &[
    Descriptor {
        name: "demo",
        label: "Demo",
        about: "An agent that lives in this page. Nothing leaves your browser.",
        address: None,
        key: false,
        names_conversation: true,
        switch: None,
        starts: false,
        forgets: false,
        make: saiki::make,
    },
    Descriptor {
        name: "saiki",
        label: "Saiki",
        about: "Saiki up to 0.3.7 and Dexto 1.0 to 1.2.4, over their WebSocket.",
        address: Some("ws://localhost:3001/"),
        key: false,
        names_conversation: true,
        switch: Some(Switch::Strict),
        starts: false,
        forgets: false,
        make: saiki::make,
    },
    Descriptor {
        name: "openhands-v0",
        label: "OpenHands V0",
        about: "OpenHands 0.30 to 0.62, over its Socket.IO connection.",
        address: Some("http://localhost:3000/"),
        key: true,
        names_conversation: false,
        switch: Some(Switch::Strict),
        starts: false,
        forgets: false,
        make: openhands_v0::make,
    },
    Descriptor {
        name: "openhands-v1",
        label: "OpenHands V1",
        about: "OpenHands from 1.0: its app server, or an agent server directly.",
        address: Some("http://localhost:3000/"),
        key: true,
        names_conversation: false,
        switch: Some(Switch::KeyInAddress),
        starts: true,
        forgets: false,
        make: openhands_v1::make,
    },
    Descriptor {
        name: "general-bots",
        label: "General Bots",
        about: "General Bots, as its document describes it and as its releases speak, with video rooms.",
        address: Some("ws://localhost:8080/ws"),
        key: true,
        names_conversation: false,
        switch: Some(Switch::Dialect),
        starts: false,
        forgets: true,
        make: general_bots::make,
    },
];

/// The protocol of that name.
#[must_use]
pub fn descriptor(name: &str) -> Option<&'static Descriptor> {
    PROTOCOLS.iter().find(|protocol| protocol.name == name)
}
