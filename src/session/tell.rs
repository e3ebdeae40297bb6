//! What one event of the server's log does to the timeline.
//!
//! The timeline is a function of the events that are here, in the server's order: the same set of
//! events gives the same timeline, however they came. So nothing in here asks for the time or for
//! the state of the connection.

use super::index::Index;
use super::stream::Streamed;
use super::timeline::Timeline;
use crate::model::{
    Approval, ApprovalId, ApprovalState, Attachment, Body, ById, CallId, Content, EventKey, Fault,
    Instant, Item, ItemId, Prose, ProseState, Risk, Said, SendState, Standing, Told, ToolCall,
    ToolState, TransactionId, UserMessage,
};

/// Which event an item comes from, and the how-manieth of that event it is.
pub(super) type Origin = (EventKey, u16);

/// What is known of the items that come from the log.
#[derive(Debug, Default)]
pub(super) struct Telling {
    /// The event that is being told, and how many items it has made.
    pub(super) now: Option<Origin>,
    pub(super) origins: ById<Origin>,
    /// Calls without a result.
    running: Vec<ItemId>,
    calls: Index,
    causes: Index,
    questions: Index,
    /// What the agent asked last for all that it is about to do.
    leave: Vec<ItemId>,
    /// What grew as the event that is being told.
    streamed: Streamed,
    /// What was said to be wrong beside the log, and not in it yet.
    pub(super) trouble: Option<ItemId>,
    /// While everything is told anew: the items there were, by where they come from.
    pub(super) before: Vec<(Origin, ItemId)>,
    /// While everything is told anew: messages of ours that no event has confirmed.
    pub(super) unbound: Vec<Item>,
}

impl Telling {
    /// The identifier that the next item of this event had before, if it was there before.
    pub(super) fn had(&self) -> Option<ItemId> {
        let origin = self.now.as_ref()?;
        let at = self
            .before
            .binary_search_by(|(known, _)| known.cmp(origin))
            .ok()?;
        self.before.get(at).map(|(_, id)| *id)
    }

    /// A new item is of the event that is being told, if one is.
    pub(super) fn made(&mut self, id: ItemId) {
        if let Some(origin) = &mut self.now {
            self.origins.insert(id, origin.clone());
            origin.1 += 1;
        }
    }
}

impl Timeline {
    /// Tells an event that comes behind all others.
    pub(super) fn tell(&mut self, key: &EventKey, told: &Told) {
        self.telling.now = Some((key.clone(), 0));
        self.telling.streamed = self.take_stream(key, told);
        for said in &told.said {
            self.say_of(key, said.clone(), told.at);
        }
        match told.standing {
            Some(Standing::Idle | Standing::Starting) => {
                self.expire();
                self.give_up_calls();
            }
            Some(Standing::Working | Standing::Asking | Standing::Paused) | None => {}
        }
        let rest = std::mem::take(&mut self.telling.streamed);
        self.drop_rest(&rest);
        self.telling.now = None;
    }

    fn say_of(&mut self, key: &EventKey, said: Said, at: Instant) {
        match said {
            Said::User { text, attachments } => self.user_said(text, attachments),
            Said::Agent(text) => self.wrote(false, text),
            Said::Reasoning(text) => self.wrote(true, text),
            Said::Called {
                call,
                name,
                args,
                risk,
            } => self.called(key, call, (name, args, risk), at),
            Said::AsksLeave => self.asks_leave(),
            Said::GoesOn => self.goes_on(),
            Said::Answered {
                call,
                cause,
                name,
                args,
                state,
                content,
            } => {
                let known = self.call_of(call.as_ref(), cause.as_ref());
                self.answered(known, (call, name, args), state, content, at);
            }
            Said::Asked {
                id,
                tool,
                args,
                risk,
            } => self.questioned(id, tool, args, risk),
            Said::Settled { id, state } => self.settled(&id, state),
            Said::Notice(notice) => {
                self.notice(notice);
            }
            Said::Fault(fault) => self.failed(fault),
        }
    }

    /// A message: of ours with that text the one that most likely waits for it, else one from
    /// elsewhere.
    fn user_said(&mut self, text: String, attachments: Vec<Attachment>) {
        self.expire();
        if self.confirm_ours(&text) {
            return;
        }
        let unbound = self.telling.unbound.iter().enumerate();
        let ours = unbound
            .filter_map(|(at, item)| Some((doubt(&item.body, &text)?, at)))
            .min_by_key(|(doubt, _)| *doubt)
            .map(|(_, at)| at);
        let message = UserMessage {
            transaction: TransactionId(0),
            text,
            attachments,
            state: SendState::Confirmed,
        };
        match ours {
            Some(at) if self.telling.had().is_none() => {
                let ours = self.telling.unbound.remove(at);
                self.push_as(ours.id, Body::User(message));
            }
            _ => {
                self.push(Body::User(message));
            }
        }
    }

