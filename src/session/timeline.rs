//! The reducer: events in, items and changes out. It knows neither sockets nor time-outs.

use std::collections::VecDeque;

use super::change::{Change, Output};
use super::stream::Streamed;
use super::tell::Telling;
use crate::model::{
    Approval, ApprovalId, ApprovalState, Body, CallId, Content, Fault, Instant, Item, ItemId,
    Notice, Prose, ProseState, SendState, ToolCall, ToolState, UserMessage,
};

/// What is on the screen, in order. Queued messages stand last.
#[derive(Debug, Default)]
pub(super) struct Timeline {
    pub(super) items: Vec<Item>,
    pub(super) last_id: u64,
    /// The newest answer as the history has it: the frame that ends it may still come.
    pub(super) recalled: Option<ItemId>,
    /// An answer that was still growing when the person sent on.
    pub(super) overtaken: Option<ItemId>,
    /// The approvals that waited for the person when they were last looked at.
    pub(super) asked: Vec<ItemId>,
    /// The messages that were not confirmed when they were last looked at, oldest first.
    pub(super) unsettled: Vec<ItemId>,
    pub(super) telling: Telling,
    /// Answers that grow before they are events of the log.
    pub(super) streams: Vec<Streamed>,
    pub(super) outputs: VecDeque<Output>,
}

/// Which kind of growing text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Voice {
    Answer,
    Reasoning,
}

/// A tool call's result.
pub(super) struct Answered {
    pub(super) state: ToolState,
    pub(super) timed_out: bool,
    pub(super) content: Vec<Content>,
}

impl Timeline {
    pub(super) fn items(&self) -> &[Item] {
        &self.items
    }

    pub(super) fn get(&self, id: ItemId) -> Option<&Item> {
        self.items.iter().rev().find(|item| item.id == id)
    }

    /// Says a change to the outside.
    pub(super) fn say(&mut self, change: Change) {
        self.outputs.push_back(Output::Changed(change));
    }

    /// Puts a body before the queued messages.
    pub(super) fn push(&mut self, body: Body) -> ItemId {
        let at = self.frontier();
        self.insert(at, body)
    }

    /// Puts a message at the very end.
    pub(super) fn queue(&mut self, message: UserMessage) -> ItemId {
        self.insert(self.items.len(), Body::User(message))
    }

    pub(super) fn insert(&mut self, at: usize, body: Body) -> ItemId {
        let id = self.telling.had().unwrap_or_else(|| {
            self.last_id += 1;
            ItemId(self.last_id)
        });
        self.telling.made(id);
        if matches!(&body, Body::User(message) if message.state != SendState::Confirmed) {
            self.unsettled.push(id);
        }
        self.place(at, Item { id, body });
        id
    }

    /// Puts a body before the queued messages, under an identifier that it had before.
    pub(super) fn push_as(&mut self, id: ItemId, body: Body) {
        self.telling.made(id);
        self.place(self.frontier(), Item { id, body });
    }

    /// Moves an item behind everything but the queued messages, where it is not there already: a
    /// queued message becomes the first of them.
    pub(super) fn move_to_frontier(&mut self, id: ItemId) {
        let last = self.frontier().checked_sub(1);
        let last = last.and_then(|at| self.items.get(at));
        if last.is_none_or(|item| item.id != id)
            && let Some(item) = self.remove(id)
        {
            self.place(self.frontier(), item);
        }
    }

    pub(super) fn place(&mut self, at: usize, item: Item) {
        let at = at.min(self.items.len());
        self.items.insert(at, item.clone());
        self.say(Change::Inserted { at, item });
    }

    pub(super) fn remove(&mut self, id: ItemId) -> Option<Item> {
        let at = self.items.iter().rposition(|item| item.id == id)?;
        self.say(Change::Removed(id));
        Some(self.items.remove(at))
    }

    /// Changes an item in place; says so only where it moved.
    pub(super) fn edit(&mut self, id: ItemId, edit: impl FnOnce(&mut Body)) {
        let Some(item) = self.items.iter_mut().rev().find(|item| item.id == id) else {
            return;
        };
        let before = item.clone();
        edit(&mut item.body);
        if *item != before {
            let item = item.clone();
            self.say(Change::Updated(item));
        }
    }

