//! A message of the person's: its text, what went with it, how far it is, what can be done.

use leptos::html;
use leptos::prelude::*;

use super::copy::Copy;
use super::part;
use crate::app::Intent;
use crate::model::{Attachment, Body, ItemId, SendState};
use crate::projection::Row;
use crate::ui::handle;
use crate::words::ui;

/// A message of the person's.
#[component]
pub(super) fn User(row: Row) -> impl IntoView {
    let id = row.id;
    let text = part(&row, text_of);
    let attachments = part(&row, |body| match body {
        Body::User(message) => message.attachments.clone(),
        _ => Vec::new(),
    });
    let delivery = part(&row, |body| match body {
        Body::User(message) => message.state.clone(),
        _ => SendState::Confirmed,
    });
    let editing = RwSignal::new(false);
    let queued = move || delivery.get() == SendState::Queued;
    view! {
        <div class={"user"}>
            <Show
                when=move || editing.get() && queued()
                fallback=move || {
                    view! {
                        <div class="user-bubble">
                            {move || attachments.get().into_iter().map(picture).collect_view()}
                            <p class="user-text" dir="auto">{move || text.get()}</p>
                        </div>
                    }
                }
            >
                <Edit id text=text editing />
            </Show>
            <p class="user-delivery">{move || ui::delivery(&delivery.get())}</p>
            <Actions id text delivery editing />
        </div>
    }
}

fn text_of(body: &Body) -> String {
    match body {
        Body::User(message) => message.text.clone(),
        _ => String::new(),
    }
}

fn picture(attachment: Attachment) -> AnyView {
    let Attachment { name, mime, base64 } = attachment;
    if !mime.starts_with("image/") {
        return view! { <p class="user-file">{name}</p> }.into_any();
    }
    let source = format!("data:{mime};base64,{base64}");
    view! { <img class="user-picture" src=source alt=name /> }.into_any()
}

#[component]
fn Actions(
    id: ItemId,
    text: Memo<String>,
    delivery: Memo<SendState>,
    editing: RwSignal<bool>,
) -> impl IntoView {
    let handle = StoredValue::new(handle());
    let did = move |intent: Intent| handle.with_value(|handle| handle.did(intent));
    let button = move |label: &'static str, press: Box<dyn Fn()>| {
        view! {
            <button class="button-small" type="button" on:click=move |_| press()>
                {label}
            </button>
        }
    };
    let waiting = move || {
        view! {
            {button(ui::EDIT, Box::new(move || editing.set(true)))}
            {button(ui::SEND_NOW, Box::new(move || did(Intent::SendNow(id))))}
            {button(ui::WITHDRAW, Box::new(move || did(Intent::Withdraw(id))))}
        }
    };
    let stranded = move || {
        view! {
            {button(ui::SEND_AGAIN, Box::new(move || did(Intent::SendNow(id))))}
            <Copy label=ui::COPY text=move || text.get_untracked() />
            {button(ui::DELETE, Box::new(move || did(Intent::Withdraw(id))))}
        }
    };
    move || match delivery.get() {
        SendState::Queued if !editing.get() => {
            Some(view! { <div class="user-actions">{waiting()}</div> }.into_any())
        }
        SendState::Failed(_) | SendState::MaybeSent => {
            Some(view! { <div class="user-actions">{stranded()}</div> }.into_any())
        }
        _ => None,
    }
}

#[component]
fn Edit(id: ItemId, text: Memo<String>, editing: RwSignal<bool>) -> impl IntoView {
    let handle = handle();
    let draft = RwSignal::new(text.get_untracked());
    let field: NodeRef<html::Textarea> = NodeRef::new();
    Effect::new(move || {
        if let Some(field) = field.get() {
            // It throws for no element that is in the page.
            let _ = field.focus();
        }
    });
    let save = move || {
        editing.set(false);
        let text = draft.get_untracked();
        if !text.trim().is_empty() {
            handle.did(Intent::Edit { id, text });
        }
    };
    let save_by_key = save.clone();
    let key = move |event: web_sys::KeyboardEvent| match event.key().as_str() {
        "Enter" if !event.shift_key() && !event.is_composing() => {
            event.prevent_default();
            save_by_key();
        }
        "Escape" => {
            event.prevent_default();
            editing.set(false);
        }
        _ => {}
    };
    view! {
        <div class="user-edit">
            <textarea
                class="input"
                node_ref=field
                aria-label={ui::EDIT}
                prop:value=move || draft.get()
                on:input=move |event| draft.set(event_target_value(&event))
                on:keydown=key
            ></textarea>
            <div class="user-actions">
                <button class="button-small" type="button" on:click=move |_| save()>
                    {ui::SAVE}
                </button>
                <button class="button-small" type="button" on:click=move |_| editing.set(false)>
                    {ui::CANCEL}
                </button>
            </div>
        </div>
    }
}
