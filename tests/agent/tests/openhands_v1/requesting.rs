//! The REST interface, and who may read its answers.

use serde_json::{Value, json};

use super::visit::{Run, text};

impl Run {
    /// The whole answer to a request, headers and all.
    async fn raw(&self, method: &str, path: &str, headers: &str, body: &str) -> String {
        let headers = format!("content-type: application/json\r\n{headers}");
        let path = format!("{}{path}", self.base);
        self.server.raw(method, &path, &headers, body).await
    }
}

#[tokio::test]
async fn a_conversation_is_made_once_and_only_from_what_it_needs() {
    let run = Run::start().await;
    let id = "11111111-2222-4333-8444-555555555555";
    assert_eq!(
        run.conversation_with(json!({"conversation_id": id})).await,
        id
    );
    let whole = json!({
        "conversation_id": id, "agent_settings": {}, "workspace": {"working_dir": "/w"},
    });
    let (status, info) = run.ask("POST", "/api/conversations", whole).await;
    assert_eq!((status, &info["id"]), (200, &json!(id)));
    assert_eq!(info["workspace"]["working_dir"], "/workspace");
    assert_eq!(info["execution_status"], "idle");
    assert!(info["title"].is_null());
    for (body, wanted) in [
        (json!({"agent_settings": {}}), 422),
        (json!({"workspace": {"working_dir": "/w"}}), 422),
        (
            json!({"workspace": {"working_dir": "/w"}, "agent_profile_id": "x"}),
            404,
        ),
    ] {
        assert_eq!(run.ask("POST", "/api/conversations", body).await.0, wanted);
    }
    let (status, _) = run.ask("POST", "/api/conversations", json!("x")).await;
    assert_eq!(status, 422);
}

#[tokio::test]
async fn a_first_message_always_runs() {
    let run = Run::start().await;
    let first = json!({"role": "user", "content": [text("hello")], "run": false});
    let id = run
        .conversation_with(json!({"initial_message": first}))
        .await;
    let mut visit = run.session(&id, "after_seq=-1").await;
    visit.until("agent: Hello!").await;
    visit.until("full_state finished").await;
    // The title comes without an event.
    tokio::time::sleep(std::time::Duration::from_millis(80)).await;
    let path = format!("/api/conversations/{id}");
    assert_eq!(run.ask("GET", &path, Value::Null).await.1["title"], "hello");
    assert!(!visit.outline().iter().any(|one| one.contains("title")));
    let title = json!({"title": "Mine"});
    assert_eq!(
        run.ask("PATCH", &path, title).await.1,
        json!({"success": true})
    );
    assert_eq!(run.ask("GET", &path, Value::Null).await.1["title"], "Mine");
    assert_eq!(run.ask("PATCH", &path, json!({"title": ""})).await.0, 422);
}

#[tokio::test]
async fn a_message_by_rest_runs_only_when_it_says_so() {
    let run = Run::start().await;
    let id = run.conversation().await;
    let path = format!("/api/conversations/{id}/events");
    let body = json!({"role": "user", "content": [text("later")]});
    assert_eq!(run.ask("POST", &path, body).await.0, 200);
    let (_, info) = run
        .ask("GET", &format!("/api/conversations/{id}"), Value::Null)
        .await;
    assert_eq!(info["execution_status"], "idle");
    let mut visit = run.session(&id, "").await;
    visit.until("full_state").await;
    assert_eq!(run.tell(&id, "run").await, 200);
    visit.until("agent: Hello! You said: later").await;
    assert_eq!(run.report().await["messages"][0]["run"], false);
    let final_words = format!("/api/conversations/{id}/agent_final_response");
    let (_, words) = run.ask("GET", &final_words, Value::Null).await;
    assert_eq!(words["response"], "Hello! You said: later");
    run.order(json!({"faults": "busy=1"})).await;
    let body = json!({"role": "user", "content": [text("too much")], "run": true});
    assert_eq!(run.ask("POST", &path, body).await.0, 429);
    assert_eq!(run.report().await["messages"][1]["text"], "too much");
}

#[tokio::test]
async fn conversations_are_found_counted_and_paged() {
    let run = Run::start().await;
    let (first, second) = (run.conversation().await, run.conversation().await);
    let (_, page) = run
        .ask("GET", "/api/conversations/search?limit=1", Value::Null)
        .await;
    assert_eq!(page["items"][0]["id"], json!(second));
    assert_eq!(page["next_page_id"], json!(first));
    let path = format!("/api/conversations/search?limit=1&page_id={first}");
    let (_, page) = run.ask("GET", &path, Value::Null).await;
    assert_eq!(page["items"][0]["id"], json!(first));
    assert!(page["next_page_id"].is_null());
    assert_eq!(
        run.ask("GET", "/api/conversations/count", Value::Null)
            .await
            .1,
        2
    );
    let unknown = "ab8f0efe-074c-462b-9c9b-b4db22fb0078";
    let path = format!("/api/conversations?ids={first}&ids={unknown}");
    let (_, both) = run.ask("GET", &path, Value::Null).await;
    assert_eq!(both[0]["id"], json!(first));
    assert!(both[1].is_null());
}

