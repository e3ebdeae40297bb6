//! What those who do not see the room are told: who comes and goes, and whose connection is in trouble.

use leptos::prelude::*;

use super::meet;
use crate::meet::{Participant, Tie};
use crate::ui::announcer::region;
use crate::ui::el::{El, watch};
use crate::words::meet as words;

/// A live region that says it.
pub(super) fn news() -> El {
    let others = meet().shows.others;
    let said: ArcRwSignal<(u64, String)> = ArcRwSignal::default();
    let saying = said.clone();
    let mut before: Vec<Participant> = Vec::new();
    watch(move || {
        let now = others.get();
        let news = moved(&before, &now);
        if !news.is_empty() {
            saying.update(|(number, text)| {
                *number += 1;
                *text = news;
            });
        }
        before = now;
    });
    region(said).set("data-part", "room-news")
}

/// What has changed, in words.
fn moved(before: &[Participant], now: &[Participant]) -> String {
    let find = |all: &[Participant], id: &str| all.iter().find(|who| who.id == id).cloned();
    let gone = before.iter().filter(|who| find(now, &who.id).is_none());
    let mut news: Vec<String> = gone.map(words::gone).collect();
    for who in now {
        let name = words::name(who);
        // Somebody without a name is told of once it is known.
        match find(before, &who.id).filter(|was| !was.name.is_empty()) {
            None if who.name.is_empty() => {}
            None => news.push(words::joined(name)),
            Some(was) => {
                if was.tie != who.tie && is_news(was.tie, who.tie) {
                    news.push(words::tied(name, who.tie));
                }
                if was.screen != who.screen {
                    news.push(words::shares(name, who.screen));
                }
            }
        }
    }
    news.join(" ")
}

/// Being connected for the first time is none.
fn is_news(was: Tie, now: Tie) -> bool {
    let bad = |tie| matches!(tie, Tie::Disconnected | Tie::Failed);
    bad(now) || (now == Tie::Connected && bad(was))
}
