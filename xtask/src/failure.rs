//! Why a task stopped: one sentence for the person who started it, which says
//! what happened and what to do next.

use std::fmt;

/// A task's result.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

/// What happened and what to do next, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure(String);

impl Failure {
    pub(crate) fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }

    /// A file operation that failed: `doing` says what was tried.
    pub(crate) fn file(doing: &str, path: &std::path::Path, error: &std::io::Error) -> Self {
        Self(format!("could not {doing} {}: {error}", path.display()))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
