//! The released servers' dialect: what their frames mean, and what goes out.

use parlor::model::{Attachment, Body, Duration};
use parlor::protocol::Command;
use parlor::recording::Player;
use parlor::session::{Change, Input, Run};
use serde_json::{Value, json};

use super::super::support::Wire;
use super::{OURS, Server, USER, newest, older, settle, text, unknown};

/// A frame of release A: 1 is a text, 2 an event.
fn of_a(content: &str, kind: u8, complete: bool) -> Value {
    json!({
        "bot_id": "bot-1", "user_id": USER, "session_id": OURS, "channel": "web",
        "content": content, "message_type": kind, "stream_token": null, "is_complete": complete,
    })
}

fn oldest() -> Player {
    let mut page = unknown();
    let start = json!({"event": "session_start", "data": {"session_id": OURS, "user_id": USER}});
    page.gets(of_a(&start.to_string(), 2, true));
    page
}

fn thinking() -> Value {
    let mut frame = text("", false);
    frame["thinking"] = json!(true);
    frame
}

fn offering(suggestions: Value, switchers: Value) -> Value {
    let mut frame = text("", true);
    frame["suggestions"] = suggestions;
    frame["switchers"] = switchers;
    frame
}

fn suggested(change: &Change) -> Option<String> {
    let Change::Suggests(what) = change else {
        return None;
    };
    let each = what
        .iter()
        .map(|of| format!("{}={}{}", of.label, of.says, of.switcher));
    Some(each.collect::<Vec<_>>().join("|"))
}

fn switched(change: &Change) -> Option<String> {
    let Change::Switchers(what) = change else {
        return None;
    };
    let each = what
        .iter()
        .map(|of| format!("{}:{}:{}", of.id, of.label, of.on));
    Some(each.collect::<Vec<_>>().join("|"))
}

fn cost(change: &Change) -> Option<String> {
    match change {
        Change::Cost(cost) => Some(format!("{}/{}", cost.context, cost.window)),
        _ => None,
    }
}

#[test]
fn an_answer_that_a_cut_ended_holds_no_message_back() {
    let mut page = newest();
    page.say("one");
    page.native("half an ans", false);
    assert!(matches!(page.session().run(), Run::Working { .. }));
    page.reconnect();
    page.receive(&super::hello(Some(json!([]))));
    page.say("two");
    settle(&mut page);
    assert_eq!(page.frames().last().unwrap()["content"], "two");
}

#[test]
fn the_last_frame_of_b_is_the_answer_and_that_of_a_and_c_ends_it() {
    for (mut page, last) in [(older(), "Hello there!"), (newest(), "")] {
        page.say("hi");
        page.native("Hello", false);
        page.native(" there!", false);
        assert_eq!(page.lines()[1], "agent streaming: Hello there!");
        page.native(last, true);
        settle(&mut page);
        assert_eq!(
            page.lines(),
            ["user confirmed: hi", "agent done: Hello there!"]
        );
        assert_eq!(page.session().run(), Run::Idle);
    }
}

#[test]
fn b_corrects_what_it_streamed() {
    let mut page = older();
    page.native("Helo", false);
    page.native("Hello.", true);
    assert_eq!(page.lines(), ["agent done: Hello."]);
}

#[test]
fn a_tool_of_c_that_talks_amid_an_answer_does_not_replace_it() {
    let mut page = newest();
    page.say("hi");
    page.native("<p>One ", false);
    page.native("A tool says.", true);
    page.native("two</p>", false);
    page.native("", true);
    assert_eq!(
        page.lines()[1..],
        [
            "agent done: <p>One ",
            "agent done: A tool says.",
            "agent done: two</p>"
        ]
    );
}

#[test]
fn the_frame_with_the_suggestions_of_c_is_not_the_end_of_the_answer() {
    let mut page = newest();
    page.say("hi");
    page.gets(offering(json!([{"text": "More"}]), json!([])));
    page.wait(Duration::secs(5));
    assert!(matches!(page.session().run(), Run::Working { .. }));
    page.gets(thinking());
    page.native("Hello", false);
    page.native("", true);
    assert_eq!(page.lines(), ["user confirmed: hi", "agent done: Hello"]);
    assert_eq!(page.session().run(), Run::Idle);
}

