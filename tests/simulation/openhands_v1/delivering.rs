//! Messages go over the socket, and by calls where they are too long for one.

use parlor::model::{Attachment, Duration};
use parlor::protocol::Gone;
use parlor::recording::Player;
use parlor::session::Input;
use serde_json::json;

use super::super::support::Wire;
use super::{
    OK, POST, Server, agent, answers, answers_one, calls, connected, gone, last, status, tell, user,
};

fn idle() -> Player {
    connected(vec![
        user(1, "before"),
        status(2, "running"),
        status(3, "finished"),
    ])
}

fn log() -> Vec<serde_json::Value> {
    vec![
        user(1, "before"),
        status(2, "running"),
        status(3, "finished"),
    ]
}

/// A message that is too long for the socket.
fn say_large(player: &mut Player) {
    player.input(Input::Send {
        text: "hello".to_owned(),
        attachments: vec![Attachment {
            name: "large.png".to_owned(),
            mime: "image/png".to_owned(),
            base64: "A".repeat(15 << 20),
        }],
    });
}

fn said() -> Player {
    let mut player = idle();
    say_large(&mut player);
    player
}

fn posts(player: &Player) -> usize {
    calls(player).iter().filter(|call| *call == POST).count()
}

fn back(player: &mut Player, log: Vec<serde_json::Value>) {
    player.wait(Duration::secs(2));
    Server::new(true, log).accept(player, 0);
}

#[test]
fn a_message_is_sent_once_it_is_answered_and_confirmed_by_the_log() {
    let mut player = said();
    assert_eq!(posts(&player), 1);
    assert_eq!(last(&player), "user sending: hello");
    answers(&mut player, POST, 200, OK);
    assert_eq!(last(&player), "user sent: hello");
    tell(&mut player, 3, &user(4, "hello"));
    assert_eq!(last(&player), "user confirmed: hello");
}

#[test]
fn its_copy_in_the_log_may_come_before_the_answer() {
    let mut player = said();
    tell(&mut player, 3, &user(4, "hello"));
    assert_eq!(last(&player), "user confirmed: hello");
    answers(&mut player, POST, 200, OK);
    assert_eq!(
        player
            .lines()
            .iter()
            .filter(|line| line.ends_with("hello"))
            .count(),
        1
    );
    assert_eq!(last(&player), "user confirmed: hello");
}

#[test]
fn pictures_go_with_the_message_and_files_before_it() {
    let mut player = idle();
    let file = |name: &str, mime: &str| Attachment {
        name: name.to_owned(),
        mime: mime.to_owned(),
        base64: "aGk=".to_owned(),
    };
    player.input(Input::Send {
        text: "look".to_owned(),
        attachments: vec![file("a b.txt", "text/plain"), file("p.png", "image/png")],
    });
    answers(
        &mut player,
        "POST /api/file/upload?path=%2Fsrv%2Fws%2Fa%20b.txt",
        200,
        OK,
    );
    assert!(calls(&player).is_empty());
    let body: serde_json::Value = serde_json::from_str(player.sent().last().unwrap()).unwrap();
    assert_eq!(
        body["content"][0]["text"],
        "look\n\nNEW FILES ADDED: /srv/ws/a b.txt"
    );
    assert_eq!(
        body["content"][1]["image_urls"][0],
        "data:image/png;base64,aGk="
    );
}

#[test]
fn a_file_that_is_not_taken_keeps_the_message_here() {
    for (status, failed) in [(413, "too large"), (500, ""), (400, "")] {
        let mut player = idle();
        let file = Attachment {
            name: "a.txt".to_owned(),
            mime: "text/plain".to_owned(),
            base64: "aGk=".to_owned(),
        };
        player.input(Input::Send {
            text: "look".to_owned(),
            attachments: vec![file],
        });
        answers(
            &mut player,
            "POST /api/file/upload?path=%2Fsrv%2Fws%2Fa.txt",
            status,
            "{}",
        );
        assert_eq!(last(&player), "user failed: look", "{failed}");
        assert!(calls(&player).is_empty());
    }
}

