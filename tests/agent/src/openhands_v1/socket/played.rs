//! A recorded socket, played to a client frame by frame.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::WebSocketUpgrade;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use tokio::time::sleep;

use super::{Over, Pipe, Place, Request, Said, State, field, note};
use crate::openhands_v1::record::{Played, Recording, Step};
use crate::play::pause;

/// Plays the next socket of that kind that was recorded.
pub(in crate::openhands_v1) fn connect(
    state: Arc<State>,
    place: Place,
    request: Request,
    recording: Recording,
    upgrade: WebSocketUpgrade,
) -> Response {
    let number = {
        let memory = place.run.memory();
        let same = |socket: &&Value| field(socket, "kind") == request.kind;
        memory.seen.sockets.iter().filter(same).count()
    };
    let played = recording.socket(&request.kind, &request.conversation, number);
    let refused = !matches!(played, Some(Played::Steps(_)));
    let (number, _) = note(&place.run, &request, refused);
    let Some(Played::Steps(steps)) = played else {
        return StatusCode::FORBIDDEN.into_response();
    };
    if state.is_down(&place.run.name) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    upgrade.on_upgrade(move |socket| async move {
        let pipe = Pipe::new(&state, &place, &request, socket, number);
        // The end of a connection, however it came, is the end of it here.
        let _ = play(pipe, &steps, state.setup.speed).await;
    })
}

async fn play(mut pipe: Pipe, steps: &[Step], speed: f64) -> Result<(), Over> {
    for step in steps {
        match step {
            Step::Send(frame, after) => {
                sleep(pause(speed, *after)).await;
                pipe.send(frame).await?;
            }
            Step::Wait(deed, times) => wait(&mut pipe, deed, *times).await?,
            Step::Close(1006) => return Err(Over),
            Step::Close(code) => return pipe.close(*code, "").await,
        }
    }
    loop {
        let said = pipe.read().await?;
        hear(&pipe, &said);
    }
}

/// Waits until clients have done that so many times, by a request or by a frame.
async fn wait(pipe: &mut Pipe, deed: &str, times: usize) -> Result<(), Over> {
    loop {
        let done = {
            let memory = pipe.run.memory();
            memory.done.iter().filter(|done| *done == deed).count()
        };
        if done >= times {
            return Ok(());
        }
        tokio::select! {
            said = pipe.read() => hear(pipe, &said?),
            () = sleep(Duration::from_millis(5)) => {}
        }
    }
}

/// Notes what a client says: a message is a deed.
fn hear(pipe: &Pipe, said: &Said) {
    let Said::Text(text) = said else { return };
    let value: Value = serde_json::from_str(text).unwrap_or_default();
    if field(&value, "type") == "auth" {
        pipe.note_key(field(&value, "session_api_key"), true, &value);
    }
    if field(&value, "role") == "user" {
        let content = value.get("content").unwrap_or(&Value::Null);
        pipe.run.heard("", content, "socket", true);
        pipe.run.memory().done.push("message".to_owned());
    }
}
