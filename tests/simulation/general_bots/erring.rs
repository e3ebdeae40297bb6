//! What each error code of the document does, and what the person reads.

use parlor::model::Duration;
use parlor::protocol::{Dialect, Setup};
use parlor::recording::Player;
use parlor::session::{Change, Run};
use serde_json::json;

use super::super::support::Wire;
use super::{OTHER, Server, documented, error, fresh, message, named, setup, start};

fn too_often(page: &Player) -> Vec<u64> {
    let until = |change: &Change| match change {
        Change::TooOften { until } => Some(until.0),
        _ => None,
    };
    page.changes().iter().filter_map(until).collect()
}

#[test]
fn a_message_that_is_one_too_many_goes_out_again_by_itself_after_waits_that_grow() {
    let mut page = documented();
    page.say("hi");
    let mut waits = Vec::new();
    for sent in 1..5 {
        page.gets(error("RATE_LIMITED", "Too many messages"));
        assert_eq!(page.lines(), ["user queued: hi"]);
        let until = *too_often(&page).last().unwrap();
        let wait = until - page.now().0;
        page.wait(Duration::millis(wait - 1));
        assert_eq!(page.messages_sent().len(), sent);
        page.wait(Duration::millis(1));
        assert_eq!(page.messages_sent().len(), sent + 1);
        waits.push(wait);
    }
    assert_eq!(waits, [1_000, 2_000, 4_000, 8_000]);
    page.gets(message("m", "assistant", "Hello"));
    assert_eq!(page.lines(), ["user confirmed: hi", "agent done: Hello"]);
}

#[test]
fn a_server_that_is_asked_too_often_without_a_message_says_so() {
    let mut page = documented();
    page.gets(error("RATE_LIMITED", "Too many messages"));
    let told = "error failed: The server is asked too often. Wait a moment, then go on.";
    assert_eq!(page.lines(), [told]);
}

#[test]
fn a_message_that_is_too_large_for_the_server_has_failed_and_the_next_one_goes() {
    let mut page = documented();
    page.say("large");
    page.gets(error("MESSAGE_TOO_LARGE", "Exceeds 64 KB limit"));
    assert_eq!(page.lines(), ["user failed: large"]);
    assert_eq!(page.session().run(), Run::Idle);
    page.say("small");
    assert_eq!(page.messages_sent(), ["large", "small"]);
}

#[test]
fn after_a_close_for_size_the_message_is_not_sent_again() {
    let mut page = documented();
    page.say("large");
    page.close(1009, "message too big");
    page.wait(Duration::secs(2));
    page.open();
    page.answer_all(404, "");
    page.wait(Duration::secs(60));
    assert_eq!(page.lines(), ["user failed: large"]);
    assert_eq!(page.messages_sent(), ["large"]);
}

#[test]
fn a_message_that_the_server_cannot_read_has_failed_with_the_next_step() {
    let mut page = documented();
    page.say("hi");
    page.gets(error("INVALID_FORMAT", "Malformed JSON"));
    let lines = page.lines();
    assert_eq!(lines[0], "user failed: hi");
    assert!(
        lines[1].contains("Try the other dialect in the settings"),
        "{lines:?}"
    );
    assert_eq!(page.session().run(), Run::Idle);
}

const UNKNOWN: &str =
    "error failed: The server knows no such conversation. Begin a new one, or check the link.";

#[test]
fn a_conversation_that_the_server_does_not_know_is_told_and_blocks_nothing() {
    let mut page = documented();
    page.say("hi");
    page.gets(error(
        "SESSION_NOT_FOUND",
        "Session does not exist or has expired",
    ));
    assert_eq!(page.lines(), ["user failed: hi", UNKNOWN]);
    assert_eq!(page.phase().word(), "open");
    assert_eq!(page.session().run(), Run::Idle);
    page.say("again");
    assert_eq!(page.messages_sent(), ["hi", "again"]);
    page.gets(message("m", "assistant", "Hello"));
    let answered = ["user confirmed: again", "agent done: Hello"];
    assert_eq!(page.lines()[2..], answered);
}

