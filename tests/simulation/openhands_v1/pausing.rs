//! Pause, resume and stop: what the agent has begun goes on for a while.

use parlor::model::Duration;
use parlor::session::{Input, Run};

use super::super::support::Wire;
use super::{OK, agent, answers_one, called, calls, connected, output, status, tell, user};

const RUN: &str = "POST /api/conversations/c1/run";
const PAUSE: &str = "POST /api/conversations/c1/pause";
const INTERRUPT: &str = "POST /api/conversations/c1/interrupt";
const BUSY: &str =
    "{\"detail\":\"Conversation already running. Wait for completion or pause first.\"}";

fn working() -> super::Player {
    connected(vec![user(1, "go"), status(2, "running"), called(3, "k1")])
}

fn paused() -> super::Player {
    let mut player = working();
    player.input(Input::Pause(true));
    answers_one(&mut player, PAUSE, 200, OK);
    tell(&mut player, 3, &status(4, "paused"));
    player
}

fn runs(player: &super::Player) -> usize {
    calls(player).iter().filter(|call| *call == RUN).count()
}

#[test]
fn what_comes_after_the_pause_is_shown_and_the_agent_rests() {
    let mut player = paused();
    assert_eq!(player.session().run(), Run::Paused);
    tell(&mut player, 4, &output(5, "k1", "late"));
    tell(&mut player, 5, &agent(6, "later"));
    assert_eq!(
        player.lines()[1..],
        ["tool done: late\nexit code 0", "agent done: later"]
    );
    assert_eq!(player.session().run(), Run::Paused);
}

#[test]
fn a_run_is_asked_for_again_each_second_while_the_step_goes_on() {
    let mut player = paused();
    player.input(Input::Pause(false));
    for _ in 0..3 {
        assert_eq!(runs(&player), 1);
        answers_one(&mut player, RUN, 409, BUSY);
        assert_eq!(runs(&player), 0);
        player.wait(Duration::millis(999));
        assert_eq!(runs(&player), 0);
        player.wait(Duration::millis(1));
    }
    answers_one(&mut player, RUN, 200, OK);
    player.wait(Duration::secs(10));
    assert_eq!(runs(&player), 0);
}

#[test]
fn who_stops_or_pauses_again_is_not_overruled_by_the_run_asked_for_before() {
    for (stop, called) in [(Input::Stop, INTERRUPT), (Input::Pause(true), PAUSE)] {
        let mut player = working();
        player.input(Input::Pause(false));
        answers_one(&mut player, RUN, 409, BUSY);
        player.input(stop);
        answers_one(&mut player, called, 200, OK);
        player.wait(Duration::secs(60));
        assert_eq!(runs(&player), 0, "{:?}", calls(&player));
    }
}

#[test]
fn a_run_that_never_can_be_had_is_given_up() {
    let mut player = paused();
    player.input(Input::Pause(false));
    let mut asked = 0;
    for _ in 0..200 {
        if runs(&player) > 0 {
            answers_one(&mut player, RUN, 409, BUSY);
            asked += 1;
        }
        player.wait(Duration::secs(1));
    }
    assert!((100..=121).contains(&asked), "{asked}");
    assert!(!super::not_done(&player).is_empty());
}

#[test]
fn stopping_is_at_once_where_the_server_can_and_a_pause_where_it_cannot() {
    let mut player = working();
    player.input(Input::Stop);
    answers_one(&mut player, INTERRUPT, 200, OK);
    assert!(calls(&player).iter().all(|call| call != PAUSE));

    let mut player = working();
    player.input(Input::Stop);
    answers_one(&mut player, INTERRUPT, 404, "{\"detail\":\"Not Found\"}");
    assert!(calls(&player).contains(&PAUSE.to_owned()));
}

#[test]
fn a_message_lets_a_paused_agent_go_on() {
    let mut player = paused();
    player.say("go on");
    assert_eq!(super::sent(&player), ["go on"]);
}
