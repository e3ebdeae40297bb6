//! From the address to a socket that works, and how it ends.

use parlor::model::{Duration, Instant};
use parlor::protocol::Gone;

use super::super::numbered::{Stored, told};
use super::super::support::Wire;
use super::server::{HOME, last_address, reference, running};
use super::{
    Server, agent, answers, calls, connected, gone, last, page, phase, status, tell, user,
};

const KIND: &str = "GET /api/v1/app-conversations?ids=c1";
const LOOK: &str = "GET /api/conversations/c1";
const MISSING: &str = "{\"detail\":\"Not Found\"}";

fn log() -> Vec<serde_json::Value> {
    vec![
        user(1, "go"),
        status(2, "running"),
        agent(3, "m"),
        status(4, "finished"),
    ]
}

fn looked() -> super::Player {
    let mut player = page(Stored::default(), Instant(0));
    answers(&mut player, KIND, 404, MISSING);
    answers(
        &mut player,
        LOOK,
        200,
        &Server::new(true, log()).info().to_string(),
    );
    player
}

#[test]
fn the_first_answer_tells_which_server_it_is_and_the_second_that_it_has_the_conversation() {
    let player = looked();
    assert_eq!(
        player.addresses(),
        ["ws://agent.test:8000/sockets/session/c1?after_seq=-1"]
    );
    for answered in [
        (404, Gone::UnknownConversation),
        (422, Gone::UnknownConversation),
        (401, Gone::Unauthorized),
    ] {
        let mut player = page(Stored::default(), Instant(0));
        answers(&mut player, KIND, 404, MISSING);
        answers(&mut player, LOOK, answered.0, MISSING);
        assert_eq!(gone(&player), Some(answered.1));
    }
}

#[test]
fn a_server_without_the_newer_socket_is_asked_for_the_older_one_and_its_log_by_calls() {
    let mut player = looked();
    player.close(1006, "");
    assert_eq!(
        last_address(&player),
        "ws://agent.test:8000/sockets/events/c1"
    );
    assert_eq!(phase(&player), "connecting");
    player.open();
    let server = Server::new(false, log());
    player.receive(&server.state_frame());
    assert_eq!(phase(&player), "open");
    assert_eq!(
        calls(&player),
        ["GET /api/conversations/c1/events/search?limit=100"]
    );
    while player.answer_next(|request| server.answer(request)) {}
    assert_eq!(told(player.items()), reference(&log()));
    // From then on it is asked for at once, from the last event on.
    player.close(1006, "");
    player.wait(Duration::secs(2));
    server.accept(&mut player, 0);
    assert_eq!(player.addresses().len(), 3);
}

#[test]
fn a_socket_goes_on_behind_the_last_number() {
    let mut player = connected(log());
    tell(&mut player, 4, &agent(5, "more"));
    player.close(1006, "");
    player.wait(Duration::secs(2));
    answers(
        &mut player,
        LOOK,
        200,
        &Server::new(true, log()).info().to_string(),
    );
    assert!(
        last_address(&player).ends_with("?after_seq=4"),
        "{}",
        last_address(&player)
    );
}

#[test]
fn a_long_log_comes_in_pages_each_from_the_event_the_one_before_named() {
    let long: Vec<_> = (0..250).map(|at| agent(at, &format!("m{at}"))).collect();
    let mut player = page(Stored::default(), Instant(0));
    Server::new(false, long.clone()).accept(&mut player, 0);
    assert_eq!(player.items().len(), 250);
    assert_eq!(
        player.wholes().last().unwrap().1.as_str(),
        "2026-11-21T00:04:09.000001~e249"
    );
    player.close(1006, "");
    player.wait(Duration::secs(2));
    answers(
        &mut player,
        LOOK,
        200,
        &Server::new(false, Vec::new()).info().to_string(),
    );
    player.open();
    player.receive(&Server::new(false, long).state_frame());
    assert_eq!(
        calls(&player),
        ["GET /api/conversations/c1/events/search?limit=100&page_id=e249"]
    );
}

#[test]
fn a_socket_that_brought_an_event_out_of_its_order_leaves_no_hole() {
    let mut player = page(Stored::default(), Instant(0));
    Server::new(false, log()).accept(&mut player, 0);
    // The sixth event comes, and the fifth is lost with the connection.
    player.receive(&agent(6, "sixth").to_string());
    player.close(1006, "");
    player.wait(Duration::secs(2));
    let mut whole = log();
    whole.extend([agent(5, "fifth"), agent(6, "sixth")]);
    Server::new(false, whole.clone()).accept(&mut player, 0);
    assert_eq!(told(player.items()), reference(&whole));
}

