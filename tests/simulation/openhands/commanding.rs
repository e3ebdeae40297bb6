//! What the person asks of the agent, and the agent of the person.

use parlor::model::{Body, Duration, ToolState};
use parlor::recording::Player;
use parlor::session::{Input, Run};
use serde_json::json;

use super::super::numbered::{Mishap, Server};
use super::super::support::Wire;
use super::{
    CONNECTED, OPENED, asks, called, connected, finds_asleep, last, output, state, states_sent,
    tell, user,
};

#[test]
fn stop_pause_and_resume_are_states_that_are_asked_for() {
    let mut player = connected(&[state(0, "running"), called(1, "call-1", "confirmed")]);
    player.input(Input::Pause(true));
    player.input(Input::Pause(false));
    player.input(Input::Stop);
    assert_eq!(states_sent(&player), ["paused", "running", "stopped"]);
    assert_eq!(
        player.lines(),
        ["tool pending: "],
        "the log says what came of it"
    );
    let change = |id: u64, word: &str| {
        json!({"id": id, "source": "user", "action": "change_agent_state",
            "args": {"agent_state": word, "thought": ""}})
    };
    for (id, word) in [(2, "paused"), (4, "running"), (6, "stopped")] {
        tell(&mut player, &change(id, word));
        tell(&mut player, &state(id + 1, word));
        assert_eq!(player.session().run() == Run::Paused, word == "paused");
    }
    assert_eq!(
        player.lines()[1..],
        [
            "notice done: Paused.",
            "notice done: Resumed.",
            "notice done: Stopped."
        ]
    );
    assert_eq!(player.session().run(), Run::Idle);
}

#[test]
fn a_late_output_after_a_stop_goes_to_its_card() {
    let mut player = connected(&[state(0, "running"), called(8, "call-1", "confirmed")]);
    player.input(Input::Stop);
    let stopped = json!({"id": 10, "cause": 8, "source": "agent", "observation": "error",
        "content": "Stop button pressed. The action has not been executed.",
        "tool_call_metadata": {"tool_call_id": "call-1"},
        "extras": {"error_id": "AGENT_ERROR$ERROR_ACTION_NOT_EXECUTED_STOPPED"}});
    tell(&mut player, &stopped);
    tell(&mut player, &state(11, "stopped"));
    assert!(player.lines()[0].starts_with("tool interrupted: Stop button"));
    tell(&mut player, &output(19, 8, "call-1", "listed after all"));
    assert_eq!(player.lines(), ["tool done: listed after all\nexit code 0"]);
}

#[test]
fn a_question_is_answered_by_a_state_and_its_copies_are_no_second_card() {
    for (approved, word, settled) in [
        (true, "confirmed", "approval approved"),
        (false, "rejected", "approval denied"),
    ] {
        let mut player = connected(&[state(0, "running")]);
        for event in asks(8) {
            tell(&mut player, &event);
        }
        assert_eq!(player.session().run(), Run::Asking);
        assert_eq!(player.items().len(), 2, "{:?}", player.lines());
        assert_eq!(tool(&player), ToolState::Asked);
        player.input(Input::Answer {
            id: player.last(),
            approved,
            remember: false,
            reason: String::new(),
        });
        assert_eq!(states_sent(&player), [format!("user_{word}")]);
        assert!(last(&player).starts_with(settled));
        tell(&mut player, &called(11, "call-1", word));
        let settled_tool = match approved {
            true => ToolState::Running,
            false => ToolState::Denied,
        };
        assert_eq!(tool(&player), settled_tool);
        tell(&mut player, &state(12, &format!("user_{word}")));
        let denied = json!({"id": 13, "cause": 11, "source": "agent",
            "observation": "user_rejected", "content": "rejected", "extras": {}});
        let result = match approved {
            true => output(13, 11, "call-1", "listed"),
            false => denied,
        };
        tell(&mut player, &result);
        let result = match approved {
            true => "tool done: listed\nexit code 0",
            false => "tool denied: rejected",
        };
        assert_eq!(player.items().len(), 2, "{:?}", player.lines());
        assert_eq!(player.lines()[0], result);
        assert!(last(&player).starts_with(settled));
    }
}

