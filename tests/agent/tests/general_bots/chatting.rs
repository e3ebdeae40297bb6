//! The chat as the document has it.

use serde_json::{Value, json};

use super::visit::{Run, Visit};

const ID: &str = "550e8400-e29b-41d4-a716-446655440000";

fn subscribe() -> Value {
    json!({"type": "subscribe", "session_id": ID})
}

fn message(text: &str) -> Value {
    json!({"type": "message", "session_id": ID, "content": text})
}

fn is_over(frame: &Value) -> bool {
    frame["type"] == "bot_typing" && frame["is_typing"] == false
}

async fn subscribed(run: &Run) -> Visit {
    let mut visit = run.socket("documented/ws").await;
    visit.send(subscribe()).await;
    visit
}

/// The frames that a message makes, without those about typing.
async fn answer(visit: &mut Visit, text: &str) -> Vec<Value> {
    visit.send(message(text)).await;
    let mut frames = visit.until(is_over).await;
    frames.retain(|frame| frame["type"] != "bot_typing");
    frames
}

fn kinds(frames: &[Value]) -> Vec<&str> {
    frames
        .iter()
        .map(|frame| frame["type"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn an_answer_streams_to_who_has_subscribed() {
    let run = Run::start().await;
    let mut visit = subscribed(&run).await;
    let mut stranger = run.socket("documented/ws").await;
    let frames = answer(&mut visit, "hello").await;
    assert_eq!(
        kinds(&frames),
        [
            "stream_start",
            "stream_chunk",
            "stream_chunk",
            "stream_chunk",
            "stream_end"
        ]
    );
    assert_eq!(frames[0]["session_id"], ID);
    assert_eq!(frames[4]["message_id"], frames[0]["message_id"]);
    assert_eq!(frames[4]["content"], "You said: hello");
    stranger.quiet().await;
    visit
        .send(json!({"type": "unsubscribe", "session_id": ID}))
        .await;
    visit.send(message("nobody listens")).await;
    visit.quiet().await;
    let report = run.report().await;
    let sent = json!({"subscribe": 1, "message": 2, "unsubscribe": 1});
    assert_eq!(report["frames"], sent);
    assert_eq!(
        report["chat"][1]["bytes"],
        message("hello").to_string().len()
    );
    assert_eq!(report["sessions"][0]["said"][0]["content"], "hello");
}

#[tokio::test]
async fn words_choose_answers_of_every_shape() {
    let run = Run::start().await;
    let mut visit = subscribed(&run).await;
    let frames = answer(&mut visit, "[whole]").await;
    assert_eq!(kinds(&frames), ["message"]);
    assert_eq!(frames[0]["role"], "assistant");
    let frames = answer(&mut visit, "[tools]").await;
    assert_eq!(
        kinds(&frames)[..4],
        ["tool_call", "tool_call", "tool_result", "tool_result"]
    );
    let frames = answer(&mut visit, "[mend]").await;
    assert_eq!(
        frames.last().unwrap()["content"],
        "Mended: You said: [mend]"
    );
    let frames = answer(&mut visit, "[unended]").await;
    assert_eq!(frames.last().unwrap().get("content"), None);
    assert_eq!(
        kinds(&answer(&mut visit, "[orphan]").await)[0],
        "stream_chunk"
    );
    let frames = answer(&mut visit, "[envelope]").await;
    assert_eq!(frames[0]["payload"]["session_id"], ID);
    let frames = answer(&mut visit, "[twice]").await;
    assert_eq!(frames[0], frames[1]);
    let frames = answer(&mut visit, "[close timeout]").await;
    assert_eq!(frames[0]["reason"], "timeout");
    let frames = answer(&mut visit, "[other]").await;
    assert_ne!(frames[0]["session_id"], ID);
    assert!(
        frames[1]["content"]
            .as_str()
            .unwrap()
            .starts_with("Elsewhere")
    );
    visit.send(message("[typing]")).await;
    assert_eq!(visit.next().await["is_typing"], true);
    visit.quiet().await;
    visit.send(message("[cut]")).await;
    assert_eq!(visit.closed().await, None);
}

#[tokio::test]
async fn every_error_comes_once_and_then_the_answer() {
    let run = Run::start().await;
    let mut visit = subscribed(&run).await;
    for code in [
        "RATE_LIMITED",
        "SESSION_NOT_FOUND",
        "INVALID_FORMAT",
        "SUBSCRIPTION_FAILED",
    ] {
        let text = format!("[error {code}]");
        visit.send(message(&text)).await;
        assert_eq!(visit.next().await["code"], code);
        assert_eq!(answer(&mut visit, &text).await[0]["type"], "stream_start");
    }
    visit.send_text("{").await;
    assert_eq!(visit.next().await["code"], "INVALID_FORMAT");
    visit
        .send(json!({"type": "message", "content": "no session"}))
        .await;
    assert_eq!(visit.next().await["type"], "session_created");
    visit.until(is_over).await;
    run.order(json!({"faults": "strict=1"})).await;
    visit
        .send(json!({"type": "subscribe", "session_id": "x"}))
        .await;
    assert_eq!(visit.next().await["code"], "SUBSCRIPTION_FAILED");
    visit
        .send(json!({"type": "message", "session_id": "x", "content": "?"}))
        .await;
    assert_eq!(visit.next().await["code"], "SESSION_NOT_FOUND");
    run.order(json!({"do": "error:LLM_UNAVAILABLE"})).await;
    assert_eq!(visit.next().await["code"], "LLM_UNAVAILABLE");
}

#[tokio::test]
async fn a_frame_of_64_kib_is_taken_and_one_byte_more_is_not() {
    let run = Run::start().await;
    let mut visit = subscribed(&run).await;
    let room = 65_536 - message("[nothing]").to_string().len();
    visit
        .send(message(&format!("[nothing]{}", "é".repeat(room / 2))))
        .await;
    visit.quiet().await;
    visit
        .send(message(&format!("[nothing]{}", "x".repeat(room + 1))))
        .await;
    assert_eq!(visit.next().await["code"], "MESSAGE_TOO_LARGE");
    run.order(json!({"faults": "large=close"})).await;
    visit.send(message(&"x".repeat(65_536))).await;
    assert_eq!(visit.closed().await, Some(1009));
}

#[tokio::test]
async fn a_key_is_shown_in_the_address_or_in_the_first_frame() {
    let run = Run::start().await;
    run.order(json!({"key": "right"})).await;
    let failed =
        json!({"type": "error", "code": "AUTH_FAILED", "message": "Invalid or expired token"});
    let mut visit = run.socket("documented/ws?token=right").await;
    visit.send(subscribe()).await;
    assert_eq!(answer(&mut visit, "[whole]").await.len(), 1);
    let mut wrong = run.socket("documented/ws?token=wrong").await;
    assert_eq!(wrong.next().await, failed);
    assert_eq!(wrong.closed().await, Some(1008));
    let mut first = run.socket("documented/ws").await;
    first.send(json!({"type": "auth", "token": "right"})).await;
    first.send(json!({"type": "ping"})).await;
    assert_eq!(first.next().await["type"], "pong");
    let mut none = run.socket("documented/ws").await;
    none.send(subscribe()).await;
    assert_eq!(none.next().await, failed);
    assert_eq!(none.closed().await, Some(1008));
    run.order(json!({"faults": "auth=401"})).await;
    assert!(run.try_socket("documented/ws?token=wrong").await.is_err());
    assert!(run.try_socket("documented/ws").await.is_ok());
    run.order(json!({"faults": "auth=address"})).await;
    assert!(run.try_socket("documented/ws").await.is_err());
    assert!(run.try_socket("documented/ws?token=right").await.is_ok());
    run.order(json!({"faults": "auth=open"})).await;
    let mut open = run.socket("documented/ws?token=wrong").await;
    assert_eq!(open.next().await, failed);
    open.quiet().await;
    let bearer = "authorization: Bearer right\r\n";
    assert_eq!(run.ask("GET", "documented/api/sessions", "").await.0, 401);
    let (status, made) = run.ask("POST", "documented/api/sessions", bearer).await;
    assert_eq!((status, &made["success"]), (200, &json!(true)));
    let id = made["data"]["session_id"].as_str().unwrap();
    let path = format!("documented/api/sessions/{id}");
    assert_eq!(
        run.ask("GET", &path, bearer).await.1["data"]["session_id"],
        id
    );
    assert_eq!(run.ask("GET", "documented/api/auth", bearer).await.0, 404);
}

#[tokio::test]
async fn pings_limits_and_idleness_are_as_ordered() {
    let run = Run::with("rate=2").await;
    let mut visit = subscribed(&run).await;
    for _ in 0..3 {
        visit.send(message("[nothing]")).await;
    }
    assert_eq!(visit.next().await["code"], "RATE_LIMITED");
    visit.quiet().await;
    run.order(json!({"faults": "largest=300&large=close"}))
        .await;
    let long = "x".repeat(300);
    let mut closed = subscribed(&run).await;
    closed.send(message(&long)).await;
    assert_eq!(closed.closed().await, Some(1009));
    run.order(json!({"faults": "largest=300"})).await;
    visit.send(message(&long)).await;
    assert_eq!(visit.next().await["code"], "MESSAGE_TOO_LARGE");
    run.order(json!({"faults": "rate=0&all=1"})).await;
    visit
        .send(json!({"type": "typing_stop", "session_id": "s"}))
        .await;
    assert_eq!(visit.next().await["code"], "RATE_LIMITED");
    run.order(json!({"faults": "nopong=1"})).await;
    visit.send(json!({"type": "ping"})).await;
    visit.quiet().await;
    run.order(json!({"faults": "idle=200"})).await;
    let mut idle = subscribed(&run).await;
    assert_eq!(idle.next().await["reason"], "idle_timeout");
    assert_eq!(idle.closed().await, Some(1001));
    run.order(json!({"faults": "replay=1"})).await;
    run.order(json!({"do": "say:unasked"})).await;
    assert_eq!(visit.next().await["content"], "unasked");
    let mut again = subscribed(&run).await;
    let said = again.until(|frame| frame["content"] == "unasked").await;
    assert_eq!(said.last().unwrap()["role"], "assistant");
    run.order(json!({"do": "close:user_disconnect"})).await;
    assert_eq!(again.next().await["reason"], "user_disconnect");
}