#[test]
fn an_answer_that_comes_after_a_reconnect_counts() {
    let mut player = said();
    player.close(1006, "");
    assert_eq!(last(&player), "user sending: hello");
    back(&mut player, log());
    assert_eq!(
        posts(&player),
        1,
        "the call is not dropped with the connection"
    );
    answers_one(&mut player, POST, 200, OK);
    assert_eq!(last(&player), "user sent: hello");
    player.wait(Duration::secs(600));
    assert_eq!(posts(&player), 0);
    tell(&mut player, 3, &user(4, "hello"));
    assert_eq!(last(&player), "user confirmed: hello");
}

#[test]
fn without_an_answer_the_log_tells_and_nothing_is_sent_twice() {
    let mut player = said();
    player.answer_next(|_| None);
    assert_eq!(last(&player), "user maybe-sent: hello");
    tell(&mut player, 3, &user(4, "hello"));
    assert_eq!(last(&player), "user confirmed: hello");
    player.wait(Duration::secs(600));
    assert_eq!(posts(&player), 0);
}

#[test]
fn without_an_answer_it_goes_out_again_only_when_the_agent_rests_and_the_log_has_it_not() {
    let mut player = connected(vec![user(1, "before"), status(2, "running")]);
    say_large(&mut player);
    player.answer_next(|_| None);
    for _ in 0..10 {
        player.wait(Duration::secs(10));
        assert_eq!(
            posts(&player),
            0,
            "the server may have it, and say nothing yet"
        );
    }
    tell(&mut player, 2, &agent(3, "done"));
    tell(&mut player, 3, &status(4, "finished"));
    player.wait(Duration::secs(2));
    assert_eq!(posts(&player), 1);
    assert_eq!(last(&player), "user sending: hello");
}

#[test]
fn after_a_restart_of_the_server_a_message_it_never_had_goes_out_again() {
    let mut player = said();
    player.answer_next(|_| None);
    player.close(1006, "");
    back(&mut player, log());
    player.wait(Duration::secs(2));
    assert_eq!(posts(&player), 1);

    let mut player = said();
    player.answer_next(|_| None);
    player.close(1006, "");
    let mut with_it = log();
    with_it.push(user(4, "hello"));
    back(&mut player, with_it);
    player.wait(Duration::secs(2));
    assert_eq!(posts(&player), 0);
    assert_eq!(last(&player), "user confirmed: hello");
}

#[test]
fn a_call_without_an_end_is_not_waited_for_for_ever() {
    let mut player = said();
    player.wait(Duration::secs(59));
    assert_eq!(last(&player), "user sending: hello");
    player.wait(Duration::secs(1));
    assert!(
        last(&player).starts_with("user maybe-sent"),
        "{}",
        last(&player)
    );
}

#[test]
fn too_many_agents_keep_the_message_and_the_run_is_asked_for_again() {
    let mut player = said();
    answers(&mut player, POST, 429, "{\"detail\":\"Too many runs\"}");
    assert_eq!(last(&player), "user sent: hello");
    player.wait(Duration::secs(1));
    assert_eq!(posts(&player), 0, "it is saved");
    answers_one(&mut player, "POST /api/conversations/c1/run", 429, "{}");
    tell(&mut player, 3, &user(4, "hello"));
    assert_eq!(last(&player), "user confirmed: hello");
}

#[test]
fn what_the_server_says_to_a_message_is_heeded() {
    let cases = [
        (404, "user failed: hello", Some(Gone::UnknownConversation)),
        (410, "user failed: hello", Some(Gone::Archived)),
        (413, "user failed: hello", None),
        (422, "user failed: hello", None),
        (401, "user queued: hello", Some(Gone::Unauthorized)),
        (500, "user maybe-sent: hello", None),
        (502, "user maybe-sent: hello", None),
    ];
    for (status, line, why) in cases {
        let mut player = said();
        answers(&mut player, POST, status, "{\"detail\":\"No.\"}");
        assert_eq!(last(&player), line, "{status}");
        assert_eq!(gone(&player), why, "{status}");
    }
}

#[test]
fn a_server_in_trouble_is_tried_again_with_the_message() {
    let mut player = said();
    answers(&mut player, POST, 503, "{}");
    assert_eq!(last(&player), "user queued: hello");
    back(&mut player, log());
    assert_eq!(posts(&player), 1);
}

