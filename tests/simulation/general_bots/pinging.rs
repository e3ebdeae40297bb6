//! Keeping the connection alive, and noticing that it is dead.

use parlor::model::Duration;
use serde_json::json;

use super::super::support::Wire;
use super::{Server, chunk, documented, error, unknown};

fn pings(kinds: &[String]) -> usize {
    kinds.iter().filter(|kind| *kind == "ping").count()
}

#[test]
fn a_ping_goes_out_every_thirty_seconds() {
    let mut page = documented();
    for ping in 1..12 {
        page.wait(Duration::secs(29));
        assert_eq!(pings(&page.kinds()), ping - 1);
        page.wait(Duration::secs(1));
        assert_eq!(pings(&page.kinds()), ping);
        page.gets(json!({"type": "pong", "timestamp": "2024-01-01T10:00:30Z"}));
    }
    assert_eq!(page.phase().word(), "open");
    assert_eq!(page.opened().len(), 1);
}

#[test]
fn two_pings_without_an_answer_are_a_dead_connection() {
    let mut page = documented();
    page.wait(Duration::secs(30));
    page.gets(json!({"type": "pong"}));
    page.wait(Duration::secs(60));
    assert_eq!(pings(&page.kinds()), 3);
    assert_eq!(page.phase().word(), "open");
    page.wait(Duration::secs(29));
    assert_eq!(page.phase().word(), "open");
    page.wait(Duration::secs(1));
    assert_eq!(page.phase().word(), "waiting");
    page.wait(Duration::secs(2));
    assert_eq!(page.opened().len(), 2);
    page.open();
    page.answer_all(404, "");
    assert_eq!(page.phase().word(), "open");
    page.wait(Duration::secs(30));
    assert_eq!(pings(&page.kinds()), 4);
}

#[test]
fn whatever_comes_is_a_sign_of_life() {
    let mut page = documented();
    for _ in 0..10 {
        page.wait(Duration::secs(50));
        page.gets(chunk("m", "."));
    }
    assert_eq!(page.phase().word(), "open");
}

#[test]
fn a_server_that_cannot_read_a_ping_gets_no_more_and_is_not_cut() {
    let mut page = documented();
    page.wait(Duration::secs(30));
    page.gets(error("INVALID_FORMAT", "Malformed JSON"));
    page.wait(Duration::secs(600));
    assert_eq!(pings(&page.kinds()), 1);
    assert_eq!((page.phase().word(), page.lines()), ("open", Vec::new()));
}

#[test]
fn a_server_that_silence_proved_is_kept_alive_too() {
    let mut page = unknown();
    page.wait(Duration::secs(32));
    assert_eq!(page.kinds(), ["subscribe", "ping"]);
}