#[test]
fn a_server_that_no_page_may_read_is_used_over_its_socket_alone() {
    for session in [true, false] {
        let mut player = page(Stored::default(), Instant(0));
        let mut server = Server::new(session, log());
        server.blocked = true;
        server.accept(&mut player, 2);
        assert_eq!(told(player.items()), reference(&log()), "{session}");
        assert_eq!(phase(&player), "open");
        let capabilities = player.session().capabilities();
        assert!(!capabilities.pause && !capabilities.lists && !capabilities.exports);
        assert!(capabilities.files.is_empty());
        let sent = player.sent().len();
        player.wait(Duration::secs(6));
        player.say("hello");
        assert_eq!(
            player.sent().len(),
            sent + 1,
            "{session}: {:?}",
            calls(&player)
        );
        assert!(player.sent()[sent].contains("\"role\":\"user\""));
        player.flush();
        assert_eq!(last(&player), "user sent: hello");
        player.receive(&match session {
            true => serde_json::json!({"type": "durable", "seq": 4, "event": user(9, "hello")})
                .to_string(),
            false => user(9, "hello").to_string(),
        });
        assert_eq!(last(&player), "user confirmed: hello");
        // A reconnect asks the older socket for what is new, by the time of the last event.
        player.close(1006, "");
        player.wait(Duration::secs(2));
        while player.answer_next(|_| None) {
            player.wait(Duration::secs(4));
        }
        let address = last_address(&player);
        match session {
            true => assert!(address.ends_with("after_seq=4"), "{address}"),
            false => assert!(address.contains("resend_mode="), "{address}"),
        }
    }
}

#[test]
fn an_app_server_too_busy_for_the_first_call_is_asked_for_all_it_has_once_it_answers() {
    let mut player = page(Stored::default(), Instant(0));
    // Its refusals have no header that would let a page read them.
    assert!(player.answer_next(|_| None));
    player.close(1006, "");
    player.close(1006, "");
    player.wait(Duration::secs(31));
    let found = serde_json::json!([running("c1")]).to_string();
    answers(&mut player, KIND, 200, &found);
    assert_eq!(
        last_address(&player),
        "ws://agent.test:8000/sockets/session/c1?after_seq=-1"
    );
    let capabilities = player.session().capabilities();
    assert!(capabilities.pause && capabilities.lists && capabilities.exports);
}

#[test]
fn closes_that_mean_something_are_told_apart() {
    let mut player = connected(log());
    player.close(4001, "Authentication failed");
    assert_eq!(gone(&player), Some(Gone::Unauthorized));
    let mut player = connected(log());
    player.close(4004, "Conversation not found");
    assert_eq!(gone(&player), Some(Gone::UnknownConversation));
    for (code, reason) in [
        (1013, "slow_consumer"),
        (1006, ""),
        (1000, ""),
        (1012, ""),
        (1013, "Too many connections for this conversation"),
    ] {
        let mut player = connected(log());
        player.close(code, reason);
        assert_eq!(phase(&player), "waiting", "{code} {reason}");
    }
}

#[test]
fn an_event_too_large_for_the_newer_socket_comes_over_the_older_one() {
    let mut player = connected(log());
    player.close(1013, "frame_too_large");
    assert_eq!(
        last_address(&player),
        "ws://agent.test:8000/sockets/events/c1"
    );
    player.open();
    let mut whole = log();
    whole.push(agent(5, "very large"));
    let server = Server::new(false, whole.clone());
    player.receive(&server.state_frame());
    while player.answer_next(|request| server.answer(request)) {}
    assert_eq!(told(player.items()), reference(&whole));
    // And from then on, or each connection would end the same.
    player.close(1006, "");
    player.wait(Duration::secs(2));
    answers(&mut player, LOOK, 200, &server.info().to_string());
    assert!(last_address(&player).contains("/sockets/events/"));
    assert_eq!(player.addresses().len(), 3);
}

#[test]
fn the_larger_event_after_a_reload_does_not_loop() {
    let mut player = looked();
    for _ in 0..5 {
        if last_address(&player).contains("/sockets/session/") {
            player.open();
            player.receive("{\"type\":\"sync\",\"from_seq\":-1}");
            player.close(1013, "frame_too_large");
        }
    }
    assert_eq!(player.addresses().len(), 2);
    assert!(last_address(&player).contains("/sockets/events/"));
}

