//! What stands between a client and the Socket.IO server: every fault, and the real server's ways.
//!
//! It moves frames and reads no event. It also does what python-socketio does and socketioxide
//! does not: the connect ack behind the replay, a second connect packet denied with a string,
//! client frames held until the connection stands, and silence about frames that make no sense.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::http::{Request, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use futures_util::{SinkExt, StreamExt};
use tokio::io::DuplexStream;
use tokio::sync::broadcast::Receiver;
use tokio::time::{Instant, interval, sleep, sleep_until};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message as Inner;
use tokio_tungstenite::tungstenite::protocol::Role;

use super::conversation::{Conversation, Trouble};
use super::frame::{announced, escaped, sensible};
use super::mishap::Reception;
use super::socket::{Engine, REPLAYED};
use crate::fault::Then;
use crate::state::State;

/// What the server takes from a client, and no more.
const LARGEST: usize = 4 << 20;

/// Longer than any test.
const NEVER: Duration = Duration::from_secs(86_400);

/// `GET /openhands-v0/socket.io/?EIO=4&transport=websocket&conversation_id=..&latest_event_id=..`
pub(super) async fn connect(
    engine: Engine,
    state: Arc<State>,
    query: HashMap<String, String>,
    uri: Uri,
    upgrade: WebSocketUpgrade,
) -> Response {
    let is = |key: &str, value: &str| query.get(key).is_some_and(|given| given == value);
    if !is("EIO", "4") || !is("transport", "websocket") {
        return StatusCode::FORBIDDEN.into_response();
    }
    let run = query.get("conversation_id").cloned().unwrap_or_default();
    let conversation = state.openhands.of(&run);
    let Some(number) = arrive(&conversation, &query).filter(|_| !state.is_down(&run)) else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let upgrade = upgrade
        .max_message_size(100 << 20)
        .max_frame_size(100 << 20);
    upgrade.on_upgrade(move |outer| async move {
        let (near, far) = tokio::io::duplex(1 << 16);
        let mut request = Request::new(());
        *request.uri_mut() = uri;
        let drops = state.drops.subscribe();
        if engine(far, request) {
            let inner = WebSocketStream::from_raw_socket(near, Role::Client, None).await;
            let proxy = Proxy::new(outer, inner, state, run, conversation);
            // The end of a connection, however it came, is the end of it here.
            let _ = proxy.all(number, drops).await;
        }
    })
}

/// Counts a socket and gives its number, unless it is to be refused.
fn arrive(conversation: &Conversation, query: &HashMap<String, String>) -> Option<usize> {
    let mut memory = conversation.memory();
    memory.trouble.begin(query);
    memory.seen.sockets += 1;
    let refuse = &mut memory.trouble.faults.refuse;
    match refuse.checked_sub(1) {
        Some(left) => {
            *refuse = left;
            None
        }
        None => Some(memory.seen.sockets - 1),
    }
}

/// How far the connection to the namespace is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The client has not asked for it.
    Open,
    /// It is replayed to.
    Asked,
    Connected,
    /// Nothing goes through any more, in neither direction.
    Deaf,
}

struct Proxy {
    outer: WebSocket,
    inner: WebSocketStream<DuplexStream>,
    state: Arc<State>,
    run: String,
    conversation: Arc<Conversation>,
    phase: Phase,
    /// The connect ack, while the replay is not over.
    ack: Option<String>,
    /// What the client sent behind its connect packet.
    waiting: Vec<String>,
    /// The Socket.IO server has pinged.
    pinged: bool,
}

/// The connection is over.
struct Over;

impl Proxy {
    fn new(
        outer: WebSocket,
        inner: WebSocketStream<DuplexStream>,
        state: Arc<State>,
        run: String,
        conversation: Arc<Conversation>,
    ) -> Self {
        Self {
            outer,
            inner,
            state,
            run,
            conversation,
            phase: Phase::Open,
            ack: None,
            waiting: Vec::new(),
            pinged: false,
        }
    }

    async fn all(mut self, number: usize, mut drops: Receiver<String>) -> Result<(), Over> {
        let mishaps = self.trouble(|trouble| trouble.mishaps.clone());
        let end = Instant::now() + mishaps.lives.life(number).unwrap_or(NEVER);
        let own = mishaps.ping.filter(|_| !mishaps.noping);
        let mut beat =
            interval(own.map_or(NEVER, |(every, _)| Duration::from_millis(every.max(1))));
        beat.reset();
        loop {
            tokio::select! {
                () = sleep_until(end) => return Err(Over),
                _ = beat.tick() => self.text("2").await?,
                dropped = drops.recv() => match dropped {
                    Ok(name) if name.is_empty() || name == self.run => return Err(Over),
                    _ => {}
                },
                message = self.outer.recv() => match message {
                    Some(Ok(Message::Text(text))) => self.heard(text.to_string()).await?,
                    Some(Ok(Message::Binary(_) | Message::Ping(_) | Message::Pong(_))) => {}
                    _ => return Err(Over),
                },
                message = self.inner.next() => match message {
                    Some(Ok(Inner::Text(text))) => self.said(text.to_string()).await?,
                    Some(Ok(Inner::Ping(_) | Inner::Pong(_))) => {}
                    // The server's own ends, as for want of a pong, have this code and no reason.
                    _ => return self.close(1000).await,
                },
            }
        }
    }

