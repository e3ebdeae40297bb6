//! What the app is told, and what it asks for.

use crate::io::{Action, Happening};
use crate::model::{Attachment, ItemId};
use crate::protocol::{Command, Dialect, Start as Beginning};
use crate::session::Change;
use crate::storage::StorageError;
use crate::storage::record::ConversationKey;
use crate::storage::tables::{Rows, Write};

use super::list::Listing;
use super::view::View;

/// One thing the app is told.
#[derive(Clone, Debug, PartialEq)]
pub enum Msg {
    /// The page has loaded. First, and once.
    Started(Start),
    /// The store gave what it has of a conversation: the answer to [`Output::Load`].
    Loaded(Box<Loaded>),
    /// The store did not keep something.
    NotKept(StorageError),
    /// Whether this tab holds a conversation, or another of the browser's: the answer to
    /// [`Output::Claim`], and again once the other has let go of it.
    Claimed {
        /// Which.
        conversation: ConversationKey,
        /// This tab holds it.
        ours: bool,
    },
    /// Another tab said this over the conversation's channel.
    Heard(String),
    /// Another tab said this to all tabs of this browser.
    HeardByAll(String),
    /// Something happened to a socket or a request.
    Happened(Happening),
    /// The browser says that the network is there, or is gone.
    Online(bool),
    /// The page is hidden, and may never be shown again.
    Hidden,
    /// The page is shown again after having been hidden.
    Shown,
    /// The deadline has passed.
    Woke,
    /// The person did something.
    Did(Intent),
    /// The host page sent a message (`message` event): origin and data as text.
    Host {
        /// The sender's origin.
        origin: String,
        /// JSON text.
        data: String,
    },
}

/// What the page knows when it loads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Start {
    /// The query, without `?`, still percent-encoded.
    pub query: String,
    /// `config.json` beside `index.html`, where there is one.
    pub config: Option<String>,
    /// Whether the page came over `https:`.
    pub secure: bool,
    /// The page's own origin, such as `http://127.0.0.1:8080`.
    pub origin: String,
    /// Random; for backoff and identifiers.
    pub seed: u64,
    /// The browser says that the network is there.
    pub online: bool,
    /// The page stands in a frame of another page.
    pub embedded: bool,
    /// What is kept of earlier visits.
    pub kept: Kept,
    /// The page is not seen, such as in a tab that was opened behind another.
    pub hidden: bool,
    /// Whether anything outlives the page.
    pub storage: bool,
    /// What this tab has kept of the time before it was reloaded, by [`Output::KeepInTab`].
    pub tab: Vec<(String, String)>,
}

/// What is kept of earlier visits, but for the conversations' events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Rows of [`Setting`](crate::storage::record::Setting).
    pub settings: Rows,
    /// Rows of [`Conversation`](crate::storage::record::Conversation).
    pub conversations: Rows,
}

/// What is kept of one conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// Which.
    pub conversation: ConversationKey,
    /// The record itself, where there is one.
    pub record: Option<String>,
    /// Rows of [`Event`](crate::storage::record::Event).
    pub events: Rows,
    /// Rows of [`Outgoing`](crate::storage::record::Outgoing).
    pub outbox: Rows,
    /// Rows of [`Setting`](crate::storage::record::Setting) that hold keys, which another tab may
    /// have changed; `None` where they could not be read.
    pub keys: Option<Rows>,
}

