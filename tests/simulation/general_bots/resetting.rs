//! Beginning anew, which is another session.

use parlor::model::Duration;
use parlor::recording::Player;
use parlor::session::{Input, Run};
use serde_json::json;

use super::super::support::Wire;
use super::{
    OTHER, OURS, Server, chunk, documented, error, fresh, message, named, newest, older,
    stream_start, text,
};

#[test]
fn a_server_of_the_document_makes_the_session_and_is_asked_for_its_news() {
    let mut page = documented();
    page.say("hi");
    page.gets(stream_start("m", OURS));
    page.gets(chunk("m", "Hel"));
    page.input(Input::Reset);
    assert_eq!(page.asked(), ["http://bots.test:8080/api/sessions"]);
    page.answer_all(200, &json!({"session_id": OTHER}).to_string());
    assert_eq!(page.all(named), [OTHER]);
    let reset =
        "notice done: The conversation was reset. The agent has forgotten what came before.";
    assert_eq!(page.lines(), [reset]);
    let sent = page.frames();
    assert_eq!(
        sent[2..],
        [
            json!({"type": "unsubscribe", "session_id": OURS}),
            json!({"type": "subscribe", "session_id": OTHER}),
        ]
    );
    // What the old one still says is of nobody's concern.
    page.gets(chunk("m", "lo"));
    page.gets(message("n", "assistant", "late"));
    assert_eq!(page.lines(), [reset]);
    page.wait(Duration::secs(30));
    assert_eq!(page.kinds().last().unwrap(), "ping");
    page.gets(json!({"type": "pong"}));
    page.say("anew");
    assert_eq!(page.frames().last().unwrap()["session_id"], json!(OTHER));
}

/// Whether these are UUIDs, and none of them twice.
fn are_new(ids: &[String]) -> bool {
    let shaped = |id: &String| id.len() == 36 && id.matches('-').count() == 4 && id != OURS;
    let twice = ids
        .iter()
        .enumerate()
        .any(|(at, id)| ids[..at].contains(id));
    ids.iter().all(shaped) && !twice
}

#[test]
fn where_no_session_can_be_made_we_make_one() {
    let mut page = documented();
    for (status, body) in [(404, ""), (200, ""), (500, "{}")] {
        page.input(Input::Reset);
        page.answer_all(status, body);
    }
    page.input(Input::Reset);
    page.fail_all();
    let ids = page.all(named);
    assert_eq!(ids.len(), 4);
    assert!(are_new(&ids), "{ids:?}");
    assert_eq!(page.frames().last().unwrap()["session_id"], json!(ids[3]));
}

fn reset_over_another_socket(page: &mut Player) {
    let ids = page.all(named);
    assert!(are_new(&ids) && ids.len() == 1, "{ids:?}");
    assert_eq!(page.addresses().len(), 2);
    assert!(page.addresses()[1].contains(&ids[0]));
    assert_eq!(page.phase().word(), "open");
    // Nothing is lost that is written before the other socket is open.
    page.say("anew");
    let before = page.sent().len();
    page.open();
    assert_eq!(page.sent().len(), before + 1);
    let frame = page.frames().last().unwrap().clone();
    assert_eq!(frame["content"], json!("anew"));
    assert_eq!(frame["session_id"], json!(ids[0]));
    assert!(
        page.kinds().iter().all(|kind| kind == "1"),
        "{:?}",
        page.sent()
    );
}

#[test]
fn a_released_server_is_asked_over_another_socket() {
    let mut page = newest();
    page.say("hi");
    page.gets(text("Hello", true));
    page.input(Input::Reset);
    // C has an empty answer to the call, so it is not asked.
    assert_eq!(page.asked(), [""; 0]);
    reset_over_another_socket(&mut page);

    let mut page = older();
    page.say("hi");
    page.gets(text("Hello", true));
    page.input(Input::Reset);
    page.answer_all(404, "");
    reset_over_another_socket(&mut page);
    page.close(1006, "");
    assert_eq!(page.phase().word(), "waiting");
}

