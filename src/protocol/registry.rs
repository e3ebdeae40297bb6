//! The protocols Parlor speaks. A new one is one word here and one file beside this one.

use super::{Protocol, openhands_v0, saiki};
use crate::model::ConversationId;

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
    /// Send only what the server's document knows.
    pub strict: bool,
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
    /// Whether there is a strict switch.
    pub strict: bool,
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
        strict: false,
        make: saiki::make,
    },
    Descriptor {
        name: "saiki",
        label: "Saiki",
        about: "Saiki up to 0.3.7 and Dexto 1.0 to 1.2.4, over their WebSocket.",
        address: Some("ws://localhost:3001/"),
        key: false,
        names_conversation: true,
        strict: true,
        make: saiki::make,
    },
    Descriptor {
        name: "openhands-v0",
        label: "OpenHands V0",
        about: "OpenHands 0.30 to 0.62, over its Socket.IO connection.",
        address: Some("http://localhost:3000/"),
        key: true,
        names_conversation: false,
        strict: true,
        make: openhands_v0::make,
    },
];

/// The protocol of that name.
#[must_use]
pub fn descriptor(name: &str) -> Option<&'static Descriptor> {
    PROTOCOLS.iter().find(|protocol| protocol.name == name)
}
