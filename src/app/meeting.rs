//! What a video room needs to know of the server at hand.

use super::App;
use crate::meet::{IceServer, address};

/// Where a video room is, and who we are in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meeting {
    /// The address of the signalling socket, without a key.
    pub url: String,
    /// The key that the server wants, where there is one. It goes into the address of the socket and
    /// nowhere else.
    pub token: Option<String>,
    /// What the operator set, to be reached by those behind a router.
    pub ice: Vec<IceServer>,
    /// Our participant id.
    pub me: String,
    /// Random.
    pub seed: u64,
}

impl App {
    /// Where the video rooms of the server at hand are; `None` where no server is at hand. Each has
    /// another participant id.
    pub fn meeting(&mut self) -> Option<Meeting> {
        let target = self.target.as_ref()?;
        let token = self.key_to(target.protocol.name, &target.url);
        Some(Meeting {
            url: address::signalling(&target.url),
            token,
            ice: self.config.ice.clone(),
            me: self.random.uuid(),
            seed: self.random.next(),
        })
    }
}
