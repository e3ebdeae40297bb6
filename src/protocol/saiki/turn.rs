//! One turn of the agent's, and the rule for its doubled responses.
//!
//! The default router (0.2.6 to 0.3.7) sends `response` after each step that has text and once
//! more at the end with all of it; without streaming nothing marks the last one; Dexto 1.1 sends
//! one at the end. So a response is compared with what was streamed.

use crate::model::Notice;
use crate::protocol::{AgentEvent, Certainty};

/// What was said since the last message of the person's.
#[derive(Debug, Default)]
pub(super) struct Turn {
    /// Texts of the closed segments, in order.
    segments: Vec<String>,
    /// The text of the open segment.
    open: String,
    /// Pieces came, not only whole responses.
    streamed: bool,
    /// Reasoning came in pieces.
    reasoned: bool,
    /// A tool was called since the last response.
    tool_since: bool,
    /// A tool was called at all.
    tools: bool,
    /// A response has come: a `thinking` after it begins another turn.
    answered: bool,
    /// The response that ends the turn has come: any piece after it begins another.
    ended: bool,
    /// Frames may be missing: joined in the middle, or cut off in between.
    gap: bool,
}

impl Turn {
    /// A turn of which the beginning may have been missed.
    pub(super) fn joined() -> Self {
        Self {
            gap: true,
            ..Self::default()
        }
    }

    /// The server says that it works: a new turn unless this one has not said anything yet (the
    /// in-built router says it before each step, and never streams).
    pub(super) fn thinking(&mut self) {
        if self.answered || !self.open.is_empty() {
            *self = Self::default();
        }
        let untouched = self.segments.is_empty() && self.open.is_empty() && !self.tools;
        self.gap = self.gap && !untouched;
    }

    /// The connection was cut: what comes next may not follow on.
    pub(super) fn cut(&mut self) {
        self.gap = true;
    }

    /// A piece of the answer or of the reasoning.
    pub(super) fn chunk(&mut self, text: String, reasoning: bool) -> AgentEvent {
        self.begin_anew();
        if reasoning {
            self.reasoned = true;
            return AgentEvent::ReasoningDelta(text);
        }
        self.streamed = true;
        self.open.push_str(&text);
        AgentEvent::TextDelta(text)
    }

    /// A tool is called or has answered: the open segment ends.
    pub(super) fn tool(&mut self) -> Option<AgentEvent> {
        self.begin_anew();
        self.tool_since = true;
        self.tools = true;
        if self.open.is_empty() {
            return None;
        }
        let closing = self.close(self.open.clone());
        // After a gap nobody knows whether the segment is whole, so it is not called so.
        (!self.gap).then_some(closing)
    }

    /// A response: whole text of a step or of the turn.
    pub(super) fn response(&mut self, full: &str, reasoning: Option<String>) -> Vec<AgentEvent> {
        let mut events = Vec::new();
        if let Some(reasoning) = reasoning.filter(|text| !self.reasoned && !text.is_empty()) {
            self.reasoned = true;
            events.push(AgentEvent::ReasoningFinished(reasoning));
        }
        let (event, certainty) = self.settle(full);
        events.extend(event);
        events.push(AgentEvent::RunFinished(certainty));
        self.answered = true;
        self.ended = certainty == Certainty::Certain;
        self.tool_since = false;
        events
    }

    fn begin_anew(&mut self) {
        if self.ended {
            *self = Self::default();
        }
    }

    fn settle(&mut self, full: &str) -> (Option<AgentEvent>, Certainty) {
        if full.is_empty() {
            return (self.empty(), Certainty::Likely);
        }
        let before = self.segments.concat();
        if self.open.is_empty() {
            return self.whole(full, &before);
        }
        if full == self.open {
            return (Some(self.close(full.to_owned())), Certainty::Likely);
        }
        // The response is the authority: pieces of the open segment were lost.
        let certainty = match full == format!("{before}{}", self.open) {
            true => Certainty::Certain,
            false => Certainty::Likely,
        };
        let text = self.rest_of(full, &before).to_owned();
        (Some(self.close(text)), certainty)
    }

    /// A response with no segment open.
    fn whole(&mut self, full: &str, before: &str) -> (Option<AgentEvent>, Certainty) {
        let repeated = self.streamed || !self.tool_since || self.segments.len() > 1;
        if full == before && repeated {
            return (None, Certainty::Certain);
        }
        let last = self.segments.last().map(String::as_str);
        if last == Some(full) && !self.tool_since {
            return (None, Certainty::Likely);
        }
        if let Some(missed) = full
            .strip_suffix(before)
            .filter(|_| self.gap && !before.is_empty())
        {
            self.segments.insert(0, missed.to_owned());
            let recovered = AgentEvent::TextRecovered(missed.to_owned());
            return (Some(recovered), Certainty::Certain);
        }
        let text = match self.streamed {
            true => self.rest_of(full, before),
            false => full,
        };
        let text = text.to_owned();
        (Some(self.close(text)), Certainty::Likely)
    }

    fn rest_of<'a>(&self, full: &'a str, before: &str) -> &'a str {
        match full.strip_prefix(before) {
            Some(rest) if !rest.is_empty() => rest,
            _ => full,
        }
    }

    fn empty(&mut self) -> Option<AgentEvent> {
        if !self.open.is_empty() {
            return Some(self.close(self.open.clone()));
        }
        let silent = self.segments.is_empty() && !self.tools && !self.answered;
        silent.then_some(AgentEvent::Notice(Notice::EmptyReply))
    }

    fn close(&mut self, text: String) -> AgentEvent {
        self.open.clear();
        self.segments.push(text.clone());
        AgentEvent::TextFinished(text)
    }
}
