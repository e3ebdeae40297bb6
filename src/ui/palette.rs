//! Every command in one list, by name.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlInputElement, KeyboardEvent};

use super::arrows;
use super::begin;
use super::dialog::panel;
use super::el::{El, button, el};
use super::handle;
use super::list;
use super::meet::{self, Sight};
use super::panels::{Panel, Panels, panels};
use crate::app::{Intent, Theme};
use crate::driver::Handle;
use crate::protocol::{self, Capabilities};
use crate::words::{self, ui};

/// One command.
#[derive(Clone, Copy)]
enum Command {
    New,
    List,
    Open(Panel),
    Meet,
    Inspector,
    Disconnect,
    Pause(bool),
    Condense,
    Export,
    Theme(Theme),
}

const COMMANDS: [(Command, &str); 19] = [
    (Command::New, ui::NEW),
    (Command::Open(Panel::Begin), ui::BEGIN),
    (Command::List, ui::CONVERSATIONS),
    (Command::Meet, words::meet::OPEN),
    (Command::Open(Panel::Settings), ui::SETTINGS),
    (Command::Open(Panel::Reset), ui::RESET),
    (Command::Inspector, ui::INSPECTOR),
    (Command::Disconnect, ui::DISCONNECT),
    (Command::Pause(true), ui::PAUSE),
    (Command::Pause(false), ui::RESUME),
    (Command::Condense, ui::CONDENSE),
    (Command::Open(Panel::Files), ui::FILES),
    (Command::Open(Panel::End), ui::END),
    (Command::Open(Panel::Discard), ui::DISCARD),
    (Command::Export, ui::EXPORT),
    (Command::Theme(Theme::Light), ui::LIGHT_THEME),
    (Command::Theme(Theme::Dark), ui::DARK_THEME),
    (Command::Theme(Theme::System), ui::SYSTEM_THEME),
    (Command::Open(Panel::Help), ui::HELP),
];

/// What there is to choose from.
#[derive(Clone, Copy)]
struct Can {
    server: Capabilities,
    /// A new conversation can begin with choices.
    starts: bool,
}

/// Every command in one list.
pub(super) fn palette() -> El {
    panel(Panel::Palette, ui::MORE, "palette", commands)
}

fn commands(inside: El) -> El {
    let panels = panels();
    let handle = handle();
    let sight = meet::sight();
    let wanted = RwSignal::new(String::new());
    let capabilities = &handle.projection.capabilities;
    let can = Can {
        server: capabilities.get_untracked(),
        starts: handle
            .projection
            .chrome
            .server
            .with_untracked(|server| begin::can(server)),
    };
    let field = el("input", "input")
        .set("type", "text")
        .set("autocomplete", "off")
        .set("placeholder", ui::COMMANDS_HINT)
        .label(ui::COMMANDS_HINT)
        .on_input(move |text| wanted.set(text.to_ascii_lowercase()));
    let chosen = handle.clone();
    let key = move |event: &KeyboardEvent| {
        if event.key() == "Enter" && is_field(event) {
            event.prevent_default();
            let first = found(&wanted.get_untracked(), can).first().copied();
            if let Some((command, _)) = first.and_then(|at| COMMANDS.get(at)) {
                run(*command, panels, sight, &chosen);
            }
        }
        arrows::step(event, ".palette input, .palette-command");
    };
    let entries = el("ul", "palette-list").anew(
        move || found(&wanted.get(), can),
        move |found| {
            if found.is_empty() {
                let nothing = el("li", "palette-empty").set("role", "status");
                return vec![nothing.text(ui::COMMANDS_EMPTY)];
            }
            let known = found.iter().filter_map(|at| COMMANDS.get(*at));
            known.map(|known| entry(*known, &handle)).collect()
        },
    );
    inside.put(el("div", "form").put(field).put(entries).on_key(key))
}

/// The places of the commands that hold a text, in their order.
fn found(wanted: &str, can: Can) -> Vec<usize> {
    let labels = COMMANDS.iter().enumerate();
    let fits = |(at, (command, label)): (usize, &(Command, &str))| {
        let can = match command {
            Command::Pause(_) => can.server.pause,
            Command::Condense => can.server.condenses,
            Command::Open(Panel::Begin) => can.starts,
            Command::Open(Panel::Files) => !can.server.files.is_empty(),
            Command::Meet => can.server.meets,
            Command::Open(Panel::End) => can.server.ends,
            Command::Open(Panel::Discard) => can.server.discards,
            Command::Open(Panel::Reset) => can.server.reset,
            Command::Export => can.server.exports,
            _ => true,
        };
        let named = label.to_ascii_lowercase().contains(wanted);
        (can && named).then_some(at)
    };
    labels.filter_map(fits).collect()
}

fn entry((command, label): (Command, &'static str), handle: &Handle) -> El {
    let (panels, handle) = (panels(), handle.clone());
    let sight = meet::sight();
    let go = move || run(command, panels, sight, &handle);
    el("li", "").put(button("palette-command", label).on_press(go))
}

fn run(command: Command, panels: Panels, sight: Sight, handle: &Handle) {
    panels.close(Panel::Palette);
    match command {
        Command::New => handle.did(Intent::NewConversation),
        Command::List => list::go_to(panels, handle),
        Command::Open(panel) => panels.open(panel),
        Command::Meet => meet::open(panels, handle, sight),
        Command::Inspector => {
            let open = handle.projection.chrome.inspecting.get_untracked();
            handle.did(Intent::Inspect(!open));
        }
        Command::Disconnect => handle.did(Intent::Disconnect),
        Command::Pause(paused) => handle.did(Intent::Pause(paused)),
        Command::Condense => handle.did(Intent::Ask(protocol::Command::Condense)),
        Command::Export => handle.did(Intent::Export),
        Command::Theme(theme) => handle.did(Intent::Theme(theme)),
    }
}

fn is_field(event: &KeyboardEvent) -> bool {
    event
        .target()
        .is_some_and(|target| target.has_type::<HtmlInputElement>())
}
