//! The app server: starts, lists, sandboxes, and messages that it passes on.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;

use super::visit::{Next, Run, Visit, text};

const APP: &str = "/openhands-v1-app/r";

impl Run {
    async fn app(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        self.ask_at(APP, method, &format!("/api/v1{path}"), body)
            .await
    }

    /// Starts a conversation and gives what each look at its task said.
    async fn begin(&self, body: Value) -> Vec<Value> {
        let (status, task) = self.app("POST", "/app-conversations", body).await;
        assert_eq!(
            (status, task["status"].as_str()),
            (200, Some("WORKING")),
            "{task}"
        );
        self.follow(task).await
    }

    /// What each look at a task says, until it is over.
    async fn follow(&self, task: Value) -> Vec<Value> {
        let path = format!(
            "/app-conversations/start-tasks?ids={}",
            task["id"].as_str().unwrap()
        );
        let mut seen = vec![task];
        loop {
            sleep(Duration::from_millis(4)).await;
            let (_, tasks) = self.app("GET", &path, Value::Null).await;
            let task = tasks[0].clone();
            if seen.last().unwrap()["status"] != task["status"] {
                seen.push(task.clone());
            }
            if task["status"] == "READY" || task["status"] == "ERROR" {
                return seen;
            }
        }
    }

    /// A conversation that is ready, as the app server lists it.
    async fn ready(&self) -> Value {
        let first = json!({"role": "user", "content": [text("[run] it")], "run": false});
        let seen = self.begin(json!({"initial_message": first})).await;
        let id = seen.last().unwrap()["app_conversation_id"].clone();
        self.listed(id.as_str().unwrap()).await
    }

    async fn listed(&self, id: &str) -> Value {
        let path = format!("/app-conversations?ids={id}");
        self.app("GET", &path, Value::Null).await.1[0].clone()
    }

    async fn send(&self, id: &str, words: &str) -> (u16, Value) {
        let path = format!("/app-conversations/{id}/send-message");
        self.app("POST", &path, json!({"content": [text(words)]}))
            .await
    }
}

/// The agent server's address without this machine's name.
fn base(listed: &Value) -> String {
    let url = listed["conversation_url"].as_str().unwrap();
    let at = url.find("/openhands-v1").unwrap();
    let end = url.find("/api/").unwrap();
    url[at..end].to_owned()
}

fn word<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

async fn open(run: &mut Run, listed: &Value) -> Visit {
    run.base = base(listed);
    let key = word(listed, "session_api_key");
    let query = format!("session_api_key={key}&after_seq=-1");
    run.session(word(listed, "id"), &query).await
}

#[tokio::test]
async fn a_start_goes_through_its_states_and_runs_its_first_message() {
    let mut run = Run::with("boot=read").await;
    let first = json!({"role": "user", "content": [text("[run] it")], "run": false});
    let seen = run.begin(json!({"initial_message": first})).await;
    let states: Vec<&str> = seen.iter().map(|task| word(task, "status")).collect();
    assert_eq!(
        states,
        [
            "WORKING",
            "WAITING_FOR_SANDBOX",
            "PREPARING_REPOSITORY",
            "RUNNING_SETUP_SCRIPT",
            "SETTING_UP_GIT_HOOKS",
            "SETTING_UP_SKILLS",
            "STARTING_CONVERSATION",
            "READY",
        ]
    );
    assert!(seen[0]["sandbox_id"].is_null() && seen[1]["sandbox_id"].is_string());
    let id = word(seen.last().unwrap(), "app_conversation_id");
    assert!(id.len() == 32 && !id.contains('-'));
    let listed = run.listed(id).await;
    // Another origin than the one that was asked.
    let url = word(&listed, "conversation_url").to_owned();
    assert!(
        url.starts_with("http://127.0.0.1:80/openhands-v1/r~1/api/"),
        "{url}"
    );
    assert!(url.ends_with(id));
    let mut visit = open(&mut run, &listed).await;
    visit.until("FinishObservation").await;
    assert_eq!(run.report().await["messages"][0]["way"], "initial");
}

#[tokio::test]
async fn a_start_may_be_told_as_one_list() {
    let run = Run::start().await;
    let (_, seen) = run
        .app("POST", "/app-conversations/stream-start", json!({}))
        .await;
    let seen = seen.as_array().unwrap();
    assert_eq!(seen[0]["status"], "WORKING");
    let last = seen.last().unwrap();
    assert_eq!(last["status"], "READY");
    let id = word(last, "app_conversation_id");
    assert_eq!(run.listed(id).await["sandbox_status"], "RUNNING");
}

#[tokio::test]
async fn a_start_fails_with_its_reason() {
    let run = Run::start().await;
    let seen = run.begin(json!({"sandbox_id": "nope2"})).await;
    let last = seen.last().unwrap();
    assert_eq!(last["detail"], "500: Sandbox not found: nope2");
    let run = Run::with("start=error").await;
    let seen = run.begin(json!({})).await;
    assert_eq!(seen.last().unwrap()["status"], "ERROR");
    let (status, _) = run
        .app(
            "POST",
            "/app-conversations",
            json!({"initial_message": {"content": "x"}}),
        )
        .await;
    assert_eq!(status, 422);
}

