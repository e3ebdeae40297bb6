//! One run of the small OpenHands V1, and connections to it, frame by frame.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::server::{Server, Socket};

/// Longer than anything that is waited for takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// One run.
pub(crate) struct Run {
    pub(crate) server: Server,
    /// Below which the agent server is.
    pub(crate) base: String,
    /// Headers of all requests.
    pub(crate) headers: String,
}

impl Run {
    pub(crate) async fn start() -> Self {
        Self {
            server: Server::start().await,
            base: "/openhands-v1/r".to_owned(),
            headers: String::new(),
        }
    }

    pub(crate) async fn with(faults: &str) -> Self {
        let run = Self::start().await;
        run.order(json!({"faults": faults})).await;
        run
    }

    pub(crate) async fn order(&self, mut order: Value) {
        order["run"] = json!("r");
        let order = order.to_string();
        let (status, known) = self.server.request("POST", "/control", &order).await;
        assert_eq!((status, known.as_str()), (200, "true"), "{order}");
    }

    pub(crate) async fn report(&self) -> Value {
        let path = "/openhands-v1/report/r";
        let (_, body) = self.server.request("GET", path, "").await;
        serde_json::from_str(&body).unwrap()
    }

    /// A request below the agent server's address, with the status and what came.
    pub(crate) async fn ask(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        self.ask_at(&self.base.clone(), method, path, body).await
    }

    pub(crate) async fn ask_at(
        &self,
        base: &str,
        method: &str,
        path: &str,
        body: Value,
    ) -> (u16, Value) {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let headers = format!("content-type: application/json\r\n{}", self.headers);
        let path = format!("{base}{path}");
        let (status, body) = self
            .server
            .request_with(method, &path, &headers, &body)
            .await;
        let body = serde_json::from_str(&body).unwrap_or(Value::String(body));
        (status, body)
    }

    /// A conversation that a client has made.
    pub(crate) async fn conversation(&self) -> String {
        self.conversation_with(json!({})).await
    }

    pub(crate) async fn conversation_with(&self, more: Value) -> String {
        let mut body = json!({
            "agent_settings": {"llm": {"model": "openai/stub", "stream": true}},
            "workspace": {"working_dir": "/workspace"},
        });
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        let (status, info) = self.ask("POST", "/api/conversations", body).await;
        assert_eq!(status, 201, "{info}");
        info["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn say(&self, id: &str, words: &str) {
        let body = json!({"role": "user", "content": [text(words)], "run": true});
        let path = format!("/api/conversations/{id}/events");
        let (status, answer) = self.ask("POST", &path, body).await;
        assert_eq!((status, answer), (200, json!({"success": true})));
    }

    pub(crate) async fn tell(&self, id: &str, what: &str) -> u16 {
        let path = format!("/api/conversations/{id}/{what}");
        self.ask("POST", &path, Value::Null).await.0
    }

    pub(crate) async fn try_socket(&self, path: &str) -> Result<Visit, Error> {
        let path = format!("{}/sockets/{path}", self.base);
        let socket = self.server.socket(path.trim_start_matches('/')).await?;
        let frames = Vec::new();
        Ok(Visit { socket, frames })
    }

    pub(crate) async fn session(&self, id: &str, query: &str) -> Visit {
        let path = format!("session/{id}?{query}");
        self.try_socket(&path).await.expect("a socket")
    }

    pub(crate) async fn events(&self, id: &str, query: &str) -> Visit {
        let path = format!("events/{id}?{query}");
        self.try_socket(&path).await.expect("a socket")
    }

    /// What a message makes happen, by the session socket.
    pub(crate) async fn outline(&self, words: &str) -> Vec<String> {
        let id = self.conversation().await;
        let mut visit = self.session(&id, "after_seq=-1").await;
        self.say(&id, words).await;
        visit.rest().await;
        visit.outline()
    }
}

pub(crate) fn text(words: &str) -> Value {
    json!({"type": "text", "text": words})
}

/// One connection.
pub(crate) struct Visit {
    socket: Socket,
    pub(crate) frames: Vec<Value>,
}

/// What comes next.
#[derive(Debug, PartialEq)]
pub(crate) enum Next {
    Frame(Value),
    /// Closed with this code, or cut.
    Closed(Option<(u16, String)>),
    /// Nothing for that long.
    Quiet,
}

impl Visit {
    pub(crate) async fn send(&mut self, frame: &str) {
        let sent = self.socket.send(Message::Text(frame.to_owned().into()));
        sent.await.expect("an open socket");
    }

