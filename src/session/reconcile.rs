//! Laying the server's history beside the timeline after a gap.
//!
//! A history has no identifiers, so entries are matched in order by what they say. Matched items
//! keep their identifiers, missed ones come in between, and what only we know of stays.

use super::timeline::{Answered, Timeline, is_queued};
use crate::model::{
    Body, CallId, Failure, Instant, Item, ItemId, Prose, ProseState, SendState, ToolCall,
    ToolState, TransactionId, UserMessage,
};
use crate::protocol::Past;

/// What came of it.
pub(super) struct Reconciled {
    /// The newest entry is an answer: nothing runs any more.
    pub(super) answered: bool,
    /// The server remembers nothing although something was said.
    pub(super) forgotten: bool,
}

/// Brings the timeline up to the history.
pub(super) fn reconcile(timeline: &mut Timeline, pasts: Vec<Past>, now: Instant) -> Reconciled {
    let spoken = timeline.items().iter().any(was_confirmed);
    let forgotten = pasts.is_empty() && spoken;
    let answered = matches!(pasts.last(), Some(Past::Agent(_)));
    if !forgotten {
        let mut cursor = 0;
        for past in pasts {
            cursor = lay(timeline, past, cursor, now);
        }
        unresolved(timeline);
    }
    Reconciled {
        answered,
        forgotten,
    }
}

/// Lays one entry at or after `cursor`; gives the place behind it.
fn lay(timeline: &mut Timeline, past: Past, cursor: usize, now: Instant) -> usize {
    let found = timeline
        .items()
        .iter()
        .enumerate()
        .skip(cursor)
        .find(|(_, item)| says(&item.body, &past))
        .map(|(at, item)| (at, item.id));
    match found {
        Some((at, id)) => {
            confirm(timeline, id, past, now);
            drop_tail(timeline, at + 1, id);
            at + 1
        }
        None => {
            let at = cursor.min(timeline.frontier());
            timeline.insert(at, body(past, now));
            at + 1
        }
    }
}

/// Whether an item and an entry are the same, as far as can be told.
fn says(body: &Body, past: &Past) -> bool {
    match (body, past) {
        (Body::User(message), Past::User { text, .. }) => {
            message.state != SendState::Queued && message.text == *text
        }
        (Body::Agent(prose), Past::Agent(text)) => match prose.state {
            ProseState::Done => prose.text == *text,
            ProseState::Streaming | ProseState::Interrupted => text.starts_with(&prose.text),
        },
        (
            Body::Tool(tool),
            Past::Tool {
                call, name, args, ..
            },
        ) => match (&tool.call, call) {
            (Some(ours), Some(theirs)) => ours == theirs,
            _ => tool.name == *name && tool.args == *args,
        },
        _ => false,
    }
}

fn confirm(timeline: &mut Timeline, id: ItemId, past: Past, now: Instant) {
    let mut finished: Option<(Option<CallId>, String, Answered)> = None;
    timeline.edit(id, |body| match (body, past) {
        (Body::User(message), Past::User { .. }) => message.state = SendState::Confirmed,
        (Body::Agent(prose), Past::Agent(text)) => *prose = whole(text),
        (
            Body::Tool(tool),
            Past::Tool {
                result: Some((state, content)),
                ..
            },
        ) if tool.ended.is_none() => {
            let answered = Answered {
                state,
                timed_out: false,
                content,
            };
            finished = Some((tool.call.clone(), tool.name.clone(), answered));
        }
        _ => {}
    });
    if let Some((call, name, answered)) = finished {
        timeline.tool_finished(call, name, answered, now);
    }
}

/// A text that came in without its beginning is part of the whole one before it.
fn drop_tail(timeline: &mut Timeline, at: usize, whole: ItemId) {
    let text = match timeline.get(whole).map(|item| &item.body) {
        Some(Body::Agent(prose)) => prose.text.clone(),
        _ => return,
    };
    let tail = timeline.items().get(at).and_then(|item| match &item.body {
        Body::Agent(prose) if prose.state != ProseState::Done && text.contains(&prose.text) => {
            Some(item.id)
        }
        _ => None,
    });
    if let Some(id) = tail {
        timeline.remove(id);
    }
}

fn body(past: Past, now: Instant) -> Body {
    match past {
        Past::User { text, attachments } => Body::User(UserMessage {
            transaction: TransactionId(0),
            text,
            attachments,
            state: SendState::Confirmed,
        }),
        Past::Agent(text) => Body::Agent(whole(text)),
        Past::Tool {
            call,
            name,
            args,
            result,
        } => {
            let ended = result.as_ref().map(|_| now);
            let (state, content) = result.unwrap_or((ToolState::Running, Vec::new()));
            Body::Tool(ToolCall {
                call,
                name,
                args,
                state,
                content,
                started: now,
                ended,
            })
        }
    }
}

fn whole(text: String) -> Prose {
    Prose {
        text,
        state: ProseState::Done,
    }
}

/// What may have been sent, and is not in the history, was not received.
fn unresolved(timeline: &mut Timeline) {
    let lost: Vec<ItemId> = timeline
        .items()
        .iter()
        .filter(|item| matches!(&item.body, Body::User(message) if message.state == SendState::MaybeSent))
        .map(|item| item.id)
        .collect();
    for id in lost {
        timeline.delivery(id, SendState::Failed(Failure::NotReceived));
    }
}

fn was_confirmed(item: &Item) -> bool {
    !is_queued(item)
        && matches!(&item.body, Body::User(message) if message.state == SendState::Confirmed)
}
