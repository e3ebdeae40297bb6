//! A new conversation that begins with choices, where the server lets one choose.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

use super::dialog::panel;
use super::el::{El, button, el};
use super::field::{labelled, line};
use super::panels::{Panel, panels};
use super::{app, handle};
use crate::app::{Intent, Listing};
use crate::driver::Handle;
use crate::model::Confirmation;
use crate::protocol::{Model, Start, descriptor};
use crate::words::ui;

/// Whether there is anything to choose with that server.
pub(super) fn can(server: &str) -> bool {
    descriptor(server).is_some_and(|known| known.starts)
}

/// The choices, as they were made last but for the model.
pub(super) fn begin_dialog() -> El {
    panel(Panel::Begin, ui::BEGIN_TITLE, "settings", fill)
}

fn fill(inside: El) -> El {
    let (handle, panels) = (handle(), panels());
    let chrome = handle.projection.chrome.clone();
    let capabilities = handle.projection.capabilities.clone();
    let last = chrome.start.get_untracked();
    let folder = line("text").set("autocomplete", "on");
    folder.set_value(&last.folder);
    // The server says with its list which sandboxes there are.
    handle.did(Intent::List(Listing::Look));
    let template = template(&handle, last.template);
    let asks = asks(last.confirmation);
    let (name, url, key) = (line("text"), line("text"), line("password"));
    let chosen = [&folder, &template, &asks, &name, &url, &key].map(El::clone);
    let begin = move || {
        panels.close(Panel::Begin);
        handle.did(Intent::Begin(read(&chosen)));
        app::focus_composer();
    };
    // A sandbox has a folder of its own. Until the server is known, neither can be chosen.
    let templates = chrome.templates;
    let folder = explained(ui::FOLDER, folder, ui::FOLDER_HINT)
        .flag("hidden", move || capabilities.with(|can| !can.folders));
    let template =
        labelled(ui::TEMPLATE, template).flag("hidden", move || templates.with(Vec::is_empty));
    let form = el("div", "form").put(folder).put(template);
    let model = el("details", "begin-model")
        .put(el("summary", "field-label").text(ui::MODEL))
        .put(
            el("div", "form")
                .put(explained(ui::MODEL_NAME, name, ui::MODEL_NAME_HINT))
                .put(labelled(ui::MODEL_URL, url.set("inputmode", "url")))
                .put(explained(ui::MODEL_KEY, key, ui::MODEL_HINT)),
        );
    let cancel = button("button", ui::CANCEL).on_press(move || panels.close(Panel::Begin));
    let go = button("button", ui::BEGIN_YES)
        .set("data-tone", "primary")
        .on_press(begin.clone());
    let form = form
        .put(labelled(ui::WILL_ASK, asks))
        .put(model)
        .put(el("div", "dialog-actions").put(cancel).put(go))
        .on_key(move |event| {
            let field = event.target();
            let field = field.is_some_and(|field| field.has_type::<HtmlInputElement>());
            if field && event.key() == "Enter" && !event.is_composing() {
                event.prevent_default();
                begin();
            }
        });
    inside.put(form)
}

/// What the fields say. Without a name there is no other model.
fn read([folder, template, asks, name, url, key]: &[El; 6]) -> Start {
    let said = |field: &El| field.value().trim().to_owned();
    let model = Model {
        name: said(name),
        url: said(url),
        key: said(key),
    };
    Start {
        folder: said(folder),
        template: said(template),
        confirmation: Confirmation::parse(&asks.value()),
        model: Some(model).filter(|model| !model.name.is_empty()),
    }
}

/// The same, with a sentence below it.
fn explained(name: &str, field: El, hint: &str) -> El {
    let id = ["about ", name].concat().replace(' ', "-");
    let described = field.set("aria-describedby", &id);
    el("div", "form")
        .put(labelled(name, described))
        .put(el("p", "field-hint").set("id", &id).text(hint))
}

fn option(value: &str, words: &str) -> El {
    el("option", "").set("value", value).text(words)
}

/// The kinds of sandbox; one that the server no longer has cannot be chosen.
fn template(handle: &Handle, last: String) -> El {
    let names = handle.projection.chrome.templates.clone();
    el("select", "input").put(option("", ui::BEGIN_USUAL)).anew(
        move || names.get(),
        move |names| {
            let option = |name: &String| match *name == last {
                true => option(name, name).set("selected", ""),
                false => option(name, name),
            };
            names.iter().map(option).collect()
        },
    )
}

fn asks(last: Option<Confirmation>) -> El {
    let all = Confirmation::ALL.map(|when| option(when.word(), ui::will_ask(when)));
    let list = el("select", "input")
        .put(option("", ui::BEGIN_USUAL))
        .put_all(all.into());
    list.set_value(last.map_or("", Confirmation::word));
    list
}