#[test]
fn empty_frames_open_no_answer_and_thinking_amid_one_takes_nothing_away() {
    let mut page = newest();
    page.say("hi");
    page.native("", false);
    page.native("", false);
    page.gets(thinking());
    assert_eq!(page.lines(), ["user confirmed: hi"]);
    assert!(matches!(page.session().run(), Run::Working { .. }));
    page.native("one ", false);
    page.gets(thinking());
    page.native("two", false);
    page.gets(thinking());
    page.native("", true);
    assert_eq!(page.lines()[1..], ["agent done: one two"]);
}

#[test]
fn an_answer_without_a_word_is_said_to_be_one() {
    let mut page = newest();
    page.say("hi");
    page.gets(thinking());
    page.native("", true);
    let mut oldest = oldest();
    oldest.say("hi");
    oldest.gets(of_a("", 1, true));
    for page in [page, oldest] {
        assert_eq!(
            page.lines()[1],
            "notice done: The agent finished without an answer."
        );
        assert_eq!(page.session().run(), Run::Idle);
    }
}

#[test]
fn events_of_a_stand_in_texts_and_are_not_shown_as_such() {
    let mut page = oldest();
    page.say("hi");
    page.gets(of_a("{\"data\":{},\"event\":\"thinking_start\"}", 2, true));
    page.gets(of_a("{\"event\": \"thinking_start\"}", 1, false));
    page.gets(of_a("", 1, true));
    page.gets(of_a(
        "{\"data\":{\"message\":\"Soon\"},\"event\":\"warn\"}",
        2,
        true,
    ));
    page.gets(of_a(
        "{\"data\":{\"usage\":0.72},\"event\":\"context_usage\"}",
        2,
        true,
    ));
    page.gets(of_a("{\"data\":{},\"event\":\"brand_new\"}", 2, true));
    assert_eq!(
        page.lines()[1..],
        [
            "agent done: {\"event\": \"thinking_start\"}",
            "notice done: The server says: Soon"
        ]
    );
    assert_eq!(page.all(cost), ["72/100"]);
    assert_eq!(page.session().unknown(), 1);
}

#[test]
fn a_text_that_is_json_of_nobodys_stays_a_text() {
    let mut page = newest();
    page.native("{\"total\": 3}", true);
    page.native("{\"type\": \"invoice\"}", true);
    assert_eq!(
        page.lines(),
        [
            "agent done: {\"total\": 3}",
            "agent done: {\"type\": \"invoice\"}"
        ]
    );
}

#[test]
fn reasoning_in_json_and_in_tags_is_reasoning() {
    let mut page = newest();
    page.say("hi");
    page.native("{\"type\":\"thinking\",\"content\":\"Let me \"}", false);
    page.native("{\"type\":\"thinking\",\"content\":\"see.\"}", false);
    page.native("{\"type\":\"thinking_clear\",\"content\":\"\"}", false);
    page.native("Yes.", false);
    page.native("", true);
    assert_eq!(
        page.lines()[1..],
        ["reasoning done: Let me see.", "agent done: Yes."]
    );

    let mut page = newest();
    page.say("hi");
    for piece in ["<th", "ink>Hm", "m</thi", "nk>\n\n<p>", "Yes</p>"] {
        page.native(piece, false);
    }
    page.native("", true);
    assert_eq!(
        page.lines()[1..],
        ["reasoning done: Hmm", "agent done: <p>Yes</p>"]
    );

    let mut page = older();
    page.native("<think>Hm</think>Yes", true);
    assert_eq!(page.lines(), ["reasoning done: Hm", "agent done: Yes"]);
}

#[test]
fn a_tool_in_the_text_is_a_tool_and_over_once_the_answer_goes_on() {
    let mut page = newest();
    page.say("hi");
    page.native("Look: ", false);
    let call = json!({"type": "tool_call", "content":
        [{"function": {"name": "search", "arguments": "{\"id\":1}"}}]});
    page.native(&call.to_string(), false);
    assert_eq!(page.items()[2].state().word(), "pending");
    page.native("Found.", false);
    page.native("", true);
    assert_eq!(
        page.lines()[1..],
        ["agent done: Look: ", "tool done: ", "agent done: Found."]
    );
}

