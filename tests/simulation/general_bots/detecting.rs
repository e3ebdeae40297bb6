//! Which dialect a server speaks, and that a released one is sent nothing but messages.

use parlor::model::{ConversationId, Duration};
use parlor::protocol::{Dialect, Setup};
use parlor::recording::{Player, What};
use serde_json::json;

use super::super::fixtures::{self, GENERAL_BOTS};
use super::super::support::Wire;
use super::{
    OURS, Server, USER, general_bots, hello, message, named, newest, settle, setup, start, text,
    unknown,
};

/// What only a server of the document understands.
const CONTROL: [&str; 6] = [
    "auth",
    "subscribe",
    "unsubscribe",
    "ping",
    "typing_start",
    "typing_stop",
];

fn is_documented(page: &Player) -> bool {
    page.session().capabilities().typing
}

fn is_released(page: &Player) -> bool {
    page.session().capabilities().frame.is_none()
}

fn has_control(page: &Player) -> bool {
    page.kinds()
        .iter()
        .any(|kind| CONTROL.contains(&kind.as_str()))
}

#[test]
fn every_frame_of_every_recording_is_of_its_own_dialect() {
    let mut frames = (0, 0);
    for recording in fixtures::all(&[GENERAL_BOTS]) {
        let name = recording.name;
        for line in &recording.lines {
            let What::In(frame) = &line.what else {
                continue;
            };
            let mut page = unknown();
            page.receive(frame);
            match name.contains("/doc_") {
                true => {
                    frames.0 += 1;
                    assert!(is_documented(&page), "{name}: {frame}");
                    assert!(!is_released(&page), "{name}: {frame}");
                }
                false => {
                    frames.1 += 1;
                    assert!(
                        is_released(&page) && !is_documented(&page),
                        "{name}: {frame}"
                    );
                    page.wait(Duration::secs(600));
                    assert!(!has_control(&page), "{name}: {frame}");
                }
            }
        }
    }
    assert!(frames.0 > 60 && frames.1 > 80, "{frames:?}");
}

#[test]
fn a_released_server_is_never_sent_a_control_frame() {
    for recording in fixtures::all(&[GENERAL_BOTS]) {
        if recording.name.contains("/doc_") {
            continue;
        }
        let mut page = Player::new(&recording.lines, general_bots());
        for line in &recording.lines {
            page.step(line);
            page.input(parlor::session::Input::Typing(true));
            page.input(parlor::session::Input::Typing(false));
        }
        page.reconnect();
        page.wait(Duration::secs(600));
        assert!(!has_control(&page), "{}: {:?}", recording.name, page.sent());
    }
}

#[test]
fn a_server_that_says_nothing_is_taken_for_one_of_the_document_and_not_before() {
    let mut page = unknown();
    page.wait(Duration::millis(1_499));
    assert_eq!(page.sent(), [""; 0]);
    page.wait(Duration::millis(1));
    assert_eq!(
        page.frames(),
        [json!({"type": "subscribe", "session_id": OURS})]
    );
    assert!(is_documented(&page));
}

#[test]
fn a_late_greeting_of_a_released_server_ends_what_silence_began() {
    let mut page = unknown();
    page.wait(Duration::millis(1_600));
    page.receive(&hello(None));
    assert!(is_released(&page));
    page.wait(Duration::secs(600));
    assert_eq!(page.kinds(), ["subscribe"]);
    page.close(1006, "");
    page.open();
    page.answer_all(501, "");
    page.wait(Duration::secs(600));
    assert_eq!(page.kinds(), ["subscribe"]);
}

#[test]
fn silence_is_listened_for_again_over_each_connection_and_a_proof_is_not() {
    let mut page = unknown();
    page.wait(Duration::millis(1_600));
    page.reconnect();
    assert!(!is_documented(&page));
    page.gets(json!({"type": "pong"}));
    page.reconnect();
    assert!(is_documented(&page));
}

#[test]
fn a_message_waits_until_the_dialect_is_known_and_goes_out_in_it() {
    let mut page = unknown();
    page.say("hi");
    page.wait(Duration::millis(1_400));
    assert_eq!(page.sent(), [""; 0]);
    page.wait(Duration::millis(100));
    assert_eq!(page.kinds(), ["subscribe", "message"]);

    let mut page = unknown();
    page.say("hi");
    page.gets(text("Hello", true));
    settle(&mut page);
    assert_eq!(page.kinds(), ["1"]);
    assert_eq!(page.frames()[0]["content"], json!("hi"));
}

/// A server that answers the first message to subscribers alone has one.
#[test]
fn nothing_is_said_to_a_server_before_it_is_asked_for_its_answers() {
    let mut page = unknown();
    page.say("hi");
    page.gets(json!({"type": "pong"}));
    assert_eq!(page.kinds(), ["subscribe", "message"]);
}

