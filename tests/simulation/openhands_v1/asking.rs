//! The agent asks for leave.

use parlor::model::Confirmation;
use parlor::model::{Duration, Instant};
use parlor::protocol::Command;
use parlor::recording::Player;
use parlor::session::{Input, Run};
use serde_json::json;

use super::super::numbered::Stored;
use super::super::support::Wire;
use super::{
    OK, Server, answers, asked, call, calls, card, card_line, connected, last, last_body, not_done,
    output, page, sent, status, tell, user,
};

const ANSWER: &str = "POST /api/conversations/c1/events/respond_to_confirmation";

fn answer(player: &mut Player, approved: bool, reason: &str) {
    let id = card(player).id;
    player.input(Input::Answer {
        id,
        approved,
        remember: false,
        reason: reason.to_owned(),
    });
}

#[test]
fn a_message_waits_while_leave_is_asked_and_gives_it_when_sent_all_the_same() {
    let mut player = connected(asked());
    assert_eq!(player.session().run(), Run::Asking);
    player.say("do something else");
    player.wait(Duration::secs(60));
    assert_eq!(last(&player), "user queued: do something else");
    assert!(sent(&player).is_empty());
    assert!(
        player.session().capabilities().message_allows,
        "which the screen says"
    );
    let id = player.last();
    player.input(Input::SendNow(id));
    assert_eq!(sent(&player), ["do something else"]);
    tell(&mut player, 4, &user(5, "do something else"));
    tell(&mut player, 5, &status(6, "running"));
    assert!(
        card_line(&player).starts_with("approval approved"),
        "{}",
        card_line(&player)
    );
}

#[test]
fn a_question_that_was_kept_is_answered_although_it_does_not_come_again() {
    for session in [true, false] {
        let server = Server::new(session, asked());
        let mut first = page(Stored::default(), Instant(0));
        server.accept(&mut first, 0);
        let mut stored = Stored::default();
        stored.keep(&first, 0);
        let mut player = page(stored, Instant(5_000));
        server.accept(&mut player, 0);
        assert_eq!(player.session().run(), Run::Asking, "{session}");
        answer(&mut player, true, "");
        assert_eq!(calls(&player), [ANSWER], "{session}");
        let line = card_line(&player);
        assert!(line.starts_with("approval approved"), "{session}: {line}");
    }
}

#[test]
fn a_queued_message_goes_out_only_when_the_agent_has_heard_the_answer() {
    for (approved, word) in [(true, "running"), (false, "idle")] {
        let mut player = connected(asked());
        player.say("next");
        answer(&mut player, approved, "");
        assert!(sent(&player).is_empty(), "a message would give leave");
        let id = player.last();
        player.input(Input::SendNow(id));
        assert!(sent(&player).is_empty());
        answers(&mut player, ANSWER, 200, OK);
        assert!(sent(&player).is_empty());
        tell(&mut player, 4, &status(5, word));
        assert_eq!(sent(&player), ["next"]);
    }
}

#[test]
fn an_answer_where_none_is_waited_for_is_not_sent_for_it_would_begin_a_run() {
    let mut player = connected(asked());
    // Another window answered, and this one has not heard yet how.
    tell(&mut player, 4, &status(5, "running"));
    tell(&mut player, 5, &output(6, "k1", "done"));
    tell(&mut player, 6, &status(7, "finished"));
    answer(&mut player, true, "");
    assert!(calls(&player).is_empty(), "{:?}", calls(&player));

    // It was given while the connection was away, and is out of date when that is back.
    let mut player = connected(asked());
    player.close(1006, "");
    answer(&mut player, true, "");
    player.wait(Duration::secs(2));
    let mut log = asked();
    log.push(user(5, "never mind"));
    log.push(status(6, "finished"));
    super::Server::new(true, log).accept(&mut player, 0);
    assert!(calls(&player).iter().all(|call| !call.starts_with("POST")));
    assert!(
        card_line(&player).starts_with("approval expired"),
        "{}",
        card_line(&player)
    );
}

