//! A tool call: what was asked, what came of it, how long it took.

use super::content::block;
use super::{part, risk};
use crate::model::{Body, Content, Risk, ToolCall, ToolState};
use crate::projection::Row;
use crate::ui::el::{El, el};
use crate::ui::icon::{self, icon};
use crate::words::{self, ui};

/// A tool call.
pub(super) fn tool(row: &Row) -> El {
    let sign = part(row, |body| of(body, |tool| Some(tool.state)));
    let name = part(row, |body| {
        of(body, |tool| words::tool_name(&tool.name).to_owned())
    });
    let args = part(row, |body| of(body, |tool| words::arguments(&tool.args)));
    let content = part(row, |body| of(body, |tool| tool.content.clone()));
    let danger = part(row, |body| of(body, |tool| tool.risk));
    let head = el("header", "card-head")
        .anew(sign, |state| vec![icon(self::sign(*state))])
        .put(el("p", "card-title tool-name").says(name))
        .put(el("span", "card-state").says(part(row, state)))
        .anew(danger, |found| risk::badge(*found, Risk::Medium));
    el("div", "card tool")
        .put(head)
        .anew(args, |args| match args.as_str() {
            "" | "{}" => Vec::new(),
            args => vec![arguments(args)],
        })
        .anew(content, |content| match content.as_slice() {
            [] => Vec::new(),
            content => vec![result(content)],
        })
}

fn of<T: Default>(body: &Body, read: impl FnOnce(&ToolCall) -> T) -> T {
    match body {
        Body::Tool(tool) => read(tool),
        _ => T::default(),
    }
}

/// How far it is, and how long it took.
fn state(body: &Body) -> String {
    of(body, |tool| match took(tool) {
        Some(took) => format!("{} · {took}", ui::tool(tool.state)),
        None => ui::tool(tool.state).to_owned(),
    })
}

/// How long it took, where that was seen: some servers name a call only when it is over.
fn took(tool: &ToolCall) -> Option<String> {
    let took = tool.took()?.0;
    (took > 0).then(|| words::span(took))
}

const fn sign(state: Option<ToolState>) -> &'static str {
    match state {
        Some(ToolState::Done) => icon::DONE,
        Some(ToolState::Failed | ToolState::Denied | ToolState::Interrupted) => icon::FAILED,
        Some(ToolState::Asked) => icon::ASK,
        Some(ToolState::Running) | None => icon::TOOL,
    }
}

fn arguments(args: &str) -> El {
    el("pre", "output")
        .set("data-part", "args")
        .label(ui::ARGUMENTS)
        .text(args)
}

fn result(content: &[Content]) -> El {
    el("div", "tool-result")
        .set("data-part", "result")
        .set("role", "group")
        .label(ui::RESULT)
        .put_all(content.iter().flat_map(block).collect())
}
