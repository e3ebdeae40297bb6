//! Each server's key goes to that server, in a header or in the first frame, and nowhere else.

use parlor::io::{Frame, Request};
use parlor::model::{Duration, Instant};
use parlor::protocol::Setup;
use parlor::recording::Player;
use parlor::session::{Birth, Input};
use serde_json::json;

use super::super::support::Wire;
use super::server::{HOME, newer, setup};
use super::{APP, OK, Server, kept, visiting};

/// Answers whatever is asked for a while, and gives all that was asked.
fn used(player: &mut Player) -> Vec<Request> {
    let mut asked = Vec::new();
    let server = Server::new(true, Vec::new());
    for _ in 0..40 {
        let answered = player.answer_next(|request| {
            asked.push(request.clone());
            match request.url.starts_with(APP) {
                true => Some((200, kept("RUNNING"))),
                false if request.method == "POST" => Some((200, OK.to_owned())),
                false => server.answer(request),
            }
        });
        if !answered {
            player.wait(Duration::secs(3));
        }
    }
    asked
}

#[test]
fn the_outer_key_goes_to_the_app_server_and_the_inner_to_the_agents() {
    let mut player = visiting();
    let mut asked = Vec::new();
    player.answer_next(|request| {
        asked.push(request.clone());
        Some((200, kept("RUNNING")))
    });
    player.open();
    assert_eq!(
        player.sent(),
        [json!({"type": "auth", "session_api_key": "inner"}).to_string()]
    );
    player.receive("{\"type\":\"sync\",\"from_seq\":-1}");
    player.receive(&Server::new(true, Vec::new()).state_frame());
    player.say("hello");
    player.input(Input::List {
        wanted: String::new(),
        page: None,
    });
    player.input(Input::Pause(true));
    player.input(Input::Export);
    player.input(Input::Ask(parlor::protocol::Command::Condense));
    asked.extend(used(&mut player));
    player.input(Input::End);
    asked.extend(used(&mut player));
    let mut places = [0, 0];
    for request in &asked {
        let keys: Vec<&str> = request
            .headers
            .iter()
            .filter(|(name, _)| name == "X-Session-API-Key")
            .map(|(_, key)| key.as_str())
            .collect();
        let at_app = request.url.starts_with(APP);
        assert!(at_app || request.url.starts_with(HOME), "{}", request.url);
        assert_eq!(
            keys,
            [if at_app { "outer" } else { "inner" }],
            "{}",
            request.url
        );
        let other = if at_app { "inner" } else { "outer" };
        assert!(!format!("{request:?}").contains(other), "{}", request.url);
        assert!(!request.url.contains("inner") && !request.url.contains("outer"));
        places[usize::from(at_app)] += 1;
    }
    assert!(places[0] > 2 && places[1] > 2, "{places:?}");
    for address in player.addresses() {
        assert!(
            !address.contains("inner") && !address.contains("outer"),
            "{address}"
        );
    }
}

#[test]
fn the_key_is_the_first_frame_and_is_told_to_nobody_else() {
    let mut player = Player::start(
        newer(),
        Setup {
            key: Some("k-secret".into()),
            ..setup("c1")
        },
        Birth::default(),
        Instant(0),
    );
    for session in [true, true, false, false] {
        let frames = player.sent().len();
        Server::new(session, Vec::new()).accept(&mut player, 0);
        assert_eq!(player.sent()[frames..].len(), 1, "{session}");
        assert!(player.sent()[frames].contains("k-secret"));
        player.say("hello");
        player.close(1006, "");
        player.wait(Duration::secs(3));
    }
    assert!(!player.traced().is_empty());
    for trace in player.traced() {
        assert!(!format!("{trace:?}").contains("k-secret"));
        let text = trace.frame.as_ref().map(Frame::text).unwrap_or_default();
        assert!(!text.contains("k-secret"));
    }
    for address in player.addresses() {
        assert!(!address.contains("k-secret"), "{address}");
    }
}

#[test]
fn without_a_key_no_frame_goes_out_by_itself() {
    let mut player = super::connected(Vec::new());
    assert!(player.sent().is_empty());
    player.wait(Duration::secs(10));
    assert!(player.sent().is_empty());
}

/// Before 1.18.1 an agent server looks for the key in the address alone; the person has to allow it.
#[test]
fn the_key_stands_in_an_address_only_where_the_person_allows_it() {
    let setup = Setup {
        key: Some("k 1".into()),
        strict: true,
        ..setup("c1")
    };
    let mut player = Player::start(newer(), setup, Birth::default(), Instant(0));
    Server::new(false, Vec::new()).accept(&mut player, 0);
    let address = player.addresses().last().unwrap();
    assert!(address.ends_with("?session_api_key=k%201"), "{address}");
    assert!(player.sent().is_empty());
}
