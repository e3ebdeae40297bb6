//! Everything that can be made to go wrong with a connection.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::visit::{Next, Visit, report, rest};
use crate::server::Server;

async fn order(server: &Server, id: &str, faults: &str) {
    let order = json!({"run": id, "faults": faults}).to_string();
    server.request("POST", "/control", &order).await;
}

#[tokio::test]
async fn connections_that_are_cut_at_random_still_show_everything_once_replayed() {
    let server = Server::start().await;
    let mut visit = Visit::ready(&server, "c").await;
    let mut seen: BTreeSet<i64> = visit.ids().into_iter().collect();
    order(&server, "c", "cut_every=120&seed=5&cuts=12").await;
    visit.say("long 25").await;
    visit.event(|event| event["source"] == "user").await;
    visit = Visit::start(&server, "c", 3, "").await;
    let mut cuts = 0;
    loop {
        match visit.within(10_000).await {
            Next::Frame(_) => {}
            Next::Closed(code) => {
                assert_eq!(code, None);
                cuts += 1;
                seen.extend(visit.ids());
                let last = seen.last().copied().unwrap_or(-1);
                visit = Visit::start(&server, "c", last, "").await;
            }
            Next::Quiet => panic!("quiet after {cuts} cuts"),
        }
        if visit
            .events()
            .iter()
            .any(|event| event["extras"]["agent_state"] == "finished")
        {
            break;
        }
    }
    seen.extend(visit.ids());
    assert!(cuts > 3, "{cuts} cuts");
    let report = report(&server, "c").await;
    assert_eq!(report["accepted"], json!(["long 25"]));
    for event in report["events"].as_array().unwrap() {
        if event["action"] == "run" || event["observation"] == "run" {
            assert!(seen.contains(&event["id"].as_i64().unwrap()), "{event}");
        }
    }
}

#[tokio::test]
async fn a_frame_is_cut_closed_doubled_and_garbled_by_its_number() {
    let server = Server::start().await;
    // 0 is the open packet, 1 the ack, and then come the events.
    for (faults, frames, code) in [
        ("cut=before:4", 4, None),
        ("cut=after:4", 5, None),
        ("close=4:1012", 4, Some(1012)),
    ] {
        order(&server, faults, faults).await;
        let id = faults.replace('=', "%3D").replace(':', "%3A");
        let mut visit = Visit::start(&server, &id, -1, "").await;
        assert_eq!(visit.closed().await, code, "{faults}");
        assert_eq!(visit.frames.len(), frames, "{faults}");
        let mut again = Visit::start(&server, &id, -1, "").await;
        again.until("40{").await;
    }
    order(&server, "d", "dup=2&garbage=3").await;
    let visit = Visit::ready(&server, "d").await;
    assert_eq!(visit.frames[2], visit.frames[3]);
    assert_eq!(visit.frames[4], "42[\"oh_event\",{");
}

#[tokio::test]
async fn a_disconnect_packet_leaves_a_socket_that_is_deaf() {
    let server = Server::start().await;
    let mut visit = Visit::start(&server, "c", -1, "&disconnect=4").await;
    assert_eq!(visit.until("41").await, "41");
    visit.say("hello").await;
    assert_eq!(visit.within(400).await, Next::Quiet);
    assert_eq!(report(&server, "c").await["accepted"], json!([]));
}

#[tokio::test]
async fn a_connection_is_denied_in_both_ways_and_then_let_in() {
    let server = Server::start().await;
    for (how, packet) in [
        ("object", "44{\"message\":\"Settings not found\",\"data\":"),
        ("string", "44\"Unable to connect\""),
    ] {
        order(&server, how, &format!("deny={how}:1")).await;
        let mut denied = Visit::start(&server, how, -1, "").await;
        let denial = denied.until("4").await;
        assert!(denial.starts_with(packet), "{denial}");
        assert_eq!(denied.within(200).await, Next::Quiet);
        Visit::ready(&server, how).await;
    }
}