#[test]
fn an_answer_in_another_window_settles_the_question_here() {
    for (word, settled) in [
        ("confirmed", "approval approved"),
        ("rejected", "approval denied"),
    ] {
        let mut player = connected(&asks(8));
        assert!(last(&player).starts_with("approval pending"));
        tell(&mut player, &called(11, "call-1", word));
        assert!(last(&player).starts_with(settled));
        assert!(states_sent(&player).is_empty());
        // What is meant here now comes too late.
        player.input(Input::Answer {
            id: player.last(),
            approved: true,
            remember: false,
            reason: String::new(),
        });
        assert!(states_sent(&player).is_empty());
    }
}

/// The agent asked, the connection went, and the person allowed it all the same.
fn allowed_while_away() -> Player {
    let mut player = connected(&asks(8));
    player.close(1006, "");
    player.input(Input::Answer {
        id: player.last(),
        approved: true,
        remember: false,
        reason: String::new(),
    });
    assert!(last(&player).starts_with("approval approved"));
    player.wait(Duration::secs(31));
    player
}

#[test]
fn an_answer_that_was_given_while_away_goes_out_where_the_agent_still_waits_for_it() {
    for no_rest in [false, true] {
        let mut player = allowed_while_away();
        let mishap = Mishap {
            no_rest,
            ..Mishap::default()
        };
        Server { log: asks(8) }.accept(&mut player, mishap);
        assert_eq!(states_sent(&player), ["user_confirmed"]);
    }
}

/// The frame names no question, so it would allow whatever the agent asks now.
#[test]
fn an_answer_that_was_given_while_away_never_answers_another_question() {
    let mut log = asks(8);
    log.push(called(11, "call-1", "rejected"));
    log.push(state(12, "awaiting_user_confirmation"));
    log.push(called(13, "call-2", "awaiting_confirmation"));
    let mut player = allowed_while_away();
    Server { log }.accept(&mut player, Mishap::default());
    player.wait(Duration::secs(10));
    assert!(states_sent(&player).is_empty());
    let lines = player.lines();
    assert!(lines[1].starts_with("approval denied"), "{lines:?}");
    assert!(lines[3].starts_with("approval pending"), "{lines:?}");
    assert_eq!(player.session().run(), Run::Asking);
}

#[test]
fn an_answer_that_was_given_while_away_is_nothing_to_an_agent_that_begins_anew() {
    let mut player = allowed_while_away();
    finds_asleep(&mut player);
    player.open();
    player.receive(OPENED);
    player.receive(CONNECTED);
    player.answer_all(200, r#"{"events":[],"has_more":false}"#);
    player.wait(Duration::secs(10));
    assert!(states_sent(&player).is_empty());
    assert!(last(&player).starts_with("approval expired"));
}

#[test]
fn a_question_that_a_message_overtook_expires() {
    let mut player = connected(&asks(8));
    tell(&mut player, &user(10, "something else"));
    assert!(player.lines()[1].starts_with("approval expired"));
    assert_eq!(tool(&player), ToolState::Interrupted, "nothing comes of it");
}

/// How far the only tool call is.
fn tool(player: &Player) -> ToolState {
    let mut states = player.items().iter().filter_map(|item| match &item.body {
        Body::Tool(tool) => Some(tool.state),
        _ => None,
    });
    let state = states.next().unwrap();
    assert_eq!(states.next(), None);
    state
}

#[test]
fn a_stop_that_could_not_be_said_hides_nothing_and_can_be_said_later() {
    let mut player = connected(&[state(0, "running")]);
    player.close(1006, "");
    player.input(Input::Stop);
    assert!(last(&player).starts_with("notice done: The agent was not told to stop"));
    player.wait(Duration::secs(31));
    let log = vec![state(0, "running")];
    Server { log }.accept(&mut player, Mishap::default());
    assert!(matches!(player.session().run(), Run::Working { .. }));
    player.input(Input::Stop);
    assert_eq!(states_sent(&player), ["stopped"]);
}

#[test]
fn what_the_server_cannot_forget_is_not_reset() {
    let mut player = connected(&[state(0, "awaiting_user_input")]);
    player.close(1006, "");
    player.input(Input::Reset);
    player.wait(Duration::secs(31));
    let log = vec![state(0, "awaiting_user_input"), user(1, "only over REST")];
    let mishap = Mishap {
        lost: 1,
        ..Mishap::default()
    };
    Server { log }.accept(&mut player, mishap);
    assert_eq!(player.lines(), ["user confirmed: only over REST"]);
}
