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
