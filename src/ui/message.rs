//! One item of the timeline as an article, by its kind.

mod agent;
mod approval;
mod content;
mod error;
mod notice;
mod reasoning;
mod risk;
mod tool;
mod user;

use super::el::{El, el};
use super::handle;
use crate::model::{Body, ItemId, Kind};
use crate::projection::Row;
use crate::words::ui;
use leptos::prelude::*;

/// One item; `None` once it is gone.
pub(super) fn message(id: ItemId) -> Option<El> {
    let row = handle().projection.row(id)?;
    let state = row.state.clone();
    let article = el("article", "message")
        .set("data-kind", row.kind.word())
        .follows("data-state", move || Some(state.get().word().to_owned()))
        .label(&name(&row));
    Some(article.put(inside(row)))
}

fn name(row: &Row) -> String {
    let speaker = ui::speaker(row.kind);
    match row.body.get_untracked().as_ref() {
        Body::Tool(tool) => format!("{speaker} {}", tool.name),
        Body::Approval(approval) if !approval.tool.is_empty() => {
            format!("{speaker}: {}", approval.tool)
        }
        _ => speaker.to_owned(),
    }
}

fn inside(row: Row) -> El {
    match row.kind {
        Kind::User => user::user(&row),
        Kind::Agent => agent::agent(row),
        Kind::Reasoning => reasoning::reasoning(row),
        Kind::Tool => tool::tool(&row),
        Kind::Approval => approval::approval(&row),
        Kind::Notice => notice::notice(&row),
        Kind::Error => error::error(&row),
    }
}

/// A part of the body, read anew whenever the body moves.
fn part<T, R>(row: &Row, read: R) -> impl Fn() -> T + Clone + use<T, R>
where
    R: Fn(&Body) -> T + Clone + 'static,
{
    let body = row.body.clone();
    move || body.with(|body| read(body))
}
