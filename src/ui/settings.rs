//! Whom to talk to, and how it looks.

use leptos::prelude::*;
use web_sys::KeyboardEvent;

use super::banner::wants_key;
use super::dialog::panel;
use super::el::{El, button, el, watch};
use super::field::labelled;
use super::handle;
use super::panels::{Panel, panels};
use crate::app::{Intent, Theme, address_trouble};
use crate::platform::page::Place;
use crate::protocol::{Descriptor, Dialect, PROTOCOLS, Switch, descriptor};
use crate::words::ui;

/// The settings, drawn from the protocols' descriptors.
pub(super) fn settings() -> El {
    panel(Panel::Settings, ui::SETTINGS, "settings", |inside| {
        inside.put(Form::new().view())
    })
}

fn chosen(server: &str) -> Option<&'static Descriptor> {
    descriptor(server).or_else(|| PROTOCOLS.first())
}

/// What has been typed and chosen so far.
#[derive(Clone, Copy)]
struct Form {
    server: RwSignal<String>,
    url: RwSignal<String>,
    strict: RwSignal<bool>,
    dialect: RwSignal<Dialect>,
    key: RwSignal<String>,
    remember: RwSignal<bool>,
    /// The box was ticked or unticked here, for whichever address.
    decided: RwSignal<bool>,
    /// What is in use, and known of its key, as the form was opened.
    used: Used,
    /// What is wrong with the address.
    trouble: RwSignal<String>,
}

/// A server in use. Of its key alone the page is told.
#[derive(Clone, Copy)]
struct Used {
    server: RwSignal<String>,
    url: RwSignal<String>,
    keyed: bool,
    remembered: bool,
}

/// The sentence below the key, for what it describes.
const KEY_HINT: &str = "key-hint";
/// The sentence below the address, for what it describes.
const TROUBLE: &str = "address-trouble";

impl Form {
    fn new() -> Self {
        let chrome = handle().projection.chrome;
        Self {
            server: RwSignal::new(chrome.server.get_untracked()),
            url: RwSignal::new(chrome.url.get_untracked()),
            strict: RwSignal::new(chrome.strict.get_untracked()),
            dialect: RwSignal::new(chrome.dialect.get_untracked()),
            key: RwSignal::new(String::new()),
            remember: RwSignal::new(false),
            decided: RwSignal::new(false),
            used: Used {
                server: RwSignal::new(chrome.server.get_untracked()),
                url: RwSignal::new(chrome.url.get_untracked()),
                keyed: chrome.keyed.get_untracked(),
                remembered: chrome.remembered.get_untracked(),
            },
            trouble: RwSignal::new(String::new()),
        }
    }

    /// The form means the server in use.
    fn is_in_use(self) -> bool {
        self.server.get() == self.used.server.get() && self.url.get() == self.used.url.get()
    }

    /// A key is known to the server that the form means.
    fn is_keyed(self) -> bool {
        self.used.keyed && self.is_in_use()
    }

    /// The key to it is to be remembered.
    fn remembers(self) -> bool {
        match self.decided.get() {
            true => self.remember.get(),
            false => self.used.remembered && self.is_in_use(),
        }
    }

