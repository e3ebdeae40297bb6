//! The namespace `/`: what a connection is given, and what it sends.
//!
//! socketioxide calls its connect handler after it has sent the connect ack, and lets no socket
//! emit before; its middleware runs earlier and cannot emit either. The real server replays first
//! and acknowledges then. So the replay is emitted behind the ack and closed with a marker, and
//! the proxy holds the ack back until it sees that marker.

use std::sync::Arc;
use std::time::Duration;

use axum::http::Request as HttpRequest;
use serde_json::{Value, json};
use socketioxide::extract::{AckSender, Data, SocketRef};
use socketioxide::handler::ConnectHandler;
use socketioxide::{SendError, SocketError, SocketIo, TransportType};
use tokio::io::DuplexStream;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::time::sleep;
use tower_service::Service;

use super::admission::{Request, admit};
use super::conversation::{Conversation, Live, live};
use super::{accept, life};
use crate::state::State;

/// The event that closes a replay. It never reaches a client.
pub(super) const REPLAYED: &str = "replayed";

/// Speaks Engine.IO on a stream that was upgraded to a WebSocket; false if the address is wrong.
pub(super) type Engine = Arc<dyn Fn(DuplexStream, HttpRequest<()>) -> bool + Send + Sync>;

/// The Socket.IO server, with the times and sizes of the real one.
pub(super) fn engine(state: &Arc<State>) -> Engine {
    let (service, io) = SocketIo::builder()
        .ping_interval(Duration::from_secs(25))
        .ping_timeout(Duration::from_secs(20))
        // The real server waits for a connect packet as long as the client likes.
        .connect_timeout(Duration::from_secs(3_600))
        .max_payload(4 << 20)
        .max_buffer_size(4_096)
        .transports([TransportType::Websocket])
        .build_svc();
    let (visited, admitted) = (Arc::clone(state), Arc::clone(state));
    let visit = async move |socket: SocketRef| visit(&visited, socket);
    let visit =
        visit.with(async move |socket: SocketRef| admit(&admitted.openhands, &socket).await);
    io.ns("/", visit);
    Arc::new(move |stream, request| {
        let mut service = service.clone();
        let spoken =
            Service::<(DuplexStream, HttpRequest<()>)>::call(&mut service, (stream, request));
        spoken.into_inner().is_ok()
    })
}

fn visit(state: &Arc<State>, socket: SocketRef) {
    let request = Request::of(&socket);
    let conversation = state.openhands.of(&request.conversation);
    let (number, missed, news) = conversation.join(request.after);
    // The agent starts behind the replay: a client hears of it live.
    life::start(&conversation, None);
    for name in ["oh_user_action", "oh_action"] {
        let conversation = Arc::clone(&conversation);
        socket.on(name, async move |Data::<Value>(action), ack: AckSender| {
            if accept::accept(&conversation, &action) {
                // The client may be gone.
                let _ = ack.send::<[(); 0]>(&[]);
            }
        });
    }
    let feed = Feed {
        conversation,
        socket,
        number,
    };
    tokio::spawn(async move {
        // The client went away, which is no concern of the conversation.
        let _ = feed.all(missed, news).await;
    });
}

/// The client is gone.
struct Gone;

struct Feed {
    conversation: Arc<Conversation>,
    socket: SocketRef,
    number: usize,
}

impl Feed {
    async fn all(&self, missed: Vec<Value>, mut news: Receiver<Live>) -> Result<(), Gone> {
        let mishaps = self.conversation.memory().trouble.mishaps.clone();
        for event in &missed {
            sleep(mishaps.slow()).await;
            self.emit("oh_event", event).await?;
        }
        // What happened meanwhile goes to nobody, as with the real server.
        while mishaps.gap && news.try_recv().is_ok() {}
        self.emit(REPLAYED, &json!(missed.len())).await?;
        let from = missed.len().saturating_sub(3);
        for event in missed.iter().skip(from).filter(|_| mishaps.double) {
            let again = live(event).unwrap_or_else(|| event.clone());
            self.emit("oh_event", &again).await?;
        }
        self.relay(news, mishaps.lost(self.number)).await
    }

    /// Passes on what happens, but for the first events that are to be lost.
    async fn relay(&self, mut news: Receiver<Live>, mut lost: usize) -> Result<(), Gone> {
        loop {
            let event = match news.recv().await {
                Ok(Live::Logged(_)) if lost > 0 => {
                    lost -= 1;
                    continue;
                }
                Ok(Live::Logged(event) | Live::Passing(event)) => event,
                Ok(Live::Ended) => return self.socket.clone().disconnect().map_err(|_| Gone),
                Err(RecvError::Lagged(_)) => continue,
                Err(RecvError::Closed) => return Err(Gone),
            };
            self.emit("oh_event", &event).await?;
        }
    }

    async fn emit(&self, name: &str, event: &Value) -> Result<(), Gone> {
        loop {
            match self.socket.emit(name, event) {
                Err(SendError::Socket(SocketError::InternalChannelFull)) => {
                    sleep(Duration::from_millis(2)).await;
                }
                sent => return sent.map_err(|_| Gone),
            }
        }
    }
}
