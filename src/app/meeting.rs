//! What a video room needs to know of the server at hand.

use super::{App, Output};
use crate::meet::{Chat, IceServer, address};
use crate::session::Session;
use crate::wire::address::{encoded, without_key};

/// Where a video room is, and who we are in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meeting {
    /// The address of the signalling socket, without a key.
    pub url: String,
    /// The key that the server wants, where there is one.
    pub token: Option<String>,
    /// What names this server in a link.
    server: &'static str,
    /// The address that a link gives, without a key.
    address: String,
    /// What the chat was found to be.
    pub chat: Chat,
    /// What the operator set, to be reached by those behind a router.
    pub ice: Vec<IceServer>,
    /// Our participant id.
    pub me: String,
    /// Random.
    pub seed: u64,
}

impl Meeting {
    /// The link that leads others to a room here, from the address of the page.
    #[must_use]
    pub fn link(&self, page: &str, room: &str) -> String {
        let (url, room) = (encoded(&self.address), encoded(room));
        [
            page,
            "?server=",
            self.server,
            "&url=",
            &url,
            "&room=",
            &room,
        ]
        .concat()
    }
}

impl App {
    /// Where the video rooms of the server at hand are; `None` where no server is at hand. Each has
    /// another participant id.
    pub fn meeting(&mut self) -> Option<Meeting> {
        let target = self.target.as_ref()?;
        let token = self.key_to(target.protocol.name, &target.url);
        let can = self.session.as_ref().map(Session::capabilities);
        // Only released servers set no limit to a frame, and only the document's are told who writes.
        let chat = match can {
            Some(can) if can.frame.is_none() => Chat::Released,
            Some(can) if can.typing => Chat::Documented,
            _ => Chat::Unknown,
        };
        Some(Meeting {
            url: address::signalling(&target.url),
            server: target.protocol.name,
            address: without_key(&target.url).0,
            token,
            chat,
            ice: self.config.ice.clone(),
            me: self.random.uuid(),
            seed: self.random.next(),
        })
    }

    /// A link leads to a video room, and the server may be spoken to.
    pub(super) fn invite(&mut self, room: Option<String>) {
        self.outputs.extend(room.map(Output::Invite));
    }
}
