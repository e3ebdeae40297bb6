//! Asks before something is done that cannot be undone, or not at once.

use std::rc::Rc;

use leptos::prelude::*;

use super::dialog::dialog;
use super::el::{El, button, el};
use super::handle;
use super::panels::{Panel, panels};
use crate::app::{Intent, Listing};
use crate::protocol::Command;
use crate::words::ui;

/// What is asked, what comes of it, and the answers.
struct Question {
    /// Whether an open panel is this one's.
    asks: fn(Panel) -> bool,
    question: &'static str,
    explained: &'static str,
    no: &'static str,
    yes: &'static str,
    intent: fn(Panel) -> Intent,
}

/// Asks before a conversation is reset or deleted, its agent ended or its sandbox deleted, and before
/// a message allows what the agent asks for.
pub(super) fn ask_dialogs(parent: El) -> El {
    let reset = Question {
        asks: |panel| panel == Panel::Reset,
        question: ui::RESET_QUESTION,
        explained: ui::RESET_EXPLAINED,
        no: ui::RESET_KEEP,
        yes: ui::RESET_SHORT,
        intent: |_| Intent::Reset,
    };
    let end = Question {
        asks: |panel| panel == Panel::End,
        question: ui::END_QUESTION,
        explained: ui::END_EXPLAINED,
        no: ui::CANCEL,
        yes: ui::END_SHORT,
        intent: |_| Intent::End,
    };
    let discard = Question {
        asks: |panel| panel == Panel::Discard,
        question: ui::DISCARD_QUESTION,
        explained: ui::DISCARD_EXPLAINED,
        no: ui::CANCEL,
        yes: ui::DISCARD_YES,
        intent: |_| Intent::Ask(Command::Discard),
    };
    let hurry = Question {
        asks: |panel| matches!(panel, Panel::Hurry(_)),
        question: ui::HURRY_QUESTION,
        explained: ui::HURRY_EXPLAINED,
        no: ui::HURRY_NO,
        yes: ui::HURRY_YES,
        intent: |panel| match panel {
            Panel::Hurry(id) => Intent::SendNow(id),
            _ => Intent::Hold(None),
        },
    };
    let delete = Question {
        asks: |panel| matches!(panel, Panel::DeleteThere(_)),
        question: ui::DELETE_THERE_QUESTION,
        explained: ui::DELETE_THERE_EXPLAINED,
        no: ui::CANCEL,
        yes: ui::DELETE,
        intent: |panel| match panel {
            Panel::DeleteThere(id) => Intent::List(Listing::DeleteThere(id)),
            _ => Intent::Hold(None),
        },
    };
    let all = [reset, end, discard, hurry, delete];
    parent.put_all(all.map(ask_dialog).into())
}

fn ask_dialog(asked: Question) -> El {
    let (panels, handle) = (panels(), handle());
    let asks = asked.asks;
    let open = move || panels.now.get().is_some_and(asks);
    let close = move || {
        let now = panels.now.get_untracked();
        if now.is_some_and(asks) {
            // What was asked from the list leads back to it.
            let listed = matches!(now, Some(Panel::DeleteThere(_))) && !panels.wide.get_untracked();
            panels.now.set(listed.then_some(Panel::List));
        }
    };
    let fill = move |inside: El| {
        let (handle, intent) = (handle.clone(), asked.intent);
        let agree = move || {
            let panel = panels.now.get_untracked();
            close();
            panel
                .into_iter()
                .for_each(|panel| handle.did(intent(panel)));
        };
        let no = button("button", asked.no).on_press(close);
        let yes = button("button", asked.yes)
            .set("data-tone", "danger")
            .on_press(agree);
        inside
            .put(el("p", "dialog-text").text(asked.explained))
            .put(el("div", "dialog-actions").put(no).put(yes))
    };
    dialog(
        asked.question,
        "ask",
        Rc::new(open),
        Box::new(close),
        Box::new(fill),
    )
}
