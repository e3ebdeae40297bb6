//! General Bots: one WebSocket with JSON frames, in two dialects.

use super::{Capabilities, Command, Out, Protocol, Setup, Unsupported, Verdict};
use crate::io::{Closed, Happening, SocketId};
use crate::model::{ConversationId, Cursor};

/// Makes the adapter.
#[must_use]
pub fn make(setup: Setup) -> Box<dyn Protocol> {
    Box::new(GeneralBots {
        setup,
        socket: None,
    })
}

struct GeneralBots {
    setup: Setup,
    socket: Option<SocketId>,
}

impl Protocol for GeneralBots {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            meets: true,
            ..Capabilities::default()
        }
    }

    fn connect(&mut self, _cursor: &Cursor, out: &mut Out<'_>) {
        self.socket = Some(out.open(self.setup.url.clone()));
    }

    fn receive(&mut self, happening: &Happening, out: &mut Out<'_>) {
        match happening {
            Happening::Opened(_) => out.ready(),
            Happening::Received { .. } => out.unknown(),
            _ => {}
        }
    }

    fn submit(&mut self, _command: &Command, _out: &mut Out<'_>) -> Result<(), Unsupported> {
        Err(Unsupported)
    }

    fn recall(&mut self, _cursor: &Cursor, _out: &mut Out<'_>) {}

    fn verdict(&self, _closed: &Closed) -> Verdict {
        Verdict::Retry
    }

    fn read_back(&self, _frame: &str) -> Option<Command> {
        None
    }

    fn conversation_of(&self, _frame: &str) -> Option<ConversationId> {
        None
    }
}
