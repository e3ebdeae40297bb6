//! The REST interface.

use serde_json::{Value, json};

use super::visit::{Next, Visit, event, report, rest, short};
use crate::server::Server;

#[tokio::test]
async fn a_conversation_is_made_listed_renamed_and_deleted() {
    let server = Server::start().await;
    let (_, none) = rest(&server, "GET", "conversations/nothing", Value::Null).await;
    assert_eq!(none, Value::Null);
    let body = json!({"initial_user_msg": "finish"});
    let (status, made) = rest(&server, "POST", "conversations", body).await;
    assert_eq!(
        (status, &made["conversation_status"]),
        (200, &json!("STARTING"))
    );
    let id = made["conversation_id"].as_str().unwrap().to_owned();
    assert_eq!(id.len(), 32);
    let (status, _) = rest(&server, "POST", "conversations", json!({"bogus": 1})).await;
    assert_eq!(status, 422);

    let mut visit = Visit::start(&server, &id, -1, "").await;
    visit.state("finished").await;
    let path = format!("conversations/{id}");
    let (_, shown) = rest(&server, "GET", &path, Value::Null).await;
    assert_eq!(shown["status"], "RUNNING");
    assert_eq!(shown["runtime_status"], "STATUS$READY");
    assert_eq!(
        rest(&server, "PATCH", &path, json!({"title": "New"})).await,
        (200, json!(true))
    );
    visit
        .event(|event| event["conversation_title"] == "New")
        .await;
    assert_eq!(
        rest(&server, "PATCH", &path, json!({"title": ""})).await.0,
        422
    );
    let unknown = rest(&server, "PATCH", "conversations/x", json!({"title": "y"})).await;
    assert_eq!(unknown.0, 404);

    assert_eq!(
        rest(&server, "DELETE", &path, Value::Null).await,
        (200, json!(true))
    );
    visit.until("41").await;
    assert_eq!(
        rest(&server, "DELETE", &path, Value::Null).await,
        (200, json!(false))
    );
}

#[tokio::test]
async fn the_list_comes_in_pages() {
    let server = Server::start().await;
    for _ in 0..3 {
        rest(&server, "POST", "conversations", json!({})).await;
    }
    let (_, first) = rest(&server, "GET", "conversations?limit=2", Value::Null).await;
    assert_eq!(first["results"].as_array().unwrap().len(), 2);
    assert_eq!(first["next_page_id"], "Mg==");
    let (_, last) = rest(
        &server,
        "GET",
        "conversations?limit=2&page_id=Mg==",
        Value::Null,
    )
    .await;
    assert_eq!(last["results"].as_array().unwrap().len(), 1);
    assert_eq!(last["next_page_id"], Value::Null);
}

#[tokio::test]
async fn a_stopped_conversation_ends_its_connections_and_starts_with_the_next() {
    let server = Server::start().await;
    let mut visit = Visit::ready(&server, "c").await;
    let (_, stopped) = rest(&server, "POST", "conversations/c/stop", Value::Null).await;
    assert_eq!(stopped["conversation_status"], "RUNNING");
    visit.until("41").await;
    assert_eq!(visit.within(200).await, Next::Quiet);
    let (_, shown) = rest(&server, "GET", "conversations/c", Value::Null).await;
    assert_eq!(shown["status"], "STOPPED");
    let mut visit = Visit::start(&server, "c", 3, "").await;
    visit.state("awaiting_user_input").await;
    let happened: Vec<String> = visit.events().iter().map(short).collect();
    let expected = [
        "+agent_state_changed loading",
        "STATUS$STARTING_RUNTIME",
        "STATUS$RUNTIME_STARTED",
        "+agent_state_changed awaiting_user_input",
    ];
    assert_eq!(happened, expected);
    assert_eq!(visit.ids(), [4, 6]);
    assert_eq!(
        rest(&server, "POST", "conversations/x/start", json!({}))
            .await
            .0,
        404
    );
}

