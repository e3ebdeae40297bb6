//! The frame inspector's memory: the last frames, turned into lines only when looked at.

use std::collections::VecDeque;

use serde_json::{Map, Value};

use super::view::TraceLine;
use crate::model::Instant;
use crate::session::{Direction, Judgement, Trace};

/// How many frames are kept.
const KEPT: usize = 1_000;
/// How much of a frame is kept, in bytes.
const LONGEST: usize = 64 * 1_024;

/// The last frames.
#[derive(Debug, Default)]
pub(super) struct Tracer {
    first: Option<Instant>,
    last: u64,
    kept: VecDeque<(u64, Trace)>,
}

impl Tracer {
    /// Keeps a frame; gives its line where somebody looks.
    pub(super) fn keep(&mut self, trace: Trace, looked_at: bool) -> Option<TraceLine> {
        let first = *self.first.get_or_insert(trace.at);
        self.last += 1;
        let shown = looked_at.then(|| line(self.last, first, &trace));
        if self.kept.len() == KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back((self.last, trace));
        shown
    }

    /// Every line kept, oldest first.
    pub(super) fn lines(&self) -> Vec<TraceLine> {
        let first = self.first.unwrap_or_default();
        self.kept
            .iter()
            .map(|(number, trace)| line(*number, first, trace))
            .collect()
    }

    pub(super) fn clear(&mut self) {
        self.kept.clear();
    }
}

fn line(number: u64, first: Instant, trace: &Trace) -> TraceLine {
    let at = trace.at.since(first).0;
    let whole = trace.frame.as_ref().map(crate::io::Frame::text);
    let text = match (&whole, &trace.judgement) {
        (Some(frame), _) => cut(frame),
        (None, Judgement::Note(words)) => words.clone(),
        (None, _) => String::new(),
    };
    TraceLine {
        number,
        at,
        direction: trace.direction,
        judgement: trace.judgement.clone(),
        fixture: fixture(at, trace, whole.as_deref()),
        text,
    }
}

fn cut(frame: &str) -> String {
    match frame.char_indices().find(|(at, _)| *at >= LONGEST) {
        Some((at, _)) => format!("{}…", frame.get(..at).unwrap_or_default()),
        None => frame.to_owned(),
    }
}

/// The frame as a line of a recording.
fn fixture(at: u64, trace: &Trace, frame: Option<&str>) -> String {
    let mut fields = Map::new();
    fields.insert("t".into(), at.into());
    let dir = match trace.direction {
        Direction::In => "in",
        Direction::Out => "out",
    };
    fields.insert("dir".into(), dir.into());
    fields.insert("frame".into(), frame.map_or(Value::Null, Value::from));
    if let Judgement::Note(words) = &trace.judgement {
        let mut parts = words.splitn(3, ' ');
        match (
            parts.next(),
            parts.next().and_then(|code| code.parse::<u16>().ok()),
        ) {
            (Some("open"), _) => fields.insert("open".into(), true.into()),
            (Some("close"), Some(code)) => fields.insert("close".into(), code.into()),
            _ => fields.insert("note".into(), words.as_str().into()),
        };
    }
    Value::Object(fields).to_string()
}
