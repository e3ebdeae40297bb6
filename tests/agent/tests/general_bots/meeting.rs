//! Rooms: who hears what of whom.

use serde_json::{Value, json};

use super::visit::{Run, Visit};

fn join(name: &str) -> Value {
    json!({
        "type": "join", "room_id": "room", "participant_name": name,
        "participant_id": format!("own-{name}"),
    })
}

fn leave() -> Value {
    json!({"type": "leave", "room_id": "room"})
}

fn signal(target: &Value) -> Value {
    let signal = json!({"type": "offer", "sdp": "v=0", "from": "own-Ana"});
    json!({"type": "signal", "room_id": "room", "target_id": target, "signal": signal})
}

fn error(code: &str, message: &str) -> Value {
    json!({"type": "error", "code": code, "message": message})
}

async fn joined(run: &Run, path: &str, name: &str) -> Visit {
    let mut visit = run.socket(path).await;
    visit.send(join(name)).await;
    visit
}

#[tokio::test]
async fn a_roster_tells_who_joins_who_is_there_and_the_others_who_comes_and_goes() {
    let run = Run::start().await;
    let mut ana = joined(&run, "ws/meet", "Ana").await;
    let first = ana.next().await;
    assert_eq!(
        (&first["type"], &first["participants"]),
        (&json!("joined"), &json!([]))
    );
    let mut bo = joined(&run, "roster/ws/meet", "Bo").await;
    let second = bo.next().await;
    let there = json!([{"participant_id": first["participant_id"], "participant_name": "Ana"}]);
    assert_eq!(second["participants"], there);
    let bos = &second["participant_id"];
    let said = |what: &str| json!({"type": what, "room_id": "room", "participant_id": bos, "participant_name": "Bo"});
    assert_eq!(ana.next().await, said("join"));

    ana.send(signal(bos)).await;
    let heard = bo.next().await;
    assert_eq!(heard["from_id"], first["participant_id"]);
    assert_eq!(heard["target_id"], *bos);
    assert_eq!(heard["signal"], signal(bos)["signal"]);
    ana.send(signal(&json!("*"))).await;
    assert_eq!(
        ana.next().await,
        error("SESSION_NOT_FOUND", "Unknown target")
    );
    bo.send(leave()).await;
    assert_eq!(ana.next().await, said("leave"));
    bo.send(signal(&first["participant_id"])).await;
    assert_eq!(
        bo.next().await,
        error("SESSION_NOT_FOUND", "Not in this room")
    );

    ana.send(json!({"type": "ping"})).await;
    assert_eq!(ana.next().await, json!({"type": "pong"}));
    ana.send_text("{").await;
    assert_eq!(ana.next().await, error("INVALID_FORMAT", "Malformed JSON"));
    ana.send_text(&"x".repeat(65_537)).await;
    assert_eq!(ana.next().await["code"], "MESSAGE_TOO_LARGE");

    let report = run.report().await;
    let room = &report["rooms"]["room"];
    assert_eq!(room["present"], json!(["Ana"]));
    assert_eq!(
        room["joins"][1],
        json!({"name": "Bo", "id": bos, "own": "own-Bo"})
    );
    assert_eq!(
        room["leaves"],
        json!([{"name": "Bo", "id": bos, "own": "own-Bo"}])
    );
    assert_eq!(room["signals"], json!({"offer": 3}));
    assert_eq!(room["largest"], signal(bos).to_string().len());
    assert_eq!(report["frames"]["join"], 2);
    assert_eq!(report["sockets"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_joincast_tells_only_the_others() {
    let run = Run::start().await;
    let mut ana = joined(&run, "ws/meet?kind=joincast", "Ana").await;
    ana.quiet().await;
    let mut bo = joined(&run, "joincast/ws/meet", "Bo").await;
    let bos = ana.next().await["participant_id"].clone();
    bo.quiet().await;
    ana.send(signal(&bos)).await;
    let heard = bo.next().await;
    assert!(heard["from_id"].is_string());
    assert_ne!(heard["from_id"], bos);
    ana.send(json!({"type": "ping"})).await;
    assert_eq!(ana.next().await["code"], "INVALID_FORMAT");
    drop(bo);
    assert_eq!(ana.next().await["type"], "leave");
}

#[tokio::test]
async fn a_relay_sends_every_frame_to_everybody_else_as_it_came() {
    let run = Run::start().await;
    let mut ana = joined(&run, "relay/ws/meet", "Ana").await;
    let mut bo = joined(&run, "ws/meet?kind=relay", "Bo").await;
    assert_eq!(ana.next().await, join("Bo"));
    let mut cy = joined(&run, "relay/ws/meet", "Cy").await;
    assert_eq!(ana.next().await, join("Cy"));
    assert_eq!(bo.next().await, join("Cy"));
    ana.send(signal(&json!("own-Bo"))).await;
    assert_eq!(bo.next().await, signal(&json!("own-Bo")));
    assert_eq!(cy.next().await, signal(&json!("own-Bo")));
    cy.send(json!({"type": "ping"})).await;
    assert_eq!(ana.next().await, json!({"type": "ping"}));
    assert_eq!(bo.next().await, json!({"type": "ping"}));
    bo.send(leave()).await;
    assert_eq!(ana.next().await, leave());
    drop(cy);
    ana.quiet().await;
    run.order(json!({"faults": "back=1"})).await;
    ana.send(json!({"type": "ping"})).await;
    assert_eq!(ana.next().await, json!({"type": "ping"}));
}

#[tokio::test]
async fn who_brings_nobody_together_echoes_chats_or_hangs_up() {
    let run = Run::start().await;
    let mut echo = joined(&run, "echo/ws/meet", "Ana").await;
    let echoed = echo.next().await;
    assert_eq!(echoed, format!("Echo: {}", join("Ana")));
    for path in ["c/ws/meet", "ws/meet?kind=chat"] {
        let mut chat = run.socket(path).await;
        let welcome = chat.next().await;
        assert_eq!(welcome["type"], "connected");
        assert!(welcome["session_id"].is_string());
        chat.quiet().await;
    }
    assert_eq!(run.socket("b/ws/meet").await.closed().await, None);
    assert!(run.try_socket("a/ws/meet").await.is_err());
}

#[tokio::test]
async fn a_participant_is_cut_on_demand_and_comes_back_under_another_id_or_its_own() {
    let run = Run::with("linger=200").await;
    let mut ana = joined(&run, "ws/meet", "Ana").await;
    ana.next().await;
    let mut bo = joined(&run, "ws/meet", "Bo").await;
    let old = bo.next().await["participant_id"].clone();
    ana.next().await;
    run.order(json!({"do": "cut:Bo"})).await;
    assert_eq!(bo.closed().await, None);
    ana.quiet().await;
    let mut bo = joined(&run, "ws/meet", "Bo").await;
    let new = bo.next().await["participant_id"].clone();
    assert_ne!(old, new);
    let next = [ana.next().await, ana.next().await];
    let mut kinds = next.map(|frame| (frame["type"].clone(), frame["participant_id"].clone()));
    kinds.sort_by_key(|(kind, _)| kind.to_string());
    assert_eq!(kinds, [(json!("join"), new), (json!("leave"), old)]);

    run.order(json!({"faults": "adopt=1&linger=100"})).await;
    let mut cy = joined(&run, "ws/meet", "Cy").await;
    assert_eq!(cy.next().await["participant_id"], "own-Cy");
    assert_eq!(ana.next().await["participant_id"], "own-Cy");
    drop(cy);
    let mut cy = joined(&run, "ws/meet", "Cy").await;
    cy.next().await;
    assert_eq!(ana.next().await["type"], "join");
    ana.quiet().await;
}

#[tokio::test]
async fn signals_are_lost_or_late_and_who_comes_is_refused_as_ordered() {
    let run = Run::with("lose=1").await;
    let mut ana = joined(&run, "ws/meet", "Ana").await;
    ana.next().await;
    let mut bo = joined(&run, "ws/meet", "Bo").await;
    let bos = bo.next().await["participant_id"].clone();
    ana.next().await;
    ana.send(signal(&bos)).await;
    bo.quiet().await;
    assert_eq!(run.report().await["rooms"]["room"]["lost"], 1);
    run.order(json!({"faults": "slow=300"})).await;
    ana.send(signal(&bos)).await;
    ana.send(signal(&bos)).await;
    bo.quiet().await;
    bo.next().await;
    bo.next().await;

    run.order(json!({"faults": "deny=AUTH_FAILED"})).await;
    let mut cy = joined(&run, "ws/meet", "Cy").await;
    let denied = error("AUTH_FAILED", "You cannot join this room");
    assert_eq!(cy.next().await, denied);
    run.order(json!({"faults": "refuse=1"})).await;
    assert!(run.try_socket("ws/meet").await.is_err());
    assert!(run.try_socket("ws/meet").await.is_ok());
    let (mut all, sockets) = (0, run.report().await["sockets"].clone());
    for socket in sockets.as_array().unwrap() {
        all += usize::from(socket["refused"] == true);
    }
    assert_eq!(all, 1);
    run.order(json!({"drop": true})).await;
    assert_eq!(ana.closed().await, None);
}
