//! What becomes of a message, and of a log, that a cut has left in doubt.

use parlor::model::Duration;
use parlor::recording::Player;
use parlor::session::{Input, Run};
use serde_json::json;

use super::super::numbered::{Mishap, Server, message as agent_said};
use super::super::support::Wire;
use super::{
    CONNECTED, OPENED, acked, connected, finds_asleep, idle, looks, state, tell, texts, user,
};

/// A message went out, and the connection was cut before any sign of it.
fn doubted() -> Player {
    let mut player = idle();
    player.say("perhaps");
    player.flush();
    player.close(1006, "");
    assert_eq!(player.lines(), ["user maybe-sent: perhaps"]);
    player.wait(Duration::secs(31));
    player
}

#[test]
fn a_message_in_doubt_that_the_log_has_is_confirmed() {
    let mut player = doubted();
    let id = player.last();
    let log = vec![state(0, "awaiting_user_input"), user(1, "perhaps")];
    Server { log }.accept(&mut player, Mishap::default());
    player.wait(Duration::secs(30));
    assert_eq!(player.lines(), ["user confirmed: perhaps"]);
    assert_eq!(player.last(), id);
    assert_eq!(texts(&player), ["perhaps"]);
}

#[test]
fn a_message_in_doubt_that_the_log_has_only_over_rest_is_confirmed() {
    let mut player = doubted();
    let log = vec![state(0, "awaiting_user_input"), user(1, "perhaps")];
    let mishap = Mishap {
        lost: 1,
        ..Mishap::default()
    };
    Server { log }.accept(&mut player, mishap);
    player.wait(Duration::secs(30));
    assert_eq!(player.lines(), ["user confirmed: perhaps"]);
    assert_eq!(texts(&player), ["perhaps"]);
}

#[test]
fn a_message_in_doubt_that_the_log_has_not_goes_out_once_more() {
    let mut player = doubted();
    player.say("behind it");
    let log = vec![state(0, "awaiting_user_input")];
    Server { log }.accept(&mut player, Mishap::default());
    assert_eq!(texts(&player), ["perhaps"], "it may be under way still");
    player.wait(Duration::secs(1));
    assert_eq!(texts(&player), ["perhaps", "perhaps"]);
    acked(&mut player);
    tell(&mut player, &user(1, "perhaps"));
    player.wait(Duration::secs(30));
    assert_eq!(texts(&player), ["perhaps", "perhaps", "behind it"]);
}

#[test]
fn a_message_in_doubt_is_left_to_the_person_where_the_log_cannot_be_read() {
    let mut player = doubted();
    let log = vec![state(0, "awaiting_user_input")];
    let mishap = Mishap {
        no_rest: true,
        ..Mishap::default()
    };
    Server { log }.accept(&mut player, mishap);
    player.wait(Duration::secs(30));
    assert_eq!(player.lines(), ["user maybe-sent: perhaps"]);
    assert_eq!(texts(&player), ["perhaps"]);
    player.input(Input::SendNow(player.last()));
    assert_eq!(texts(&player), ["perhaps", "perhaps"]);
}

#[test]
fn a_message_in_doubt_does_not_end_the_wait_for_the_agent() {
    let mut player = doubted();
    player.say("behind it");
    finds_asleep(&mut player);
    player.open();
    player.receive(OPENED);
    player.receive(CONNECTED);
    let page = json!({"events": [state(0, "awaiting_user_input")], "has_more": false});
    looks(&mut player, 200, &page.to_string());
    player.wait(Duration::secs(20));
    assert_eq!(player.session().run(), Run::Starting);
    assert_eq!(texts(&player), ["perhaps"]);
    tell(&mut player, &state(1, "awaiting_user_input"));
    assert_eq!(texts(&player), ["perhaps", "perhaps"]);
}

#[test]
fn a_hole_that_cannot_be_filled_is_said() {
    let mut player = connected(&[state(0, "awaiting_user_input"), agent_said(1)]);
    player.close(1006, "");
    player.wait(Duration::secs(31));
    let mishap = Mishap {
        no_rest: true,
        ..Mishap::default()
    };
    let log = vec![state(0, "awaiting_user_input"), agent_said(1)];
    Server { log }.accept(&mut player, mishap);
    tell(&mut player, &agent_said(9));
    tell(&mut player, &agent_said(19));
    let said: Vec<String> = player.lines();
    assert!(said[1].starts_with("notice done: Up to 7 events may be missing"));
    assert_eq!(said.len(), 4, "{said:?}");
}
