//! The events of a conversation: pages of its log, messages, and what is said of its questions.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Answer, Answered, Conversation, Place, Request, agent, field, message, say};

/// What is asked of `/api/conversations/<id>/events`.
pub(super) fn answer(
    place: &Place,
    conversation: &Arc<Conversation>,
    rest: &[&str],
    request: &Request,
) -> Answered {
    match (request.method.as_str(), rest) {
        ("GET", ["search"]) => search(conversation, request),
        ("GET", ["count"]) => Ok(Answer::ok(chosen(conversation, request).len().into())),
        ("POST", []) => post(place, conversation, request),
        ("POST", ["respond_to_confirmation"]) => respond(place, conversation, request),
        ("GET", []) => Err(Answer::invalid(
            "missing",
            json!(["body"]),
            "Field required",
        )),
        ("GET", [id]) => {
            let memory = conversation.memory();
            let found = memory.log.iter().find(|event| field(event, "id") == *id);
            let found = found.ok_or_else(|| Answer::refuse(404, "Not Found"))?;
            Ok(Answer::ok(Value::clone(found)))
        }
        _ => Err(Answer::refuse(405, "Method Not Allowed")),
    }
}

/// The events that the query chooses, in its order.
fn chosen(conversation: &Conversation, request: &Request) -> Vec<Arc<Value>> {
    let is = |event: &Value, name: &str| {
        request
            .get(name)
            .is_none_or(|wanted| field(event, name) == wanted)
    };
    let since = request.get("timestamp__gte").unwrap_or_default();
    let before = request.get("timestamp__lt");
    let within = |event: &Value| {
        let time = field(event, "timestamp");
        time >= since && before.is_none_or(|before| time < before)
    };
    let wanted = |event: &&Arc<Value>| is(event, "kind") && is(event, "source") && within(event);
    let mut events: Vec<Arc<Value>> = {
        let memory = conversation.memory();
        memory.log.iter().filter(wanted).cloned().collect()
    };
    if request.get("sort_order") == Some("TIMESTAMP_DESC") {
        events.reverse();
    }
    events
}

/// A page is named by its first event; a name that is unknown gives the first page.
fn search(conversation: &Conversation, request: &Request) -> Answered {
    let limit = request.limit()?;
    let events = chosen(conversation, request);
    let from = request
        .get("page_id")
        .and_then(|page| events.iter().position(|event| field(event, "id") == page));
    let mut rest = events.iter().skip(from.unwrap_or_default());
    let items: Vec<&Arc<Value>> = rest.by_ref().take(limit).collect();
    let next = rest.next().map(|event| field(event, "id"));
    Ok(Answer::ok(json!({"items": items, "next_page_id": next})))
}

/// A message. It starts no run unless that is asked for.
fn post(place: &Place, conversation: &Arc<Conversation>, request: &Request) -> Answered {
    let body = request.json()?;
    let run = body.get("run") == Some(&json!(true));
    let content = message(&body)?.content;
    say(place, conversation, &content, "rest", run)
}

fn respond(place: &Place, conversation: &Arc<Conversation>, request: &Request) -> Answered {
    let body = request.json()?;
    let Some(accept) = body.get("accept").and_then(Value::as_bool) else {
        let place = json!(["body", "accept"]);
        return Err(Answer::invalid("missing", place, "Field required"));
    };
    let reason = body.get("reason").and_then(Value::as_str);
    let reason = reason.unwrap_or("User rejected the action.");
    let pending = conversation.memory().pending();
    let calls: Vec<&str> = pending
        .iter()
        .map(|event| field(event, "tool_call_id"))
        .collect();
    let note = json!({
        "conversation": conversation.id, "accept": accept, "reason": reason, "calls": calls,
    });
    place.run.memory().seen.approvals.push(note);
    if accept {
        // One that runs already needs no leave.
        let _ = agent::start(&place.run, conversation);
    } else {
        agent::reject(conversation, reason);
    }
    Ok(Answer::success())
}
