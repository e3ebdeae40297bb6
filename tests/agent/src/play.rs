//! Plays a recording to one client, over as many connections as it takes.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, Query, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::sync::broadcast::Receiver;
use tokio::time::sleep;

use crate::fault::{Faults, Where};
use crate::recording::{self, Line};
use crate::script::{self, Step};
use crate::state::State;

/// The longest pause between two frames, unless they are played as recorded.
const LONGEST_PAUSE: u64 = 40;

/// `GET /play/<server>/<scenario>`, and below it `/socket.io/`, where the conversation's id is the
/// run's name unless there is one.
pub(crate) async fn connect(
    Shared(state): Shared<Arc<State>>,
    Path((server, scenario)): Path<(String, String)>,
    Query(query): Query<HashMap<String, String>>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let conversation = query.get("conversation_id");
    let run = query
        .get("run")
        .or(conversation)
        .cloned()
        .unwrap_or_else(|| format!("{server}/{scenario}"));
    let file = state
        .setup
        .fixtures
        .join(server)
        .join(format!("{scenario}.jsonl"));
    let lines = match recording::read(&file, query.get("conn").map(String::as_str)) {
        Ok(lines) => lines,
        Err(error) => return (StatusCode::NOT_FOUND, error.to_string()).into_response(),
    };
    if state.is_down(&run) || refused(&state, &run, &query) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    if let Some(conversation) = conversation {
        let mut memory = state.memory();
        let entry = memory.runs.entry(run.clone()).or_default();
        entry.session = Some(conversation.clone());
    }
    upgrade.on_upgrade(move |socket| async move {
        let drops = state.drops.subscribe();
        let mut play = Play {
            state,
            run,
            socket,
            drops,
            recorded: script::session(&lines),
        };
        // The end of a connection, however it came, is the end of it here.
        let _ = play.all(&lines).await;
    })
}

/// Begins a run at its first connection; true while it is to be refused.
fn refused(state: &State, run: &str, query: &HashMap<String, String>) -> bool {
    let mut memory = state.memory();
    let entry = memory.runs.entry(run.to_owned()).or_default();
    if !std::mem::replace(&mut entry.begun, true) {
        entry.faults = Faults::of(query);
    }
    match entry.faults.refuse.checked_sub(1) {
        Some(left) => {
            entry.faults.refuse = left;
            true
        }
        None => false,
    }
}

struct Play {
    state: Arc<State>,
    run: String,
    socket: WebSocket,
    drops: Receiver<String>,
    recorded: String,
}

/// The connection is over.
struct Over;

impl Play {
    async fn all(&mut self, lines: &[Line]) -> Result<(), Over> {
        let steps = script::steps(lines);
        while let Some(step) = self.next(&steps) {
            match step {
                Step::Send { frame, after } => self.send(&frame, after).await?,
                Step::Expect { kind, recorded } => self.expect(&kind, &recorded).await?,
                Step::Close(1006) => return Err(Over),
                Step::Close(code) => return self.close(code).await,
            }
        }
        loop {
            self.frame("").await?;
        }
    }

    /// The next step of the run; a step is taken once, whatever becomes of it.
    fn next(&self, steps: &[Step]) -> Option<Step> {
        let mut memory = self.state.memory();
        let run = memory.runs.get_mut(&self.run)?;
        let step = steps.get(run.step).cloned();
        run.step += 1;
        step
    }

    async fn send(&mut self, frame: &str, after: u64) -> Result<(), Over> {
        let (number, mut faults, session) = self.counted();
        let frame = script::address(frame, &self.recorded, session.as_deref());
        self.remember(&frame, session.as_deref());
        sleep(pause(self.state.setup.speed, after)).await;
        if let Some((_, millis)) = faults.delay.take_if(|(at, _)| *at == number) {
            sleep(Duration::from_millis(millis)).await;
        }
        let cut_before = faults.cut_at(number, Where::Before);
        let cut_inside = faults.cut_at(number, Where::Inside);
        let cut_after = faults.cut_at(number, Where::After);
        let close = faults.close.take_if(|(at, _)| *at == number);
        let twice = faults.dup.take_if(|at| *at == number).is_some();
        let garbage = faults.garbage.take_if(|at| *at == number).is_some();
        self.keep(
            faults,
            cut_before,
            cut_before || cut_inside || cut_after || close.is_some(),
        );
        if cut_before {
            return Err(Over);
        }
        if let Some((_, code)) = close {
            self.forget(code, session.as_deref());
            return self.close(code).await;
        }
        if garbage {
            self.text("{\"event\":").await?;
        }
        if cut_inside {
            let half: String = frame.chars().take(frame.chars().count() / 2).collect();
            self.text(&half).await?;
            return Err(Over);
        }
        for _ in 0..=usize::from(twice) {
            self.text(&frame).await?;
        }
        if cut_after { Err(Over) } else { Ok(()) }
    }

    /// The frame's number, the faults that are left, and the client's session.
    fn counted(&self) -> (usize, Faults, Option<String>) {
        let mut memory = self.state.memory();
        let run = memory.runs.entry(self.run.clone()).or_default();
        run.frame += 1;
        (run.frame - 1, run.faults.clone(), run.session.clone())
    }

