//! What the server says beside its log.

use parlor::model::Cost;
use parlor::session::{Change, Run};
use serde_json::json;

use super::super::numbered::message as agent_said;
use super::super::support::Wire;
use super::{connected, idle, last, state, tell};

#[test]
fn title_cost_and_progress_are_told() {
    let mut player = idle();
    player.receive(r#"42["oh_event",{"status_update":true,"type":"info","message":"c1","conversation_title":"New title"}]"#);
    for id in ["STATUS$STARTING_RUNTIME", "STATUS$READY"] {
        let status = json!({"status_update": true, "type": "info", "id": id, "message": ""});
        tell(&mut player, &status);
    }
    let mut event = agent_said(4);
    event["llm_metrics"] = json!({"accumulated_cost": 0.25, "accumulated_token_usage":
        {"prompt_tokens": 1_000, "completion_tokens": 34}});
    tell(&mut player, &event);
    let cost = Cost {
        micros: 250_000,
        prompt: 1_000,
        completion: 34,
        ..Cost::default()
    };
    for change in [
        Change::Titled("New title".into()),
        Change::Progress(Some("STATUS$STARTING_RUNTIME".into())),
        Change::Progress(None),
        Change::Cost(cost),
    ] {
        assert!(player.changes().contains(&change), "{change:?}");
    }
    assert_eq!(player.lines(), ["agent done: m4"], "they are no items");
}

#[test]
fn trouble_that_is_said_beside_the_log_and_in_it_stands_once() {
    let mut player = connected(&[state(0, "running")]);
    let name = "STATUS$ERROR_LLM_AUTHENTICATION";
    let status = json!({"status_update": true, "type": "error", "id": name, "message": name});
    tell(&mut player, &status);
    let words =
        "error failed: The model refused the server's key. Check the key in the server's settings.";
    assert_eq!(player.lines(), [words]);
    let mut event = state(3, "error");
    event["extras"]["reason"] = json!(name);
    tell(&mut player, &event);
    assert_eq!(player.lines(), [words]);
    assert_eq!(player.session().run(), Run::Idle);
    tell(
        &mut player,
        &json!({"error": true, "message": "Failed to create agent session"}),
    );
    assert_eq!(
        last(&player),
        "error failed: Failed to create agent session"
    );
}
