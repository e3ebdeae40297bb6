//! The room: whom one sees, who is there, and the controls.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::controls::{controls, letters};
use super::news::news;
use super::people::people;
use super::tile::{is_screen, own_screen, own_tile, their_screen, their_tile};
use super::{meet, sight};
use crate::driver::{Feed, Stage};
use crate::meet::{Participant, Signalling, tile as layout};
use crate::ui::copy::copy;
use crate::ui::el::{El, button, el, watch};
use crate::ui::icon::{self, icon};
use crate::words::meet as words;

/// The room, while the person is in one.
pub(in crate::ui) fn room(parent: El) -> El {
    let stage = meet().shows.stage;
    parent.when(move || stage.get() == Stage::In, inside)
}

fn inside() -> El {
    let sight = sight();
    sight.chat.set(false);
    sight.people.set(false);
    let room = meet().shows.room;
    let body = el("div", "room-body")
        .put(el("div", "room-stage").put(screens()).put(tiles()))
        .with(people);
    el("section", "room")
        .follows("aria-label", move || {
            Some([words::ROOM, " ", &room.get()].concat())
        })
        .put(head())
        .put(trouble())
        .put(body)
        .put(controls())
        .put(news())
        .on_key(letters())
        .on_key(move |event| {
            if event.key() == "Escape" && sight.people.get_untracked() {
                event.prevent_default();
                sight.close_people();
            }
        })
}

/// Which room, how many are here, and the way to the conversation where the room covers it.
fn head() -> El {
    let (shows, sight) = (meet().shows, sight());
    let (room, others, link) = (shows.room, shows.others, shows.link);
    let label = move || match sight.chat.get() {
        true => words::BACK.to_owned(),
        false => words::CHAT.to_owned(),
    };
    let switch = button("button-small", "")
        .set("data-part", "switch")
        .put(icon(icon::CHAT))
        .put(el("span", "").says(label))
        .on_press(move || sight.chat.update(|chat| *chat = !*chat));
    let title = el("h2", "room-title")
        .set("dir", "auto")
        .set("tabindex", "-1")
        .says(move || room.get());
    // The focus comes here, once the dialog before it has closed.
    let begin = title.clone();
    request_animation_frame(move || begin.focus());
    let count = el("span", "room-count");
    el("header", "room-head")
        .put(title)
        .put(count.says(move || words::people(others.with(Vec::len) + 1)))
        .put(copy(words::COPY_LINK, move || link.get_untracked()).set("data-part", "invite"))
        .put(switch)
}

/// What is wrong, and what to do about it.
fn trouble() -> El {
    let meet = meet();
    let shows = meet.shows.clone();
    let tries = tries(shows.signalling.clone());
    let sentence = move || {
        let many = shows.others.with(Vec::len) + 1 >= layout::MANY;
        let also = [
            (shows.stuck.get(), words::STUCK),
            (shows.unable.get(), words::UNABLE),
            (shows.unshared.get(), words::UNSHARED),
            (many, words::MANY),
        ];
        let also = also.into_iter().filter(|(so, _)| *so);
        let mut said = vec![
            match tries.get() {
                Tries {
                    waits: true,
                    been_in: true,
                    ..
                } => words::LOST.to_owned(),
                Tries { waits: true, .. } => words::UNREACHED.to_owned(),
                _ => shows.signalling.with(words::signalling),
            },
            words::lacks(shows.lacks.get()),
        ];
        said.extend(also.map(|(_, words)| words.to_owned()));
        said.retain(|sentence| !sentence.is_empty());
        said.join(" ")
    };
    let empty = sentence.clone();
    let retry = button("button-small", words::RETRY)
        .flag("hidden", move || !tries.with(|now| now.can_retry))
        .on_press(move || meet.retry());
    let pressed = retry.clone();
    watch(move || {
        if !tries.with(|now| now.can_retry) && pressed.has_focus() {
            focus_title();
        }
    });
    el("div", "room-trouble")
        .flag("data-empty", move || empty().is_empty())
        .put(el("p", "").set("role", "status").says(sentence))
        .put(retry)
        .with(play)
}

