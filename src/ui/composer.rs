//! Where the person writes: the text, what goes with it, Send and Stop.

mod attachments;
mod chips;
mod foot;
mod room;
mod run;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{ClipboardEvent, DataTransfer, DragEvent, KeyboardEvent};

use super::banner::is_archived;
use super::el::{El, el, watch};
use super::icon::{self, icon, icon_button};
use super::panels::{Panels, panels};
use super::{app, handle};
use crate::app::Intent;
use crate::driver::Handle;
use crate::model::State;
use crate::protocol::takes_any;
use crate::session::Run;
use crate::words::ui;
use attachments::Attached;
use room::Room;

/// Where the person writes.
pub(super) fn composer() -> El {
    let desk = Desk::new();
    desk.take_prefilled();
    let over = RwSignal::new(false);
    let row = el("div", "composer-row")
        .with(|row| attach(row, &desk))
        .put(field(&desk))
        .with(|row| buttons(row, &desk));
    el("section", "composer")
        .label(ui::COMPOSER)
        .follows("data-over", move || over.get().then(|| "true".to_owned()))
        .on("dragover", move |event| {
            event.prevent_default();
            over.set(true);
        })
        .on("dragleave", move |_| over.set(false))
        .with(|section| chips::chips(section, desk.text))
        .put(desk.attached.view())
        .with(|section| note(section, &desk))
        .with(|section| room::overfull(section, &desk))
        .put(row)
        .with(|section| foot::foot(section, desk.room))
        .on("drop", move |event| {
            event.prevent_default();
            over.set(false);
            desk.take_files(event.unchecked_ref::<DragEvent>().data_transfer());
        })
}

/// What the parts of the composer share.
#[derive(Clone)]
struct Desk {
    handle: Handle,
    text: RwSignal<String>,
    attached: Attached,
    room: Room,
    panels: Panels,
}

impl Desk {
    fn new() -> Self {
        let handle = handle();
        let text = RwSignal::new(String::new());
        let attached = Attached::new(handle.projection.capabilities.clone());
        Self {
            room: Room::new(&handle, text, attached),
            attached,
            handle,
            panels: panels(),
            text,
        }
    }

    /// A text that a link, a host page or the last visit left here. It is never sent by itself.
    fn take_prefilled(&self) {
        let compose = self.handle.projection.compose.clone();
        let text = self.text;
        // The field is the person's: what comes from outside is put into it, not bound to it.
        watch(move || {
            if let Some((_, composed)) = compose.get() {
                text.set(composed);
            }
        });
    }

    fn write(&self, text: String) {
        self.typing(!text.is_empty());
        self.handle.did(Intent::Draft(text.clone()));
        self.text.set(text);
    }

    /// Tells a server that wants to know it that the person writes, or has stopped.
    fn typing(&self, writes: bool) {
        let capabilities = &self.handle.projection.capabilities;
        if capabilities.with_untracked(|can| can.typing) {
            self.handle.did(Intent::Typing(writes));
        }
    }

    fn can_send(&self) -> bool {
        // It would wait for ever, unseen.
        if self.handle.projection.phase.with(is_archived) {
            return false;
        }
        let words = !self.text.with(|text| text.trim().is_empty());
        let whole = words || self.attached.is_ready();
        !self.attached.is_busy() && whole && !self.room.is_over()
    }

    fn send(&self) {
        self.room.weigh();
        if !untrack(|| self.can_send()) {
            return;
        }
        let text = self.text.get_untracked();
        let attachments = self.attached.hand_over();
        self.text.set(String::new());
        self.handle.did(Intent::Send { text, attachments });
    }

    /// Takes files in; `false` where there are none.
    fn take_files(&self, data: Option<DataTransfer>) -> bool {
        let files = data.and_then(|data| data.files());
        let files = files.filter(|files| files.length() > 0);
        files.inspect(|files| self.attached.take(files)).is_some()
    }

    /// Opens the last waiting message to be changed.
    fn edit_last(&self) -> Option<()> {
        let projection = &self.handle.projection;
        let id = projection
            .order
            .with_untracked(|order| order.last().copied())?;
        let waits = projection.row(id)?.state.get_untracked() == State::Queued;
        waits.then(|| self.panels.editing.set(Some(id)))
    }