    /// Keeps the faults that are left. A frame that was not sent is the first of the next
    /// connection, and a gap loses some.
    fn keep(&self, faults: Faults, unsent: bool, cut: bool) {
        let mut memory = self.state.memory();
        let run = memory.runs.entry(self.run.clone()).or_default();
        if unsent {
            run.step -= 1;
            run.frame -= 1;
        }
        if cut {
            run.step += faults.gap;
            run.frame += faults.gap;
        }
        run.faults = faults;
    }

    async fn expect(&mut self, kind: &str, recorded: &str) -> Result<(), Over> {
        loop {
            let frame = self.frame(recorded).await?;
            let value: Value = serde_json::from_str(&frame).unwrap_or(Value::Null);
            let fits =
                script::kind(&frame).as_deref() == Some(kind) && same_answer(&value, recorded);
            self.state
                .received(&self.run, &frame, (!fits).then(|| recorded.to_owned()));
            if fits {
                self.heard(&frame, &value);
                if let Some(ack) = script::acknowledgement(&frame) {
                    self.text(&ack).await?;
                }
                return Ok(());
            }
        }
    }

    /// The client's next frame. What comes while nothing is expected is only logged.
    async fn frame(&mut self, expected: &str) -> Result<String, Over> {
        loop {
            let message = tokio::select! {
                message = self.socket.recv() => message,
                dropped = self.drops.recv() => match dropped {
                    Ok(run) if run.is_empty() || run == self.run => return Err(Over),
                    _ => continue,
                },
            };
            let text = match message {
                Some(Ok(Message::Text(text))) => text.to_string(),
                Some(Ok(Message::Binary(bytes))) => String::from_utf8_lossy(&bytes).into_owned(),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                _ => return Err(Over),
            };
            if text == "3" {
                continue;
            }
            if expected.is_empty() {
                self.state
                    .received(&self.run, &text, Some("nothing".to_owned()));
                continue;
            }
            return Ok(text);
        }
    }

    fn heard(&self, frame: &str, value: &Value) {
        let mut memory = self.state.memory();
        let run = memory.runs.entry(self.run.clone()).or_default();
        if let Some(session) = script::session_of(frame) {
            run.session = Some(session.clone());
            memory.sessions.insert(session.clone(), self.run.clone());
            if let Some(content) = value.get("content") {
                memory.said(&session, json!({"role": "user", "content": content}));
            }
        }
    }

    /// Keeps what the agent says for the history, as the real server does: whole texts only.
    fn remember(&self, frame: &str, session: Option<&str>) {
        let value: Value = serde_json::from_str(frame).unwrap_or(Value::Null);
        let (event, data) = (
            value.get("event"),
            value.get("data").unwrap_or(&Value::Null),
        );
        let mut memory = self.state.memory();
        let Some(session) = session else { return };
        let own = data
            .get("sessionId")
            .and_then(Value::as_str)
            .is_none_or(|theirs| theirs == session);
        match event.and_then(Value::as_str) {
            Some("thinking") if own => memory
                .runs
                .entry(self.run.clone())
                .or_default()
                .turn
                .clear(),
            Some("response") if own => {
                let text = data.get("text").and_then(Value::as_str).unwrap_or_default();
                let run = memory.runs.entry(self.run.clone()).or_default();
                if run.turn != text && !text.is_empty() {
                    run.turn.push_str(text);
                    memory.said(session, json!({"role": "assistant", "content": text}));
                }
            }
            _ => {}
        }
    }

    /// A message that was too large never reached the conversation.
    fn forget(&self, code: u16, session: Option<&str>) {
        let mut memory = self.state.memory();
        if let (1009, Some(session)) = (code, session)
            && let Some(entries) = memory.history.get_mut(session)
        {
            entries.pop();
        }
    }

    async fn text(&mut self, text: &str) -> Result<(), Over> {
        self.socket
            .send(Message::Text(text.to_owned().into()))
            .await
            .map_err(|_| Over)
    }

    async fn close(&mut self, code: u16) -> Result<(), Over> {
        let frame = CloseFrame {
            code,
            reason: "".into(),
        };
        // It may be gone already.
        let _ = self.socket.send(Message::Close(Some(frame))).await;
        Err(Over)
    }
}

/// How long to wait where that many milliseconds were recorded.
pub(crate) fn pause(speed: f64, recorded: u64) -> Duration {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of a recording")]
    let millis = recorded as f64 / speed;
    let exact = (speed - 1.0).abs() < f64::EPSILON;
    #[expect(clippy::cast_precision_loss, reason = "a small constant")]
    let longest = if exact {
        f64::MAX
    } else {
        LONGEST_PAUSE as f64
    };
    Duration::from_secs_f64((millis.min(longest) / 1_000.0).max(0.0))
}

/// An answer has to name the question that the recorded one named.
fn same_answer(value: &Value, recorded: &str) -> bool {
    let recorded: Value = serde_json::from_str(recorded).unwrap_or(Value::Null);
    ["/data/executionId", "/data/approvalId"]
        .into_iter()
        .all(|path| value.pointer(path) == recorded.pointer(path))
}