#[test]
fn a_message_that_a_failed_subscription_may_be_the_answer_to_is_left_to_the_person() {
    let mut page = documented();
    page.say("hi");
    page.gets(error("SUBSCRIPTION_FAILED", "Cannot subscribe to session"));
    page.say("next");
    page.wait(Duration::millis(4_900));
    assert_eq!(page.messages_sent(), ["hi"]);
    page.wait(Duration::millis(200));
    assert_eq!(page.messages_sent(), ["hi", "next"]);
    assert_eq!(page.lines()[0], "user failed: hi");
    assert!(page.lines()[1].contains("Begin a new one"));
    // Nobody doubts the one behind it.
    page.wait(Duration::secs(10));
    assert_eq!(page.lines()[2], "user sending: next");
}

#[test]
fn a_message_that_is_answered_after_its_subscription_failed_has_arrived() {
    let mut page = documented();
    page.say("hi");
    page.gets(error("SUBSCRIPTION_FAILED", "Cannot subscribe to session"));
    page.gets(message("m", "assistant", "Hello"));
    page.wait(Duration::secs(10));
    assert_eq!(page.lines()[0], "user confirmed: hi");
}

#[test]
fn a_session_that_the_server_does_not_know_yet_is_made_and_the_message_goes_out_in_it() {
    for code in ["SESSION_NOT_FOUND", "SUBSCRIPTION_FAILED"] {
        let mut page = fresh();
        page.say("hi");
        page.gets(error(code, "no such session"));
        assert_eq!(page.asked(), ["http://bots.test:8080/api/sessions"]);
        let made = json!({"success": true, "data": {"session_id": OTHER}});
        page.answer_all(201, &made.to_string());
        assert_eq!(page.all(named), [OTHER]);
        let kinds = page.kinds();
        assert_eq!(
            kinds,
            ["subscribe", "message", "subscribe", "message"],
            "{code}"
        );
        assert_eq!(page.frames()[3]["session_id"], json!(OTHER));
        page.gets(
            json!({"type": "message", "session_id": OTHER, "message_id": "m",
            "role": "assistant", "content": "Hello"}),
        );
        assert_eq!(page.lines(), ["user confirmed: hi", "agent done: Hello"]);
    }
}

#[test]
fn a_session_that_cannot_be_made_is_said_to_be_unknown_and_blocks_nothing() {
    let mut page = fresh();
    page.say("hi");
    page.gets(error("SESSION_NOT_FOUND", "no such session"));
    page.answer_all(404, "");
    assert_eq!(page.lines(), ["user failed: hi", UNKNOWN]);
    page.say("again");
    assert_eq!(page.messages_sent(), ["hi", "again"]);
}

#[test]
fn a_subscription_that_fails_says_what_it_means() {
    let mut page = documented();
    page.gets(error("SUBSCRIPTION_FAILED", "Cannot subscribe to session"));
    let lines = page.lines();
    assert!(
        lines[0].contains("answers may not arrive. Begin a new one"),
        "{lines:?}"
    );
    assert_eq!(page.phase().word(), "open");
}

#[test]
fn a_subscription_to_another_conversation_that_fails_is_nobodys_concern() {
    let mut page = start(Setup {
        others: vec![parlor::model::ConversationId::new(OTHER)],
        ..setup(Dialect::Documented)
    });
    page.open();
    page.wait(Duration::secs(3));
    page.gets(json!({"type": "pong"}));
    for code in ["SUBSCRIPTION_FAILED", "SESSION_NOT_FOUND", "RATE_LIMITED"] {
        page.gets(error(code, "no such session"));
    }
    assert_eq!(page.lines(), [""; 0]);
    assert_eq!(page.phase().word(), "open");
}

#[test]
fn our_own_subscription_that_fails_late_is_said_where_there_are_others() {
    let late = || {
        let mut page = start(Setup {
            others: vec![parlor::model::ConversationId::new(OTHER)],
            ..setup(Dialect::Documented)
        });
        page.open();
        page.wait(Duration::secs(8));
        assert_eq!(page.kinds(), ["subscribe", "ping"]);
        page
    };
    let mut page = late();
    page.gets(error("SUBSCRIPTION_FAILED", "Cannot subscribe to session"));
    assert!(page.lines()[0].contains("answers may not arrive"));
    page.gets(json!({"type": "pong"}));
    assert_eq!(page.kinds(), ["subscribe", "ping", "subscribe", "ping"]);
    let mut page = late();
    page.gets(error("SESSION_NOT_FOUND", "expired"));
    assert!(page.lines()[0].contains("knows no such conversation"));
    let mut page = late();
    page.gets(error("INVALID_FORMAT", "unknown type: ping"));
    assert_eq!(page.kinds(), ["subscribe", "ping", "subscribe"]);
    assert_eq!(page.lines(), [""; 0]);
}

