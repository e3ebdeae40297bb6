//! Timeline items: what stands on the screen, one article each.

use serde_json::Value;

use super::{
    ApprovalId, Attachment, Confirmation, Duration, Instant, ItemId, Risk, ToolCall, ToolState,
    TransactionId,
};

/// One entry of the timeline.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Ours, unique in a session, kept through every change of the body.
    pub id: ItemId,
    /// What it is, with the state that such a thing can have.
    pub body: Body,
}

impl Item {
    /// The kind, as `data-kind` names it.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self.body {
            Body::User(_) => Kind::User,
            Body::Agent(_) => Kind::Agent,
            Body::Reasoning(_) => Kind::Reasoning,
            Body::Tool(_) => Kind::Tool,
            Body::Approval(_) => Kind::Approval,
            Body::Notice(_) => Kind::Notice,
            Body::Error(_) => Kind::Error,
        }
    }

    /// The state, as `data-state` names it.
    #[must_use]
    pub const fn state(&self) -> State {
        match &self.body {
            Body::User(message) => message.state.state(),
            Body::Agent(prose) | Body::Reasoning(prose) => prose.state.state(),
            Body::Tool(tool) => match tool.state {
                ToolState::Running | ToolState::Asked => State::Pending,
                ToolState::Done => State::Done,
                ToolState::Failed => State::Failed,
                ToolState::Denied => State::Denied,
                ToolState::Interrupted => State::Interrupted,
            },
            Body::Approval(approval) => match approval.state {
                ApprovalState::Pending { .. } => State::Pending,
                ApprovalState::Approved => State::Approved,
                ApprovalState::Denied => State::Denied,
                ApprovalState::Expired => State::Expired,
            },
            Body::Notice(_) => State::Done,
            Body::Error(_) => State::Failed,
        }
    }
}

/// What an item is.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// A message of the person's.
    User(UserMessage),
    /// The agent's answer, in Markdown.
    Agent(Prose),
    /// The agent's reasoning, in Markdown.
    Reasoning(Prose),
    /// A tool call with its result.
    Tool(ToolCall),
    /// A question that only the person can answer.
    Approval(Approval),
    /// Something Parlor says of itself or of the connection.
    Notice(Notice),
    /// Something that went wrong on the server, in words.
    Error(Fault),
}

/// A message of the person's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserMessage {
    /// Ours; repeated on the wire where the protocol has a place for it.
    pub transaction: TransactionId,
    /// The text as typed.
    pub text: String,
    /// Pictures and files that go with it.
    pub attachments: Vec<Attachment>,
    /// How far its delivery is.
    pub state: SendState,
}

/// How far the delivery of a message is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendState {
    /// Waits for the connection, for the running turn or for the throttle.
    Queued,
    /// Handed to the socket; bytes may still be in the browser's buffer.
    Sending,
    /// Left this machine.
    Sent,
    /// The server was seen to work on it, or named it in its history.
    Confirmed,
    /// It did not arrive.
    Failed(Failure),
    /// The connection ended between sending and the first sign of the server; it may have arrived.
    MaybeSent,
}

/// Why a message did not arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The server closed the connection with code 1009: sending it again would fail again.
    TooLarge,
    /// The protocol has no way to send what it holds.
    Unsupported,
    /// The server's history does not have it.
    NotReceived,
    /// The server did not confirm within some seconds that it takes it.
    NotAccepted,
    /// The server did not take the files that go with it, so that it was not sent.
    NotUploaded,
    /// The server refused it.
    Refused,
}

impl SendState {
    const fn state(&self) -> State {
        match self {
            Self::Queued => State::Queued,
            Self::Sending => State::Sending,
            Self::Sent => State::Sent,
            Self::Confirmed => State::Confirmed,
            Self::Failed(_) => State::Failed,
            Self::MaybeSent => State::MaybeSent,
        }
    }
}

/// A text in Markdown that may still be growing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prose {
    /// The Markdown so far.
    pub text: String,
    /// Whether more may come.
    pub state: ProseState,
}

/// Whether more of a text may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProseState {
    /// It is still growing.
    Streaming,
    /// It is whole.
    Done,
    /// The connection, the server or the person ended it early.
    Interrupted,
}

impl ProseState {
    const fn state(self) -> State {
        match self {
            Self::Streaming => State::Streaming,
            Self::Done => State::Done,
            Self::Interrupted => State::Interrupted,
        }
    }
}

