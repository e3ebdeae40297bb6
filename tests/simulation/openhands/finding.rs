//! Looking a conversation up, and making one.

use parlor::io::Payload;
use parlor::model::{ConversationId, Duration};
use parlor::protocol::Gone;
use parlor::session::{Change, Run};
use serde_json::json;

use super::super::numbered::A_WHILE;
use super::super::support::Wire;
use super::{
    CONNECTED, OPENED, finds_asleep, gone, looks, phase, running, state, stays_away, stopped, tell,
    texts, visiting, with,
};

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
    for (status, body) in [(200, "<html>"), (404, "<html>"), (405, "")] {
        let mut player = visiting();
        looks(&mut player, status, body);
        assert_eq!(player.addresses().len(), 1, "{status}");
    }
    let mut player = visiting();
    player.fail_all();
    assert_eq!(player.addresses().len(), 1);
}

#[test]
fn a_server_in_trouble_is_asked_again_before_it_is_connected_to() {
    for status in [429, 500, 503] {
        let mut player = visiting();
        looks(&mut player, status, "oops");
        assert!(player.addresses().is_empty());
        assert!(player.asked().is_empty(), "not at once");
        player.wait(A_WHILE);
        looks(&mut player, 200, "null");
        assert_eq!(gone(&player), Some(Gone::UnknownConversation));
    }
    let mut player = visiting();
    for _ in 0..4 {
        looks(&mut player, 500, "oops");
        player.wait(A_WHILE);
    }
    assert_eq!(player.addresses().len(), 1, "and then is connected to");
}

#[test]
fn a_new_conversation_is_connected_to_once_its_runtime_is_there() {
    let mut player = with(None, true, false);
    let made = json!({"status": "ok", "conversation_id": "feed01", "message": null});
    looks(&mut player, 200, &made.to_string());
    // The server is about to write it down, and then builds.
    looks(&mut player, 200, "null");
    for busy in [
        json!(null),
        json!("STATUS$STARTING_RUNTIME"),
        json!("STATUS$SETTING_UP_WORKSPACE"),
    ] {
        player.wait(Duration::secs(2));
        let body = json!({"status": "STARTING", "title": "New", "runtime_status": busy});
        looks(&mut player, 200, &body.to_string());
        assert!(player.addresses().is_empty());
        assert_eq!(player.session().run(), Run::Starting);
    }
    let words = Change::Progress(Some("STATUS$SETTING_UP_WORKSPACE".into()));
    assert!(player.changes().contains(&words));
    player.wait(Duration::secs(2));
    let body = json!({"status": "RUNNING", "title": "New", "runtime_status": "STATUS$READY"});
    looks(&mut player, 200, &body.to_string());
    assert_eq!(player.addresses().len(), 1);
}

#[test]
fn a_runtime_that_takes_minutes_is_waited_for() {
    let mut player = visiting();
    let body = json!({"status": "STARTING", "title": null, "runtime_status": null});
    for _ in 0..250 {
        looks(&mut player, 200, &body.to_string());
        player.wait(Duration::secs(1));
        assert_eq!(phase(&player), "connecting");
    }
    assert!(player.addresses().is_empty());
    for _ in 0..51 {
        looks(&mut player, 200, &body.to_string());
        player.wait(Duration::secs(1));
    }
    assert_eq!(player.addresses().len(), 1, "and not for ever");
}

#[test]
fn a_conversation_that_sleeps_is_started_with_what_the_server_knows_of_providers() {
    let mut player = visiting();
    looks(&mut player, 200, &stopped());
    let known = json!({"provider_tokens_set": {"github": null, "gitlab": "h", "Odd name": null}});
    assert_eq!(player.asked(), ["http://agent.test:3000/api/settings"]);
    looks(&mut player, 200, &known.to_string());
    player.answer_next(|request| {
        assert_eq!(request.method, "POST");
        assert!(request.url.ends_with("/conversations/0a1b-2c3d/start"));
        let body = json!({"providers_set": ["github", "gitlab"]}).to_string();
        assert_eq!(request.body, Some(Payload::Text(body)));
        Some((200, json!({"status": "ok"}).to_string()))
    });
    looks(&mut player, 200, &running());
    assert!(player.addresses()[0].ends_with("latest_event_id=-1&providers_set=github,gitlab"));
    player.open();
    player.receive(OPENED);
    // Its log tells of this start, and is true.
    tell(&mut player, &state(4, "awaiting_user_input"));
    player.receive(CONNECTED);
    player.answer_all(200, r#"{"events":[],"has_more":false}"#);
    player.say("good morning");
    assert_eq!(texts(&player), ["good morning"]);
}

#[test]
fn a_server_that_cannot_be_asked_to_start_one_is_connected_to() {
    let mut player = visiting();
    finds_asleep(&mut player);
    assert!(player.addresses()[0].ends_with("latest_event_id=-1"));
}

#[test]
fn the_server_names_a_new_conversation() {
    let mut player = with(None, true, false);
    player.answer_next(|request| {
        assert_eq!(request.method, "POST");
        assert_eq!(request.url, "http://agent.test:3000/api/conversations");
        assert_eq!(request.body, Some(Payload::Text("{}".to_owned())));
        let json = ("Content-Type".to_owned(), "application/json".to_owned());
        assert!(request.headers.contains(&json));
        let body = json!({"status": "ok", "conversation_id": "feed01", "message": null});
        Some((200, body.to_string()))
    });
    let named = Change::Named(ConversationId::new("feed01"));
    assert!(player.changes().contains(&named));
    looks(&mut player, 200, &running());
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
