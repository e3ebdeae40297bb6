//! The start of a conversation: a task that takes its time, and is asked about.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;

use super::{Answer, Answered, Place, Request, page, send};
use crate::clock;
use crate::openhands_v1::agent;
use crate::openhands_v1::answer::Body;
use crate::openhands_v1::event::{field, set};
use crate::openhands_v1::ids;
use crate::openhands_v1::run::Run;

/// What a start goes through once its sandbox is there.
const STEPS: [&str; 5] = [
    "PREPARING_REPOSITORY",
    "RUNNING_SETUP_SCRIPT",
    "SETTING_UP_GIT_HOOKS",
    "SETTING_UP_SKILLS",
    "STARTING_CONVERSATION",
];

/// The start of a conversation.
#[derive(Clone, Debug)]
pub(super) struct Task {
    /// As it is shown.
    shown: Value,
    /// Somebody asked about it since it changed.
    read: bool,
    /// Messages that wait for the conversation.
    queue: Vec<Value>,
}

impl Task {
    fn id(&self) -> &str {
        field(&self.shown, "id")
    }
}

/// `POST /app-conversations`
pub(super) fn begin(place: &Place, request: &Request) -> Answered {
    let body = request.json()?;
    let mut asked = json!({
        "sandbox_id": null, "conversation_id": null, "initial_message": null, "llm_model": null,
        "selected_repository": null, "selected_branch": null, "git_provider": null,
        "title": null, "trigger": null, "pr_number": [], "parent_conversation_id": null,
        "system_message_suffix": null, "processors": null, "agent_profile_id": null,
        "suggested_task": null,
        "agent_type": "default", "public": null, "plugins": null, "secrets": null,
    });
    for (name, value) in body.as_object().into_iter().flatten() {
        set(&mut asked, name, value.clone());
    }
    let first = asked
        .get("initial_message")
        .filter(|first| !first.is_null());
    let first = first.map(send::content).transpose()?;
    let now = clock::now();
    let shown = json!({
        "id": ids::bare(&ids::uuid()), "created_by_user_id": null, "status": "WORKING",
        "detail": null, "app_conversation_id": null, "sandbox_id": null,
        "agent_server_url": null, "request": asked, "created_at": format!("{now}Z"),
        "updated_at": format!("{now}Z"),
    });
    let task = Task {
        shown: shown.clone(),
        read: false,
        queue: Vec::new(),
    };
    let start = Start {
        run: Arc::clone(&place.run),
        host: request.host.clone(),
        id: task.id().to_owned(),
        asked,
        first,
    };
    place.run.memory().app.tasks.push(task);
    tokio::spawn(async move {
        if let Err(why) = start.all().await {
            start.change(&[("status", "ERROR".into()), ("detail", why.into())]);
        }
    });
    Ok(Answer::ok(shown))
}

/// `POST /app-conversations/stream-start`: one array of all that the task went through. The real
/// server writes it item by item, this one when it is over.
pub(super) async fn stream(place: &Place, request: &Request) -> Answered {
    let mut seen = vec![shown(begin(place, request)?)];
    let id = field(seen.first().unwrap_or(&Value::Null), "id").to_owned();
    loop {
        let now = {
            let memory = place.run.memory();
            let mut tasks = memory.app.tasks.iter();
            let task = tasks.find(|task| task.id() == id);
            task.map(|task| task.shown.clone()).unwrap_or_default()
        };
        let status = field(&now, "status").to_owned();
        if seen
            .last()
            .is_none_or(|last| field(last, "status") != status)
        {
            seen.push(now);
        }
        if matches!(status.as_str(), "READY" | "ERROR") {
            return Ok(Answer::ok(seen.into()));
        }
        sleep(Duration::from_millis(2)).await;
    }
}

fn shown(answer: Answer) -> Value {
    match answer.body {
        Body::Json(shown) => shown,
        Body::Text(_) | Body::Bytes(_) => Value::Null,
    }
}

/// `GET /app-conversations/start-tasks?ids=..`
pub(super) fn batch(place: &Place, request: &Request) -> Answered {
    let mut memory = place.run.memory();
    let shown = request.all("ids").into_iter().map(|id| {
        let id = ids::bare(id);
        let found = memory.app.tasks.iter_mut().find(|task| task.id() == id);
        found.map_or(Value::Null, |task| {
            task.read = true;
            task.shown.clone()
        })
    });
    Ok(Answer::ok(shown.collect()))
}