#[tokio::test]
async fn a_silent_server_says_nothing_and_a_refusing_one_is_not_there() {
    let server = Server::start().await;
    order(&server, "c", "silent=1&refuse=1").await;
    let path = "openhands-v0/socket.io/?EIO=4&transport=websocket&conversation_id=c";
    assert!(server.socket(path).await.is_err());
    let mut silent = Visit::start(&server, "c", -1, "").await;
    silent.until("0{").await;
    assert_eq!(silent.within(300).await, Next::Quiet);
    Visit::ready(&server, "c").await;
}

#[tokio::test]
async fn pings_come_as_announced_or_not_at_all() {
    let server = Server::start().await;
    let mut visit = Visit::start(&server, "c", -1, "&ping=100:50").await;
    let open = visit.until("0{").await;
    assert!(open.contains("\"pingInterval\":100") && open.contains("\"pingTimeout\":50"));
    visit.until("2").await;
    visit.until("2").await;
    let mut visit = Visit::start(&server, "d", -1, "&ping=100:50&noping=1").await;
    visit.state("awaiting_user_input").await;
    assert_eq!(visit.within(400).await, Next::Quiet);
}

#[tokio::test]
async fn events_behind_a_replay_are_lost_and_found_again_by_their_ids() {
    let server = Server::start().await;
    order(&server, "c", "lose=1:3").await;
    Visit::ready(&server, "c").await;
    let mut visit = Visit::start(&server, "c", -1, "").await;
    visit.until("40{").await;
    visit.say("hello").await;
    visit.state("awaiting_user_input").await;
    // Echo, recall and state were sent to nobody.
    assert_eq!(visit.ids(), [1, 2, 3, 7, 8, 9]);
    let path = "conversations/c/events?start_id=4&end_id=6&limit=100";
    let (status, found) = rest(&server, "GET", path, Value::Null).await;
    assert_eq!(status, 200);
    let ids: Vec<i64> = found["events"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|event| event["id"].as_i64())
        .collect();
    assert_eq!(ids, [4, 5, 6]);
}

#[tokio::test]
async fn the_end_of_a_replay_comes_twice() {
    let server = Server::start().await;
    order(&server, "c", "double=1&slow=20").await;
    Visit::ready(&server, "c").await;
    let mut visit = Visit::start(&server, "c", -1, "").await;
    visit.until("40{").await;
    visit.state("awaiting_user_input").await;
    assert_eq!(visit.ids(), [1, 2, 3, 1, 2, 3]);
}

#[tokio::test]
async fn a_run_is_dropped_and_down_by_order_and_no_other() {
    let server = Server::start().await;
    let mut visit = Visit::ready(&server, "c").await;
    let mut other = Visit::ready(&server, "d").await;
    let down = json!({"run": "c", "down": true}).to_string();
    server.request("POST", "/control", &down).await;
    assert_eq!(visit.closed().await, None);
    let path = "openhands-v0/socket.io/?EIO=4&transport=websocket&conversation_id=c";
    assert!(server.socket(path).await.is_err());
    assert_eq!(other.within(200).await, Next::Quiet);
    let up = json!({"run": "c", "down": false}).to_string();
    server.request("POST", "/control", &up).await;
    let mut visit = Visit::start(&server, "c", 2, "").await;
    visit.until("40{").await;
    assert_eq!(visit.replayed(), [3]);
}

#[tokio::test]
async fn a_frame_that_is_too_large_or_empty_ends_the_connection() {
    let server = Server::start().await;
    let mut visit = Visit::ready(&server, "c").await;
    visit.say(&"x".repeat(5 << 20)).await;
    assert_eq!(visit.closed().await, Some(1000));
    let mut visit = Visit::ready(&server, "d").await;
    visit.send("").await;
    assert_eq!(visit.closed().await, None);
}
