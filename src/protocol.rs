//! What an adapter is: wire frames in, one shared vocabulary of events out.
//!
//! The vocabulary is AG-UI's (run, text message, tool call, with started / delta / finished). An
//! adapter knows no clock, no retry and no storage: [`crate::session`] has those, once for all.

mod emit;
pub mod general_bots;
mod listing;
pub mod openhands_v0;
pub mod openhands_v1;
mod registry;
pub mod saiki;

use crate::io::{Closed, Happening};
use crate::model::{
    ApprovalId, Attachment, CallId, Confirmation, Content, ConversationId, Cost, Cursor, Dress,
    Duration, Event, EventKey, Failure, Fault, Instant, Notice, Standing, Suggestion, Switcher,
    ToolState, TransactionId,
};
pub use emit::{Emission, Ids, Out};
pub use listing::{Page, Remote};
pub use registry::{Descriptor, Dialect, Model, PROTOCOLS, Setup, Start, Switch, descriptor};

/// What an adapter understood of what came in.
#[derive(Clone, Debug, PartialEq)]
pub enum AgentEvent {
    /// The agent works on the last message.
    RunStarted,
    /// A piece of the answer.
    TextDelta(String),
    /// A piece of the reasoning.
    ReasoningDelta(String),
    /// The whole answer since the last tool call, in place of the pieces; without pieces, at once.
    TextFinished(String),
    /// What was missed of the answer before the first of it that was seen in this run.
    TextRecovered(String),
    /// What pieces of this run's answer that are on the screen, one after the other, really were.
    TextMended {
        /// The pieces as they came; at least one.
        pieces: Vec<String>,
        /// The text that they are pieces of.
        whole: String,
    },
    /// The whole reasoning of the run, where no pieces of it came.
    ReasoningFinished(String),
    /// A tool is called.
    ToolCallStarted {
        /// The server's identifier, where it gives one.
        call: Option<CallId>,
        /// The tool's name.
        name: String,
        /// The arguments.
        args: serde_json::Value,
    },
    /// A tool call has a result. Without an identifier: the oldest running call of that name.
    ToolCallFinished {
        /// The server's identifier, where it gives one.
        call: Option<CallId>,
        /// The tool's name.
        name: String,
        /// Done, failed or denied.
        state: ToolState,
        /// The server refused for want of an answer in time.
        timed_out: bool,
        /// The result.
        content: Vec<Content>,
    },
    /// The agent waits for the person.
    ApprovalRequested {
        /// The server's identifier.
        id: ApprovalId,
        /// The tool's name, or empty.
        tool: String,
        /// The arguments, or what is asked.
        args: serde_json::Value,
        /// The server's words.
        description: Option<String>,
        /// Whether an answer can be remembered.
        can_remember: bool,
        /// How long the server waits.
        timeout: Option<Duration>,
    },
    /// The run is over; `Likely` where the protocol cannot tell and only quiet proves it.
    RunFinished(Certainty),
    /// The run ended in an error, or a frame of ours was refused.
    RunFailed(Fault),
    /// The server has forgotten the conversation, because somebody asked it to.
    Reset,
    /// The conversation as the server remembers it, oldest first.
    History(Vec<Past>),
    /// The server has no history, or none that can be read now.
    HistoryMissing,
    /// The history cannot be read from this page's origin.
    HistoryBlocked {
        /// The line for a reverse proxy that would allow it.
        remedy: String,
    },
    /// The server's log has been read up to now.
    CaughtUp(Reach),
    /// From here on nothing is missing between the events of the log, since they come in order.
    InOrder,
    /// An answer that grows before it is an event of the log.
    Stream(Stream),
    /// The server takes the message of that number.
    Accepted(TransactionId),
    /// The message in flight goes out by a call, whose answer says whether the server takes it.
    Posting,
    /// The message in flight was not taken, and goes out again once the connection is back.
    NotTaken(TransactionId),
    /// That call had no answer: the message may have arrived.
    Unclear(TransactionId),
    /// The answer to a question did not reach the server: it is open still.
    NotAnswered(ApprovalId),
    /// What goes with the message in flight is on its way to the server, and its frame not yet.
    Uploading,
    /// It is there, and the frame on its way.
    Uploaded,
    /// The message in flight was not sent: what goes with it, or itself, is not taken.
    NotSent(Failure),
    /// What the agent is doing, said beside the log.
    Stands(Standing),
    /// What the server is busy with, by its own short name; `None` once it is done.
    Progress(Option<String>),
    /// Something is wrong until the agent goes on, said beside the log.
    Trouble(Fault),
    /// The server chose the conversation's identifier.
    Named(ConversationId),
    /// The conversation got a title.
    Titled(String),
    /// The whole conversation as JSON; `None` where the server does not give it.
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
    /// What the conversation has cost so far, and how full the model's window is.
    Costs(Cost),
    /// Texts to say next, in place of those before.
    Suggests(Vec<Suggestion>),
    /// The ways to answer that there are, in place of those before.
    Switchers(Vec<Switcher>),
    /// How the conversation is to look from now on.
    Dressed(Dress),
    /// The server was asked to answer the last message once more.
    AnswersAgain,
    /// The message in flight was not taken because the server is asked too often: it goes out again
    /// by itself, after a wait that grows.
    TooOften,
    /// A message of the person's, which a server repeats or which comes from elsewhere.
    Overheard(String),
    /// A message of this name has come: should it come again, it is no other.
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
    /// The kinds of sandbox that an agent can be started in, by the server's names.
    Templates(Vec<String>),
    /// Something to tell the person.
    Notice(Notice),
}

