//! One block of a tool's result.

use leptos::prelude::*;

use crate::model::{Content, Task, TaskState, data_url};
use crate::ui::el::{El, button, el};
use crate::words::ui;

/// How much of a result is shown at first, in characters.
const SHOWN: usize = 4_000;

/// One block of a tool's result.
pub(super) fn block(content: &Content) -> Vec<El> {
    match content {
        Content::Image { mime, base64 } if is_shown(mime) => {
            let picture = el("img", "tool-picture").set("alt", ui::RESULT);
            vec![picture.set("src", &data_url(mime, base64))]
        }
        Content::Diff(diff) if diff.len() <= SHOWN * 4 => vec![changes(diff)],
        Content::Tasks(tasks) => vec![el("ul", "tasks").put_all(tasks.iter().map(task).collect())],
        Content::Exit(_) => vec![el("p", "tool-exit").text(&content.text())],
        other => output(other.text()),
    }
}

/// Pictures that hold no script.
fn is_shown(mime: &str) -> bool {
    matches!(
        mime,
        "image/png" | "image/jpeg" | "image/webp" | "image/gif"
    )
}

/// A unified diff, each line marked by what it does. The marks are in the text as well.
fn changes(diff: &str) -> El {
    let lines = diff.lines().map(|line| {
        let change = match line.as_bytes() {
            [b'+', b'+', b'+', ..] | [b'-', b'-', b'-', ..] => "file",
            [b'+', ..] => "added",
            [b'-', ..] => "removed",
            [b'@', b'@', ..] => "place",
            _ => "",
        };
        let shown = el("span", "diff-line").text(&[line, "\n"].concat());
        match change {
            "" => shown,
            change => shown.set("data-change", change),
        }
    });
    el("pre", "output diff")
        .set("tabindex", "0")
        .put_all(lines.collect())
}

fn task(task: &Task) -> El {
    let (state, words) = match task.state {
        TaskState::Open => ("open", ui::TASK_OPEN),
        TaskState::Doing => ("doing", ui::TASK_DOING),
        TaskState::Done => ("done", ui::TASK_DONE),
    };
    el("li", "task")
        .set("data-task", state)
        .put(el("span", "visually-hidden").text(words))
        .put(el("span", "").set("dir", "auto").text(&task.title))
}

/// A text as it stands; a long one is cut until asked for.
fn output(text: String) -> Vec<El> {
    let shown = el("pre", "output").set("tabindex", "0").set("dir", "auto");
    let Some((cut, _)) = text.char_indices().nth(SHOWN) else {
        return vec![shown.text(&text)];
    };
    let all = RwSignal::new(false);
    let more = format!("{} ({})", ui::SHOW_ALL, ui::bytes(text.len()));
    let label = move || match all.get() {
        true => ui::SHOW_LESS.to_owned(),
        false => more.clone(),
    };
    let text = move || match all.get() {
        true => text.clone(),
        false => [text.get(..cut).unwrap_or_default(), "…"].concat(),
    };
    let toggle = button("button-small", "")
        .says(label)
        .on_press(move || all.update(|all| *all = !*all));
    vec![shown.says(text), toggle]
}
