//! An answer as it is written, for both sockets.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::conversation::{Conversation, Live};
use super::event::{self, set};
use super::llm::{Answer, Fate};
use super::run::Run;
use super::{agent, ids};
use crate::clock;

/// What the first attempt comes to when it fails.
const PARTIAL: &str = "partial answer that dies ";

/// The answer ended in the middle.
pub(super) struct Failure;

/// One answer of the model.
pub(super) struct Stream<'a> {
    pub(super) run: &'a Arc<Run>,
    pub(super) conversation: &'a Conversation,
    /// The run that it belongs to.
    pub(super) generation: u64,
    /// The id of the event that the answer will be.
    pub(super) item: &'a str,
    /// The model's own id of it.
    pub(super) response: &'a str,
}

impl Stream<'_> {
    pub(super) async fn write(&self, answer: &Answer) -> Result<(), Failure> {
        let pace = answer.pace.or(self.run.mishaps().pace);
        let pace = Duration::from_millis(pace.unwrap_or(15));
        match answer.fate {
            Fate::Breaks => {
                self.attempt(1, "", PARTIAL, pace).await;
                self.rest(pace * 4).await;
                let reason = "LLMServiceUnavailableError";
                self.pass(Live::Progress(agent::aborted(self.item, 1, reason)));
                self.conversation.memory().work.stream = None;
                Err(Failure)
            }
            Fate::Retries => {
                self.attempt(1, "", PARTIAL, pace).await;
                self.rest(Duration::from_millis(300)).await;
                self.attempt(2, "", &answer.text, pace).await;
                Ok(())
            }
            _ => {
                self.attempt(1, &answer.reasoning, &answer.text, pace).await;
                Ok(())
            }
        }
    }

    /// Pieces from the first on: another attempt supersedes the one before.
    async fn attempt(&self, attempt: u64, reasoning: &str, text: &str, pace: Duration) {
        if self.run.mishaps().nodelta {
            return self.rest(pace * 4).await;
        }
        self.legacy("text", "");
        let pieces = |kind, text: &str| {
            let pieces: Vec<String> = text.split_inclusive(' ').map(str::to_owned).collect();
            pieces.into_iter().map(move |piece| (kind, piece))
        };
        let all = pieces("reasoning", reasoning).chain(pieces("text", text));
        for (order, (kind, piece)) in all.enumerate() {
            if order == 0 {
                self.open(attempt);
            }
            self.pass(Live::Progress(json!({
                "type": "delta", "item_id": self.item, "attempt": attempt, "order": order,
                "kind": kind, "content": piece, "chunk_id": self.response, "choice_index": 0,
            })));
            self.legacy(kind, &piece);
            self.rest(pace).await;
        }
    }

    async fn rest(&self, time: Duration) {
        self.run.rest(time).await;
        self.conversation.thawed().await;
    }

    fn open(&self, attempt: u64) {
        let mut memory = self.conversation.memory();
        memory.work.stream = Some((self.item.to_owned(), attempt));
        let frame = json!({
            "type": "item_started", "item_id": self.item, "attempt": attempt,
            "anchor_seq": memory.log.len().saturating_sub(1),
        });
        drop(memory);
        self.pass(Live::Progress(frame));
    }

    /// Tells the clients, unless the run was ended.
    fn pass(&self, live: Live) {
        let memory = self.conversation.memory();
        if memory.work.generation == self.generation {
            self.conversation.pass(live);
        }
    }

    fn legacy(&self, kind: &str, piece: &str) {
        let mut event = event::delta(kind, piece);
        set(&mut event, "id", ids::uuid().into());
        set(&mut event, "timestamp", clock::now().into());
        self.pass(Live::Delta(event));
    }
}