    /// The protocol that is chosen.
    fn protocol(self) -> Option<&'static Descriptor> {
        self.server.with(|server| chosen(server))
    }

    fn choose(self, server: String) {
        let address = chosen(&server).and_then(|protocol| protocol.address);
        if self.url.with_untracked(String::is_empty) {
            self.url.set(address.unwrap_or_default().to_owned());
        }
        // A switch means something else for each.
        self.strict.set(false);
        self.dialect.set(Dialect::Auto);
        self.server.set(server);
    }

    fn view(self) -> El {
        let about = move || self.protocol().map_or("", |known| known.about).to_owned();
        let server = labelled(ui::SERVER, self.servers());
        let handle = handle();
        let panels = panels();
        let connect = move || {
            let protocol = untrack(|| self.protocol());
            if protocol.is_some_and(Descriptor::has_address) && !self.is_address() {
                return;
            }
            handle.did(Intent::Connect {
                server: protocol.map_or("", |protocol| protocol.name).to_owned(),
                url: self.url.get_untracked(),
                strict: self.strict.get_untracked(),
                dialect: self.dialect.get_untracked(),
                key: self.key.get_untracked(),
                remember: untrack(|| self.remembers()),
            });
            panels.close(Panel::Settings);
        };
        let (entered, keyed) = (connect.clone(), connect.clone());
        let cancel = button("button", ui::CANCEL).on_press(move || panels.close(Panel::Settings));
        let connect = button("button", ui::CONNECT)
            .set("data-tone", "primary")
            .on_press(connect);
        // No form of the page's: a sandboxed frame may not submit any.
        el("div", "form")
            .put(server)
            .put(el("p", "field-hint").says(about))
            .when(
                move || self.protocol().is_some_and(Descriptor::has_address),
                move || self.address(entered.clone()),
            )
            .when(
                move || self.protocol().is_some_and(|known| known.key),
                move || self.key(keyed.clone()),
            )
            .anew(
                move || self.protocol().and_then(|known| known.switch),
                move |switch| {
                    if let Some(switch) = switch {
                        self.switch(*switch)
                    } else {
                        Vec::new()
                    }
                },
            )
            .put(theme_choice())
            .put(el("div", "dialog-actions").put(cancel).put(connect))
    }

    /// Whether the address can be one; else says why not.
    fn is_address(self) -> bool {
        let secure = Place::now().secure;
        let trouble = self.url.with_untracked(|url| address_trouble(url, secure));
        self.trouble.set(trouble.clone().unwrap_or_default());
        trouble.is_none()
    }

    fn servers(self) -> El {
        let now = self.server.get_untracked();
        let option = |protocol: &Descriptor| {
            let option = el("option", "")
                .set("value", protocol.name)
                .text(protocol.label);
            match protocol.name == now {
                true => option.set("selected", ""),
                false => option,
            }
        };
        let list = el("select", "input").put_all(PROTOCOLS.iter().map(option).collect());
        let field = list.clone();
        list.on("change", move |_| self.choose(field.value()))
    }

    fn address(self, entered: impl Fn() + 'static) -> El {
        let field = el("input", "input")
            .set("type", "text")
            .set("inputmode", "url")
            .set("autocomplete", "url")
            .set("spellcheck", "false")
            .follows("placeholder", move || {
                Some(self.protocol()?.address?.to_owned())
            })
            .set("aria-describedby", TROUBLE)
            .follows("aria-invalid", move || {
                let wrong = !self.trouble.with(String::is_empty);
                wrong.then(|| "true".to_owned())
            })
            .on_input(move |text| {
                self.trouble.set(String::new());
                self.url.set(text);
            })
            .on_key(on_enter(entered));
        let written = field.clone();
        watch(move || self.url.with(|url| written.set_value(url)));
        let wrong = field.clone();
        watch(move || {
            if !self.trouble.with(String::is_empty) {
                wrong.focus();
            }
        });
        let trouble = el("p", "field-trouble")
            .set("id", TROUBLE)
            .set("role", "alert")
            .says(move || self.trouble.get());
        let label = labelled(ui::ADDRESS, field);
        el("div", "").put(label).put(trouble)
    }

    /// The field never holds a key that is known: nothing in the page does.
    fn key(self, entered: impl Fn() + 'static) -> El {
        let handle = handle();
        let wanted = handle.projection.phase.with_untracked(wants_key) && !Place::now().embedded;
        let hint = move || match (self.is_keyed(), self.remembers()) {
            (true, _) => ui::KEY_KNOWN.to_owned(),
            (false, true) => ui::KEY_KEPT.to_owned(),
            (false, false) => ui::KEY_NOW.to_owned(),
        };
        let field = el("input", "input")
            .set("type", "password")
            .set("autocomplete", "off")
            .set("aria-describedby", KEY_HINT)
            .flag("autofocus", move || wanted)
            .on_input(move |text| self.key.set(text))
            .on_key(on_enter(entered));
        let label = labelled(ui::KEY, field);
        let hint = el("p", "field-hint").set("id", KEY_HINT).says(hint);
        let tick = move |on| {
            self.remember.set(on);
            self.decided.set(true);
            if !on {
                handle.did(Intent::ForgetKey {
                    server: self.server.get_untracked(),
                    url: self.url.get_untracked(),
                });
            }
        };
        let tick = check(ui::KEY_REMEMBER, move || self.remembers(), tick);
        el("div", "form").put(label).put(hint).put(tick)
    }

    fn switch(self, switch: Switch) -> Vec<El> {
        let (label, hint) = match switch {
            Switch::Strict => (ui::STRICT, ui::STRICT_HINT),
            Switch::KeyInAddress => (ui::KEY_IN_ADDRESS, ui::KEY_IN_ADDRESS_HINT),
            Switch::Dialect => return self.dialects(),
        };
        let now = move || self.strict.get();
        let label = check(label, now, move |on| self.strict.set(on));
        vec![label, el("p", "field-hint").text(hint)]
    }
}

impl Form {
    fn dialects(self) -> Vec<El> {
        let now = self.dialect.get_untracked();
        let option = |(dialect, label): (Dialect, &str)| {
            let option = el("option", "").set("value", dialect.word()).text(label);
            match dialect == now {
                true => option.set("selected", ""),
                false => option,
            }
        };
        let labels = [ui::DIALECT_AUTO, ui::DIALECT_DOCUMENTED, ui::DIALECT_NATIVE];
        let options = Dialect::ALL.into_iter().zip(labels).map(option).collect();
        let list = el("select", "input").put_all(options);
        let field = list.clone();
        let list = list.on("change", move |_| {
            self.dialect
                .set(Dialect::parse(&field.value()).unwrap_or_default());
        });
        let label = labelled(ui::DIALECT, list);
        vec![label, el("p", "field-hint").text(ui::DIALECT_HINT)]
    }
}

/// Does it when Enter is pressed.
fn on_enter(done: impl Fn() + 'static) -> impl Fn(&KeyboardEvent) + 'static {
    move |event| {
        if event.key() == "Enter" {
            event.prevent_default();
            done();
        }
    }
}

/// A box to tick, with its words.
fn check(words: &str, now: impl Fn() -> bool + 'static, ticked: impl Fn(bool) + 'static) -> El {
    let field = el("input", "").set("type", "checkbox").on_tick(ticked);
    let shown = field.clone();
    watch(move || shown.field().set_checked(now()));
    el("label", "check")
        .put(field)
        .put(el("span", "").text(words))
}

fn theme_choice() -> El {
    let choices = [
        (Theme::System, ui::THEME_SYSTEM),
        (Theme::Light, ui::THEME_LIGHT),
        (Theme::Dark, ui::THEME_DARK),
    ];
    el("fieldset", "segments")
        .put(el("legend", "field-label").text(ui::THEME))
        .put_all(choices.map(theme).into())
}

fn theme((choice, label): (Theme, &str)) -> El {
    let handle = handle();
    let now = handle.projection.chrome.theme.clone();
    let field = el("input", "visually-hidden")
        .set("type", "radio")
        .set("name", "theme")
        .set("value", choice.word())
        .on("change", move |_| handle.did(Intent::Theme(choice)));
    let shown = field.clone();
    watch(move || shown.field().set_checked(now.get() == choice));
    el("label", "segment")
        .put(field)
        .put(el("span", "segment-label").text(label))
}
