//! Laying the server's history beside the timeline after a gap.
//!
//! A history has no identifiers, so entries are matched in order by what they say. Matched items
//! keep their identifiers, missed ones come in between, and what only we know of stays.

use super::align::align;
use super::pieces::{self, Pieces};
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
        let mut place = 0;
        let all = Past::is_all_answered(&pasts);
        let matched = matched(timeline, pasts);
        let known: Vec<ItemId> = matched.iter().filter_map(|(_, id)| *id).collect();
        for (past, id) in matched {
            place = lay(timeline, past, (id, place), &known, now);
        }
        if all {
            drop_heads(timeline);
        }
        unresolved(timeline);
    }
    Reconciled {
        answered,
        forgotten,
    }
}

/// Each entry with the item that is the same, so that as many as possible have one.
fn matched(timeline: &Timeline, pasts: Vec<Past>) -> Vec<(Past, Option<ItemId>)> {
    let items = timeline.items().iter().filter(|item| is_told(item));
    let items: Vec<&Item> = items.collect();
    let same = |item: usize, past: usize| match (items.get(item), pasts.get(past)) {
        (Some(item), Some(past)) => says(&item.body, past),
        _ => false,
    };
    let pairs = align(items.len(), pasts.len(), same);
    let id = |past: usize| {
        let pair = pairs
            .binary_search_by_key(&past, |(_, known)| *known)
            .ok()?;
        let (item, _) = pairs.get(pair)?;
        items.get(*item).map(|item| item.id)
    };
    let ids: Vec<Option<ItemId>> = (0..pasts.len()).map(id).collect();
    pasts.into_iter().zip(ids).collect()
}

/// Lays one entry where its item is, else after `place`; gives the place behind it.
fn lay(
    timeline: &mut Timeline,
    past: Past,
    (id, place): (Option<ItemId>, usize),
    known: &[ItemId],
    now: Instant,
) -> usize {
    if id.is_none()
        && let Past::Agent(text) = &past
        && let Some(pieces) = pieces::find(timeline.items(), text, place, known)
    {
        return complete(timeline, pieces, now);
    }
    let at = id.and_then(|id| timeline.items().iter().position(|item| item.id == id));
    let (at, id) = match (at, id) {
        (Some(at), Some(id)) => {
            confirm(timeline, id, past, now);
            (at, id)
        }
        _ => {
            let at = behind_untold(timeline, place).min(timeline.frontier());
            let dropped = drop_head(timeline, &past, at);
            let at = at - usize::from(dropped);
            (at, timeline.insert(at, body(past, now)))
        }
    };
    drop_tails(timeline, at + 1, id);
    at + 1
}

/// The pieces that an entry stands in stay, and what it has behind them is added; gives the place
/// behind it.
fn complete(timeline: &mut Timeline, pieces: Pieces, now: Instant) -> usize {
    let Pieces {
        last,
        rest,
        parted,
        end,
    } = pieces;
    if parted && !rest.trim().is_empty() {
        let at = end.min(timeline.frontier());
        let rest = Past::Agent(rest.trim_start().to_owned());
        timeline.insert(at, body(rest, now));
        return at + 1;
    }
    timeline.edit(last, |body| match body {
        Body::Agent(prose) if prose.state != ProseState::Done => {
            *prose = whole([prose.text.trim_end(), &rest].concat());
        }
        _ => {}
    });
    end
}

/// Behind what no history tells of, such as the reasoning that came before an answer; at the very
/// beginning nothing is known to come before.
fn behind_untold(timeline: &Timeline, place: usize) -> usize {
    let items = timeline.items().iter().skip(place);
    match place {
        0 => 0,
        _ => place + items.take_while(|item| !is_told(item)).count(),
    }
}

/// Whether a history tells of such things.
fn is_told(item: &Item) -> bool {
    let told = matches!(item.body, Body::User(_) | Body::Agent(_) | Body::Tool(_));
    told && !is_queued(item)
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
    let mut spoken = false;
    timeline.edit(id, |body| match (body, past) {
        (Body::User(_), Past::User { .. }) => spoken = true,
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
    if spoken {
        timeline.delivery(id, SendState::Confirmed);
    }
    if let Some((call, name, answered)) = finished {
        timeline.tool_finished(call, name, answered, now);
    }
}

/// The beginning of an answer, which was cut, gives way to the whole of it further down: something
/// else was said meanwhile. `at` is where the whole will stand; true where there was a beginning.
fn drop_head(timeline: &mut Timeline, past: &Past, at: usize) -> bool {
    let Past::Agent(whole) = past else {
        return false;
    };
    let head = |item: &Item| match &item.body {
        Body::Agent(prose) if prose.state == ProseState::Interrupted => {
            let begins = !prose.text.is_empty() && whole.starts_with(&prose.text);
            begins.then_some((prose.text.len(), item.id))
        }
        _ => None,
    };
    // The longest is the surest; of several, the oldest was to be answered first.
    let before = timeline.items().iter().take(at).rev().filter_map(head);
    let longest = before.max_by_key(|(long, _)| *long);
    if let Some((_, id)) = longest {
        timeline.remove(id);
    }
    longest.is_some()
}

/// The same where the whole was known before, and every question is known to have its answer.
fn drop_heads(timeline: &mut Timeline) {
    let items = timeline.items();
    let whole = |item: &Item, head: &Prose| match &item.body {
        Body::Agent(prose) => prose.state == ProseState::Done && prose.text.starts_with(&head.text),
        _ => false,
    };
    let head = |(at, item): (usize, &Item)| match &item.body {
        Body::Agent(prose) if prose.state == ProseState::Interrupted && !prose.text.is_empty() => {
            let later = items.iter().skip(at + 1);
            later
                .into_iter()
                .any(|item| whole(item, prose))
                .then_some(item.id)
        }
        _ => None,
    };
    let heads: Vec<ItemId> = items.iter().enumerate().filter_map(head).collect();
    for id in heads {
        timeline.remove(id);
    }
}

/// Texts that came in without their beginning are part of the whole one before them.
fn drop_tails(timeline: &mut Timeline, at: usize, whole: ItemId) {
    let text = match timeline.get(whole).map(|item| &item.body) {
        Some(Body::Agent(prose)) => prose.text.clone(),
        _ => return,
    };
    let tail = |item: &Item| match &item.body {
        Body::Agent(prose) => prose.state != ProseState::Done && text.contains(&prose.text),
        _ => false,
    };
    while let Some(id) = timeline
        .items()
        .get(at)
        .filter(|item| tail(item))
        .map(|item| item.id)
    {
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
                risk: None,
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