    fn trouble<T>(&self, look: impl FnOnce(&mut Trouble) -> T) -> T {
        look(&mut self.conversation.memory().trouble)
    }

    /// A frame of the client's.
    async fn heard(&mut self, frame: String) -> Result<(), Over> {
        if frame != "3" {
            self.state.received(&self.run, &frame, None);
        }
        if frame.is_empty() {
            return Err(Over);
        }
        if frame.len() > LARGEST {
            return self.close(1000).await;
        }
        match self.phase {
            // The link is alive, whatever becomes of the namespace.
            _ if frame == "1" || frame == "3" => self.pass(frame).await,
            Phase::Deaf => Ok(()),
            Phase::Open if frame.starts_with("40") => self.ask(frame).await,
            _ if frame.starts_with("40") => self.deny_again(&frame).await,
            Phase::Asked if sensible(&frame) => {
                self.waiting.push(frame);
                Ok(())
            }
            Phase::Connected if sensible(&frame) => self.pass(frame).await,
            _ => Ok(()),
        }
    }

    /// The first connect packet.
    async fn ask(&mut self, frame: String) -> Result<(), Over> {
        match self.trouble(|trouble| trouble.mishaps.receive()) {
            Reception::Welcome => {
                self.phase = Phase::Asked;
                self.pass(frame).await
            }
            Reception::Denied(how) => self.text(how.packet()).await,
            Reception::Silence => {
                self.phase = Phase::Deaf;
                Ok(())
            }
        }
    }

    /// A second connect packet, or one for a namespace that is not there.
    async fn deny_again(&mut self, frame: &str) -> Result<(), Over> {
        let namespace = frame.get(2..).and_then(|rest| rest.split_once(','));
        let namespace = namespace
            .filter(|(name, _)| name.starts_with('/'))
            .map(|(name, _)| format!("{name},"));
        let namespace = namespace.unwrap_or_default();
        self.text(&format!("44{namespace}\"Unable to connect\""))
            .await
    }

    /// A frame of the Socket.IO server's.
    async fn said(&mut self, frame: String) -> Result<(), Over> {
        let (ping, noping, early) = self.trouble(|trouble| {
            let mishaps = &trouble.mishaps;
            (mishaps.ping, mishaps.noping, mishaps.early)
        });
        if frame == "2" {
            // engineioxide pings at once, the real server after the first interval.
            let first = !std::mem::replace(&mut self.pinged, true);
            return match first || noping || ping.is_some() {
                true => self.pass("3".to_owned()).await,
                false => self.text("2").await,
            };
        }
        if self.phase == Phase::Deaf {
            return Ok(());
        }
        if frame.starts_with('0') {
            return self.forward(&announced(&frame, ping)).await;
        }
        if frame.starts_with("40") && !early {
            self.ack = Some(frame);
            return Ok(());
        }
        if frame.starts_with(&format!("42[\"{REPLAYED}\"")) {
            return self.connected().await;
        }
        self.forward(&escaped(&frame)).await
    }

    /// The replay is over: the ack goes out, and what the client sent meanwhile goes in.
    async fn connected(&mut self) -> Result<(), Over> {
        self.phase = Phase::Connected;
        if let Some(ack) = self.ack.take() {
            self.forward(&ack).await?;
        }
        for frame in std::mem::take(&mut self.waiting) {
            self.pass(frame).await?;
        }
        Ok(())
    }

    /// Sends a frame to the client, or what is to happen in its place.
    async fn forward(&mut self, frame: &str) -> Result<(), Over> {
        let at = self.trouble(At::take);
        if at.disconnect {
            self.phase = Phase::Deaf;
            return self.text("41").await;
        }
        let at = at.frame;
        sleep(at.delay).await;
        let (texts, then) = at.instead_of(frame, "42[\"oh_event\",{");
        for text in texts {
            self.text(&text).await?;
        }
        match then {
            Then::GoesOn => Ok(()),
            Then::Ends => Err(Over),
            Then::Closes(code) => self.close(code).await,
        }
    }

    /// Sends a frame to the Socket.IO server.
    async fn pass(&mut self, frame: String) -> Result<(), Over> {
        self.inner
            .send(Inner::Text(frame.into()))
            .await
            .map_err(|_| Over)
    }

    async fn text(&mut self, text: &str) -> Result<(), Over> {
        self.outer
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
        let _ = self.outer.send(Message::Close(Some(frame))).await;
        Err(Over)
    }
}

/// What happens at one frame.
struct At {
    disconnect: bool,
    frame: crate::fault::At,
}

impl At {
    /// Counts a frame and takes its faults out, so that each happens once.
    fn take(trouble: &mut Trouble) -> Self {
        let number = trouble.frame;
        trouble.frame += 1;
        let mishaps = &mut trouble.mishaps;
        Self {
            disconnect: mishaps.disconnect.take_if(|at| *at == number).is_some(),
            frame: trouble.faults.at(number),
        }
    }
}