#[test]
fn suggestions_say_what_they_do_and_go_out_as_each_release_wants_them() {
    let action = |action: Value| Value::from(action.to_string());
    let offers = json!([
        {"text": "Hours", "action": action(json!({"type": "send_message", "message": "When?"}))},
        {"text": "Products", "context": "products",
            "action": action(json!({"type": "select_context", "context": "products"}))},
        {"text": "Order", "action": action(json!({"type": "invoke_tool", "tool": "new_order"}))},
        {"text": "Tables", "action": action(json!({"type": "switch_context", "switcher": "tables"}))},
        {"text": "Plain", "context": "plain"},
        {"context": "nothing to press"},
    ]);
    let told = "Hours=When?|Products=Products|Order=/tool new_order|Tables=tables|Plain=Plain";
    for (mut page, kinds) in [(newest(), ["1", "1", "6"]), (older(), ["1", "4", "1"])] {
        page.gets(offering(offers.clone(), json!([])));
        assert_eq!(page.all(suggested), [told]);
        for (text, kind) in ["When?", "Products", "/tool new_order"]
            .into_iter()
            .zip(kinds)
        {
            page.say(text);
            let frame = page.frames().last().unwrap().clone();
            assert_eq!(frame["message_type"].to_string(), kind, "{text}");
            page.native("Fine.", true);
            settle(&mut page);
        }
        let sent = page.frames();
        assert_eq!(sent[1]["context_name"], json!("products"));
        let tool = if kinds[2] == "6" {
            "new_order"
        } else {
            "/tool new_order"
        };
        assert_eq!(sent[2]["content"], json!(tool));
    }
}

#[test]
fn switchers_go_with_each_message_and_c_answers_the_last_one_again() {
    let mut page = newest();
    let turn = |page: &mut Player, id: &str, on: bool| {
        let id = id.to_owned();
        page.input(Input::Ask(Command::Switch { id, on }));
    };
    let list = json!([{"id": "tables", "label": "Tables"}, {"id": "custom:1"}]);
    page.gets(offering(json!([]), list.clone()));
    turn(&mut page, "tables", true);
    assert_eq!(page.kinds(), [""; 0]);
    page.say("hi");
    assert_eq!(page.frames()[0]["active_switchers"], json!(["tables"]));
    page.native("Hello", true);
    settle(&mut page);
    turn(&mut page, "chart", true);
    let frame = page.frames().last().unwrap().clone();
    assert_eq!(
        (&frame["message_type"], &frame["content"]),
        (&json!(8), &json!(""))
    );
    assert_eq!(frame["active_switchers"], json!(["tables", "chart"]));
    page.gets(offering(json!([]), list));
    assert_eq!(
        page.all(switched).last().unwrap(),
        "tables:Tables:true|custom:1:custom:1:false"
    );
    turn(&mut page, "tables", false);
    assert_eq!(page.frames().last().unwrap()["active_switchers"], json!([]));
}

#[test]
fn a_message_has_every_field_that_a_release_wants() {
    let mut page = older();
    let picture = Attachment {
        name: "a.png".into(),
        mime: "image/png".into(),
        base64: "AAAA".into(),
    };
    page.input(Input::Send {
        text: "look".into(),
        attachments: vec![picture.clone()],
    });
    let frame = &page.frames()[0];
    for key in [
        "bot_id",
        "user_id",
        "session_id",
        "channel",
        "content",
        "timestamp",
        "media_url",
    ] {
        assert!(frame[key].is_string(), "{key}: {frame}");
    }
    assert_eq!(frame["media_url"], json!("data:image/png;base64,AAAA"));
    let mut page = newest();
    page.input(Input::Send {
        text: "look".into(),
        attachments: vec![picture],
    });
    assert_eq!(page.items()[0].state().word(), "failed");
}

