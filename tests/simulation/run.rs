//! The run: silence, stopping, giving up, resetting, approvals.

use parlor::model::Duration;
use parlor::protocol::Setup;
use parlor::recording::Player;
use parlor::session::{Birth, Input, Run};
use serde_json::json;

use super::support::{START, Wire, asked, connected, saiki, setup};

#[test]
fn a_stalled_run_says_so_and_can_be_given_up() {
    let mut player = asked();
    player.thinking();
    player.chunk("half an ans");
    player.wait(Duration::secs(119));
    assert!(matches!(player.session().run(), Run::Working { .. }));
    player.wait(Duration::secs(2));
    assert!(matches!(player.session().run(), Run::Stalled { .. }));
    player.say("next");
    assert_eq!(player.messages_sent(), ["hello"]);
    player.input(Input::GiveUp);
    assert_eq!(player.messages_sent(), ["hello", "next"]);
    assert_eq!(player.lines()[1], "agent interrupted: half an ans");
    assert!(player.lines()[2].starts_with("notice done: Gave up after"));
}

#[test]
fn waiting_on_starts_the_silence_anew_and_a_frame_ends_the_doubt() {
    let mut player = asked();
    player.thinking();
    player.wait(Duration::secs(121));
    player.input(Input::KeepWaiting);
    assert!(matches!(player.session().run(), Run::Working { .. }));
    player.wait(Duration::secs(121));
    assert!(matches!(player.session().run(), Run::Stalled { .. }));
    player.chunk("at last");
    assert!(matches!(player.session().run(), Run::Working { .. }));
}

#[test]
fn stop_hides_the_rest_of_the_turn_where_the_server_cannot_stop() {
    let mut player = asked();
    player.thinking();
    player.chunk("one ");
    player.input(Input::Stop);
    assert_eq!(player.sent().len(), 1, "there is no frame for it");
    player.chunk("two");
    player.event(
        "toolCall",
        json!({"toolName": "t", "args": {}, "callId": "1"}),
    );
    player.response("one two");
    player.response("one two");
    assert_eq!(player.lines()[1], "agent interrupted: one ");
    assert!(player.lines()[2].starts_with("notice done: Stopped here."));
    assert_eq!(player.items().len(), 3);
    player.wait(Duration::secs(2));
    player.say("again");
    player.thinking();
    player.chunk("new");
    assert_eq!(player.lines()[4], "agent streaming: new");
}

#[test]
fn stop_tells_a_server_that_can_and_its_echo_is_no_error() {
    let mut player = asked();
    player.thinking();
    player.event(
        "chunk",
        json!({"type": "text", "content": "one ", "isComplete": false}),
    );
    player.input(Input::Stop);
    assert_eq!(
        player.sent()[1],
        json!({"sessionId": "c1", "type": "cancel"}).to_string()
    );
    let echo = json!({"code": "internal_error", "message": "No output generated. Check the stream for errors."});
    player.event("error", echo);
    assert_eq!(player.session().run(), Run::Idle);
    assert_eq!(
        player.lines()[1..],
        ["agent interrupted: one ", "notice done: Stopped."]
    );
}

#[test]
fn a_reset_clears_once_and_late_chunks_revive_nothing() {
    let mut player = asked();
    player.thinking();
    player.chunk("old");
    player.say("for later");
    player.input(Input::Reset);
    player.event("conversationReset", json!({}));
    player.event("conversationReset", json!({}));
    player.chunk(" and older");
    player.response("old and older");
    let lines = player.lines();
    assert!(
        lines[0].starts_with("notice done: The conversation was reset."),
        "{lines:?}"
    );
    assert!(lines[1].starts_with("user sen"), "{lines:?}");
    assert_eq!(lines.len(), 2);
    player.thinking();
    player.chunk("new");
    assert_eq!(player.lines()[2], "agent streaming: new");
}

#[test]
fn a_reset_that_is_not_confirmed_is_said() {
    let mut player = connected();
    player.input(Input::Reset);
    player.wait(Duration::secs(11));
    assert!(player.lines()[0].starts_with("notice done: The server did not confirm"));
}

#[test]
fn an_error_of_the_turn_does_not_end_the_wait_for_a_reset() {
    let error = json!({"code": "internal_error", "message": "no"});
    let mut player = asked();
    player.thinking();
    player.input(Input::Reset);
    player.say("anew");
    player.event("error", error.clone());
    assert_eq!(player.messages_sent(), ["hello"]);
    player.event("conversationReset", json!({}));
    assert_eq!(player.messages_sent(), ["hello", "anew"]);
    // Where nothing goes on, it is the reset that was refused.
    let mut player = connected();
    player.input(Input::Reset);
    player.say("all the same");
    player.event("error", error);
    assert_eq!(player.messages_sent(), ["all the same"]);
}

#[test]
fn a_reset_that_is_cut_off_is_asked_for_again_before_what_was_said_behind_it() {
    let mut player = connected();
    player.input(Input::Reset);
    player.say("anew");
    player.wait(Duration::secs(5));
    player.close(1006, "");
    player.open();
    let reset = json!({"sessionId": "c1", "type": "reset"}).to_string();
    assert_eq!(player.sent(), [reset.as_str(), &reset]);
    player.event("conversationReset", json!({}));
    player.event("conversationReset", json!({}));
    assert_eq!(player.messages_sent(), ["anew"]);
    assert!(player.lines()[0].starts_with("notice done: The conversation was reset."));
    assert_eq!(player.lines()[1..], ["user sending: anew"]);
}

