//! Timers and frames call once, and not at all when dropped.

use parlor::model::Duration;
use parlor::platform::frame::NextFrame;
use parlor::platform::page;
use parlor::platform::timer::Timer;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::told::Told;

fn timer(told: &Told<&'static str>, millis: u64, word: &'static str) -> Timer {
    let told = told.clone();
    Timer::after(Duration::millis(millis), move || told.say(word))
}

#[wasm_bindgen_test]
async fn a_timer_calls_after_its_span() {
    let told = Told::new();
    let before = page::now();
    let _timer = timer(&told, 30, "done");
    assert_eq!(told.last().await, "done");
    // Browsers round their clock.
    assert!(page::now().since(before) >= Duration::millis(28));
}

#[wasm_bindgen_test]
async fn a_dropped_timer_does_not_call() {
    let told = Told::new();
    drop(timer(&told, 1, "dropped"));
    let _later = timer(&told, 20, "later");
    assert_eq!(told.last().await, "later");
    assert_eq!(told.count(), 0);
}

#[wasm_bindgen_test]
async fn a_timer_for_longer_than_the_browser_can_count_does_not_call_at_once() {
    let told = Told::new();
    let _far = timer(&told, u64::MAX, "far");
    let _near = timer(&told, 20, "near");
    assert_eq!(told.last().await, "near");
    assert_eq!(told.count(), 0);
}

#[wasm_bindgen_test]
async fn a_frame_calls_once() {
    let told = Told::new();
    let said = told.clone();
    let _frame = NextFrame::ask(move || said.say("frame"));
    assert_eq!(told.last().await, "frame");
    let _later = timer(&told, 300, "later");
    assert_eq!(told.last().await, "later");
    assert_eq!(told.count(), 0, "nor by the timer that stands in for it");
}

#[wasm_bindgen_test]
async fn a_dropped_frame_does_not_call() {
    let told = Told::new();
    let said = told.clone();
    drop(NextFrame::ask(move || said.say("frame")));
    let _later = timer(&told, 300, "later");
    assert_eq!(told.last().await, "later");
    assert_eq!(told.count(), 0);
}