/// What becomes of an answer that grows before it is an event of the log. `item` is the identifier
/// that the event will have, as the end of its key; empty where the server does not say it, and then
/// the agent's next event takes its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stream {
    /// It begins, or begins again: what was there of it is void.
    Began {
        /// Which.
        item: String,
    },
    /// A piece of it.
    Grew {
        /// Which.
        item: String,
        /// It is reasoning, and no answer.
        reasoning: bool,
        /// The piece.
        text: String,
    },
    /// It will not become an event.
    Aborted {
        /// Which.
        item: String,
    },
}

/// How much of a log was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Something may be missing.
    Part,
    /// All of it: what of ours is not in it did not arrive. What comes from now on comes in its order.
    All,
    /// All of it, up to this event; what comes from now on comes in any order, so that what is not
    /// here may be missing between two that are.
    To(Option<EventKey>),
}

/// How sure an adapter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// The protocol said so.
    Certain,
    /// It looks so; more may come.
    Likely,
}

/// One entry of a conversation as a server remembers it.
#[derive(Clone, Debug, PartialEq)]
pub enum Past {
    /// A message of the person's.
    User {
        /// Its text.
        text: String,
        /// Its pictures and files.
        attachments: Vec<Attachment>,
    },
    /// An answer, whole.
    Agent(String),
    /// A tool call with its result.
    Tool {
        /// The server's identifier.
        call: Option<CallId>,
        /// The tool's name.
        name: String,
        /// The arguments.
        args: serde_json::Value,
        /// The result; `None` where the history has none.
        result: Option<(ToolState, Vec<Content>)>,
    },
}

impl Past {
    /// Whether there are as many answers in a history as there are questions.
    #[must_use]
    pub fn is_all_answered(pasts: &[Self]) -> bool {
        let count = |is: fn(&Self) -> bool| pasts.iter().filter(|past| is(past)).count();
        let asked = count(|past| matches!(past, Self::User { .. }));
        count(|past| matches!(past, Self::Agent(_))) >= asked
    }
}

