//! One connection: what is to be sent waits in its queue, and meets its faults on the way out.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, sleep, sleep_until};

use super::run::Run;
use crate::fault::Then;
use crate::state::State;

/// Longer than any test.
const NEVER: Duration = Duration::from_secs(86_400);

/// The end of a connection that others may send by.
#[derive(Clone)]
pub(super) struct Line {
    pub(super) number: usize,
    queue: UnboundedSender<Out>,
}

/// What is to be sent.
enum Out {
    Frame(String),
    Close(u16, &'static str),
    /// The end without a word.
    Cut,
}

/// The connection is over.
struct Over;

impl Line {
    /// The line of that number, and the queue that [`serve`] empties.
    pub(super) fn new(number: usize) -> (Self, Queue) {
        let (queue, waiting) = unbounded_channel();
        (Self { number, queue }, Queue(waiting))
    }

    pub(super) fn send(&self, frame: &Value) {
        self.text(frame.to_string());
    }

    pub(super) fn text(&self, text: String) {
        self.put(Out::Frame(text));
    }

    pub(super) fn close(&self, code: u16, reason: &'static str) {
        self.put(Out::Close(code, reason));
    }

    /// A frame was too large.
    pub(super) fn too_big(&self) {
        self.close(1009, "message too big");
    }

    pub(super) fn cut(&self) {
        self.put(Out::Cut);
    }

    fn put(&self, out: Out) {
        // Where nobody reads the queue, the connection is over.
        let _ = self.queue.send(out);
    }
}

/// What waits to be sent by one connection.
pub(super) struct Queue(UnboundedReceiver<Out>);

/// Passes on what is sent and what is heard, until the connection is over.
pub(super) async fn serve(
    state: &State,
    run: &Arc<Run>,
    (number, queue): (usize, Queue),
    socket: WebSocket,
    hear: impl FnMut(&str),
) {
    let life = run.memory().mishaps.lives.life(number);
    let mut connection = Connection {
        run: Arc::clone(run),
        socket,
        queue,
        waiting: VecDeque::new(),
        end: Instant::now() + life.unwrap_or(NEVER),
    };
    // The end of a connection, however it came, is the end of it here.
    let _ = connection.all(state, hear).await;
}

struct Connection {
    run: Arc<Run>,
    socket: WebSocket,
    queue: Queue,
    /// What is on its way, and when it is to arrive.
    waiting: VecDeque<(Instant, Out)>,
    end: Instant,
}

impl Connection {
    async fn all(&mut self, state: &State, mut hear: impl FnMut(&str)) -> Result<(), Over> {
        let mut drops = state.drops.subscribe();
        loop {
            let due = self.waiting.front().map_or(self.end, |(due, _)| *due);
            tokio::select! {
                () = sleep_until(self.end) => return Err(Over),
                dropped = drops.recv() => match dropped {
                    Ok(name) if name.is_empty() || name == self.run.name => return Err(Over),
                    _ => {}
                },
                out = self.queue.0.recv() => self.put(out.ok_or(Over)?)?,
                () = sleep_until(due), if !self.waiting.is_empty() => self.give().await?,
                message = self.socket.recv() => match message {
                    Some(Ok(Message::Text(text))) => hear(&text),
                    Some(Ok(Message::Binary(_) | Message::Ping(_) | Message::Pong(_))) => {}
                    _ => return Err(Over),
                },
            }
        }
    }

    fn put(&mut self, out: Out) -> Result<(), Over> {
        if matches!(out, Out::Cut) {
            return Err(Over);
        }
        let due = Instant::now() + self.run.memory().mishaps.slow();
        self.waiting.push_back((due, out));
        Ok(())
    }

    async fn give(&mut self) -> Result<(), Over> {
        match self.waiting.pop_front() {
            Some((_, Out::Frame(text))) => self.frame(&text).await,
            Some((_, Out::Close(code, reason))) => self.close(code, reason).await,
            Some((_, Out::Cut)) => Err(Over),
            None => Ok(()),
        }
    }

    /// Sends a frame, or what is to happen in its place.
    async fn frame(&mut self, text: &str) -> Result<(), Over> {
        let at = self.run.count();
        sleep(at.delay).await;
        let (texts, then) = at.instead_of(text, "{\"type\":");
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
        let sent = self.socket.send(Message::Text(text.to_owned().into()));
        sent.await.map_err(|_| Over)
    }

    async fn close(&mut self, code: u16, reason: &'static str) -> Result<(), Over> {
        let frame = CloseFrame {
            code,
            reason: reason.into(),
        };
        // It may be gone already.
        let _ = self.socket.send(Message::Close(Some(frame))).await;
        Err(Over)
    }
}
