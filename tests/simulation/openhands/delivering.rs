//! What becomes of a message that goes.

use parlor::model::{Attachment, Body, Duration, Item, ItemId, SendState};
use parlor::recording::Player;
use parlor::session::Input;
use serde_json::{Value, json};

use super::super::numbered::message as agent_said;
use super::super::support::Wire;
use super::{
    CONNECTED, OPENED, acked, idle, last, last_sent, looks, messages, running, state, tell, texts,
    user, visiting, with,
};

#[test]
fn a_message_is_confirmed_by_its_echo_under_the_same_item() {
    let mut player = idle();
    player.say("hello");
    let id = player.last();
    let (ack, text) = messages(&player).remove(0);
    assert_eq!((ack, text.as_str()), (1, "hello"));
    let wanted = json!(["oh_user_action", {"action": "message",
        "args": {"content": "hello", "image_urls": [], "file_urls": [],
            "timestamp": "1970-01-01T00:00:00.000Z"}}]);
    let said: Value = serde_json::from_str(&last_sent(&player)[3..]).unwrap();
    assert_eq!(said, wanted);
    assert_eq!(player.lines(), ["user sending: hello"]);
    player.flush();
    assert_eq!(player.lines(), ["user sent: hello"]);
    acked(&mut player);
    player.wait(Duration::secs(10));
    assert_eq!(
        player.lines(),
        ["user sent: hello"],
        "taken, and not in the log yet"
    );
    tell(&mut player, &agent_said(3));
    tell(&mut player, &user(4, "hello"));
    assert_eq!(player.lines(), ["agent done: m3", "user confirmed: hello"]);
    assert_eq!(player.last(), id);
}

#[test]
fn a_message_that_the_server_does_not_take_has_failed() {
    let mut player = idle();
    player.say("no");
    player.say("next");
    player.flush();
    player.wait(Duration::millis(4_999));
    assert_eq!(player.lines()[0], "user sent: no");
    assert_eq!(texts(&player), ["no"], "one after the other");
    player.wait(Duration::millis(1));
    assert_eq!(player.lines()[0], "user failed: no");
    assert_eq!(texts(&player), ["no", "next"]);
    // It had only been slow.
    tell(&mut player, &user(4, "no"));
    assert!(player.lines().contains(&"user confirmed: no".to_owned()));
    assert_eq!(player.items().len(), 2);
}

#[test]
fn a_slow_upload_is_not_a_refusal() {
    let mut player = idle();
    player.say("with a large picture");
    player.wait(Duration::secs(30));
    assert_eq!(player.lines(), ["user sending: with a large picture"]);
    player.flush();
    player.wait(Duration::secs(4));
    acked(&mut player);
    assert_eq!(player.lines(), ["user sent: with a large picture"]);
}

#[test]
fn pictures_go_out_as_addresses_with_their_data() {
    let mut player = idle();
    let picture = |name: &str, mime: &str| Attachment {
        name: name.into(),
        mime: mime.into(),
        base64: "iVBOR".into(),
    };
    player.input(Input::Send {
        text: "look".into(),
        attachments: vec![
            picture("a.png", "image/png"),
            picture("b.jpg", "image/jpeg"),
        ],
    });
    let said: Value = serde_json::from_str(&last_sent(&player)[3..]).unwrap();
    assert_eq!(
        said[1]["args"]["image_urls"],
        json!([
            "data:image/png;base64,iVBOR",
            "data:image/jpeg;base64,iVBOR"
        ])
    );
}

#[test]
fn strict_mode_sends_the_frame_of_the_document() {
    let mut player = with(None, false, true);
    looks(&mut player, 200, &running());
    player.open();
    player.receive(OPENED);
    tell(&mut player, &state(0, "awaiting_user_input"));
    player.receive(CONNECTED);
    player.answer_all(200, r#"{"events":[],"has_more":false}"#);
    player.say("hello");
    player.flush();
    let said = r#"42["oh_user_action",{"message":"hello","source":"user","type":"message"}]"#;
    assert_eq!(last_sent(&player), said);
    let event = json!({"id": "1", "type": "message", "source": "user", "message": "hello"});
    tell(&mut player, &event);
    assert_eq!(player.lines(), ["user confirmed: hello"]);
    player.say("passed over");
    player.flush();
    player.wait(Duration::secs(5));
    assert_eq!(
        last(&player),
        "user failed: passed over",
        "as released servers do"
    );
}

#[test]
fn the_same_text_twice_is_two_messages_in_order() {
    let mut player = idle();
    player.say("go");
    player.say("go");
    acked(&mut player);
    acked(&mut player);
    assert_eq!(texts(&player), ["go", "go"]);
    let ids: Vec<ItemId> = player.items().iter().map(|item| item.id).collect();
    let confirmed = |player: &Player| -> Vec<ItemId> {
        let items = player.items().iter();
        let sure = items.filter(|item| sent_state(item) == Some(SendState::Confirmed));
        sure.map(|item| item.id).collect()
    };
    tell(&mut player, &user(1, "go"));
    assert_eq!(confirmed(&player), ids[..1]);
    tell(&mut player, &user(2, "go"));
    assert_eq!(confirmed(&player), ids);
    tell(&mut player, &user(3, "go"));
    assert_eq!(player.items().len(), 3, "the third is of another window");
}

#[test]
fn a_message_of_another_window_appears() {
    let mut player = idle();
    player.say("mine");
    tell(&mut player, &user(1, "theirs"));
    tell(&mut player, &user(2, "mine"));
    let lines = ["user confirmed: theirs", "user confirmed: mine"];
    assert_eq!(player.lines(), lines);
}

fn sent_state(item: &Item) -> Option<SendState> {
    match &item.body {
        Body::User(message) => Some(message.state.clone()),
        _ => None,
    }
}

#[test]
fn what_is_longer_than_the_server_takes_is_not_sent_again_and_again() {
    let mut player = visiting();
    looks(&mut player, 200, &running());
    player.open();
    player.receive(r#"0{"sid":"s","pingTimeout":20000,"pingInterval":25000,"maxPayload":2000}"#);
    player.receive(CONNECTED);
    player.answer_all(200, r#"{"events":[],"has_more":false}"#);
    tell(&mut player, &state(0, "awaiting_user_input"));
    let long = "é".repeat(1_000);
    player.say(&long);
    assert_eq!(player.lines(), [format!("user failed: {long}")]);
    player.say("short");
    player.wait(Duration::secs(60));
    assert_eq!(texts(&player), ["short"]);
}

#[test]
fn the_echo_is_of_the_message_that_is_on_its_way_not_of_an_older_one_that_failed() {
    let mut player = idle();
    player.say("continue");
    player.flush();
    player.wait(Duration::secs(6));
    player.say("continue");
    player.flush();
    acked(&mut player);
    tell(&mut player, &user(1, "continue"));
    assert_eq!(
        player.lines(),
        ["user failed: continue", "user confirmed: continue"]
    );
    tell(&mut player, &user(2, "continue"));
    assert_eq!(player.lines().len(), 2, "it did arrive, late");
}
