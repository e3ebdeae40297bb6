//! What one can do in a room, by press and by key.

use leptos::prelude::*;
use web_sys::KeyboardEvent;

use super::{meet, sight};
use crate::platform::media;
use crate::ui::app;
use crate::ui::el::{El, button, el};
use crate::ui::icon::{self, icon};
use crate::ui::panels::{Panel, panels};
use crate::words::meet as words;

/// The row of buttons.
pub(super) fn controls() -> El {
    let (meet, sight, panels) = (meet(), sight(), panels());
    let (left, shared, on) = (meet.clone(), meet.clone(), meet.shows.on);
    let leave = move || {
        left.leave();
        // The conversation may be hidden behind the room until then.
        request_animation_frame(app::focus_composer);
    };
    let share = control(words::SHARE, "S")
        .put(icon(icon::SCREEN))
        .flag("hidden", || !media::can_share())
        .follows("aria-pressed", move || pressed(on.with(|on| on.screen)))
        .on_press(move || shared.toggle_screen());
    let people = control(words::PEOPLE, "P")
        .put(icon(icon::PEOPLE))
        .follows("aria-pressed", move || pressed(sight.people.get()))
        .on_press(move || sight.people.update(|open| *open = !*open));
    sight.opener.set_value(Some(people.clone()));
    let devices = control(words::DEVICES, "")
        .put(icon(icon::SETTINGS))
        .on_press(move || panels.open(Panel::Devices));
    let leave = control(words::LEAVE, "")
        .set("data-tone", "leave")
        .put(icon(icon::LEAVE))
        .on_press(leave);
    el("div", "room-controls")
        .set("role", "group")
        .label(words::CONTROLS)
        .put(microphone())
        .put(camera())
        .put(share)
        .put(people)
        .put(devices)
        .put(leave)
}

/// Turns our microphone on and off.
pub(super) fn microphone() -> El {
    let meet = meet();
    let on = meet.shows.on.clone();
    let paths = [icon::MUTED, icon::MICROPHONE];
    switch(paths, words::MICROPHONE, "M", move || {
        on.with(|on| on.audio)
    })
    .on_press(move || meet.toggle_audio())
}

/// Turns our camera on and off.
pub(super) fn camera() -> El {
    let meet = meet();
    let on = meet.shows.on.clone();
    let paths = [icon::DARK, icon::CAMERA];
    switch(paths, words::CAMERA, "V", move || on.with(|on| on.video))
        .on_press(move || meet.toggle_video())
}

/// A button that stays down while something is on.
fn switch(
    [off_path, on_path]: [&'static str; 2],
    name: &'static str,
    key: &'static str,
    on: impl Fn() -> bool + Clone + 'static,
) -> El {
    let drawn = on.clone();
    control(name, key)
        .set("data-switch", "")
        .follows("aria-pressed", move || pressed(on()))
        .anew(drawn, move |on| {
            let path = if *on { on_path } else { off_path };
            vec![icon(path)]
        })
}

fn pressed(on: bool) -> Option<String> {
    Some(on.to_string())
}

fn control(name: &'static str, key: &'static str) -> El {
    let title = match key {
        "" => name.to_owned(),
        key => [name, " (", key, ")"].concat(),
    };
    button("button-control", "")
        .label(name)
        .set("title", &title)
}

/// The letters that do the same as the buttons, for keys that go down in the room and into no text.
/// Elsewhere they are nobody's: who speaks to the machine would press them with every word (WCAG 2.1.4).
pub(super) fn letters() -> impl Fn(&KeyboardEvent) + 'static {
    let (meet, sight) = (meet(), sight());
    move |event| {
        let other = event.ctrl_key() || event.meta_key() || event.alt_key() || event.repeat();
        if other || app::is_typing(event) {
            return;
        }
        match event.key().as_str() {
            "m" | "M" => meet.toggle_audio(),
            "v" | "V" => meet.toggle_video(),
            "s" | "S" if media::can_share() => meet.toggle_screen(),
            "p" | "P" if sight.people.get_untracked() => sight.close_people(),
            "p" | "P" => sight.people.set(true),
            _ => return,
        }
        event.prevent_default();
    }
}
