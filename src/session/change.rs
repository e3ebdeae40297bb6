//! What a session tells the outside: changes, never snapshots.

use crate::io::{Action, Frame};
use crate::model::{
    Confirmation, ConversationId, Cost, Dress, Duration, Event, EventKey, Instant, Item, ItemId,
    Suggestion, Switcher,
};
use crate::protocol::{Capabilities, Gone, Page};

/// One thing to do or to know, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Do this.
    Io(Action),
    /// This moved.
    Changed(Change),
    /// This passed over the wire.
    Traced(Trace),
    /// This event of the server's log is new here, and is to be kept.
    Logged(Box<Event>),
    /// Up to this event of the log nothing is missing: to be kept behind the events before it.
    Whole(EventKey),
}

/// One movement of what is shown.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// A new item stands before the one now at `at` (at the end where there is none).
    Inserted {
        /// Its place in the order.
        at: usize,
        /// The item.
        item: Item,
    },
    /// A text grew at its end, and nothing else moved.
    Grew {
        /// Whose text.
        id: ItemId,
        /// By what.
        delta: String,
    },
    /// An item is now this one.
    Updated(Item),
    /// An item is gone.
    Removed(ItemId),
    /// Everything is gone.
    Cleared,
    /// The connection.
    Connection(Phase),
    /// The run.
    Run(Run),
    /// What the server can do.
    Capabilities(Capabilities),
    /// The conversation's title, from the server.
    Titled(String),
    /// The conversation's identifier, from the server.
    Named(ConversationId),
    /// What the server is busy with, by its own short name; `None` once it is done.
    Progress(Option<String>),
    /// What the conversation has cost so far.
    Cost(Cost),
    /// The whole conversation as JSON, or that the server does not give it.
    Exported(Option<String>),
    /// A page of the server's own list of conversations.
    Listed(Page),
    /// A conversation of that list has another title now.
    Renamed {
        /// Which.
        id: ConversationId,
        /// Its title.
        title: String,
    },
    /// The server has deleted a conversation.
    Deleted(ConversationId),
    /// The server did not do what was asked of it, in its own words or in none.
    NotDone(String),
    /// For which calls the agent waits for the person.
    Confirms(Confirmation),
    /// Texts to say next.
    Suggests(Vec<Suggestion>),
    /// The ways to answer that there are.
    Switchers(Vec<Switcher>),
    /// How the conversation is to look from now on.
    Dressed(Dress),
    /// A message of this name has come.
    Came(String),
    /// Something was answered in another conversation of this server.
    Elsewhere {
        /// Which.
        id: ConversationId,
        /// What the message is called; empty where it has no name.
        name: String,
        /// What it says.
        text: String,
    },
    /// The server is asked too often: the message that it refused goes out again then.
    TooOften {
        /// When.
        until: Instant,
    },
    /// The kinds of sandbox that an agent can be started in, by the server's names.
    Templates(Vec<String>),
    /// The server spoke of the conversation: from now on it has a history.
    Known,
}

/// Where the connection is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// Nobody asked for one.
    #[default]
    Idle,
    /// Being opened.
    Connecting {
        /// 0 for the first try.
        attempt: u32,
    },
    /// Usable.
    Open {
        /// Since when.
        since: Instant,
    },
    /// Between two tries.
    Waiting {
        /// When the next try is.
        until: Instant,
        /// Its number, from 1.
        attempt: u32,
        /// How the last connection ended, as a close code.
        code: u16,
        /// There was a connection before; without one, nothing was lost.
        ever: bool,
    },
    /// The browser says that there is no network; it comes back by itself.
    Offline,
    /// No further try without the person.
    Refused {
        /// In words.
        why: Refusal,
    },
}

/// Why no further try is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The browser refused the address.
    Address {
        /// The browser's words; may be empty.
        reason: String,
    },
    /// A further try would end the same.
    Gone(Gone),
    /// The server ended the conversation with this close code.
    Server {
        /// Close code.
        code: u16,
        /// The server's reason; may be empty.
        reason: String,
    },
}

impl Phase {
    /// The word in `data-phase`.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Connecting { .. } => "connecting",
            Self::Open { .. } => "open",
            Self::Waiting { .. } => "waiting",
            Self::Offline => "offline",
            Self::Refused { .. } => "refused",
        }
    }
}

/// What the agent is doing, as far as can be known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Run {
    /// Nothing.
    #[default]
    Idle,
    /// The agent is being started and takes no message yet.
    Starting,
    /// It works on a message.
    Working {
        /// Since when.
        since: Instant,
    },
    /// It waits for the person's answer to an approval.
    Asking,
    /// It rests where it is until it is told to go on, or gets a message.
    Paused,
    /// It works, and the rest of this turn is hidden because the person stopped it.
    Muted {
        /// Since when.
        since: Instant,
    },
    /// Nothing came for so long that something may be wrong.
    Stalled {
        /// When the last frame came.
        quiet_since: Instant,
        /// After how long a silence this is said.
        after: Duration,
    },
}

impl Run {
    /// Whether a further message has to wait.
    #[must_use]
    pub const fn busy(&self) -> bool {
        !matches!(self, Self::Idle | Self::Paused)
    }
}

/// One frame that passed, or one that ought to be known of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// When.
    pub at: Instant,
    /// Which way.
    pub direction: Direction,
    /// The frame; `None` marks an opening, a close or a note.
    pub frame: Option<Frame>,
    /// How the frame was judged, or the note's words.
    pub judgement: Judgement,
}

/// Which way a frame went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the server.
    In,
    /// To the server.
    Out,
}

/// How a frame was judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// Understood.
    Read,
    /// Not understood.
    Unknown,
    /// Of no concern here: another conversation's, or late.
    Dropped,
    /// No frame, but a note such as `open` or `close 1006`.
    Note(String),
}
