//! The send queue, the throttle, and the truth about each message.

use parlor::model::{Attachment, Duration};
use parlor::session::{Input, Run};
use serde_json::{Value, json};

use super::support::{Wire, asked, connected, connecting};

#[test]
fn a_message_typed_while_disconnected_goes_out_on_reconnect() {
    let mut player = connecting(1);
    player.say("first");
    assert_eq!(player.lines(), ["user queued: first"]);
    player.open();
    assert_eq!(player.messages_sent(), ["first"]);
    assert_eq!(player.lines(), ["user sending: first"]);
    player.flush();
    assert_eq!(player.lines(), ["user sent: first"]);
    player.thinking();
    assert_eq!(player.lines(), ["user confirmed: first"]);
}

#[test]
fn one_message_at_a_time_while_a_turn_runs() {
    let mut player = asked();
    player.say("second");
    player.thinking();
    player.chunk("Answer");
    assert_eq!(
        player.lines(),
        [
            "user confirmed: hello",
            "agent streaming: Answer",
            "user queued: second"
        ]
    );
    player.response("Answer");
    assert_eq!(
        player.messages_sent(),
        ["hello"],
        "a first response may not be the last"
    );
    player.response("Answer");
    assert_eq!(player.messages_sent(), ["hello", "second"]);
}

#[test]
fn quiet_after_a_response_ends_the_turn() {
    let mut player = asked();
    player.say("second");
    player.thinking();
    player.response("Answer without pieces");
    player.wait(Duration::millis(1_400));
    assert_eq!(player.messages_sent(), ["hello"]);
    player.wait(Duration::millis(200));
    assert_eq!(player.messages_sent(), ["hello", "second"]);
}

#[test]
fn the_queue_can_be_edited_withdrawn_and_overtaken() {
    let mut player = asked();
    player.thinking();
    for text in ["a", "b", "c"] {
        player.say(text);
    }
    let [a, b, c] = player.session().queued()[..] else {
        panic!("three are queued")
    };
    player.input(Input::Edit {
        id: b,
        text: "better b".into(),
    });
    player.input(Input::Withdraw(a));
    player.input(Input::SendNow(c));
    assert_eq!(player.messages_sent(), ["hello", "c"]);
    assert_eq!(
        player.lines(),
        [
            "user confirmed: hello",
            "user sending: c",
            "user queued: better b"
        ],
        "what is sent stands before what waits"
    );
    player.input(Input::Withdraw(c));
    assert_eq!(
        player.items().len(),
        3,
        "what is on its way cannot be withdrawn"
    );
    assert_eq!(player.projected(), player.items());
}

#[test]
fn no_more_than_ten_messages_a_second() {
    let mut player = connected();
    for n in 0..25 {
        player.say(&format!("m{n}"));
        for id in player.session().queued() {
            player.input(Input::SendNow(id));
        }
    }
    // Sending out of turn is the person's own doing; the queue by itself keeps to the throttle.
    assert_eq!(player.messages_sent().len(), 25);
    let mut player = connecting(2);
    for n in 0..25 {
        player.say(&format!("m{n}"));
    }
    player.open();
    while player.messages_sent().len() < 25 {
        let (at, _) = player.session().deadline().expect("something is due");
        player.advance(at);
        player.event("error", json!({"message": "no"}));
        assert!(player.messages_sent().len() as u64 <= 11 + (player.now().0 - 1_000_000) / 100);
    }
}

#[test]
fn a_message_in_flight_when_the_line_is_cut_may_have_been_sent() {
    let mut player = asked();
    player.close(1006, "");
    assert_eq!(player.lines(), ["user maybe-sent: hello"]);
    player.open();
    player.answer_all(501, "");
    player.thinking();
    assert_eq!(
        player.lines(),
        ["user confirmed: hello"],
        "the server works on it"
    );
}

#[test]
fn without_a_sign_the_next_message_does_not_wait_for_ever() {
    let mut player = asked();
    player.close(1006, "");
    player.say("next");
    player.open();
    player.answer_all(501, "");
    player.wait(Duration::secs(2));
    assert_eq!(player.messages_sent(), ["hello"]);
    player.wait(Duration::secs(2));
    assert_eq!(player.messages_sent(), ["hello", "next"]);
    assert_eq!(player.lines()[0], "user maybe-sent: hello");
}

#[test]
fn what_may_have_been_sent_is_sent_again_only_by_the_person() {
    let mut player = asked();
    player.close(1006, "");
    player.open();
    player.answer_all(501, "");
    player.wait(Duration::secs(10));
    assert_eq!(player.messages_sent(), ["hello"]);
    let id = player.items()[0].id;
    player.input(Input::SendNow(id));
    assert_eq!(player.messages_sent(), ["hello", "hello"]);
    assert_eq!(player.items().len(), 1);
}

#[test]
fn a_frame_too_large_is_not_sent_again() {
    let mut player = asked();
    player.close(1009, "");
    assert_eq!(player.lines(), ["user failed: hello"]);
    player.open();
    player.answer_all(501, "");
    player.wait(Duration::secs(60));
    assert_eq!(player.messages_sent(), ["hello"]);
}

fn picture(name: &str) -> Attachment {
    Attachment {
        name: name.into(),
        mime: "image/png".into(),
        base64: "iVBORw0K".into(),
    }
}

#[test]
fn a_picture_goes_out_raw_with_its_text() {
    let mut player = connected();
    player.input(Input::Send {
        text: "look".into(),
        attachments: vec![picture("a.png")],
    });
    let frame: Value = serde_json::from_str(&player.sent()[0]).unwrap();
    let wanted = json!({"type": "message", "content": "look", "sessionId": "c1", "stream": true,
        "imageData": {"base64": "iVBORw0K", "mimeType": "image/png"}});
    assert_eq!(frame, wanted);
}

#[test]
fn what_the_protocol_cannot_carry_fails_with_nothing_sent() {
    let mut player = connected();
    let attachments = vec![picture("a.png"), picture("b.png")];
    player.input(Input::Send {
        text: "two".into(),
        attachments,
    });
    assert_eq!(player.lines(), ["user failed: two"]);
    assert!(player.sent().is_empty());
    assert_eq!(player.session().run(), Run::Idle);
}

#[test]
fn a_message_that_is_being_changed_waits_for_that() {
    let mut player = asked();
    player.say("draft");
    player.say("after it");
    let ids: Vec<_> = player.session().queued();
    player.input(Input::Hold(Some(ids[0])));
    player.thinking();
    player.response("Hi");
    player.response("Hi");
    player.wait(Duration::secs(5));
    assert_eq!(player.messages_sent(), ["hello"]);
    player.input(Input::Edit {
        id: ids[0],
        text: "changed".into(),
    });
    player.input(Input::Hold(None));
    assert_eq!(player.messages_sent(), ["hello", "changed"]);
}
