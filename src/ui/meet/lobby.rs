//! Before joining a room: its name, ours, and what the others will see and hear.

use std::cell::RefCell;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

use super::controls::{camera, microphone};
use super::devices::choice;
use super::tile::own_tile;
use super::{meet, suggested};
use crate::driver::Stage;
use crate::platform::level::Level;
use crate::ui::dialog::panel;
use crate::ui::el::{El, button, el, watch};
use crate::ui::field::{labelled, line};
use crate::ui::handle;
use crate::ui::panels::{Panel, panels};
use crate::words::{meet as words, ui};

/// The dialog. Devices are taken while it is open, and let go of when nobody joins.
pub(in crate::ui) fn lobby() -> El {
    let (meet, panels) = (meet(), panels());
    let (stage, inviting) = (meet.shows.stage.clone(), meet.shows.stage.clone());
    let invited = meet.shows.invited.clone();
    watch(move || {
        let open = panels.now.get() == Some(Panel::Meet);
        match (open, stage.get()) {
            (true, Stage::Out) => meet.prepare(),
            (false, Stage::Ready) => meet.leave(),
            _ => {}
        }
    });
    let can = handle().projection.capabilities.clone();
    watch(move || {
        let wanted = invited.with(Option::is_some) && can.with(|can| can.meets);
        if wanted && panels.now.get().is_none() && inviting.get() == Stage::Out {
            panels.open(Panel::Meet);
        }
    });
    panel(Panel::Meet, words::LOBBY, "lobby", fill)
}

fn fill(inside: El) -> El {
    let (meet, panels) = (meet(), panels());
    let shows = meet.shows.clone();
    let (room, name) = (line("text"), line("text").set("autocomplete", "name"));
    // An invitation holds once.
    let invited = shows.invited.try_update(Option::take).flatten();
    room.set_value(&invited.unwrap_or_else(|| suggested(&handle())));
    name.set_value(&shows.name.get_untracked());
    let trouble = RwSignal::new("");
    let (wanted, named) = (room.clone(), name.clone());
    let joining = meet.clone();
    let join = move |dark: bool| {
        let (room, name) = (wanted.value(), named.value());
        let fields = [
            (&named, &name, words::NAME_WANTED),
            (&wanted, &room, words::ROOM_WANTED),
        ];
        let missing = fields
            .into_iter()
            .find(|(_, said, _)| said.trim().is_empty());
        if let Some((field, _, sentence)) = missing {
            trouble.set(sentence);
            return field.focus();
        }
        if dark {
            joining.darken();
        }
        joining.join(room.trim(), name.trim());
        panels.close(Panel::Meet);
    };
    let (entered, dark) = (join.clone(), join.clone());
    let typed = shows.name.clone();
    let name = name.on_input(move |now| typed.set(now.trim().to_owned()));
    let fields = el("div", "form")
        .put(labelled(words::NAME, name))
        .put(labelled(words::ROOM, room))
        .put(el("p", "field-hint").text(words::ROOM_HINT))
        .put(
            el("details", "begin-model")
                .put(el("summary", "field-label").text(words::DEVICES))
                .put(choice()),
        )
        .on_key(move |event| {
            let field = event.target();
            let field = field.is_some_and(|field| field.has_type::<HtmlInputElement>());
            if field && event.key() == "Enter" && !event.is_composing() {
                event.prevent_default();
                entered(false);
            }
        });
    let (lit, asking, unable) = (shows.on, shows.asking, shows.unable);
    let actions = el("div", "dialog-actions")
        .put(button("button", ui::CANCEL).on_press(move || panels.close(Panel::Meet)))
        .put(
            button("button", words::JOIN_DARK)
                .flag("hidden", move || !lit.with(|on| on.video) && !asking.get())
                .on_press(move || dark(true)),
        )
        .put(
            button("button", words::JOIN)
                .set("data-tone", "primary")
                .flag("disabled", move || unable.get())
                .on_press(move || join(false)),
        );
    let said = move || trouble.get().to_owned();
    inside
        .put(el("div", "lobby-sides").put(preview()).put(fields))
        .put(el("p", "field-trouble").set("role", "alert").says(said))
        .put(actions)
}

/// What the others will see, and the two switches.
fn preview() -> El {
    let shows = meet().shows;
    let sentence = move || match (shows.unable.get(), shows.asking.get()) {
        (true, _) => words::UNABLE.to_owned(),
        (false, true) => words::ASKING.to_owned(),
        (false, false) => words::lacks(shows.lacks.get()),
    };
    let switches = el("div", "lobby-switches").put(microphone()).put(camera());
    el("div", "lobby-preview")
        .put(own_tile())
        .put(switches)
        .put(level())
        .put(el("p", "lobby-said").set("role", "status").says(sentence))
}

/// How loud the microphone hears us.
fn level() -> El {
    let shows = meet().shows;
    let (on, asking, chosen, own) = (shows.on, shows.asking, shows.chosen, shows.own);
    let hears = Memo::new(move |_| {
        let asked = asking.get();
        // Another microphone is listened to anew.
        (on.with(|on| on.audio) && !asked).then(|| chosen.get())
    });
    let meter = el("meter", "window-bar lobby-level")
        .label(words::LEVEL)
        .set("max", "100")
        .flag("hidden", move || hears.with(Option::is_none));
    let (loud, now) = (meter.clone(), RefCell::new(None));
    watch(move || {
        let stream = own.get().filter(|_| hears.with(Option::is_some));
        let level = stream.and_then(|(_, stream)| {
            let loud = loud.clone();
            let told = move |level: u32| loud.mark("value", Some(&level.to_string()));
            Level::of(&stream, told)
        });
        now.replace(level);
    });
    meter
}
