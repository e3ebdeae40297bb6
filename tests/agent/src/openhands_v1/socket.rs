//! The two sockets of the agent server: who is let in, what is taken, what becomes of a frame.

mod legacy;
mod played;
mod session;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message as Frame, WebSocket, WebSocketUpgrade};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::agent;
use super::conversation::{Conversation, Live};
use super::event::field;
use super::ids;
use super::message::{Fault, Message};
use super::place::{Place, is_reachable};
use super::run::Run;
use crate::fault::Then;
use crate::state::State;

/// Longer than any test.
const NEVER: Duration = Duration::from_secs(86_400);

/// What a client asks for.
pub(super) struct Request {
    /// `session` or `events`.
    pub(super) kind: String,
    pub(super) conversation: String,
    pub(super) query: HashMap<String, String>,
    pub(super) origin: Option<String>,
    pub(super) host: String,
    /// The key in the header, which no browser sends.
    pub(super) key: Option<String>,
}

/// How a client is received.
enum Reception {
    Welcome,
    /// It has to show its key in its first frame.
    Unknown,
    Refused,
    Down,
}

/// `GET /sockets/session/<id>` and `/sockets/events/<id>`
pub(super) fn connect(
    state: Arc<State>,
    place: Place,
    request: Request,
    upgrade: WebSocketUpgrade,
) -> Response {
    let reception = receive(&state, &place, &request);
    let refused = matches!(reception, Reception::Refused | Reception::Down);
    let (number, silent) = note(&place.run, &request, refused);
    match reception {
        Reception::Down => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Reception::Refused => return StatusCode::FORBIDDEN.into_response(),
        Reception::Welcome | Reception::Unknown => {}
    }
    let unknown = matches!(reception, Reception::Unknown);
    upgrade
        .max_message_size(16 << 20)
        .max_frame_size(16 << 20)
        .on_upgrade(move |socket| async move {
            let mut pipe = Pipe::new(&state, &place, &request, socket, number);
            pipe.silent = silent;
            // The end of a connection, however it came, is the end of it here.
            let _ = serve(pipe, &place, &request, unknown).await;
        })
}

pub(super) use self::played::connect as play;

fn receive(state: &State, place: &Place, request: &Request) -> Reception {
    let down = state.is_down(&place.run.name) || !place.is_reachable();
    let mut memory = place.run.memory();
    let refuse = &mut memory.mishaps.faults.refuse;
    if let Some(left) = refuse.checked_sub(1) {
        *refuse = left;
        return Reception::Down;
    }
    let given = request
        .query
        .get("session_api_key")
        .or(request.key.as_ref());
    let known = match request.kind.as_str() {
        "session" => !memory.mishaps.old && session::understood(&request.query),
        "events" => legacy::understood(&request.query),
        _ => false,
    };
    match (&place.key, given) {
        _ if down => Reception::Down,
        _ if !known || ids::dashed(&request.conversation).is_none() => Reception::Refused,
        (None, _) => Reception::Welcome,
        (Some(_), None) => Reception::Unknown,
        (Some(wanted), Some(given)) if wanted == given => Reception::Welcome,
        _ => Reception::Refused,
    }
}

/// Notes a socket; gives its number, and whether it is to be silent.
fn note(run: &Run, request: &Request, refused: bool) -> (usize, bool) {
    let mut memory = run.memory();
    memory.seen.sockets.push(json!({
        "kind": request.kind, "conversation": request.conversation, "query": request.query,
        "origin": request.origin, "host": request.host, "refused": refused,
    }));
    let number = memory.seen.sockets.len() - 1;
    let left = memory.mishaps.silent.checked_sub(1).filter(|_| !refused);
    memory.mishaps.silent = left.unwrap_or(memory.mishaps.silent);
    (number, left.is_some())
}

async fn serve(
    mut pipe: Pipe,
    place: &Place,
    request: &Request,
    unknown: bool,
) -> Result<(), Over> {
    if unknown && !authenticated(&mut pipe, place).await? {
        return pipe.close(4001, "Authentication failed").await;
    }
    let id = ids::dashed(&request.conversation).unwrap_or_default();
    let found = place.run.find(&id);
    let Some(conversation) = found.filter(|found| !found.memory().deleted) else {
        return pipe.close(4004, "Conversation not found").await;
    };
    pipe.conversation = Some(Arc::clone(&conversation));
    match request.kind.as_str() {
        "session" => session::feed(pipe, &conversation, &request.query).await,
        _ => legacy::feed(pipe, &conversation, &request.query).await,
    }
}

/// Waits for the key. The client does not hear that it was the right one.
async fn authenticated(pipe: &mut Pipe, place: &Place) -> Result<bool, Over> {
    let wait = place.run.mishaps().auth();
    let Ok(first) = timeout(wait, pipe.read()).await else {
        return Ok(false);
    };
    let frame: Value = match first? {
        Said::Text(text) => serde_json::from_str(&text).unwrap_or_default(),
        Said::Bytes => Value::Null,
    };
    let given = field(&frame, "session_api_key").to_owned();
    let right = field(&frame, "type") == "auth" && place.key.as_deref() == Some(given.as_str());
    pipe.note_key(&given, right, &frame);
    Ok(right)
}

/// The connection is over.
struct Over;

/// A frame of the client's.
enum Said {
    Text(String),
    Bytes,
}

/// What comes next.
enum Next {
    Said(Said),
    Heard(Live),
    /// The client reads too slowly.
    Behind,
}

/// One connection, with its faults.
struct Pipe {
    socket: WebSocket,
    run: Arc<Run>,
    /// The number of the sandbox's server.
    port: Option<usize>,
    conversation: Option<Arc<Conversation>>,
    /// The name that the server was called by.
    host: String,
    drops: Receiver<String>,
    end: Instant,
    silent: bool,
}