#[test]
fn a_session_that_is_not_made_in_time_fails_the_message_that_waits_for_it() {
    let mut page = fresh();
    page.gets(error("SUBSCRIPTION_FAILED", "no such session"));
    page.say("hi");
    page.wait(Duration::secs(29));
    assert_eq!(page.lines(), ["user sending: hi"]);
    page.wait(Duration::secs(2));
    assert!(
        page.lines()[0].starts_with("user failed"),
        "{:?}",
        page.lines()
    );
    assert_eq!(page.session().run(), Run::Idle);
    assert_eq!(page.messages_sent(), [""; 0]);
    // The next one asks for it again.
    page.say("again");
    page.gets(error("SESSION_NOT_FOUND", "no such session"));
    page.answer_all(200, &json!({"session_id": OTHER}).to_string());
    assert_eq!(page.messages_sent(), ["again", "again"]);
    assert_eq!(page.frames().last().unwrap()["session_id"], json!(OTHER));
}

#[test]
fn an_unknown_code_stands_in_the_servers_own_words() {
    let mut page = documented();
    page.say("hi");
    let mut unknown = error("LLM_UNAVAILABLE", "Model is loading");
    unknown["details"] = json!({"retry_after": 5});
    page.gets(unknown);
    assert_eq!(
        page.lines(),
        ["user confirmed: hi", "error failed: Model is loading"]
    );
    assert_eq!(page.session().run(), Run::Idle);
    page.gets(json!({"type": "error"}));
    assert_eq!(page.lines().len(), 3);
}

#[test]
fn every_code_of_the_document_has_words_with_a_next_step_or_goes_by_itself() {
    for code in [
        "RATE_LIMITED",
        "INVALID_FORMAT",
        "SUBSCRIPTION_FAILED",
        "SESSION_NOT_FOUND",
    ] {
        let words = parlor::words::status(code).unwrap();
        assert!(words.matches(['.', ',']).count() > 1, "{words}");
    }
}

fn made(id: &str) -> String {
    json!({"success": true, "data": {"session_id": id}}).to_string()
}

#[test]
fn a_message_that_both_its_subscription_and_itself_are_refused_goes_out_once_in_the_new_session() {
    for early in [true, false] {
        let mut page = fresh();
        page.say("hi");
        page.gets(error("SUBSCRIPTION_FAILED", "no such session"));
        if early {
            page.gets(error("SESSION_NOT_FOUND", "no such session"));
        }
        page.answer_all(201, &made(OTHER));
        if !early {
            page.gets(error("SESSION_NOT_FOUND", "no such session"));
        }
        assert_eq!(page.phase().word(), "open");
        assert_eq!(page.messages_sent(), ["hi", "hi"]);
        assert_eq!(page.frames()[3]["session_id"], json!(OTHER));
        page.gets(message_in(OTHER, "Hello"));
        assert_eq!(page.lines(), ["user confirmed: hi", "agent done: Hello"]);
    }
}

#[test]
fn what_is_said_while_a_session_is_made_goes_out_in_it_alone() {
    let mut page = fresh();
    page.gets(error("SUBSCRIPTION_FAILED", "no such session"));
    page.say("hi");
    assert_eq!(page.messages_sent(), [""; 0]);
    page.answer_all(201, &made(OTHER));
    assert_eq!(page.messages_sent(), ["hi"]);
    assert_eq!(page.frames()[2]["session_id"], json!(OTHER));
}

fn message_in(session: &str, content: &str) -> serde_json::Value {
    let mut said = message("m", "assistant", content);
    said["session_id"] = json!(session);
    said
}

/// A page that knows of another conversation, and whose connection has begun.
fn beside() -> Player {
    let mut page = start(Setup {
        others: vec![parlor::model::ConversationId::new(OTHER)],
        ..setup(Dialect::Documented)
    });
    page.open();
    page
}

fn asks_for_other(page: &Player) -> bool {
    let asked = json!({"type": "subscribe", "session_id": OTHER});
    page.frames().contains(&asked)
}

