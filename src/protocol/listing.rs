//! The conversations that a server keeps, as it lists them.

use crate::model::{ConversationId, Instant};

/// One conversation as its server lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remote {
    /// By which it is opened.
    pub id: ConversationId,
    /// Its title; empty where it has none.
    pub title: String,
    /// When something happened in it last, by the server's clock.
    pub at: Instant,
    /// Its agent runs.
    pub running: bool,
}

/// A page of the list, newest activity first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// What is on it.
    pub conversations: Vec<Remote>,
    /// It is the first: what was listed before is out of date.
    pub first: bool,
    /// What to ask for the next one with; `None` where there is none.
    pub next: Option<String>,
}
