//! Which camera, microphone and speaker are used.

use leptos::prelude::*;

use super::meet;
use crate::meet::{Device, DeviceKind};
use crate::platform::media;
use crate::ui::dialog::panel;
use crate::ui::el::{El, button, el};
use crate::ui::panels::{Panel, panels};
use crate::words::meet as words;

/// The choice, in a call.
pub(in crate::ui) fn devices_dialog() -> El {
    panel(Panel::Devices, words::DEVICES, "devices", |inside| {
        let panels = panels();
        let close = button("button", words::CLOSE).on_press(move || panels.close(Panel::Devices));
        inside
            .put(choice())
            .put(el("div", "dialog-actions").put(close))
    })
}

/// One field for each kind of device.
pub(super) fn choice() -> El {
    let fields = DeviceKind::ALL.into_iter().enumerate().map(field).collect();
    el("div", "form").put_all(fields)
}

/// The devices of a kind. Hidden where there is nothing to choose.
fn field((at, kind): (usize, DeviceKind)) -> El {
    let meet = meet();
    let (devices, chosen) = (meet.shows.devices.clone(), meet.shows.chosen.clone());
    let there = devices.clone();
    let of_kind = move || {
        let mut all = devices.get();
        all.retain(|device| device.kind == kind);
        all
    };
    let select = el("select", "input");
    let picked = select.clone();
    let select = select
        .on("change", move |_| meet.choose(kind, &picked.value()))
        .anew(of_kind, move |devices| {
            let chosen = chosen.with_untracked(|all| all.get(at).cloned());
            options(devices, kind, &chosen.unwrap_or_default())
        });
    let able = kind != DeviceKind::Speaker || media::can_choose_speaker();
    el("label", "field")
        .flag("hidden", move || {
            !able || there.with(|all| !all.iter().any(|device| device.kind == kind))
        })
        .put(el("span", "field-label").text(words::device(kind)))
        .put(select)
}

fn options(devices: &[Device], kind: DeviceKind, chosen: &str) -> Vec<El> {
    let option = |id: &str, words: &str| {
        let option = el("option", "").set("value", id).text(words);
        match id == chosen {
            true => option.set("selected", ""),
            false => option,
        }
    };
    let mut options = vec![option("", words::USUAL)];
    for (at, device) in devices.iter().enumerate() {
        options.push(match device.label.as_str() {
            "" => option(&device.id, &words::nameless(kind, at + 1)),
            label => option(&device.id, label),
        });
    }
    options
}