/// `GET /app-conversations/start-tasks/search`
pub(super) fn search(place: &Place, request: &Request) -> Answered {
    let all: Vec<Value> = {
        let memory = place.run.memory();
        let tasks = memory.app.tasks.iter().rev();
        tasks.map(|task| task.shown.clone()).collect()
    };
    page(request, &all)
}

/// `POST /conversations/task-<id>/pending-messages`
pub(super) fn queue(place: &Place, request: &Request, id: &str) -> Answered {
    let body = request.json()?;
    let empty = body.get("content").and_then(Value::as_array);
    if empty.is_none_or(Vec::is_empty) {
        return Err(Answer::refuse(400, "content must be a non-empty list"));
    }
    let content = send::content(&body)?;
    let id = ids::bare(id.strip_prefix("task-").unwrap_or(id));
    let mut memory = place.run.memory();
    let task = memory.app.tasks.iter_mut().find(|task| task.id() == id);
    let Some(task) = task else {
        return Err(Answer::refuse(404, "Not Found"));
    };
    task.queue.push(content);
    Ok(Answer::new(
        201,
        json!({"id": ids::uuid(), "queued": true, "position": task.queue.len()}),
    ))
}

/// A start that goes on.
struct Start {
    run: Arc<Run>,
    host: String,
    id: String,
    asked: Value,
    first: Option<Value>,
}

impl Start {
    fn change(&self, fields: &[(&str, Value)]) {
        let mut memory = self.run.memory();
        let mut tasks = memory.app.tasks.iter_mut();
        let Some(task) = tasks.find(|task| task.id() == self.id) else {
            return;
        };
        for (name, value) in fields {
            set(&mut task.shown, name, value.clone());
        }
        set(&mut task.shown, "updated_at", clock::now().into());
        task.read = false;
    }

    /// Something takes its time.
    async fn step(&self) {
        let mishaps = self.run.mishaps();
        if !mishaps.boot_read {
            return sleep(mishaps.boot()).await;
        }
        while !self.is_read() {
            sleep(Duration::from_millis(2)).await;
        }
    }

    /// Nobody waits for one that is gone.
    fn is_read(&self) -> bool {
        let memory = self.run.memory();
        let mut tasks = memory.app.tasks.iter();
        let task = tasks.find(|task| task.id() == self.id);
        task.is_none_or(|task| task.read)
    }

    async fn all(&self) -> Result<(), String> {
        self.step().await;
        let wanted = field(&self.asked, "sandbox_id");
        let sandbox = match wanted {
            "" => self.run.memory().app.make(),
            wanted => wanted.to_owned(),
        };
        if self.run.memory().app.sandbox(&sandbox).is_none() {
            return Err(format!("500: Sandbox not found: {sandbox}"));
        }
        self.change(&[
            ("status", "WAITING_FOR_SANDBOX".into()),
            ("sandbox_id", sandbox.clone().into()),
        ]);
        for status in STEPS {
            self.step().await;
            self.change(&[("status", status.into())]);
        }
        let url = {
            let memory = self.run.memory();
            let found = memory.app.sandbox(&sandbox);
            found.map(|sandbox| sandbox.url(&self.run.name, &self.host))
        };
        self.change(&[("agent_server_url", url.into())]);
        self.step().await;
        if self.run.mishaps().start_fails {
            return Err("500: Sandbox failed to start".to_owned());
        }
        self.ready(&sandbox);
        Ok(())
    }

    /// The conversation begins, with every message that waited for it.
    fn ready(&self, sandbox: &str) {
        let id = ids::dashed(field(&self.asked, "conversation_id"));
        let (conversation, _) = self.run.make(id);
        if let Some(title) = self.asked.get("title").and_then(Value::as_str) {
            conversation.memory().title = Some(title.to_owned());
        }
        let queue = {
            let mut memory = self.run.memory();
            let listed = (conversation.id.clone(), sandbox.to_owned());
            memory.app.listed.push(listed);
            let mut tasks = memory.app.tasks.iter_mut();
            let task = tasks.find(|task| task.id() == self.id);
            task.map(|task| std::mem::take(&mut task.queue))
        };
        self.change(&[
            ("status", "READY".into()),
            ("app_conversation_id", ids::bare(&conversation.id).into()),
        ]);
        let first = self.first.iter().map(|content| (content, "initial"));
        let queued = queue.iter().flatten().map(|content| (content, "pending"));
        for (content, way) in first.chain(queued) {
            self.run.heard(&conversation.id, content, way, true);
            agent::take_in(&conversation, content);
            agent::start_for_message(&self.run, &conversation);
        }
    }
}
