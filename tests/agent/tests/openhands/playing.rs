//! Recordings of the real server, played to a client.

use serde_json::json;

use super::visit::{Visit, event};
use crate::server::Server;

#[tokio::test]
async fn a_recording_is_played_below_its_address_with_the_clients_own_conversation() {
    let server = Server::start().await;
    let path = "play/openhands_v0/basic/socket.io/?EIO=4&transport=websocket&conversation_id=mine";
    let mut visit = Visit::at(&server, path).await;
    assert!(visit.next().await.starts_with("0{"));
    visit.send("40").await;
    visit.until("40{").await;
    assert_eq!(visit.replayed(), [1, 2, 3]);
    let args = json!({"content": "anything"});
    visit
        .act("5", json!({"action": "message", "args": args}))
        .await;
    visit.until("435[]").await;
    let title = visit
        .event(|event| event["conversation_title"].is_string())
        .await;
    assert_eq!(title["message"], "mine");
    visit.state("finished").await;
    assert_eq!(visit.ids().last(), Some(&15));
}

#[tokio::test]
async fn a_recording_of_several_connections_cuts_between_them() {
    let server = Server::start().await;
    let path = "play/openhands_v0/reconnect_midrun/socket.io/?conversation_id=c";
    let mut first = Visit::at(&server, path).await;
    first.until("0{").await;
    first.send("40").await;
    first.until("40{").await;
    first.say("go slow").await;
    assert_eq!(first.closed().await, None);
    assert_eq!(first.ids().last(), Some(&9));
    let mut second = Visit::at(&server, path).await;
    second.until("0{").await;
    second.send("40").await;
    second.until("40{").await;
    assert_eq!(second.replayed(), [10, 11, 12, 13, 14]);
    assert_eq!(second.closed().await, None);
    let mut third = Visit::at(&server, path).await;
    third.until("0{").await;
    third.send("40").await;
    third.state("finished").await;
    assert!(third.frames.iter().filter_map(|frame| event(frame)).count() > 10);
}
