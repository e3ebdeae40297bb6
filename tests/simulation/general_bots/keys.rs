//! The key: by a frame to servers of the document, in the address to those that look there only, and
//! nowhere else.

use parlor::io::Frame;
use parlor::model::Duration;
use parlor::protocol::{Dialect, Gone, Setup};
use parlor::recording::Player;
use parlor::session::{Phase, Refusal};
use serde_json::json;

use super::super::support::Wire;
use super::{Server, error, hello, message, setup, start};

const KEY: &str = "tok_demo";

fn with_key(dialect: Dialect) -> Player {
    start(Setup {
        key: Some(KEY.into()),
        ..setup(dialect)
    })
}

fn refused() -> serde_json::Value {
    error("AUTH_FAILED", "Invalid or expired token")
}

fn is_refused(page: &Player) -> bool {
    let why = Refusal::Gone(Gone::Unauthorized);
    *page.phase() == Phase::Refused { why }
}

#[test]
fn a_server_of_the_document_is_told_the_key_in_the_first_frame_and_no_trace_of_it_is_kept() {
    let mut page = with_key(Dialect::Documented);
    page.open();
    assert_eq!(page.kinds(), ["auth", "subscribe"]);
    assert_eq!(page.frames()[0], json!({"type": "auth", "token": KEY}));
    assert_eq!(page.addresses(), ["ws://bots.test:8080/ws"]);
    page.reconnect();
    assert_eq!(page.kinds(), ["auth", "subscribe", "auth", "subscribe"]);
    for trace in page.traced() {
        let told = trace.frame.as_ref().map(Frame::text).unwrap_or_default();
        assert!(!told.contains(KEY), "{told}");
    }
}

#[test]
fn before_the_dialect_is_known_neither_the_key_nor_a_message_goes_out() {
    let mut page = with_key(Dialect::Auto);
    page.open();
    page.say("hi");
    page.wait(Duration::millis(1_400));
    assert_eq!(page.sent(), [""; 0]);
    assert!(!page.addresses()[0].contains(KEY));
    page.wait(Duration::millis(200));
    assert_eq!(page.kinds()[..2], ["auth", "subscribe"]);
    page.wait(Duration::secs(6));
    assert_eq!(page.messages_sent(), ["hi"]);
}

#[test]
fn a_released_server_is_not_told_the_key_over_its_socket() {
    let mut page = with_key(Dialect::Auto);
    assert!(page.requests().all(|request| request.headers.is_empty()));
    page.open();
    page.receive(&hello(None));
    page.say("hi");
    page.wait(Duration::secs(60));
    assert_eq!(page.kinds(), ["1"]);
    assert!(
        page.sent()
            .iter()
            .chain(page.addresses())
            .all(|text| !text.contains(KEY))
    );
}

#[test]
fn a_server_that_looks_for_the_key_in_the_address_only_gets_it_there() {
    for dialect in [Dialect::Documented, Dialect::Auto] {
        let mut page = with_key(dialect);
        page.open();
        page.say("hi");
        page.gets(refused());
        page.close(1008, "AUTH_FAILED");
        page.wait(Duration::secs(2));
        let before = page.messages_sent().len();
        page.open();
        let address = page.addresses().last().unwrap().clone();
        assert!(address.ends_with("token=tok_demo"), "{address}");
        page.gets(message("m", "assistant", "Hello"));
        page.wait(Duration::secs(6));
        assert_eq!(page.messages_sent()[before..], ["hi"]);
        let kinds = page.kinds();
        let auths = kinds.iter().filter(|kind| *kind == "auth").count();
        assert_eq!(auths, 1, "{kinds:?}");
        assert!(page.lines().contains(&"agent done: Hello".to_owned()));
    }
}

#[test]
fn a_socket_that_is_closed_for_its_want_of_a_key_is_asked_for_with_the_key_in_its_address() {
    let mut page = with_key(Dialect::Documented);
    page.open();
    page.close(1008, "");
    page.wait(Duration::secs(2));
    assert_eq!(page.addresses()[1], "ws://bots.test:8080/ws?token=tok_demo");
    page.open();
    page.close(1008, "");
    assert!(is_refused(&page));
}