    pub(crate) async fn say(&mut self, words: &str) {
        let message = json!({"role": "user", "content": [text(words)]});
        self.send(&message.to_string()).await;
    }

    /// What comes within that time.
    pub(crate) async fn within(&mut self, millis: u64) -> Next {
        let mut code = None;
        loop {
            let next = timeout(Duration::from_millis(millis), self.socket.next()).await;
            match next {
                Err(_) => return Next::Quiet,
                Ok(Some(Ok(Message::Text(text)))) => {
                    let frame = serde_json::from_str(&text);
                    let frame: Value = frame.unwrap_or(Value::String(text.to_string()));
                    self.frames.push(frame.clone());
                    return Next::Frame(frame);
                }
                Ok(Some(Ok(Message::Close(frame)))) => {
                    code = frame.map(|frame| (frame.code.into(), frame.reason.to_string()));
                }
                Ok(Some(Ok(_))) => {}
                Ok(Some(Err(_)) | None) => return Next::Closed(code),
            }
        }
    }

    pub(crate) async fn next(&mut self) -> Value {
        match self.within(PATIENCE.as_millis() as u64).await {
            Next::Frame(frame) => frame,
            other => panic!("{other:?} after {:#?}", self.outline()),
        }
    }

    /// Reads until the socket is closed, and gives the code.
    pub(crate) async fn closed(&mut self) -> Option<(u16, String)> {
        loop {
            match self.within(PATIENCE.as_millis() as u64).await {
                Next::Frame(_) => {}
                Next::Closed(code) => return code,
                Next::Quiet => panic!("still open after {:#?}", self.outline()),
            }
        }
    }

    /// Reads until a frame's outline begins so.
    pub(crate) async fn until(&mut self, start: &str) -> Value {
        loop {
            let frame = self.next().await;
            if short(&frame).starts_with(start) {
                return frame;
            }
        }
    }

    /// Reads until the run is over.
    pub(crate) async fn rest(&mut self) {
        const OVER: [&str; 5] = [
            "finished",
            "paused",
            "waiting_for_confirmation",
            "error",
            "stuck",
        ];
        loop {
            let frame = self.next().await;
            let event = event(&frame);
            if event["key"] == "full_state"
                && OVER
                    .iter()
                    .any(|over| event["value"]["execution_status"] == *over)
            {
                return;
            }
        }
    }

    pub(crate) fn outline(&self) -> Vec<String> {
        self.frames.iter().map(short).collect()
    }

    /// The numbers of the durable frames.
    pub(crate) fn seqs(&self) -> Vec<u64> {
        let durable = self
            .frames
            .iter()
            .filter(|frame| frame["type"] == "durable");
        durable
            .map(|frame| frame["seq"].as_u64().unwrap())
            .collect()
    }
}

/// The event of a frame of either socket.
pub(crate) fn event(frame: &Value) -> &Value {
    frame.get("event").unwrap_or(frame)
}

/// A frame or an event as short as can be.
pub(crate) fn short(frame: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let kind = text(&frame["type"]);
    match kind.as_str() {
        "delta" => format!("{} {}", text(&frame["kind"]), text(&frame["content"])),
        "item_started" => format!("item {}", frame["attempt"]),
        "item_aborted" => format!("aborted {}", text(&frame["reason"])),
        "sync" => format!("sync {} {}", frame["from_seq"], frame["through_seq"]),
        "error" => format!("error {}", text(&frame["code"])),
        _ => short_event(event(frame)),
    }
}

fn short_event(event: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match event["kind"].as_str().unwrap_or_default() {
        "ConversationStateUpdateEvent" => {
            let status = match event["key"].as_str() {
                Some("full_state") => text(&event["value"]["execution_status"]),
                Some("goal") => text(&event["value"]["status"]),
                _ => text(&event["value"]),
            };
            match event["key"].as_str().unwrap() {
                "execution_status" => status,
                "last_user_message_id" => "last_user".to_owned(),
                key => format!("{key} {status}").trim_end().to_owned(),
            }
        }
        "MessageEvent" => {
            let said = text(&event["llm_message"]["content"][0]["text"]);
            let said: String = said.chars().take(40).collect();
            format!("{}: {said}", text(&event["source"]))
        }
        "ActionEvent" => match event["action"]["kind"].as_str() {
            Some(kind) => kind.to_owned(),
            None => format!("call {}", text(&event["tool_name"])),
        },
        "ObservationEvent" => text(&event["observation"]["kind"]),
        "StreamingDeltaEvent" => format!("δ{}", text(&event["content"])),
        "ConversationErrorEvent" => text(&event["code"]),
        kind => kind.to_owned(),
    }
}
