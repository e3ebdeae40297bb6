//! The whole loop with the demo agent: what the person does comes back on the screen.

use parlor::app::Intent;
use parlor::driver::{Driver, Handle};
use parlor::model::{Duration, Kind, State};
use parlor::platform::timer::Timer;
use parlor::session::{Phase, Run};
use reactive_graph::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::told::Told;

/// Waits until the screen shows what is looked for; the test runner ends a wait in vain.
async fn until(mut shown: impl FnMut() -> bool) {
    while !shown() {
        let told = Told::new();
        let said = told.clone();
        let _timer = Timer::after(Duration::millis(10), move || said.say(()));
        told.last().await;
    }
}

fn send(handle: &Handle, text: &str) {
    handle.did(Intent::Send {
        text: text.to_owned(),
        attachments: Vec::new(),
    });
}

fn has(handle: &Handle, kind: Kind, state: State) -> bool {
    let order = handle.projection.order.get_untracked();
    let mut rows = order.iter().filter_map(|id| handle.projection.row(*id));
    rows.any(|row| row.kind == kind && row.state.get_untracked() == state)
}

#[wasm_bindgen_test]
async fn the_demo_answers_what_was_sent_before_the_page_had_loaded() {
    let handle = Driver::start();
    send(&handle, "Hello");
    assert!(handle.projection.order.get_untracked().is_empty());
    until(|| has(&handle, Kind::Agent, State::Done)).await;
    assert!(has(&handle, Kind::User, State::Confirmed));
    let phase = handle.projection.phase.get_untracked();
    assert!(matches!(phase, Phase::Open { .. }), "{phase:?}");
    until(|| handle.projection.run.get_untracked() == Run::Idle).await;
    let chrome = &handle.projection.chrome;
    assert_eq!(chrome.server.get_untracked(), "demo");
    assert_eq!(chrome.title.get_untracked(), "Parlor");
    assert!(!chrome.memory_only.get_untracked());
}

#[wasm_bindgen_test]
async fn a_draft_comes_back_after_a_reload() {
    let before = Driver::start();
    until(|| before.projection.chrome.server.get_untracked() == "demo").await;
    before.did(Intent::Draft("half a thought".to_owned()));
    // It is on its way to the store for a moment.
    loop {
        let after = Driver::start();
        until(|| after.projection.chrome.server.get_untracked() == "demo").await;
        if let Some((_, composed)) = after.projection.compose.get_untracked() {
            assert_eq!(composed, "half a thought");
            return after.did(Intent::Draft(String::new()));
        }
    }
}

#[wasm_bindgen_test]
async fn a_server_that_is_not_there_is_tried_again() {
    let handle = Driver::start();
    until(|| handle.projection.chrome.server.get_untracked() == "demo").await;
    handle.did(Intent::Connect {
        server: "saiki".to_owned(),
        url: "ws://127.0.0.1:59999/".to_owned(),
        strict: false,
        dialect: parlor::protocol::Dialect::Auto,
        key: String::new(),
        remember: false,
    });
    let phase = || handle.projection.phase.get_untracked();
    until(|| matches!(phase(), Phase::Waiting { attempt: 1, .. })).await;
    until(|| matches!(phase(), Phase::Waiting { attempt: 2, .. })).await;
    handle.did(Intent::Disconnect);
    until(|| phase() == Phase::Idle).await;
    handle.did(Intent::Connect {
        server: "demo".to_owned(),
        url: String::new(),
        strict: false,
        dialect: parlor::protocol::Dialect::Auto,
        key: String::new(),
        remember: false,
    });
    until(|| matches!(phase(), Phase::Open { .. })).await;
}
