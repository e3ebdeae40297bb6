//! What the agent does, held against what was recorded.

use serde_json::json;

use super::visit::Run;

#[tokio::test]
async fn a_plain_answer_is_streamed_and_then_whole() {
    let run = Run::start().await;
    let id = run.conversation().await;
    let mut visit = run.session(&id, "after_seq=-1").await;
    run.say(&id, "hello there").await;
    visit.rest().await;
    assert_eq!(
        visit.outline(),
        [
            "sync -1 null",
            "full_state idle",
            "SystemPromptEvent",
            "user: hello there",
            "last_user",
            "running",
            "item 1",
            "text Hello! ",
            "text You ",
            "text said: ",
            "text hello ",
            "text there",
            "stats",
            "agent: Hello! You said: hello there",
            "finished",
            "full_state finished",
        ]
    );
    let frames = &visit.frames;
    assert_eq!(visit.seqs(), [0, 1, 2, 3, 4, 5, 6]);
    assert_eq!(frames[6]["anchor_seq"], 3);
    assert_eq!(frames[7]["order"], 0);
    assert_eq!(frames[11]["order"], 4);
    // The answer's id is known from its first piece on.
    assert_eq!(frames[6]["item_id"], frames[13]["event"]["id"]);
    assert_eq!(
        frames[11]["chunk_id"],
        frames[13]["event"]["llm_response_id"]
    );
    // Whatever is said of the state, nothing hangs on it.
    let message = &frames[3]["event"];
    for later in [4, 5, 12, 13] {
        assert_eq!(
            frames[later]["event"]["parent_id"], message["id"],
            "{later}"
        );
    }
    assert_eq!(frames[14]["event"]["parent_id"], frames[13]["event"]["id"]);
    let stats = &frames[12]["event"]["value"]["usage_to_metrics"]["agent"];
    assert_eq!(stats["accumulated_cost"], json!(0.0125));
    assert_eq!(stats["accumulated_token_usage"]["context_window"], 128_000);
}

#[tokio::test]
async fn a_command_is_an_action_and_an_observation() {
    let run = Run::start().await;
    let outline = run.outline("[run] it").await;
    assert_eq!(
        outline[6..],
        [
            "item 1",
            "text I'll ",
            "text run ",
            "text a ",
            "text command.",
            "stats",
            "TerminalAction",
            "TerminalObservation",
            "stats",
            "FinishAction",
            "FinishObservation",
            "finished",
            "full_state finished",
        ]
    );
    let report = run.report().await;
    let events = &report["conversations"][0]["events"];
    let (action, result) = (&events[5], &events[6]);
    assert_eq!(action["thought"][0]["text"], "I'll run a command.");
    assert_eq!(action["tool_call"]["id"], action["tool_call_id"]);
    assert_eq!(result["action_id"], action["id"]);
    assert_eq!(result["observation"]["content"][0]["text"], "hi");
    assert_eq!(result["observation"]["exit_code"], 0);
    assert_eq!(report["messages"][0]["text"], "[run] it");
    assert_eq!(report["messages"][0]["way"], "rest");
}

#[tokio::test]
async fn reasoning_comes_before_the_text() {
    let outline = Run::start().await.outline("[reason] go").await;
    assert_eq!(outline[6..8], ["item 1", "reasoning First "]);
    assert_eq!(outline[17..19], ["text The ", "text answer "]);
}

#[tokio::test]
async fn a_file_is_changed_with_what_it_held_before() {
    let run = Run::start().await;
    run.outline("[edit] it").await;
    let report = run.report().await;
    let events = report["conversations"][0]["events"].as_array().unwrap();
    let results: Vec<_> = events
        .iter()
        .map(|event| &event["observation"])
        .filter(|result| result["kind"] == "FileEditorObservation")
        .collect();
    assert_eq!(results[0]["prev_exist"], false);
    assert!(results[0].get("old_content").is_none());
    assert_ne!(results[1]["old_content"], results[1]["new_content"]);
    assert_eq!(results[2]["command"], "view");
    assert_eq!(results[3]["is_error"], true);
    assert!(results[3].get("path").is_none());
}

