//! The list of conversations, a page at a time.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State as Shared};
use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::{Conversation, Parameters, Refusal, faulty, given};
use crate::fault::Faults;
use crate::state::State;

/// A conversation as the list has it.
pub(super) fn summary(conversation: &Conversation) -> Value {
    let memory = conversation.memory();
    let (status, runtime) = match memory.state.as_str() {
        "" => ("STOPPED", Value::Null),
        "loading" => ("STARTING", json!("STATUS$STARTING_RUNTIME")),
        _ => ("RUNNING", json!("STATUS$READY")),
    };
    json!({
        "conversation_id": conversation.id,
        "title": memory.title.clone().unwrap_or_else(|| "New conversation".to_owned()),
        "last_updated_at": format!("{}Z", memory.updated), "status": status,
        "runtime_status": runtime, "selected_repository": null, "selected_branch": null,
        "git_provider": null, "trigger": "gui", "num_connections": conversation.clients(),
        "url": format!("/api/conversations/{}", conversation.id), "session_api_key": null,
        "created_at": memory.created.as_ref().map(|created| format!("{created}Z")),
        "pr_number": [],
    })
}

/// `GET /conversations?limit=20&page_id=..`: of those with a key, only the ones it opens.
pub(super) async fn answer(
    Shared(state): Shared<Arc<State>>,
    headers: HeaderMap,
    Query(query): Parameters,
) -> Result<Json<Value>, Refusal> {
    faulty(&Faults::of(&query))?;
    let limit = query.get("limit").and_then(|limit| limit.parse().ok());
    let (limit, page) = (limit.unwrap_or(20), query.get("page_id"));
    let mut all = state.openhands.all();
    all.retain(|conversation| conversation.memory().key.as_deref() == given(&headers));
    all.sort_by_cached_key(|conversation| std::cmp::Reverse(conversation.memory().updated.clone()));
    let from = page.and_then(|page| (0..all.len()).find(|from| page_id(*from) == *page));
    let until = from.unwrap_or(0) + limit;
    let shown = all.iter().skip(from.unwrap_or(0)).take(limit);
    let shown: Vec<Value> = shown.map(|conversation| summary(conversation)).collect();
    let next = (until < all.len()).then(|| page_id(until));
    Ok(Json(json!({"results": shown, "next_page_id": next})))
}

/// The name of the page that begins there: the number's digits in base64.
fn page_id(from: usize) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let letter = |bits: u32| {
        LETTERS
            .get((bits & 63) as usize)
            .map_or('=', |letter| char::from(*letter))
    };
    let mut text = String::new();
    for three in from.to_string().as_bytes().chunks(3) {
        let bits = |at: usize| three.get(at).map_or(0, |byte| u32::from(*byte));
        let bits = bits(0) << 16 | bits(1) << 8 | bits(2);
        let letters = [18, 12, 6, 0].map(|shift| letter(bits >> shift));
        text.extend(letters.iter().take(three.len() + 1));
        text.extend(std::iter::repeat_n('=', 3 - three.len()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::page_id;

    #[test]
    fn a_page_is_named_in_base64() {
        assert_eq!(
            [1, 2, 20, 100].map(page_id),
            ["MQ==", "Mg==", "MjA=", "MTAw"]
        );
    }
}
