//! Asks before something is done that cannot be undone, or not at once.

use std::mem::discriminant;
use std::rc::Rc;

use leptos::prelude::*;

use super::dialog::dialog;
use super::el::{El, button, el};
use super::handle;
use super::panels::{Panel, panels};
use crate::app::{Intent, Listing};
use crate::driver::Handle;
use crate::model::ItemId;
use crate::protocol::Command;
use crate::words::ui;

/// What is asked, what comes of it, and the answers.
struct Question {
    /// The panel, whichever message or conversation it is about.
    panel: Panel,
    question: &'static str,
    explained: &'static str,
    no: &'static str,
    yes: &'static str,
}

const QUESTIONS: [Question; 5] = [
    Question {
        panel: Panel::Reset,
        question: ui::RESET_QUESTION,
        explained: ui::RESET_EXPLAINED,
        no: ui::RESET_KEEP,
        yes: ui::RESET_SHORT,
    },
    Question {
        panel: Panel::End,
        question: ui::END_QUESTION,
        explained: ui::END_EXPLAINED,
        no: ui::CANCEL,
        yes: ui::END_SHORT,
    },
    Question {
        panel: Panel::Discard,
        question: ui::DISCARD_QUESTION,
        explained: ui::DISCARD_EXPLAINED,
        no: ui::CANCEL,
        yes: ui::DISCARD_YES,
    },
    Question {
        panel: Panel::Hurry(ItemId(0)),
        question: ui::HURRY_QUESTION,
        explained: ui::HURRY_EXPLAINED,
        no: ui::HURRY_NO,
        yes: ui::HURRY_YES,
    },
    Question {
        panel: Panel::DeleteThere(0),
        question: ui::DELETE_THERE_QUESTION,
        explained: ui::DELETE_THERE_EXPLAINED,
        no: ui::CANCEL,
        yes: ui::DELETE,
    },
];

/// What is done when the person agrees.
const fn intent(panel: Panel) -> Option<Intent> {
    match panel {
        Panel::Reset => Some(Intent::Reset),
        Panel::End => Some(Intent::End),
        Panel::Discard => Some(Intent::Ask(Command::Discard)),
        Panel::Hurry(id) => Some(Intent::SendNow(id)),
        Panel::DeleteThere(id) => Some(Intent::List(Listing::DeleteThere(id))),
        Panel::List
        | Panel::Settings
        | Panel::Help
        | Panel::Palette
        | Panel::Begin
        | Panel::Files
        | Panel::Meet
        | Panel::Devices => None,
    }
}

/// Asks before a conversation is reset or deleted, its agent ended or its sandbox deleted, and before
/// a message allows what the agent asks for.
pub(super) fn ask_dialogs(parent: El) -> El {
    parent.put_all(QUESTIONS.iter().map(ask_dialog).collect())
}

fn ask_dialog(asked: &'static Question) -> El {
    let (panels, handle) = (panels(), handle());
    let now = move || {
        let panel = panels.now.get();
        panel.filter(|panel| discriminant(panel) == discriminant(&asked.panel))
    };
    let asking = handle.clone();
    let close = move || {
        if let Some(panel) = untrack(now) {
            // What was asked from the list leads back to it.
            let listed = matches!(panel, Panel::DeleteThere(id) if notice(id, &asking).is_none());
            let back = listed && !panels.wide.get_untracked();
            panels.now.set(back.then_some(Panel::List));
        }
    };
    let closed = close.clone();
    let fill = move |inside: El| {
        let (handle, close, cancel) = (handle.clone(), close.clone(), close.clone());
        let about = untrack(now).map_or(String::new(), |panel| subject(panel, &handle));
        let agree = move || {
            let intent = untrack(now).and_then(intent);
            close();
            intent.into_iter().for_each(|intent| handle.did(intent));
        };
        let no = button("button", asked.no).on_press(cancel);
        let yes = button("button", asked.yes)
            .set("data-tone", "danger")
            .on_press(agree);
        inside
            .put(el("p", "dialog-subject").set("dir", "auto").text(&about))
            .put(el("p", "dialog-text").text(asked.explained))
            .put(el("div", "dialog-actions").put(no).put(yes))
    };
    dialog(
        asked.question,
        "ask",
        Rc::new(move || now().is_some()),
        Box::new(closed),
        Box::new(fill),
    )
}

/// The conversation that it is about, where it is not the open one.
fn subject(panel: Panel, handle: &Handle) -> String {
    let Panel::DeleteThere(id) = panel else {
        return String::new();
    };
    handle.projection.chrome.remote.with_untracked(|all| {
        let entry = all.iter().find(|entry| entry.id == id);
        let title = entry.map(|entry| entry.title.clone());
        title.or_else(|| notice(id, handle)).unwrap_or_default()
    })
}

/// What says that it was deleted from this browser, and offers to delete it from its server.
fn notice(id: u32, handle: &Handle) -> Option<String> {
    handle.projection.chrome.toasts.with_untracked(|all| {
        let offer = all.iter().find(|toast| toast.undo == Some(id));
        offer.map(|toast| toast.text.clone())
    })
}
