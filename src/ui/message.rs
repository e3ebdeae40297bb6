//! One item of the timeline as an article, by its kind.

mod agent;
mod approval;
mod copy;
mod error;
mod notice;
mod reasoning;
mod tool;
mod user;

use std::sync::Arc;

use leptos::prelude::*;

use super::handle;
use crate::model::{Body, ItemId, Kind};
use crate::projection::Row;
use crate::words::ui;

/// One item.
#[component]
pub(super) fn Message(
    /// Whose row is shown.
    id: ItemId,
) -> impl IntoView {
    handle().projection.row(id).map(|row| {
        let state = row.state.clone();
        let name = name(&row);
        let inside = inside(row.clone());
        view! {
            <article
                class="message"
                data-kind={row.kind.word()}
                data-state=move || state.get().word()
                aria-label=name
            >
                {inside}
            </article>
        }
    })
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

fn inside(row: Row) -> AnyView {
    match row.kind {
        Kind::User => user::User(user::UserProps { row }).into_any(),
        Kind::Agent => agent::Agent(agent::AgentProps { row }).into_any(),
        Kind::Reasoning => reasoning::Reasoning(reasoning::ReasoningProps { row }).into_any(),
        Kind::Tool => tool::Tool(tool::ToolProps { row }).into_any(),
        Kind::Approval => approval::Approval(approval::ApprovalProps { row }).into_any(),
        Kind::Notice => notice::Notice(notice::NoticeProps { row }).into_any(),
        Kind::Error => error::Error(error::ErrorProps { row }).into_any(),
    }
}

/// A part of the body as a signal that moves only when that part does.
fn part<T>(row: &Row, read: impl Fn(&Body) -> T + Send + Sync + 'static) -> Memo<T>
where
    T: PartialEq + Send + Sync + 'static,
{
    let body: ArcRwSignal<Arc<Body>> = row.body.clone();
    Memo::new(move |_| body.with(|body| read(body)))
}