#[test]
fn who_we_are_proves_a_released_server_and_gives_its_names() {
    let mut page = start(setup(Dialect::Auto));
    let asked = format!("http://bots.test:8080/api/auth?bot_name=default&session_id={OURS}");
    assert_eq!(page.asked(), [asked]);
    let theirs = "b1e5cbe0-0b3f-4b1e-9c53-3f3b0f6f2a11";
    let are = json!({"user_id": USER, "session_id": theirs, "bot_id": "b", "status": "anonymous"});
    page.answer_all(200, &are.to_string());
    page.open();
    assert!(is_released(&page));
    // The conversation is one that there was before: it stays what it is.
    assert_eq!(page.all(named), [""; 0]);
    let address = page.addresses().last().unwrap().clone();
    assert_eq!(
        address,
        format!("ws://bots.test:8080/ws?session_id={OURS}&user_id={USER}&bot_name=default")
    );
    page.wait(Duration::secs(60));
    assert!(!has_control(&page));
    page.say("hi");
    assert_eq!(page.frames()[0]["bot_id"], json!("b"));
}

#[test]
fn a_new_conversation_takes_the_session_that_the_server_gives_it() {
    let theirs = "b1e5cbe0-0b3f-4b1e-9c53-3f3b0f6f2a11";
    let are = json!({"user_id": USER, "session_id": theirs, "status": "authenticated"});
    let visit = |others| {
        let mut page = start(Setup {
            fresh: true,
            others,
            ..setup(Dialect::Auto)
        });
        page.answer_all(200, &are.to_string());
        page
    };
    let page = visit(Vec::new());
    assert_eq!(page.all(named), [theirs]);
    assert!(page.addresses()[0].contains(theirs));
    // Unless another conversation is in it already.
    let page = visit(vec![ConversationId::new(theirs)]);
    assert_eq!(page.all(named), [""; 0]);
    assert!(page.addresses()[0].contains(OURS));
}

#[test]
fn any_other_answer_to_who_we_are_proves_nothing() {
    for (status, body) in [
        (404, ""),
        (200, "<html>"),
        (200, "{}"),
        (401, "{\"status\":\"x\"}"),
    ] {
        let mut page = start(setup(Dialect::Auto));
        page.answer_all(status, body);
        page.open();
        assert!(!is_released(&page) && !is_documented(&page));
        page.gets(message("m", "assistant", "Hello"));
        assert!(is_documented(&page));
    }
}

#[test]
fn a_server_that_does_not_say_who_we_are_is_not_waited_for() {
    let mut page = start(setup(Dialect::Auto));
    page.wait(Duration::secs(2));
    assert_eq!(page.addresses(), [""; 0]);
    page.wait(Duration::secs(2));
    assert_eq!(page.addresses().len(), 1);
}

#[test]
fn the_person_can_choose_either() {
    let mut page = start(setup(Dialect::Documented));
    assert_eq!(page.addresses(), ["ws://bots.test:8080/ws"]);
    page.open();
    assert_eq!(page.kinds(), ["subscribe"]);
    page.receive(&hello(None));
    assert!(is_documented(&page));
    page.native("read all the same", true);
    assert_eq!(page.lines(), ["agent done: read all the same"]);

    let mut page = start(setup(Dialect::Native));
    page.open();
    page.wait(Duration::secs(60));
    page.gets(message("m", "assistant", "read all the same"));
    page.wait(Duration::secs(60));
    page.say("hi");
    assert!(is_released(&page) && !has_control(&page));
    assert_eq!(page.lines()[0], "agent done: read all the same");
    assert_eq!(page.kinds(), ["1"]);
}

#[test]
fn the_names_of_the_greeting_are_taken_over() {
    let page = newest();
    assert_eq!(page.all(named), [""; 0]);
    let mut page = unknown();
    let theirs = "b1e5cbe0-0b3f-4b1e-9c53-3f3b0f6f2a11";
    page.gets(json!({"type": "connected", "session_id": theirs, "user_id": USER, "bot_id": "b"}));
    page.say("hi");
    assert_eq!(page.all(named), [theirs]);
    let sent = page.frames();
    assert_eq!(
        (&sent[0]["session_id"], &sent[0]["user_id"]),
        (&json!(theirs), &json!(USER))
    );
}

#[test]
fn an_unknown_frame_proves_nothing() {
    let mut page = unknown();
    for frame in [
        "hello",
        "[]",
        "{\"type\":\"welcome\"}",
        "{\"event\":\"chunk\",\"data\":{}}",
    ] {
        page.receive(frame);
    }
    assert!(!is_released(&page) && !is_documented(&page));
    assert_eq!(page.session().unknown(), 4);
    page.wait(Duration::secs(2));
    assert!(is_documented(&page));
}