    /// The messages of which the server has shown no sign, oldest first.
    pub(super) fn unsettled(&self) -> impl Iterator<Item = &Item> {
        self.unsettled.iter().filter_map(|id| self.get(*id))
    }

    /// Takes back a message for good.
    pub(super) fn withdraw(&mut self, id: ItemId) -> Option<Item> {
        self.unsettled.retain(|unsettled| *unsettled != id);
        self.remove(id)
    }

    /// How far a message's delivery is. One that leaves the queue goes before those still in it.
    pub(super) fn delivery(&mut self, id: ItemId, state: SendState) {
        if state == SendState::Confirmed {
            self.unsettled.retain(|unsettled| *unsettled != id);
        }
        let overtakes = state != SendState::Queued && self.is_queued_behind_another(id);
        self.edit(id, |body| {
            if let Body::User(message) = body {
                message.state = state;
            }
        });
        if overtakes && let Some(item) = self.remove(id) {
            self.place(self.frontier(), item);
        }
    }

    fn is_queued_behind_another(&self, id: ItemId) -> bool {
        let at = self.items.iter().rposition(|item| item.id == id);
        at.is_some_and(|at| at > self.frontier())
    }

    /// Where the trailing queued messages begin.
    pub(super) fn frontier(&self) -> usize {
        let queued = self
            .items
            .iter()
            .rev()
            .take_while(|item| is_queued(item))
            .count();
        self.items.len() - queued
    }

    /// A growing text got longer.
    pub(super) fn grow(&mut self, voice: Voice, delta: &str) {
        // Until the agent starts on what was sent since, it is still at the answer before.
        let overtaken = self
            .overtaken
            .filter(|id| voice == Voice::Answer && self.grows(*id));
        match overtaken.or_else(|| self.open(voice)) {
            Some(id) => {
                if let Some(prose) = self.prose_mut(id) {
                    prose.text.push_str(delta);
                }
                let delta = delta.to_owned();
                self.say(Change::Grew { id, delta });
            }
            None => {
                self.push(prose(voice, delta, ProseState::Streaming));
            }
        }
        if voice == Voice::Answer {
            self.close(Voice::Reasoning, ProseState::Done);
        }
    }

    /// A text is whole: the first of its fragments becomes it, and the others go.
    pub(super) fn finish(&mut self, voice: Voice, text: String) {
        if voice == Voice::Answer && (self.is_recalled(&text) || self.completes_overtaken(&text)) {
            return;
        }
        let fragments = self.fragments(voice, &text);
        let Some((first, others)) = fragments.split_first() else {
            self.push(prose(voice, &text, ProseState::Done));
            return;
        };
        for id in others {
            self.remove(*id);
        }
        self.become_whole(*first, text);
    }

    /// Whether the history brought this text already; what came of it meanwhile goes.
    fn is_recalled(&mut self, text: &str) -> bool {
        let Some(id) = self.recalled.take() else {
            return false;
        };
        let same = self.answer(id).is_some_and(|prose| prose.text == text);
        if same && let Some(open) = self.open(Voice::Answer) {
            self.remove(open);
        }
        same
    }

    /// A message goes out while an answer may be growing: that one goes on where it is.
    pub(super) fn overtake(&mut self) {
        let cut = |id: &ItemId| {
            let answer = self.answer(*id);
            answer.is_some_and(|prose| prose.state == ProseState::Interrupted)
        };
        let before = self.overtaken.filter(cut);
        self.overtaken = self.open(Voice::Answer).or(before);
        self.close(Voice::Reasoning, ProseState::Interrupted);
    }