#[tokio::test]
async fn events_are_given_by_their_ids_with_the_end_included() {
    let server = Server::start().await;
    let mut visit = Visit::ready(&server, "c").await;
    visit.say("run").await;
    visit.state("awaiting_user_input").await;
    let ids = async |query: &str| {
        let path = format!("conversations/c/events?{query}");
        let (status, found) = rest(&server, "GET", &path, Value::Null).await;
        assert_eq!(status, 200, "{query}");
        let events = found["events"].as_array().unwrap().clone();
        let ids: Vec<i64> = events
            .iter()
            .filter_map(|event| event["id"].as_i64())
            .collect();
        (ids, found["has_more"] == true)
    };
    assert_eq!(ids("start_id=0&limit=2").await, (vec![0, 1], true));
    assert_eq!(ids("start_id=3&end_id=5").await, (vec![3, 4, 5], false));
    assert_eq!(ids("reverse=true&limit=1").await, (vec![11], true));
    let path = "conversations/c/events?limit=101";
    let (status, why) = rest(&server, "GET", path, Value::Null).await;
    assert_eq!((status, why), (400, json!({"detail": "Invalid limit"})));
    let (status, _) = rest(&server, "GET", "conversations/x/events", Value::Null).await;
    assert_eq!(status, 404);
    let (_, all) = rest(&server, "GET", "conversations/c/trajectory", Value::Null).await;
    assert_eq!(all["trajectory"].as_array().unwrap().len(), 12);
}

#[tokio::test]
async fn messages_and_actions_are_taken_past_the_socket_and_bad_ones_are_told() {
    let server = Server::start().await;
    let mut visit = Visit::ready(&server, "c").await;
    let path = "conversations/c/message";
    assert_eq!(
        rest(&server, "POST", path, json!({"message": "hi"}))
            .await
            .0,
        200
    );
    visit.state("awaiting_user_input").await;
    let bad = json!({"action": "bogus"});
    assert_eq!(
        rest(&server, "POST", "conversations/c/events", bad).await.0,
        500
    );
    assert_eq!(report(&server, "c").await["accepted"], json!(["hi"]));
}

#[tokio::test]
async fn files_are_uploaded_by_name() {
    let server = Server::start().await;
    Visit::ready(&server, "c").await;
    let body = "--b\r\ncontent-disposition: form-data; name=\"files\"; filename=\"a.txt\"\r\n\
                content-type: text/plain\r\n\r\nhello\r\n--b--\r\n";
    let header = "content-type: multipart/form-data; boundary=b\r\n";
    let path = "/openhands-v0/api/conversations/c/upload-files";
    let (status, answer) = server.request_with("POST", path, header, body).await;
    assert_eq!(status, 200);
    let answer: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(
        answer,
        json!({"uploaded_files": ["/workspace/a.txt"], "skipped_files": []})
    );
    assert_eq!(
        report(&server, "c").await["uploaded"],
        json!([["a.txt", "hello"]])
    );
}

#[tokio::test]
async fn requests_fail_when_they_are_to_and_other_origins_may_ask() {
    let server = Server::start().await;
    let order = json!({"run": "c", "faults": "rest=500"}).to_string();
    server.request("POST", "/control", &order).await;
    Visit::ready(&server, "c").await;
    for path in [
        "conversations/c",
        "conversations/c/events",
        "conversations?rest=500",
    ] {
        let (status, why) = rest(&server, "GET", path, Value::Null).await;
        assert_eq!(
            (status, why),
            (500, json!("Internal Server Error")),
            "{path}"
        );
    }
    let headers = "origin: null\r\naccess-control-request-method: PATCH\r\n\
                   access-control-request-headers: x-session-api-key\r\n";
    let path = "/openhands-v0/api/conversations/c";
    assert_eq!(
        server.request_with("OPTIONS", path, headers, "").await.0,
        200
    );
    assert_eq!(event("2"), None);
}