#[tokio::test]
async fn several_calls_of_one_answer_have_one_thought() {
    let run = Run::start().await;
    let outline = run.outline("[parallel] go").await;
    let at = outline
        .iter()
        .position(|one| one == "TerminalAction")
        .unwrap();
    assert_eq!(
        outline[at..at + 4],
        [
            "TerminalAction",
            "ThinkAction",
            "TerminalObservation",
            "ThinkObservation"
        ]
    );
    let report = run.report().await;
    let events = &report["conversations"][0]["events"];
    assert_eq!(events[5]["llm_response_id"], events[6]["llm_response_id"]);
    assert_eq!(events[5]["thought"].as_array().unwrap().len(), 1);
    assert_eq!(events[6]["thought"], json!([]));
}

#[tokio::test]
async fn a_call_that_cannot_be_read_has_no_action_and_an_error_by_its_id() {
    let run = Run::start().await;
    let outline = run.outline("[badtool] go").await;
    let at = outline
        .iter()
        .position(|one| one == "call no_such_tool")
        .unwrap();
    assert_eq!(outline[at + 1], "AgentErrorEvent");
    assert_eq!(*outline.last().unwrap(), "full_state finished");
    let report = run.report().await;
    let events = report["conversations"][0]["events"].as_array().unwrap();
    let error = events
        .iter()
        .find(|event| event["kind"] == "AgentErrorEvent")
        .unwrap();
    let action = events
        .iter()
        .find(|event| event["tool_name"] == "no_such_tool")
        .unwrap();
    assert!(action.get("action").is_none() && error.get("action_id").is_none());
    assert_eq!(error["tool_call_id"], action["tool_call_id"]);
    let outline = Run::start().await.outline("[badargs] go").await;
    let errors = outline.iter().filter(|one| *one == "AgentErrorEvent");
    assert_eq!(errors.count(), 2);
}

#[tokio::test]
async fn a_model_that_fails_ends_the_run_with_its_reason() {
    for (word, code) in [
        ("401", "LLMAuthenticationError"),
        ("429", "LLMRateLimitError"),
        ("500", "LLMServiceUnavailableError"),
        ("400", "LLMBadRequestError"),
        ("ctx", "LLMContextWindowExceedError"),
    ] {
        let outline = Run::start().await.outline(&format!("[{word}] go")).await;
        assert_eq!(outline[5..], ["running", "error", code, "full_state error"]);
    }
    let outline = Run::start().await.outline("[limit] go").await;
    let end = outline.len() - 3;
    assert_eq!(
        outline[end..],
        ["error", "MaxIterationsReached", "full_state error"]
    );
    let outline = Run::start().await.outline("[stuck] go").await;
    let end = outline.len() - 3;
    assert_eq!(
        outline[end..],
        ["TerminalObservation", "stuck", "full_state stuck"]
    );
}

#[tokio::test]
async fn an_answer_breaks_off_or_begins_again() {
    let outline = Run::start().await.outline("[broken] go").await;
    let code = "LLMServiceUnavailableError";
    assert_eq!(outline[6..8], ["item 1", "text partial "]);
    assert_eq!(
        outline[11..],
        [
            &format!("aborted {code}"),
            "error",
            code,
            "full_state error"
        ]
    );
    let outline = Run::start().await.outline("[retry] go").await;
    assert_eq!(outline[11..13], ["item 2", "text second "]);
    assert_eq!(outline[16], "agent: second attempt succeeds");
}

#[tokio::test]
async fn an_empty_answer_is_followed_by_a_word_of_the_environment() {
    let outline = Run::start().await.outline("[empty] go").await;
    let at = outline.iter().position(|one| one == "agent: ").unwrap();
    assert!(outline[at + 1].starts_with("environment: Your last response"));
    assert_eq!(*outline.last().unwrap(), "full_state finished");
}

#[tokio::test]
async fn a_hook_speaks_before_the_call_that_it_blocks() {
    let outline = Run::start().await.outline("[hook] go").await;
    let at = outline
        .iter()
        .position(|one| one == "HookExecutionEvent")
        .unwrap();
    assert_eq!(
        outline[at + 1..at + 5],
        [
            "blocked_actions",
            "TerminalAction",
            "blocked_actions",
            "UserRejectObservation"
        ]
    );
}

