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
    /// The closed segments, in order.
    segments: Vec<Segment>,
    /// The open segment, if it has any text.
    open: Segment,
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
    /// The next piece begins after a cut.
    cut: bool,
}

/// What is said between two tool calls, as the pieces that cuts left of it.
#[derive(Clone, Debug, Default)]
struct Segment(Vec<String>);

impl Segment {
    fn text(&self) -> String {
        self.0.concat()
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn grow(&mut self, text: String, anew: bool) {
        match self.0.last_mut().filter(|_| !anew) {
            Some(last) => last.push_str(&text),
            None => self.0.push(text),
        }
    }
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
        self.cut = true;
    }

    /// A piece of the answer or of the reasoning.
    pub(super) fn chunk(&mut self, text: String, reasoning: bool) -> AgentEvent {
        self.begin_anew();
        if reasoning {
            self.reasoned = true;
            return AgentEvent::ReasoningDelta(text);
        }
        self.streamed = true;
        let anew = std::mem::take(&mut self.cut);
        self.open.grow(text.clone(), anew);
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
        let segment = std::mem::take(&mut self.open);
        let text = segment.text();
        self.segments.push(segment);
        // After a gap nobody knows whether the segment is whole, so it is not called so.
        (!self.gap).then_some(AgentEvent::TextFinished(text))
    }

    /// A response: whole text of a step or of the turn.
    pub(super) fn response(&mut self, full: &str, reasoning: Option<String>) -> Vec<AgentEvent> {
        let mut events = Vec::new();
        if let Some(reasoning) = reasoning.filter(|text| !self.reasoned && !text.is_empty()) {
            self.reasoned = true;
            events.push(AgentEvent::ReasoningFinished(reasoning));
        }
        let certainty = self.settle(full, &mut events);
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

    fn settle(&mut self, full: &str, events: &mut Vec<AgentEvent>) -> Certainty {
        if full.is_empty() {
            events.extend(self.empty());
            return Certainty::Likely;
        }
        let before: String = self.segments.iter().map(Segment::text).collect();
        if self.open.is_empty() {
            return self.whole(full, &before, events);
        }
        let open = self.open.text();
        if full == open {
            events.push(self.close(open));
            return Certainty::Likely;
        }
        // The response is the authority: pieces of the open segment were lost.
        let complete = full == [before.as_str(), &open].concat();
        if !complete && self.mend(full, events) {
            return Certainty::Certain;
        }
        let text = self.rest_of(full, &before).to_owned();
        events.push(self.close(text));
        match complete {
            true => Certainty::Certain,
            false => Certainty::Likely,
        }
    }

    /// A response with no segment open.
    fn whole(&mut self, full: &str, before: &str, events: &mut Vec<AgentEvent>) -> Certainty {
        let repeated = self.streamed || !self.tool_since || self.segments.len() > 1;
        if full == before && repeated {
            return Certainty::Certain;
        }
        let last = self.segments.last().map(Segment::text);
        if last.as_deref() == Some(full) && !self.tool_since {
            return Certainty::Likely;
        }
        if let Some(missed) = full
            .strip_suffix(before)
            .filter(|_| self.gap && !before.is_empty())
        {
            self.segments.insert(0, Segment(vec![missed.to_owned()]));
            events.push(AgentEvent::TextRecovered(missed.to_owned()));
            return Certainty::Certain;
        }
        if self.mend(full, events) {
            return Certainty::Certain;
        }
        let text = match self.streamed {
            true => self.rest_of(full, before),
            false => full,
        };
        let text = text.to_owned();
        events.push(self.close(text));
        Certainty::Likely
    }

    /// After a gap, a text of the whole turn: what was lost goes to the segment that it is of, as
    /// far as can be told. False where the pieces that came do not stand in it.
    fn mend(&mut self, full: &str, events: &mut Vec<AgentEvent>) -> bool {
        if !self.gap || !self.tools || self.segments.is_empty() {
            return false;
        }
        let open = std::mem::take(&mut self.open);
        let closed = self.segments.len();
        self.segments
            .extend((!open.is_empty()).then(|| open.clone()));
        let growing = !open.is_empty() || !self.tool_since;
        let Some(spans) = spans(full, &self.segments, growing) else {
            self.segments.truncate(closed);
            self.open = open;
            return false;
        };
        for (at, (segment, whole)) in self.segments.iter_mut().zip(spans).enumerate() {
            if segment.0 == [whole] {
                continue;
            }
            let whole = whole.to_owned();
            let pieces = std::mem::replace(&mut segment.0, vec![whole.clone()]);
            events.push(match at < closed {
                true => AgentEvent::TextMended { pieces, whole },
                false => AgentEvent::TextFinished(whole),
            });
        }
        if !open.is_empty() && self.segments.last().is_some_and(|last| last.0 == open.0) {
            events.push(AgentEvent::TextFinished(open.text()));
        }
        let known: usize = self
            .segments
            .iter()
            .map(|segment| segment.text().len())
            .sum();
        if let Some(rest) = full.get(known..).filter(|rest| !rest.is_empty()) {
            events.push(self.close(rest.to_owned()));
        }
        true
    }

    fn rest_of<'a>(&self, full: &'a str, before: &str) -> &'a str {
        match full.strip_prefix(before) {
            Some(rest) if !rest.is_empty() => rest,
            _ => full,
        }
    }

    fn empty(&mut self) -> Option<AgentEvent> {
        if !self.open.is_empty() {
            return Some(self.close(self.open.text()));
        }
        let silent = self.segments.is_empty() && !self.tools && !self.answered;
        silent.then_some(AgentEvent::Notice(Notice::EmptyReply))
    }

    fn close(&mut self, text: String) -> AgentEvent {
        self.open = Segment::default();
        self.segments.push(Segment(vec![text.clone()]));
        AgentEvent::TextFinished(text)
    }
}

/// The part of a text that each segment is of: from its first piece to the next one's first. The
/// last one's part ends with its last piece, or with the text where that segment is `growing`.
fn spans<'a>(full: &'a str, segments: &[Segment], growing: bool) -> Option<Vec<&'a str>> {
    let (mut end, mut starts) = (0, Vec::new());
    for segment in segments {
        let mut start = None;
        for piece in &segment.0 {
            let at = end + full.get(end..)?.find(piece.as_str())?;
            start.get_or_insert(at);
            end = at + piece.len();
        }
        starts.push(start?);
    }
    let end = if growing { full.len() } else { end };
    let ends = starts.iter().skip(1).copied().chain([end]);
    let begins = [0].into_iter().chain(starts.iter().skip(1).copied());
    begins
        .zip(ends)
        .map(|(from, to)| full.get(from..to))
        .collect()
}