impl Pipe {
    fn new(
        state: &State,
        place: &Place,
        request: &Request,
        socket: WebSocket,
        number: usize,
    ) -> Self {
        let life = place.run.mishaps().lives.life(number).unwrap_or(NEVER);
        Self {
            socket,
            run: Arc::clone(&place.run),
            port: place.port,
            conversation: None,
            host: request.host.clone(),
            drops: state.drops.subscribe(),
            end: Instant::now() + life,
            silent: false,
        }
    }

    /// The client's next frame.
    async fn read(&mut self) -> Result<Said, Over> {
        loop {
            tokio::select! {
                () = sleep_until(self.end) => return Err(Over),
                dropped = self.drops.recv() => self.dropped(dropped)?,
                message = self.socket.recv() => if let Some(said) = said(message)? {
                    return Ok(said);
                },
            }
        }
    }

    /// What the client says or the conversation brings.
    async fn next(&mut self, news: &mut Receiver<Live>) -> Result<Next, Over> {
        let frozen = self.conversation.as_ref().map(|one| one.frozen.subscribe());
        let mut frozen = frozen.ok_or(Over)?;
        loop {
            self.wait().await?;
            tokio::select! {
                biased;
                () = sleep_until(self.end) => return Err(Over),
                dropped = self.drops.recv() => self.dropped(dropped)?,
                // Its sandbox was paused, or is gone.
                _ = frozen.changed() => {}
                message = self.socket.recv() => if let Some(said) = said(message)? {
                    // It may have been stopped meanwhile.
                    self.wait().await?;
                    return Ok(Next::Said(said));
                },
                heard = news.recv() => return match heard {
                    Ok(live) => Ok(Next::Heard(live)),
                    Err(RecvError::Lagged(_)) => Ok(Next::Behind),
                    Err(RecvError::Closed) => Err(Over),
                },
            }
        }
    }

    /// Waits while the server is frozen; the connection may be cut meanwhile.
    async fn wait(&mut self) -> Result<(), Over> {
        let run = Arc::clone(&self.run);
        let conversation = self.conversation.clone();
        let thawed = async {
            run.thawed().await;
            if let Some(conversation) = conversation {
                conversation.thawed().await;
            }
        };
        tokio::pin!(thawed);
        loop {
            tokio::select! {
                biased;
                () = &mut thawed => return match is_reachable(&self.run, self.port) {
                    true => Ok(()),
                    false => Err(Over),
                },
                dropped = self.drops.recv() => self.dropped(dropped)?,
            }
        }
    }

    fn dropped(&self, dropped: Result<String, RecvError>) -> Result<(), Over> {
        match dropped {
            Ok(name) if name.is_empty() || name == self.run.name => Err(Over),
            _ => Ok(()),
        }
    }

    /// Sends a frame, or what is to happen in its place.
    async fn send(&mut self, frame: &Value) -> Result<(), Over> {
        self.wait().await?;
        if self.silent {
            return Ok(());
        }
        let text = frame.to_string();
        let at = self.run.count();
        sleep(at.delay).await;
        let (texts, then) = at.instead_of(&text, "{\"type\":");
        for text in texts {
            self.text(&text).await?;
        }
        match then {
            Then::GoesOn => Ok(()),
            Then::Ends => Err(Over),
            Then::Closes(code) => self.close(code, "").await,
        }
    }

    async fn text(&mut self, text: &str) -> Result<(), Over> {
        let sent = self.socket.send(Frame::Text(text.to_owned().into())).await;
        sent.map_err(|_| Over)
    }

    async fn close(&mut self, code: u16, reason: &'static str) -> Result<(), Over> {
        let frame = CloseFrame {
            code,
            reason: reason.into(),
        };
        // It may be gone already.
        let _ = self.socket.send(Frame::Close(Some(frame))).await;
        Err(Over)
    }

    fn note_key(&self, key: &str, ok: bool, frame: &Value) {
        let note = json!({"key": key, "ok": ok, "frame": frame, "host": self.host});
        self.run.memory().seen.auth.push(note);
    }

    /// Takes a frame of the client's, or says why not.
    fn take(&self, conversation: &Arc<Conversation>, said: &Said) -> Result<(), Fault> {
        let text = match said {
            Said::Text(text) => text,
            Said::Bytes => return Err(("KeyError", "'text'".to_owned())),
        };
        let value: Value = serde_json::from_str(text).map_err(|_| {
            let why = "Expecting value: line 1 column 1 (char 0)";
            ("JSONDecodeError", why.to_owned())
        })?;
        if field(&value, "type") == "auth" {
            self.note_key(field(&value, "session_api_key"), true, &value);
            return Ok(());
        }
        let message = Message::read(&value)?;
        if conversation.memory().deleted {
            return Err(("ValueError", "inactive_service".to_owned()));
        }
        self.run
            .heard(&conversation.id, &message.content, "socket", true);
        agent::take_in(conversation, &message.content);
        agent::start_for_message(&self.run, conversation);
        Ok(())
    }
}

/// The frame in a message; none in a ping.
fn said(message: Option<Result<Frame, axum::Error>>) -> Result<Option<Said>, Over> {
    match message {
        Some(Ok(Frame::Text(text))) => Ok(Some(Said::Text(text.to_string()))),
        Some(Ok(Frame::Binary(_))) => Ok(Some(Said::Bytes)),
        Some(Ok(Frame::Ping(_) | Frame::Pong(_))) => Ok(None),
        _ => Err(Over),
    }
}
