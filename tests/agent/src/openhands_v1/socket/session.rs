//! `/sockets/session/<id>`: envelopes with numbers, history first, and progress between.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::time::sleep;

use super::{Next, Over, Pipe};
use crate::openhands_v1::conversation::{Conversation, Live};
use crate::openhands_v1::event::set;

/// The largest frame.
const LARGEST: usize = 4 << 20;

/// Whether the query can be read.
pub(super) fn understood(query: &HashMap<String, String>) -> bool {
    query
        .get("after_seq")
        .is_none_or(|text| text.parse::<i64>().is_ok())
}

pub(super) async fn feed(
    mut pipe: Pipe,
    conversation: &Arc<Conversation>,
    query: &HashMap<String, String>,
) -> Result<(), Over> {
    let (log, state, mut news) = conversation.join();
    let after: Option<i64> = query.get("after_seq").and_then(|text| text.parse().ok());
    let mut sync = json!({"type": "sync"});
    if let Some(after) = after {
        set(&mut sync, "from_seq", after.into());
    }
    if let Some(through) = log.len().checked_sub(1) {
        set(&mut sync, "through_seq", through.into());
    }
    send(&mut pipe, &sync).await?;
    let pause = pipe.run.mishaps().replay();
    let first = after.map_or(log.len(), |after| {
        usize::try_from(after.saturating_add(1)).unwrap_or_default()
    });
    for (seq, event) in log.iter().enumerate().skip(first) {
        sleep(pause).await;
        send(&mut pipe, &durable(seq, event)).await?;
    }
    send(&mut pipe, &transient(&state)).await?;
    loop {
        match pipe.next(&mut news).await? {
            Next::Heard(Live::Logged(seq, event)) => {
                send(&mut pipe, &durable(seq, &event)).await?;
            }
            Next::Heard(Live::Passing(event)) => send(&mut pipe, &transient(&event)).await?,
            Next::Heard(Live::Progress(frame)) => send(&mut pipe, &frame).await?,
            Next::Heard(Live::Delta(_)) => {}
            Next::Behind => return pipe.close(1013, "slow_consumer").await,
            Next::Said(said) => {
                if let Err((code, detail)) = pipe.take(conversation, &said) {
                    let error = json!({"type": "error", "code": code, "detail": detail});
                    send(&mut pipe, &error).await?;
                }
            }
        }
    }
}

fn durable(seq: usize, event: &Value) -> Value {
    json!({"type": "durable", "seq": seq, "event": event})
}

fn transient(event: &Value) -> Value {
    json!({"type": "transient", "event": event})
}

/// A frame that is too large ends the connection, and so it does each time that it comes again.
async fn send(pipe: &mut Pipe, frame: &Value) -> Result<(), Over> {
    if frame.to_string().len() > LARGEST {
        return pipe.close(1013, "frame_too_large").await;
    }
    pipe.send(frame).await
}
