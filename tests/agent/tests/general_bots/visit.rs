//! One run of the small General Bots, and connections to it, frame by frame.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::server::{Server, Socket};

/// Longer than anything that is waited for takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// Shorter than anything that may still come.
const QUIET: Duration = Duration::from_millis(150);

/// One run.
pub(crate) struct Run {
    server: Server,
}

impl Run {
    pub(crate) async fn start() -> Self {
        let server = Server::start().await;
        Self { server }
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
        let path = "/general-bots/report/r";
        let (_, body) = self.server.request("GET", path, "").await;
        serde_json::from_str(&body).unwrap()
    }

    /// A request below that server's address, with the status and what came.
    pub(crate) async fn ask(&self, method: &str, path: &str, headers: &str) -> (u16, Value) {
        let path = format!("/general-bots/r/{path}");
        let answer = self.server.request_with(method, &path, headers, "").await;
        (
            answer.0,
            serde_json::from_str(&answer.1).unwrap_or(Value::Null),
        )
    }

    pub(crate) async fn try_socket(&self, path: &str) -> Result<Visit, Error> {
        let socket = self.server.socket(&format!("general-bots/r/{path}")).await;
        Ok(Visit { socket: socket? })
    }

    pub(crate) async fn socket(&self, path: &str) -> Visit {
        self.try_socket(path).await.expect("a socket")
    }
}

/// One connection.
pub(crate) struct Visit {
    socket: Socket,
}

impl Visit {
    pub(crate) async fn send(&mut self, frame: Value) {
        self.send_text(&frame.to_string()).await;
    }

    pub(crate) async fn send_text(&mut self, text: &str) {
        let sent = self.socket.send(Message::Text(text.to_owned().into()));
        sent.await.expect("an open socket");
    }

    /// What comes next; a text that is no JSON as a string.
    pub(crate) async fn next(&mut self) -> Value {
        let next = timeout(PATIENCE, self.socket.next()).await;
        match next.expect("a frame in time") {
            Some(Ok(Message::Text(text))) => {
                serde_json::from_str(&text).unwrap_or(Value::String(text.to_string()))
            }
            other => panic!("{other:?}"),
        }
    }

    /// Reads up to the first frame that fits, which is the last of those that are given.
    pub(crate) async fn until(&mut self, fits: impl Fn(&Value) -> bool) -> Vec<Value> {
        let mut frames = Vec::new();
        loop {
            frames.push(self.next().await);
            if frames.last().is_some_and(&fits) {
                return frames;
            }
        }
    }

    /// Nothing comes.
    pub(crate) async fn quiet(&mut self) {
        let next = timeout(QUIET, self.socket.next()).await;
        assert!(next.is_err(), "{next:?}");
    }

    /// Reads until the connection is over; gives the close code, if there was one.
    pub(crate) async fn closed(&mut self) -> Option<u16> {
        let mut code = None;
        loop {
            match timeout(PATIENCE, self.socket.next())
                .await
                .expect("an end in time")
            {
                Some(Ok(Message::Close(frame))) => code = frame.map(|frame| frame.code.into()),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return code,
            }
        }
    }
}
