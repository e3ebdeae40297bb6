//! `/sockets/events/<id>`: events as they are, history and news in one another.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::broadcast::Receiver;
use tokio::time::sleep;

use super::{Next, Over, Pipe};
use crate::clock;
use crate::openhands_v1::conversation::{Conversation, Live};
use crate::openhands_v1::event::{self, field, set};
use crate::openhands_v1::ids;

/// Whether the query can be read.
pub(super) fn understood(query: &HashMap<String, String>) -> bool {
    let mode = query.get("resend_mode").map(String::as_str);
    let since = query.get("after_timestamp");
    let date = |text: &String| {
        text.get(..10)
            .is_some_and(|day| day.matches('-').count() == 2)
    };
    matches!(mode, None | Some("all" | "since")) && since.is_none_or(date)
}

pub(super) async fn feed(
    mut pipe: Pipe,
    conversation: &Arc<Conversation>,
    query: &HashMap<String, String>,
) -> Result<(), Over> {
    let (_, state, mut news) = conversation.join();
    pipe.send(&state).await?;
    replay(&mut pipe, conversation, &mut news, query).await?;
    loop {
        match pipe.next(&mut news).await? {
            Next::Heard(live) => pass(&mut pipe, &live).await?,
            Next::Behind => return Err(Over),
            Next::Said(said) => {
                if let Err((code, detail)) = pipe.take(conversation, &said) {
                    let mut error = event::server_error(code, &detail);
                    set(&mut error, "id", ids::uuid().into());
                    set(&mut error, "timestamp", clock::now().into());
                    pipe.send(&error).await?;
                }
            }
        }
    }
}

/// Sends what is asked for again. What happens meanwhile comes between, and once more.
async fn replay(
    pipe: &mut Pipe,
    conversation: &Conversation,
    news: &mut Receiver<Live>,
    query: &HashMap<String, String>,
) -> Result<(), Over> {
    let text = |key: &str| query.get(key).map(String::as_str);
    let all = text("resend_all").is_some_and(|value| matches!(value, "true" | "1" | "True"));
    let since = match (text("resend_mode"), text("after_timestamp")) {
        (Some("all"), _) => "",
        (Some("since"), Some(since)) => since.trim_end_matches('Z'),
        (None, _) if all => "",
        _ => return Ok(()),
    };
    let pause = pipe.run.mishaps().replay();
    let mut at = 0;
    loop {
        let next: Option<Arc<Value>> = conversation.memory().log.get(at).cloned();
        let Some(event) = next else { return Ok(()) };
        at += 1;
        if field(&event, "timestamp") < since {
            continue;
        }
        sleep(pause).await;
        while let Ok(live) = news.try_recv() {
            pass(pipe, &live).await?;
        }
        pipe.send(&event).await?;
    }
}

async fn pass(pipe: &mut Pipe, live: &Live) -> Result<(), Over> {
    match live {
        Live::Logged(_, event) => pipe.send(event).await,
        Live::Passing(event) | Live::Delta(event) => pipe.send(event).await,
        Live::Progress(_) => Ok(()),
    }
}
