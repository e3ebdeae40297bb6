//! The agent server's REST interface, as far as a chat needs it.

mod events;

use std::sync::Arc;

use axum::http::Method;
use serde_json::{Value, json};

use super::answer::{Answer, Body, Request};
use super::conversation::Conversation;
use super::event::{self, field};
use super::message::Message;
use super::place::Place;
use super::{agent, goal, ids};

type Answered = Result<Answer, Answer>;

/// Answers a request that was let through.
pub(super) fn answer(place: &Place, request: &Request) -> Answered {
    let path: Vec<&str> = request.path.iter().map(String::as_str).collect();
    let get = request.method == Method::GET;
    let post = request.method == Method::POST;
    match path.as_slice() {
        ["server_info"] if get => Ok(Answer::ok(server_info(place))),
        ["alive"] if get => Ok(Answer::ok(json!({"status": "ok"}))),
        ["health"] if get => Ok(Answer::ok(json!("OK"))),
        ["api", "conversations"] if post => create(place, request),
        ["api", "conversations"] if get => batch(place, request),
        ["api", "conversations", "search"] if get => search(place, request),
        ["api", "conversations", "count"] if get => Ok(Answer::ok(all(place).len().into())),
        ["api", "conversations", id, rest @ ..] => match named(place, id)? {
            Some(found) => one(place, &found, rest, request),
            None => Err(missing(rest, id)),
        },
        ["api", "file", "upload"] if post => upload(place, request),
        ["api", "file", "download"] if get => download(place, request),
        _ => Err(Answer::refuse(404, "Not Found")),
    }
}

fn server_info(place: &Place) -> Value {
    let version = match place.run.mishaps().old {
        true => "1.34.0",
        false => "1.58.0",
    };
    json!({
        "uptime": 576.0, "idle_time": 1.0, "title": "OpenHands Agent Server",
        "version": version, "sdk_version": version, "tools_version": version,
        "workspace_version": "unknown", "build_git_sha": "unknown", "build_git_ref": "unknown",
        "python_version": "3.12.1", "usable_tools": ["file_editor", "task_tracker", "terminal"],
        "capabilities": ["idempotent_conversation_create_v1", "tool_catalog_v1"],
        "docs": "/docs", "redoc": "/redoc",
    })
}

/// The conversation of that id; an answer instead where that is none.
fn named(place: &Place, id: &str) -> Result<Option<Arc<Conversation>>, Answer> {
    let Some(id) = ids::dashed(id) else {
        return Err(Answer::no_uuid("conversation_id", id));
    };
    let found = place.run.find(&id);
    Ok(found.filter(|found| !found.memory().deleted))
}

/// What is said of a conversation that is not there depends on what was asked of it.
fn missing(rest: &[&str], id: &str) -> Answer {
    match rest.first() {
        Some(&"events") => Answer::refuse(404, &format!("Conversation not found: {id}")),
        _ => Answer::refuse(404, "Not Found"),
    }
}

/// The conversations, the newest first.
fn all(place: &Place) -> Vec<Arc<Conversation>> {
    let mut all = place.run.memory().conversations.clone();
    all.retain(|one| !one.memory().deleted);
    all.sort_by_cached_key(|one| std::cmp::Reverse(one.memory().created.clone()));
    all
}

/// `POST /api/conversations`
fn create(place: &Place, request: &Request) -> Answered {
    let body = request.json()?;
    let given = |name: &str| body.get(name).filter(|value| !value.is_null());
    if given("workspace")
        .and_then(|workspace| workspace.get("working_dir"))
        .is_none()
    {
        return Err(Answer::invalid(
            "missing",
            json!(["body", "workspace"]),
            "Field required",
        ));
    }
    if given("agent_profile_id").is_some() {
        let id = field(&body, "agent_profile_id");
        let why = format!("Agent profile with id '{id}' not found");
        return Err(Answer::refuse(404, &why));
    }
    if given("agent").is_none() && given("agent_settings").is_none() {
        return Err(Answer::invalid(
            "value_error",
            json!(["body"]),
            "Value error, one of agent, agent_settings or agent_profile_id is required",
        ));
    }
    let id = match given("conversation_id") {
        None => None,
        Some(id) => {
            let id = id.as_str().unwrap_or_default();
            Some(ids::dashed(id).ok_or_else(|| Answer::no_uuid("conversation_id", id))?)
        }
    };
    let first = given("initial_message").map(message).transpose()?;
    let (conversation, new) = place.run.make(id);
    if !new {
        return Ok(Answer::ok(conversation.info()));
    }
    set_up(&conversation, &body);
    if let Some(Message { content }) = first {
        say(place, &conversation, &content, "initial", true)?;
    }
    Ok(Answer::new(201, conversation.info()))
}

