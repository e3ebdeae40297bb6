//! Whom to talk to, and how it looks.

use leptos::prelude::*;

use super::dialog::Dialog;
use super::handle;
use super::panels::panels;
use crate::app::{Intent, Theme};
use crate::protocol::{Descriptor, PROTOCOLS, descriptor};
use crate::words::ui;

/// The settings, drawn from the protocols' descriptors.
#[component]
pub(super) fn Settings() -> impl IntoView {
    let open = panels().settings;
    view! {
        <Dialog open on_close=move || open.set(false) title=ui::SETTINGS class="settings">
            <Form />
            <ThemeChoice />
        </Dialog>
    }
}

fn chosen(server: &str) -> Option<&'static Descriptor> {
    descriptor(server).or_else(|| PROTOCOLS.first())
}

#[component]
fn Form() -> impl IntoView {
    let open = panels().settings;
    let handle = handle();
    let chrome = handle.projection.chrome.clone();
    let server = RwSignal::new(chrome.server.get_untracked());
    let url = RwSignal::new(chrome.url.get_untracked());
    let strict = RwSignal::new(chrome.strict.get_untracked());
    let change = move |name: String| {
        let address = chosen(&name).and_then(|protocol| protocol.address);
        if url.with_untracked(String::is_empty) {
            url.set(address.unwrap_or_default().to_owned());
        }
        server.set(name);
    };
    let protocol = Memo::new(move |_| chosen(&server.get()).map(|protocol| protocol.name));
    let current = move || protocol.get().and_then(descriptor);
    let connect = StoredValue::new(move || {
        open.set(false);
        let intent = Intent::Connect {
            server: server.get(),
            url: url.get(),
            strict: strict.get(),
        };
        handle.did(intent);
    });
    // No form of the page's: a sandboxed frame may not submit any.
    let connect = move || connect.with_value(|connect| connect());
    let entered = move |event: web_sys::KeyboardEvent| {
        if event.key() == "Enter" {
            event.prevent_default();
            connect();
        }
    };
    let options = PROTOCOLS.iter().map(|protocol| {
        view! {
            <option value={protocol.name} selected={server.get_untracked() == protocol.name}>
                {protocol.label}
            </option>
        }
    });
    view! {
        <div class={"form"}>
            <label class="field">
                <span class="field-label">{ui::SERVER}</span>
                <select class="input" on:change=move |event| change(event_target_value(&event))>
                    {options.collect_view()}
                </select>
            </label>
            <p class="field-hint">{move || current().map(|protocol| protocol.about)}</p>
            <Show when=move || current().is_some_and(Descriptor::has_address)>
                <label class="field">
                    <span class="field-label">{ui::ADDRESS}</span>
                    <input
                        class="input"
                        type="text"
                        inputmode="url"
                        autocomplete="url"
                        spellcheck="false"
                        placeholder=move || current().and_then(|protocol| protocol.address)
                        prop:value=move || url.get()
                        on:input=move |event| url.set(event_target_value(&event))
                        on:keydown=entered
                    />
                </label>
            </Show>
            <Show when=move || current().is_some_and(|protocol| protocol.strict)>
                <label class="check">
                    <input
                        type="checkbox"
                        prop:checked=move || strict.get()
                        on:change=move |event| strict.set(event_target_checked(&event))
                    />
                    <span>{ui::STRICT}</span>
                </label>
                <p class="field-hint">{ui::STRICT_HINT}</p>
            </Show>
            <FormActions connect />
        </div>
    }
}

#[component]
fn FormActions(connect: impl Fn() + 'static) -> impl IntoView {
    let open = panels().settings;
    view! {
        <div class="dialog-actions">
            <button class="button" type="button" on:click=move |_| open.set(false)>
                {ui::CANCEL}
            </button>
            <button class="button" data-tone="primary" type="button" on:click=move |_| connect()>
                {ui::CONNECT}
            </button>
        </div>
    }
}

#[component]
fn ThemeChoice() -> impl IntoView {
    let handle = StoredValue::new(handle());
    let theme = handle.with_value(|handle| handle.projection.chrome.theme.clone());
    let choices = [
        (Theme::System, ui::THEME_SYSTEM),
        (Theme::Light, ui::THEME_LIGHT),
        (Theme::Dark, ui::THEME_DARK),
    ];
    let choice = move |(choice, label): (Theme, &'static str)| {
        let theme = theme.clone();
        view! {
            <label class="segment">
                <input
                    class="visually-hidden"
                    type="radio"
                    name="theme"
                    value={choice.word()}
                    prop:checked=move || theme.get() == choice
                    on:change=move |_| handle.with_value(|handle| handle.did(Intent::Theme(choice)))
                />
                <span class="segment-label">{label}</span>
            </label>
        }
    };
    view! {
        <fieldset class="segments">
            <legend class="field-label">{ui::THEME}</legend>
            {choices.map(choice).collect_view()}
        </fieldset>
    }
}
