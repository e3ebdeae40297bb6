//! The log of a conversation on a server that numbers its events.

use super::{ApprovalId, ApprovalState, Attachment, CallId, Content, Fault, Instant, Notice};
use super::{EventKey, Risk, ToolState};

/// One event as the server keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Its place in the log.
    pub key: EventKey,
    /// The event as the server wrote it, in JSON.
    pub json: String,
    /// What it tells.
    pub told: Told,
}

/// How far a log is here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    /// The newest event that is here: where a connection goes on.
    pub newest: Option<EventKey>,
    /// Up to this event nothing is missing; behind it there may be holes that a connection made.
    pub whole: Option<EventKey>,
    /// The greatest number of an event up to `whole`, where the server numbers events apart from
    /// their keys.
    pub number: Option<u64>,
}

/// What one event tells, without regard to any other.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Told {
    /// The server's clock: spans between events count, not the time of day.
    pub at: Instant,
    /// What is added to the timeline or moves in it, in order.
    pub said: Vec<Said>,
    /// What the agent is doing from here on, where the event says so.
    pub standing: Option<Standing>,
    /// What the conversation has cost so far, where the event says so.
    pub cost: Option<Cost>,
    /// The server's number of the event, where its key does not say it.
    pub number: Option<u64>,
}

/// One thing that an event says.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// A message of the person's, from here or from elsewhere.
    User {
        /// Its text.
        text: String,
        /// Its pictures and files.
        attachments: Vec<Attachment>,
    },
    /// A message of the agent's, in Markdown.
    Agent(String),
    /// What the agent thinks, in Markdown.
    Reasoning(String),
    /// A tool is called; a second copy of a call that is known adds nothing.
    Called {
        /// The server's identifier, where it gives one.
        call: Option<CallId>,
        /// The tool's name.
        name: String,
        /// The arguments.
        args: serde_json::Value,
        /// How dangerous the server finds it, where it says so.
        risk: Option<Risk>,
    },
    /// The agent waits for the person before it goes on with the calls that have no result yet: one
    /// answer is for all of them.
    AsksLeave,
    /// The agent works: what it waited for was allowed, here or elsewhere.
    GoesOn,
    /// A call has a result. A later one of the same call takes its place.
    Answered {
        /// The server's identifier, where it gives one.
        call: Option<CallId>,
        /// Else the event that the call was made by.
        cause: Option<EventKey>,
        /// The tool's name, for a call that was never seen; empty for an error, which then stands
        /// by itself.
        name: String,
        /// What the result repeats of the arguments, for a call that was never seen.
        args: serde_json::Value,
        /// Done, failed, denied or interrupted.
        state: ToolState,
        /// The result.
        content: Vec<Content>,
    },
    /// The agent waits for the person before it goes on with a call.
    Asked {
        /// The question's identifier; the answer names it.
        id: ApprovalId,
        /// The tool's name.
        tool: String,
        /// The arguments.
        args: serde_json::Value,
        /// How dangerous the server finds it, where it says so.
        risk: Option<Risk>,
    },
    /// A question was answered, here or elsewhere.
    Settled {
        /// Which.
        id: ApprovalId,
        /// How.
        state: ApprovalState,
    },
    /// Something to tell the person.
    Notice(Notice),
    /// Something went wrong.
    Fault(Fault),
}

/// What the agent of a numbered log is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is being started and takes no message yet.
    Starting,
    /// It works.
    Working,
    /// It waits for the person's answer to a question.
    Asking,
    /// It rests where it is until it is told to go on; what it has begun may still come to an end.
    Paused,
    /// It waits for a message.
    Idle,
}

/// What a conversation has cost so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Millionths of a US dollar, as the server reckons.
    pub micros: u64,
    /// Tokens that went to the model.
    pub prompt: u64,
    /// Tokens that came from it.
    pub completion: u64,
    /// Tokens of the last exchange: how much of the model's window is taken; 0 where nothing is said.
    pub context: u64,
    /// Tokens that the model's window holds; 0 where nothing is said, and 100 where only the part that
    /// is taken is.
    pub window: u64,
}
