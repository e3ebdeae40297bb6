//! One person, or one screen.

use leptos::prelude::*;
use send_wrapper::SendWrapper;

use super::meet;
use crate::driver::Feed;
use crate::meet::{Participant, Tie, tile as layout};
use crate::platform::media::{self, Stream};
use crate::ui::el::{El, el, watch};
use crate::ui::icon::{self, icon};
use crate::words::meet as words;

/// A stream of ours that comes and goes, under a number.
type Own = ArcRwSignal<Option<(u64, SendWrapper<Stream>)>>;

/// Plays a stream for as long as the element is there.
fn video(stream: &Stream, muted: bool) -> El {
    let video = el("video", "tile-video")
        .set("autoplay", "")
        .set("playsinline", "")
        .set("tabindex", "-1");
    stream.show_in(video.node(), muted);
    let ended = SendWrapper::new(video.node().clone());
    on_cleanup(move || media::clear(&ended));
    video
}

/// What we send, which we do not hear.
fn own_video(own: Own) -> impl FnOnce(El) -> El {
    move |tile| {
        let (shown, stream) = (own.clone(), own);
        let keys = move || shown.with(|own| own.iter().map(|(key, _)| *key).collect());
        tile.each(keys, move |_| {
            let own = stream.get_untracked();
            own.map(|(_, stream)| video(&stream, true))
        })
    }
}

/// Our own camera.
pub(super) fn own_tile() -> El {
    let shows = meet().shows;
    let (on, marked, named) = (shows.on.clone(), shows.on.clone(), shows.on);
    let (name, lettered) = (shows.name.clone(), shows.name);
    let letters = move || match lettered.with(String::is_empty) {
        true => words::YOU.to_owned(),
        false => lettered.with(|name| layout::initials(name)),
    };
    let title = move || match name.with(String::is_empty) {
        true => words::YOU.to_owned(),
        false => [&name.get(), " (", words::YOU, ")"].concat(),
    };
    let said = title.clone();
    figure("camera")
        .set("data-own", "")
        .follows("data-video", move || state(on.with(|on| on.video)))
        .follows("aria-label", move || {
            named.with(|on| Some(words::tile(&said(), on.audio, on.video)))
        })
        .with(own_video(shows.own))
        .put(face(letters))
        .put(name_of(title, move || marked.with(|on| on.audio)))
}

/// Our own screen, as the others see it.
pub(super) fn own_screen() -> El {
    figure("screen")
        .set("data-video", "on")
        .label(words::YOUR_SCREEN)
        .with(own_video(meet().shows.screen))
        .put(name_of(|| words::YOUR_SCREEN.to_owned(), || true))
}

/// Somebody else, by their identifier.
pub(super) fn their_tile(id: String) -> El {
    let shows = meet().shows;
    let (others, feeds, speaking) = (shows.others, shows.feeds, shows.speaking);
    let who = move || others.with(|others| others.iter().find(|who| who.id == id).cloned());
    let (asked, all) = (who.clone(), feeds.clone());
    let mine = move || -> Vec<Feed> {
        let Some(who) = asked() else {
            return Vec::new();
        };
        all.with(|feeds| {
            let mine = feeds.iter().filter(|feed| Some(feed.link) == who.link);
            mine.filter(|feed| !is_screen(feed, &who))
                .cloned()
                .collect()
        })
    };
    let (keys, voices, named, tied, marked, lit, shown, spoken) = (
        mine.clone(),
        mine.clone(),
        who.clone(),
        who.clone(),
        who.clone(),
        who.clone(),
        who.clone(),
        who.clone(),
    );
    let name = move || named().map_or_else(String::new, |who| words::name(&who).to_owned());
    let letters = name.clone();
    figure("camera")
        .follows("data-video", move || {
            let on = lit().is_some_and(|who| who.video);
            state(on && mine().iter().any(|feed| feed.video))
        })
        .follows("data-tie", move || {
            tied().map(|who| tie(who.tie).to_owned())
        })
        .follows("data-speaks", move || {
            spoken().filter(|who| who.audio)?;
            let voices = voices();
            let mut sounds = voices.iter().filter_map(|feed| feed.stream.sound());
            let speaks = speaking.with(|speaking| sounds.any(|id| speaking.contains(&id)));
            speaks.then(String::new)
        })
        .follows("aria-label", move || {
            shown().map(|who| words::tile(words::name(&who), who.audio, who.video))
        })
        .each(
            move || keys().iter().map(|feed| feed.key).collect(),
            move |key| feed(&feeds, key).map(|feed| sounding(&feed.stream)),
        )
        .put(face(move || layout::initials(&letters())))
        .put(name_of(name, move || marked().is_none_or(|who| who.audio)))
}

/// Somebody else's screen, by the number of its stream.
pub(super) fn their_screen(key: u64) -> Option<El> {
    let shows = meet().shows;
    let feed = feed(&shows.feeds, key)?;
    let (link, others) = (feed.link, shows.others);
    let name = move || {
        let name = others.with(|others| {
            let who = others.iter().find(|who| who.link == Some(link));
            who.map(|who| words::name(who).to_owned())
        });
        words::screen_of(name.as_deref().unwrap_or(words::NAMELESS))
    };
    let said = name.clone();
    let tile = figure("screen")
        .set("data-video", "on")
        .follows("aria-label", move || Some(said()))
        .put(sounding(&feed.stream))
        .put(name_of(name, || true));
    Some(tile)
}

/// Plays what comes from somebody else, through the speaker that was chosen.
fn sounding(stream: &Stream) -> El {
    let chosen = meet().shows.chosen;
    let video = video(stream, false);
    meet().play(video.node());
    let element = video.clone();
    let mut moved = false;
    watch(move || {
        let [_, _, speaker] = chosen.get();
        moved |= !speaker.is_empty();
        if moved {
            media::speak_through(element.node(), &speaker);
        }
    });
    video
}

fn feed(feeds: &ArcRwSignal<Vec<Feed>>, key: u64) -> Option<Feed> {
    feeds.with_untracked(|feeds| feeds.iter().find(|feed| feed.key == key).cloned())
}

/// Whether a stream of somebody's is their screen.
pub(super) fn is_screen(feed: &Feed, who: &Participant) -> bool {
    layout::is_screen(feed.place, &feed.stream.id(), feed.video, who)
}

fn figure(kind: &str) -> El {
    el("figure", "tile").set("data-kind", kind)
}

/// What is seen of somebody without a picture.
fn face(letters: impl Fn() -> String + 'static) -> El {
    el("div", "tile-face")
        .set("aria-hidden", "true")
        .put(el("span", "tile-letters").says(letters))
}

fn name_of(name: impl Fn() -> String + 'static, audio: impl Fn() -> bool + 'static) -> El {
    let muted = el("span", "tile-muted")
        .set("aria-hidden", "true")
        .flag("hidden", audio)
        .put(icon(icon::MUTED));
    el("figcaption", "tile-name")
        .set("aria-hidden", "true")
        .put(muted)
        .put(el("span", "tile-words").set("dir", "auto").says(name))
}

fn state(on: bool) -> Option<String> {
    Some(if on { "on" } else { "off" }.to_owned())
}

const fn tie(tie: Tie) -> &'static str {
    match tie {
        Tie::Connecting => "connecting",
        Tie::Connected => "connected",
        Tie::Disconnected => "disconnected",
        Tie::Failed => "failed",
    }
}