    /// Whether a whole text is that of the answer that was overtaken: it begins like it, and not
    /// like the one that grows now.
    fn completes_overtaken(&mut self, text: &str) -> bool {
        let begins = |id: ItemId| {
            let answer = self.answer(id);
            answer.is_some_and(|prose| text.starts_with(&prose.text))
        };
        let Some(id) = self.overtaken.filter(|id| begins(*id)) else {
            return false;
        };
        if self.open(Voice::Answer).is_some_and(begins) {
            return false;
        }
        self.overtaken = None;
        // What came of it behind the message that overtook it is part of the whole.
        let behind = self.open(Voice::Answer).filter(|open| {
            let part = self.answer(*open).map(|prose| prose.text.as_str());
            *open != id && part.is_some_and(|part| text.ends_with(part))
        });
        if let Some(behind) = behind {
            self.remove(behind);
        }
        self.become_whole(id, text.to_owned());
        true
    }

    fn grows(&self, id: ItemId) -> bool {
        let answer = self.answer(id);
        answer.is_some_and(|prose| prose.state == ProseState::Streaming)
    }

    fn answer(&self, id: ItemId) -> Option<&Prose> {
        match &self.get(id)?.body {
            Body::Agent(prose) => Some(prose),
            _ => None,
        }
    }

    /// The answers of this turn, oldest first.
    fn answers(&self) -> Vec<(ItemId, &Prose)> {
        let turn = self.items.iter().rev().skip_while(|item| is_queued(item));
        let mut answers: Vec<(ItemId, &Prose)> = turn
            .take_while(|item| !matches!(item.body, Body::User(_)))
            .filter_map(|item| match &item.body {
                Body::Agent(prose) => Some((item.id, prose)),
                _ => None,
            })
            .collect();
        answers.reverse();
        answers
    }

    /// The newest item, if it is an answer that is whole.
    pub(super) fn newest_answer(&self) -> Option<ItemId> {
        let newest = self.items.get(self.frontier().checked_sub(1)?)?;
        let whole = matches!(&newest.body, Body::Agent(prose) if prose.state == ProseState::Done);
        whole.then_some(newest.id)
    }

    /// The beginning of this turn's answer, which was missed: it takes over what cuts left of it,
    /// else it goes before the first of the answer that is there.
    pub(super) fn recover(&mut self, missed: String) {
        let mut answers = self.answers();
        let first = answers.first().map(|(id, prose)| (*id, prose.text.clone()));
        answers.retain(|(_, prose)| prose.state != ProseState::Done);
        let texts = answers.iter().map(|(_, prose)| prose.text.as_str());
        let whole = has_in_order(&missed, texts);
        let cut: Vec<ItemId> = answers.iter().map(|(id, _)| *id).collect();
        match (cut.split_first(), first) {
            (Some((head, others)), _) if whole => {
                for id in others {
                    self.remove(*id);
                }
                self.become_whole(*head, missed);
            }
            (_, Some((id, rest))) => self.become_whole(id, missed + &rest),
            (_, None) => self.finish(Voice::Answer, missed),
        }
    }

    /// Pieces that stand one after the other in this turn become the text that they are of.
    pub(super) fn mend(&mut self, pieces: &[String], whole: String) {
        let answers = self.answers();
        let fits =
            |shown: &&[(ItemId, &Prose)]| shown.iter().map(|(_, prose)| &prose.text).eq(pieces);
        let found = answers.windows(pieces.len().max(1)).find(fits);
        let ids: Vec<ItemId> = found.into_iter().flatten().map(|(id, _)| *id).collect();
        if let Some((first, others)) = ids.split_first() {
            for id in others {
                self.remove(*id);
            }
            self.become_whole(*first, whole);
        }
    }

    fn become_whole(&mut self, id: ItemId, text: String) {
        self.edit(id, |body| {
            if let Body::Agent(prose) | Body::Reasoning(prose) = body {
                *prose = Prose {
                    text,
                    state: ProseState::Done,
                };
            }
        });
    }

    /// A growing text grows no more.
    pub(super) fn close(&mut self, voice: Voice, state: ProseState) {
        if let Some(id) = self.open(voice) {
            self.end(id, state);
        }
    }

    fn end(&mut self, id: ItemId, state: ProseState) {
        self.edit(id, |body| {
            if let Body::Agent(prose) | Body::Reasoning(prose) = body {
                prose.state = state;
            }
        });
    }

