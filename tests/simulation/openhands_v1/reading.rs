//! What events say, in all their shapes.

use serde_json::{Value, json};

use super::super::support::Wire;
use super::{agent, connected, content, event, status, user};

fn lines(log: Vec<Value>) -> Vec<String> {
    connected(log).lines()
}

#[test]
fn the_environment_speaks_as_if_it_were_the_person_and_is_not() {
    let nudge = json!({"source": "environment",
        "llm_message": {"role": "user", "content": content("Go on.")}});
    let shown = lines(vec![user(1, "go"), event(2, "MessageEvent", nudge)]);
    assert_eq!(shown.len(), 2);
    assert!(shown[1].starts_with("notice done"), "{shown:?}");
}

#[test]
fn contents_are_lists_or_texts_and_older_results_have_other_names() {
    for content in [
        json!("hi"),
        json!(["hi"]),
        json!([{"type": "text", "text": "hi"}]),
    ] {
        let message = json!({"llm_message": {"role": "assistant", "content": content}});
        assert_eq!(
            lines(vec![event(1, "MessageEvent", message)]),
            ["agent done: hi"]
        );
        for name in ["content", "output"] {
            let mut seen = json!({"kind": "ExecuteBashObservation"});
            seen[name] = content.clone();
            let seen =
                json!({"tool_name": "execute_bash", "tool_call_id": "k", "observation": seen});
            assert_eq!(
                lines(vec![event(2, "ObservationEvent", seen)]),
                ["tool done: hi"]
            );
        }
    }
}

#[test]
fn a_call_that_was_none_shows_what_the_model_wrote() {
    for written in ["{\"cmd\":7}", "{\"cmd\":", "", "null"] {
        for action in [None, Some(Value::Null)] {
            let mut call = event(
                1,
                "ActionEvent",
                json!({"tool_name": "terminal",
                "tool_call_id": "k", "tool_call": {"arguments": written}}),
            );
            if let Some(action) = action {
                call["action"] = action;
            }
            let failed = event(
                2,
                "AgentErrorEvent",
                json!({"tool_name": "terminal", "tool_call_id": "k", "error": "No such argument."}),
            );
            assert_eq!(
                lines(vec![call, failed]),
                ["tool failed: No such argument."],
                "{written}"
            );
        }
    }
}

#[test]
fn an_error_whose_call_is_not_here_stands_by_itself() {
    let failed = json!({"tool_name": "terminal", "tool_call_id": "k", "error": "Restarted."});
    assert_eq!(
        lines(vec![event(1, "AgentErrorEvent", failed)]),
        ["error failed: Restarted."]
    );
}

#[test]
fn whole_seconds_stand_before_what_comes_in_them() {
    let mut first = agent(4, "first");
    first["timestamp"] = json!("2026-11-21T00:00:05");
    assert_eq!(
        lines(vec![agent(5, "second"), first]),
        ["agent done: first", "agent done: second"]
    );
}

#[test]
fn a_run_that_is_stuck_is_said_although_no_error_comes() {
    let shown = lines(vec![
        user(1, "go"),
        status(2, "running"),
        status(3, "stuck"),
    ]);
    assert!(shown[1].starts_with("error failed"), "{shown:?}");
}

#[test]
fn a_finish_is_the_answer_and_its_result_adds_nothing() {
    let finish = event(
        1,
        "ActionEvent",
        json!({"tool_name": "finish", "tool_call_id": "k",
        "thought": [], "action": {"kind": "FinishAction", "message": "All done."}}),
    );
    let seen = event(
        2,
        "ObservationEvent",
        json!({"tool_name": "finish", "tool_call_id": "k",
        "observation": {"kind": "FinishObservation", "content": content("All done.")}}),
    );
    assert_eq!(lines(vec![finish, seen]), ["agent done: All done."]);
}
