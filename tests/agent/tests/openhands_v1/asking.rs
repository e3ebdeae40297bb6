//! Leave for calls, and the ways to hold the agent.

use serde_json::{Value, json};

use super::visit::{Next, Run, Visit};

impl Run {
    async fn careful(&self, policy: Value) -> (String, Visit) {
        let id = self
            .conversation_with(json!({
                "confirmation_policy": policy,
                "security_analyzer": {"kind": "LLMSecurityAnalyzer"},
            }))
            .await;
        let visit = self.session(&id, "after_seq=-1").await;
        (id, visit)
    }

    async fn respond(&self, id: &str, accept: bool) {
        let path = format!("/api/conversations/{id}/events/respond_to_confirmation");
        let body = json!({"accept": accept, "reason": "Too dangerous"});
        assert_eq!(self.ask("POST", &path, body).await.0, 200);
    }
}

async fn waiting(run: &Run) -> (String, Visit) {
    let (id, mut visit) = run.careful(json!({"kind": "AlwaysConfirm"})).await;
    run.say(&id, "[risky] please").await;
    visit.rest().await;
    let outline = visit.outline();
    let end = outline.len() - 4;
    assert_eq!(
        outline[end..],
        [
            "TerminalAction",
            "SecurityAnalysisEvent",
            "waiting_for_confirmation",
            "full_state waiting_for_confirmation",
        ]
    );
    visit.frames.clear();
    (id, visit)
}

#[tokio::test]
async fn a_call_waits_for_leave_and_is_made() {
    let run = Run::start().await;
    let (id, mut visit) = waiting(&run).await;
    run.respond(&id, true).await;
    visit.rest().await;
    assert_eq!(visit.outline()[..2], ["running", "TerminalObservation"]);
    let report = run.report().await;
    assert_eq!(report["approvals"][0]["accept"], true);
    assert_eq!(report["approvals"][0]["calls"].as_array().unwrap().len(), 1);
    // There is nothing left to allow, and nothing to do.
    visit.frames.clear();
    run.respond(&id, true).await;
    assert!(matches!(visit.within(2_000).await, Next::Frame(_)));
    assert_eq!(visit.within(200).await, Next::Quiet);
    assert_eq!(visit.outline(), ["full_state finished"]);
}

#[tokio::test]
async fn a_refusal_is_told_after_the_state_and_the_agent_waits() {
    let run = Run::start().await;
    let (id, mut visit) = waiting(&run).await;
    run.respond(&id, false).await;
    visit.until("UserRejectObservation").await;
    assert_eq!(visit.outline(), ["idle", "UserRejectObservation"]);
    assert_eq!(
        visit.frames[1]["event"]["rejection_reason"],
        "Too dangerous"
    );
    assert_eq!(visit.within(200).await, Next::Quiet);
    // Leave for nothing starts a run.
    run.respond(&id, true).await;
    visit.until("running").await;
    visit.until("finished").await;
}

#[tokio::test]
async fn a_message_instead_approves() {
    let run = Run::start().await;
    let (id, mut visit) = waiting(&run).await;
    run.say(&id, "never mind").await;
    visit.rest().await;
    assert_eq!(
        visit.outline()[..4],
        [
            "user: never mind",
            "last_user",
            "running",
            "TerminalObservation"
        ]
    );
    assert_eq!(run.report().await["approvals"], json!([]));
}