#[test]
fn what_is_said_while_the_new_session_is_made_goes_out_in_it() {
    for (status, body) in [
        (200, json!({"session_id": OTHER}).to_string()),
        (404, String::new()),
    ] {
        let mut page = documented();
        page.input(Input::Reset);
        page.say("anew");
        let waiting = page.items().last().unwrap().id;
        page.input(Input::SendNow(waiting));
        assert_eq!(page.messages_sent(), [""; 0]);
        page.answer_all(status, &body);
        assert_eq!(page.messages_sent(), ["anew"]);
        let named = page.all(named);
        let sent = page.frames().last().unwrap().clone();
        assert_eq!(sent["session_id"], json!(named[0]));
        let mut said = message("m", "assistant", "Hello");
        said["session_id"] = json!(named[0]);
        page.gets(said);
        assert_eq!(
            page.lines()[1..],
            ["user confirmed: anew", "agent done: Hello"]
        );
    }
}

#[test]
fn what_is_said_behind_a_reset_that_no_call_confirms_goes_to_a_session_of_ours() {
    let mut page = documented();
    page.input(Input::Reset);
    page.say("anyway");
    page.wait(Duration::secs(7));
    assert_eq!(page.messages_sent(), [""; 0]);
    page.wait(Duration::secs(2));
    assert_eq!(page.messages_sent(), ["anyway"]);
    let session = page.frames().last().unwrap()["session_id"].clone();
    assert_ne!(session, json!(OURS));
    assert_eq!(page.all(named), [session.as_str().unwrap()]);
    // The call's late answer changes nothing.
    page.answer_all(200, &json!({"session_id": OTHER}).to_string());
    page.wait(Duration::secs(20));
    assert_eq!(page.all(named), [session.as_str().unwrap()]);
    assert_eq!(page.lines()[1..], ["user sending: anyway"]);
}

#[test]
fn a_cut_amid_the_call_for_a_new_session_sends_nothing_to_the_old_one() {
    let mut page = documented();
    page.input(Input::Reset);
    page.say("anew");
    page.close(1006, "");
    page.open();
    assert_eq!(page.asked(), ["http://bots.test:8080/api/sessions"]);
    assert_eq!(page.messages_sent(), [""; 0]);
    page.answer_all(200, &json!({"session_id": OTHER}).to_string());
    assert_eq!(page.messages_sent(), ["anew"]);
    assert_eq!(page.frames().last().unwrap()["session_id"], json!(OTHER));
}

#[test]
fn an_error_of_what_goes_on_lets_nothing_into_the_session_that_is_forgotten() {
    for streams in [true, false] {
        for code in ["LLM_UNAVAILABLE", "INVALID_FORMAT", "RATE_LIMITED"] {
            let mut page = documented();
            page.say("hi");
            if streams {
                page.gets(stream_start("m", OURS));
            }
            page.input(Input::Reset);
            page.say("anew");
            page.gets(error(code, "not now"));
            page.wait(Duration::secs(5));
            assert_eq!(page.messages_sent(), ["hi"], "{code}");
            page.answer_all(200, &json!({"session_id": OTHER}).to_string());
            assert_eq!(page.messages_sent(), ["hi", "anew"], "{code}");
            assert_eq!(page.frames().last().unwrap()["session_id"], json!(OTHER));
        }
    }
}

#[test]
fn a_session_that_was_being_made_before_the_reset_holds_nothing_up() {
    let mut page = fresh();
    page.gets(error("SUBSCRIPTION_FAILED", "no such session"));
    assert_eq!(page.asked(), ["http://bots.test:8080/api/sessions"]);
    page.input(Input::Reset);
    page.wait(Duration::secs(9));
    page.say("hi");
    assert_eq!(page.messages_sent(), ["hi"]);
}

#[test]
fn a_run_that_is_reset_away_holds_nothing_of_the_next_session_back() {
    let reset = || {
        let mut page = documented();
        page.say("hi");
        page.gets(stream_start("m", OURS));
        page.gets(chunk("m", "Hel"));
        page.input(Input::Reset);
        page.answer_all(200, &json!({"session_id": OTHER}).to_string());
        page
    };
    // What the bot says unasked is shown.
    let mut page = reset();
    let mut said = message("n", "assistant", "Welcome");
    said["session_id"] = json!(OTHER);
    page.gets(said);
    assert_eq!(page.lines()[1..], ["agent done: Welcome"]);
    // A message that is refused ends its run.
    let mut page = reset();
    page.say("x");
    page.gets(error("MESSAGE_TOO_LARGE", "too large"));
    assert_eq!(page.session().run(), Run::Idle);
}
