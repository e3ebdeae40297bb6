//! Conversations as the app server lists them: by ids without dashes, with what leads to their
//! agent server while its sandbox runs.

use serde_json::{Value, json};

use super::{Answer, Answered, Place, Request, conversation_id, page};
use crate::openhands_v1::ids;

/// `GET /app-conversations?ids=..`
pub(super) fn batch(place: &Place, request: &Request) -> Answered {
    let given = request.all("ids");
    if given.is_empty() {
        let place = json!(["query", "ids"]);
        return Err(Answer::invalid("missing", place, "Field required"));
    }
    let bad: Vec<String> = given
        .iter()
        .filter(|id| ids::dashed(id).is_none())
        .map(|id| format!("'{id}'"))
        .collect();
    if !bad.is_empty() {
        let why = format!("Invalid UUID format for ids: [{}]", bad.join(", "));
        return Err(Answer::refuse(400, &why));
    }
    let infos = given.iter().filter_map(|id| ids::dashed(id));
    let infos: Value = infos.map(|id| info(place, request, &id)).collect();
    Ok(Answer::ok(infos))
}

/// `GET /app-conversations/search`, the newest first
pub(super) fn search(place: &Place, request: &Request) -> Answered {
    let mut ids: Vec<String> = {
        let memory = place.run.memory();
        let listed = memory.app.listed.iter();
        let wanted = listed.filter(|(_, sandbox)| {
            request
                .get("sandbox_id__eq")
                .is_none_or(|wanted| wanted == sandbox)
        });
        wanted.map(|(id, _)| id.clone()).collect()
    };
    ids.reverse();
    let mut all: Vec<Value> = ids.iter().map(|id| info(place, request, id)).collect();
    if let Some(part) = request.get("title__contains") {
        all.retain(|info| {
            let title = info.get("title").and_then(Value::as_str);
            title.is_some_and(|title| title.to_lowercase().contains(&part.to_lowercase()))
        });
    }
    page(request, &all)
}

/// `PATCH /app-conversations/<id>`
pub(super) fn rename(place: &Place, request: &Request, id: &str) -> Answered {
    let id = conversation_id(id)?;
    let title = request.json()?;
    let title = title.get("title").and_then(Value::as_str);
    let found = place
        .run
        .find(&id)
        .filter(|_| sandbox_of(place, &id).is_some());
    let Some(found) = found else {
        return Err(Answer::refuse(404, "unknown_app_conversation"));
    };
    if let Some(title) = title {
        found.memory().title = Some(title.to_owned());
    }
    Ok(Answer::ok(info(place, request, &id)))
}

/// `DELETE /app-conversations/<id>`: its sandbox goes with it.
pub(super) fn remove(place: &Place, id: &str) -> Answered {
    let id = conversation_id(id)?;
    let Some(sandbox) = sandbox_of(place, &id) else {
        return Err(Answer::refuse(404, "unknown_app_conversation"));
    };
    {
        let mut memory = place.run.memory();
        memory.app.listed.retain(|(listed, _)| *listed != id);
        let shared = memory.app.listed.iter().any(|(_, other)| *other == sandbox);
        if !shared {
            memory.app.sandboxes.retain(|other| other.id() != sandbox);
        }
    }
    if let Some(found) = place.run.find(&id) {
        found.memory().deleted = true;
        found.frozen.send_replace(false);
    }
    Ok(Answer::success())
}

/// The sandbox's id of a conversation that is listed.
pub(super) fn sandbox_of(place: &Place, id: &str) -> Option<String> {
    let memory = place.run.memory();
    let mut listed = memory.app.listed.iter();
    let found = listed.find(|(conversation, _)| conversation == id);
    found.map(|(_, sandbox)| sandbox.clone())
}

/// A conversation as it is listed; `null` for one that is not.
fn info(place: &Place, request: &Request, id: &str) -> Value {
    let (Some(sandbox), Some(found)) = (sandbox_of(place, id), place.run.find(id)) else {
        return Value::Null;
    };
    let of_sandbox = place.run.memory().app.sandbox(&sandbox).cloned();
    let memory = found.memory();
    let bare = ids::bare(id);
    let short: String = bare.chars().take(5).collect();
    let stats = memory.stats();
    let mut metrics = stats.pointer("/usage_to_metrics/agent").cloned();
    let metrics = metrics.take().unwrap_or_else(|| {
        json!({
            "model_name": "default", "accumulated_cost": 0.0, "max_budget_per_task": null,
            "accumulated_token_usage": null,
        })
    });
    let status = of_sandbox
        .as_ref()
        .map_or("MISSING", |sandbox| &sandbox.status);
    let running = of_sandbox.as_ref().filter(|_| status == "RUNNING");
    let url = running.map(|sandbox| sandbox.url(&place.run.name, &request.host));
    json!({
        "id": bare, "created_by_user_id": null, "sandbox_id": sandbox,
        "selected_repository": null, "selected_branch": null, "git_provider": null,
        "title": memory.title.clone().unwrap_or_else(|| format!("Conversation {short}")),
        "trigger": null, "pr_number": [], "llm_model": "openai/stub", "agent_kind": "openhands",
        "metrics": metrics, "parent_conversation_id": null, "sub_conversation_ids": [],
        "public": null, "tags": {}, "created_at": format!("{}Z", memory.created),
        "updated_at": format!("{}Z", memory.updated), "sandbox_status": status,
        "execution_status": running.map(|_| &memory.status),
        "conversation_url": url.map(|url| format!("{url}/api/conversations/{bare}")),
        "session_api_key": running.map(|sandbox| &sandbox.key),
        "acp_server": null, "launched_agent_profile": null,
    })
}