#[tokio::test]
async fn messages_wait_for_a_start() {
    let run = Run::with("boot=read").await;
    let (_, task) = run.app("POST", "/app-conversations", json!({})).await;
    let path = format!("/conversations/task-{}/pending-messages", word(&task, "id"));
    let body = json!({"role": "user", "content": [text("queued")]});
    let (status, queued) = run.app("POST", &path, body).await;
    assert_eq!((status, &queued["position"]), (201, &json!(1)));
    let (status, _) = run.app("POST", &path, json!({"content": []})).await;
    assert_eq!(status, 400);
    assert_eq!(run.report().await["messages"], json!([]));
    run.follow(task).await;
    let messages = run.report().await["messages"].clone();
    assert_eq!(
        (&messages[0]["way"], &messages[0]["text"]),
        (&json!("pending"), &json!("queued"))
    );
}

#[tokio::test]
async fn conversations_are_listed_searched_renamed_and_removed() {
    let run = Run::start().await;
    let (first, second) = (run.ready().await, run.ready().await);
    let (_, page) = run
        .app("GET", "/app-conversations/search?limit=1", Value::Null)
        .await;
    assert_eq!(page["items"][0]["id"], second["id"]);
    assert_eq!(page["next_page_id"], "1");
    let (_, page) = run
        .app(
            "GET",
            "/app-conversations/search?limit=1&page_id=1",
            Value::Null,
        )
        .await;
    assert_eq!(page["items"][0]["id"], first["id"]);
    assert!(page["next_page_id"].is_null());
    let path = format!("/app-conversations/{}", word(&first, "id"));
    let (_, renamed) = run
        .app("PATCH", &path, json!({"title": "A fine name"}))
        .await;
    assert_eq!(renamed["title"], "A fine name");
    let (_, page) = run
        .app(
            "GET",
            "/app-conversations/search?title__contains=fine",
            Value::Null,
        )
        .await;
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
    assert_eq!(run.app("GET", &path, Value::Null).await.0, 405);
    assert_eq!(
        run.app("DELETE", &path, Value::Null).await.1,
        json!({"success": true})
    );
    assert!(run.listed(word(&first, "id")).await.is_null());
    let (status, why) = run
        .app("GET", "/app-conversations?ids=nonsense", Value::Null)
        .await;
    assert_eq!(status, 400);
    assert_eq!(why["detail"], "Invalid UUID format for ids: ['nonsense']");
    assert_eq!(
        run.app("GET", "/app-conversations", Value::Null).await.0,
        422
    );
}

#[tokio::test]
async fn a_message_is_passed_on_or_refused_with_each_status() {
    let run = Run::start().await;
    let listed = run.ready().await;
    let id = word(&listed, "id");
    let (status, answer) = run.send(id, "hello").await;
    let wanted = json!({"success": true, "sandbox_status": "RUNNING", "message": null});
    assert_eq!((status, answer), (200, wanted));
    for (state, wanted) in [
        ("PAUSED", 409),
        ("STARTING", 409),
        ("ERROR", 503),
        ("MISSING", 410),
    ] {
        run.order(json!({"do": format!("sandbox:{state}")})).await;
        assert_eq!(run.send(id, "x").await.0, wanted, "{state}");
    }
    run.order(json!({"do": "sandbox:RUNNING"})).await;
    run.order(json!({"faults": "upstream=500"})).await;
    let (status, why) = run.send(id, "x").await;
    assert_eq!(
        (status, word(&why, "detail")),
        (502, "Agent server error: 500")
    );
    run.order(json!({"faults": "upstream=0"})).await;
    assert_eq!(
        run.send(id, "x").await.1["detail"],
        "Failed to reach agent server."
    );
    run.order(json!({"faults": "fail=429:1&at=send-message"}))
        .await;
    assert_eq!(
        run.send(id, "x").await,
        (429, json!({"message": "Too many requests"}))
    );
    assert_eq!(run.send(id, "again").await.0, 200);
    let unknown = "425be0d0-d70d-478f-a7ea-89edc667cb18";
    let (status, why) = run.send(unknown, "x").await;
    assert_eq!(status, 404);
    assert_eq!(why["detail"], format!("Conversation {unknown} not found"));
    let path = format!("/app-conversations/{id}/send-message");
    assert_eq!(run.app("POST", &path, json!({"content": []})).await.0, 422);
    let ways = run.report().await["messages"].clone();
    let ways: Vec<&str> = ways
        .as_array()
        .unwrap()
        .iter()
        .map(|one| word(one, "way"))
        .collect();
    assert_eq!(ways, ["initial", "send-message", "send-message"]);
}

