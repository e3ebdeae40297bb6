//! Asks before something is done that cannot be undone, or not at once.

use super::dialog::panel;
use super::el::{El, button, el};
use super::handle;
use super::panels::{Panel, panels};
use crate::app::Intent;
use crate::words::ui;

/// What is asked, what comes of it, and the answers.
struct Question {
    panel: Panel,
    question: &'static str,
    explained: &'static str,
    no: &'static str,
    yes: &'static str,
    intent: fn() -> Intent,
}

/// Asks before a conversation is reset, or its agent ended.
pub(super) fn ask_dialogs(parent: El) -> El {
    let reset = Question {
        panel: Panel::Reset,
        question: ui::RESET_QUESTION,
        explained: ui::RESET_EXPLAINED,
        no: ui::RESET_KEEP,
        yes: ui::RESET_SHORT,
        intent: || Intent::Reset,
    };
    let end = Question {
        panel: Panel::End,
        question: ui::END_QUESTION,
        explained: ui::END_EXPLAINED,
        no: ui::CANCEL,
        yes: ui::END_SHORT,
        intent: || Intent::End,
    };
    parent.put(ask_dialog(reset)).put(ask_dialog(end))
}

fn ask_dialog(asked: Question) -> El {
    let (panels, handle) = (panels(), handle());
    panel(asked.panel, asked.question, "ask", move |inside| {
        let (handle, intent, panel) = (handle.clone(), asked.intent, asked.panel);
        let agree = move || {
            panels.close(panel);
            handle.did(intent());
        };
        let no = button("button", asked.no).on_press(move || panels.close(panel));
        let yes = button("button", asked.yes)
            .set("data-tone", "danger")
            .on_press(agree);
        inside
            .put(el("p", "dialog-text").text(asked.explained))
            .put(el("div", "dialog-actions").put(no).put(yes))
    })
}
