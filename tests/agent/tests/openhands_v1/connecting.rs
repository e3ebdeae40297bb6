//! How clients come and come back, by either socket.

use serde_json::{Value, json};

use super::visit::{Next, Run, event, text};

const REFUSED: Option<(u16, String)> = None;

fn denied(code: u16, reason: &str) -> Option<(u16, String)> {
    Some((code, reason.to_owned()))
}

#[tokio::test]
async fn who_comes_back_gets_what_was_missed_once_and_in_order() {
    let run = Run::start().await;
    run.outline("[run] it").await;
    let id = run.report().await["conversations"][0]["id"].clone();
    let id = id.as_str().unwrap();
    let mut all = run.session(id, "after_seq=-1").await;
    all.until("full_state").await;
    assert_eq!(all.seqs(), (0..=10).collect::<Vec<_>>());
    let mut some = run.session(id, "after_seq=8").await;
    some.until("full_state").await;
    assert_eq!(some.outline()[0], "sync 8 10");
    assert_eq!(some.seqs(), [9, 10]);
    let mut live = run.session(id, "").await;
    live.until("full_state").await;
    assert_eq!(live.outline(), ["sync null 10", "full_state finished"]);
    let mut future = run.session(id, "after_seq=99").await;
    future.until("full_state").await;
    assert_eq!(future.seqs(), [0; 0]);
    let refused = run.try_socket(&format!("session/{id}?after_seq=abc")).await;
    assert!(refused.is_err());
}

#[tokio::test]
async fn in_the_middle_of_an_answer_the_rest_comes_without_its_beginning() {
    let run = Run::start().await;
    let id = run.conversation().await;
    let mut first = run.session(&id, "after_seq=-1").await;
    run.say(&id, "[stream 30 20] go").await;
    first.until("text word5 ").await;
    drop(first);
    let mut second = run.session(&id, "after_seq=3").await;
    second.until("agent: word0").await;
    let outline = second.outline();
    assert_eq!(outline[..2], ["sync 3 3", "full_state running"]);
    assert!(outline[2].starts_with("text word"));
    assert!(second.frames[2]["order"].as_u64().unwrap() > 5);
    assert!(!outline.contains(&"item 1".to_owned()));
}

#[tokio::test]
async fn the_legacy_socket_begins_with_the_state_and_streams_without_ids() {
    let run = Run::start().await;
    let id = run.conversation().await;
    let mut visit = run.events(&id, "resend_mode=all").await;
    visit.until("full_state idle").await;
    visit.say("hello").await;
    visit.rest().await;
    assert_eq!(
        visit.outline()[1..],
        [
            "SystemPromptEvent",
            "user: hello",
            "last_user",
            "running",
            "δ",
            "δHello! ",
            "δYou ",
            "δsaid: ",
            "δhello",
            "stats",
            "agent: Hello! You said: hello",
            "finished",
            "full_state finished",
        ]
    );
    assert_eq!(run.report().await["messages"][0]["run"], true);
}

#[tokio::test]
async fn the_legacy_socket_sends_again_what_it_is_asked_for() {
    let run = Run::start().await;
    run.outline("hello").await;
    let report = run.report().await;
    let id = report["conversations"][0]["id"].as_str().unwrap();
    let events = report["conversations"][0]["events"].as_array().unwrap();
    let since = events[4]["timestamp"].as_str().unwrap();
    for (query, count) in [
        (String::new(), 0),
        ("resend_mode=all".to_owned(), events.len()),
        ("resend_all=true".to_owned(), events.len()),
        ("resend_mode=since".to_owned(), 0),
        (
            format!("resend_mode=since&after_timestamp={since}"),
            events.len() - 4,
        ),
    ] {
        let mut visit = run.events(id, &query).await;
        while visit.within(250).await != Next::Quiet {}
        assert_eq!(visit.frames.len(), count + 1, "{query}");
        assert_eq!(visit.outline()[0], "full_state finished");
    }
    for query in ["resend_mode=some", "resend_mode=since&after_timestamp=abc"] {
        assert!(
            run.try_socket(&format!("events/{id}?{query}"))
                .await
                .is_err()
        );
    }
}