#[tokio::test]
async fn events_are_paged_by_the_id_of_the_next() {
    let run = Run::start().await;
    run.outline("[run] it").await;
    let report = run.report().await;
    let id = report["conversations"][0]["id"].as_str().unwrap();
    let all = report["conversations"][0]["events"].as_array().unwrap();
    let search = format!("/api/conversations/{id}/events/search");
    let get = async |query: &str| {
        let path = format!("{search}?{query}");
        run.ask("GET", &path, Value::Null).await.1
    };
    let page = get("limit=4").await;
    assert_eq!(page["items"], json!(all[..4]));
    assert_eq!(page["next_page_id"], all[4]["id"]);
    let next = page["next_page_id"].as_str().unwrap();
    let page = get(&format!("limit=4&page_id={next}")).await;
    assert_eq!(page["items"], json!(all[4..8]));
    let page = get("limit=1&page_id=unknown").await;
    assert_eq!(page["items"], json!(all[..1]));
    let page = get("sort_order=TIMESTAMP_DESC&limit=2").await;
    assert_eq!(page["items"][0], all[all.len() - 1]);
    let page = get("kind=MessageEvent").await;
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
    let page = get("kind=Unknown").await;
    assert_eq!(page["items"], json!([]));
    let since = all[9]["timestamp"].as_str().unwrap();
    let page = get(&format!("timestamp__gte={since}")).await;
    assert_eq!(page["items"], json!(all[9..]));
    let (status, _) = run
        .ask("GET", &format!("{search}?limit=101"), Value::Null)
        .await;
    assert_eq!(status, 422);
    let count = format!("/api/conversations/{id}/events/count");
    assert_eq!(run.ask("GET", &count, Value::Null).await.1, all.len());
    let one = format!(
        "/api/conversations/{id}/events/{}",
        all[3]["id"].as_str().unwrap()
    );
    assert_eq!(run.ask("GET", &one, Value::Null).await.1, all[3]);
}

#[tokio::test]
async fn files_are_taken_and_given_back() {
    let run = Run::start().await;
    let body = "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n\
                uploaded content\n\r\n--b--\r\n";
    let headers = "content-type: multipart/form-data; boundary=b\r\n";
    let path = "/openhands-v1/r/api/file/upload?path=/workspace/a.txt";
    let (status, answer) = run.server.request_with("POST", path, headers, body).await;
    let answer: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(
        (status, answer),
        (200, json!({"success": true, "file_size": 17}))
    );
    let path = "/api/file/download?path=/workspace/a.txt";
    assert_eq!(
        run.ask("GET", path, Value::Null).await,
        (200, json!("uploaded content\n"))
    );
    assert_eq!(
        run.ask("GET", "/api/file/download?path=/none", Value::Null)
            .await
            .0,
        404
    );
    let relative = "/openhands-v1/r/api/file/upload?path=a.txt";
    assert_eq!(
        run.server
            .request_with("POST", relative, headers, body)
            .await
            .0,
        400
    );
    let uploaded = json!([["/workspace/a.txt", "uploaded content\n"]]);
    assert_eq!(run.report().await["uploaded"], uploaded);
}

#[tokio::test]
async fn pages_of_this_machine_may_read_answers_but_not_failures() {
    let run = Run::start().await;
    let allowed = "access-control-allow-origin: http://localhost:8080";
    let origin = "origin: http://localhost:8080\r\n";
    let count = "/api/conversations/count";
    assert!(run.raw("GET", count, origin, "").await.contains(allowed));
    let foreign = run
        .raw("GET", count, "origin: https://example.org\r\n", "")
        .await;
    assert!(foreign.starts_with("HTTP/1.1 200") && !foreign.contains("allow-origin"));
    let asked = "access-control-request-method: POST\r\n\
                 access-control-request-headers: x-session-api-key,content-type\r\n";
    let preflight = run
        .raw("OPTIONS", count, &format!("{origin}{asked}"), "")
        .await;
    assert!(preflight.starts_with("HTTP/1.1 200") && preflight.contains(allowed));
    assert!(preflight.contains("access-control-allow-headers: x-session-api-key,content-type"));
    let foreign = format!("origin: null\r\n{asked}");
    let preflight = run.raw("OPTIONS", count, &foreign, "").await;
    assert!(preflight.starts_with("HTTP/1.1 400"));
    let id = run.conversation().await;
    let events = format!("/api/conversations/{id}/events");
    let failed = run
        .raw(
            "POST",
            &events,
            origin,
            r#"{"role":"assistant","content":[]}"#,
        )
        .await;
    assert!(failed.starts_with("HTTP/1.1 500"), "{failed}");
    assert!(!failed.contains("allow-origin"));
    assert!(failed.contains("Only user messages are allowed to be sent to the agent."));
    run.order(json!({"faults": "fail=429:1"})).await;
    let crowded = run.raw("GET", count, origin, "").await;
    assert!(crowded.contains("retry-after: 1") && !crowded.contains("allow-origin"));
    run.order(json!({"faults": "fail=503:1:cors"})).await;
    assert!(run.raw("GET", count, origin, "").await.contains(allowed));
    assert!(
        run.raw("GET", count, origin, "")
            .await
            .starts_with("HTTP/1.1 200")
    );
    run.order(json!({"faults": "nocors=1"})).await;
    assert!(
        !run.raw("GET", count, origin, "")
            .await
            .contains("allow-origin")
    );
    let requests = run.report().await["requests"].clone();
    assert_eq!(requests[0]["origin"], "http://localhost:8080");
    assert_eq!(requests[1]["origin"], "https://example.org");
}

#[tokio::test]
async fn a_request_may_take_its_time() {
    let run = Run::with("slow=200&at=/count").await;
    let began = std::time::Instant::now();
    run.conversation().await;
    assert!(began.elapsed().as_millis() < 200);
    run.ask("GET", "/api/conversations/count", Value::Null)
        .await;
    assert!(began.elapsed().as_millis() >= 200);
}