/// The connection ends before it was one, and the next try is made, after a call with this answer.
fn fail(page: &mut Player, status: u16) {
    let tries = page.addresses().len();
    page.close(1006, "");
    for _ in 0..400 {
        page.wait(Duration::millis(100));
        match status {
            0 => page.fail_all(),
            status => page.answer_all(status, ""),
        }
        if page.addresses().len() > tries {
            return;
        }
    }
    assert!(is_refused(page), "no further try is made");
}

fn is_told_key(page: &Player) -> bool {
    page.addresses().iter().any(|address| address.contains(KEY))
}

#[test]
fn two_sockets_of_a_server_that_answers_calls_that_never_open_are_asked_for_with_the_key() {
    // A chosen dialect needs no call before the first of them.
    for (dialect, tries) in [(Dialect::Documented, 3), (Dialect::Auto, 2)] {
        let mut page = with_key(dialect);
        page.answer_all(404, "");
        for _ in 0..tries {
            assert!(!is_told_key(&page));
            fail(&mut page, 404);
        }
        let address = page.addresses().last().unwrap();
        assert!(address.ends_with("token=tok_demo"), "{address}");
        page.open();
        page.gets(message("m", "assistant", "Hello"));
        assert_eq!(page.lines(), ["agent done: Hello"]);
    }
}

#[test]
fn a_network_that_is_away_gets_the_key_into_no_address() {
    for dialect in [Dialect::Documented, Dialect::Auto] {
        // No answer, and that of a gateway whose server is away.
        for status in [0, 503] {
            let mut page = with_key(dialect);
            page.fail_all();
            for _ in 0..8 {
                fail(&mut page, status);
            }
            // The server comes back.
            fail(&mut page, 404);
            page.open();
            assert_eq!(page.addresses().len(), 10);
            assert!(!is_told_key(&page), "{:?}", page.addresses());
        }
    }
}

#[test]
fn sockets_that_open_in_between_do_not_count() {
    let mut page = with_key(Dialect::Documented);
    for _ in 0..4 {
        fail(&mut page, 404);
        fail(&mut page, 404);
        page.open();
    }
    assert!(!is_told_key(&page), "{:?}", page.addresses());
}

#[test]
fn a_key_that_is_refused_in_the_address_before_a_socket_opens_is_asked_for() {
    let mut page = with_key(Dialect::Documented);
    page.open();
    page.gets(refused());
    page.wait(Duration::secs(2));
    assert!(is_told_key(&page));
    for _ in 0..3 {
        assert!(!is_refused(&page));
        fail(&mut page, 404);
    }
    assert!(is_refused(&page), "{:?}", page.phase());
}

#[test]
fn a_key_that_is_refused_both_ways_is_asked_for_and_the_message_waits() {
    let mut page = with_key(Dialect::Documented);
    page.open();
    page.say("hi");
    page.gets(refused());
    page.wait(Duration::secs(2));
    page.open();
    // The history is asked for in two places.
    page.answer_all(404, "");
    page.answer_all(404, "");
    assert_eq!(page.messages_sent(), ["hi", "hi"]);
    page.gets(refused());
    assert!(is_refused(&page));
    assert_eq!(page.lines(), ["user queued: hi"]);
    page.wait(Duration::secs(600));
    assert_eq!(page.addresses().len(), 2);
}

#[test]
fn a_key_that_has_expired_is_asked_for_at_once() {
    let mut page = with_key(Dialect::Documented);
    page.open();
    page.gets(message("m", "assistant", "Hello"));
    page.gets(refused());
    assert!(is_refused(&page));
    assert_eq!(page.addresses().len(), 1);
}

#[test]
fn without_a_key_a_refusal_asks_for_one() {
    let mut page = start(setup(Dialect::Documented));
    page.open();
    page.gets(refused());
    assert!(is_refused(&page));
}
