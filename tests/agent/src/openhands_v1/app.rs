//! The app server: it starts sandboxes, lists conversations, and passes messages on.

mod list;
mod sandbox;
mod send;
mod start;

use axum::http::Method;
use serde_json::{Value, json};

use self::sandbox::Sandbox;
pub(super) use self::sandbox::act;
use self::start::Task;
use super::answer::{Answer, Request};
use super::event::{self, field};
use super::ids;
use super::place::Place;

type Answered = Result<Answer, Answer>;

/// What the app server keeps.
#[derive(Default)]
pub(super) struct App {
    pub(super) sandboxes: Vec<Sandbox>,
    tasks: Vec<Task>,
    /// The conversations that were started here, each with its sandbox's id.
    listed: Vec<(String, String)>,
    /// Counts the ports of agent servers.
    ports: usize,
}

/// Answers a request that was let through.
pub(super) async fn answer(place: &Place, request: &Request) -> Answered {
    let path: Vec<&str> = request.path.iter().map(String::as_str).collect();
    let Some((["api", "v1"], rest)) = path.split_at_checked(2) else {
        return open(&path);
    };
    match (request.method.as_str(), rest) {
        ("POST", ["app-conversations"]) => start::begin(place, request),
        ("POST", ["app-conversations", "stream-start"]) => start::stream(place, request).await,
        ("GET", ["app-conversations", "start-tasks"]) => start::batch(place, request),
        ("GET", ["app-conversations", "start-tasks", "search"]) => start::search(place, request),
        ("GET", ["app-conversations"]) => list::batch(place, request),
        ("GET", ["app-conversations", "search"]) => list::search(place, request),
        ("GET", ["app-conversations", "count"]) => {
            let count = place.run.memory().app.listed.len();
            Ok(Answer::ok(count.into()))
        }
        ("PATCH", ["app-conversations", id]) => list::rename(place, request, id),
        ("DELETE", ["app-conversations", id]) => list::remove(place, id),
        ("POST", ["app-conversations", id, "send-message"]) => send::send(place, request, id),
        ("POST", ["conversations", id, "pending-messages"]) => start::queue(place, request, id),
        (_, ["sandboxes", rest @ ..]) => sandbox::answer(place, request, rest).await,
        ("GET", ["sandbox-specs", "search"]) => {
            let items = [sandbox::spec()];
            Ok(Answer::ok(json!({"items": items, "next_page_id": null})))
        }
        ("GET", ["conversation", id, "events", "search"]) => history(place, request, id),
        ("GET", ["conversation", id, "events", "count"]) => {
            Ok(Answer::ok(stored(place, request, id)?.len().into()))
        }
        ("GET", ["app-conversations", _]) => Err(Answer::refuse(405, "Method Not Allowed")),
        ("GET", ["settings"]) => Err(Answer::refuse(404, "Settings not found")),
        _ => Err(Answer::refuse(404, "Not Found")),
    }
}

/// What is open to everybody.
fn open(path: &[&str]) -> Answered {
    match path {
        ["server_info"] => Ok(Answer::ok(
            json!({"uptime": 306.8, "idle_time": 306.8, "resources": {"cpu_percent": 0.0}}),
        )),
        ["alive"] => Ok(Answer::ok(json!({"status": "ok"}))),
        _ => Err(Answer::refuse(404, "Not Found")),
    }
}

/// The id of a conversation, in either form.
fn conversation_id(id: &str) -> Result<String, Answer> {
    ids::dashed(id).ok_or_else(|| Answer::no_uuid("conversation_id", id))
}

/// A page of these items: the name of a page is where it begins.
fn page(request: &Request, all: &[Value]) -> Answered {
    let limit = request.limit()?;
    let from: usize = request
        .get("page_id")
        .and_then(|page| page.parse().ok())
        .unwrap_or_default();
    let items: Vec<&Value> = all.iter().skip(from).take(limit).collect();
    let until = from + items.len();
    let next = (until < all.len()).then(|| until.to_string());
    Ok(Answer::ok(json!({"items": items, "next_page_id": next})))
}

/// The events as they came here from the sandbox: with nulls, and from an old agent server also
/// the pieces of answers. A conversation that is unknown has none.
fn stored(place: &Place, request: &Request, id: &str) -> Result<Vec<Value>, Answer> {
    let id = conversation_id(id)?;
    let old = place.run.mishaps().old;
    let Some(found) = place.run.find(&id) else {
        return Ok(Vec::new());
    };
    let memory = found.memory();
    let mut events = Vec::new();
    for stored in &memory.log {
        let words = stored.pointer("/llm_message/content/0/text");
        if old
            && field(stored, "source") == "agent"
            && let Some(words) = words.and_then(Value::as_str)
        {
            let mut piece = event::delta("text", words);
            event::set(&mut piece, "id", ids::uuid().into());
            event::set(&mut piece, "timestamp", field(stored, "timestamp").into());
            events.push(piece);
        }
        events.push(Value::clone(stored));
    }
    for stored in &mut events {
        if stored.get("parent_id").is_none() {
            event::set(stored, "parent_id", Value::Null);
        }
    }
    let is = |name: &str, field_name: &str, event: &Value| {
        request
            .get(name)
            .is_none_or(|wanted| field(event, field_name) == wanted)
    };
    let since = request.get("timestamp__gte").unwrap_or_default();
    events.retain(|event| is("kind__eq", "kind", event) && field(event, "timestamp") >= since);
    if request.get("sort_order") == Some("TIMESTAMP_DESC") {
        events.reverse();
    }
    Ok(events)
}

fn history(place: &Place, request: &Request, id: &str) -> Answered {
    let events = stored(place, request, id)?;
    page(request, &events)
}

/// Whether that is a request of this method.
fn is(request: &Request, method: &Method) -> bool {
    request.method == method
}