#[test]
fn messages_of_the_same_text_are_each_confirmed_once() {
    let mut player = idle();
    for number in 0..3 {
        player.say("again");
        player.flush();
        tell(
            &mut player,
            3 + number,
            &user(10 + u32::try_from(number).unwrap(), "again"),
        );
    }
    let lines = player.lines();
    assert_eq!(lines[1..], ["user confirmed: again"; 3]);
}

#[test]
fn a_call_that_fails_while_the_connection_is_away_is_settled_by_the_log_that_comes_next() {
    let mut player = said();
    player.close(1006, "");
    answers_one_not(&mut player);
    player.wait(Duration::millis(900));
    assert_eq!(
        last(&player),
        "user maybe-sent: hello",
        "the log is not here to tell"
    );
    let mut with_it = log();
    with_it.push(user(4, "hello"));
    back(&mut player, with_it);
    player.wait(Duration::secs(5));
    assert_eq!(posts(&player), 0);
    assert_eq!(last(&player), "user confirmed: hello");
}

/// The message's call has no answer.
fn answers_one_not(player: &mut Player) {
    assert!(player.answer_first(|request| super::call(request) == POST, |_| None));
}

#[test]
fn a_call_that_fails_while_the_log_still_comes_is_settled_when_all_has_come() {
    let mut player = said();
    player.close(1006, "");
    player.wait(Duration::secs(2));
    answers_one(
        &mut player,
        "GET /api/conversations/c1",
        200,
        "{\"id\":\"c1\"}",
    );
    player.open();
    player.receive("{\"type\":\"sync\",\"from_seq\":2}");
    answers_one_not(&mut player);
    player.wait(Duration::secs(3));
    tell(&mut player, 3, &user(4, "hello"));
    player.receive(&Server::new(true, log()).state_frame());
    player.wait(Duration::secs(3));
    assert_eq!(posts(&player), 0);
    assert_eq!(player.lines()[1..], ["user confirmed: hello"]);
}

#[test]
fn what_fits_goes_over_the_socket_and_is_confirmed_by_the_log() {
    let mut player = idle();
    player.say("hello");
    assert!(calls(&player).is_empty());
    let frame: serde_json::Value = serde_json::from_str(player.sent().last().unwrap()).unwrap();
    let content = json!([{"type": "text", "text": "hello"}]);
    assert_eq!(
        frame,
        json!({"role": "user", "run": true, "content": content})
    );
    assert_eq!(last(&player), "user sending: hello");
    player.flush();
    assert_eq!(last(&player), "user sent: hello");
    tell(&mut player, 3, &user(4, "hello"));
    assert_eq!(last(&player), "user confirmed: hello");
}

#[test]
fn what_was_sent_before_the_socket_ended_is_settled_by_the_log_of_the_next() {
    for arrived in [true, false] {
        let mut player = idle();
        player.say("hello");
        player.flush();
        player.close(1006, "");
        assert_eq!(last(&player), "user maybe-sent: hello");
        let mut known = log();
        if arrived {
            known.push(user(4, "hello"));
        }
        back(&mut player, known);
        player.wait(Duration::secs(2));
        let again = if arrived { 1 } else { 2 };
        assert_eq!(super::sent(&player).len(), again, "{arrived}");
    }
}

/// The server says it of a frame of ours, and of nothing else.
#[test]
fn a_message_that_the_server_cannot_read_is_said_to_be_refused_and_holds_nothing_up() {
    let mut player = connected(Vec::new());
    player.say("hello");
    player.flush();
    player.receive("{\"type\":\"error\",\"code\":\"ValidationError\",\"detail\":\"no\"}");
    let lines = player.lines();
    assert!(
        lines.contains(&"user failed: hello".to_owned()),
        "{lines:?}"
    );
    assert!(lines.contains(&"error failed: no".to_owned()), "{lines:?}");
    player.say("again");
    assert!(player.sent().last().unwrap().contains("again"));
}

#[test]
fn a_message_that_is_kept_while_too_many_agents_run_has_its_run_asked_for() {
    let mut player = connected(Vec::new());
    player.say("hello");
    player.receive(
        "{\"type\":\"error\",\"code\":\"ConversationRunLimitExceeded\",\"detail\":\"full\"}",
    );
    player.wait(Duration::secs(1));
    let run = "POST /api/conversations/c1/run".to_owned();
    assert_eq!(calls(&player), [run.as_str()]);
    assert_eq!(player.sent().len(), 1);
}
