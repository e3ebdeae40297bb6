//! Looking a conversation up, and making one.

use parlor::model::{ConversationId, Duration};
use parlor::protocol::Gone;
use parlor::session::Change;
use serde_json::json;

use super::super::support::Wire;
use super::{gone, looks, running, stays_away, visiting, with};

#[test]
fn a_running_conversation_is_connected_to_and_its_title_is_known() {
    let mut player = visiting();
    assert_eq!(
        player.asked(),
        ["http://agent.test:3000/api/conversations/0a1b-2c3d"]
    );
    assert!(player.addresses().is_empty(), "the look comes first");
    looks(&mut player, 200, &running());
    assert_eq!(player.addresses().len(), 1);
    let title = Change::Titled("A title".into());
    assert!(player.changes().contains(&title));
}

#[test]
fn a_conversation_that_is_not_there_is_not_made_by_connecting() {
    for (status, body) in [(200, "null"), (404, "{\"detail\":\"Not Found\"}")] {
        let mut player = visiting();
        looks(&mut player, status, body);
        assert_eq!(gone(&player), Some(Gone::UnknownConversation));
        assert!(player.addresses().is_empty());
        stays_away(&mut player);
    }
}

#[test]
fn a_server_that_wants_a_key_is_not_connected_to() {
    for status in [401, 403] {
        let mut player = visiting();
        looks(&mut player, status, "{\"detail\":\"Unauthorized\"}");
        assert_eq!(gone(&player), Some(Gone::Unauthorized));
        stays_away(&mut player);
    }
}

#[test]
fn a_look_without_a_clear_answer_does_not_keep_from_connecting() {
    for (status, body) in [(500, "oops"), (200, "<html>"), (429, "")] {
        let mut player = visiting();
        looks(&mut player, status, body);
        assert_eq!(player.addresses().len(), 1, "{status}");
    }
    let mut player = visiting();
    player.fail_all();
    assert_eq!(player.addresses().len(), 1);
}

#[test]
fn the_server_names_a_new_conversation() {
    let mut player = with(None, true, false);
    player.answer_next(|request| {
        assert_eq!(request.method, "POST");
        assert_eq!(request.url, "http://agent.test:3000/api/conversations");
        assert_eq!(request.body.as_deref(), Some("{}"));
        let json = ("Content-Type".to_owned(), "application/json".to_owned());
        assert!(request.headers.contains(&json));
        let body = json!({"status": "ok", "conversation_id": "feed01", "message": null});
        Some((200, body.to_string()))
    });
    let named = Change::Named(ConversationId::new("feed01"));
    assert!(player.changes().contains(&named));
    assert!(player.addresses()[0].contains("conversation_id=feed01&latest_event_id=-1"));
    player.close(1006, "");
    player.wait(Duration::secs(31));
    let look = "http://agent.test:3000/api/conversations/feed01";
    assert_eq!(player.asked(), [look], "the second time it is there");
}

#[test]
fn where_the_server_cannot_be_asked_for_one_connecting_makes_it() {
    let mut player = with(None, true, false);
    player.fail_all();
    assert!(player.addresses()[0].contains("conversation_id=0a1b2c3d&"));
    let named = Change::Named(ConversationId::new("0a1b2c3d"));
    player.open();
    player.receive(r#"0{"sid":"s"}"#);
    assert!(!player.changes().contains(&named), "nothing is made yet");
    player.receive(r#"40{"sid":"t"}"#);
    assert!(
        player.changes().contains(&named),
        "in the server's own form"
    );
}

#[test]
fn a_server_without_a_model_says_so() {
    for name in [
        "CONFIGURATION$SETTINGS_NOT_FOUND",
        "STATUS$ERROR_LLM_AUTHENTICATION",
    ] {
        let mut player = with(None, true, false);
        let body = json!({"status": "error", "message": "no", "msg_id": name}).to_string();
        looks(&mut player, 400, &body);
        assert_eq!(gone(&player), Some(Gone::NotSetUp), "{name}");
        stays_away(&mut player);
    }
}