#[test]
fn the_window_is_told_only_where_its_size_is() {
    let mut page = older();
    let mut frame = text("Hello", true);
    page.gets(frame.clone());
    frame["context_length"] = json!(1200);
    frame["context_max_length"] = json!(4096);
    page.gets(frame);
    assert_eq!(page.all(cost), ["1200/4096"]);
}

#[test]
fn after_stop_the_rest_of_the_turn_is_not_shown_and_the_next_turn_is() {
    let mut page = newest();
    page.say("long");
    page.gets(thinking());
    page.native("Once ", false);
    page.input(Input::Stop);
    page.native("upon ", false);
    page.say("short");
    page.gets(thinking());
    page.native("a time", false);
    page.native("", true);
    page.wait(Duration::secs(1));
    page.native("", false);
    page.native("", false);
    page.gets(thinking());
    page.native("Yes.", false);
    page.native("", true);
    settle(&mut page);
    let lines = page.lines();
    let agents: Vec<&String> = lines
        .iter()
        .filter(|line| line.starts_with("agent"))
        .collect();
    assert_eq!(agents, ["agent interrupted: Once ", "agent done: Yes."]);
    assert_eq!(page.session().run(), Run::Idle);
    assert!(page.lines().contains(&"user confirmed: short".to_owned()));
}

#[test]
fn the_agent_mode_shows_what_it_does_and_comes_to_rest() {
    let mut page = newest();
    for line in ["cargo new app", "Created"] {
        page.gets(json!({"type": "terminal_output", "line": line, "stream": "stdout"}));
    }
    page.wait(Duration::secs(3));
    page.gets(json!({"type": "step_progress", "current": 1, "total": 3}));
    page.gets(json!({"type": "todo_update", "todos": [
        {"text": "schema", "done": true}, {"text": "ui", "done": false}]}));
    page.wait(Duration::secs(3));
    assert_eq!(
        page.lines(),
        [
            "tool done: cargo new app\nCreated",
            "tool done: - [x] schema\n- [ ] ui"
        ]
    );
    let names = page.items().iter().map(|item| match &item.body {
        Body::Tool(tool) => parlor::words::tool_name(&tool.name),
        _ => "",
    });
    assert_eq!(names.collect::<Vec<_>>(), ["Terminal", "Tasks"]);
    assert_eq!(page.session().run(), Run::Idle);
    assert!(page.changes().iter().any(|change| {
        matches!(change, Change::Progress(Some(step)) if parlor::words::progress(step) == "Step 1 of 3")
    }));
}

#[test]
fn a_change_of_theme_dresses_the_screen() {
    let mut page = newest();
    let theme = json!({"event": "change_theme", "data": {
        "color1": "#0d2b55", "color2": "#fff9c2", "title": "", "logo_text": "Ann"}});
    page.native(&theme.to_string(), true);
    let dress = page.changes().iter().find_map(|change| match change {
        Change::Dressed(dress) => Some(dress.clone()),
        _ => None,
    });
    let dress = dress.unwrap();
    assert_eq!(
        (dress.color.as_str(), dress.second.as_str()),
        ("#0d2b55", "#fff9c2")
    );
    assert_eq!(page.lines(), [""; 0]);
}

#[test]
fn a_new_context_is_told() {
    let mut page = oldest();
    let mut frame = of_a("Context changed", 5, true);
    frame["context_name"] = json!("products");
    page.gets(frame);
    let told = "notice done: The server says: Context changed: products";
    assert_eq!(page.lines(), [told]);
}

#[test]
fn a_terminal_that_never_rests_is_told_all_the_same() {
    let mut page = newest();
    for line in 0..20 {
        page.gets(json!({"type": "terminal_output", "line": line.to_string()}));
        page.wait(Duration::millis(300));
    }
    assert!(page.lines().len() > 3, "{:?}", page.lines());
    let mut page = newest();
    for _ in 0..40 {
        page.gets(json!({"type": "terminal_output", "line": "x".repeat(1_000)}));
    }
    assert_eq!(page.lines().len(), 2);
}

#[test]
fn what_is_kept_is_drawn_as_html_until_the_server_is_known_to_send_none() {
    assert!(unknown().session().capabilities().fragments);
    assert!(newest().session().capabilities().fragments);
    assert!(!super::documented().session().capabilities().fragments);
}
