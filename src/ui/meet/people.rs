//! Everybody in the room, and how the tie to each is.

use leptos::prelude::*;

use super::{meet, sight};
use crate::meet::Participant;
use crate::ui::el::{El, el};
use crate::ui::icon::{self, icon, icon_button};
use crate::words::meet as words;

/// The list, while it is open.
pub(super) fn people(parent: El) -> El {
    let sight = sight();
    parent.when(move || sight.people.get(), list)
}

fn list() -> El {
    let (shows, sight) = (meet().shows, sight());
    let close = icon_button(icon::CLOSE, words::CLOSE).on_press(move || sight.close_people());
    let head = el("header", "people-head")
        .put(el("h3", "people-title").text(words::PEOPLE))
        .put(close);
    let (others, on, name) = (shows.others, shows.on, shows.name);
    let everybody = move || (others.get(), on.get(), name.get());
    let rows = el("ul", "people-list").anew(everybody, |(others, on, name)| {
        let you = [name, " (", words::YOU, ")"].concat();
        let mut rows = vec![row(&you, "", [on.audio, on.video, on.screen])];
        rows.extend(others.iter().map(theirs));
        rows
    });
    el("aside", "people")
        .label(words::PEOPLE)
        .put(head)
        .put(rows)
}

fn theirs(who: &Participant) -> El {
    let marks = [who.audio, who.video, who.screen];
    row(words::name(who), words::tie(who.tie), marks)
}

fn row(name: &str, tie: &str, [audio, video, screen]: [bool; 3]) -> El {
    let marks = [
        (!audio, icon::MUTED, words::MUTED),
        (!video, icon::DARK, words::DARK),
        (screen, icon::SCREEN, words::SHARES),
    ];
    let mark = |(_, path, words): (bool, &str, &str)| {
        el("span", "people-mark")
            .set("role", "img")
            .title(words)
            .put(icon(path))
    };
    let marks = marks.into_iter().filter(|(on, ..)| *on).map(mark).collect();
    let who = el("div", "people-who")
        .put(el("span", "people-name").set("dir", "auto").text(name))
        .put(el("span", "people-tie").text(tie));
    el("li", "people-row").put(who).put_all(marks)
}