/// What the person asks of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Send a message.
    Message {
        /// Ours; repeated on the wire where the protocol has a place for it.
        id: TransactionId,
        /// The text.
        text: String,
        /// What goes with it.
        attachments: Vec<Attachment>,
        /// When it goes out, by this machine's clock.
        at: Instant,
    },
    /// Forget the conversation.
    Reset,
    /// Stop the run.
    Cancel,
    /// Let the agent rest where it is.
    Pause,
    /// Let it go on.
    Resume,
    /// Give the whole conversation as a file.
    Export,
    /// End the agent, and with it the connection; the conversation stays, and can be gone on with.
    End,
    /// Answer a request for approval.
    Answer {
        /// Which.
        id: ApprovalId,
        /// Allowed or refused.
        approved: bool,
        /// Do not ask again for this tool.
        remember: bool,
        /// Why it is refused; empty where the person does not say.
        reason: String,
    },
    /// Wait for the person before these calls, from now on.
    Confirm(Confirmation),
    /// Give a conversation of the server's list another title.
    Rename {
        /// Which.
        id: ConversationId,
        /// Its title.
        title: String,
    },
    /// Delete a conversation from the server.
    Delete(ConversationId),
    /// Delete the sandbox that the agent lives in; the conversation can only be read after that.
    Discard,
    /// Make room in the model's window by a summary of what was said.
    Condense,
    /// The person writes a message, or no longer does.
    Typing(bool),
    /// Tell of another conversation as well, or no longer.
    Listen {
        /// Which.
        id: ConversationId,
        /// It is told of.
        on: bool,
    },
    /// Turn a way to answer on or off.
    Switch {
        /// Which.
        id: String,
        /// On.
        on: bool,
    },
}

/// The protocol has no such command, or not with this content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this server cannot do that")]
pub struct Unsupported;

/// Stands among [`Capabilities::files`] for any file that holds text, whatever its media type.
pub const ANY_TEXT: &str = "*/*";

/// Stands among [`Capabilities::files`] for any file.
pub const ANY: &str = "*";

/// Whether files of any media type can go with a message, as far as they are what they have to be.
#[must_use]
pub fn takes_any(files: &[&str]) -> bool {
    files.contains(&ANY) || files.contains(&ANY_TEXT)
}

/// What a server can do, as far as is known now: the screen offers only that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// Pictures can go with a message.
    pub images: bool,
    /// Media types of other files that can go with a message; one that ends in `/` is a family.
    pub files: &'static [&'static str],
    /// How many pictures, and how many files, one message can carry.
    pub attachments: usize,
    /// The conversation can be reset.
    pub reset: bool,
    /// A run can be stopped on the server; else Stop only hides the rest here.
    pub cancel: bool,
    /// The server can give the conversation back after a gap.
    pub history: bool,
    /// The server numbers its events, so that none is missed or shown twice.
    pub event_ids: bool,
    /// It takes messages while the agent works.
    pub interject: bool,
    /// The agent can be paused and resumed.
    pub pause: bool,
    /// The server lists the conversations that it keeps.
    pub lists: bool,
    /// The agent can be ended, so that the server has room for another.
    pub ends: bool,
    /// The whole conversation can be had as a file of JSON.
    pub exports: bool,
    /// It says by itself that it takes a message, apart from the message's place in the log.
    pub acks: bool,
    /// It takes messages between two steps of the agent's work, and until then says nothing of them.
    pub defers: bool,
    /// A message that comes while the agent waits for leave gives that leave.
    pub message_allows: bool,
    /// A reason can be given for refusing.
    pub reasons: bool,
    /// The person can choose for which calls the agent waits.
    pub confirms: bool,
    /// Conversations of the server's list can be given another title, and be deleted there.
    pub keeps_list: bool,
    /// The server searches the titles of its list.
    pub searches: bool,
    /// The sandbox of the agent can be deleted.
    pub discards: bool,
    /// It can be told to make room in the model's window.
    pub condenses: bool,
    /// A new conversation can begin in a folder that the person names.
    pub folders: bool,
    /// It is told when the person writes.
    pub typing: bool,
    /// The largest frame that it takes, in bytes of UTF-8; [`Protocol::weigh`] says what a message
    /// comes to.
    pub frame: Option<usize>,
    /// Its answers may be fragments of HTML.
    pub fragments: bool,
    /// It has rooms for video calls.
    pub meets: bool,
}

