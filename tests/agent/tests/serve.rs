//! The scripted server as a client meets it: over a real socket.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

#[path = "support/server.rs"]
mod server;

use std::path::Path;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use server::{Server, Socket};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::{Error, Message};

/// The recording that most tests play: one question, one tool, an answer in 20 chunks.
const SCENARIO: &str = "play/saiki/tool_stream";
const QUESTION: &str = "Use a tool please";

impl Server {
    async fn connect(&self, path: &str) -> Client {
        self.try_connect(path).await.expect("a socket")
    }

    async fn try_connect(&self, path: &str) -> Result<Client, Error> {
        let socket = self.socket(path).await?;
        Ok(Client { socket })
    }

    async fn log(&self, run: &str) -> Value {
        let (_, body) = self.request("GET", &format!("/log?run={run}"), "").await;
        serde_json::from_str(&body).unwrap()
    }
}

struct Client {
    socket: Socket,
}

/// What a connection gave until it ended or nothing came for a while.
#[derive(Debug, Default, PartialEq)]
struct Heard {
    frames: Vec<String>,
    /// The code of the close frame; `None` without one.
    code: Option<u16>,
    ended: bool,
}

impl Heard {
    fn events(&self) -> Vec<String> {
        let event = |frame: &String| {
            let value: Value = serde_json::from_str(frame).ok()?;
            Some(value["event"].as_str()?.to_owned())
        };
        self.frames.iter().filter_map(event).collect()
    }

    /// The text of all chunks.
    fn text(&self) -> String {
        let frames = self.frames.iter();
        let values = frames.filter_map(|frame| serde_json::from_str::<Value>(frame).ok());
        let chunks = values.filter(|value| value["event"] == "chunk");
        chunks
            .filter_map(|value| value["data"]["text"].as_str().map(str::to_owned))
            .collect()
    }
}

impl Client {
    async fn say(&mut self, frame: Value) {
        let text = frame.to_string();
        self.socket.send(Message::Text(text.into())).await.unwrap();
    }

    async fn ask(&mut self, session: &str, content: &str) {
        self.say(json!({
            "type": "message", "content": content, "sessionId": session, "stream": true,
        }))
        .await;
    }

