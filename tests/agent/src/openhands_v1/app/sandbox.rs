//! Sandboxes: each has an agent server, with another address and key whenever it is started.

use serde_json::{Value, json};

use super::{Answer, Answered, App, Place, Request, is};
use crate::clock;
use crate::openhands_v1::ids;
use crate::openhands_v1::run::Run;
use axum::http::Method;

const SPEC: &str = "ghcr.io/openhands/agent-server:1.34.0-python";

/// A sandbox.
#[derive(Clone, Debug)]
pub(in crate::openhands_v1) struct Sandbox {
    id: String,
    /// `STARTING RUNNING PAUSED ERROR MISSING`
    pub(super) status: String,
    pub(in crate::openhands_v1) key: String,
    pub(in crate::openhands_v1) port: usize,
    created: String,
}

/// What a sandbox can be made from.
pub(super) fn spec() -> Value {
    json!({
        "id": SPEC, "command": ["python", "-m", "openhands.agent_server"],
        "created_at": format!("{}Z", clock::now()), "initial_env": {}, "working_dir": ".",
    })
}

impl App {
    /// Makes a sandbox and gives its id.
    pub(super) fn make(&mut self) -> String {
        self.ports += 1;
        let sandbox = Sandbox {
            id: ids::word(22),
            status: "RUNNING".to_owned(),
            key: ids::word(43),
            port: self.ports,
            created: clock::now(),
        };
        let id = sandbox.id.clone();
        self.sandboxes.push(sandbox);
        id
    }

    pub(super) fn sandbox(&self, id: &str) -> Option<&Sandbox> {
        self.sandboxes.iter().find(|sandbox| sandbox.id == id)
    }

    fn change(&mut self, id: &str, change: impl FnOnce(&mut Sandbox, usize)) -> bool {
        let port = self.ports + 1;
        let found = self.sandboxes.iter_mut().find(|sandbox| sandbox.id == id);
        let Some(sandbox) = found else { return false };
        change(sandbox, port);
        if sandbox.port == port {
            self.ports = port;
        }
        true
    }

    /// The conversations in that sandbox.
    fn inside(&self, id: &str) -> Vec<String> {
        let inside = self.listed.iter().filter(|(_, sandbox)| sandbox == id);
        inside
            .map(|(conversation, _)| conversation.clone())
            .collect()
    }
}

impl Sandbox {
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Where its agent server is: under this server's other name, which is another origin.
    pub(super) fn url(&self, run: &str, host: &str) -> String {
        let (name, port) = host.split_once(':').unwrap_or((host, "80"));
        let other = match name {
            "localhost" => "127.0.0.1",
            _ => "localhost",
        };
        format!("http://{other}:{port}/openhands-v1/{run}~{}", self.port)
    }

    /// Whether there is an agent server, be it frozen.
    pub(in crate::openhands_v1) fn is_there(&self) -> bool {
        matches!(self.status.as_str(), "RUNNING" | "PAUSED")
    }

    pub(in crate::openhands_v1) fn is_paused(&self) -> bool {
        self.status == "PAUSED"
    }

    fn info(&self, run: &str, host: &str) -> Value {
        let running = self.status == "RUNNING";
        let urls = json!([{
            "name": "AGENT_SERVER", "url": self.url(run, host), "port": self.port,
        }]);
        json!({
            "id": self.id, "created_by_user_id": null, "sandbox_spec_id": SPEC,
            "status": self.status, "session_api_key": running.then_some(&self.key),
            "exposed_urls": running.then_some(urls),
            "created_at": format!("{}Z", self.created),
        })
    }
}

