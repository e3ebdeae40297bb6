//! What General Bots offers beside its answers, as the view has it: suggestions, a dress, the pace
//! that it asks for, the size of a message, and answers in HTML.

use parlor::app::{Intent, Msg, portions};
use serde_json::{Value, json};

use super::links::{Page, load};

const CONFIG: &str = r#"{"trusted":["ws://h:1"]}"#;
const ID: &str = "550e8400-e29b-41d4-a716-446655440000";

/// A page that is connected to a server of that dialect.
fn connected(dialect: &str) -> Page {
    let link = format!(
        "server=general-bots&url=ws%3A%2F%2Fh%3A1%2Fws&conversation={ID}&dialect={dialect}"
    );
    let mut page = load(&link, Some(CONFIG));
    knows_nothing(&mut page);
    page.open();
    knows_nothing(&mut page);
    assert_eq!(page.phase.word(), "open");
    page
}

/// The server answers no request.
fn knows_nothing(page: &mut Page) {
    while let Some((_, request)) = page.asked.first() {
        let path = request.url.clone();
        page.answer(&path, 404, "");
    }
}

fn says(page: &mut Page, more: &Value) {
    let mut frame = json!({"bot_id": "b", "user_id": "u", "session_id": ID, "channel": "web",
        "content": "", "message_type": 2, "is_complete": true});
    for (name, value) in more.as_object().unwrap() {
        frame[name] = value.clone();
    }
    page.receive(&frame.to_string());
}

fn event(page: &mut Page, event: &str, data: &Value) {
    let content = json!({"event": event, "data": data}).to_string();
    says(page, &json!({ "content": content }));
}

#[test]
fn suggestions_go_when_something_is_sent() {
    let mut page = connected("native");
    let offers =
        json!([{"text": "Hours", "action": "{\"type\":\"send_message\",\"message\":\"When?\"}"}]);
    says(&mut page, &json!({ "suggestions": offers }));
    assert_eq!(page.view.offers.len(), 1);
    assert_eq!(page.view.offers[0].says, "When?");
    page.send("something else", Vec::new());
    assert_eq!(page.view.offers, []);
}

#[test]
fn a_dress_is_taken_off_with_the_conversation() {
    let mut page = connected("native");
    let theme = json!({"color1": "#0d2b55", "color2": "#fff9c2", "title": "Ann"});
    event(&mut page, "change_theme", &theme);
    assert_eq!(page.view.dress.title, "Ann");
    assert_eq!(page.view.dress.color, "#0d2b55");
    page.tell(Msg::Did(Intent::NewConversation));
    assert_eq!(page.view.dress, parlor::model::Dress::default());
}

#[test]
fn how_full_the_window_is_is_shown_without_a_price_of_nothing() {
    let mut page = connected("native");
    says(
        &mut page,
        &json!({"content": "x", "context_length": 1_500, "context_max_length": 2_000}),
    );
    assert_eq!(page.view.cost, None);
    assert_eq!(page.view.window.clone().unwrap().percent, 75);
}

#[test]
fn the_pace_that_the_server_asks_for_is_said_until_it_goes_on() {
    let mut page = connected("documented");
    page.send("hello", Vec::new());
    let sent = page.sent.len();
    page.receive(r#"{"type":"error","code":"RATE_LIMITED","message":"slow down"}"#);
    let until = page.view.too_often.expect("when it goes on");
    assert!(until.0 > page.now && page.sent.len() == sent);
    page.now = until.0 - 1;
    page.tell(Msg::Woke);
    assert_eq!(page.view.too_often, Some(until));
    page.now = until.0;
    page.tell(Msg::Woke);
    assert_eq!(page.view.too_often, None);
    assert!(page.sent.len() > sent, "it goes out again by itself");
}

#[test]
fn what_is_weighed_is_what_goes_out() {
    let mut page = connected("documented");
    for text in ["hello", "  ü\n", "\"😀\"\n\n"] {
        let weight = page.weigh(text);
        let before = page.sent.len();
        page.send(text, Vec::new());
        let message = page.sent[before..]
            .iter()
            .find(|frame| frame.contains("\"message\""));
        assert_eq!(message.expect("the frame").len(), weight, "{text:?}");
        let answer = json!({"type": "message", "session_id": ID, "role": "assistant",
            "message_id": text, "content": "yes", "timestamp": "2024-01-01T10:00:00Z"});
        page.receive(&answer.to_string());
        page.now += 10_000;
        page.tell(Msg::Woke);
    }
    assert_eq!(page.weigh(" \n"), 0, "nothing is sent");
}

#[test]
fn a_long_text_goes_in_portions_that_the_server_takes() {
    let page = connected("documented");
    let most = page.can.frame.expect("a limit");
    let text = "Ein Wort, \"noch eins\" – 😀.\n".repeat(6_000);
    let parts = portions(&text, most, &|part, _| page.weigh(part)).expect("portions");
    assert!(parts.iter().all(|part| page.weigh(part) <= most));
    let all: usize = parts.iter().map(|part| page.weigh(part)).sum();
    assert_eq!(parts.len(), all.div_ceil(most), "no more than it takes");
}

#[test]
fn an_answer_in_html_is_spoken_by_its_words() {
    let mut page = connected("native");
    page.send("go", Vec::new());
    says(
        &mut page,
        &json!({"content": "<p>Your <b>orders</b></p><ul><li>one</li></ul>", "is_complete": false}),
    );
    says(&mut page, &json!({}));
    page.now += 10_000;
    page.tell(Msg::Woke);
    assert_eq!(page.spoken, ["Your orders\none"]);
}
