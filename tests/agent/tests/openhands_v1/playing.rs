//! Recordings of the real server, played to a client that asks for the recorded conversation.

use serde_json::{Value, json};

use super::visit::{Next, Run, Visit};

impl Run {
    async fn playing(scenario: &str) -> Self {
        let mut run = Self::start().await;
        run.base = format!("/play/openhands_v1/{scenario}~r");
        run
    }

    /// Has the recorded server make its conversation.
    async fn recorded(&self) -> String {
        let (_, info) = self.ask("POST", "/api/conversations", json!({})).await;
        info["id"].as_str().unwrap().to_owned()
    }
}

async fn quiet(visit: &mut Visit) {
    while visit.within(200).await != Next::Quiet {}
}

#[tokio::test]
async fn a_session_waits_for_the_message_and_plays_the_answer() {
    let run = Run::playing("hello_session_stream").await;
    let id = run.recorded().await;
    let mut visit = run.session(&id, "after_seq=-1").await;
    quiet(&mut visit).await;
    assert_eq!(visit.outline(), ["sync -1 null", "full_state idle"]);
    run.say(&id, "anything").await;
    visit.until("full_state finished").await;
    assert_eq!(visit.seqs(), (0..=6).collect::<Vec<_>>());
    let path = format!("/api/conversations/{id}/events/search");
    let (_, page) = run.ask("GET", &path, Value::Null).await;
    assert_eq!(page["items"].as_array().unwrap().len(), 7);
}

#[tokio::test]
async fn a_legacy_socket_takes_a_message_of_its_own_for_the_recorded_one() {
    let run = Run::playing("tool_terminal").await;
    let id = run.recorded().await;
    let mut visit = run.events(&id, "resend_mode=all").await;
    visit.until("full_state idle").await;
    visit.say("anything").await;
    visit.until("TerminalObservation").await;
    visit.until("finished").await;
}

#[tokio::test]
async fn a_recorded_question_waits_for_its_answer() {
    let run = Run::playing("confirm_accept").await;
    let id = run.recorded().await;
    let mut visit = run.events(&id, "").await;
    run.say(&id, "anything").await;
    visit.until("waiting_for_confirmation").await;
    quiet(&mut visit).await;
    assert_eq!(
        visit.outline().last().unwrap(),
        "full_state waiting_for_confirmation"
    );
    let path = format!("/api/conversations/{id}/events/respond_to_confirmation");
    run.ask("POST", &path, json!({"accept": true})).await;
    visit.until("TerminalObservation").await;
}

#[tokio::test]
async fn the_next_socket_is_the_next_that_was_recorded() {
    let run = Run::playing("reconnect_midstream_session").await;
    let id = run.recorded().await;
    let mut first = run.session(&id, "after_seq=-1").await;
    run.say(&id, "anything").await;
    assert_eq!(first.closed().await, None);
    assert_eq!(first.outline().last().unwrap(), "text word7 ");
    let mut second = run.session(&id, "after_seq=3").await;
    second.until("full_state finished").await;
    assert_eq!(second.outline()[0], "sync 3 3");
    assert_eq!(second.seqs(), [4, 5, 6]);
    assert!(run.try_socket(&format!("session/{id}")).await.is_err());
}

#[tokio::test]
async fn faults_meet_a_recording_too() {
    let run = Run::playing("hello_session_stream").await;
    run.order(json!({"faults": "cut=after:4"})).await;
    let id = run.recorded().await;
    let mut visit = run.session(&id, "after_seq=-1").await;
    run.say(&id, "anything").await;
    assert_eq!(visit.closed().await, None);
    assert_eq!(visit.frames.len(), 5);
}