    fn open(&self, voice: Voice) -> Option<ItemId> {
        let turn = self.items.iter().rev().skip_while(|item| is_queued(item));
        turn.take_while(|item| !matches!(item.body, Body::User(_)))
            .find(|item| match (&item.body, voice) {
                (Body::Agent(prose), Voice::Answer)
                | (Body::Reasoning(prose), Voice::Reasoning) => {
                    prose.state == ProseState::Streaming
                }
                _ => false,
            })
            .map(|item| item.id)
    }

    /// The items that a whole text takes the place of, oldest first: what cuts left of it, if it
    /// has them all in order, and the growing text in any case.
    fn fragments(&self, voice: Voice, whole: &str) -> Vec<ItemId> {
        let turn = self.items.iter().rev().skip_while(|item| is_queued(item));
        let mut cut: Vec<(ItemId, &Prose)> = turn
            .filter(|item| !matches!(item.body, Body::Notice(_)))
            .map_while(|item| match (&item.body, voice) {
                (Body::Agent(prose), Voice::Answer)
                | (Body::Reasoning(prose), Voice::Reasoning) => Some((item.id, prose)),
                _ => None,
            })
            .take_while(|(_, prose)| prose.state != ProseState::Done)
            .collect();
        cut.reverse();
        // Older ones may be of a turn that was never answered.
        while !has_in_order(whole, cut.iter().map(|(_, prose)| prose.text.as_str())) {
            cut.remove(0);
        }
        match cut.as_slice() {
            [] => self.open(voice).into_iter().collect(),
            fitting => fitting.iter().map(|(id, _)| *id).collect(),
        }
    }

    pub(super) fn prose_mut(&mut self, id: ItemId) -> Option<&mut Prose> {
        let item = self.items.iter_mut().rev().find(|item| item.id == id)?;
        match &mut item.body {
            Body::Agent(prose) | Body::Reasoning(prose) => Some(prose),
            _ => None,
        }
    }

    /// A tool is called; one already known by its identifier is not shown twice.
    pub(super) fn tool_started(
        &mut self,
        call: Option<CallId>,
        name: String,
        args: serde_json::Value,
        now: Instant,
    ) {
        self.close(Voice::Answer, ProseState::Done);
        self.close(Voice::Reasoning, ProseState::Done);
        if call.is_some() && self.tool(|tool| tool.call == call).is_some() {
            return;
        }
        self.push(Body::Tool(ToolCall {
            call,
            name,
            args,
            risk: None,
            state: ToolState::Running,
            content: Vec::new(),
            started: now,
            ended: None,
        }));
    }

    /// A tool has answered: by identifier, else the oldest running call of that name.
    pub(super) fn tool_finished(
        &mut self,
        call: Option<CallId>,
        name: String,
        answered: Answered,
        now: Instant,
    ) {
        self.close(Voice::Answer, ProseState::Done);
        self.settle_approval(&name, &answered);
        let running = |tool: &ToolCall| tool.state == ToolState::Running;
        let named = |tool: &ToolCall| {
            running(tool) && tool.name == name && (tool.call.is_none() || call.is_none())
        };
        let by_call = call
            .as_ref()
            .and_then(|_| self.tool(|tool| tool.call == call));
        let Some(id) = by_call.or_else(|| self.tool(named)) else {
            self.push(Body::Tool(ToolCall {
                call,
                name,
                args: serde_json::Value::Null,
                risk: None,
                state: answered.state,
                content: answered.content,
                started: now,
                ended: Some(now),
            }));
            return;
        };
        self.edit(id, |body| {
            if let Body::Tool(tool) = body
                && tool.ended.is_none()
            {
                tool.state = answered.state;
                tool.content = answered.content;
                tool.ended = Some(now);
            }
        });
    }

    fn tool(&self, wanted: impl Fn(&ToolCall) -> bool) -> Option<ItemId> {
        self.items.iter().find_map(|item| match &item.body {
            Body::Tool(tool) if wanted(tool) => Some(item.id),
            _ => None,
        })
    }