/// Why the server does not go on with us, and a further try of the same would end the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gone {
    /// It knows no such conversation.
    UnknownConversation,
    /// It wants a key, or another one.
    Unauthorized,
    /// It has not been set up: no model, for one.
    NotSetUp,
    /// It ended the conversation's run, because somebody asked it to.
    Ended,
    /// It ended the conversation's run, because too many ran.
    TooMany,
    /// A new conversation could not be made, in the server's words or in none.
    NotStarted(String),
    /// The agent's sandbox has failed.
    Broken,
    /// The agent's sandbox is paused: connecting again wakes it.
    Asleep,
    /// The agent's sandbox is no more: the conversation can only be read.
    Archived,
    /// The server does not let a page of this origin begin a conversation; the line would allow it.
    Blocked {
        /// The line for the server's environment.
        remedy: String,
    },
    /// Anything else, in its own words.
    Said(String),
}

/// What to do after a socket closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Connect again after a while.
    Retry,
    /// Connect again, but the message in flight was too large: do not send it again.
    TooLarge,
    /// Do not connect again by itself.
    GiveUp,
}

/// One server's protocol, spoken for one conversation.
pub trait Protocol {
    /// What the server can do; asked again after every frame.
    fn capabilities(&self) -> Capabilities;
    /// Opens what has to be opened. The cursor says how far the server's log is here, where the
    /// server numbers its events.
    fn connect(&mut self, cursor: &Cursor, out: &mut Out<'_>);
    /// Reads one happening. Never fails: what it cannot read is `out.unknown()`.
    fn receive(&mut self, happening: &Happening, out: &mut Out<'_>);
    /// Writes one command.
    ///
    /// # Errors
    /// [`Unsupported`] where the protocol has no frame for it; nothing was sent then.
    fn submit(&mut self, command: &Command, out: &mut Out<'_>) -> Result<(), Unsupported>;
    /// How large the frame of a message would be, in bytes of UTF-8; 0 where that does not matter.
    fn weigh(&self, _text: &str, _attachments: &[Attachment]) -> usize {
        0
    }
    /// Asks for the history, where the protocol has one; its answer comes as
    /// [`AgentEvent::History`], or as events of the log and then [`AgentEvent::CaughtUp`].
    fn recall(&mut self, cursor: &Cursor, out: &mut Out<'_>);
    /// Asks for a page of the server's own list of conversations, where it has one: the first, or the
    /// one that the page before named. Its answer comes as [`AgentEvent::Listed`], or not at all.
    /// `wanted` is what is looked for in the titles; empty for all.
    fn list(&mut self, _wanted: &str, _page: Option<&str>, _out: &mut Out<'_>) {}
    /// Reads an event that was stored under this key as the server wrote it; `None` where it is
    /// none.
    fn tell(&self, _key: &str, _json: &str) -> Option<Event> {
        None
    }
    /// Another tab of this browser has sent this, over the connection that this one follows.
    fn overhear(&mut self, _command: &Command) {}
    /// A connection over which nothing came for so long is dead; `None` where none can be told.
    fn patience(&self) -> Option<Duration> {
        None
    }
    /// What a close means.
    fn verdict(&self, closed: &Closed) -> Verdict;
    /// Reads one frame that a client of this protocol sent, for recordings and scripted agents.
    fn read_back(&self, frame: &str) -> Option<Command>;
    /// The conversation that a client's frame names, where it names one.
    fn conversation_of(&self, frame: &str) -> Option<ConversationId>;
}