fn set_up(conversation: &Conversation, body: &Value) {
    let given = |name: &str| body.get(name).filter(|value| !value.is_null());
    let mut memory = conversation.memory();
    if let Some(workspace) = given("workspace") {
        memory.workspace = json!({
            "working_dir": workspace.get("working_dir"), "kind": "LocalWorkspace",
        });
    }
    if let Some(policy) = given("confirmation_policy") {
        memory.policy = policy.clone();
    }
    if let Some(analyzer) = given("security_analyzer") {
        memory.analyzer = analyzer.clone();
    }
    if let Some(tags) = given("tags") {
        memory.tags = tags.clone();
    }
    memory.autotitle = body.get("autotitle") != Some(&json!(false));
}

/// A message in a body; one of another role is an exception that nobody caught.
fn message(body: &Value) -> Result<Message, Answer> {
    let mut body = body.clone();
    if body.get("role").is_none() {
        event::set(&mut body, "role", "user".into());
    }
    if body
        .get("content")
        .is_some_and(|content| !content.is_array())
    {
        return Err(Answer::invalid(
            "list_type",
            json!(["body", "content"]),
            "Input should be a valid list",
        ));
    }
    Message::read(&body).map_err(|(code, why)| match code {
        "AssertionError" => Answer::failed(&why),
        _ => Answer::invalid("literal_error", json!(["body", "content", 0, "type"]), &why),
    })
}

/// Takes a message in.
fn say(
    place: &Place,
    conversation: &Arc<Conversation>,
    content: &Value,
    way: &str,
    run: bool,
) -> Answered {
    place.run.heard(&conversation.id, content, way, run);
    agent::take_in(conversation, content);
    if run && place.run.mishaps().busy {
        let why = format!(
            "Message saved, but the conversation run limit was reached. Retry POST \
             /api/conversations/{}/run without resending the message.",
            conversation.id
        );
        return Err(Answer::refuse(429, &why));
    }
    if run {
        agent::start_for_message(&place.run, conversation);
    }
    Ok(Answer::success())
}

/// `GET /api/conversations?ids=..`
fn batch(place: &Place, request: &Request) -> Answered {
    let infos = request.all("ids").into_iter().map(|id| {
        let found = named(place, id)?;
        Ok(found.map_or(Value::Null, |found| found.info()))
    });
    Ok(Answer::ok(infos.collect::<Result<Value, Answer>>()?))
}

/// `GET /api/conversations/search`
fn search(place: &Place, request: &Request) -> Answered {
    let limit = request.limit()?;
    let status = request.get("status");
    let mut all = all(place);
    all.retain(|one| status.is_none_or(|status| one.memory().status == status));
    let from = request
        .get("page_id")
        .and_then(|page| all.iter().position(|one| one.id == page));
    let mut rest = all.iter().skip(from.unwrap_or_default());
    let items: Vec<Value> = rest.by_ref().take(limit).map(|one| one.info()).collect();
    let next = rest.next().map(|one| one.id.clone());
    Ok(Answer::ok(json!({"items": items, "next_page_id": next})))
}

/// What is asked of one conversation.
fn one(
    place: &Place,
    conversation: &Arc<Conversation>,
    rest: &[&str],
    request: &Request,
) -> Answered {
    let run = &place.run;
    match (request.method.as_str(), rest) {
        ("GET", []) => Ok(Answer::ok(conversation.info())),
        ("PATCH", []) => rename(conversation, &request.json()?),
        ("DELETE", []) => {
            let mut memory = conversation.memory();
            agent::end(&mut memory);
            memory.deleted = true;
            Ok(Answer::success())
        }
        (_, ["events", rest @ ..]) => events::answer(place, conversation, rest, request),
        ("POST", ["run"]) => match agent::start(run, conversation) {
            Ok(()) => Ok(Answer::success()),
            Err(agent::Running) => Err(Answer::refuse(
                409,
                "Conversation already running. Wait for completion or pause first.",
            )),
        },
        ("POST", ["pause"]) => {
            agent::pause(conversation);
            Ok(Answer::success())
        }
        ("POST", ["interrupt"]) => {
            agent::interrupt(conversation);
            Ok(Answer::success())
        }
        ("POST", ["confirmation_policy"]) => policy(place, conversation, &request.json()?),
        ("POST", ["security_analyzer"]) => analyzer(conversation, &request.json()?),
        ("POST", ["condense"]) => condense(conversation),
        ("POST", ["goal", rest @ ..]) => {
            goal::answer(place, conversation, rest, &request.json_or_nothing()?)
        }
        ("GET", ["agent_final_response"]) => {
            Ok(Answer::ok(json!({"response": last_words(conversation)})))
        }
        ("POST", ["file", "upload"]) => upload(place, request),
        ("GET", ["file", "download"]) => download(place, request),
        _ => Err(Answer::refuse(404, "Not Found")),
    }
}