    async fn hear(&mut self) -> Heard {
        let mut heard = Heard::default();
        while let Ok(next) = timeout(Duration::from_millis(700), self.socket.next()).await {
            match next {
                Some(Ok(Message::Text(text))) => heard.frames.push(text.to_string()),
                Some(Ok(Message::Close(frame))) => {
                    heard.code = frame.map(|frame| frame.code.into());
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => {
                    heard.ended = true;
                    return heard;
                }
            }
        }
        heard
    }
}

#[tokio::test]
async fn plays_what_was_recorded_to_the_session_that_asks() {
    let server = Server::start().await;
    let mut client = server.connect(&format!("{SCENARIO}?run=a")).await;
    client.ask("mine", QUESTION).await;
    let heard = client.hear().await;
    let events = heard.events();
    assert_eq!(events[..3], ["thinking", "toolCall", "toolResult"]);
    assert_eq!(events[events.len() - 2..], ["response", "response"]);
    assert!(heard.text().starts_with("I looked with the tool."));
    let named = |frame: &String| frame.contains("\"sessionId\":\"mine\"");
    assert!(heard.frames.iter().all(named));
}

#[tokio::test]
async fn waits_for_the_frame_that_the_recording_expects() {
    let server = Server::start().await;
    let mut client = server.connect(&format!("{SCENARIO}?run=a")).await;
    client.say(json!({"type": "reset", "sessionId": "x"})).await;
    assert_eq!(client.hear().await.frames, [""; 0]);
    let log = server.log("a").await;
    assert_eq!(log[0]["text"], r#"{"sessionId":"x","type":"reset"}"#);
    assert!(log[0]["mismatch"].as_str().unwrap().contains(QUESTION));
}

/// Asks once, comes back as often as it is cut off, and gives what each connection heard.
async fn play(server: &Server, faults: &str, connections: usize) -> Vec<Heard> {
    let mut all = Vec::new();
    for connection in 0..connections {
        let mut client = server.connect(&format!("{SCENARIO}?run=a&{faults}")).await;
        if connection == 0 {
            client.ask("mine", QUESTION).await;
        }
        all.push(client.hear().await);
    }
    all
}

async fn whole() -> Vec<String> {
    let server = Server::start().await;
    play(&server, "", 1).await.remove(0).frames
}

#[tokio::test]
async fn cuts_before_inside_and_after_a_frame_and_goes_on_where_it_was() {
    let whole = whole().await;
    for (cut, first) in [("before:5", 5), ("after:5", 6)] {
        let server = Server::start().await;
        let heard = play(&server, &format!("cut={cut}"), 2).await;
        assert!(heard[0].ended && heard[0].code.is_none(), "{cut}");
        assert_eq!(heard[0].frames, whole[..first], "{cut}");
        assert_eq!(heard[1].frames, whole[first..], "{cut}");
    }
    let server = Server::start().await;
    let heard = play(&server, "cut=inside:5", 2).await;
    assert!(heard[0].ended);
    let half = heard[0].frames.last().unwrap();
    assert!(whole[5].starts_with(half) && half.len() < whole[5].len());
    assert_eq!(heard[1].frames, whole[6..]);
}

#[tokio::test]
async fn loses_the_frames_of_a_gap() {
    let whole = whole().await;
    let server = Server::start().await;
    let heard = play(&server, "cut=before:5&gap=4", 2).await;
    assert_eq!(heard[1].frames, whole[9..]);
}

#[tokio::test]
async fn doubles_garbles_and_delays_a_frame() {
    let whole = whole().await;
    let server = Server::start().await;
    let began = std::time::Instant::now();
    let heard = play(&server, "dup=1&garbage=2&delay=3:300", 1).await;
    assert!(began.elapsed() >= Duration::from_millis(300));
    let mut expected = whole.clone();
    expected.insert(2, whole[1].clone());
    expected.insert(3, "{\"event\":".to_owned());
    assert_eq!(heard[0].frames, expected);
}

#[tokio::test]
async fn closes_with_a_code_and_refuses_as_often_as_asked() {
    let server = Server::start().await;
    let heard = play(&server, "close=3:1011", 1).await;
    assert_eq!((heard[0].frames.len(), heard[0].code), (3, Some(1011)));
    let path = format!("{SCENARIO}?run=b&refuse=2");
    for _ in 0..2 {
        let refused = server.try_connect(&path).await.err().expect("refused");
        assert!(matches!(refused, Error::Http(answer) if answer.status() == 503));
    }
    assert!(server.try_connect(&path).await.is_ok());
}

#[tokio::test]
async fn gives_the_history_unless_that_is_to_fail() {
    let server = Server::start().await;
    play(&server, "", 1).await;
    let (status, body) = server
        .request("GET", "/api/sessions/mine/history", "")
        .await;
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(status, 200);
    assert_eq!(
        body["history"][0],
        json!({"role": "user", "content": QUESTION})
    );
    assert_eq!(body["history"][1]["role"], "assistant");
    let (status, _) = server
        .request("GET", "/api/sessions/other/history", "")
        .await;
    assert_eq!(status, 404);

    let server = Server::start().await;
    play(&server, "rest=500", 1).await;
    let (status, body) = server
        .request("GET", "/api/sessions/mine/history", "")
        .await;
    assert_eq!((status, body.as_str()), (500, "<!DOCTYPE html>"));
}

#[tokio::test]
async fn goes_down_and_comes_up_when_told() {
    let server = Server::start().await;
    let mut client = server.connect("saiki?run=a").await;
    let mut other = server.connect("saiki?run=b").await;
    let order = |order: Value| order.to_string();
    let down = order(json!({"run": "a", "down": true}));
    assert_eq!(server.request("POST", "/control", &down).await.0, 200);
    assert!(client.hear().await.ended);
    assert!(server.try_connect("saiki?run=a").await.is_err());
    assert!(!other.hear().await.ended);
    let up = order(json!({"run": "a", "down": false}));
    server.request("POST", "/control", &up).await;
    assert!(server.try_connect("saiki?run=a").await.is_ok());
    let drop = order(json!({"run": "b", "drop": true}));
    server.request("POST", "/control", &drop).await;
    assert!(other.hear().await.ended);
    assert!(server.try_connect("saiki?run=b").await.is_ok());
}

#[tokio::test]
async fn the_small_saiki_answers_every_client_and_asks_for_leave() {
    let server = Server::start().await;
    let mut client = server.connect("saiki?run=a").await;
    let mut witness = server.connect("saiki?run=b").await;
    client.ask("s", "ask me").await;
    let heard = client.hear().await;
    let request: Value = serde_json::from_str(heard.frames.last().unwrap()).unwrap();
    assert_eq!(request["event"], "toolConfirmationRequest");
    client
        .say(json!({
            "type": "toolConfirmationResponse",
            "data": {"executionId": request["data"]["executionId"], "approved": true},
        }))
        .await;
    let heard = client.hear().await;
    assert_eq!(heard.events()[..2], ["toolCall", "toolResult"]);
    assert!(heard.frames[1].contains("written"));
    // It broadcasts, as the real one does.
    assert!(witness.hear().await.events().contains(&"chunk".to_owned()));
    client.say(json!({"type": "reset", "sessionId": "s"})).await;
    let heard = client.hear().await;
    assert_eq!(heard.events(), ["conversationReset", "conversationReset"]);
    let (status, _) = server.request("GET", "/api/sessions/s/history", "").await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn an_unknown_recording_is_named() {
    let server = Server::start().await;
    let refused = server.try_connect("play/saiki/nothing").await;
    let Err(Error::Http(answer)) = refused else {
        panic!("it was not refused");
    };
    assert_eq!(answer.status(), 404);
}

/// A recording that cannot be read would be found out only by the test that plays it.
#[tokio::test]
async fn every_recording_can_be_read() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures");
    let mut count = 0;
    for folder in std::fs::read_dir(&fixtures).unwrap().flatten() {
        let Ok(files) = std::fs::read_dir(folder.path()) else {
            continue;
        };
        for file in files.flatten().map(|file| file.path()) {
            if file.extension().is_some_and(|kind| kind == "jsonl") {
                let lines = agent::read(&file, None);
                assert!(lines.is_ok_and(|lines| !lines.is_empty()), "{file:?}");
                count += 1;
            }
        }
    }
    assert!(count > 30, "{count} recordings");
}