#[test]
fn a_reset_while_disconnected_goes_out_on_reconnect() {
    let mut player = connected();
    player.close(1006, "");
    player.input(Input::Reset);
    assert!(player.sent().is_empty());
    player.open();
    assert_eq!(
        player.sent(),
        [json!({"sessionId": "c1", "type": "reset"}).to_string()]
    );
}

fn ask(player: &mut parlor::recording::Player, id: &str) {
    player.event(
        "toolConfirmationRequest",
        json!({"toolName": "rm", "args": {"p": 1}, "executionId": id}),
    );
}

#[test]
fn an_approval_is_answered_in_the_dialect_it_was_asked_in() {
    let mut player = asked();
    ask(&mut player, "e1");
    let id = player.last();
    player.input(Input::Answer {
        id,
        approved: true,
        remember: true,
        reason: String::new(),
    });
    player.input(Input::Answer {
        id,
        approved: false,
        remember: false,
        reason: String::new(),
    });
    let data =
        json!({"executionId": "e1", "approved": true, "rememberChoice": true, "sessionId": "c1"});
    assert_eq!(
        player.sent()[1..],
        [json!({"type": "toolConfirmationResponse", "data": data}).to_string()]
    );
    let about = json!({"toolName": "rm", "args": {}});
    player.event("approvalRequest", json!({"approvalId": "a1", "type": "tool_confirmation", "timeout": 5_000, "metadata": about}));
    let id = player.last();
    player.input(Input::Answer {
        id,
        approved: false,
        remember: false,
        reason: String::new(),
    });
    let data = json!({"approvalId": "a1", "status": "denied", "data": {"rememberChoice": false}, "sessionId": "c1"});
    assert_eq!(
        player.sent()[2..],
        [json!({"type": "approvalResponse", "data": data}).to_string()]
    );
}

#[test]
fn an_approval_expires_when_the_server_stops_waiting() {
    let mut player = asked();
    ask(&mut player, "e1");
    player.wait(Duration::secs(29));
    assert_eq!(player.items()[1].state().word(), "pending");
    player.wait(Duration::secs(2));
    assert_eq!(player.items()[1].state().word(), "expired");
    let about = json!({"toolName": "t", "args": {}});
    player.event(
        "approvalRequest",
        json!({"approvalId": "a1", "timeout": 5_000, "metadata": about}),
    );
    player.wait(Duration::secs(6));
    assert_eq!(player.items()[2].state().word(), "expired");
}

#[test]
fn an_answer_given_while_disconnected_goes_out_on_reconnect() {
    let mut player = asked();
    ask(&mut player, "e1");
    let id = player.last();
    player.close(1006, "");
    player.input(Input::Answer {
        id,
        approved: true,
        remember: false,
        reason: String::new(),
    });
    assert_eq!(player.sent().len(), 1);
    player.open();
    assert!(player.sent()[1].contains("\"executionId\":\"e1\""));
}

#[test]
fn a_silence_while_the_person_is_asked_is_no_stall() {
    let mut player = asked();
    let about = json!({"toolName": "t", "args": {}});
    player.event(
        "approvalRequest",
        json!({"approvalId": "a1", "timeout": 600_000, "metadata": about}),
    );
    player.wait(Duration::secs(300));
    assert!(matches!(player.session().run(), Run::Asking));
}

#[test]
fn after_a_reset_an_answer_is_shown_although_its_beginning_was_missed() {
    let mut player = asked();
    player.thinking();
    player.response("Hi");
    player.response("Hi");
    player.wait(Duration::secs(5));
    player.input(Input::Reset);
    player.event("conversationReset", json!({}));
    player.event("conversationReset", json!({}));
    player.say("b");
    player.flush();
    player.reconnect();
    player.chunk("lo there");
    player.response("Hello there");
    let lines = player.lines();
    assert_eq!(lines[1..], ["user confirmed: b", "agent done: Hello there"]);
}

#[test]
fn an_answer_that_is_overtaken_stays_in_its_place() {
    let mut player = asked();
    player.thinking();
    player.chunk("half ");
    player.say("b");
    let id = player.last();
    player.input(Input::SendNow(id));
    player.flush();
    player.chunk("of it, ");
    player.thinking();
    player.chunk("sec");
    let growing = [
        "user confirmed: hello",
        "agent interrupted: half of it, ",
        "user confirmed: b",
        "agent streaming: sec",
    ];
    assert_eq!(player.lines(), growing);
    player.response("second");
    player.response("half of it, and the rest");
    let whole = [
        "user confirmed: hello",
        "agent done: half of it, and the rest",
        "user confirmed: b",
        "agent done: second",
    ];
    assert_eq!(player.lines(), whole);
    assert_eq!(player.projected(), player.items());
}

#[test]
fn no_stall_is_found_while_the_connection_is_away() {
    let mut player = asked();
    player.thinking();
    player.input(Input::Online(false));
    player.close(1006, "");
    player.wait(Duration::secs(300));
    assert!(!matches!(player.session().run(), Run::Stalled { .. }));
}

#[test]
fn what_cannot_be_answered_stays_open_and_is_said() {
    let strict = Setup {
        strict: true,
        ..setup()
    };
    let mut player = Player::start(saiki(), strict, Birth::default(), START);
    player.open();
    player.say("hello");
    player.flush();
    ask(&mut player, "e1");
    let question = player.last();
    player.input(Input::Answer {
        id: question,
        approved: true,
        remember: false,
        reason: String::new(),
    });
    assert_eq!(player.sent().len(), 1, "only the document's frames");
    let lines = player.lines();
    assert!(
        lines
            .iter()
            .any(|line| line.starts_with("approval pending")),
        "{lines:?}"
    );
    assert!(
        lines.iter().any(|line| line.contains("strict mode")),
        "{lines:?}"
    );
}
