//! One connection to the small OpenHands, frame by frame.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

use crate::server::{Server, Socket};

/// Longer than anything that is waited for takes.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Visit {
    socket: Socket,
    /// All frames so far but pings.
    pub(crate) frames: Vec<String>,
}

/// What comes next.
#[derive(Debug, PartialEq)]
pub(crate) enum Next {
    Frame(String),
    /// Closed with this code, or cut.
    Closed(Option<u16>),
    /// Nothing for that long.
    Quiet,
}

impl Visit {
    /// A socket that has not asked for the namespace. `more` is added to the address.
    pub(crate) async fn open(server: &Server, id: &str, after: i64, more: &str) -> Self {
        let path = format!(
            "openhands-v0/socket.io/?EIO=4&transport=websocket\
             &conversation_id={id}&latest_event_id={after}{more}"
        );
        Self::at(server, &path).await
    }

    pub(crate) async fn at(server: &Server, path: &str) -> Self {
        let socket = server.socket(path).await.expect("a socket");
        let frames = Vec::new();
        Self { socket, frames }
    }

    /// As [`Self::open`], and it asks for the namespace.
    pub(crate) async fn start(server: &Server, id: &str, after: i64, more: &str) -> Self {
        let mut visit = Self::open(server, id, after, more).await;
        visit.send("40").await;
        visit
    }

    /// A new conversation whose agent waits.
    pub(crate) async fn ready(server: &Server, id: &str) -> Self {
        let mut visit = Self::start(server, id, -1, "").await;
        visit.state("awaiting_user_input").await;
        visit
    }

    pub(crate) async fn send(&mut self, frame: &str) {
        let sent = self.socket.send(Message::Text(frame.to_owned().into()));
        sent.await.expect("an open socket");
    }

    pub(crate) async fn act(&mut self, ack: &str, action: Value) {
        let packet = json!(["oh_user_action", action]);
        self.send(&format!("42{ack}{packet}")).await;
    }

    pub(crate) async fn say(&mut self, content: &str) {
        let args = json!({
            "content": content, "image_urls": [], "file_urls": [],
            "timestamp": "2026-11-21T00:06:45.000Z",
        });
        self.act("", json!({"action": "message", "args": args}))
            .await;
    }

    pub(crate) async fn want(&mut self, state: &str) {
        let args = json!({"agent_state": state});
        let action = json!({"action": "change_agent_state", "args": args});
        self.act("", action).await;
    }

    /// What comes within that time.
    pub(crate) async fn within(&mut self, millis: u64) -> Next {
        let mut code = None;
        loop {
            let next = timeout(Duration::from_millis(millis), self.socket.next()).await;
            match next {
                Err(_) => return Next::Quiet,
                Ok(Some(Ok(Message::Text(text)))) => {
                    self.frames.push(text.to_string());
                    return Next::Frame(text.to_string());
                }
                Ok(Some(Ok(Message::Close(frame)))) => code = frame.map(|frame| frame.code.into()),
                Ok(Some(Ok(_))) => {}
                Ok(Some(Err(_)) | None) => return Next::Closed(code),
            }
        }
    }

    pub(crate) async fn next(&mut self) -> String {
        match self.within(PATIENCE.as_millis() as u64).await {
            Next::Frame(frame) => frame,
            other => panic!("{other:?} after {:#?}", self.frames),
        }
    }

    /// Reads until the socket is closed, and gives the code.
    pub(crate) async fn closed(&mut self) -> Option<u16> {
        loop {
            match self.within(PATIENCE.as_millis() as u64).await {
                Next::Frame(_) => {}
                Next::Closed(code) => return code,
                Next::Quiet => panic!("still open after {:#?}", self.frames),
            }
        }
    }

    /// Reads until a frame begins so.
    pub(crate) async fn until(&mut self, start: &str) -> String {
        loop {
            let frame = self.next().await;
            if frame.starts_with(start) {
                return frame;
            }
        }
    }

    /// Reads until an event is as wanted.
    pub(crate) async fn event(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let frame = self.next().await;
            if let Some(event) = event(&frame)
                && wanted(&event)
            {
                return event;
            }
        }
    }

    pub(crate) async fn state(&mut self, state: &str) -> Value {
        self.event(|event| event["extras"]["agent_state"] == state)
            .await
    }

    /// The events so far.
    pub(crate) fn events(&self) -> Vec<Value> {
        self.frames
            .iter()
            .filter_map(|frame| event(frame))
            .collect()
    }

    /// The ids of the events so far.
    pub(crate) fn ids(&self) -> Vec<i64> {
        let events = self.events();
        events
            .iter()
            .filter_map(|event| event["id"].as_i64())
            .collect()
    }

    /// The ids of the events that came before the connect ack.
    pub(crate) fn replayed(&self) -> Vec<i64> {
        let before = self
            .frames
            .iter()
            .take_while(|frame| !frame.starts_with("40"));
        before
            .filter_map(|frame| event(frame)?["id"].as_i64())
            .collect()
    }
}

/// The event that a frame brings.
pub(crate) fn event(frame: &str) -> Option<Value> {
    let packet: Value = serde_json::from_str(frame.strip_prefix("42")?).ok()?;
    (packet[0] == "oh_event").then(|| packet[1].clone())
}

/// What happened, as short as can be: the action or observation with its state, or the status.
pub(crate) fn short(event: &Value) -> String {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let state =
        text(&event["extras"]["agent_state"]).or_else(|| text(&event["args"]["agent_state"]));
    let kind =
        text(&event["action"]).or_else(|| text(&event["observation"]).map(|o| format!("+{o}")));
    let kind = kind
        .or_else(|| text(&event["id"]))
        .unwrap_or_else(|| "title".to_owned());
    state.map_or(kind.clone(), |state| format!("{kind} {state}"))
}

/// What the server says about a conversation.
pub(crate) async fn report(server: &Server, id: &str) -> Value {
    let (_, body) = server
        .request("GET", &format!("/openhands-v0/report/{id}"), "")
        .await;
    serde_json::from_str(&body).unwrap()
}

/// A request to the REST interface, with the status and what came.
pub(crate) async fn rest(server: &Server, method: &str, path: &str, body: Value) -> (u16, Value) {
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    let path = format!("/openhands-v0/api/{path}");
    let (status, body) = server.request(method, &path, &body).await;
    (
        status,
        serde_json::from_str(&body).unwrap_or(Value::String(body)),
    )
}
