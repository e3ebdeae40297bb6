//! How a connection comes about, and what it is given first.

use serde_json::json;

use super::visit::{Next, Visit, report, short};
use crate::server::Server;

#[tokio::test]
async fn an_unknown_conversation_is_made_and_its_agent_starts_behind_the_ack() {
    let server = Server::start().await;
    let visit = Visit::ready(&server, "new").await;
    let open = &visit.frames[0];
    assert!(open.starts_with("0{\"sid\":"), "{open}");
    for part in [
        "\"upgrades\":[]",
        "\"pingInterval\":25000",
        "\"maxPayload\":4194304",
    ] {
        assert!(open.contains(part), "{open}");
    }
    assert!(
        visit.frames[1].starts_with("40{\"sid\":"),
        "{:?}",
        visit.frames
    );
    let happened: Vec<String> = visit.events().iter().map(short).collect();
    assert_eq!(
        happened,
        [
            "+agent_state_changed loading",
            "STATUS$STARTING_RUNTIME",
            "STATUS$RUNTIME_STARTED",
            "STATUS$SETTING_UP_WORKSPACE",
            "STATUS$SETTING_UP_GIT_HOOKS",
            "STATUS$READY",
            "system",
            "+agent_state_changed awaiting_user_input",
        ]
    );
    // The environment's wish, id 2, is in the log and is not sent live.
    assert_eq!(visit.ids(), [0, 1, 3]);
    assert!(
        visit
            .events()
            .iter()
            .all(|event| event["source"] != "environment")
    );
}

#[tokio::test]
async fn a_replay_comes_before_the_ack_and_begins_after_the_id() {
    let server = Server::start().await;
    Visit::ready(&server, "c").await;
    for (after, ids) in [
        (-1, vec![1, 2, 3]),
        (1, vec![2, 3]),
        (2, vec![3]),
        (3, vec![]),
        (99, vec![]),
    ] {
        let mut visit = Visit::start(&server, "c", after, "").await;
        visit.until("40{").await;
        assert_eq!(visit.replayed(), ids, "after {after}");
    }
    let mut visit = Visit::start(&server, "c", 2, "").await;
    visit.until("40{").await;
    assert_eq!(visit.events()[0]["source"], "environment");
    assert_eq!(
        report(&server, "c").await["replayed"],
        json!([0, 3, 2, 1, 0, 0, 1])
    );
}

#[tokio::test]
async fn the_last_state_is_replayed_behind_larger_ids_and_recalls_are_not() {
    let server = Server::start().await;
    let mut visit = Visit::ready(&server, "c").await;
    visit.say("stall").await;
    visit.event(|event| event["observation"] == "recall").await;
    assert_eq!(visit.ids(), [0, 1, 3, 4, 5, 6, 7]);
    let mut again = Visit::start(&server, "c", -1, "").await;
    again.until("40{").await;
    assert_eq!(again.replayed(), [1, 2, 4, 7, 6]);
}

#[tokio::test]
async fn a_plain_server_acknowledges_early() {
    let server = Server::start().await;
    Visit::ready(&server, "c").await;
    let mut visit = Visit::start(&server, "c", -1, "&early=1").await;
    visit.event(|event| event["id"] == 3).await;
    // The faults of a conversation are those of its first connection.
    assert!(!visit.frames[1].starts_with("40{"));
    let mut visit = Visit::start(&server, "d", -1, "&early=1").await;
    visit.state("awaiting_user_input").await;
    let mut visit = Visit::start(&server, "d", -1, "").await;
    visit.event(|event| event["id"] == 3).await;
    assert!(visit.frames[1].starts_with("40{"));
    assert_eq!(visit.ids(), [1, 2, 3]);
}

#[tokio::test]
async fn what_is_sent_right_behind_the_connect_packet_waits_for_the_ack() {
    let server = Server::start().await;
    Visit::ready(&server, "c").await;
    let mut visit = Visit::start(&server, "c", -1, "").await;
    let args = json!({"content": "stall"});
    visit
        .act("7", json!({"action": "message", "args": args}))
        .await;
    visit.until("437[]").await;
    let at = |start: &str| {
        visit
            .frames
            .iter()
            .position(|frame| frame.starts_with(start))
    };
    assert!(at("40{") < at("437[]"));
}

#[tokio::test]
async fn without_a_connect_packet_nothing_is_heard() {
    let server = Server::start().await;
    let mut visit = Visit::open(&server, "c", -1, "").await;
    visit.until("0{").await;
    visit.say("hello").await;
    assert_eq!(visit.within(300).await, Next::Quiet);
    assert_eq!(report(&server, "c").await["accepted"], json!([]));
}

#[tokio::test]
async fn a_second_connect_packet_is_denied_with_a_string_and_does_no_harm() {
    let server = Server::start().await;
    let mut visit = Visit::ready(&server, "c").await;
    visit.send("40").await;
    assert_eq!(visit.next().await, "44\"Unable to connect\"");
    visit.send("40/admin,").await;
    assert_eq!(visit.next().await, "44/admin,\"Unable to connect\"");
    for frame in [
        "2",
        "2probe",
        "6",
        "9hello",
        "42[\"oh_user_action\",{\"action\":",
    ] {
        visit.send(frame).await;
    }
    visit.say("hello").await;
    visit.event(|event| event["action"] == "message").await;
}

#[tokio::test]
async fn refuses_as_the_real_server_does() {
    let server = Server::start().await;
    let base = "openhands-v0/socket.io/?EIO=4&transport=websocket";
    let mut nowhere = Visit::at(&server, base).await;
    nowhere.send("40").await;
    let refused = "44{\"message\":\"No conversation_id in query params\"}";
    assert_eq!(nowhere.until("4").await, refused);
    for wrong in [
        "EIO=3&transport=websocket",
        "transport=websocket",
        "EIO=4&transport=bogus",
    ] {
        let path = format!("openhands-v0/socket.io/?{wrong}&conversation_id=c");
        assert!(server.socket(&path).await.is_err(), "{wrong}");
    }
    let mut unknown = Visit::start(&server, "c", -1, "&providers_set=github,nope").await;
    unknown.until("0{").await;
    assert_eq!(unknown.within(300).await, Next::Quiet);
}

#[tokio::test]
async fn a_key_is_asked_for_where_one_was_set() {
    let server = Server::start().await;
    let order = json!({"run": "c", "key": "secret"}).to_string();
    server.request("POST", "/control", &order).await;
    let mut missing = Visit::start(&server, "c", -1, "").await;
    missing.until("0{").await;
    assert_eq!(missing.within(300).await, Next::Quiet);
    let mut wrong = Visit::start(&server, "c", -1, "&session_api_key=x").await;
    let refused = "44{\"message\":\"invalid_session_api_key\"}";
    assert_eq!(wrong.until("4").await, refused);
    let mut right = Visit::start(&server, "c", -1, "&session_api_key=secret").await;
    right.state("awaiting_user_input").await;
    let path = "/openhands-v0/api/conversations/c";
    assert_eq!(server.request("GET", path, "").await.0, 401);
    let header = "x-session-api-key: secret\r\n";
    assert_eq!(server.request_with("GET", path, header, "").await.0, 200);
}
