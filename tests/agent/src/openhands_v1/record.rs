//! A recording of the agent server: several sockets, and requests between their frames.

use std::path::Path;

use axum::http::Method;
use serde_json::{Value, json};

use super::answer::Answer;
use super::event::field;
use super::run::Run;

/// What a client does that has something happen, by the end of its address.
const DEEDS: [&str; 9] = [
    "run",
    "pause",
    "interrupt",
    "respond_to_confirmation",
    "confirmation_policy",
    "security_analyzer",
    "goal",
    "stop",
    "condense",
];

/// A recording, by its time.
pub(super) struct Recording(Vec<Value>);

/// One step of a socket.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    /// Send this frame, so long after the step before.
    Send(Value, u64),
    /// Wait until clients have done that so many times.
    Wait(String, usize),
    /// The connection ends: with this code, or is cut.
    Close(u16),
}

/// A socket as it was recorded.
pub(super) enum Played {
    Steps(Vec<Step>),
    Refused,
}

impl Recording {
    pub(super) fn read(fixtures: &Path, scenario: &str) -> Result<Self, String> {
        let file = fixtures.join(format!("openhands_v1/{scenario}.jsonl"));
        let text = std::fs::read_to_string(&file);
        let text = text.map_err(|error| format!("{}: {error}", file.display()))?;
        let lines = text.lines().map(serde_json::from_str);
        let lines: Result<Vec<Value>, _> = lines.collect();
        let mut lines = lines.map_err(|error| error.to_string())?;
        // A request is written down when it was answered.
        lines.sort_by_key(time);
        Ok(Self(lines))
    }

    /// What was answered to such a request, the n-th for the n-th.
    pub(super) fn answer(
        &self,
        run: &Run,
        method: &Method,
        path: &str,
        query: Option<&str>,
    ) -> Answer {
        let whole = format!(
            "/{path}{}",
            query.map_or(String::new(), |q| format!("?{q}"))
        );
        let asked = format!("{method} {whole}");
        let before = {
            let mut memory = run.memory();
            let before = memory.done.iter().filter(|done| **done == asked).count();
            memory.done.push(asked);
            if *method == Method::POST {
                memory.done.extend(deed(&whole));
            }
            before
        };
        let same = |line: &&Value| {
            line.pointer("/req/method")
                .is_some_and(|given| given == method.as_str())
                && line
                    .pointer("/req/path")
                    .is_some_and(|given| *given == whole)
        };
        let all: Vec<&Value> = self.0.iter().filter(same).collect();
        let found = all.get(before).or(all.last());
        let status = found.and_then(|line| line.pointer("/res/status")?.as_u64());
        match (found, status.and_then(|status| u16::try_from(status).ok())) {
            (Some(line), Some(status)) => {
                let body = line.pointer("/res/body").cloned().unwrap_or_default();
                Answer::new(status, body)
            }
            _ if *method == Method::POST && deed(&whole).is_some() => Answer::success(),
            _ if path == "server_info" => Answer::ok(json!({"version": "1.58.0"})),
            _ if path.ends_with("/events/search") => self.events(),
            _ => Answer::refuse(404, "It was not recorded"),
        }
    }

    /// All that was stored, as far as it was recorded.
    fn events(&self) -> Answer {
        let frames = self.0.iter().filter_map(frame);
        let durable = frames.filter(|frame| field(frame, "type") == "durable");
        let mut items: Vec<Value> = Vec::new();
        for event in durable.filter_map(|frame| frame.get("event").cloned()) {
            if !items
                .iter()
                .any(|item| field(item, "id") == field(&event, "id"))
            {
                items.push(event);
            }
        }
        Answer::ok(json!({"items": items, "next_page_id": null}))
    }

    /// The n-th recorded socket of that kind to that conversation.
    pub(super) fn socket(&self, kind: &str, conversation: &str, number: usize) -> Option<Played> {
        let address = format!("/sockets/{kind}/{conversation}");
        let opens =
            |line: &Value| field(line, "dir") == "open" && field(line, "url").contains(&address);
        let all: Vec<usize> = (0..self.0.len())
            .filter(|at| self.0.get(*at).is_some_and(opens))
            .collect();
        let begin = *all.get(number)?;
        let last = all.len() == number + 1;
        let name = field(self.0.get(begin)?, "sock").to_owned();
        let mut before = self.0.get(begin).map(time).unwrap_or_default();
        let mut steps = Vec::new();
        let mut deeds: Vec<String> = Vec::new();
        for (at, line) in self.0.iter().enumerate() {
            if let Some(deed) = done(line) {
                deeds.push(deed.clone());
                let times = deeds.iter().filter(|done| **done == deed).count();
                if at > begin {
                    steps.push(Step::Wait(deed, times));
                }
            }
            if at <= begin || field(line, "sock") != name {
                continue;
            }
            match field(line, "dir") {
                "refused" => return Some(Played::Refused),
                "in" => {
                    let after = time(line).saturating_sub(before);
                    before = time(line);
                    steps.extend(frame(line).map(|frame| Step::Send(frame, after)));
                }
                "close" => {
                    let code = line.get("code").and_then(Value::as_u64).unwrap_or(1006);
                    match u16::try_from(code).unwrap_or(1006) {
                        // The recorder left, and came back as a page does that was cut off.
                        1000 if last => {}
                        1000 | 1006 => steps.push(Step::Close(1006)),
                        code => steps.push(Step::Close(code)),
                    }
                    return Some(Played::Steps(steps));
                }
                _ => {}
            }
        }
        Some(Played::Steps(steps))
    }
}

fn time(line: &Value) -> u64 {
    line.get("t").and_then(Value::as_u64).unwrap_or_default()
}

/// The frame of a line.
fn frame(line: &Value) -> Option<Value> {
    serde_json::from_str(line.get("frame")?.as_str()?).ok()
}

/// What the recorded client did in that line, be it by a request or by a frame.
fn done(line: &Value) -> Option<String> {
    if field(line, "dir") == "out" {
        let frame = frame(line)?;
        return (field(&frame, "role") == "user").then(|| "message".to_owned());
    }
    let method = line.pointer("/req/method")?;
    let path = line.pointer("/req/path")?.as_str()?;
    deed(path).filter(|_| method == "POST")
}

fn deed(path: &str) -> Option<String> {
    let path = path.split('?').next()?;
    let last = path.rsplit('/').next()?;
    match last {
        "events" => Some("message".to_owned()),
        last => DEEDS.contains(&last).then(|| last.to_owned()),
    }
}