fn rename(conversation: &Conversation, body: &Value) -> Answered {
    let title = body.get("title").and_then(Value::as_str);
    if let Some(title) = title {
        if title.is_empty() || title.chars().count() > 200 {
            return Err(Answer::invalid(
                "string_too_short",
                json!(["body", "title"]),
                "String should have 1 to 200 characters",
            ));
        }
        conversation.memory().title = Some(title.to_owned());
    }
    Ok(Answer::success())
}

fn policy(place: &Place, conversation: &Conversation, body: &Value) -> Answered {
    const KNOWN: [&str; 3] = ["AlwaysConfirm", "NeverConfirm", "ConfirmRisky"];
    let policy = body.get("policy").unwrap_or(&Value::Null);
    if !KNOWN.contains(&field(policy, "kind")) {
        return Err(Answer::invalid(
            "value_error",
            json!(["body", "policy"]),
            "Value error, unknown kind",
        ));
    }
    let note = json!({"conversation": conversation.id, "policy": policy});
    place.run.memory().seen.policies.push(note);
    let mut memory = conversation.memory();
    memory.policy = policy.clone();
    let event = event::update("confirmation_policy", policy.clone());
    conversation.append_to(&mut memory, event);
    Ok(Answer::success())
}

fn analyzer(conversation: &Conversation, body: &Value) -> Answered {
    let Some(analyzer) = body.get("security_analyzer") else {
        let place = json!(["body", "security_analyzer"]);
        return Err(Answer::invalid("missing", place, "Field required"));
    };
    let mut memory = conversation.memory();
    memory.analyzer = analyzer.clone();
    let event = event::update("security_analyzer", analyzer.clone());
    conversation.append_to(&mut memory, event);
    Ok(Answer::success())
}

fn condense(conversation: &Conversation) -> Answered {
    let ids: Vec<String> = {
        let memory = conversation.memory();
        let ids = memory.log.iter().map(|event| field(event, "id").to_owned());
        ids.skip(1).take(2).collect()
    };
    conversation.append(json!({"source": "environment", "kind": "CondensationRequest"}));
    conversation.append(event::condensation(&ids, "chatcmpl-condenser"));
    Ok(Answer::success())
}

/// The last thing that the agent said.
fn last_words(conversation: &Conversation) -> String {
    let memory = conversation.memory();
    let said = memory.log.iter().rev().find_map(|event| {
        let whole = event.pointer("/action/message").and_then(Value::as_str);
        let content = event.pointer("/llm_message/content");
        let content = content.filter(|_| field(event, "source") == "agent");
        whole
            .map(str::to_owned)
            .or_else(|| content.map(agent::words))
    });
    said.unwrap_or_default()
}

fn upload(place: &Place, request: &Request) -> Answered {
    let path = request.get("path").unwrap_or_default();
    if !path.starts_with('/') {
        return Err(Answer::refuse(400, "Path must be absolute"));
    }
    let held = String::from_utf8_lossy(&request.body).into_owned();
    let file = (path.to_owned(), held);
    place.run.memory().seen.uploaded.push(file);
    Ok(Answer::ok(
        json!({"success": true, "file_size": request.body.len()}),
    ))
}

fn download(place: &Place, request: &Request) -> Answered {
    let path = request.get("path").unwrap_or_default();
    let memory = place.run.memory();
    let mut held = memory.seen.uploaded.iter().rev();
    let Some((_, held)) = held.find(|(name, _)| name == path) else {
        return Err(Answer::refuse(404, "File not found"));
    };
    let mut answer = Answer::ok(Value::Null);
    answer.body = Body::Bytes(held.clone().into_bytes());
    Ok(answer)
}