#[test]
fn a_message_too_large_for_the_socket_is_not_sent_again() {
    let mut player = page(Stored::default(), Instant(0));
    let mut server = Server::new(true, log());
    server.blocked = true;
    server.accept(&mut player, 0);
    player.wait(Duration::secs(6));
    player.say("large");
    player.close(1009, "Message exceeds the maximum size (16777216 bytes)");
    assert!(
        last(&player).starts_with("user failed: large"),
        "{}",
        last(&player)
    );
    player.wait(Duration::secs(2));
    server.accept(&mut player, 0);
    let sent =
        |player: &super::Player| player.sent().iter().filter(|f| f.contains("large")).count();
    player.wait(Duration::secs(60));
    assert_eq!(sent(&player), 1);
}

#[test]
fn a_silent_socket_is_looked_after_and_one_that_is_dead_is_left() {
    let mut player = connected(log());
    player.wait(Duration::secs(45));
    assert_eq!(calls(&player), [LOOK]);
    answers(
        &mut player,
        LOOK,
        200,
        &Server::new(true, log()).info().to_string(),
    );
    assert_eq!(phase(&player), "open");
    player.wait(Duration::secs(45));
    answers(&mut player, LOOK, 404, MISSING);
    assert_eq!(
        gone(&player),
        Some(Gone::UnknownConversation),
        "it was deleted"
    );

    let mut player = connected(log());
    player.wait(Duration::secs(45));
    assert_eq!(calls(&player), [LOOK]);
    for _ in 0..10 {
        player.answer_next(|_| None);
        player.wait(Duration::secs(4));
    }
    assert_ne!(phase(&player), "open", "nobody is there");
}

#[test]
fn a_busy_socket_is_not_looked_after() {
    let mut player = connected(vec![user(1, "go"), status(2, "running")]);
    for at in 3..40 {
        player.wait(Duration::secs(10));
        tell(&mut player, u64::from(at), &agent(at, "m"));
    }
    assert!(calls(&player).is_empty(), "{:?}", calls(&player));
}

#[test]
fn a_title_made_behind_the_first_answer_is_asked_for() {
    let mut player = connected(vec![user(1, "go"), status(2, "running")]);
    tell(&mut player, 2, &agent(3, "m"));
    tell(&mut player, 3, &status(4, "finished"));
    let mut server = Server::new(true, log());
    // All of the state comes behind the end of each step.
    player.receive(&server.state_frame());
    player.wait(Duration::secs(3));
    server.title = Some("A title".into());
    answers(&mut player, LOOK, 200, &server.info().to_string());
    let titled = player.changes().iter().any(
        |change| matches!(change, parlor::session::Change::Titled(title) if title == "A title"),
    );
    assert!(titled);
}

#[test]
fn the_address_may_be_that_of_the_api() {
    for url in [
        HOME.to_owned(),
        format!("{HOME}/"),
        format!("{HOME}/api"),
        format!("{HOME}/api/v1/"),
    ] {
        let mut player = super::fresh(&url);
        answers(
            &mut player,
            "GET /api/v1/sandbox-specs/search?limit=100",
            404,
            MISSING,
        );
    }
}

/// A page that keeps the last of these events without those before it: it came over a socket that
/// keeps no order, or from another tab.
fn with_a_hole() -> super::Player {
    let mut before = page(Stored::default(), Instant(0));
    Server::new(true, log()[..1].to_vec()).accept(&mut before, 0);
    let mut stored = Stored::default();
    stored.keep(&before, 0);
    let mut later = page(Stored::default(), Instant(0));
    Server::new(true, log()).accept(&mut later, 0);
    stored.events.push(later.kept()[3].clone());
    page(stored, Instant(0))
}

#[test]
fn a_hole_is_filled_although_the_connection_ends_while_it_is() {
    let mut player = with_a_hole();
    answers(&mut player, KIND, 404, MISSING);
    answers(
        &mut player,
        LOOK,
        200,
        &Server::new(true, log()).info().to_string(),
    );
    assert!(last_address(&player).ends_with("after_seq=0"));
    player.open();
    player.receive("{\"type\":\"sync\",\"from_seq\":0}");
    tell(&mut player, 1, &log()[1]);
    player.close(1006, "");
    player.wait(Duration::secs(2));
    Server::new(true, log()).accept(&mut player, 0);
    assert_eq!(told(player.items()), reference(&log()));
}