#[tokio::test]
async fn other_tools_and_pictures_and_things_unheard_of() {
    for (word, kinds) in [
        ("browse", ["BrowserNavigateAction", "BrowserObservation"]),
        ("mcp", ["MCPToolAction", "MCPToolObservation"]),
        ("strange", ["FrobnicateAction", "FrobnicateObservation"]),
        ("tasks", ["TaskTrackerAction", "TaskTrackerObservation"]),
        ("think", ["ThinkAction", "ThinkObservation"]),
        ("fail", ["TerminalAction", "TerminalObservation"]),
    ] {
        let run = Run::start().await;
        let outline = run.outline(&format!("[{word}] go")).await;
        let at = outline.iter().position(|one| one == kinds[0]).unwrap();
        assert_eq!(outline[at + 1], kinds[1]);
        let report = run.report().await;
        let events = report["conversations"][0]["events"].as_array().unwrap();
        let result = events
            .iter()
            .find(|event| event["kind"] == "ObservationEvent");
        let observation = &result.unwrap()["observation"];
        match word {
            "fail" => assert_eq!(observation["exit_code"], 3),
            "browse" | "strange" => {
                let url = observation["content"][1]["image_urls"][0].as_str().unwrap();
                assert!(url.starts_with("data:image/png"));
            }
            _ => {}
        }
    }
    let outline = Run::start().await.outline("[noise] go").await;
    assert_eq!(outline[6..8], ["WeatherEvent", "mood"]);
    let outline = Run::start().await.outline("[condense] go").await;
    assert_eq!(outline[6], "Condensation");
}

#[tokio::test]
async fn pictures_are_seen_or_not() {
    let run = Run::start().await;
    let id = run.conversation().await;
    let url = "data:image/png;base64,aGk=";
    let image = json!({"type": "image", "image_urls": [url]});
    for word in ["[image] what?", "[blind] what?"] {
        let mut visit = run.session(&id, "").await;
        let content = json!([super::visit::text(word), image]);
        visit
            .send(&json!({"role": "user", "content": content}).to_string())
            .await;
        visit.until("agent: I received").await;
        visit.until("full_state finished").await;
    }
    let report = run.report().await;
    assert_eq!(report["messages"][0]["images"], json!([url]));
    assert_eq!(report["messages"][1]["way"], "socket");
}

#[tokio::test]
async fn what_it_cost_may_be_told_afterwards() {
    let run = Run::with("stats=after").await;
    let outline = run.outline("hello").await;
    let end = outline.len() - 4;
    assert_eq!(
        outline[end..],
        [
            "agent: Hello! You said: hello",
            "finished",
            "stats",
            "full_state finished"
        ]
    );
}

#[tokio::test]
async fn a_goal_is_pursued_until_a_judge_is_content_or_the_rounds_are_used_up() {
    for (objective, end) in [
        ("reach it", "goal complete"),
        ("never reach it", "goal capped"),
    ] {
        let run = Run::start().await;
        let id = run.conversation().await;
        let mut visit = run.session(&id, "after_seq=-1").await;
        let body = json!({"objective": objective, "max_iterations": 2});
        run.ask("POST", &format!("/api/conversations/{id}/goal"), body)
            .await;
        visit.until(end).await;
        let outline = visit.outline();
        assert_eq!(outline[2], "goal running");
        let asked = outline
            .iter()
            .filter(|one| one.starts_with("user: "))
            .count();
        assert_eq!(asked, if end.ends_with("capped") { 2 } else { 1 });
    }
    let run = Run::start().await;
    let id = run.conversation().await;
    let mut visit = run.session(&id, "after_seq=-1").await;
    let body = json!({"objective": "[stall]", "max_iterations": 2});
    run.ask("POST", &format!("/api/conversations/{id}/goal"), body)
        .await;
    visit.until("running").await;
    assert_eq!(run.tell(&id, "goal/stop").await, 200);
    visit.until("goal interrupted").await;
}
