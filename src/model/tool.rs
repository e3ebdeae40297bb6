//! A tool call as the timeline shows it.

use super::{CallId, Content, Duration, Instant};

/// One call of a tool, from its start to its result.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolCall {
    /// The server's identifier, where it gives one.
    pub call: Option<CallId>,
    /// The tool's name as the server says it.
    pub name: String,
    /// The arguments; `Null` where only the result was seen.
    pub args: serde_json::Value,
    /// How dangerous the server finds it, where it says so.
    pub risk: Option<Risk>,
    /// How far it is.
    pub state: ToolState,
    /// The result's blocks; empty while it runs.
    pub content: Vec<Content>,
    /// When the call was first heard of.
    pub started: Instant,
    /// When its result came.
    pub ended: Option<Instant>,
}

impl ToolCall {
    /// How long it took as seen from here; `None` while it runs.
    #[must_use]
    pub fn took(&self) -> Option<Duration> {
        self.ended.map(|ended| ended.since(self.started))
    }

    /// The result's blocks as one text.
    #[must_use]
    pub fn result_text(&self) -> String {
        let parts: Vec<String> = self.content.iter().map(Content::text).collect();
        parts.join("\n")
    }
}

/// How dangerous a call is, as the server's analyser finds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Risk {
    /// It could not tell.
    Unknown,
    /// It can do no harm.
    Low,
    /// It can do some harm.
    Medium,
    /// It can do much harm.
    High,
}

/// For which calls the agent waits for the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmation {
    /// For none.
    Never,
    /// For those that may do much harm, or of which that is not known.
    Risky,
    /// For all.
    Always,
}

impl Confirmation {
    /// All of them, from the least to the most.
    pub const ALL: [Self; 3] = [Self::Never, Self::Risky, Self::Always];

    /// The word in storage, between tabs and in the page.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Risky => "risky",
            Self::Always => "always",
        }
    }

    /// The one of that word; any other word is `None`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }
}

/// How far a tool call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToolState {
    /// No result yet.
    Running,
    /// It waits for the person's leave.
    Asked,
    /// It returned a result.
    Done,
    /// It returned an error.
    Failed,
    /// The person, or the server for the person, refused it.
    Denied,
    /// The connection or the run ended before its result came.
    Interrupted,
}