#[test]
fn no_news_of_others_are_asked_for_while_a_message_of_ours_is_answered() {
    let mut page = beside();
    page.say("hi");
    page.wait(Duration::secs(3));
    page.gets(json!({"type": "pong"}));
    assert!(!asks_for_other(&page));
    page.gets(super::stream_start("m", super::OURS));
    page.wait(Duration::secs(3));
    page.gets(super::chunk("m", "Hel"));
    assert!(!asks_for_other(&page));
    page.gets(super::stream_end("m", "Hello"));
    assert!(asks_for_other(&page));
}

#[test]
fn an_error_of_a_subscription_to_another_conversation_is_not_the_messages_behind_it() {
    for code in ["SESSION_NOT_FOUND", "SUBSCRIPTION_FAILED", "RATE_LIMITED"] {
        for fresh in [true, false] {
            let mut page = start(Setup {
                others: vec![parlor::model::ConversationId::new(OTHER)],
                fresh,
                ..setup(Dialect::Documented)
            });
            page.open();
            page.wait(Duration::secs(3));
            page.gets(json!({"type": "pong"}));
            assert!(asks_for_other(&page));
            page.say("hi");
            page.gets(error(code, "no"));
            page.gets(json!({"type": "pong"}));
            page.wait(Duration::secs(20));
            assert_eq!(page.lines(), ["user sending: hi"], "{code}");
            page.gets(message("m", "assistant", "Hello"));
            let answered = ["user confirmed: hi", "agent done: Hello"];
            assert_eq!(page.lines(), answered, "{code}");
            assert_eq!(page.messages_sent(), ["hi"]);
            assert_eq!(page.asked(), [""; 0]);
        }
    }
}

#[test]
fn an_error_behind_the_sign_that_the_others_were_taken_is_the_messages() {
    let sent = || {
        let mut page = beside();
        page.wait(Duration::secs(3));
        page.gets(json!({"type": "pong"}));
        page
    };
    let mut page = sent();
    page.say("hi");
    page.gets(json!({"type": "pong"}));
    page.gets(error("SESSION_NOT_FOUND", "expired"));
    assert_eq!(page.lines(), ["user failed: hi", UNKNOWN]);
    // Without such a sign some time is one.
    let mut page = sent();
    page.wait(Duration::secs(5));
    page.say("hi");
    page.gets(error("SESSION_NOT_FOUND", "expired"));
    assert_eq!(page.lines(), ["user failed: hi", UNKNOWN]);
    // And one that was doubted has failed in the end.
    let mut page = sent();
    page.say("hi");
    page.gets(error("SESSION_NOT_FOUND", "expired"));
    page.wait(Duration::secs(31));
    assert_eq!(page.lines(), ["user failed: hi", UNKNOWN]);
}

/// A page whose answer grew when the server said that it went wrong.
fn broken() -> Player {
    let mut page = documented();
    page.say("hi");
    page.gets(super::stream_start("m", super::OURS));
    page.gets(super::chunk("m", "Hel"));
    page.gets(error("LLM_UNAVAILABLE", "Model is loading"));
    let lines = [
        "user confirmed: hi",
        "agent interrupted: Hel",
        "error failed: Model is loading",
    ];
    assert_eq!(page.lines(), lines);
    page
}

#[test]
fn an_answer_behind_one_that_broke_off_with_an_error_is_shown() {
    let mut page = broken();
    page.gets(message("n", "assistant", "Whole."));
    assert_eq!(page.lines()[3], "agent done: Whole.");

    for again in [true, false] {
        let mut page = broken();
        if again {
            page.say("again");
        }
        page.gets(super::stream_start("n", super::OURS));
        page.gets(super::chunk("n", "An"));
        assert_eq!(page.lines().last().unwrap(), "agent streaming: An");
        page.gets(super::stream_end("n", "Another."));
        assert_eq!(page.lines().last().unwrap(), "agent done: Another.");
        super::settle(&mut page);
        assert_eq!(page.session().run(), Run::Idle);
        assert_eq!(page.lines()[1], "agent interrupted: Hel");
    }
}

#[test]
fn an_answer_that_goes_on_in_spite_of_an_error_is_not_lost() {
    let mut page = broken();
    page.gets(super::chunk("m", "lo"));
    page.gets(super::stream_end("m", "Hello"));
    assert_eq!(page.lines().last().unwrap(), "agent done: Hello");
    super::settle(&mut page);
    assert_eq!(page.session().run(), Run::Idle);
}