    /// The echo takes over the item of the message that was sent.
    fn confirm_ours(&mut self, text: &str) -> bool {
        let waiting = self.unsettled();
        let found = waiting
            .filter_map(|item| Some((doubt(&item.body, text)?, item.id)))
            .min_by_key(|(doubt, _)| *doubt);
        let Some((_, id)) = found else {
            return false;
        };
        self.telling.made(id);
        self.delivery(id, SendState::Confirmed);
        self.move_to_frontier(id);
        true
    }

    /// A text, in the place of what grew as it.
    fn wrote(&mut self, reasoning: bool, text: String) {
        if text.trim().is_empty() {
            return;
        }
        let state = ProseState::Done;
        let prose = Prose { text, state };
        let body = match reasoning {
            true => Body::Reasoning(prose),
            false => Body::Agent(prose),
        };
        match self.telling.streamed.take(reasoning) {
            Some(id) if self.get(id).is_some() => {
                self.telling.made(id);
                self.move_to_frontier(id);
                self.edit(id, |grown| *grown = body);
            }
            Some(id) => self.push_as(id, body),
            None => {
                self.push(body);
            }
        }
    }

    fn called(
        &mut self,
        key: &EventKey,
        call: Option<CallId>,
        (name, args, risk): (String, serde_json::Value, Option<Risk>),
        at: Instant,
    ) {
        let known = call
            .as_ref()
            .and_then(|call| self.telling.calls.get(call.as_str()));
        let id = known.unwrap_or_else(|| {
            self.push(Body::Tool(ToolCall {
                call: call.clone(),
                name,
                args,
                risk,
                state: ToolState::Running,
                content: Vec::new(),
                started: at,
                ended: None,
            }))
        });
        if known.is_none() {
            self.telling.running.push(id);
        }
        self.telling.causes.add(key.as_str(), id);
        if let Some(call) = call {
            self.telling.calls.add(call.as_str(), id);
        }
    }

    fn call_of(&self, call: Option<&CallId>, cause: Option<&EventKey>) -> Option<ItemId> {
        let by_call = call.and_then(|call| self.telling.calls.get(call.as_str()));
        by_call.or_else(|| cause.and_then(|cause| self.telling.causes.get(cause.as_str())))
    }

    fn answered(
        &mut self,
        known: Option<ItemId>,
        (call, name, args): (Option<CallId>, String, serde_json::Value),
        state: ToolState,
        content: Vec<Content>,
        at: Instant,
    ) {
        match known {
            Some(id) => {
                self.telling.running.retain(|running| *running != id);
                self.edit(id, |body| {
                    if let Body::Tool(tool) = body {
                        tool.state = state;
                        tool.content = content;
                        tool.ended = Some(at);
                    }
                });
            }
            None if name.is_empty() => {
                let texts: Vec<String> = content.iter().map(Content::text).collect();
                self.failed(Fault {
                    message: texts.join("\n"),
                    detail: None,
                    code: None,
                });
            }
            // The call is not here: what it said still is.
            None => {
                self.push(Body::Tool(ToolCall {
                    call,
                    name,
                    args,
                    risk: None,
                    state,
                    content,
                    started: at,
                    ended: Some(at),
                }));
            }
        }
    }

    fn questioned(
        &mut self,
        id: ApprovalId,
        tool: String,
        args: serde_json::Value,
        risk: Option<Risk>,
    ) {
        if self.telling.questions.get(id.as_str()).is_some() {
            return;
        }
        let name = id.as_str().to_owned();
        self.asked_call_becomes(&id, ToolState::Asked);
        let item = self.question(id, tool, args, risk);
        self.telling.questions.add(&name, item);
    }

    fn question(
        &mut self,
        id: ApprovalId,
        tool: String,
        args: serde_json::Value,
        risk: Option<Risk>,
    ) -> ItemId {
        let item = self.push(Body::Approval(Approval {
            id,
            tool,
            args,
            description: None,
            risk,
            can_remember: false,
            state: ApprovalState::Pending { until: None },
        }));
        self.asked.push(item);
        item
    }

    /// One question for all calls that have no result yet.
    fn asks_leave(&mut self) {
        let mut calls: Vec<ToolCall> = Vec::new();
        for id in self.telling.running.clone() {
            self.edit(id, |body| {
                if let Body::Tool(tool) = body {
                    tool.state = ToolState::Asked;
                    calls.push(tool.clone());
                }
            });
        }
        let known = |call: &ToolCall| {
            let id = call.call.as_ref()?;
            self.telling.questions.get(id.as_str())
        };
        let Some(first) = calls.first().filter(|call| known(call).is_none()) else {
            return;
        };
        let id = first.call.as_ref().map_or("", CallId::as_str).to_owned();
        let names: Vec<&str> = calls.iter().map(|call| call.name.as_str()).collect();
        let args = match calls.as_slice() {
            [only] => only.args.clone(),
            several => several.iter().map(|call| call.args.clone()).collect(),
        };
        let risk = calls.iter().filter_map(|call| call.risk).max();
        let item = self.question(ApprovalId::new(id), names.join(", "), args, risk);
        for call in calls.iter().filter_map(|call| call.call.as_ref()) {
            self.telling.questions.add(call.as_str(), item);
        }
        self.telling.leave.push(item);
    }