/// A question that only the person can answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Approval {
    /// The server's identifier; the answer names it.
    pub id: ApprovalId,
    /// The tool it is about; empty where it is about none.
    pub tool: String,
    /// The tool's arguments, or what the server asks about.
    pub args: Value,
    /// The server's own words about it.
    pub description: Option<String>,
    /// How dangerous the server finds it, where it says so.
    pub risk: Option<Risk>,
    /// Whether the answer can be remembered for later calls.
    pub can_remember: bool,
    /// How far it is.
    pub state: ApprovalState,
}

/// How far an approval is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApprovalState {
    /// Waits for the person.
    Pending {
        /// When the server stops waiting, as far as it says.
        until: Option<Instant>,
    },
    /// Allowed.
    Approved,
    /// Refused.
    Denied,
    /// The server stopped waiting before an answer was given.
    Expired,
}

/// Something Parlor says of itself or of the connection; [`crate::words`] has the sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The conversation was reset; the server has forgotten what came before.
    Reset,
    /// The server did not confirm a reset.
    ResetUnconfirmed,
    /// The run ended without a word.
    EmptyReply,
    /// The person stopped the run and the server was told to stop.
    Stopped,
    /// The person stopped the run; this server cannot, so the rest of the turn is hidden here.
    Muted,
    /// The server could not be told to stop, and nothing of the run can be hidden.
    NotStopped,
    /// The server was asked to end the agent, and did not say that it has.
    NotEnded,
    /// The person gave up waiting.
    GaveUp {
        /// How long nothing had come.
        after: Duration,
    },
    /// The history could not be read because the server allows no reading from this page's origin.
    HistoryBlocked {
        /// The line for a reverse proxy that would allow it.
        remedy: String,
    },
    /// The server has no history of this conversation any more.
    Forgotten,
    /// The document of the server knows no answer to a question, and only its frames are to be sent.
    CannotAnswer,
    /// An MCP server was connected to the agent, or could not be.
    ToolServer {
        /// Its name.
        name: String,
        /// Why it could not be connected.
        error: Option<String>,
    },
    /// Something that stands folded away: its heading, and the whole of it.
    Aside {
        /// What it is.
        what: Aside,
        /// All of it, shown when unfolded.
        text: String,
    },
    /// The person paused the agent.
    Paused,
    /// The person let a paused agent go on.
    Resumed,
    /// Events may be missing that the server created while the connection was being made.
    MayBeMissing {
        /// At most so many.
        count: u64,
    },
    /// From here on the agent waits for the person before these calls.
    Confirms(Confirmation),
    /// The server says something that is no answer.
    Said {
        /// Its words.
        text: String,
    },
    /// The server has closed the conversation's session.
    Closed {
        /// Its short name of the reason; may be empty.
        reason: String,
    },
    /// The agent works towards a goal of its own until this is so.
    Goal {
        /// What it is to reach.
        objective: String,
        /// How far it is, by the server's word.
        state: String,
    },
    /// A hook of the server's stopped a call, or said something of it.
    Hook {
        /// What the hook said.
        text: String,
    },
    /// The agent's list of tools changed.
    Tools {
        /// How many there are now.
        count: usize,
    },
}

/// What stands folded away in the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aside {
    /// The instructions that the agent works by.
    SystemPrompt,
    /// What the agent was given to know of its workspace.
    Workspace,
    /// What the agent was given to know of a subject that came up.
    Knowledge,
    /// The agent's own summary, in place of an older part of the conversation.
    Summary,
    /// Something that only the agent's makers have a use for.
    Inner,
}

/// Something that went wrong on the server, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// One sentence or the first lines of what the server said.
    pub message: String,
    /// All of what the server said, where that is more.
    pub detail: Option<String>,
    /// The server's own short name of the error, such as `internal_error` or `streamText`.
    pub code: Option<String>,
}

/// An item's kind, as `data-kind` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is documented at its Body")]
pub enum Kind {
    User,
    Agent,
    Reasoning,
    Tool,
    Approval,
    Notice,
    Error,
}

impl Kind {
    /// The word in `data-kind`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Agent => "agent",
            Self::Reasoning => "reasoning",
            Self::Tool => "tool",
            Self::Approval => "approval",
            Self::Notice => "notice",
            Self::Error => "error",
        }
    }
}

/// An item's state, as `data-state` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is documented at the state it comes from")]
pub enum State {
    Queued,
    Sending,
    Sent,
    Confirmed,
    Failed,
    MaybeSent,
    Streaming,
    Done,
    Interrupted,
    Pending,
    Approved,
    Denied,
    Expired,
}

impl State {
    /// The word in `data-state`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Confirmed => "confirmed",
            Self::Failed => "failed",
            Self::MaybeSent => "maybe-sent",
            Self::Streaming => "streaming",
            Self::Done => "done",
            Self::Interrupted => "interrupted",
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Denied => "denied",
            Self::Expired => "expired",
        }
    }
}