#[tokio::test]
async fn a_paused_sandbox_is_silent_and_comes_back_elsewhere_with_another_key() {
    let mut run = Run::start().await;
    let listed = run.ready().await;
    let id = word(&listed, "id").to_owned();
    let mut visit = open(&mut run, &listed).await;
    visit.until("FinishObservation").await;
    while visit.within(300).await != Next::Quiet {}
    let sandbox = format!("/sandboxes/{}", word(&listed, "sandbox_id"));
    run.app("POST", &format!("{sandbox}/pause"), Value::Null)
        .await;
    visit.say("hello?").await;
    assert_eq!(visit.within(300).await, Next::Quiet);
    assert_eq!(run.report().await["messages"].as_array().unwrap().len(), 1);
    let paused = run.listed(&id).await;
    assert_eq!(paused["sandbox_status"], "PAUSED");
    for name in ["execution_status", "conversation_url", "session_api_key"] {
        assert!(paused[name].is_null(), "{name}");
    }
    run.app("POST", &format!("{sandbox}/resume"), Value::Null)
        .await;
    assert_eq!(visit.closed().await, None);
    assert!(run.try_socket(&format!("session/{id}")).await.is_err());
    let again = run.listed(&id).await;
    assert_ne!(again["session_api_key"], listed["session_api_key"]);
    assert_ne!(again["conversation_url"], listed["conversation_url"]);
    let mut visit = open(&mut run, &again).await;
    visit.until("full_state finished").await;
}

#[tokio::test]
async fn sandboxes_are_made_listed_and_removed() {
    let run = Run::start().await;
    let (status, made) = run.app("POST", "/sandboxes", Value::Null).await;
    assert_eq!((status, word(&made, "status")), (200, "RUNNING"));
    assert_eq!(made["exposed_urls"][0]["name"], "AGENT_SERVER");
    let id = word(&made, "id");
    let (_, found) = run
        .app("GET", &format!("/sandboxes?id={id}&id=nope"), Value::Null)
        .await;
    assert_eq!(found[0], made);
    assert!(found[1].is_null());
    let (_, page) = run.app("GET", "/sandboxes/search", Value::Null).await;
    assert_eq!(page["items"], json!([made]));
    let unknown = "/sandboxes?sandbox_spec_id=nope";
    assert_eq!(run.app("POST", unknown, Value::Null).await.0, 500);
    let path = format!("/sandboxes/{id}");
    assert_eq!(run.app("DELETE", &path, Value::Null).await.0, 422);
    let path = format!("{path}?sandbox_id={id}");
    assert_eq!(run.app("DELETE", &path, Value::Null).await.0, 200);
    assert_eq!(
        run.app("POST", "/sandboxes/nope/pause", Value::Null)
            .await
            .0,
        404
    );
    let (_, specs) = run.app("GET", "/sandbox-specs/search", Value::Null).await;
    assert!(word(&specs["items"][0], "id").contains("agent-server"));
}

#[tokio::test]
async fn the_app_servers_own_history_has_nulls_and_pieces_of_answers() {
    let run = Run::with("old=1").await;
    let listed = run.ready().await;
    let id = word(&listed, "id");
    sleep(Duration::from_millis(600)).await;
    run.send(id, "hello").await;
    sleep(Duration::from_millis(600)).await;
    let path = format!("/conversation/{id}/events/search?limit=100");
    let (_, page) = run.app("GET", &path, Value::Null).await;
    let events = page["items"].as_array().unwrap();
    assert_eq!(events[0]["parent_id"], Value::Null);
    assert!(events[0].as_object().unwrap().contains_key("parent_id"));
    let pieces = events
        .iter()
        .filter(|event| event["kind"] == "StreamingDeltaEvent");
    assert_eq!(pieces.count(), 1);
    let unknown = "/conversation/7822b2e1-487b-4030-8c28-d24fe8cae63d/events/search";
    let (status, page) = run.app("GET", unknown, Value::Null).await;
    assert_eq!((status, page["items"].as_array().unwrap().len()), (200, 0));
}

#[tokio::test]
async fn the_app_server_is_asked_twenty_times_in_a_second_and_not_more() {
    let run = Run::with("limit=1").await;
    let mut refused = 0;
    for _ in 0..25 {
        let (status, _) = run
            .app("GET", "/app-conversations/count", Value::Null)
            .await;
        refused += usize::from(status == 429);
    }
    assert!((1..=5).contains(&refused), "{refused}");
    let resume = run.app("POST", "/sandboxes/x/resume", Value::Null).await;
    assert_eq!(resume.0, 404);
}

#[tokio::test]
async fn the_app_server_has_a_key_of_its_own() {
    let mut run = Run::with("app_key=k").await;
    let count = "/app-conversations/count";
    assert_eq!(run.app("GET", count, Value::Null).await.0, 401);
    run.headers = "x-session-api-key: k\r\n".to_owned();
    assert_eq!(run.app("GET", count, Value::Null).await.0, 200);
    let requests = run.report().await["requests"].clone();
    assert_eq!(requests[0]["key"], Value::Null);
    assert_eq!(
        (&requests[1]["key"], &requests[1]["server"]),
        (&json!("k"), &json!("app"))
    );
}