    /// A tool's answer also answers the oldest open question about that tool.
    fn settle_approval(&mut self, name: &str, answered: &Answered) {
        let open = self.items.iter().find_map(|item| match &item.body {
            Body::Approval(approval) if approval.tool == name && is_open(approval) => Some(item.id),
            _ => None,
        });
        let state = match answered.state {
            _ if answered.timed_out => ApprovalState::Expired,
            ToolState::Denied => ApprovalState::Denied,
            _ => ApprovalState::Approved,
        };
        if let Some(id) = open {
            self.decide(id, state);
        }
    }

    /// The agent asks; the same question again only renews the card.
    pub(super) fn asked(&mut self, approval: Approval) {
        let known = self.approval(&approval.id).map(|item| item.id);
        if known.is_none() {
            let id = self.push(Body::Approval(approval));
            self.asked.push(id);
        }
    }

    fn approval(&self, id: &ApprovalId) -> Option<&Item> {
        self.items
            .iter()
            .find(|item| matches!(&item.body, Body::Approval(approval) if approval.id == *id))
    }

    /// An approval is answered or has expired.
    pub(super) fn decide(&mut self, id: ItemId, state: ApprovalState) {
        self.asked.retain(|asked| *asked != id);
        self.edit(id, |body| {
            if let Body::Approval(approval) = body
                && is_open(approval)
            {
                approval.state = state;
            }
        });
    }

    /// The approvals that wait for the person, and until when.
    pub(super) fn pending(&self) -> impl Iterator<Item = (ItemId, Option<Instant>)> {
        self.asked
            .iter()
            .filter_map(|id| match &self.get(*id)?.body {
                Body::Approval(Approval {
                    state: ApprovalState::Pending { until },
                    ..
                }) => Some((*id, *until)),
                _ => None,
            })
    }

    /// What was still growing is as long as it will get; running tools are given up.
    pub(super) fn interrupt(&mut self, tools: bool) {
        self.close(Voice::Answer, ProseState::Interrupted);
        self.close(Voice::Reasoning, ProseState::Interrupted);
        if let Some(id) = self.overtaken.filter(|id| self.grows(*id)) {
            self.end(id, ProseState::Interrupted);
        }
        while let Some(id) = self.tool(|tool| tools && tool.state == ToolState::Running) {
            self.edit(id, |body| {
                if let Body::Tool(tool) = body {
                    tool.state = ToolState::Interrupted;
                }
            });
        }
    }

    /// Everything but the queued messages is gone.
    pub(super) fn clear(&mut self) {
        self.overtaken = None;
        self.recalled = None;
        let queued = self.items.split_off(self.frontier());
        self.items.clear();
        self.telling = Telling::default();
        self.streams.clear();
        self.asked.clear();
        self.unsettled = queued.iter().map(|item| item.id).collect();
        self.say(Change::Cleared);
        for item in queued {
            self.place(self.items.len(), item);
        }
    }

    pub(super) fn notice(&mut self, notice: Notice) -> ItemId {
        self.push(Body::Notice(notice))
    }

    pub(super) fn fault(&mut self, fault: Fault) -> ItemId {
        self.push(Body::Error(fault))
    }
}

/// Whether the pieces stand in the text one after the other.
fn has_in_order<'a>(text: &str, pieces: impl Iterator<Item = &'a str>) -> bool {
    let mut rest = text;
    for piece in pieces {
        match rest.split_once(piece) {
            Some((_, behind)) => rest = behind,
            None => return false,
        }
    }
    true
}

fn prose(voice: Voice, text: &str, state: ProseState) -> Body {
    let prose = Prose {
        text: text.to_owned(),
        state,
    };
    match voice {
        Voice::Answer => Body::Agent(prose),
        Voice::Reasoning => Body::Reasoning(prose),
    }
}

pub(super) const fn is_queued(item: &Item) -> bool {
    matches!(&item.body, Body::User(message) if matches!(message.state, SendState::Queued))
}

const fn is_open(approval: &Approval) -> bool {
    matches!(approval.state, ApprovalState::Pending { .. })
}
