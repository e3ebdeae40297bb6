//! The form of every event, held against all recordings there are.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use super::visit::{Run, event, text};

/// Which events are compared with each other.
type Kind = Vec<String>;

/// The fields of an event and of what it holds.
type Fields = Vec<(String, Vec<String>)>;

fn kind(event: &Value) -> Kind {
    let parts = [
        "/kind",
        "/source",
        "/key",
        "/action/kind",
        "/observation/kind",
    ];
    let text = |part: &str| event.pointer(part).and_then(Value::as_str);
    parts
        .into_iter()
        .filter_map(|part| text(part).map(str::to_owned))
        .collect()
}

fn fields(event: &Value) -> Fields {
    const PARTS: [&str; 7] = [
        "",
        "/action",
        "/observation",
        "/observation/metadata",
        "/llm_message",
        "/tool_call",
        "/classification",
    ];
    let names = |part: &str| {
        let names = event.pointer(part)?.as_object()?.keys().cloned();
        Some((part.to_owned(), names.collect()))
    };
    PARTS.into_iter().filter_map(names).collect()
}

fn recorded() -> BTreeMap<Kind, BTreeSet<Fields>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/openhands_v1");
    let mut all = BTreeMap::<Kind, BTreeSet<Fields>>::new();
    for file in std::fs::read_dir(folder).unwrap().flatten() {
        // The app server's sandboxes have an older agent server.
        if file.file_name().to_string_lossy().starts_with("app_") {
            continue;
        }
        for line in std::fs::read_to_string(file.path()).unwrap().lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            let frame = line["frame"].as_str().filter(|_| line["dir"] == "in");
            let frame = frame.and_then(|frame| serde_json::from_str::<Value>(frame).ok());
            let Some(frame) = frame else { continue };
            let event = event(&frame);
            if event["kind"].is_string() {
                all.entry(kind(event)).or_default().insert(fields(event));
            }
        }
    }
    all
}

#[tokio::test]
async fn every_event_has_the_fields_that_were_recorded() {
    const WORDS: [&str; 16] = [
        "hello", "run", "fail", "edit", "tasks", "think", "reason", "parallel", "badtool",
        "badargs", "blind", "empty", "401", "limit", "hook", "risky",
    ];
    let recorded = recorded();
    let run = Run::start().await;
    for word in WORDS {
        let first = json!({"role": "user", "content": [text(&format!("[{word}]"))]});
        let mut more = json!({"initial_message": first});
        if word == "risky" {
            more["confirmation_policy"] = json!({"kind": "ConfirmRisky"});
            more["security_analyzer"] = json!({"kind": "LLMSecurityAnalyzer"});
        }
        run.conversation_with(more).await;
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    let report = run.report().await;
    let conversations = report["conversations"].as_array().unwrap();
    let events = conversations
        .iter()
        .flat_map(|one| one["events"].as_array().unwrap());
    let mut compared = BTreeSet::new();
    for event in events {
        let Some(known) = recorded.get(&kind(event)) else {
            continue;
        };
        compared.insert(kind(event));
        assert!(
            known.contains(&fields(event)),
            "{event:#}\nis none of {known:#?}"
        );
    }
    assert!(compared.len() > 8, "{compared:?}");
}