/// What the person can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Intent {
    /// Connect to a server: the settings form, or the dialog of a link.
    Connect {
        /// Name of the protocol.
        server: String,
        /// Address; ignored by the demo.
        url: String,
        /// Send the document's frames only.
        strict: bool,
        /// Which dialect the server speaks.
        dialect: Dialect,
        /// The key, as it was typed; empty where none was.
        key: String,
        /// The key is to be remembered on this device.
        remember: bool,
    },
    /// No longer remember the key to a server on this device.
    ForgetKey {
        /// Name of the protocol.
        server: String,
        /// Address.
        url: String,
    },
    /// The person writes a message (`true`), or has left the message box.
    Typing(bool),
    /// Do not follow the link; stay where we are.
    DeclineLink,
    /// Close the connection.
    Disconnect,
    /// Try again now, without waiting.
    RetryNow,
    /// Send a message.
    Send {
        /// The text.
        text: String,
        /// What goes with it.
        attachments: Vec<Attachment>,
    },
    /// Change a queued message's text.
    Edit {
        /// Which.
        id: ItemId,
        /// The new text.
        text: String,
    },
    /// Take back a queued message, or delete one that did not arrive.
    Withdraw(ItemId),
    /// Keep a queued message while it is being changed; `None` ends it.
    Hold(Option<ItemId>),
    /// Send a queued message now, or one that did not (or may not have) arrived again.
    SendNow(ItemId),
    /// Answer an approval.
    Answer {
        /// The item.
        id: ItemId,
        /// Allowed.
        approved: bool,
        /// Do not ask again for this tool.
        remember: bool,
        /// Why it is refused; empty where the person does not say.
        reason: String,
    },
    /// Stop the run.
    Stop,
    /// Let the agent rest (`true`), or go on.
    Pause(bool),
    /// End the agent on the server.
    End,
    /// Save the whole conversation as a file.
    Export,
    /// Stop waiting for a stalled run.
    GiveUp,
    /// Go on waiting for a stalled run.
    KeepWaiting,
    /// Forget the conversation on the server.
    Reset,
    /// Begin a new conversation with the same server.
    NewConversation,
    /// The same, with what was chosen for it.
    Begin(Beginning),
    /// Ask this of the server.
    Ask(Command),
    /// Go to that message.
    GoTo(ItemId),
    /// Something in the list of conversations.
    List(Listing),
    /// The reader has gone there; see [`Place::at`](super::Place::at).
    Scrolled {
        /// The conversation that was on the screen.
        conversation: String,
        /// The message at the top edge, and where it is; `None` at the end.
        at: Option<(ItemId, i32)>,
    },
    /// The text in the composer changed.
    Draft(String),
    /// A theme was chosen.
    Theme(Theme),
    /// A passing notice was read.
    Dismiss(u64),
    /// The inspector was opened or closed.
    Inspect(bool),
    /// Empty the inspector.
    ClearTrace,
}

/// Light, dark, or as the system says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// The word in `data-theme`, in storage and in links.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme of that word; any other word is `None`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::System, Self::Light, Self::Dark]
            .into_iter()
            .find(|theme| theme.word() == word)
    }
}

/// One thing the app asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Do this.
    Io(Action),
    /// Make these changes in the store, in one commit. It comes before everything else that a
    /// message leads to: a message of the person's is kept before it is sent.
    Keep(Vec<Write>),
    /// Keep this for as long as the tab is open, or forget it (`None`). It never reaches a disk or
    /// another tab by the page's doing.
    KeepInTab {
        /// Its name.
        name: String,
        /// What it says.
        key: Option<String>,
    },
    /// Put this query, with its `?`, in place of the one in the page's address.
    Query(String),
    /// Read what is kept of a conversation; [`Msg::Loaded`] is the answer, whatever there is.
    Load(ConversationKey),
    /// Hold a conversation, if no other tab does, and listen to its channel; `None` lets go.
    Claim(Option<ConversationKey>),
    /// Hold the conversation under another name, and under the one before for as long as it is held:
    /// whoever took the old name for free would hold it too. Who still speaks under that one is
    /// told this, and at once whoever listens there.
    Rename {
        /// The name from now on.
        to: ConversationKey,
        /// What those are told who know only the one before.
        news: String,
    },
    /// Say this to the other tabs on the conversation.
    Tell(String),
    /// Say this to all tabs of this browser.
    TellAll(String),
    /// The timeline, the connection or the run moved.
    Session(Change),
    /// Everything else on the screen, after it moved: small, compared field by field.
    Show(Box<View>),
    /// Say this to screen readers, once.
    Announce(String),
    /// Put this text into the composer.
    Compose(String),
    /// Offer this video room to the person.
    Invite(String),
    /// Leave the video room: it is another server's than the one at hand from now on.
    LeaveRoom,
    /// Send this JSON text to the host page, for exactly this origin.
    Post {
        /// Target origin.
        origin: String,
        /// JSON text.
        data: String,
    },
    /// Save this as a file.
    Save {
        /// Its name, as far as the browser allows it.
        name: String,
        /// JSON text.
        json: String,
    },
    /// The inspector has a new line, or was emptied (`None`).
    Trace(Option<super::TraceLine>),
}
