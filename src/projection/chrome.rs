//! Everything on the screen that is neither timeline nor connection: one signal per field.

use std::sync::Arc;

use reactive_graph::prelude::*;
use reactive_graph::signal::ArcRwSignal;

use crate::app::{Entry, Link, Place, Theme, Toast, View, Window};
use crate::model::{Confirmation, Dress, Instant, Suggestion, Switcher};
use crate::protocol::{Dialect, Start};

/// Sets a signal where its value moved. There are many: once for each kind of value.
#[inline(never)]
pub(super) fn put<T>(signal: &ArcRwSignal<T>, value: T)
where
    T: PartialEq + Send + Sync + 'static,
{
    if signal.with_untracked(|now| *now != value) {
        signal.set(value);
    }
}

macro_rules! chrome {
    ($($(#[$doc:meta])* $field:ident: $kind:ty,)*) => {
        /// [`View`], taken apart into one signal per field.
        #[derive(Clone, Debug, Default)]
        pub struct Chrome {
            $($(#[$doc])* pub $field: ArcRwSignal<$kind>,)*
        }

        impl Chrome {
            /// Moves the signals whose field moved.
            pub(super) fn show(&self, view: View) {
                let View { $($field,)* } = view;
                $(put(&self.$field, $field);)*
            }
        }
    };
}

chrome! {
    /// The page's title.
    title: String,
    /// The protocol in use, by name.
    server: String,
    /// Its label for people.
    label: String,
    /// The address in use; empty for the demo.
    url: String,
    /// The conversation's identifier.
    conversation: String,
    /// Where the reader is to be in it.
    place: Place,
    /// The conversation's title, where the server gave one.
    subject: Option<String>,
    /// What the server is busy with before the agent can work, in words.
    progress: Option<String>,
    /// What the conversation has cost so far, in words.
    cost: Option<String>,
    /// How much of the model's window is taken.
    window: Option<Window>,
    /// For which calls the agent waits for the person, once the server has said so.
    confirms: Option<Confirmation>,
    /// The kinds of sandbox that a new conversation can begin in.
    templates: Vec<String>,
    /// Texts that the server proposes to say next.
    offers: Vec<Suggestion>,
    /// The ways to answer that the server has.
    switchers: Vec<Switcher>,
    /// How the server wants its conversation to look.
    dress: Dress,
    /// What the server refused goes out again then.
    too_often: Option<Instant>,
    /// What was chosen for a new conversation last.
    start: Start,
    /// Only the document's frames are sent.
    strict: bool,
    /// Which dialect the server is taken to speak.
    dialect: Dialect,
    /// A key to the server is known.
    keyed: bool,
    /// It is remembered on this device.
    remembered: bool,
    /// The theme.
    theme: Theme,
    /// Embedded in another page.
    embedded: bool,
    /// Another tab holds the conversation's connection.
    elsewhere: bool,
    /// Nothing survives a reload.
    memory_only: bool,
    /// The conversations of the list, newest first.
    entries: Arc<Vec<Entry>>,
    /// Where the server is that lists conversations of its own.
    remote_host: String,
    /// Those of them that this browser does not keep, newest first.
    remote: Arc<Vec<Entry>>,
    /// The server has more of them.
    remote_more: bool,
    /// In how many conversations something came that nobody saw.
    unread: u64,
    /// The list stands beside the conversation, where there is room.
    listed: bool,
    /// A link that waits for the person.
    link: Option<Link>,
    /// Passing notices, oldest first.
    toasts: Vec<Toast>,
    /// Texts for the empty state.
    suggestions: Vec<String>,
    /// The inspector is open.
    inspecting: bool,
    /// Frames not understood so far.
    unknown: u64,
    /// Frames of other conversations, or late ones, so far.
    dropped: u64,
}