/// Lets what of the others stands still play, which the browser allows whoever asks for it.
fn play(trouble: El) -> El {
    let stuck = meet().shows.stuck;
    trouble.when(
        move || stuck.get(),
        || {
            let (meet, stuck) = (meet(), meet().shows.stuck);
            button("button-small", words::PLAY).on_press(move || {
                focus_title();
                stuck.set(false);
                for video in videos() {
                    meet.play(&video);
                }
            })
        },
    )
}

/// Everything in the room that moves.
fn videos() -> Vec<Element> {
    let Ok(list) = document().query_selector_all(".room video") else {
        return Vec::new();
    };
    let videos = (0..list.length()).filter_map(|at| list.get(at)?.dyn_into().ok());
    videos.collect()
}

/// The tries to get in, which are not told one by one.
#[derive(Clone, Copy, Default, PartialEq)]
struct Tries {
    /// We have been in the room.
    been_in: bool,
    /// The next one is made by itself, or is under way.
    waits: bool,
    /// One can be asked for. It stays so while one is under way: what is pressed is not to vanish.
    can_retry: bool,
}

fn tries(signalling: ArcRwSignal<Signalling>) -> RwSignal<Tries> {
    let tries = RwSignal::new(Tries::default());
    watch(move || {
        let now = signalling.get();
        tries.update(|tries| {
            let waits = matches!(now, Signalling::Waiting { .. });
            *tries = match now {
                Signalling::Connecting => *tries,
                Signalling::Idle | Signalling::NoRooms { .. } => Tries::default(),
                Signalling::Joined => Tries {
                    been_in: true,
                    ..Tries::default()
                },
                _ => Tries {
                    been_in: tries.been_in,
                    waits,
                    can_retry: true,
                },
            };
        });
    });
    tries
}

fn focus_title() {
    if let Ok(Some(title)) = document().query_selector(".room-title") {
        // It throws for no element that is in the page.
        let _ = title.unchecked_into::<HtmlElement>().focus();
    }
}

/// The screens that are shared; they take the room that there is.
fn screens() -> El {
    let shows = meet().shows;
    let (own, shared) = (shows.screen.clone(), shows.screen);
    let (feeds, others) = (shows.feeds, shows.others);
    let theirs = move || others.with(|others| feeds.with(|feeds| theirs(feeds, others)));
    let count = theirs.clone();
    el("div", "room-screens")
        .flag("hidden", move || {
            own.with(Option::is_none) && count().is_empty()
        })
        .when(move || shared.with(Option::is_some), own_screen)
        .each(theirs, their_screen)
}

fn theirs(feeds: &[Feed], others: &[Participant]) -> Vec<u64> {
    let screens = feeds.iter().filter(|feed| {
        let mut whose = others.iter().filter(|who| who.link == Some(feed.link));
        whose.any(|who| is_screen(feed, who))
    });
    screens.map(|feed| feed.key).collect()
}

/// Everybody, ourselves first.
fn tiles() -> El {
    let others = meet().shows.others;
    let counted = others.clone();
    // Each is drawn under a number; who is here keeps theirs.
    let known: Rc<RefCell<Vec<(u64, String)>>> = Rc::default();
    let last = Cell::new(0);
    let drawn = Rc::clone(&known);
    let keys = move || {
        others.with(|others| {
            let mut known = known.borrow_mut();
            known.retain(|(_, id)| others.iter().any(|who| who.id == *id));
            for who in others {
                if !known.iter().any(|(_, id)| *id == who.id) {
                    last.set(last.get() + 1);
                    known.push((last.get(), who.id.clone()));
                }
            }
            known.iter().map(|(key, _)| *key).collect()
        })
    };
    let count = move || counted.with(Vec::len) + 1;
    let columns = count.clone();
    el("div", "room-tiles")
        .follows("data-tiles", move || Some(count().to_string()))
        .follows("data-columns", move || {
            Some(layout::columns(columns()).to_string())
        })
        .put(own_tile())
        .each(keys, move |key| {
            let drawn = drawn.borrow();
            let who = drawn.iter().find(|(known, _)| *known == key);
            who.map(|(_, id)| their_tile(id.clone()))
        })
}
