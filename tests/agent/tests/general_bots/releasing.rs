//! The chat of the released servers.

use serde_json::{Value, json};

use super::visit::{Run, Visit};

const IDS: &str = "session_id=s&user_id=u";

fn message(text: &str) -> Value {
    json!({
        "bot_id": "b", "user_id": "u", "session_id": "s", "channel": "web", "content": text,
        "message_type": 1, "timestamp": "2025-12-04T12:00:00.000Z",
    })
}

async fn connected(run: &Run, release: &str) -> (Visit, Value) {
    let mut visit = run.socket(&format!("{release}/ws?{IDS}")).await;
    let hello = visit.next().await;
    (visit, hello)
}

fn with(mut frame: Value, name: &str, value: Value) -> Value {
    frame[name] = value;
    frame
}

/// Up to the complete frame that ends the answer, which comes after some text.
async fn answer(visit: &mut Visit, frame: Value) -> Vec<Value> {
    visit.send(frame).await;
    let mut frames = visit
        .until(|frame| frame["is_complete"] == false && frame["content"] != "")
        .await;
    frames.extend(visit.until(|frame| frame["is_complete"] == true).await);
    frames
}

fn text(frames: &[Value]) -> String {
    let (_, pieces) = frames.split_last().unwrap();
    let told = pieces.iter().filter(|frame| frame["is_complete"] == false);
    told.map(|frame| frame["content"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn release_a_sends_pieces_between_events_and_dies_of_a_control_frame() {
    let run = Run::start().await;
    let (mut visit, hello) = connected(&run, "a").await;
    let event: Value = serde_json::from_str(hello["content"].as_str().unwrap()).unwrap();
    assert_eq!(
        (&hello["message_type"], &event["event"]),
        (&json!(2), &json!("session_start"))
    );
    let frames = answer(&mut visit, message("hello")).await;
    assert!(
        frames[0]["content"]
            .as_str()
            .unwrap()
            .contains("thinking_start")
    );
    assert_eq!(text(&frames), "You said: hello");
    let last = frames.last().unwrap();
    assert_eq!(
        (&last["content"], &last["message_type"]),
        (&json!(""), &json!(1))
    );
    visit.send(json!({"type": "ping"})).await;
    visit.send(message("dead")).await;
    visit.quiet().await;
    assert_eq!(
        run.report().await["frames"],
        json!({"message_type 1": 2, "ping": 1})
    );
    assert!(run.try_socket("a/ws").await.is_err());
}

#[tokio::test]
async fn release_a2_ends_with_suggestions_and_takes_a_context() {
    let run = Run::start().await;
    let (mut visit, _) = connected(&run, "a2").await;
    let frames = answer(&mut visit, message("[suggest]")).await;
    let last = frames.last().unwrap();
    assert_eq!(last["context_max_length"], 2_000);
    assert_eq!(last["suggestions"][0]["context"], "products");
    let chosen = with(message("Products"), "message_type", json!(4));
    visit
        .send(with(chosen, "context_name", json!("products")))
        .await;
    let changed = visit.next().await;
    assert_eq!(
        (&changed["message_type"], &changed["context_name"]),
        (&json!(5), &json!("products"))
    );
}

#[tokio::test]
async fn release_b_repeats_the_text_at_its_end_and_drops_what_it_does_not_know() {
    let run = Run::start().await;
    let (mut visit, hello) = connected(&run, "b").await;
    assert_eq!(
        hello,
        json!({
            "message": "Connected to bot server", "session_id": "s", "type": "connected", "user_id": "u",
        })
    );
    let frames = answer(&mut visit, message("hello")).await;
    assert_eq!(text(&frames), "You said: hello");
    assert_eq!(frames.last().unwrap()["content"], "You said: hello");
    let frames = answer(&mut visit, message("[tool]")).await;
    assert_eq!(frames.last().unwrap()["content"], "");
    visit
        .send(json!({"type": "subscribe", "session_id": "s"}))
        .await;
    visit
        .send(json!({"type": "message", "content": "half", "session_id": "s"}))
        .await;
    visit.quiet().await;
    assert!(run.try_socket("b/ws?session_id=s").await.is_err());
}

#[tokio::test]
async fn release_c_offers_thinks_and_takes_every_frame_for_a_message() {
    let run = Run::start().await;
    let (mut visit, hello) = connected(&run, "c").await;
    assert_eq!(
        (&hello["type"], &hello["tools"]),
        (&json!("connected"), &json!([]))
    );
    let frames = answer(&mut visit, message("[start]")).await;
    assert_eq!(frames[0]["content"], "Welcome! How can I help?");
    assert_eq!(frames[1]["suggestions"].as_array().unwrap().len(), 4);
    assert_eq!(
        (&frames[1]["is_complete"], &frames[1]["content"]),
        (&json!(true), &json!(""))
    );
    assert_eq!(frames[2]["suggestions"], json!([]));
    assert_eq!(
        frames
            .iter()
            .filter(|frame| frame["thinking"] == true)
            .count(),
        3
    );
    assert_eq!(text(&frames), "You said: [start]");
    let toggled = with(message(""), "message_type", json!(8));
    let frames = answer(
        &mut visit,
        with(toggled, "active_switchers", json!(["tables"])),
    )
    .await;
    assert_eq!(text(&frames), "You said: [start] as tables");
    visit
        .send(with(message("new_order"), "message_type", json!(6)))
        .await;
    assert_eq!(visit.next().await["content"], "The tool new_order ran.");
    let frames = answer(&mut visit, json!({"type": "ping"})).await;
    assert_eq!(text(&frames), "You said: ");
    visit.send(message("[dead]")).await;
    let frames = visit.until(|frame| frame["is_complete"] == true).await;
    assert!(frames.iter().all(|frame| frame["content"] == ""));
    visit.send(message("[cut]")).await;
    assert_eq!(visit.closed().await, None);
    let report = run.report().await;
    assert_eq!(report["frames"]["ping"], 1);
    assert!(run.try_socket("c/ws").await.is_ok());
}

#[tokio::test]
async fn each_release_has_its_requests() {
    let run = Run::start().await;
    let (status, auth) = run
        .ask("GET", "c/api/auth?bot_name=sales&session_id=s", "")
        .await;
    assert_eq!((status, &auth["status"]), (200, &json!("anonymous")));
    assert_eq!(
        (&auth["session_id"], &auth["bot_name"]),
        (&json!("s"), &json!("sales"))
    );
    assert_eq!(
        run.ask("POST", "c/api/sessions", "").await,
        (200, Value::Null)
    );
    assert_eq!(run.ask("GET", "c/api/sessions", "").await.0, 404);

    let (_, auth) = run.ask("GET", "b/api/auth?bot_name=sales", "").await;
    assert_eq!(auth["status"], "authenticated");
    let (mut visit, _) = connected(&run, "b").await;
    answer(&mut visit, message("hello")).await;
    let said = json!([["user", "hello"], ["assistant", "You said: hello"]]);
    assert_eq!(run.ask("GET", "b/api/sessions/s/history", "").await.1, said);
    assert_eq!(run.ask("GET", "a/api/sessions/s", "").await.1, said);
    assert_eq!(run.ask("GET", "a/api/sessions/s/history", "").await.0, 404);
    let (_, made) = run.ask("POST", "a/api/sessions", "").await;
    assert!(made["session_id"].is_string());
    run.order(json!({"faults": "rest=500"})).await;
    assert_eq!(run.ask("GET", "a/api/auth", "").await.0, 500);
}