#[tokio::test]
async fn only_what_is_risky_is_asked_about() {
    let run = Run::start().await;
    let policy = json!({"kind": "ConfirmRisky", "threshold": "HIGH", "confirm_unknown": true});
    let (id, mut visit) = run.careful(policy).await;
    run.say(&id, "[run] low").await;
    visit.rest().await;
    assert_eq!(visit.outline().last().unwrap(), "full_state finished");
    visit.frames.clear();
    run.say(&id, "[risky] high").await;
    visit.rest().await;
    assert_eq!(
        visit.outline().last().unwrap(),
        "full_state waiting_for_confirmation"
    );
    let path = format!("/api/conversations/{id}/confirmation_policy");
    let policy = json!({"policy": {"kind": "NeverConfirm"}});
    assert_eq!(run.ask("POST", &path, policy).await.0, 200);
    visit.until("confirmation_policy").await;
    assert_eq!(
        run.report().await["policies"][0]["policy"]["kind"],
        "NeverConfirm"
    );
    assert_eq!(
        run.ask("POST", &path, json!({"policy": {"kind": "x"}}))
            .await
            .0,
        422
    );
}

#[tokio::test]
async fn a_pause_is_told_at_once_and_the_step_goes_on() {
    let run = Run::start().await;
    let id = run.conversation().await;
    let mut visit = run.session(&id, "after_seq=-1").await;
    run.say(&id, "[long 6] go").await;
    visit.until("TerminalAction").await;
    assert_eq!(run.tell(&id, "run").await, 409);
    visit.frames.clear();
    assert_eq!(run.tell(&id, "pause").await, 200);
    assert_eq!(run.tell(&id, "run").await, 409);
    visit.rest().await;
    visit.rest().await;
    assert_eq!(
        visit.outline(),
        [
            "paused",
            "PauseEvent",
            "full_state paused",
            "TerminalObservation",
            "full_state paused",
        ]
    );
    assert_eq!(run.tell(&id, "run").await, 200);
    visit.until("running").await;
    visit.until("finished").await;
}

#[tokio::test]
async fn an_interruption_ends_the_answer() {
    let run = Run::start().await;
    let id = run.conversation().await;
    let mut visit = run.session(&id, "after_seq=-1").await;
    run.say(&id, "[slow] go").await;
    visit.until("text word1 ").await;
    visit.frames.clear();
    assert_eq!(run.tell(&id, "interrupt").await, 200);
    visit.rest().await;
    visit.rest().await;
    assert_eq!(
        visit.outline(),
        [
            "aborted cancelled",
            "paused",
            "InterruptEvent",
            "full_state paused",
            "full_state paused",
        ]
    );
    assert_eq!(visit.within(500).await, Next::Quiet);
}

#[tokio::test]
async fn a_message_during_a_run_is_stored_at_once_and_answered_after_it() {
    let run = Run::start().await;
    let id = run.conversation().await;
    let mut visit = run.session(&id, "after_seq=-1").await;
    run.say(&id, "[stream 20 20] go").await;
    visit.until("text word3 ").await;
    run.say(&id, "hello again").await;
    visit.until("user: hello again").await;
    visit.until("text word10 ").await;
    visit.until("agent: word0").await;
    visit.until("finished").await;
    visit.until("running").await;
    visit.until("agent: Hello! You said: hello again").await;
}

#[tokio::test]
async fn a_restart_fails_the_call_that_was_open() {
    let run = Run::start().await;
    let id = run.conversation().await;
    let mut visit = run.session(&id, "after_seq=-1").await;
    run.say(&id, "[sleep] go").await;
    let last = visit.until("TerminalAction").await["seq"].clone();
    run.order(json!({"down": true})).await;
    assert_eq!(visit.closed().await, None);
    assert_eq!(run.ask("GET", "/alive", Value::Null).await.0, 503);
    run.order(json!({"do": "restart"})).await;
    run.order(json!({"down": false})).await;
    let mut again = run.session(&id, &format!("after_seq={last}")).await;
    again.until("full_state error").await;
    assert_eq!(again.outline()[1..3], ["error", "AgentErrorEvent"]);
    let why = again.frames[2]["event"]["error"].as_str().unwrap();
    assert!(why.starts_with("A restart occurred while this tool was in progress."));
    assert_eq!(run.tell(&id, "run").await, 200);
    again.until("running").await;
    again.until("TerminalObservation").await;
}