    /// The agent goes on, so what it asked leave for was allowed, unless that was refused.
    fn goes_on(&mut self) {
        for item in std::mem::take(&mut self.telling.leave) {
            self.asked.retain(|asked| *asked != item);
            self.edit(item, |body| {
                if let Body::Approval(approval) = body
                    && approval.state != ApprovalState::Denied
                {
                    approval.state = ApprovalState::Approved;
                }
            });
        }
        for id in self.telling.running.clone() {
            self.edit(id, |body| {
                if let Body::Tool(tool) = body {
                    tool.state = ToolState::Running;
                }
            });
        }
    }

    /// Whether the person has answered what the agent waits for, as far as the log knows.
    pub(super) fn is_decided(&self) -> bool {
        !self.telling.leave.is_empty() && self.asked.is_empty()
    }

    /// An answer that went out over a connection that was lost has not arrived.
    pub(super) fn ask_again(&mut self) {
        for item in self.telling.leave.clone() {
            self.open_question(item);
        }
    }

    /// An answer did not reach the server, so the question is open still.
    pub(super) fn not_answered(&mut self, id: &ApprovalId) {
        if let Some(item) = self.telling.questions.get(id.as_str()) {
            self.open_question(item);
        }
    }

    fn open_question(&mut self, item: ItemId) {
        if !self.asked.contains(&item) {
            self.asked.push(item);
        }
        self.edit(item, |body| {
            if let Body::Approval(approval) = body {
                approval.state = ApprovalState::Pending { until: None };
            }
        });
    }

    fn settled(&mut self, id: &ApprovalId, state: ApprovalState) {
        self.asked_call_becomes(
            id,
            match state {
                ApprovalState::Denied => ToolState::Denied,
                _ => ToolState::Running,
            },
        );
        if let Some(item) = self.telling.questions.get(id.as_str()) {
            // What another window answered stands over what was meant here.
            self.asked.retain(|asked| *asked != item);
            self.edit(item, |body| {
                if let Body::Approval(approval) = body {
                    approval.state = state;
                }
            });
        }
    }

    /// The call that is asked about has no result yet, and is in this state now.
    fn asked_call_becomes(&mut self, id: &ApprovalId, state: ToolState) {
        let Telling { calls, causes, .. } = &self.telling;
        let call = calls.get(id.as_str()).or_else(|| causes.get(id.as_str()));
        let Some(call) = call.filter(|call| self.telling.running.contains(call)) else {
            return;
        };
        self.edit(call, |body| {
            if let Body::Tool(tool) = body {
                tool.state = state;
            }
        });
    }

    /// Nobody waits for an answer any more.
    fn expire(&mut self) {
        for id in std::mem::take(&mut self.asked) {
            if let Some(Body::Approval(approval)) = self.get(id).map(|item| &item.body) {
                let asked = approval.id.clone();
                self.asked_call_becomes(&asked, ToolState::Interrupted);
            }
            self.decide(id, ApprovalState::Expired);
        }
    }

    /// The agent is at rest, so no call runs on; a result may still come of one.
    fn give_up_calls(&mut self) {
        for id in std::mem::take(&mut self.telling.running) {
            self.edit(id, |body| {
                if let Body::Tool(tool) = body {
                    tool.state = ToolState::Interrupted;
                }
            });
        }
    }

    /// Whether a state that the agent came to can move anything that stands.
    pub(super) fn is_open_ended(&self) -> bool {
        !self.asked.is_empty() || !self.telling.running.is_empty()
    }

    /// Something went wrong, as the log says. What was said of it beside the log gives way to that.
    fn failed(&mut self, fault: Fault) {
        match self.telling.trouble.take() {
            Some(id) if self.get(id).is_some() => {
                self.telling.made(id);
                self.move_to_frontier(id);
                self.edit(id, |body| *body = Body::Error(fault));
            }
            _ => {
                self.fault(fault);
            }
        }
    }

    /// Something went wrong, as the server says beside the log.
    pub(super) fn trouble(&mut self, fault: Fault) {
        let known = self.telling.trouble.and_then(|id| self.get(id));
        if known.is_none_or(|item| item.body != Body::Error(fault.clone())) {
            self.telling.trouble = Some(self.fault(fault));
        }
    }
}

/// How unlikely it is that a message of ours is the one with that text in the log: one that is on its
/// way is before one that may have arrived, and that before one that seems not to have. `None` where
/// it cannot be.
fn doubt(body: &Body, text: &str) -> Option<u8> {
    let Body::User(message) = body else {
        return None;
    };
    let doubt = match message.state {
        SendState::Queued | SendState::Confirmed => return None,
        SendState::Sending | SendState::Sent => 0,
        SendState::MaybeSent => 1,
        SendState::Failed(_) => 2,
    };
    (message.text == text).then_some(doubt)
}
