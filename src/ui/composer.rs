//! Where the person writes: the text, what goes with it, Send and Stop.

mod attachments;

use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use web_sys::{ClipboardEvent, DragEvent, HtmlInputElement, KeyboardEvent};

use super::handle;
use super::icon::{self, Icon};
use crate::app::Intent;
use crate::driver::Handle;
use crate::model::{Body, SendState};
use crate::words::ui;
use attachments::{Attached, Attachments};

/// Where the person writes.
#[component]
pub(super) fn Composer() -> impl IntoView {
    let desk = Desk::new(handle());
    desk.take_prefilled();
    let over = RwSignal::new(false);
    let dropped = move |event: DragEvent| {
        event.prevent_default();
        over.set(false);
        if let Some(files) = event.data_transfer().and_then(|data| data.files()) {
            desk.attached.take(&files);
        }
    };
    view! {
        <section
            class="composer"
            aria-label={ui::COMPOSER}
            data-over=move || over.get().then_some("true")
            on:dragover=move |event| {
                event.prevent_default();
                over.set(true);
            }
            on:dragleave=move |_| over.set(false)
            on:drop=dropped
        >
            <Attachments attached=desk.attached />
            <div class={"composer-row"}>
                <Attach desk />
                <Field desk />
                <Buttons desk />
            </div>
        </section>
    }
}

/// What the parts of the composer share.
#[derive(Clone, Copy)]
struct Desk {
    handle: StoredValue<Handle>,
    text: RwSignal<String>,
    attached: Attached,
    field: NodeRef<html::Textarea>,
}

impl Desk {
    fn new(handle: Handle) -> Self {
        let capabilities = handle.projection.capabilities.clone();
        Self {
            handle: StoredValue::new(handle),
            text: RwSignal::new(String::new()),
            attached: Attached::new(Signal::derive(move || capabilities.get())),
            field: NodeRef::new(),
        }
    }

    fn did(self, intent: Intent) {
        self.handle.with_value(|handle| handle.did(intent));
    }

    /// A text that a link, a host page or the last visit left here. It is never sent by itself.
    fn take_prefilled(self) {
        let compose = self
            .handle
            .with_value(|handle| handle.projection.compose.clone());
        // The field is the person's: what comes from outside is put into it, not bound to it.
        Effect::new(move || {
            if let Some((_, text)) = compose.get() {
                self.text.set(text);
            }
        });
    }

    fn write(self, text: String) {
        self.did(Intent::Draft(text.clone()));
        self.text.set(text);
    }

    fn is_ready(self) -> bool {
        !self.text.with(|text| text.trim().is_empty()) || self.attached.is_ready()
    }

    fn send(self) {
        if !untrack(|| self.is_ready()) || self.attached.is_busy() {
            return;
        }
        let text = self.text.get_untracked();
        let attachments = self.attached.hand_over();
        self.text.set(String::new());
        self.did(Intent::Send { text, attachments });
    }

    /// Takes the last waiting message back into the box.
    fn edit_last(self) -> bool {
        let last = self.handle.with_value(|handle| {
            let order = handle.projection.order.get_untracked();
            let row = handle.projection.row(*order.last()?)?;
            let body = row.body.get_untracked();
            match body.as_ref() {
                Body::User(message)
                    if message.state == SendState::Queued && message.attachments.is_empty() =>
                {
                    Some((row.id, message.text.clone()))
                }
                _ => None,
            }
        });
        let Some((id, text)) = last else {
            return false;
        };
        self.did(Intent::Withdraw(id));
        self.write(text);
        true
    }
}

#[component]
fn Field(desk: Desk) -> impl IntoView {
    let key = move |event: KeyboardEvent| match event.key().as_str() {
        "Enter" if !event.shift_key() && !event.is_composing() => {
            event.prevent_default();
            desk.send();
        }
        "ArrowUp" if desk.text.with_untracked(String::is_empty) && desk.edit_last() => {
            event.prevent_default();
        }
        _ => {}
    };
    let pasted = move |event: ClipboardEvent| {
        let files = event.clipboard_data().and_then(|data| data.files());
        if let Some(files) = files.filter(|files| files.length() > 0) {
            event.prevent_default();
            desk.attached.take(&files);
        }
    };
    view! {
        <div class="composer-grow" data-text=move || format!("{} ", desk.text.get())>
            <textarea
                class="composer-text"
                node_ref=desk.field
                rows="1"
                dir="auto"
                enterkeyhint="send"
                aria-label={ui::MESSAGE}
                placeholder={ui::MESSAGE_HINT}
                prop:value=move || desk.text.get()
                on:input=move |event| desk.write(event_target_value(&event))
                on:keydown=key
                on:paste=pasted
            ></textarea>
        </div>
    }
}

#[component]
fn Attach(desk: Desk) -> impl IntoView {
    let picker: NodeRef<html::Input> = NodeRef::new();
    let capabilities = desk
        .handle
        .with_value(|handle| handle.projection.capabilities.clone());
    let can = capabilities.clone();
    let accept = move || {
        let files = capabilities
            .get()
            .files
            .iter()
            .map(|known| match known.strip_suffix('/') {
                Some(family) => format!(",{family}/*"),
                None => format!(",{known}"),
            });
        format!(
            "image/png,image/jpeg,image/webp,image/gif{}",
            files.collect::<String>()
        )
    };
    let open = move |_| {
        if let Some(input) = picker.get_untracked() {
            input.click();
        }
    };
    let picked = move |event: ev::Event| {
        let input: HtmlInputElement = event_target(&event);
        if let Some(files) = input.files() {
            desk.attached.take(&files);
        }
        // The same file can be picked again.
        input.set_value("");
    };
    view! {
        <Show when=move || can.with(|known| known.images || !known.files.is_empty())>
            <button class="button-icon" type="button" title={ui::ATTACH} aria-label={ui::ATTACH} on:click=open>
                <Icon path=icon::ATTACH />
            </button>
        </Show>
        <input
            class="composer-picker"
            type="file"
            tabindex="-1"
            aria-hidden="true"
            accept=accept
            node_ref=picker
            on:change=picked
        />
    }
}

#[component]
fn Buttons(desk: Desk) -> impl IntoView {
    let run = desk
        .handle
        .with_value(|handle| handle.projection.run.clone());
    let busy = Memo::new(move |_| run.get().busy());
    view! {
        <Show when=move || busy.get()>
            <button
                class="button-round"
                data-tone="stop"
                type="button"
                title={ui::STOP}
                aria-label={ui::STOP}
                on:click=move |_| desk.did(Intent::Stop)
            >
                <Icon path=icon::STOP />
            </button>
        </Show>
        <button
            class="button-round"
            type="button"
            title={ui::SEND}
            aria-label={ui::SEND}
            on:click=move |_| desk.send()
            disabled=move || !desk.is_ready() || desk.attached.is_busy()
        >
            <Icon path=icon::SEND />
        </button>
    }
}
