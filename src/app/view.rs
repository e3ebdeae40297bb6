//! The part of the screen that is small enough to be compared field by field.

use std::sync::Arc;

use super::list::Entry;
use super::msg::Theme;
use super::place::Place;
use crate::model::{Confirmation, Dress, Instant, Suggestion, Switcher};
use crate::protocol::{Dialect, Start};
use crate::session::{Direction, Judgement};

/// Everything on the screen that is neither timeline nor connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// The page's title, from `config.json`, else `Parlor`.
    pub title: String,
    /// The protocol in use, by name (`demo`, `saiki`).
    pub server: String,
    /// Its label for people.
    pub label: String,
    /// The address in use; empty for the demo.
    pub url: String,
    /// The conversation's identifier.
    pub conversation: String,
    /// Where the reader is to be in it.
    pub place: Place,
    /// The conversation's title, where the server gave one.
    pub subject: Option<String>,
    /// What the server is busy with before the agent can work, in words.
    pub progress: Option<String>,
    /// What the conversation has cost so far, in words.
    pub cost: Option<String>,
    /// How much of the model's window is taken, where the server says so.
    pub window: Option<Window>,
    /// For which calls the agent waits for the person, once the server has said so.
    pub confirms: Option<Confirmation>,
    /// The kinds of sandbox that a new conversation can begin in, by the server's names.
    pub templates: Vec<String>,
    /// Texts that the server proposes to say next.
    pub offers: Vec<Suggestion>,
    /// The ways to answer that the server has.
    pub switchers: Vec<Switcher>,
    /// How the server wants its conversation to look.
    pub dress: Dress,
    /// The server is asked too often: what it refused goes out again then.
    pub too_often: Option<Instant>,
    /// What was chosen for a new conversation last, without the model.
    pub start: Start,
    /// Only the document's frames are sent.
    pub strict: bool,
    /// Which dialect the server is taken to speak.
    pub dialect: Dialect,
    /// A key to the server is known.
    pub keyed: bool,
    /// It is remembered on this device.
    pub remembered: bool,
    /// The theme.
    pub theme: Theme,
    /// Embedded in another page.
    pub embedded: bool,
    /// Another tab holds the conversation's connection.
    pub elsewhere: bool,
    /// Storage does not work here: nothing survives a reload.
    pub memory_only: bool,
    /// The conversations that this browser keeps, newest first: those that hold what is looked for.
    pub entries: Arc<Vec<Entry>>,
    /// Where the server is that lists conversations of its own; empty where there are none to show.
    pub remote_host: String,
    /// Those of them that this browser does not keep, newest first.
    pub remote: Arc<Vec<Entry>>,
    /// The server has more of them.
    pub remote_more: bool,
    /// In how many of all of them something came that nobody saw.
    pub unread: u64,
    /// The list stands beside the conversation, where there is room.
    pub listed: bool,
    /// A link that waits for the person.
    pub link: Option<Link>,
    /// Passing notices, oldest first.
    pub toasts: Vec<Toast>,
    /// Texts for the empty state; a press sends one.
    pub suggestions: Vec<String>,
    /// The inspector is open.
    pub inspecting: bool,
    /// Frames not understood so far.
    pub unknown: u64,
    /// Frames of other conversations, or late ones, so far.
    pub dropped: u64,
}

/// A link's address, which is contacted only after the person said so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Protocol by name.
    pub server: String,
    /// Its label.
    pub label: String,
    /// The whole address.
    pub url: String,
    /// Host and port, shown large.
    pub host: String,
    /// The link asks for nothing but the document's frames.
    pub strict: bool,
    /// The link says which dialect the server speaks.
    pub dialect: Dialect,
}

/// A passing notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    /// To dismiss it by.
    pub id: u64,
    /// The sentence.
    pub text: String,
    /// The conversation that was deleted, and can be brought back.
    pub undo: Option<u32>,
    /// Its server has it still, and can be asked to delete it.
    pub there: bool,
}

/// How much of the model's window is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// Of a hundred.
    pub percent: u64,
    /// In words.
    pub words: String,
}

/// One line of the inspector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceLine {
    /// Counted from 1, never repeated.
    pub number: u64,
    /// Milliseconds since the first line.
    pub at: u64,
    /// Which way.
    pub direction: Direction,
    /// How it was judged.
    pub judgement: Judgement,
    /// The frame as text, cut at 64 KiB with a mark at the end.
    pub text: String,
    /// The same as a line of a recording (`{"t":..,"dir":..,"frame":..}`).
    pub fixture: String,
}
