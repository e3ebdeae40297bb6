//! Every command in one list, by name.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

use super::dialog::Dialog;
use super::handle;
use super::panels::{Panels, panels};
use crate::app::{Intent, Theme};
use crate::driver::Handle;
use crate::words::ui;

/// One command.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Command {
    New,
    Settings,
    Reset,
    Inspector,
    Disconnect,
    Theme(Theme),
    Help,
}

const COMMANDS: [(Command, &str); 9] = [
    (Command::New, ui::NEW),
    (Command::Settings, ui::SETTINGS),
    (Command::Reset, ui::RESET),
    (Command::Inspector, ui::INSPECTOR),
    (Command::Disconnect, ui::DISCONNECT),
    (Command::Theme(Theme::Light), "Light theme"),
    (Command::Theme(Theme::Dark), "Dark theme"),
    (Command::Theme(Theme::System), "System theme"),
    (Command::Help, ui::HELP),
];

fn run(command: Command, panels: Panels, handle: &Handle) {
    panels.palette.set(false);
    match command {
        Command::New => handle.did(Intent::NewConversation),
        Command::Settings => panels.settings.set(true),
        Command::Reset => panels.reset.set(true),
        Command::Inspector => {
            let open = handle.projection.chrome.inspecting.get_untracked();
            handle.did(Intent::Inspect(!open));
        }
        Command::Disconnect => handle.did(Intent::Disconnect),
        Command::Theme(theme) => handle.did(Intent::Theme(theme)),
        Command::Help => panels.help.set(true),
    }
}

/// Every command in one list.
#[component]
pub(super) fn Palette() -> impl IntoView {
    let open = panels().palette;
    view! {
        <Dialog open on_close=move || open.set(false) title=ui::MORE class="palette">
            <List />
        </Dialog>
    }
}

#[component]
fn List() -> impl IntoView {
    let panels = panels();
    let handle = StoredValue::new(handle());
    let wanted = RwSignal::new(String::new());
    let found = move || {
        let wanted = wanted.get().to_lowercase();
        let fits =
            move |(_, label): &(Command, &'static str)| label.to_lowercase().contains(&wanted);
        COMMANDS.into_iter().filter(fits).collect::<Vec<_>>()
    };
    let go = move |command| handle.with_value(|handle| run(command, panels, handle));
    let key = move |event: web_sys::KeyboardEvent| {
        let typing = event
            .target()
            .is_some_and(|target| target.has_type::<HtmlInputElement>());
        if event.key() == "Enter" && typing {
            event.prevent_default();
            if let Some((command, _)) = found().first() {
                go(*command);
            }
        }
        step(&event);
    };
    view! {
        <div class={"form"} on:keydown=key>
            <input
                class="input"
                type="text"
                autocomplete="off"
                aria-label={ui::COMMANDS_HINT}
                placeholder={ui::COMMANDS_HINT}
                on:input=move |event| wanted.set(event_target_value(&event))
            />
            <ul class="palette-list">
                <For each=found key=|(_, label)| *label let((command, label))>
                    <li>
                        <button class="palette-command" type="button" on:click=move |_| go(command)>
                            {label}
                        </button>
                    </li>
                </For>
            </ul>
        </div>
    }
}

/// The arrow keys go through the field and the commands.
fn step(event: &web_sys::KeyboardEvent) {
    let forward = match event.key().as_str() {
        "ArrowDown" => true,
        "ArrowUp" => false,
        _ => return,
    };
    event.prevent_default();
    let list = document()
        .query_selector_all(".palette input, .palette-command")
        .ok();
    let Some(list) = list else { return };
    let at = |index: u32| {
        list.get(index)
            .and_then(|node| node.dyn_into::<web_sys::HtmlElement>().ok())
    };
    let now = document().active_element();
    let here = (0..list.length()).find(|index| at(*index).map(Into::into) == now);
    let next = match (here, forward) {
        (None, _) => 0,
        (Some(here), true) => here + 1,
        (Some(here), false) => here.saturating_sub(1),
    };
    if let Some(element) = at(next) {
        // It throws for no element that is in the page.
        let _ = element.focus();
    }
}