#[test]
fn an_answer_given_while_away_goes_out_where_it_is_still_waited_for() {
    let mut player = connected(asked());
    player.close(1006, "");
    answer(&mut player, false, "Too dangerous");
    player.wait(Duration::secs(2));
    super::Server::new(true, asked()).accept(&mut player, 0);
    assert_eq!(
        last_body(&player),
        json!({"accept": false, "reason": "Too dangerous"})
    );
}

#[test]
fn a_refusal_carries_its_reason_and_the_agent_rests_until_it_is_told_to_go_on() {
    let mut player = connected(asked());
    answer(&mut player, false, "Too dangerous");
    assert_eq!(
        last_body(&player),
        json!({"accept": false, "reason": "Too dangerous"})
    );
    answers(&mut player, ANSWER, 200, OK);
    tell(&mut player, 4, &status(5, "idle"));
    let rejected = super::event(
        6,
        "UserRejectObservation",
        json!({"tool_name": "terminal",
        "tool_call_id": "k1", "rejection_reason": "Too dangerous", "source": "environment"}),
    );
    tell(&mut player, 5, &rejected);
    assert_eq!(player.session().run(), Run::Idle);
    assert!(
        card_line(&player).starts_with("approval denied"),
        "{}",
        card_line(&player)
    );
    let tool = player
        .lines()
        .into_iter()
        .find(|line| line.starts_with("tool"));
    assert_eq!(tool.unwrap(), "tool denied: Too dangerous");
}

#[test]
fn an_answer_that_did_not_arrive_leaves_the_question_open() {
    for answered in [Some((500, "{\"detail\":\"Internal Server Error\"}")), None] {
        let mut player = connected(asked());
        answer(&mut player, true, "");
        assert!(card_line(&player).starts_with("approval approved"));
        player.answer_next(|_| answered.map(|(status, body)| (status, body.to_owned())));
        assert!(
            card_line(&player).starts_with("approval pending"),
            "{}",
            card_line(&player)
        );
        assert_eq!(not_done(&player).len(), 1);
        answer(&mut player, true, "");
        assert_eq!(calls(&player), [ANSWER], "it can be given again");
    }
}

/// The call is cut off with the connection, and nobody says whether it arrived: the log does.
#[test]
fn an_answer_that_was_cut_off_is_asked_for_again_where_the_log_still_waits() {
    let mut player = connected(asked());
    answer(&mut player, true, "");
    player.close(1006, "");
    player.wait(Duration::secs(3));
    assert!(card_line(&player).starts_with("approval approved"));
    Server::new(true, asked()).accept(&mut player, 0);
    assert!(card_line(&player).starts_with("approval pending"));
    answer(&mut player, true, "");
    assert_eq!(calls(&player), [ANSWER]);
}

/// Where the agent server cannot be called, nothing is taken for answered or for over.
#[test]
fn an_answer_that_cannot_be_given_from_here_leaves_the_question_open() {
    let mut player = page(Stored::default(), Instant(0));
    let mut server = Server::new(true, asked());
    server.blocked = true;
    server.accept(&mut player, 0);
    answer(&mut player, true, "");
    assert!(card_line(&player).starts_with("approval pending"));
    assert_eq!(not_done(&player).len(), 1);
}

#[test]
fn what_tells_risks_is_set_before_the_policy_that_goes_by_it() {
    let mut player = connected(Vec::new());
    player.input(Input::Ask(Command::Confirm(Confirmation::Risky)));
    let made: Vec<String> = player.requests().map(call).collect();
    assert_eq!(
        made,
        [
            "POST /api/conversations/c1/security_analyzer",
            "POST /api/conversations/c1/confirmation_policy",
        ]
    );
    assert_eq!(last_body(&player)["policy"]["kind"], "ConfirmRisky");
    player.answer_next(|_| Some((200, OK.into())));
    player.answer_next(|_| Some((200, OK.into())));
    player.input(Input::Ask(Command::Confirm(Confirmation::Never)));
    assert_eq!(last_body(&player)["policy"]["kind"], "NeverConfirm");
    assert_eq!(calls(&player).len(), 1);
    player.answer_next(|_| Some((422, "{\"detail\":\"No.\"}".into())));
    assert_eq!(not_done(&player), ["No."]);
}