#[tokio::test]
async fn what_happens_during_a_legacy_replay_comes_between_and_once_more() {
    let run = Run::start().await;
    run.outline("hello").await;
    let id = run.report().await["conversations"][0]["id"].clone();
    run.order(json!({"faults": "replay=60"})).await;
    let mut visit = run.events(id.as_str().unwrap(), "resend_mode=all").await;
    visit.until("user: hello").await;
    run.order(json!({"do": "say:Meanwhile"})).await;
    while visit.within(400).await != Next::Quiet {}
    let outline = visit.outline();
    let at: Vec<usize> = (0..outline.len())
        .filter(|at| outline[*at] == "agent: Meanwhile")
        .collect();
    assert_eq!(at.len(), 2);
    assert!(outline[at[0]..at[1]].contains(&"agent: Hello! You said: hello".to_owned()));
}

#[tokio::test]
async fn a_key_is_shown_in_the_address_in_a_header_or_in_the_first_frame() {
    let mut run = Run::with("auth=300").await;
    run.order(json!({"key": "k1"})).await;
    assert_eq!(
        run.ask("GET", "/api/conversations/count", Value::Null)
            .await
            .0,
        401
    );
    assert_eq!(run.ask("GET", "/server_info", Value::Null).await.0, 200);
    run.headers = "x-session-api-key: k1\r\n".to_owned();
    let id = run.conversation().await;
    for kind in ["session", "events"] {
        let path = format!("{kind}/{id}");
        assert!(
            run.try_socket(&format!("{path}?session_api_key=x"))
                .await
                .is_err()
        );
        let right = run.try_socket(&format!("{path}?session_api_key=k1")).await;
        right.unwrap().until("full_state").await;
        let mut shown = run.try_socket(&path).await.unwrap();
        shown
            .send(r#"{"type":"auth","session_api_key":"k1"}"#)
            .await;
        shown.until("full_state").await;
        for first in [
            r#"{"type":"auth","session_api_key":"x"}"#,
            r#"{"role":"user"}"#,
            "hello",
        ] {
            let mut wrong = run.try_socket(&path).await.unwrap();
            wrong.send(first).await;
            assert_eq!(wrong.closed().await, denied(4001, "Authentication failed"));
            assert_eq!(wrong.frames, [Value::Null; 0]);
        }
        let mut mute = run.try_socket(&path).await.unwrap();
        assert_eq!(mute.closed().await, denied(4001, "Authentication failed"));
    }
    let report = run.report().await;
    assert_eq!(
        report["auth"][0],
        json!({
            "key": "k1", "ok": true, "frame": {"type": "auth", "session_api_key": "k1"},
        "host": report["auth"][0]["host"],
        })
    );
    assert_eq!(report["auth"][1]["ok"], false);
    assert_eq!(report["requests"][0]["key"], Value::Null);
    assert_eq!(report["sockets"][0]["refused"], true);
}

#[tokio::test]
async fn conversations_that_are_not_there() {
    let run = Run::start().await;
    let unknown = "ab8f0efe-074c-462b-9c9b-b4db22fb0078";
    for kind in ["session", "events"] {
        let mut visit = run.try_socket(&format!("{kind}/{unknown}")).await.unwrap();
        assert_eq!(visit.closed().await, denied(4004, "Conversation not found"));
        assert!(run.try_socket(&format!("{kind}/not-a-uuid")).await.is_err());
    }
    assert!(run.try_socket(&format!("nothing/{unknown}")).await.is_err());
    let path = format!("/api/conversations/{unknown}");
    assert_eq!(
        run.ask("GET", &path, Value::Null).await.1,
        json!({"detail": "Not Found"})
    );
    let (status, why) = run
        .ask("GET", &format!("{path}/events/search"), Value::Null)
        .await;
    assert_eq!(status, 404);
    assert_eq!(why["detail"], format!("Conversation not found: {unknown}"));
    let path = "/api/conversations/not-a-uuid";
    assert_eq!(run.ask("GET", path, Value::Null).await.0, 422);
}

#[tokio::test]
async fn a_deleted_conversation_leaves_its_sockets_open_and_silent() {
    let run = Run::start().await;
    let id = run.conversation().await;
    let mut visit = run.session(&id, "").await;
    visit.until("full_state").await;
    let path = format!("/api/conversations/{id}");
    assert_eq!(run.ask("DELETE", &path, Value::Null).await.0, 200);
    assert_eq!(visit.within(200).await, Next::Quiet);
    visit.say("after").await;
    let error = json!({"type": "error", "code": "ValueError", "detail": "inactive_service"});
    assert_eq!(visit.next().await, error);
    assert_eq!(run.ask("GET", &path, Value::Null).await.0, 404);
}

#[tokio::test]
async fn rubbish_is_answered_and_the_socket_stays_open() {
    let run = Run::start().await;
    let id = run.conversation().await;
    let mut session = run.session(&id, "").await;
    let mut legacy = run.events(&id, "").await;
    session.until("full_state").await;
    legacy.until("full_state").await;
    for (frame, code) in [
        ("not json", "JSONDecodeError"),
        ("[]", "ValidationError"),
        ("{}", "ValidationError"),
        (r#"{"role":"bogus"}"#, "ValidationError"),
        (
            r#"{"role":"user","content":[{"type":"bogus"}]}"#,
            "ValidationError",
        ),
        (r#"{"role":"assistant","content":[]}"#, "AssertionError"),
    ] {
        session.send(frame).await;
        let answer = session.next().await;
        assert_eq!(
            (&answer["type"], &answer["code"]),
            (&json!("error"), &json!(code)),
            "{frame}"
        );
        legacy.send(frame).await;
        let answer = legacy.next().await;
        assert_eq!(answer["kind"], "ServerErrorEvent");
        assert_eq!(answer["code"], code, "{frame}");
    }
    // An address frame that comes too late is passed over.
    session
        .send(r#"{"type":"auth","session_api_key":"x"}"#)
        .await;
    assert_eq!(session.within(150).await, Next::Quiet);
    legacy
        .send(r#"{"role":"user","content":"plain string"}"#)
        .await;
    legacy.until("agent: Hello! You said: plain string").await;
}

#[tokio::test]
async fn a_frame_that_is_too_large_ends_the_session_socket_each_time() {
    let run = Run::start().await;
    let id = run.conversation().await;
    let mut visit = run.session(&id, "after_seq=-1").await;
    run.say(&id, "[huge] go").await;
    assert_eq!(visit.closed().await, denied(1013, "frame_too_large"));
    let last = *visit.seqs().last().unwrap();
    let mut again = run.session(&id, &format!("after_seq={last}")).await;
    assert_eq!(again.closed().await, denied(1013, "frame_too_large"));
    let mut beyond = run.session(&id, &format!("after_seq={}", last + 1)).await;
    beyond.until("full_state finished").await;
}

#[tokio::test]
async fn an_old_server_has_only_the_legacy_socket() {
    let run = Run::with("old=1").await;
    let id = run.conversation().await;
    assert!(run.try_socket(&format!("session/{id}")).await.is_err());
    run.events(&id, "").await.until("full_state").await;
    let (_, info) = run.ask("GET", "/server_info", Value::Null).await;
    assert_eq!(info["version"], "1.34.0");
}

#[tokio::test]
async fn answers_may_come_whole() {
    let run = Run::with("nodelta=1").await;
    let outline = run.outline("hello").await;
    assert_eq!(
        outline[5..8],
        ["running", "stats", "agent: Hello! You said: hello"]
    );
}

#[tokio::test]
async fn connections_are_cut_closed_refused_and_silenced() {
    let run = Run::with("cut=after:3&dup=1&refuse=1").await;
    let id = run.conversation().await;
    assert!(run.try_socket(&format!("session/{id}")).await.is_err());
    let mut visit = run.session(&id, "after_seq=-1").await;
    run.say(&id, "hello").await;
    assert_eq!(visit.closed().await, REFUSED);
    // Four frames, of which one came twice.
    assert_eq!(visit.frames.len(), 5);
    assert_eq!(visit.frames[1], visit.frames[2]);
    run.order(json!({"faults": "close=2:1011"})).await;
    let mut visit = run.session(&id, "after_seq=-1").await;
    assert_eq!(visit.closed().await, denied(1011, ""));
    assert_eq!(visit.frames.len(), 2);
    run.order(json!({"faults": "silent=1"})).await;
    let mut visit = run.session(&id, "after_seq=-1").await;
    assert_eq!(visit.within(200).await, Next::Quiet);
    let mut next = run.session(&id, "after_seq=-1").await;
    next.until("full_state").await;
    run.order(json!({"drop": true})).await;
    assert_eq!(next.closed().await, REFUSED);
    run.order(json!({"faults": "double=1"})).await;
    let mut twice = run.session(&id, "after_seq=-1").await;
    while twice.within(200).await != Next::Quiet {}
    let frames = twice.frames.chunks(2);
    assert!(frames.len() > 3 && frames.clone().all(|pair| pair[0] == pair[1]));
    run.order(json!({"faults": "cut_every=60&seed=3"})).await;
    assert_eq!(run.session(&id, "").await.closed().await, REFUSED);
}

#[tokio::test]
async fn a_frozen_server_says_nothing_and_goes_on() {
    let run = Run::start().await;
    let id = run.conversation().await;
    let mut visit = run.session(&id, "after_seq=-1").await;
    run.say(&id, "[stream 20 20] go").await;
    visit.until("text word3 ").await;
    run.order(json!({"do": "freeze"})).await;
    while visit.within(300).await != Next::Quiet {}
    let before = visit.frames.len();
    assert!(before < 20);
    run.order(json!({"do": "thaw"})).await;
    visit.until("full_state finished").await;
    // Every piece came, once.
    let pieces = visit.frames.iter().filter(|frame| frame["type"] == "delta");
    assert_eq!(pieces.count(), 20);
}

#[tokio::test]
async fn two_thousand_pieces_come_in_order() {
    let run = Run::start().await;
    let id = run.conversation().await;
    let mut visit = run.session(&id, "after_seq=-1").await;
    run.say(&id, "[stream 2000 0] go").await;
    visit.until("full_state finished").await;
    let orders = visit
        .frames
        .iter()
        .filter_map(|frame| frame["order"].as_u64());
    assert_eq!(orders.collect::<Vec<_>>(), (0..2000).collect::<Vec<_>>());
}

#[tokio::test]
async fn the_log_has_no_gaps_whatever_a_client_saw() {
    let run = Run::start().await;
    let outline = run.outline("[edit] it").await;
    assert_eq!(*outline.last().unwrap(), "full_state finished");
    let report = run.report().await;
    let events = report["conversations"][0]["events"].as_array().unwrap();
    let mut times: Vec<&str> = events
        .iter()
        .map(|one| one["timestamp"].as_str().unwrap())
        .collect();
    assert!(times.is_sorted());
    times.dedup();
    assert!(
        times
            .iter()
            .all(|time| time.len() == 26 && !time.ends_with('Z'))
    );
    let ids: Vec<&Value> = events.iter().map(|one| &event(one)["id"]).collect();
    for one in events.iter().skip(1) {
        assert!(ids.contains(&&one["parent_id"]), "{one}");
    }
    assert_eq!(report["messages"][0]["text"], text("[edit] it")["text"]);
}
