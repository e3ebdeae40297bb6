//! What the server makes of actions, and what its agent does.

use serde_json::{Value, json};

use super::visit::{Next, Visit, report, short};
use crate::server::Server;

#[tokio::test]
async fn a_message_is_echoed_acknowledged_and_answered() {
    let server = Server::start().await;
    let mut visit = Visit::ready(&server, "c").await;
    let image = "data:image/png;base64,AAAA";
    let args = json!({
        "content": "h\u{e9}llo", "image_urls": [image], "file_urls": ["/workspace/a.txt"],
        "timestamp": "2026-11-21T00:06:45.000Z",
    });
    visit
        .act("3", json!({"action": "message", "args": args}))
        .await;
    visit.state("awaiting_user_input").await;
    assert!(visit.frames.iter().any(|frame| frame == "433[]"));
    assert!(
        visit
            .frames
            .iter()
            .any(|frame| frame.contains("h\\u00e9llo")),
        "not in ASCII"
    );
    let events = visit.events();
    let happened: Vec<String> = events[8..]
        .iter()
        .map(short)
        .filter(|s| s != "title")
        .collect();
    let expected = [
        "message",
        "recall",
        "+agent_state_changed running",
        "+recall",
        "message",
        "+agent_state_changed awaiting_user_input",
    ];
    assert_eq!(happened, expected);
    let echo = &events[8];
    assert_eq!((&echo["id"], &echo["source"]), (&json!(4), &json!("user")));
    assert_eq!(echo["args"]["image_urls"], json!([image]));
    assert_eq!(echo["args"]["timestamp"], Value::Null);
    let reply = visit
        .events()
        .into_iter()
        .find(|event| event["args"]["wait_for_response"] == true);
    let content = reply.unwrap()["args"]["content"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(content.starts_with("You said: **h\u{e9}llo"), "{content}");
    assert!(content.contains("Pictures: 1"), "{content}");
    let report = report(&server, "c").await;
    assert_eq!(report["accepted"], json!(["h\u{e9}llo"]));
    assert_eq!(report["events"].as_array().unwrap().len(), 10);
}

#[tokio::test]
async fn the_title_comes_as_a_status_after_the_first_message_only() {
    let server = Server::start().await;
    let mut visit = Visit::ready(&server, "c").await;
    for words in ["first", "second"] {
        visit.say(words).await;
        visit.state("awaiting_user_input").await;
    }
    let events = visit.events();
    let titles: Vec<&Value> = events
        .iter()
        .filter(|event| event["conversation_title"].is_string())
        .collect();
    assert_eq!(titles.len(), 1);
    assert_eq!(titles[0]["message"], "c");
    assert_eq!(titles[0]["conversation_title"], "first");
    // The second message is looked up elsewhere, and a hole is left in the ids.
    let recall = events
        .iter()
        .rfind(|event| event["action"] == "recall")
        .unwrap();
    assert_eq!(recall["args"]["recall_type"], "knowledge");
    let hole = recall["id"].as_i64().unwrap() + 1;
    assert!(!visit.ids().contains(&hole) && visit.ids().contains(&(hole + 1)));
}

#[tokio::test]
async fn what_cannot_be_read_gets_no_answer() {
    let server = Server::start().await;
    let mut visit = Visit::ready(&server, "c").await;
    let wrong = [
        json!({"type": "message", "source": "user", "message": "Hello, agent!"}),
        json!({"action": "nope", "args": {}}),
        json!({"action": "message"}),
        json!({"action": "message", "args": {"content": "x", "bogus": 1}}),
        json!("hello"),
        json!(null),
    ];
    for action in wrong {
        visit.act("1", action).await;
    }
    visit.send("421[\"oh_user_action\"]").await;
    visit.send("421[\"foo_event\",{\"a\":1}]").await;
    assert_eq!(visit.within(300).await, Next::Quiet);
    visit.act("2", json!({"action": "null", "args": {}})).await;
    assert_eq!(visit.next().await, "432[]");
    visit
        .send("4210[\"oh_action\",{\"action\":\"think\",\"args\":{\"thought\":\"x\"}}]")
        .await;
    visit.until("4310[]").await;
}

#[tokio::test]
async fn a_message_while_loading_is_stored_and_never_answered() {
    let server = Server::start().await;
    let mut visit = Visit::start(&server, "c", -1, "&starting=400").await;
    visit.state("loading").await;
    visit.say("early").await;
    visit.event(|event| event["source"] == "user").await;
    visit.state("awaiting_user_input").await;
    assert_eq!(visit.within(300).await, Next::Quiet);
    visit.say("late").await;
    let reply = visit
        .event(|event| event["args"]["wait_for_response"] == true)
        .await;
    assert!(reply["args"]["content"].as_str().unwrap().contains("late"));
    assert_eq!(
        report(&server, "c").await["accepted"],
        json!(["early", "late"])
    );
}

#[tokio::test]
async fn every_tool_has_an_action_and_a_result_that_belong_together() {
    let server = Server::start().await;
    let mut visit = Visit::ready(&server, "c").await;
    let tools = [
        ("run", "run", "run"),
        ("edit", "edit", "edit"),
        ("browse", "browse_interactive", "browse"),
        ("tasks", "task_tracking", "task_tracking"),
        ("mcp", "call_tool_mcp", "mcp"),
        ("think", "think", "think"),
    ];
    let mut calls = std::collections::HashSet::new();
    for (word, action, observation) in tools {
        visit.say(&format!("please {word}")).await;
        let made = visit.event(|event| event["action"] == action).await;
        let result = visit
            .event(|event| event["observation"] == observation)
            .await;
        assert_eq!(result["cause"], made["id"], "{word}");
        let call = "/tool_call_metadata/tool_call_id";
        assert_eq!(result.pointer(call), made.pointer(call), "{word}");
        assert!(
            calls.insert(made.pointer(call).unwrap().to_string()),
            "{word}"
        );
        assert!(made["llm_metrics"]["accumulated_cost"].as_f64().unwrap() > 0.0);
        match word {
            "run" => assert_eq!(result["extras"]["metadata"]["exit_code"], 0),
            "edit" => assert!(
                result["extras"]["diff"]
                    .as_str()
                    .unwrap()
                    .contains("\n+x = 2")
            ),
            "browse" => {
                let screenshot = result["extras"]["screenshot"].as_str().unwrap();
                assert!(screenshot.starts_with("data:image/png;base64,iVBOR"));
            }
            _ => {}
        }
        visit.state("awaiting_user_input").await;
    }
    visit.say("finish").await;
    let finish = visit.event(|event| event["action"] == "finish").await;
    assert_eq!(finish["args"]["final_thought"], "It is **finished**.");
    visit.state("finished").await;
}

#[tokio::test]
async fn an_error_has_its_status_before_its_state() {
    let server = Server::start().await;
    let mut visit = Visit::ready(&server, "c").await;
    visit.say("error").await;
    let status = visit.event(|event| event["type"] == "error").await;
    assert_eq!(status["id"], "STATUS$ERROR_LLM_AUTHENTICATION");
    let state = visit.state("error").await;
    assert_eq!(state["extras"]["reason"], "STATUS$ERROR_LLM_AUTHENTICATION");
    visit.say("and now").await;
    visit.state("awaiting_user_input").await;
}

/// What happened since the question, without the title.
async fn asked(answer: &str) -> (Vec<String>, Vec<Value>) {
    let server = Server::start().await;
    let mut visit = Visit::ready(&server, "c").await;
    visit.say("ask me").await;
    visit
        .event(|event| event["args"]["confirmation_state"] == "awaiting_confirmation")
        .await;
    let first = visit.events().len() - 2;
    visit.want(answer).await;
    visit.state("awaiting_user_input").await;
    let events = visit.events();
    let events: Vec<Value> = events[first..]
        .iter()
        .filter(|event| event["conversation_title"].is_null())
        .cloned()
        .collect();
    (events.iter().map(short).collect(), events)
}

#[tokio::test]
async fn a_confirmed_action_is_stored_again_under_another_id() {
    let (happened, events) = asked("user_confirmed").await;
    let expected = [
        "+agent_state_changed awaiting_user_confirmation",
        "run",
        "change_agent_state user_confirmed",
        "run",
        "+agent_state_changed user_confirmed",
        "+run",
        "+agent_state_changed running",
        "message",
        "+agent_state_changed awaiting_user_input",
    ];
    assert_eq!(happened, expected);
    let (asked, made, result) = (&events[1], &events[3], &events[5]);
    let call = "/tool_call_metadata/tool_call_id";
    assert_eq!(asked.pointer(call), made.pointer(call));
    assert_ne!(asked["id"], made["id"]);
    assert_eq!(asked["args"]["security_risk"], 2);
    assert_eq!(made["args"]["confirmation_state"], "confirmed");
    assert_eq!(result["cause"], made["id"]);
}

#[tokio::test]
async fn a_rejected_action_has_a_rejection_for_its_result() {
    let (happened, events) = asked("user_rejected").await;
    let expected = [
        "+agent_state_changed awaiting_user_confirmation",
        "run",
        "change_agent_state user_rejected",
        "run",
        "+agent_state_changed user_rejected",
        "+user_rejected",
        "+agent_state_changed awaiting_user_input",
    ];
    assert_eq!(happened, expected);
    assert_eq!(events[3]["args"]["confirmation_state"], "rejected");
    assert_eq!(events[5]["cause"], events[3]["id"]);
}

#[tokio::test]
async fn a_message_drops_the_question_that_waits() {
    let server = Server::start().await;
    let mut visit = Visit::ready(&server, "c").await;
    visit.say("ask me").await;
    visit.state("awaiting_user_confirmation").await;
    visit.say("never mind").await;
    visit.state("awaiting_user_input").await;
    assert!(
        visit
            .events()
            .iter()
            .all(|event| event["observation"] != "run")
    );
}

#[tokio::test]
async fn a_stopped_command_has_an_error_at_once_and_its_output_late() {
    let server = Server::start().await;
    let mut visit = Visit::ready(&server, "c").await;
    visit.say("slow").await;
    let made = visit.event(|event| event["action"] == "run").await;
    visit.want("stopped").await;
    let error = visit.event(|event| event["observation"] == "error").await;
    assert_eq!(error["cause"], made["id"]);
    let id = &error["extras"]["error_id"];
    assert_eq!(id, "AGENT_ERROR$ERROR_ACTION_NOT_EXECUTED_STOPPED");
    visit.state("stopped").await;
    let late = visit.event(|event| event["observation"] == "run").await;
    assert_eq!(
        (&late["cause"], &late["content"]),
        (&made["id"], &json!("late"))
    );
    assert_eq!(visit.within(300).await, Next::Quiet);
}

#[tokio::test]
async fn a_long_run_pauses_and_goes_on() {
    let server = Server::start().await;
    let mut visit = Visit::ready(&server, "c").await;
    visit.say("long 40").await;
    visit.event(|event| event["content"] == "3").await;
    visit.want("paused").await;
    visit.state("paused").await;
    while visit.within(400).await != Next::Quiet {}
    let outputs = |visit: &Visit| {
        let events = visit.events();
        events
            .iter()
            .filter(|event| event["observation"] == "run")
            .count()
    };
    assert!(outputs(&visit) < 40);
    visit.want("running").await;
    visit.state("finished").await;
    assert_eq!(outputs(&visit), 40);
}

#[tokio::test]
async fn a_message_during_a_turn_is_taken_in_after_it() {
    let server = Server::start().await;
    let mut visit = Visit::ready(&server, "c").await;
    let mut other = Visit::start(&server, "c", 3, "").await;
    visit.say("long 4").await;
    visit.event(|event| event["content"] == "1").await;
    visit.say("hello").await;
    visit.state("finished").await;
    visit.state("running").await;
    visit.state("awaiting_user_input").await;
    // Another client hears the same.
    other.state("finished").await;
    other.state("awaiting_user_input").await;
    let accepted = report(&server, "c").await["accepted"].clone();
    assert_eq!(accepted, json!(["long 4", "hello"]));
}

#[tokio::test]
async fn a_conversation_too_many_is_ended_with_a_status_before() {
    let server = Server::start().await;
    let mut visit = Visit::ready(&server, "c").await;
    visit.say("crowd").await;
    let status = visit.event(|event| event["type"] == "error").await;
    assert_eq!(status["id"], "AGENT_ERROR$TOO_MANY_CONVERSATIONS");
    visit.until("41").await;
    assert_eq!(visit.within(200).await, Next::Quiet);
}
