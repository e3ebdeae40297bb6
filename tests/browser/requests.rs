//! Requests are answered, fail, or are forgotten.

use parlor::io::Request;
use parlor::model::Duration;
use parlor::platform::fetch::{Answer, Call};
use parlor::platform::timer::Timer;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::told::Told;

fn call(url: &str, told: &Told<Option<Answer>>) -> Call {
    let what = Request {
        method: "GET",
        url: url.to_owned(),
        headers: vec![("accept".to_owned(), "*/*".to_owned())],
        body: None,
        again: false,
        keep: false,
    };
    let told = told.clone();
    Call::start(what, move |answer| told.say(answer))
}

#[wasm_bindgen_test]
async fn an_answer_has_its_status_and_its_text() {
    let told = Told::new();
    let _call = call("data:text/plain,hello", &told);
    let answer = told.last().await.expect("an answer");
    assert_eq!((answer.status, answer.body.as_str()), (200, "hello"));
    assert!(answer.media.starts_with("text/plain"), "{}", answer.media);
}

#[wasm_bindgen_test]
async fn an_error_of_the_server_is_an_answer() {
    let told = Told::new();
    let _call = call("no-such-file.json", &told);
    assert_eq!(told.last().await.map(|answer| answer.status), Some(404));
}

#[wasm_bindgen_test]
async fn a_server_that_is_not_there_is_no_answer() {
    let told = Told::new();
    let _call = call("http://127.0.0.1:59999/", &told);
    assert_eq!(told.last().await, None);
}

#[wasm_bindgen_test]
async fn nothing_is_heard_of_a_request_that_was_dropped() {
    let (silent, told) = (Told::new(), Told::new());
    drop(call("data:text/plain,hello", &silent));
    let said = told.clone();
    let _timer = Timer::after(Duration::millis(50), move || said.say(()));
    told.last().await;
    assert_eq!(silent.count(), 0);
}
