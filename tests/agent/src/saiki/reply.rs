//! One turn of the small Saiki.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};

use super::emit;
use crate::picture::SQUARE;
use crate::state::State;

/// One turn, from `thinking` to the doubled `response`.
pub(super) async fn reply(state: Arc<State>, session: String, message: Value) {
    let content = message.get("content").map(said).unwrap_or_default();
    let mut turn = Turn {
        state,
        session,
        whole: String::new(),
    };
    turn.said(json!({"role": "user", "content": content}));
    turn.emit("thinking", json!({}));
    turn.pause(20).await;
    if let Some(image) = message.get("imageData") {
        let mime = image.get("mimeType").map(said).unwrap_or_default();
        let length = image.get("base64").map(said).unwrap_or_default().len();
        turn.say(
            &format!("I see a picture of type {mime}, {length} characters of base64.\n"),
            8,
        )
        .await;
    } else {
        turn.perform(&content).await;
    }
}

fn said(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

struct Turn {
    state: Arc<State>,
    session: String,
    whole: String,
}

impl Turn {
    async fn perform(&mut self, content: &str) {
        let lower = content.to_lowercase();
        let has = |wanted: &str| {
            lower
                .split(|c: char| !c.is_alphanumeric())
                .any(|word| word == wanted)
        };
        match () {
            () if has("stall") => return,
            () if has("error") => return self.emit(
                "error",
                json!({"message": "The model is on fire", "context": "llm", "recoverable": false}),
            ),
            () if has("tool") => self.tool().await,
            () if has("ask") => self.ask().await,
            () if has("image") => self.image().await,
            () if has("slow") => {
                let text = "slowly and steadily ".repeat(18);
                self.say(&format!("{content}: {text}\n"), 100).await;
            }
            () if has("huge") => {
                let text = "A sentence that is part of a very long reply, with **bold** words.\n\n"
                    .repeat(900);
                self.pieces(&text, 200, 1).await;
                self.close(&text);
            }
            () if has("remote") => {
                self.say("![pixel](https://tracker.example/p.png) and [a link](https://elsewhere.example/x) and [bad](javascript:alert(1)) <img src=x onerror=alert(2)>\n", 8).await;
            }
            () => {
                self.say(&format!("You said: **{content}**\n\n- one\n- two\n"), 8)
                    .await
            }
        }
        self.finish();
    }

    async fn tool(&mut self) {
        self.say("Let me look.\n", 8).await;
        self.call(
            "list_directory",
            json!({"path": "."}),
            json!({"content": [{"type": "text", "text": "[FILE] notes.txt"}]}),
        )
        .await;
        self.say("There is one file: **notes.txt**.\n", 8).await;
    }

    async fn image(&mut self) {
        let result =
            json!({"content": [{"type": "image", "data": SQUARE, "mimeType": "image/png"}]});
        self.call("render", json!({"what": "square"}), result).await;
        self.say("Here is a picture of type image/png.\n", 8).await;
    }

    async fn ask(&mut self) {
        let (id, answer) = self.question();
        let args = json!({"path": "notes.txt"});
        self.emit(
            "toolConfirmationRequest",
            json!({"toolName": "write_file", "args": args, "executionId": id}),
        );
        let answer = timeout(Duration::from_secs(30), answer).await;
        let (result, words) = match answer {
            Ok(Ok(true)) => (
                json!({"content": [{"type": "text", "text": "written"}]}),
                "It is written.\n",
            ),
            Ok(_) => (
                json!({"error": "denied by the user", "denied": true}),
                "I did not write it.\n",
            ),
            Err(_) => (
                json!({"error": "Tool confirmation timeout for write_file"}),
                "Nobody answered.\n",
            ),
        };
        self.call("write_file", args, result).await;
        self.say(words, 8).await;
    }

    fn question(&self) -> (String, oneshot::Receiver<bool>) {
        let (sender, receiver) = oneshot::channel();
        let mut memory = self.state.memory();
        memory.counter += 1;
        let id = format!("execution-{}", memory.counter);
        memory.asked.insert(id.clone(), sender);
        (id, receiver)
    }

    async fn call(&self, name: &str, args: Value, result: Value) {
        let call = {
            let mut memory = self.state.memory();
            memory.counter += 1;
            format!("call-{}", memory.counter)
        };
        self.emit(
            "toolCall",
            json!({"toolName": name, "args": args, "callId": call}),
        );
        self.pause(40).await;
        let function = json!({"name": name, "arguments": args.to_string()});
        let calls = json!([{"id": call, "type": "function", "function": function}]);
        self.said(json!({"role": "assistant", "content": null, "toolCalls": calls}));
        self.said(json!({"role": "tool", "toolCallId": call, "name": name, "content": result.to_string()}));
        self.emit(
            "toolResult",
            json!({"toolName": name, "result": result, "callId": call, "success": true}),
        );
    }

    /// Streams a segment and closes it with its own response.
    async fn say(&mut self, text: &str, millis: u64) {
        self.pieces(text, 6, millis).await;
        self.close(text);
    }

    async fn pieces(&self, text: &str, size: usize, millis: u64) {
        let characters: Vec<char> = text.chars().collect();
        for piece in characters.chunks(size) {
            let piece: String = piece.iter().collect();
            self.emit("chunk", json!({"text": piece, "isComplete": false}));
            self.pause(millis).await;
        }
    }

    fn close(&mut self, text: &str) {
        self.whole.push_str(text);
        self.said(json!({"role": "assistant", "content": text}));
        self.emit("response", json!({"text": text, "model": "scripted"}));
    }

    /// The second response: all segments in one.
    fn finish(&self) {
        self.emit("response", json!({"text": self.whole, "model": "scripted"}));
    }

    fn said(&self, entry: Value) {
        self.state.memory().said(&self.session, entry);
    }

    fn emit(&self, event: &str, data: Value) {
        emit(&self.state, event, &self.session, data);
    }

    async fn pause(&self, millis: u64) {
        sleep(Duration::from_millis(millis)).await;
    }
}