/// What is asked of `/api/v1/sandboxes`.
pub(super) async fn answer(place: &Place, request: &Request, rest: &[&str]) -> Answered {
    let run = &place.run;
    match rest {
        [] if is(request, &Method::POST) => {
            if request.get("sandbox_spec_id").is_some_and(|id| id != SPEC) {
                return Err(Answer::text(500, "Internal Server Error"));
            }
            let boot = run.mishaps().boot() * 5;
            tokio::time::sleep(boot).await;
            let id = run.memory().app.make();
            Ok(Answer::ok(info(place, request, &id)))
        }
        [] => {
            let ids = request.all("id").into_iter();
            let infos: Value = ids.map(|id| info(place, request, id)).collect();
            Ok(Answer::ok(infos))
        }
        ["search"] => {
            let mut ids: Vec<String> = {
                let memory = run.memory();
                let all = memory.app.sandboxes.iter();
                all.map(|sandbox| sandbox.id.clone()).collect()
            };
            ids.reverse();
            let all: Vec<Value> = ids.iter().map(|id| info(place, request, id)).collect();
            super::page(request, &all)
        }
        [id, "pause"] => done(pause(run, id)),
        [id, "resume"] => done(resume(run, id)),
        // The real server reads the id from the query, and passes over the one in the path.
        [_] if is(request, &Method::DELETE) => match request.get("sandbox_id") {
            None => Err(Answer::invalid(
                "missing",
                json!(["query", "sandbox_id"]),
                "Field required",
            )),
            Some(id) => done(remove(run, id)),
        },
        _ => Err(Answer::refuse(404, "Not Found")),
    }
}

fn done(found: bool) -> Answered {
    match found {
        true => Ok(Answer::success()),
        false => Err(Answer::refuse(404, "Not Found")),
    }
}

fn info(place: &Place, request: &Request, id: &str) -> Value {
    let memory = place.run.memory();
    let found = memory.app.sandbox(id);
    found.map_or(Value::Null, |sandbox| {
        sandbox.info(&place.run.name, &request.host)
    })
}

/// Stops a sandbox as it is: nothing is closed and nothing is said.
fn pause(run: &Run, id: &str) -> bool {
    enter(run, id, "PAUSED")
}

/// Starts it again, elsewhere and with another key.
fn resume(run: &Run, id: &str) -> bool {
    let found = run.memory().app.change(id, |sandbox, port| {
        "RUNNING".clone_into(&mut sandbox.status);
        sandbox.key = ids::word(43);
        sandbox.port = port;
    });
    freeze(run, id, false);
    found
}

fn remove(run: &Run, id: &str) -> bool {
    let inside = run.memory().app.inside(id);
    let mut memory = run.memory();
    let before = memory.app.sandboxes.len();
    memory.app.sandboxes.retain(|sandbox| sandbox.id != id);
    let found = memory.app.sandboxes.len() < before;
    drop(memory);
    inside.iter().for_each(|id| stir(run, id, false));
    found
}

/// Puts a sandbox into a state; one that is paused is frozen.
fn enter(run: &Run, id: &str, status: &str) -> bool {
    let found = run.memory().app.change(id, |sandbox, _| {
        status.clone_into(&mut sandbox.status);
    });
    freeze(run, id, status == "PAUSED");
    found
}

fn freeze(run: &Run, id: &str, frozen: bool) {
    let inside = run.memory().app.inside(id);
    inside.iter().for_each(|id| stir(run, id, frozen));
}

fn stir(run: &Run, conversation: &str, frozen: bool) {
    if let Some(conversation) = run.find(conversation) {
        // Who waits looks again.
        conversation.frozen.send_replace(frozen);
    }
}

/// What a test orders for all sandboxes of a run; false for what is unknown.
pub(in crate::openhands_v1) fn act(run: &Run, act: &str, with: &str) -> bool {
    const STATES: [&str; 5] = ["STARTING", "RUNNING", "PAUSED", "ERROR", "MISSING"];
    let all: Vec<String> = {
        let memory = run.memory();
        let all = memory.app.sandboxes.iter();
        all.map(|sandbox| sandbox.id.clone()).collect()
    };
    for id in &all {
        match act {
            "pause" => drop(pause(run, id)),
            "resume" => drop(resume(run, id)),
            "rekey" => {
                let key = ids::word(43);
                run.memory().app.change(id, |sandbox, _| sandbox.key = key);
            }
            "sandbox" if STATES.contains(&with) => drop(enter(run, id, with)),
            _ => return false,
        }
    }
    matches!(act, "pause" | "resume" | "rekey" | "sandbox")
}