    fn key(&self, event: &KeyboardEvent) {
        match event.key().as_str() {
            "Enter" if !event.shift_key() && !event.is_composing() => {
                event.prevent_default();
                self.send();
            }
            "ArrowUp"
                if self.text.with_untracked(String::is_empty) && self.edit_last().is_some() =>
            {
                event.prevent_default();
            }
            _ => {}
        }
    }
}

fn field(desk: &Desk) -> El {
    let text = desk.text;
    let (typing, keys, pasting) = (desk.clone(), desk.clone(), desk.clone());
    let left = desk.clone();
    let field = el("textarea", "composer-text")
        .set("rows", "1")
        .set("dir", "auto")
        .set("enterkeyhint", "send")
        .set("placeholder", ui::MESSAGE_HINT)
        .label(ui::MESSAGE)
        .on_input(move |text| typing.write(text))
        .on_key(move |event| keys.key(event))
        .on("blur", move |_| left.typing(false))
        .on("paste", move |event| {
            let pasted = event.unchecked_ref::<ClipboardEvent>();
            if pasting.take_files(pasted.clipboard_data()) {
                event.prevent_default();
            }
        });
    let written = field.clone();
    watch(move || text.with(|text| written.set_value(text)));
    // The box grows with a copy of its text.
    el("div", "composer-grow")
        .follows("data-text", move || {
            Some(text.with(|text| format!("{text} ")))
        })
        .put(field)
}

/// The formats that the picker offers; `None` where it offers all.
fn accepted(desk: &Desk) -> impl Fn() -> Option<String> + use<> {
    let capabilities = desk.handle.projection.capabilities.clone();
    move || {
        if capabilities.with(|can| takes_any(can.files)) {
            return None;
        }
        let mut accepted = String::from("image/png,image/jpeg,image/webp,image/gif");
        for known in capabilities.with(|can| can.files) {
            accepted.push(',');
            accepted.push_str(known);
            if known.ends_with('/') {
                accepted.push('*');
            }
        }
        Some(accepted)
    }
}

fn attach(row: El, desk: &Desk) -> El {
    let capabilities = desk.handle.projection.capabilities.clone();
    let several = capabilities.clone();
    let can = move || capabilities.with(|can| can.images || !can.files.is_empty());
    let picker = el("input", "composer-picker")
        .set("type", "file")
        .set("tabindex", "-1")
        .set("aria-hidden", "true")
        .flag("multiple", move || several.with(|can| can.attachments > 1))
        .follows("accept", accepted(desk));
    let (picked, attached) = (picker.clone(), desk.attached);
    let picker = picker.on("change", move |_| {
        if let Some(files) = picked.field().files() {
            attached.take(&files);
        }
        // The same file can be picked again.
        picked.field().set_value("");
    });
    let open = picker.clone();
    let button = move || {
        let open = open.clone();
        icon_button(icon::ATTACH, ui::ATTACH).on_press(move || open.field().click())
    };
    row.when(can, button).put(picker)
}

fn buttons(row: El, desk: &Desk) -> El {
    let (sending, able) = (desk.clone(), desk.clone());
    let send = round(icon::SEND, ui::SEND)
        .flag("disabled", move || !able.can_send())
        .on_press(move || {
            sending.send();
            app::focus_composer();
        });
    row.with(run::buttons).put(send)
}

/// What a message that is sent now would do, where that is not what one expects.
fn note(section: El, desk: &Desk) -> El {
    let projection = desk.handle.projection.clone();
    let said = move || {
        let allows = projection.capabilities.with(|can| can.message_allows);
        match projection.run.get() {
            _ if projection.phase.with(is_archived) => ui::READ_ONLY,
            Run::Asking if allows => ui::MESSAGE_ALLOWS,
            _ => "",
        }
        .to_owned()
    };
    section.put(el("p", "composer-note").set("role", "status").says(said))
}

fn round(path: &str, name: &str) -> El {
    el("button", "button-round")
        .set("type", "button")
        .title(name)
        .put(icon(path))
}
